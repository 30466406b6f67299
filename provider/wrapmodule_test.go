package provider_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"maps"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// remoteAES is AES key wrap in a module that works, refuses a wrapped key, is out of order or lies.
type remoteAES struct {
	key []byte
	err error
}

func (r remoteAES) WrapKey(context.Context, []byte) ([]byte, error)   { return r.key, r.err }
func (r remoteAES) UnwrapKey(context.Context, []byte) ([]byte, error) { return r.key, r.err }

// remoteRSA is an RSA key in such a module.
type remoteRSA struct {
	crypto.Decrypter
	key []byte
	err error
}

func (r remoteRSA) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) {
	return r.key, r.err
}

func TestWrappingByAModule(t *testing.T) {
	outage := errors.New("the module is out of order")
	entries := map[string]string{envAlg: "AES", wrapAlg: "AESWrap", envKey: base64.StdEncoding.EncodeToString(make([]byte, 40))}
	entriesRSA := map[string]string{envAlg: "AES", wrapAlg: "RSA/ECB/OAEPWithSHA-256AndMGF1Padding", envKey: base64.StdEncoding.EncodeToString(make([]byte, 256))}
	for name, c := range map[string]struct {
		key       []byte
		err, want error
	}{
		"works":             {make([]byte, 32), nil, nil},
		"refuses":           {nil, fmt.Errorf("module: %w", provider.ErrUnwrap), crypt.ErrAuth},
		"refuses as RSA":    {nil, fmt.Errorf("module: %w", rsa.ErrDecryption), crypt.ErrAuth},
		"is out of order":   {nil, outage, outage},
		"gives no key":      {nil, nil, crypt.ErrAuth},
		"gives a short key": {make([]byte, 15), nil, crypt.ErrAuth},
		"gives a long key":  {make([]byte, 40), nil, crypt.ErrAuth},
	} {
		t.Run(name, func(t *testing.T) {
			w, err := provider.WrapAESIn(remoteAES{c.key, c.err})
			require.NoError(t, err)
			if name != "refuses as RSA" {
				_, err = open(t, wrapped(t, w, 0), entries)
				assert.ErrorIs(t, err, c.want)
			}
			module := remoteRSA{made(t, rsaKey), c.key, c.err}
			_, err = open(t, wrapped(t, wrapRSA(t, func(r *provider.RSAWrapConfig) { r.Private = module }), 0), entriesRSA)
			assert.ErrorIs(t, err, c.want)

			legacy := maps.Clone(entriesRSA)
			delete(legacy, wrapAlg)
			_, err = open(t, wrapped(t, wrapRSA(t, func(r *provider.RSAWrapConfig) { r.Private, r.InsecureReadPKCS1v15 = module, true }), 0), legacy)
			if c.want == outage {
				assert.ErrorIs(t, err, outage)
			} else {
				assert.NoError(t, err, "any answer gives a key")
			}
		})
	}
	for name, remote := range map[string]remoteAES{"out of order": {nil, outage}, "lies": {make([]byte, 39), nil}} {
		w, err := provider.WrapAESIn(remote)
		require.NoError(t, err)
		m, err := wrapped(t, w, 0).EncryptionMaterials(t.Context(), provider.Request{})
		assert.Error(t, err, name)
		assert.Zero(t, m)
	}
}

func TestWrappedOfOneHalf(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	w := wrapAES(t, canary)
	reader, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, Verify: h})
	require.NoError(t, err)
	_, err = reader.EncryptionMaterials(t.Context(), provider.Request{})
	assert.ErrorIs(t, err, provider.ErrNoSigner)
	writer, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, Sign: h})
	require.NoError(t, err)
	_, err = writer.DecryptionMaterials(t.Context(), provider.Request{})
	assert.ErrorIs(t, err, provider.ErrNoVerifier)

	public := wrapped(t, wrapRSA(t, func(c *provider.RSAWrapConfig) { c.Public, c.Private = &made(t, rsaKey).PublicKey, nil }), 0)
	m, err := public.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	_, err = open(t, public, m.Description.Map())
	assert.ErrorIs(t, err, provider.ErrNoUnwrap)
	got, err := open(t, wrapped(t, wrapRSA(t, unchanged), 0), m.Description.Map())
	require.NoError(t, err)
	assert.True(t, m.Encrypt.Equal(got))
}
