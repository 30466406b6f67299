//go:build hsm

package hsm_test

import (
	"crypto"
	"testing"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Keys in a token keep the contract of a provider, and the format over them its own.
func TestConformance(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, unchanged)
		w, err := token.AESWrapper(t.Context(), d.importAES(t, t.Name()+"wrap", newBytes(32)))
		require.NoError(t, err)
		byAES, err := provider.WrapAESIn(w)
		require.NoError(t, err)
		mac, err := token.HMAC(t.Context(), crypto.SHA256, d.importMAC(t, t.Name()+"mac", newBytes(32)))
		require.NoError(t, err)
		private := d.importRSA(t, t.Name()+"pair", rsaKey())
		decrypter, err := token.Decrypter(t.Context(), private, hsm.DecrypterConfig{UnpadHere: true})
		require.NoError(t, err)
		byRSA, err := provider.WrapRSA(provider.RSAWrapConfig{Private: decrypter})
		require.NoError(t, err)
		key, err := token.Signer(t.Context(), private)
		require.NoError(t, err)
		sign, err := provider.NewSigner(crypto.SHA256, key)
		require.NoError(t, err)
		verify, err := provider.NewVerifier(crypto.SHA256, key.Public())
		require.NoError(t, err)
		for name, c := range map[string]provider.WrappedConfig{
			"AES and HMAC": {Wrap: byAES, Sign: mac, Verify: mac}, "RSA": {Wrap: byRSA, Sign: sign, Verify: verify},
		} {
			p, err := provider.NewWrapped(c)
			require.NoError(t, err)
			t.Run(name, func(t *testing.T) { crypttest.TestProvider(t, p, crypttest.ProviderConfig{}) })
			if name == "AES and HMAC" { // thousands of calls
				// A remote verifier is asked twice at most: about the table and one alias, where the check has two.
				assert.Empty(t, crypttest.CheckFormat(t.Context(), ddbec.Format(p), crypttest.Config{Skip: []string{"table-aliases"}}))
			}
		}
	})
}
