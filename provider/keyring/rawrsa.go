package keyring

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // makes the hashes available that hash names
	_ "crypto/sha256"
	_ "crypto/sha512"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/rsakey"
)

// Padding is how a key is padded before RSA encrypts it (dbesdk 2.3). OAEP has an empty label, and MGF1
// with the hash that it has itself.
type Padding uint8

// The paddings. The zero Padding is OAEPWithSHA256.
const (
	OAEPWithSHA256 Padding = iota
	OAEPWithSHA1
	OAEPWithSHA384
	OAEPWithSHA512

	// InsecurePKCS1v15 is PKCS #1 v1.5, for items that peers read or wrote so.
	//
	// Warning: whoever can write the table may put wrapped keys of their own choice before the private
	// key. The padding is prone to oracles, by which they would learn every key wrapped under it, with
	// OAEP too. A wrong padding gives a random key here, as in TLS, and so looks like a wrong key; but a
	// Private in a hardware module may still tell by its timing. Keep a key of its own for it.
	InsecurePKCS1v15
)

// String is the name that AWS's clients give the padding.
func (p Padding) String() string {
	switch p {
	case OAEPWithSHA256:
		return "OAEP_SHA256_MGF1"
	case OAEPWithSHA1:
		return "OAEP_SHA1_MGF1"
	case OAEPWithSHA384:
		return "OAEP_SHA384_MGF1"
	case OAEPWithSHA512:
		return "OAEP_SHA512_MGF1"
	case InsecurePKCS1v15:
		return "PKCS1"
	}
	return fmt.Sprintf("Padding(%d)", uint8(p))
}

// hash is that of OAEP, 0 for none.
func (p Padding) hash() crypto.Hash {
	switch p {
	case OAEPWithSHA256:
		return crypto.SHA256
	case OAEPWithSHA1:
		return crypto.SHA1
	case OAEPWithSHA384:
		return crypto.SHA384
	case OAEPWithSHA512:
		return crypto.SHA512
	}
	return 0
}

// RawRSAConfig describes a keyring of an RSA key of 2048 to 16384 bits. At least one of Public and
// Private is required.
type RawRSAConfig struct {
	hidden

	// Namespace and Name are stored with every item, for all to read, and say which key it is: give every
	// key a name of its own. Namespaces of other kinds of keyrings, such as aws-kms, are an error.
	Namespace, Name string

	// Padding must be the one that the items were written with: they do not say.
	Padding Padding

	// Public wraps. Nil: that of Private.
	Public *rsa.PublicKey

	// Private unwraps: an *rsa.PrivateKey, or a key in a hardware module, whose method DecryptContext is
	// asked if it has one, as provider.ContextDecrypter does. That must take *rsa.OAEPOptions, or
	// *rsa.PKCS1v15DecryptOptions, and answer [ErrUnwrap] or rsa.ErrDecryption where
	// a key does not unwrap. Any other error of it says that it could not be used, and is reported as
	// crypt.ErrKeys. Nil: the keyring only writes. An *rsa.PrivateKey is an error if its public half is not
	// its own. crypto/x509 reads both halves from DER, what encoding/pem takes out of PEM.
	Private crypto.Decrypter
}

// RawRSA checks c and returns its keyring. It keeps nothing of c that can change. Anyone who has the
// public key can write items that the keyring opens: where writers are not to be trusted as readers are,
// check who may write the table.
func RawRSA(c RawRSAConfig) (Keyring, error) {
	err := checkNames(c.Namespace, c.Name)
	if c.Padding > InsecurePKCS1v15 {
		err = errors.Join(err, fmt.Errorf("%v is not one of the five paddings", c.Padding))
	}
	public, pairErr := rsakey.Pair(c.Public, c.Private)
	if err = errors.Join(err, pairErr); err != nil {
		return nil, fmt.Errorf("keyring: new raw RSA: %w", err)
	}
	w := &rawRSA{namespace: c.Namespace, name: c.Name, padding: c.Padding, public: public, decrypt: rsakey.DecryptBy(c.Private)}
	return New(w)
}

// hidden, embedded in a config, keeps what the config holds out of logs and encoders.
type hidden = given.Hidden

type rawRSA struct {
	namespace, name string
	padding         Padding
	public          *rsa.PublicKey
	decrypt         rsakey.Decrypt // nil: it only writes
}

func (w *rawRSA) options() *rsa.OAEPOptions {
	return &rsa.OAEPOptions{Hash: w.padding.hash(), MGFHash: w.padding.hash()}
}

// Wrap encrypts a fresh key. The context is not in it: it is bound where the intermediate key is used.
func (w *rawRSA) Wrap(context.Context, Binding) ([]byte, EncryptedDataKey, error) {
	key := newIntermediateKey()
	var c []byte
	var err error
	if w.padding == InsecurePKCS1v15 {
		//lint:ignore SA1019 the owner asked for it, and was warned
		c, err = rsa.EncryptPKCS1v15(rand.Reader, w.public, key)
	} else {
		c, err = rsa.EncryptOAEPWithOptions(rand.Reader, w.public, key, w.options())
	}
	return key, EncryptedDataKey{w.namespace, []byte(w.name), c}, err
}

// Unwrap is the inverse.
func (w *rawRSA) Unwrap(ctx context.Context, wrapped EncryptedDataKey, _ Binding) ([]byte, error) {
	switch {
	case wrapped.ProviderID != w.namespace || string(wrapped.ProviderInfo) != w.name:
		return nil, ErrNoMatch
	case w.decrypt == nil:
		return nil, ErrOnlyWrites
	case len(wrapped.Ciphertext) != w.public.Size():
		return nil, ErrUnwrap
	case w.padding == InsecurePKCS1v15:
		return rsakey.UnwrapPKCS1v15(ctx, w.decrypt, wrapped.Ciphertext, IntermediateKeySize, ErrUnwrap)
	}
	key, err := w.decrypt(ctx, wrapped.Ciphertext, w.options())
	switch {
	case errors.Is(err, rsa.ErrDecryption):
		return nil, ErrUnwrap
	case err != nil:
		return nil, err
	case len(key) != IntermediateKeySize: // whoever has the public key may encrypt anything
		clear(key)
		return nil, ErrUnwrap
	}
	return key, nil
}

// String names the key.
func (w *rawRSA) String() string {
	return fmt.Sprintf("raw RSA %.64q %.64q with %v", w.namespace, w.name, w.padding)
}
