package provider_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"math/big"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// remoteHalf is a Signer and Verifier of the user's own, which must not be asked for anything before
// there is an item.
type remoteHalf struct {
	t         *testing.T
	algorithm string
}

func (r remoteHalf) Sign(context.Context, []byte) ([]byte, error) {
	r.t.Error("the remote key was asked to sign")
	return nil, nil
}

func (r remoteHalf) Verify(context.Context, []byte, []byte) error {
	r.t.Error("the remote key was asked to verify")
	return nil
}

func (r remoteHalf) Algorithm() string { return r.algorithm }

func signer(t testing.TB, h crypto.Hash, k crypto.Signer) provider.Signer {
	t.Helper()
	s, err := provider.NewSigner(h, k)
	require.NoError(t, err)
	return s
}

func verifier(t testing.TB, h crypto.Hash, k crypto.PublicKey) provider.Verifier {
	t.Helper()
	v, err := provider.NewVerifier(h, k)
	require.NoError(t, err)
	return v
}

func TestHalvesAreOfOnePair(t *testing.T) {
	rsaPair, ecPair := made(t, rsaKey), made(t, ecKey)
	otherRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	otherEC, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	h := hmacOf(t, crypto.SHA256, canary)
	module := module{&rsaPair.PublicKey, nil}
	for name, c := range map[string]struct {
		sign   provider.Signer
		verify provider.Verifier
		want   string // "": taken
	}{
		"one HMAC":                             {h, h, ""},
		"one HMAC key, twice":                  {h, hmacOf(t, crypto.SHA256, canary), ""},
		"an RSA pair":                          {signer(t, crypto.SHA256, rsaPair), verifier(t, crypto.SHA256, &rsaPair.PublicKey), ""},
		"an ECDSA pair":                        {signer(t, crypto.SHA512, ecPair), verifier(t, crypto.SHA512, &ecPair.PublicKey), ""},
		"a module's pair":                      {signer(t, crypto.SHA256, module), verifier(t, crypto.SHA256, &rsaPair.PublicKey), ""},
		"halves of the user's own":             {remoteHalf{t, "SHA256withRSA"}, remoteHalf{t, "SHA256withRSA"}, ""},
		"a half that tells nothing":            {remoteHalf{t, ""}, h, ""},
		"only Sign":                            {h, nil, ""},
		"only Verify":                          {nil, h, ""},
		"neither":                              {nil, nil, "neither Sign nor Verify"},
		"another HMAC key":                     {h, hmacOf(t, crypto.SHA256, canary[1:]), "different keys"},
		"another HMAC hash":                    {h, hmacOf(t, crypto.SHA512, canary), `"HmacSHA256"`},
		"HMAC and RSA":                         {h, verifier(t, crypto.SHA256, &rsaPair.PublicKey), `"SHA256withRSA"`},
		"RSA and HMAC":                         {signer(t, crypto.SHA256, rsaPair), h, `"SHA256withRSA"`},
		"RSA and ECDSA":                        {signer(t, crypto.SHA256, rsaPair), verifier(t, crypto.SHA256, &ecPair.PublicKey), `"SHA256withECDSA"`},
		"another RSA key":                      {signer(t, crypto.SHA256, rsaPair), verifier(t, crypto.SHA256, &otherRSA.PublicKey), "different keys"},
		"another RSA hash":                     {signer(t, crypto.SHA256, rsaPair), verifier(t, crypto.SHA384, &rsaPair.PublicKey), `"SHA384withRSA"`},
		"another ECDSA key":                    {signer(t, crypto.SHA256, ecPair), verifier(t, crypto.SHA256, &otherEC.PublicKey), "different keys"},
		"a module's key and another":           {signer(t, crypto.SHA256, module), verifier(t, crypto.SHA256, &otherRSA.PublicKey), "different keys"},
		"halves of the user's own, of two":     {remoteHalf{t, "SHA256withRSA"}, remoteHalf{t, "SHA384withRSA"}, `"SHA384withRSA"`},
		"a half of the user's own and another": {remoteHalf{t, "SHA256withRSA"}, h, `"SHA256withRSA"`},
		"a nil HMAC that signs":                {(*provider.HMAC)(nil), h, "Sign given is nil"},
		"a nil HMAC that verifies":             {h, (*provider.HMAC)(nil), "Verify given is nil"},
		"a nil HMAC alone":                     {(*provider.HMAC)(nil), nil, "Sign given is nil"},
	} {
		t.Run(name, func(t *testing.T) {
			_, static := provider.NewStatic(provider.StaticConfig{Sign: c.sign, Verify: c.verify})
			_, wrapped := provider.NewWrapped(provider.WrappedConfig{Wrap: wrapAES(t, canary), Sign: c.sign, Verify: c.verify})
			for prefix, err := range map[string]error{"provider: new static: ": static, "provider: new wrapped: ": wrapped} {
				if c.want == "" {
					assert.NoError(t, err)
				} else {
					assert.ErrorContains(t, err, c.want)
					assert.ErrorContains(t, err, prefix)
				}
			}
		})
	}
}

