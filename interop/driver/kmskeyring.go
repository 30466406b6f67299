package main

import (
	"context"
	"crypto/ecdh"
	"crypto/rsa"
	"fmt"
	"strings"

	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
)

// regionOf is the region in a key's ARN, empty where there is none.
func regionOf(key string) string {
	if parts := strings.Split(key, ":"); len(parts) > 3 {
		return parts[3]
	}
	return ""
}

// awsKMS makes a keyring of symmetric keys, one or several.
func (d *driver) awsKMS(k protocol.Keyring) (keyring.Keyring, error) {
	clients := func(region string) (awskms.Client, error) { return d.kms(region) }
	switch k.Mode {
	case "", protocol.ModeStrict, protocol.ModeMRK:
		keys := k.Keys
		if k.Key != "" {
			keys = append([]string{k.Key}, keys...)
		}
		return awskms.New(awskms.Config{Keys: keys, MultiRegion: k.Mode == protocol.ModeMRK, Clients: clients})
	case protocol.ModeDiscovery, protocol.ModeMRKDiscovery:
		regions := k.Regions
		if k.Type == protocol.AWSKMS {
			regions = []string{d.region(k.Region)}
		}
		return awskms.NewDiscovery(awskms.DiscoveryConfig{
			Accounts: k.Accounts, Partition: k.Partition, Regions: regions, MultiRegion: k.Mode == protocol.ModeMRKDiscovery, Clients: clients,
		})
	}
	return nil, fmt.Errorf("no mode %q", k.Mode)
}

// kmsPaddings are by AWS's names.
var kmsPaddings = map[string]keyring.Padding{
	"RSAES_OAEP_SHA_1":   keyring.OAEPWithSHA1,
	"RSAES_OAEP_SHA_256": keyring.OAEPWithSHA256,
}

func (d *driver) kmsRSA(k protocol.Keyring) (keyring.Keyring, error) {
	padding, ok := kmsPaddings[k.Algorithm]
	if !ok {
		return nil, fmt.Errorf("no algorithm %q", k.Algorithm)
	}
	client, err := d.kms(regionOf(k.Key))
	if err != nil {
		return nil, err
	}
	config := awskms.RSAConfig{Key: k.Key, Client: client, Padding: padding}
	if k.PublicKey != "" {
		pair, err := d.pair(k.PublicKey, "rsa")
		if err != nil {
			return nil, err
		}
		config.Public, _ = pair.public.(*rsa.PublicKey)
	}
	return awskms.NewRSA(config)
}

func (d *driver) kmsECDH(ctx context.Context, k protocol.Keyring) (keyring.Keyring, error) {
	client, err := d.kms(regionOf(k.Key))
	if err != nil {
		return nil, err
	}
	// Whose public half KMS is asked for where the case does not name it.
	public := func(name string) (*ecdh.PublicKey, error) {
		if name == "" {
			return awskms.ECDHPublicKey(ctx, client, k.Key)
		}
		return d.publicECDH(name, k.Curve)
	}
	config := awskms.ECDHConfig{Key: k.Key, Client: client}
	switch k.Scheme {
	case protocol.SchemeStatic:
		if config.Public, err = public(k.Sender); err != nil {
			return nil, err
		}
		other, err := d.publicECDH(k.Recipient, k.Curve)
		if err != nil {
			return nil, err
		}
		return awskms.NewECDH(config, other)
	case protocol.SchemeDiscovery:
		if config.Public, err = public(k.Recipient); err != nil {
			return nil, err
		}
		return awskms.NewECDHDiscovery(config)
	}
	return nil, fmt.Errorf("no scheme %q with KMS", k.Scheme)
}
