package provider

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/rsakey"
)

// AlgorithmSigner is a Signer whose algorithm the format writes into the description, as
// amzn-ddb-map-signingAlg: Java's reader goes by it where the key is of a pair. It must be one of the
// format's (ddbec 1.9), such as SHA256withRSA.
type AlgorithmSigner interface {
	Signer
	SigningAlgorithm() string
}

// AlgorithmVerifier is a Verifier that knows its algorithm, as [HMAC] does. An item that names another is
// refused; what an item names decides nothing else.
type AlgorithmVerifier interface {
	Verifier
	Algorithm() string
}

// AlgorithmProvider is a Provider that verifies all items by one algorithm, as those of this package do. An
// item that names another is refused before keys are asked for, crypt.ErrFormat that says which; where the
// algorithm is known by the [AlgorithmVerifier] alone it is crypt.ErrAuth. "": it is not known.
type AlgorithmProvider interface {
	Provider
	VerifyAlgorithm() string
}

// ContextSigner is a crypto.Signer that honours a context, as one in a hardware module can. [NewSigner]
// asks it for signatures by SignContext alone.
type ContextSigner interface {
	crypto.Signer
	SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

// NewSigner returns a Signer with a private key: RSA, with PKCS #1 v1.5 padding (SHA256withRSA and the
// like), of 2048 to 16384 bits, or ECDSA on P-256, P-384 or P-521, with a signature in DER
// (SHA256withECDSA and the like), which AWS's Python client does not read. The hash is SHA-224, SHA-256,
// SHA-384 or SHA-512. The key may be in a hardware module: it is asked for signatures only. One of this
// process, an *rsa.PrivateKey or *ecdsa.PrivateKey, is an error if its public half is not its own.
func NewSigner(h crypto.Hash, key crypto.Signer) (AlgorithmSigner, error) {
	if given.Nil(key) {
		return nil, errors.New("provider: new signer: no key")
	}
	s, err := newScheme(h, key.Public())
	if err != nil {
		return nil, fmt.Errorf("provider: new signer: %w", err)
	}
	if err := checkPrivate(key, s); err != nil {
		return nil, fmt.Errorf("provider: new signer: %w", err)
	}
	if remote, ok := key.(ContextSigner); ok {
		return &pairSigner{s, func(ctx context.Context, digest []byte) ([]byte, error) { return remote.SignContext(ctx, digest, h) }}, nil
	}
	return &pairSigner{s, func(_ context.Context, digest []byte) ([]byte, error) { return key.Sign(rand.Reader, digest, h) }}, nil
}

// NewVerifier returns the Verifier for what the [NewSigner] of the same hash signs with the private key:
// key is an *rsa.PublicKey or an *ecdsa.PublicKey. The algorithm is fixed here, whatever an item says.
func NewVerifier(h crypto.Hash, key crypto.PublicKey) (AlgorithmVerifier, error) {
	s, err := newScheme(h, key)
	if err != nil {
		return nil, fmt.Errorf("provider: new verifier: %w", err)
	}
	return &pairVerifier{s}, nil
}

// scheme is an algorithm and a public key.
type scheme struct {
	algorithm string
	hash      crypto.Hash
	public    interface{ Equal(crypto.PublicKey) bool }
	verify    func(digest, signature []byte) bool
}

func newScheme(h crypto.Hash, key crypto.PublicKey) (none scheme, _ error) {
	s := scheme{hash: h}
	switch h {
	case crypto.SHA224:
		s.algorithm = "SHA224with"
	case crypto.SHA256:
		s.algorithm = "SHA256with"
	case crypto.SHA384:
		s.algorithm = "SHA384with"
	case crypto.SHA512:
		s.algorithm = "SHA512with"
	default:
		return none, fmt.Errorf("%v is not one of SHA-224, SHA-256, SHA-384, SHA-512", h)
	}
	switch key := key.(type) {
	case *rsa.PublicKey:
		if err := rsakey.Check(key); err != nil {
			return none, err
		}
		key = rsakey.Copy(key)
		s.algorithm += "RSA"
		s.public = key
		s.verify = func(digest, signature []byte) bool { return rsa.VerifyPKCS1v15(key, h, digest, signature) == nil }
	case *ecdsa.PublicKey:
		//lint:ignore SA1019 a key without coordinates, on which Bytes panics, is told by them alone
		if key == nil || key.X == nil || key.Y == nil {
			return none, errors.New("no key")
		}
		switch key.Curve {
		case elliptic.P256(), elliptic.P384(), elliptic.P521():
		default:
			return none, errors.New("the curve is not one of P-256, P-384, P-521")
		}
		point, err := key.Bytes()
		if err == nil {
			key, err = ecdsa.ParseUncompressedPublicKey(key.Curve, point) // the caller's may change
		}
		if err != nil {
			return none, errors.New("the public key is not on its curve")
		}
		s.algorithm += "ECDSA"
		s.public = key
		s.verify = func(digest, signature []byte) bool { return ecdsa.VerifyASN1(key, digest, signature) }
	default:
		return none, errors.New("the key is neither RSA nor ECDSA")
	}
	return s, nil
}

// Algorithm is the name that Java gives it, such as SHA256withRSA.
func (s scheme) Algorithm() string { return s.algorithm }

// String is Algorithm.
func (s scheme) String() string { return s.algorithm }

// GoString is String, for %#v.
func (s scheme) GoString() string { return s.algorithm }

func (s scheme) digest(message []byte) []byte {
	h := s.hash.New()
	h.Write(message)
	return h.Sum(nil)
}

// pairSigner holds the key in a closure, where nothing prints it.
type pairSigner struct {
	scheme
	sign func(ctx context.Context, digest []byte) ([]byte, error)
}

// SigningAlgorithm is Algorithm, for the description.
func (s *pairSigner) SigningAlgorithm() string { return s.algorithm }

// Sign returns the signature of stringToSign. It looks at the context where the key is a ContextSigner:
// crypto.Signer has no place for it.
func (s *pairSigner) Sign(ctx context.Context, stringToSign []byte) ([]byte, error) {
	signature, err := s.sign(ctx, s.digest(stringToSign))
	if err != nil {
		return nil, fmt.Errorf("provider: sign: %w", err)
	}
	return signature, nil
}

type pairVerifier struct{ scheme }

var _ LocalVerifier = (*pairVerifier)(nil)

// Local reports true: a public key is always at hand.
func (v *pairVerifier) Local() bool { return true }

// Verify does not look at the context.
func (v *pairVerifier) Verify(_ context.Context, stringToSign, signature []byte) error {
	if !v.verify(v.digest(stringToSign), signature) {
		return ErrSignature
	}
	return nil
}
