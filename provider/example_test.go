package provider_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"log"

	"github.com/dynaseal/ddb/provider"
)

// Keys in PEM files, as "openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:3072" writes them.
func ExampleNewWrapped() {
	wrapping, err := parsePEM(filePEM())
	if err != nil {
		log.Fatal(err)
	}
	signing, err := parsePEM(filePEM())
	if err != nil {
		log.Fatal(err)
	}
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: wrapping})
	if err != nil {
		log.Fatal(err)
	}
	sign, err := provider.NewSigner(crypto.SHA256, signing)
	if err != nil {
		log.Fatal(err)
	}
	verify, err := provider.NewVerifier(crypto.SHA256, signing.Public())
	if err != nil {
		log.Fatal(err)
	}
	_, err = provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: sign, Verify: verify})
	fmt.Println(wrap, sign.SigningAlgorithm(), err)
	// Output: RSA/ECB/OAEPWithSHA-256AndMGF1Padding SHA256withRSA <nil>
}

func parsePEM(text []byte) (*rsa.PrivateKey, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, fmt.Errorf("no PEM")
	}
	key, err := x509.ParsePKCS8PrivateKey(block.Bytes)
	if err != nil {
		return nil, err
	}
	private, ok := key.(*rsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("a %T is not RSA", key)
	}
	return private, nil
}

// filePEM stands for os.ReadFile.
func filePEM() []byte {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		log.Fatal(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		log.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})
}
