// Package secret holds key bytes that no fmt verb, encoder or logger prints.
package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/subtle"
	"errors"
	"log/slog"
	"sync/atomic"
)

// Key is a key whose bytes only [Key.Expose] shows. They live in a closure, not in a field: fmt
// reaches the unexported fields of a struct that holds a Key, where no method of Key is asked, and
// there finds a function. The zero Key holds no bytes. A Key is immutable, may be copied and used
// concurrently.
type Key struct{ hidden func() *material }

// material is what a Key hides. Keys of most formats are of 32 bytes at most, and lie in it.
type material struct {
	bytes  []byte
	room   [32]byte
	cipher atomic.Pointer[blockCipher]
}

type blockCipher struct {
	cipher.Block
	err error
}

// New returns a Key over a copy of b, which the caller should clear. An empty b is an error, since
// the zero Key already says "none".
func New(b []byte) (Key, error) {
	if len(b) == 0 {
		return Key{}, errors.New("secret: new key: no bytes")
	}
	m := new(material)
	m.bytes = append(m.room[:0], b...)
	return Key{func() *material { return m }}, nil
}

// Expose returns the key's bytes, nil for the zero Key. They are shared: read, never write.
func (k Key) Expose() []byte {
	if k.hidden == nil {
		return nil
	}
	return k.hidden().bytes
}

// AES returns the block cipher of a key of 16, 24 or 32 bytes, and an error that holds no key for any
// other. It is made at the first call and shared by all, for as long as a copy of the Key is kept; it is
// safe for concurrent use, and must not be printed.
func (k Key) AES() (cipher.Block, error) {
	if k.hidden == nil {
		return nil, errors.New("secret: AES: no key")
	}
	m := k.hidden()
	c := m.cipher.Load()
	if c == nil {
		block, err := aes.NewCipher(m.bytes)
		m.cipher.CompareAndSwap(nil, &blockCipher{block, err})
		c = m.cipher.Load() // the first, if another call was faster
	}
	return c.Block, c.err
}

// IsZero reports whether k holds no bytes.
func (k Key) IsZero() bool { return k.hidden == nil }

// Len is the key's length in bytes.
func (k Key) Len() int { return len(k.Expose()) }

// Equal compares two keys in constant time, their lengths aside.
func (k Key) Equal(o Key) bool {
	return subtle.ConstantTimeCompare(k.Expose(), o.Expose()) == 1
}

// String says that there is a key, never which.
func (k Key) String() string {
	if k.IsZero() {
		return "secret.Key(none)"
	}
	return "secret.Key(hidden)"
}

// GoString is String, for %#v.
func (k Key) GoString() string { return k.String() }

// MarshalText refuses: a key that reaches an encoder is on its way to a place keys should not be.
func (k Key) MarshalText() ([]byte, error) {
	return nil, errors.New("secret: a key does not marshal: use Expose where its bytes are meant")
}

// LogValue is String, for slog.
func (k Key) LogValue() slog.Value { return slog.StringValue(k.String()) }
