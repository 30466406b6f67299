package main

import (
	"context"
	"crypto"
	"crypto/rsa"
	_ "crypto/sha256" // the hashes below
	_ "crypto/sha512"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// provider makes the provider of a case from its JSON.
func (d *driver) provider(ctx context.Context, text []byte) (provider.Provider, error) {
	var kind struct{ Type string }
	if err := json.Unmarshal(text, &kind); err != nil {
		return nil, fmt.Errorf("provider: %w", err)
	}
	switch kind.Type {
	case "static":
		var static protocol.Static
		if err := decodeStrictly(text, &static); err != nil {
			return nil, fmt.Errorf("provider: %w", err)
		}
		return d.static(static)
	case "wrapped", "asymmetric-static":
		var wrapped protocol.Wrapped
		if err := decodeStrictly(text, &wrapped); err != nil {
			return nil, fmt.Errorf("provider: %w", err)
		}
		return d.wrapped(wrapped)
	case "direct-kms":
		var direct protocol.DirectKMS
		if err := decodeStrictly(text, &direct); err != nil {
			return nil, fmt.Errorf("provider: %w", err)
		}
		return d.directKMS(ctx, direct)
	case "most-recent":
		var recent protocol.MostRecent
		if err := decodeStrictly(text, &recent); err != nil {
			return nil, fmt.Errorf("provider: %w", err)
		}
		return d.mostRecent(ctx, recent)
	}
	return nil, fmt.Errorf("provider %q is not supported by this driver", kind.Type)
}

func (d *driver) static(p protocol.Static) (provider.Provider, error) {
	config := provider.StaticConfig{Description: p.Description}
	var err error
	if config.Sign, config.Verify, err = d.signature(p.Sign); err != nil {
		return nil, err
	}
	if p.Encrypt != "" {
		if config.Encrypt, err = d.key(p.Encrypt, "aes"); err != nil {
			return nil, err
		}
	}
	return provider.NewStatic(config)
}

// Description entries that are options of AWS's clients.
const (
	wrapAlgorithm = "amzn-ddb-wrap-alg"
	envAlgorithm  = "amzn-ddb-env-alg"
)

func (d *driver) wrapped(p protocol.Wrapped) (provider.Provider, error) {
	config := provider.WrappedConfig{Description: maps.Clone(p.Description)}
	var err error
	if config.Sign, config.Verify, err = d.signature(p.Sign); err != nil {
		return nil, err
	}
	switch size := p.Description[envAlgorithm]; size {
	case "", "AES", "AES/256":
	case "AES/128":
		config.ContentKeySize = 16
	case "AES/192":
		config.ContentKeySize = 24
	default:
		return nil, fmt.Errorf("content key %q is not supported by this driver", size)
	}
	algorithm := p.Description[wrapAlgorithm]
	delete(config.Description, envAlgorithm)
	delete(config.Description, wrapAlgorithm)
	if algorithm == pkcs1 || algorithm == pkcs1Short {
		config.Sign = nil // ours reads it only
	}
	if d.keys[p.Wrap].Type == "aes" && p.Type == "wrapped" {
		config.Wrap, err = d.wrapAES(p.Wrap, algorithm)
	} else {
		config.Wrap, err = d.wrapRSA(p.Wrap, algorithm, p.AllowPKCS1)
	}
	if err != nil {
		return nil, err
	}
	return provider.NewWrapped(config)
}

func (d *driver) wrapAES(name, algorithm string) (provider.KeyWrap, error) {
	if algorithm != "" && algorithm != "AESWrap" {
		return provider.KeyWrap{}, fmt.Errorf("wrapping algorithm %q is not supported by this driver for an AES key", algorithm)
	}
	key, err := d.key(name, "aes")
	if err != nil {
		return provider.KeyWrap{}, err
	}
	return provider.WrapAES(key)
}

// Java's names of PKCS #1 v1.5.
const (
	pkcs1      = "RSA/ECB/PKCS1Padding"
	pkcs1Short = "RSA"
)

// oaepHash is the hash of a wrapping algorithm.
var oaepHash = map[string]crypto.Hash{
	"": 0, pkcs1: 0, pkcs1Short: 0,
	"RSA/ECB/OAEPWithSHA-1AndMGF1Padding":   crypto.SHA1,
	"RSA/ECB/OAEPWithSHA-256AndMGF1Padding": crypto.SHA256,
	"RSA/ECB/OAEPWithSHA-384AndMGF1Padding": crypto.SHA384,
	"RSA/ECB/OAEPWithSHA-512AndMGF1Padding": crypto.SHA512,
}

func (d *driver) wrapRSA(name, algorithm string, allowPKCS1 bool) (provider.KeyWrap, error) {
	hash, ok := oaepHash[algorithm]
	if !ok {
		return provider.KeyWrap{}, fmt.Errorf("wrapping algorithm %q is not supported by this driver for an RSA key", algorithm)
	}
	pair, err := d.pair(name, "rsa")
	if err != nil {
		return provider.KeyWrap{}, err
	}
	config := provider.RSAWrapConfig{Hash: hash, InsecureReadPKCS1v15: allowPKCS1}
	config.Private, _ = pair.private.(crypto.Decrypter)
	config.Public, _ = pair.public.(*rsa.PublicKey)
	return provider.WrapRSA(config)
}

// pairHash is the hash of a signature by the key's type and the algorithm's name.
var pairHash = map[string]map[string]crypto.Hash{
	"rsa": {"": crypto.SHA256, "SHA224withRSA": crypto.SHA224, "SHA256withRSA": crypto.SHA256, "SHA384withRSA": crypto.SHA384, "SHA512withRSA": crypto.SHA512},
	"ec":  {"SHA224withECDSA": crypto.SHA224, "SHA256withECDSA": crypto.SHA256, "SHA384withECDSA": crypto.SHA384, "SHA512withECDSA": crypto.SHA512},
}

// signature makes both halves. There is no Signer where the setup lacks the private one.
func (d *driver) signature(sign protocol.Sign) (provider.Signer, provider.Verifier, error) {
	kind := d.keys[sign.Key].Type
	if pairHash[kind] == nil {
		mac, err := d.mac(sign)
		return mac, mac, err
	}
	hash, ok := pairHash[kind][sign.Algorithm]
	if !ok {
		return nil, nil, fmt.Errorf("signature algorithm %q is not supported by this driver for a key of type %q", sign.Algorithm, kind)
	}
	pair, err := d.pair(sign.Key, kind)
	if err != nil {
		return nil, nil, err
	}
	verifier, err := provider.NewVerifier(hash, pair.public)
	if err != nil || pair.private == nil {
		return nil, verifier, err
	}
	signer, err := provider.NewSigner(hash, pair.private)
	return signer, verifier, err
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
