package main

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/provider"
)

// writer is the provider of a program that only writes, from the public key that wraps and the private key that
// signs. The name of the wrapping key lies beside every item, for a reader that has more than one.
func writer(name string, wrapPEM, signPEM []byte) (provider.Provider, error) {
	public, err := parsePublic(wrapPEM)
	if err != nil {
		return nil, err
	}
	private, err := parsePrivate(signPEM)
	if err != nil {
		return nil, err
	}
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Public: public})
	if err != nil {
		return nil, err
	}
	sign, err := provider.NewSigner(crypto.SHA256, private)
	if err != nil {
		return nil, err
	}
	return provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: sign, Description: map[string]string{keyName: name}})
}

// full is the provider of a program that reads and writes.
func full(name string, wrapPEM []byte, signing pair) (provider.Provider, error) {
	unwrap, err := parsePrivate(wrapPEM)
	if err != nil {
		return nil, err
	}
	private, err := parsePrivate(signing.private)
	if err != nil {
		return nil, err
	}
	public, err := parsePublic(signing.public)
	if err != nil {
		return nil, err
	}
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: unwrap})
	if err != nil {
		return nil, err
	}
	sign, err := provider.NewSigner(crypto.SHA256, private)
	if err != nil {
		return nil, err
	}
	verify, err := provider.NewVerifier(crypto.SHA256, public)
	if err != nil {
		return nil, err
	}
	return provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: sign, Verify: verify, Description: map[string]string{keyName: name}})
}

// parsePrivate reads what "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072" writes.
func parsePrivate(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PRIVATE KEY" {
		return nil, errors.New("no PEM block PRIVATE KEY")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the key is a %T and not RSA", key)
	}
	return private, nil
}

// parsePublic reads what "openssl pkey -pubout" writes.
func parsePublic(text []byte) (*rsa.PublicKey, error) {
	block, _ := pem.Decode(text)
	if block == nil || block.Type != "PUBLIC KEY" {
		return nil, errors.New("no PEM block PUBLIC KEY")
	}
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	public, ok := key.(*rsa.PublicKey)
	if !ok {
		return nil, fmt.Errorf("the key is a %T and not RSA", key)
	}
	return public, nil
}

// pair is the two PEM files of a key.
type pair struct{ private, public []byte }

// generate makes a pair for this run, as the two openssl commands do.
func generate() (pair, error) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return pair{}, err
	}
	private, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return pair{}, err
	}
	public, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		return pair{}, err
	}
	return pair{
		private: pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private}),
		public:  pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: public}),
	}, nil
}
