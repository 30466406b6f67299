package main

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
)

// keyring makes a keyring of a case whose items have that partition key.
func (d *driver) keyring(ctx context.Context, k protocol.Keyring, partitionKey string) (keyring.Keyring, error) {
	switch k.Type {
	case protocol.RawAES:
		key, err := d.key(k.Key, "aes")
		if err != nil {
			return nil, err
		}
		return keyring.RawAES(k.KeyNamespace, k.KeyName, key)
	case protocol.RawRSA:
		return d.rawRSA(k)
	case protocol.RawECDH:
		return d.rawECDH(k)
	case protocol.Multi:
		return d.multi(ctx, k, partitionKey)
	case protocol.AWSKMS, protocol.AWSKMSMulti:
		return d.awsKMS(k)
	case protocol.AWSKMSRSA:
		return d.kmsRSA(k)
	case protocol.AWSKMSECDH:
		return d.kmsECDH(ctx, k)
	case protocol.Hierarchy:
		return d.hierarchy(k, partitionKey)
	}
	return nil, fmt.Errorf("keyring %q is not supported by this driver", k.Type)
}

// paddings are by AWS's names.
var paddings = map[string]keyring.Padding{
	"PKCS1":            keyring.InsecurePKCS1v15,
	"OAEP_SHA1_MGF1":   keyring.OAEPWithSHA1,
	"OAEP_SHA256_MGF1": keyring.OAEPWithSHA256,
	"OAEP_SHA384_MGF1": keyring.OAEPWithSHA384,
	"OAEP_SHA512_MGF1": keyring.OAEPWithSHA512,
}

func (d *driver) rawRSA(k protocol.Keyring) (keyring.Keyring, error) {
	padding, ok := paddings[k.Padding]
	if !ok {
		return nil, fmt.Errorf("no padding %q", k.Padding)
	}
	pair, err := d.pair(k.Key, "rsa")
	if err != nil {
		return nil, err
	}
	config := keyring.RawRSAConfig{Namespace: k.KeyNamespace, Name: k.KeyName, Padding: padding}
	config.Private, _ = pair.private.(crypto.Decrypter)
	config.Public, _ = pair.public.(*rsa.PublicKey)
	return keyring.RawRSA(config)
}

func (d *driver) rawECDH(k protocol.Keyring) (keyring.Keyring, error) {
	switch k.Scheme {
	case protocol.SchemeStatic:
		own, err := d.privateECDH(k.Sender, k.Curve)
		if err != nil {
			return nil, err
		}
		other, err := d.publicECDH(k.Recipient, k.Curve)
		if err != nil {
			return nil, err
		}
		return keyring.RawECDHStatic(own, other)
	case protocol.SchemeEphemeral:
		recipient, err := d.publicECDH(k.Recipient, k.Curve)
		if err != nil {
			return nil, err
		}
		return keyring.RawECDHEphemeral(recipient)
	case protocol.SchemeDiscovery:
		own, err := d.privateECDH(k.Recipient, k.Curve)
		if err != nil {
			return nil, err
		}
		return keyring.RawECDHDiscovery(own)
	}
	return nil, fmt.Errorf("no scheme %q", k.Scheme)
}

func (d *driver) publicECDH(name, curve string) (*ecdh.PublicKey, error) {
	pair, err := d.pair(name, "ec")
	if err != nil {
		return nil, err
	}
	public, ok := pair.public.(*ecdsa.PublicKey)
	if !ok || public.Params().Name != curve {
		return nil, fmt.Errorf("key %q is not on curve %q", name, curve)
	}
	return public.ECDH()
}

func (d *driver) privateECDH(name, curve string) (*ecdh.PrivateKey, error) {
	pair, err := d.pair(name, "ec")
	if err != nil {
		return nil, err
	}
	private, ok := pair.private.(*ecdsa.PrivateKey)
	if !ok {
		return nil, fmt.Errorf("the setup lacks the private half of key %q", name)
	}
	if private.Params().Name != curve {
		return nil, fmt.Errorf("key %q is not on curve %q", name, curve)
	}
	return private.ECDH()
}

func (d *driver) multi(ctx context.Context, k protocol.Keyring, partitionKey string) (keyring.Keyring, error) {
	var generator keyring.Keyring
	if k.Generator != nil {
		var err error
		if generator, err = d.keyring(ctx, *k.Generator, partitionKey); err != nil {
			return nil, fmt.Errorf("generator: %w", err)
		}
	}
	others := make([]keyring.Keyring, len(k.Children))
	for i, child := range k.Children {
		var err error
		if others[i], err = d.keyring(ctx, child, partitionKey); err != nil {
			return nil, fmt.Errorf("child %d: %w", i+1, err)
		}
	}
	return keyring.Multi(generator, others...)
}

// legacyProvider makes the provider that AWS's legacy override has.
func (d *driver) legacyProvider(p protocol.LegacyProvider) (provider.Provider, error) {
	if (p.MACKey == "") == (p.SigningKey == "") {
		return nil, errors.New("provider needs one of macKey and signingKey")
	}
	sign := protocol.Sign{Key: p.MACKey + p.SigningKey}
	switch p.Type {
	case "symmetric":
		return d.static(protocol.Static{Encrypt: p.EncryptionKey, Sign: sign})
	case "wrapped":
		return d.wrapped(protocol.Wrapped{Type: "wrapped", Wrap: p.EncryptionKey, Sign: sign})
	}
	return nil, fmt.Errorf("provider %q is not one of a legacy override", p.Type)
}
