//go:build hsm

package hsm

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/sha256"
	_ "crypto/sha512" // makes the hashes available that a Signer takes
	"encoding/asn1"
	"errors"
	"fmt"
	"io"
	"math/big"

	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
)

// Signer is a private key in a token, RSA (with PKCS #1 v1.5 padding) or ECDSA (in DER), for
// [provider.NewSigner]. It is safe for concurrent use.
type Signer struct {
	key    *object
	public crypto.PublicKey
}

var (
	_ crypto.Signer          = (*Signer)(nil)
	_ provider.ContextSigner = (*Signer)(nil)
)

// Signer finds a private key, RSA or EC on P-256, P-384 or P-521, and checks that the token signs with it
// what its public key, which must be in the token too, verifies. The mechanisms are CKM_RSA_PKCS and
// CKM_ECDSA.
func (t *Token) Signer(ctx context.Context, k Key) (*Signer, error) {
	o, err := t.object(ctx, k, pkcs11.CKO_PRIVATE_KEY, pkcs11.CKK_RSA, pkcs11.CKK_EC)
	if err != nil {
		return nil, fmt.Errorf("hsm: signer: %w", err)
	}
	s := &Signer{o, o.public}
	digest := sha256.Sum256([]byte("hsm: check"))
	signature, err := s.SignContext(ctx, digest[:], crypto.SHA256)
	if err != nil {
		return nil, err
	}
	if !s.verifies(digest[:], signature) {
		return nil, errors.New("hsm: signer: the public key of that id or label does not verify what the private key signs")
	}
	return s, nil
}

func (s *Signer) verifies(digest, signature []byte) bool {
	switch public := s.public.(type) {
	case *rsa.PublicKey:
		return rsa.VerifyPKCS1v15(public, crypto.SHA256, digest, signature) == nil
	case *ecdsa.PublicKey:
		return ecdsa.VerifyASN1(public, digest, signature)
	}
	return false
}

// Public is the public key, an *rsa.PublicKey or an *ecdsa.PublicKey. It is shared: read, never write.
func (s *Signer) Public() crypto.PublicKey { return s.public }

// Sign is SignContext without a context. Randomness is the token's.
func (s *Signer) Sign(_ io.Reader, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	return s.SignContext(context.Background(), digest, opts)
}

// SignContext signs a digest of SHA-224, SHA-256, SHA-384 or SHA-512, whichever opts say. RSA-PSS is
// not of the format, and refused. The context ends the wait for a session.
func (s *Signer) SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	signature, err := s.sign(ctx, digest, opts)
	if err != nil {
		return nil, fmt.Errorf("hsm: sign: %w", err)
	}
	return signature, nil
}

func (s *Signer) sign(ctx context.Context, digest []byte, opts crypto.SignerOpts) (signature []byte, err error) {
	if opts == nil {
		return nil, errors.New("no opts: give the hash")
	}
	if _, pss := opts.(*rsa.PSSOptions); pss {
		return nil, errors.New("RSA-PSS is not of the format")
	}
	h := opts.HashFunc()
	number, ok := hashNumbers[h]
	if !ok || len(digest) != h.Size() {
		return nil, fmt.Errorf("%d bytes of %v: give a digest of SHA-224, SHA-256, SHA-384 or SHA-512", len(digest), h)
	}
	if public, ok := s.public.(*ecdsa.PublicKey); ok {
		return s.signECDSA(ctx, public, digest)
	}
	err = s.key.do(ctx, func(c *call, private found) (err error) {
		signature, err = c.sign(pkcs11.CKM_RSA_PKCS, private.handle, digestInfo(number, digest))
		return err
	})
	return signature, err
}

// hashNumbers are the last arc of the hashes' object identifiers, 2.16.840.1.101.3.4.2.
var hashNumbers = map[crypto.Hash]byte{crypto.SHA256: 1, crypto.SHA384: 2, crypto.SHA512: 3, crypto.SHA224: 4}

// digestInfo is what PKCS #1 v1.5 pads (RFC 8017, section 9.2, notes).
func digestInfo(number byte, digest []byte) []byte {
	n := byte(len(digest))
	return append([]byte{
		0x30, 17 + n,
		0x30, 13, 0x06, 9, 0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, number, 0x05, 0,
		0x04, n,
	}, digest...)
}

// signECDSA makes DER of the two numbers of fixed length that a token gives. A digest longer than they
// are is cut, as ECDSA has it: not every token does.
func (s *Signer) signECDSA(ctx context.Context, public *ecdsa.PublicKey, digest []byte) ([]byte, error) {
	size := (public.Curve.Params().N.BitLen() + 7) / 8
	var numbers []byte
	err := s.key.do(ctx, func(c *call, private found) (err error) {
		numbers, err = c.sign(pkcs11.CKM_ECDSA, private.handle, digest[:min(len(digest), size)])
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(numbers) != 2*size {
		return nil, fmt.Errorf("the token gave %d bytes for two numbers of %d", len(numbers), size)
	}
	r, t := new(big.Int).SetBytes(numbers[:size]), new(big.Int).SetBytes(numbers[size:])
	return asn1.Marshal(struct{ R, S *big.Int }{r, t})
}
