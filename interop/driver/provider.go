package main

import (
	"crypto"
	_ "crypto/sha256" // the hashes below
	_ "crypto/sha512"
	"encoding/json"
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// provider makes the provider of a case from its JSON.
func (d *driver) provider(text []byte) (provider.Provider, error) {
	var kind struct{ Type string }
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	if kind.Type != "static" {
		return nil, fmt.Errorf("provider %q is not supported by this driver", kind.Type)
	}
	var static protocol.Static
	if err := decodeStrictly(text, &static); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	mac, err := d.mac(static.Sign)
	if err != nil {
		return nil, err
	}
	config := provider.StaticConfig{Sign: mac, Verify: mac, Description: static.Description}
	if static.Encrypt != "" {
		if config.Encrypt, err = d.key(static.Encrypt, "aes"); err != nil {
			return nil, err
		}
	}
	return provider.NewStatic(config)
}

func (d *driver) mac(sign protocol.Sign) (*provider.HMAC, error) {
	key, err := d.key(sign.Key, "hmac")
	if err != nil {
		return nil, err
	}
	var hash crypto.Hash
	switch sign.Algorithm {
	case "HmacSHA224":
		hash = crypto.SHA224
	case "HmacSHA256", "":
		hash = crypto.SHA256
	case "HmacSHA384":
		hash = crypto.SHA384
	case "HmacSHA512":
		hash = crypto.SHA512
	default:
		return nil, fmt.Errorf("signature algorithm %q is not supported by this driver", sign.Algorithm)
	}
	return provider.NewHMAC(hash, key)
}

func (d *driver) key(name, kind string) (secret.Key, error) {
	key, ok := d.keys[name]
	if !ok {
		return secret.Key{}, fmt.Errorf("no key %q in the setup", name)
	}
	if key.Type != kind {
		return secret.Key{}, fmt.Errorf("key %q is of type %q where %q is needed", name, key.Type, kind)
	}
	return secret.New(key.Material)
}
