// Package keystore makes a provider of keys in a Java keystore file, as KeyStoreMaterialsProvider of AWS's Java
// client does: content keys wrapped by RSA, items signed by RSA or ECDSA. It is a module of its own, so that the
// library that reads such files stays out of programs that have none.
//
// It reads PKCS #12 with entries of private keys, through software.sslmate.com/src/go-pkcs12, and JKS with entries
// of private keys and of certificates, by itself. It does not read
//
//   - secret keys, which that library does not know: a PKCS #12 file that has one is refused whole. Take the bytes
//     out in Java (KeyStore.getKey, Key.getEncoded) and give them to provider.NewStatic;
//   - certificates in PKCS #12 that stand alone. Convert the file by keytool -importkeystore -deststoretype JKS;
//   - JCEKS, BKS and what else Java has. Convert them the same way.
//
// New files need none of this: provider.WrapRSA and provider.NewSigner take keys that crypto/x509 parses from PEM.
package keystore

import (
	"bytes"
	"crypto"
	"crypto/fips140"
	"crypto/rsa"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// MaxSize is the longest keystore file that is read, in bytes.
const MaxSize = 1 << 20

// maxPassword is the longest password, in bytes.
const maxPassword = 1 << 10

// Config describes the provider. Store, Password and both aliases are required.
type Config struct {
	// Store is the content of the file, of at most MaxSize bytes. What it is shows from its first bytes.
	Store []byte

	// Password is the store's, in UTF-8, at most 1 KiB. Nothing in the file is looked at before it is
	// verified. It is not kept, but copies that are made of it stay in memory until that is used again.
	Password secret.Key

	// EncryptionAlias and SigningAlias name the entries. They may be the same, and have no case, as in Java.
	//
	// The encryption entry is an RSA key that wraps content keys; where it is a certificate the provider
	// only writes. The signing entry is an RSA or elliptic key (P-256, P-384 or P-521); where it is a
	// certificate the provider only reads. Certificates beside private keys are not looked at, and none is
	// checked: an entry's key is used, whoever issued the certificate and until when.
	EncryptionAlias, SigningAlias string

	// EncryptionPassword and SigningPassword are those of entries in JKS that have their own. Zero: Password.
	EncryptionPassword, SigningPassword secret.Key

	// WrapHash is that of OAEP, see [provider.RSAWrapConfig]. 0: SHA-256.
	WrapHash crypto.Hash

	// InsecureReadPKCS1v15 also reads items of the oldest Java clients, see [provider.RSAWrapConfig] for
	// what that costs.
	InsecureReadPKCS1v15 bool

	// SignatureHash is that of the signature, see [provider.NewSigner]. 0: SHA-256, Java's if not told otherwise.
	SignatureHash crypto.Hash

	// Description is stored with every item, for all to read. Items of other descriptions are read, which
	// Java's provider refuses to.
	Description map[string]string
}

// New reads the keys and returns their provider, which keeps nothing of c but the keys. It does not read the file
// again: make another provider where Java's refresh is meant. A wrong password and an altered file are one error,
// since nothing tells them apart. Under GODEBUG=fips140=only it is an error, as provider.WrapRSA is.
func New(c Config) (provider.Provider, error) {
	p, err := newProvider(c)
	if err != nil {
		return nil, fmt.Errorf("keystore: new: %w", err)
	}
	return p, nil
}

func newProvider(c Config) (provider.Provider, error) {
	if err := c.check(); err != nil {
		return nil, err
	}
	encryption, signing, err := read(c)
	if err != nil {
		return nil, err
	}
	wrap := provider.RSAWrapConfig{Hash: c.WrapHash, InsecureReadPKCS1v15: c.InsecureReadPKCS1v15}
	public, ok := encryption.public.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("entry %.128q has a %T: content keys are wrapped by RSA only", c.EncryptionAlias, encryption.public)
	}
	wrap.Public = public
	if encryption.private != nil {
		wrap.Private = encryption.private.(*rsa.PrivateKey)
	}
	var w provider.WrappedConfig
	if w.Wrap, err = provider.WrapRSA(wrap); err != nil {
		return nil, fmt.Errorf("entry %.128q: %w", c.EncryptionAlias, err)
	}
	if c.SignatureHash == 0 {
		c.SignatureHash = crypto.SHA256
	}
	if w.Verify, err = provider.NewVerifier(c.SignatureHash, signing.public); err != nil {
		return nil, fmt.Errorf("entry %.128q: %w", c.SigningAlias, err)
	}
	if signing.private != nil {
		if w.Sign, err = provider.NewSigner(c.SignatureHash, signing.private); err != nil {
			return nil, fmt.Errorf("entry %.128q: %w", c.SigningAlias, err)
		}
	}
	w.Description = c.Description
	return provider.NewWrapped(w)
}

