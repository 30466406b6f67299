package keystore

import (
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/provider/secret"
	"software.sslmate.com/src/go-pkcs12"
)

// maxIterations bounds what a file may have us compute before it is verified. It is Java's own limit.
const maxIterations = 5_000_000

// pfx is what the outermost value says of its MAC (RFC 7292, 4).
type pfx struct {
	Version int
	Content asn1.RawValue
	MAC     struct {
		Digest struct {
			Algorithm pkix.AlgorithmIdentifier
			Value     []byte
		}
		Salt       []byte
		Iterations int `asn1:"optional,default:1"`
	} `asn1:"optional"`
}

// oidPBMAC1 is that of a MAC whose iterations are elsewhere (RFC 9579).
var oidPBMAC1 = asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 5, 14}

// checkPKCS12 refuses files that the library would read without verifying them, or compute for minutes to verify.
// What it reads after that has been verified under the password.
func checkPKCS12(store []byte) error {
	var p pfx
	rest, err := asn1.Unmarshal(store, &p)
	algorithm := p.MAC.Digest.Algorithm.Algorithm
	switch {
	case err != nil || len(rest) > 0:
		return errors.New("the file is not PKCS #12 in DER")
	case len(algorithm) == 0:
		return errors.New("the file has no MAC: it is not protected against changes")
	case algorithm.Equal(oidPBMAC1):
		return errors.New("the file has a PBMAC1: write it with one of SHA-1, SHA-256 or SHA-512")
	case p.MAC.Iterations < 1 || p.MAC.Iterations > maxIterations:
		return fmt.Errorf("the file's MAC takes %d iterations: 1 to %d are done", p.MAC.Iterations, maxIterations)
	}
	return nil
}

func openPKCS12(store []byte, password secret.Key) (func(string, secret.Key) (entry, error), error) {
	if err := checkPKCS12(store); err != nil {
		return nil, err
	}
	// The library's other functions take files of one key. That this one labels keys as what they are not
	// is why it is deprecated, and of no matter here.
	//lint:ignore SA1019 no other function reads several keys
	blocks, err := pkcs12.ToPEM(store, string(password.Expose()))
	switch {
	case errors.Is(err, pkcs12.ErrIncorrectPassword):
		return nil, errUnverified
	case err != nil: // it names what it does not read, and quotes nothing
		return nil, fmt.Errorf("the file has what is not read, see the package's comment: %w", err)
	}
	keys := make(map[string]*pem.Block)
	var twice error
	for _, b := range blocks {
		if b.Type != "PRIVATE KEY" {
			continue
		}
		alias := folded(b.Headers["friendlyName"])
		if keys[alias] != nil {
			twice = fmt.Errorf("the file has two keys of alias %.128q", alias)
		}
		keys[alias] = b
	}
	if twice != nil {
		return nil, twice
	}
	return func(alias string, own secret.Key) (entry, error) {
		b := keys[folded(alias)]
		switch {
		case b == nil:
			return entry{}, errNone
		case !own.IsZero() && !own.Equal(password):
			return entry{}, errors.New("it has another password than the store, which PKCS #12 does not have here")
		}
		return parsePKCS12(b.Bytes)
	}, nil
}

// parsePKCS12 reads a key as the library writes it: PKCS #1, or SEC 1 where it is elliptic.
func parsePKCS12(der []byte) (entry, error) {
	if key, err := x509.ParsePKCS1PrivateKey(der); err == nil {
		return newEntry(key)
	}
	key, err := x509.ParseECPrivateKey(der)
	if err != nil {
		return entry{}, errors.New("its key does not parse")
	}
	return newEntry(key)
}
