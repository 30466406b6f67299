//go:build hsm

package hsm

import (
	"context"
	"crypto"
	"crypto/subtle"
	"fmt"

	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
)

// HMAC signs and verifies items with a symmetric key in a token, as [provider.HMAC] does with one of the
// process's own. It is safe for concurrent use. Being a call of the token, it is asked at most twice about
// an item: of ways in which undeclared attributes may be protected, or of the table's aliases, the reader
// tries no more. A [Token.Signer] has no such limit, since its public key verifies in the process.
type HMAC struct {
	key       *object
	mechanism uint
	hash      crypto.Hash
	algorithm string
}

var (
	_ provider.Signer            = (*HMAC)(nil)
	_ provider.AlgorithmVerifier = (*HMAC)(nil)
)

// HMAC finds a generic secret key, or one of that HMAC, and checks that the token signs with it. The hash
// is SHA-224, SHA-256, SHA-384 or SHA-512.
func (t *Token) HMAC(ctx context.Context, h crypto.Hash, k Key) (*HMAC, error) {
	m := &HMAC{hash: h}
	var keyType uint
	switch h {
	case crypto.SHA224:
		m.algorithm, m.mechanism, keyType = "HmacSHA224", pkcs11.CKM_SHA224_HMAC, pkcs11.CKK_SHA224_HMAC
	case crypto.SHA256:
		m.algorithm, m.mechanism, keyType = "HmacSHA256", pkcs11.CKM_SHA256_HMAC, pkcs11.CKK_SHA256_HMAC
	case crypto.SHA384:
		m.algorithm, m.mechanism, keyType = "HmacSHA384", pkcs11.CKM_SHA384_HMAC, pkcs11.CKK_SHA384_HMAC
	case crypto.SHA512:
		m.algorithm, m.mechanism, keyType = "HmacSHA512", pkcs11.CKM_SHA512_HMAC, pkcs11.CKK_SHA512_HMAC
	default:
		return nil, fmt.Errorf("hsm: HMAC: %v is not one of SHA-224, SHA-256, SHA-384, SHA-512", h)
	}
	var err error
	if m.key, err = t.object(ctx, k, pkcs11.CKO_SECRET_KEY, pkcs11.CKK_GENERIC_SECRET, keyType); err != nil {
		return nil, fmt.Errorf("hsm: HMAC: %w", err)
	}
	if _, err := m.Sign(ctx, []byte("hsm: check")); err != nil {
		return nil, err
	}
	return m, nil
}

// Algorithm is the name that AWS's clients give it, such as HmacSHA256.
func (m *HMAC) Algorithm() string { return m.algorithm }

// Sign returns the HMAC of stringToSign.
func (m *HMAC) Sign(ctx context.Context, stringToSign []byte) ([]byte, error) {
	var mac []byte
	err := m.key.do(ctx, func(c *call, key found) (err error) {
		mac, err = c.sign(m.mechanism, key.handle, stringToSign)
		return err
	})
	if err == nil && len(mac) != m.hash.Size() {
		err = fmt.Errorf("the token gave %d bytes for %s", len(mac), m.algorithm)
	}
	if err != nil {
		return nil, fmt.Errorf("hsm: HMAC: %w", err)
	}
	return mac, nil
}

// Verify has the token sign, and compares in constant time: not every token does.
func (m *HMAC) Verify(ctx context.Context, stringToSign, signature []byte) error {
	mac, err := m.Sign(ctx, stringToSign)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(mac, signature) != 1 {
		return provider.ErrSignature
	}
	return nil
}

// sign signs or MACs by a mechanism without parameters.
func (c *call) sign(mechanism uint, key pkcs11.ObjectHandle, message []byte) ([]byte, error) {
	if err := c.SignInit(c.handle, []*pkcs11.Mechanism{pkcs11.NewMechanism(mechanism, nil)}, key); err != nil {
		return nil, err
	}
	return c.Sign(c.handle, message)
}