// check finds what is wrong with c before the file is looked at.
func (c Config) check() error {
	var wrong []error
	if len(c.Store) == 0 || len(c.Store) > MaxSize {
		wrong = append(wrong, fmt.Errorf("a Store of %d bytes: 1 to %d are read", len(c.Store), MaxSize))
	}
	if c.Password.IsZero() {
		wrong = append(wrong, errors.New("no Password: a file without one is not protected against changes"))
	}
	for _, p := range []secret.Key{c.Password, c.EncryptionPassword, c.SigningPassword} {
		if p.Len() > maxPassword || !utf8.Valid(p.Expose()) {
			wrong = append(wrong, fmt.Errorf("a password is not UTF-8 of at most %d bytes", maxPassword))
		}
	}
	if c.EncryptionAlias == "" {
		wrong = append(wrong, errors.New("no EncryptionAlias"))
	}
	if c.SigningAlias == "" {
		wrong = append(wrong, errors.New("no SigningAlias"))
	}
	if fips140.Enforced() { // the files need SHA-1 too, which then panics
		wrong = append(wrong, errors.New("RSA wraps with SHA-1 in this format, which FIPS 140-only mode lacks: use provider.WrapAES"))
	}
	return errors.Join(wrong...)
}

// entry is a key of the store. private is nil where it is a certificate's.
type entry struct {
	private crypto.Signer
	public  crypto.PublicKey
}

func newEntry(key any) (entry, error) {
	private, ok := key.(crypto.Signer)
	if !ok {
		return entry{}, fmt.Errorf("a %T does not sign", key)
	}
	return entry{private: private, public: private.Public()}, nil
}

// read verifies the store and takes the two entries from it.
func read(c Config) (encryption, signing entry, err error) {
	var lookup func(alias string, password secret.Key) (entry, error)
	switch {
	case c.Store[0] == 0x30: // SEQUENCE
		lookup, err = openPKCS12(c.Store, c.Password)
	case bytes.HasPrefix(c.Store, magicJKS):
		lookup, err = openJKS(c.Store, c.Password)
	case bytes.HasPrefix(c.Store, magicJCEKS):
		err = errors.New("the file is JCEKS, which is not read: convert it by keytool -importkeystore")
	default:
		err = errors.New("the file is neither PKCS #12 nor JKS")
	}
	if err != nil {
		return entry{}, entry{}, err
	}
	encryption, wrongEncryption := lookup(c.EncryptionAlias, c.EncryptionPassword)
	signing, wrongSigning := lookup(c.SigningAlias, c.SigningPassword)
	return encryption, signing, errors.Join(named(c.EncryptionAlias, wrongEncryption), named(c.SigningAlias, wrongSigning))
}

func named(alias string, err error) error {
	if err != nil {
		return fmt.Errorf("entry %.128q: %w", alias, err)
	}
	return nil
}

var (
	errNone       = errors.New("the store has none of this alias")
	errUnverified = errors.New("the file does not verify: another password, or the file was altered")
)

// folded is how Java compares aliases.
func folded(alias string) string { return strings.ToLower(alias) }
