package crypttest_test

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"testing"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

// keyBytes are 32 bytes that count up from first.
func keyBytes(first byte) []byte {
	b := make([]byte, 32)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

func key(t testing.TB, first byte) secret.Key {
	t.Helper()
	k, err := secret.New(keyBytes(first))
	require.NoError(t, err)
	return k
}

func static(t testing.TB, first byte) provider.Provider {
	t.Helper()
	p, err := provider.Static(key(t, first), key(t, first+32))
	require.NoError(t, err)
	return p
}

// ours are our providers, each over two sets of keys.
func ours(t testing.TB) map[string]func(first byte) (provider.Provider, [][]byte) {
	sound := func(p provider.Provider, err error) provider.Provider {
		t.Helper()
		require.NoError(t, err)
		return p
	}
	symmetric := func(first byte) [][]byte { return [][]byte{keyBytes(first), keyBytes(first + 32)} }
	pairs := map[byte]*rsa.PrivateKey{}
	pair := func(first byte) *rsa.PrivateKey {
		if pairs[first] == nil {
			k, err := rsa.GenerateKey(rand.Reader, 2048)
			require.NoError(t, err)
			pairs[first] = k
		}
		return pairs[first]
	}
	private := func(k *rsa.PrivateKey) [][]byte { return [][]byte{k.D.Bytes(), k.Primes[0].Bytes()} }
	hmac := func(first byte) *provider.HMAC {
		h, err := provider.NewHMAC(crypto.SHA256, key(t, first))
		require.NoError(t, err)
		return h
	}
	return map[string]func(byte) (provider.Provider, [][]byte){
		"static": func(first byte) (provider.Provider, [][]byte) { return static(t, first), symmetric(first) },
		"static, with a description": func(first byte) (provider.Provider, [][]byte) {
			h := hmac(first + 32)
			return sound(provider.NewStatic(provider.StaticConfig{Encrypt: key(t, first), Sign: h, Verify: h, Description: map[string]string{"owner": "ward 3"}})), symmetric(first)
		},
		"wrapped by AES": func(first byte) (provider.Provider, [][]byte) {
			return sound(provider.WrappedAES(key(t, first), key(t, first+32))), symmetric(first)
		},
		"wrapped by RSA": func(first byte) (provider.Provider, [][]byte) {
			wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: pair(first)})
			require.NoError(t, err)
			h := hmac(first + 32)
			return sound(provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: h, Verify: h})), append(private(pair(first)), keyBytes(first+32))
		},
		"signed by RSA": func(first byte) (provider.Provider, [][]byte) {
			k := pair(first)
			s, err := provider.NewSigner(crypto.SHA256, k)
			require.NoError(t, err)
			v, err := provider.NewVerifier(crypto.SHA256, &k.PublicKey)
			require.NoError(t, err)
			return sound(provider.NewStatic(provider.StaticConfig{Encrypt: key(t, first), Sign: s, Verify: v})), append(private(k), keyBytes(first))
		},
	}
}

func TestOurs(t *testing.T) {
	for name, make := range ours(t) {
		t.Run(name, func(t *testing.T) {
			p, secrets := make(0)
			other, otherSecrets := make(0x80)
			all := slices.Concat(secrets, otherSecrets)
			t.Run("provider", func(t *testing.T) { crypttest.TestProvider(t, p, crypttest.ProviderConfig{Secrets: all}) })
			t.Run("format", func(t *testing.T) {
				crypttest.TestFormat(t, ddbec.Format(p), crypttest.Config{OtherKeys: ddbec.Format(other), Secrets: all})
			})
		})
	}
}
