package provider_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeysThatAreNone(t *testing.T) {
	k := made(t, rsaKey)
	broken := func(change func(*rsa.PublicKey)) *rsa.PublicKey {
		p := &rsa.PublicKey{N: new(big.Int).Set(k.N), E: k.E}
		change(p)
		return p
	}
	public := map[string]*rsa.PublicKey{
		"nil":               nil,
		"no modulus":        {},
		"negative modulus":  broken(func(p *rsa.PublicKey) { p.N.Neg(p.N) }),
		"even modulus":      broken(func(p *rsa.PublicKey) { p.N.Add(p.N, big.NewInt(1)) }),
		"exponent 1":        broken(func(p *rsa.PublicKey) { p.E = 1 }),
		"even exponent":     broken(func(p *rsa.PublicKey) { p.E = 4 }),
		"negative exponent": broken(func(p *rsa.PublicKey) { p.E = -3 }),
		"huge exponent":     broken(func(p *rsa.PublicKey) { p.E = 1<<40 + 1 }),
	}
	for name, p := range public {
		t.Run(name, func(t *testing.T) {
			_, err := provider.NewVerifier(crypto.SHA256, p)
			require.Error(t, err)
			_, err = provider.WrapRSA(provider.RSAWrapConfig{Public: p})
			require.Error(t, err)
			if p != nil { // without one it is that of the private key
				_, err = provider.WrapRSA(provider.RSAWrapConfig{Public: p, Private: k})
				require.Error(t, err)
			}
		})
	}
	for name, f := range map[string]func() error{
		"nil private RSA key to unwrap": func() error {
			_, err := provider.WrapRSA(provider.RSAWrapConfig{Private: (*rsa.PrivateKey)(nil)})
			return err
		},
		"nil private RSA key to sign": func() error {
			_, err := provider.NewSigner(crypto.SHA256, (*rsa.PrivateKey)(nil))
			return err
		},
		"nil private ECDSA key": func() error {
			_, err := provider.NewSigner(crypto.SHA256, (*ecdsa.PrivateKey)(nil))
			return err
		},
		"ECDSA key without a point": func() error {
			_, err := provider.NewVerifier(crypto.SHA256, &ecdsa.PublicKey{Curve: elliptic.P256()})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) { assert.Error(t, f()) })
	}
}

func TestACallersPublicKeyMayChange(t *testing.T) {
	k := made(t, rsaKey)
	p := &rsa.PublicKey{N: new(big.Int).Set(k.N), E: k.E}
	v, err := provider.NewVerifier(crypto.SHA256, p)
	require.NoError(t, err)
	s, err := provider.NewSigner(crypto.SHA256, k)
	require.NoError(t, err)
	signature, err := s.Sign(t.Context(), []byte("text"))
	require.NoError(t, err)
	p.N.SetInt64(15)
	assert.NoError(t, v.Verify(t.Context(), []byte("text"), signature))
}

func TestACallersPublicECDSAKeyMayChange(t *testing.T) {
	k := made(t, ecKey)
	p := k.PublicKey
	//lint:ignore SA1019 it is what a careless caller changes
	p.X, p.Y = new(big.Int).Set(p.X), new(big.Int).Set(p.Y)
	v, err := provider.NewVerifier(crypto.SHA256, &p)
	require.NoError(t, err)
	s, err := provider.NewSigner(crypto.SHA256, k)
	require.NoError(t, err)
	signature, err := s.Sign(t.Context(), []byte("text"))
	require.NoError(t, err)
	//lint:ignore SA1019 as above
	p.X.SetInt64(15)
	assert.NoError(t, v.Verify(t.Context(), []byte("text"), signature))
}
