package provider

import (
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/hmac"
	_ "crypto/sha256" // makes the hashes available that algorithmOf names
	_ "crypto/sha512"
	"errors"
	"fmt"
	"hash"
	"sync"

	"github.com/dynaseal/ddb/provider/secret"
)

// ErrSignature: a signature does not verify. The format reports it as crypt.ErrAuth.
var ErrSignature = errors.New("provider: signature does not verify")

// minEnforced is the shortest HMAC key under GODEBUG=fips140=only, in bytes (SP 800-131A: 112 bits).
const minEnforced = 14

// HMAC signs and verifies with a symmetric key (ddbec 1.9). It is immutable and safe for concurrent
// use.
type HMAC struct {
	algorithm string
	size      int
	pool      sync.Pool // of *hmacState, keyed
}

type hmacState struct {
	mac hash.Hash
	sum []byte
}

var (
	_ Signer            = (*HMAC)(nil)
	_ LocalVerifier     = (*HMAC)(nil)
	_ AlgorithmVerifier = (*HMAC)(nil)
)

// NewHMAC returns an HMAC of SHA-224, SHA-256, SHA-384 or SHA-512. A key of any length is taken, since
// peers' keys are; make new ones at least as long as the hash. Under GODEBUG=fips140=only a key of
// less than 14 bytes is an error.
func NewHMAC(h crypto.Hash, key secret.Key) (*HMAC, error) {
	algorithm, ok := algorithmOf(h)
	switch {
	case !ok:
		return nil, fmt.Errorf("provider: new HMAC: %v is not one of SHA-224, SHA-256, SHA-384, SHA-512", h)
	case key.IsZero():
		return nil, errors.New("provider: new HMAC: no key")
	case fips140.Enforced() && key.Len() < minEnforced:
		return nil, fmt.Errorf("provider: new HMAC: key of %d bytes, FIPS 140 asks for %d", key.Len(), minEnforced)
	}
	m := &HMAC{algorithm: algorithm, size: h.Size()}
	m.pool.New = func() any {
		return &hmacState{hmac.New(h.New, key.Expose()), make([]byte, 0, h.Size())}
	}
	return m, nil
}

// algorithmOf is the name that AWS's clients give an HMAC.
func algorithmOf(h crypto.Hash) (string, bool) {
	switch h {
	case crypto.SHA224:
		return "HmacSHA224", true
	case crypto.SHA256:
		return "HmacSHA256", true
	case crypto.SHA384:
		return "HmacSHA384", true
	case crypto.SHA512:
		return "HmacSHA512", true
	}
	return "", false
}

// Algorithm is the name that AWS's clients give it, such as HmacSHA256.
func (m *HMAC) Algorithm() string { return m.algorithm }

// String is Algorithm: the key does not print.
func (m *HMAC) String() string { return m.algorithm }

// GoString is String, for %#v.
func (m *HMAC) GoString() string { return m.algorithm }

// Local reports true: verifying costs microseconds.
func (m *HMAC) Local() bool { return true }

// Sign returns the HMAC of stringToSign. It never fails, nor does it look at the context.
func (m *HMAC) Sign(_ context.Context, stringToSign []byte) ([]byte, error) {
	s := m.pool.Get().(*hmacState)
	defer m.pool.Put(s)
	return s.of(stringToSign, make([]byte, 0, m.size)), nil
}

// Verify compares in constant time. It does not look at the context.
func (m *HMAC) Verify(_ context.Context, stringToSign, signature []byte) error {
	s := m.pool.Get().(*hmacState)
	defer m.pool.Put(s)
	s.sum = s.of(stringToSign, s.sum[:0])
	if !hmac.Equal(s.sum, signature) {
		return ErrSignature
	}
	return nil
}

func (s *hmacState) of(message, dst []byte) []byte {
	s.mac.Reset()
	s.mac.Write(message)
	return s.mac.Sum(dst)
}
