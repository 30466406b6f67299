package keyring

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/point"
)

// SignatureKey is the private P-384 key that signs one item under SuiteECDSA. It lives in a closure,
// where nothing prints it. It is immutable, may be copied and used concurrently; the zero SignatureKey
// is none.
type SignatureKey struct {
	sign   func(digest []byte) ([]byte, error)
	public *ecdsa.PublicKey
	entry  string
}

// NewSignatureKey returns the SignatureKey of an ECDSA key on P-384, which may be in a hardware module.
// The default manager makes one for each item; it is for managers of your own. That the private half
// belongs to the public one is not tried, which would take as long as signing and reading the item.
func NewSignatureKey(k crypto.Signer) (SignatureKey, error) {
	if given.Nil(k) {
		return SignatureKey{}, errors.New("keyring: new signature key: no key")
	}
	//lint:ignore SA1019 a key without a scalar, on which Sign panics, is told by it alone
	if own, ok := k.(*ecdsa.PrivateKey); ok && own.D == nil {
		return SignatureKey{}, errors.New("keyring: new signature key: no private key")
	}
	public, ok := k.Public().(*ecdsa.PublicKey)
	if !ok {
		return SignatureKey{}, errors.New("keyring: new signature key: the key is not ECDSA")
	}
	entry, err := encodePublicKey(public)
	if err != nil {
		return SignatureKey{}, fmt.Errorf("keyring: new signature key: %w", err)
	}
	return SignatureKey{
		sign:   func(digest []byte) ([]byte, error) { return k.Sign(rand.Reader, digest, crypto.SHA384) },
		public: public,
		entry:  entry,
	}, nil
}

// Sign returns the signature in DER of a SHA-384 digest.
func (k SignatureKey) Sign(digest []byte) ([]byte, error) {
	if k.sign == nil {
		return nil, errors.New("keyring: sign: no signature key")
	}
	signature, err := k.sign(digest)
	if err != nil {
		return nil, fmt.Errorf("keyring: sign: %w", err)
	}
	return signature, nil
}

// Public is the public half, nil for the zero SignatureKey. It is shared: read, never write.
func (k SignatureKey) Public() *ecdsa.PublicKey { return k.public }

// Entry is the value of [PublicKeyEntry] for the public half, "" for the zero SignatureKey.
func (k SignatureKey) Entry() string { return k.entry }

// IsZero reports whether k is none.
func (k SignatureKey) IsZero() bool { return k.sign == nil }

// String says that there is a key, never which.
func (k SignatureKey) String() string {
	if k.IsZero() {
		return "keyring.SignatureKey(none)"
	}
	return "keyring.SignatureKey(hidden)"
}

// GoString is String, for %#v.
func (k SignatureKey) GoString() string { return k.String() }

// compressedP384 is the size in bytes of a compressed point.
const compressedP384 = 49

func encodePublicKey(k *ecdsa.PublicKey) (string, error) {
	//lint:ignore SA1019 a key without coordinates, on which Bytes panics, is told by them alone
	if k == nil || k.X == nil || k.Y == nil || k.Curve != elliptic.P384() {
		return "", errors.New("the key is not one on P-384")
	}
	uncompressed, err := k.Bytes()
	if err != nil {
		return "", errors.New("the public key is not on P-384")
	}
	return base64.StdEncoding.EncodeToString(point.Compress(uncompressed)), nil
}

// parsePublicKey is the inverse of encodePublicKey.
func parsePublicKey(entry string) (*ecdsa.PublicKey, error) {
	if len(entry) != base64.StdEncoding.EncodedLen(compressedP384) {
		return nil, errPublicKey
	}
	compressed, err := base64.StdEncoding.Strict().DecodeString(entry)
	if err != nil {
		return nil, errPublicKey
	}
	uncompressed, ok := point.Decompress(elliptic.P384(), compressed)
	if !ok {
		return nil, errPublicKey
	}
	k, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), uncompressed)
	if err != nil {
		return nil, errPublicKey
	}
	return k, nil
}

var errPublicKey = fmt.Errorf("context entry %s is not a point of P-384 in Base64", PublicKeyEntry)
