package main

import (
	"crypto"
	"crypto/x509"
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

func parsePair(key protocol.Key) (p pair, err error) {
	if key.PrivateDER != nil {
		parsed, err := x509.ParsePKCS8PrivateKey(key.PrivateDER)
		if err != nil {
			return p, fmt.Errorf("private half: %w", err)
		}
		var ok bool
		if p.private, ok = parsed.(crypto.Signer); !ok {
			return p, fmt.Errorf("private half: %T does not sign", parsed)
		}
		p.public = p.private.Public()
	}
	if key.PublicDER != nil {
		if p.public, err = x509.ParsePKIXPublicKey(key.PublicDER); err != nil {
			return p, fmt.Errorf("public half: %w", err)
		}
	}
	return p, nil
}
