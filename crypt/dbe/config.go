package dbe

import (
	"cmp"
	"crypto/fips140"
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
)

// The marks of an item (dbesdk 1.1).
const (
	HeaderField = dbe.HeaderField
	FooterField = dbe.FooterField
)

// Config describes the format. Keyring or Manager is required, all else has a safe zero value.
type Config struct {
	// Keyring wraps and unwraps the data key of each item, behind the default manager. Either it or
	// Manager.
	Keyring keyring.Keyring

	// Manager gives the keys of each item: one with signature keys made in advance, say, or of your own.
	Manager keyring.Manager

	// Suite is what items are written under. Zero: keyring.SuiteECDSA, as AWS's clients.
	// keyring.SuiteHMAC costs a twentieth of it, and protects as well wherever everyone who can read
	// can write, too, as with raw AES keys.
	Suite keyring.Suite

	// AcceptSuites are what items are read under. Nil: Suite alone. With keyring.SuiteHMAC among them,
	// whoever holds keys to read can write items that this reader takes.
	AcceptSuites []keyring.Suite
}

// Format is the format over keys of k, under keyring.SuiteECDSA. A nil k is an error of its Encryptor.
func Format(k keyring.Keyring) crypt.Format {
	f, err := newFormat(Config{Keyring: k})
	return format{f, err}
}

// New checks c and returns its format, which keeps nothing of c but the Keyring or Manager. Under
// GODEBUG=fips140=only it is an error: the format chooses the nonces of AES-GCM.
func New(c Config) (crypt.Format, error) {
	f, err := newFormat(c)
	if err != nil {
		return nil, err
	}
	return format{f, nil}, nil
}

// format is a Config that was checked, and what the check found.
type format struct {
	settings settings
	err      error
}

// settings is the Config with its defaults filled in.
type settings struct {
	manager keyring.Manager
	suite   keyring.Suite
	accept  []keyring.Suite
}

func newFormat(c Config) (settings, error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("dbe: new format: "+format, args...))
	}
	s := settings{manager: c.Manager, suite: cmp.Or(c.Suite, keyring.SuiteECDSA), accept: slices.Clone(c.AcceptSuites)}
	switch {
	case c.Keyring == nil && c.Manager == nil:
		fail("no Keyring: give one, such as keyring.RawAES")
	case c.Keyring != nil && c.Manager != nil:
		fail("Keyring and Manager: give one of them, the Manager has a keyring of its own")
	case c.Keyring != nil:
		var err error
		if s.manager, err = keyring.NewManager(keyring.ManagerConfig{Keyring: c.Keyring}); err != nil {
			fail("%w", err)
		}
	}
	if len(s.accept) == 0 {
		s.accept = []keyring.Suite{s.suite}
	}
	if !s.suite.Valid() {
		fail("Suite %v: the format has %v and %v", s.suite, keyring.SuiteHMAC, keyring.SuiteECDSA)
	}
	for _, suite := range s.accept {
		if !suite.Valid() {
			fail("AcceptSuites: %v: the format has %v and %v", suite, keyring.SuiteHMAC, keyring.SuiteECDSA)
		}
	}
	if !slices.Contains(s.accept, s.suite) {
		fail("AcceptSuites: %v is missing, under which items are written", s.suite)
	}
	if fips140.Enforced() {
		fail("FIPS 140 has no AES-GCM with nonces of the format's choice: run without GODEBUG=fips140=only")
	}
	return s, errors.Join(errs...)
}
