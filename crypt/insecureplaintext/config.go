// Package insecureplaintext lets items through that no key protects: for a table that was written in clear
// and is to be encrypted, until it is. Its name is to be searched for, and its use to be temporary.
//
//	insecureplaintext.ForceWrite(f, c) // all programs read both, and write in clear as before
//	insecureplaintext.AllowRead(f, c)  // they write encrypted; items in clear are rewritten
//	f                                  // and read no plaintext
//
// These are the policies FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ, FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ
// and FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ of AWS's clients.
//
// While plaintext is read, whoever can write to the table can make up items, and put one of their own in
// place of an encrypted one: nothing in an item says that it ought to be encrypted.
package insecureplaintext

import (
	"errors"
	"fmt"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
)

// Config bounds for how long plaintext is let through, and tells who reads it. All but Now is required.
type Config struct {
	// Until is when it ends: plaintext is refused from then on, and so is writing it. A program that starts
	// later starts, and refuses.
	Until time.Time

	// OnRead is called with the logical table name for every plaintext item before it is handed out: count
	// it, and take plaintext out when it is no longer called. It is called concurrently, and what it takes
	// the reader waits for.
	OnRead func(table string)

	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// AllowRead returns the format that reads, beside what f wrote, plaintext: items that f does not claim
// and that have no attribute with a reserved name (crypt.Reserved). All their attributes are
// Opened.Unsigned, and they are Opened.Stale. What f claims is f's to verify, whatever comes of it.
//
// A crypt.Composite is refused: reading plaintext beside two formats would let anyone choose among three.
func AllowRead(f crypt.Format, c Config) (crypt.Format, error) {
	return compose("allow read", f, c, false)
}

// ForceWrite is AllowRead that also writes plaintext: no item is encrypted. Items that carry marks or reserved
// names are refused.
func ForceWrite(f crypt.Format, c Config) (crypt.Format, error) {
	return compose("force write", f, c, true)
}

func compose(op string, f crypt.Format, c Config, writes bool) (crypt.Format, error) {
	var errs []error
	fail := func(problem string) { errs = append(errs, fmt.Errorf("insecureplaintext: %s: %s", op, problem)) }
	switch f.(type) {
	case nil:
		fail("no format: give the one that the table moves to")
	case crypt.Composite:
		fail("the format is itself made of formats: plaintext cannot be let through beside two; finish one migration first")
	}
	if c.Until.IsZero() {
		fail("no Until: say when it ends")
	}
	if c.OnRead == nil {
		fail("no OnRead: give a function that counts, so that you know when it can end")
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return format{f, c, writes}, nil
}

type format struct {
	inner  crypt.Format
	config Config
	writes bool
}

var _ crypt.Composite = format{}

// Formats is the format that plaintext is let through beside.
func (f format) Formats() []crypt.Format { return []crypt.Format{f.inner} }

// Encryptor makes the encryptor of one table.
func (f format) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	inner, err := f.inner.Encryptor(s)
	if err != nil {
		return nil, err
	}
	e := &encryptor{ItemEncryptor: inner, config: f.config, writes: f.writes, schema: s, marks: inner.Marks().All}
	for name := range s.Attributes() {
		e.names = append(e.names, name)
	}
	if sealer, ok := inner.(wire.Sealer); ok {
		return &sealingEncryptor{e, sealer}, nil
	}
	return e, nil
}