// A private key held with the public half of another would write what nobody reads.
func TestPrivateKeysWithAForeignPublicHalf(t *testing.T) {
	rsaPair, ecPair := made(t, rsaKey), made(t, ecKey)
	otherRSA, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	otherEC, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	foreign := &rsa.PrivateKey{PublicKey: otherRSA.PublicKey, D: rsaPair.D, Primes: rsaPair.Primes}
	for name, k := range map[string]crypto.Signer{
		"RSA":                       foreign,
		"RSA without primes":        &rsa.PrivateKey{PublicKey: otherRSA.PublicKey, D: rsaPair.D},
		"RSA without a private key": &rsa.PrivateKey{PublicKey: rsaPair.PublicKey},
		//lint:ignore SA1019 no other way makes a key that is wrong
		"ECDSA":                       &ecdsa.PrivateKey{PublicKey: otherEC.PublicKey, D: ecPair.D},
		"ECDSA without a private key": &ecdsa.PrivateKey{PublicKey: ecPair.PublicKey},
		//lint:ignore SA1019 no other way makes a key that is wrong
		"ECDSA of scalar 0": &ecdsa.PrivateKey{PublicKey: ecPair.PublicKey, D: new(big.Int)},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := provider.NewSigner(crypto.SHA256, k)
			assert.ErrorContains(t, err, "private key")
			if k, ok := k.(*rsa.PrivateKey); ok {
				_, err = provider.WrapRSA(provider.RSAWrapConfig{Private: k})
				assert.ErrorContains(t, err, "private key")
			}
		})
	}
	t.Run("its own, without primes", func(t *testing.T) {
		k := &rsa.PrivateKey{PublicKey: rsaPair.PublicKey, D: rsaPair.D}
		signer(t, crypto.SHA256, k)
		_, err := provider.WrapRSA(provider.RSAWrapConfig{Private: k})
		assert.NoError(t, err)
	})
}

func TestConfigsThatCouldDoNothing(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	public := wrapRSA(t, func(c *provider.RSAWrapConfig) { c.Public, c.Private = &made(t, rsaKey).PublicKey, nil })
	_, err := provider.NewWrapped(provider.WrappedConfig{Wrap: public, Verify: h})
	assert.ErrorContains(t, err, "no private key to read with")
	_, err = provider.NewWrapped(provider.WrappedConfig{Wrap: public, Sign: h})
	assert.NoError(t, err)
	_, err = provider.WrapRSA(provider.RSAWrapConfig{Public: &made(t, rsaKey).PublicKey, InsecureReadPKCS1v15: true})
	assert.ErrorContains(t, err, "InsecureReadPKCS1v15 without a Private")
	_, err = provider.WrapAESIn((*remoteAES)(nil))
	assert.ErrorContains(t, err, "no AESWrapper")
	_, err = provider.WrapRSA(provider.RSAWrapConfig{Private: (*remoteRSA)(nil)})
	assert.ErrorContains(t, err, "Private given is nil")
	_, err = provider.NewSigner(crypto.SHA256, (*module)(nil))
	assert.ErrorContains(t, err, "no key")
}
