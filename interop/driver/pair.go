package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
)

// pair is a parsed pair. The private half is nil where the setup has none.
type pair struct {
	private crypto.Signer
	public  crypto.PublicKey
}

// pair parses the key of that name once: RSA takes longer to parse than to use.
func (d *driver) pair(name, kind string) (pair, error) {
	key, ok := d.keys[name]
	if !ok {
		return pair{}, fmt.Errorf("no key %q in the setup", name)
	}
	if key.Type != kind {
		return pair{}, fmt.Errorf("key %q is of type %q where %q is needed", name, key.Type, kind)
	}
	if made, ok := d.pairs[name]; ok {
		return made, nil
	}
	made, err := parsePair(key)
	if err != nil {
		return pair{}, fmt.Errorf("key %q: %w", name, err)
	}
	d.pairs[name] = made
	return made, nil
}

// parsePair parses the halves that are there. Both must be of the type that the setup names.
func parsePair(key protocol.Key) (p pair, err error) {
	if len(key.PrivateDER) > 0 {
		parsed, err := x509.ParsePKCS8PrivateKey(key.PrivateDER)
		if err != nil {
			return p, fmt.Errorf("private half: %w", err)
		}
		var ok bool
		if p.private, ok = parsed.(crypto.Signer); !ok {
			return p, fmt.Errorf("private half: %T does not sign", parsed)
		}
		p.public = p.private.Public()
		if err := checkType(key.Type, p.public); err != nil {
			return p, fmt.Errorf("private half: %w", err)
		}
	}
	if len(key.PublicDER) > 0 {
		if p.public, err = x509.ParsePKIXPublicKey(key.PublicDER); err != nil {
			return p, fmt.Errorf("public half: %w", err)
		}
		if err := checkType(key.Type, p.public); err != nil {
			return p, fmt.Errorf("public half: %w", err)
		}
	}
	if p.public == nil {
		return p, errors.New("neither half")
	}
	return p, nil
}

func checkType(kind string, public crypto.PublicKey) error {
	_, isRSA := public.(*rsa.PublicKey)
	_, isEC := public.(*ecdsa.PublicKey)
	if kind == "rsa" && isRSA || kind == "ec" && isEC {
		return nil
	}
	return fmt.Errorf("%T is not of type %q", public, kind)
}
