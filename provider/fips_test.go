package provider_test

import (
	"crypto"
	"crypto/fips140"
	"testing"

	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The mode is a process's own, so the test runs itself in one.
func TestUnderFIPS140Only(t *testing.T) {
	if !fips140.Enforced() {
		testenv.Again(t, "GODEBUG=fips140=only")
		return
	}
	_, err := provider.NewHMAC(crypto.SHA256, key(t, canary[:13]))
	require.ErrorContains(t, err, "FIPS 140")
	assert.NotContains(t, err.Error(), canary[:8])
	m := hmacOf(t, crypto.SHA256, canary[:14])
	signature, err := m.Sign(t.Context(), []byte("x"))
	require.NoError(t, err)
	assert.NoError(t, m.Verify(t.Context(), []byte("x"), signature))

	_, err = provider.WrapRSA(provider.RSAWrapConfig{Private: made(t, rsaKey)})
	require.ErrorContains(t, err, "FIPS 140")
	p, err := provider.WrappedAES(key(t, canary), key(t, canary))
	require.NoError(t, err)
	written, err := p.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	got, err := open(t, p, written.Description.Map())
	require.NoError(t, err)
	assert.True(t, written.Encrypt.Equal(got))
	for _, k := range []crypto.Signer{made(t, rsaKey), made(t, ecKey)} {
		s, err := provider.NewSigner(crypto.SHA256, k)
		require.NoError(t, err)
		v, err := provider.NewVerifier(crypto.SHA256, k.Public())
		require.NoError(t, err)
		signature, err := s.Sign(t.Context(), []byte("x"))
		require.NoError(t, err)
		assert.NoError(t, v.Verify(t.Context(), []byte("x"), signature))
	}
}
