package provider_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rand"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// token is a private key that can be used with a context only.
type token struct {
	module
	crypto.Decrypter
	sign func(digest []byte, opts crypto.SignerOpts) ([]byte, error)
}

func (k token) Public() crypto.PublicKey { return k.public }

func (k token) SignContext(ctx context.Context, digest []byte, opts crypto.SignerOpts) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.sign(digest, opts)
}

func (k token) DecryptContext(ctx context.Context, wrapped []byte, opts crypto.DecrypterOpts) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return k.Decrypter.Decrypt(rand.Reader, wrapped, opts)
}

var (
	_ provider.ContextSigner    = token{}
	_ provider.ContextDecrypter = token{}
)

func TestContextReachesTheToken(t *testing.T) {
	ended, cancel := context.WithCancel(t.Context())
	cancel()

	private := made(t, ecKey)
	key := token{module: module{public: &private.PublicKey}, sign: func(digest []byte, opts crypto.SignerOpts) ([]byte, error) {
		assert.Equal(t, crypto.SHA384, opts.HashFunc())
		return ecdsa.SignASN1(rand.Reader, private, digest)
	}}
	s, err := provider.NewSigner(crypto.SHA384, key)
	require.NoError(t, err)
	v, err := provider.NewVerifier(crypto.SHA384, &private.PublicKey)
	require.NoError(t, err)
	signature, err := s.Sign(t.Context(), []byte("message"))
	require.NoError(t, err)
	assert.NoError(t, v.Verify(t.Context(), []byte("message"), signature))
	_, err = s.Sign(ended, []byte("message"))
	assert.ErrorIs(t, err, context.Canceled)

	pair := made(t, rsaKey)
	w, err := provider.WrapRSA(provider.RSAWrapConfig{Private: token{module: module{public: &pair.PublicKey}, Decrypter: pair}})
	require.NoError(t, err)
	p := wrapped(t, w, 32)
	m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	r := provider.Request{Description: m.Description}
	opened, err := p.DecryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	assert.True(t, m.Encrypt.Equal(opened.Decrypt))
	_, err = p.DecryptionMaterials(ended, r)
	assert.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, provider.ErrUnwrap)
}
