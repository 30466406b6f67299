package provider

import (
	"context"
	"crypto"
	"crypto/fips140"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // MGF1, which the format leaves at SHA-1
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/rsakey"
)

// RSAWrapConfig describes wrapping by RSA. At least one of Public and Private is required.
type RSAWrapConfig struct {
	hidden

	// Public wraps content keys. Nil: that of Private.
	Public *rsa.PublicKey

	// Private unwraps them: an *rsa.PrivateKey, or a key in a hardware module. That must take
	// *rsa.OAEPOptions with the hash below and SHA-1 as MGFHash, and answer [ErrUnwrap] or
	// rsa.ErrDecryption where a wrapped key does not unwrap. Any other error of it says that it could not
	// be used, and is reported as crypt.ErrKeys. Nil: the provider only writes.
	Private crypto.Decrypter

	// Hash is that of OAEP: SHA-1, SHA-256, SHA-384 or SHA-512. 0: SHA-256, what AWS's clients take if
	// not told otherwise. MGF1 is with SHA-1 whatever the hash, and the label is empty, as Java has it.
	Hash crypto.Hash

	// InsecureReadPKCS1v15 also unwraps keys of items that name PKCS #1 v1.5 padding, or no algorithm,
	// as the oldest Java clients wrote them. The content keys must be of ContentKeySize bytes. Nothing is
	// ever written so.
	//
	// Warning: whoever can write the table may mark any item so, and put wrapped keys of their own choice
	// before the private key. The padding is prone to oracles, by which they would learn every content
	// key wrapped under it, by OAEP too. A wrong padding gives a random key here, as in TLS, and so looks
	// like a wrong key; but a Private in a hardware module may still tell by its timing. Use it to rewrite
	// such items, then take it out. Without a Private it is an error.
	InsecureReadPKCS1v15 bool
}

// ContextDecrypter is a crypto.Decrypter that honours a context, as one in a hardware module can.
// [WrapRSA] asks it to decrypt by DecryptContext alone.
type ContextDecrypter interface {
	crypto.Decrypter
	DecryptContext(ctx context.Context, wrapped []byte, opts crypto.DecrypterOpts) ([]byte, error)
}

// WrapRSA checks c and returns its KeyWrap. Keys of less than 2048 or more than 16384 bits are an
// error, and so are all under GODEBUG=fips140=only, which has no SHA-1.
func WrapRSA(c RSAWrapConfig) (KeyWrap, error) {
	w, err := newRSAWrap(c)
	if err != nil {
		return KeyWrap{}, fmt.Errorf("provider: new RSA key wrap: %w", err)
	}
	return KeyWrap{w}, nil
}

func newRSAWrap(c RSAWrapConfig) (rsaWrap, error) {
	w := rsaWrap{hash: c.Hash, pkcs1: c.InsecureReadPKCS1v15}
	if w.hash == 0 {
		w.hash = crypto.SHA256
	}
	switch w.hash {
	case crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512:
		w.name = "RSA/ECB/OAEPWith" + w.hash.String() + "AndMGF1Padding"
	default:
		return w, fmt.Errorf("%v is not one of SHA-1, SHA-256, SHA-384, SHA-512", w.hash)
	}
	if fips140.Enforced() {
		return w, errors.New("FIPS 140 has no MGF1 with SHA-1, which the format asks for: use AES key wrap")
	}
	var err error
	if w.public, err = rsakey.Pair(c.Public, c.Private); err != nil {
		return w, err
	}
	if c.Private == nil && c.InsecureReadPKCS1v15 {
		return w, errors.New("InsecureReadPKCS1v15 without a Private, which alone could read")
	}
	w.decrypt = rsakey.DecryptBy(c.Private)
	return w, nil
}

// rsaWrap is RSA with OAEP, and where asked for with PKCS #1 v1.5 as a reader.
type rsaWrap struct {
	public  *rsa.PublicKey
	decrypt rsakey.Decrypt // nil: it only wraps
	hash    crypto.Hash
	name    string
	pkcs1   bool
}

func (w rsaWrap) algorithm() string { return w.name }

func (w rsaWrap) wrappedSize(int) int { return w.public.Size() }

func (w rsaWrap) unwraps() bool { return w.decrypt != nil }

func (w rsaWrap) longestWrapped() int { return w.public.Size() }

func (w rsaWrap) options() *rsa.OAEPOptions {
	return &rsa.OAEPOptions{Hash: w.hash, MGFHash: crypto.SHA1}
}

func (w rsaWrap) wrap(_ context.Context, key []byte) ([]byte, error) {
	return rsa.EncryptOAEPWithOptions(rand.Reader, w.public, key, w.options())
}

func (w rsaWrap) unwrapper(algorithm string, named bool, size int) unwrapper {
	var unwrap unwrapper
	switch {
	case algorithm == w.name:
		unwrap = w.unwrapOAEP
	case w.pkcs1 && (!named || algorithm == "RSA" || algorithm == "RSA/ECB/PKCS1Padding"):
		unwrap = func(ctx context.Context, wrapped []byte) ([]byte, error) {
			return rsakey.UnwrapPKCS1v15(ctx, w.decrypt, wrapped, size, ErrUnwrap)
		}
	default:
		return nil
	}
	return func(ctx context.Context, wrapped []byte) ([]byte, error) {
		switch {
		case w.decrypt == nil:
			return nil, ErrNoUnwrap
		case len(wrapped) != w.public.Size():
			return nil, ErrUnwrap
		}
		return unwrap(ctx, wrapped)
	}
}

func (w rsaWrap) unwrapOAEP(ctx context.Context, wrapped []byte) ([]byte, error) {
	key, err := w.decrypt(ctx, wrapped, w.options())
	if errors.Is(err, rsa.ErrDecryption) {
		return nil, ErrUnwrap
	}
	return key, err
}
