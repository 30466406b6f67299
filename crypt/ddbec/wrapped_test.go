package ddbec_test

import (
	"cmp"
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The keys are of this process: making one takes long.
var (
	rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	ecKey  = sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P256(), rand.Reader) })
)

// pair signs with a private key.
func pair(t testing.TB, h crypto.Hash, k crypto.Signer) (provider.Signer, provider.Verifier) {
	t.Helper()
	s, err := provider.NewSigner(h, k)
	require.NoError(t, err)
	v, err := provider.NewVerifier(h, k.Public())
	require.NoError(t, err)
	return s, v
}

// wrapped is a provider whose wrapping key is 40…5f and whose HMAC-SHA256 key is 20…3f, but for changes.
func wrapped(t testing.TB, change func(*provider.WrappedConfig)) provider.Provider {
	t.Helper()
	w, err := provider.WrapAES(key(t, count(0x40, 32)))
	require.NoError(t, err)
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	c := provider.WrappedConfig{Wrap: w, Sign: h, Verify: h}
	change(&c)
	p, err := provider.NewWrapped(c)
	require.NoError(t, err)
	return p
}

func wrappedRSA(t testing.TB, insecure bool) provider.Provider {
	t.Helper()
	k, err := rsaKey()
	require.NoError(t, err)
	return wrapped(t, func(c *provider.WrappedConfig) {
		c.Sign, c.Verify = pair(t, crypto.SHA512, k)
		c.Wrap, err = provider.WrapRSA(provider.RSAWrapConfig{Private: k, InsecureReadPKCS1v15: insecure})
		require.NoError(t, err)
	})
}

var hashes = map[string]crypto.Hash{"static with SHA-224": crypto.SHA224, "static with SHA-256": crypto.SHA256, "static with SHA-384": crypto.SHA384, "static with SHA-512": crypto.SHA512}

// providers are one of each kind of materials.
func providers(t testing.TB) map[string]provider.Provider {
	t.Helper()
	k, err := ecKey()
	require.NoError(t, err)
	all := map[string]provider.Provider{
		"wrapped by AES":      wrapped(t, func(*provider.WrappedConfig) {}),
		"wrapped by RSA":      wrappedRSA(t, false),
		"static with ECDSA":   static(t, func(c *provider.StaticConfig) { c.Sign, c.Verify = pair(t, crypto.SHA256, k) }),
		"wrapped, 128, ECDSA": wrapped(t, func(c *provider.WrappedConfig) { c.ContentKeySize = 16; c.Sign, c.Verify = pair(t, crypto.SHA224, k) }),
	}
	for name, h := range hashes {
		mac := hmacOf(t, h, count(0x20, 32))
		all[name] = static(t, func(c *provider.StaticConfig) { c.Sign, c.Verify = mac, mac })
	}
	return all
}

// described is what an item stores beside itself.
func described(t *testing.T, item crypt.Item) map[string]string {
	t.Helper()
	d, err := provider.ParseDescription(item[desc].(*avB).Value)
	require.NoError(t, err)
	return d.Map()
}

func TestDescriptionsOfProviders(t *testing.T) {
	const mode, envelope = "amzn-ddb-map-sym-mode", "amzn-ddb-env-key"
	for name, want := range map[string]map[string]string{
		"static with SHA-256": {},
		"static with ECDSA":   {"amzn-ddb-map-signingAlg": "SHA256withECDSA"},
		"wrapped by AES":      {"amzn-ddb-env-alg": "AES", "amzn-ddb-wrap-alg": "AESWrap"},
		"wrapped by RSA":      {"amzn-ddb-env-alg": "AES", "amzn-ddb-wrap-alg": "RSA/ECB/OAEPWithSHA-256AndMGF1Padding", "amzn-ddb-map-signingAlg": "SHA512withRSA"},
		"wrapped, 128, ECDSA": {"amzn-ddb-env-alg": "AES", "amzn-ddb-wrap-alg": "AESWrap", "amzn-ddb-map-signingAlg": "SHA224withECDSA"},
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := encryptor(t, ddbec.Format(providers(t)[name]), table(actions{"e": crypt.Encrypt})).EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: "x"}})
			require.NoError(t, err)
			got := described(t, stored)
			if want["amzn-ddb-env-alg"] != "" {
				assert.NotEmpty(t, got[envelope])
				delete(got, envelope)
			}
			want = maps.Clone(want)
			want[mode], want["dynaseal-actions"] = "/CBC/PKCS5Padding", got["dynaseal-actions"]
			assert.Equal(t, want, got)
		})
	}
}

// The wrapped key is not signed: one of another item, which unwraps, opens nothing.
func TestWrappedKeysSwapped(t *testing.T) {
	for _, name := range []string{"wrapped by AES", "wrapped by RSA", "wrapped, 128, ECDSA"} {
		t.Run(name, func(t *testing.T) {
			p := providers(t)[name]
			e := encryptor(t, ddbec.Format(p), table(actions{"e": crypt.Encrypt, "s": crypt.Sign}))
			item := func(text string) crypt.Item {
				stored, err := e.EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: text + canary}, "s": &avS{Value: canary}})
				require.NoError(t, err)
				return stored
			}
			victim := item("x")
			for range 300 { // a wrong key gives a right padding once in 256 times
				other := item("x")
				require.NotEqual(t, described(t, victim)["amzn-ddb-env-key"], described(t, other)["amzn-ddb-env-key"])
				opened, err := e.DecryptItem(t.Context(), with(victim, crypt.Item{desc: other[desc]}))
				refused(t, err, crypt.ErrAuth)
				require.Zero(t, opened)
				if name == "wrapped by RSA" {
					break // slow, and no other code
				}
			}
		})
	}
	t.Run("where nothing is encrypted", func(t *testing.T) {
		e := encryptor(t, ddbec.Format(providers(t)["wrapped by AES"]), table(nil))
		plain := crypt.Item{"pk": &avS{Value: "k"}}
		first, err := e.EncryptItem(t.Context(), plain)
		require.NoError(t, err)
		second, err := e.EncryptItem(t.Context(), plain)
		require.NoError(t, err)
		opened, err := e.DecryptItem(t.Context(), with(first, crypt.Item{desc: second[desc]}))
		require.NoError(t, err, "the key is for nothing")
		assert.Equal(t, plain, opened.Item)
	})
}

// grid is every kind of content key with every kind of signature.
func grid(t testing.TB) map[string]provider.Provider {
	t.Helper()
	rsaPair, err := rsaKey()
	require.NoError(t, err)
	ecPair, err := ecKey()
	require.NoError(t, err)
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	all := map[string]provider.Provider{}
	for kind, halves := range map[string]func() (provider.Signer, provider.Verifier){
		"HMAC":  func() (provider.Signer, provider.Verifier) { return h, h },
		"RSA":   func() (provider.Signer, provider.Verifier) { return pair(t, crypto.SHA256, rsaPair) },
		"ECDSA": func() (provider.Signer, provider.Verifier) { return pair(t, crypto.SHA256, ecPair) },
	} {
		all["static, "+kind] = static(t, func(c *provider.StaticConfig) { c.Sign, c.Verify = halves() })
		all["wrapped by AES, "+kind] = wrapped(t, func(c *provider.WrappedConfig) { c.Sign, c.Verify = halves() })
		all["wrapped by RSA, "+kind] = wrapped(t, func(c *provider.WrappedConfig) {
			c.Sign, c.Verify = halves()
			c.Wrap, err = provider.WrapRSA(provider.RSAWrapConfig{Private: rsaPair})
			require.NoError(t, err)
		})
	}
	return all
}

// counted counts how often a provider is asked for keys to decrypt with.
type counted struct {
	provider.AlgorithmProvider
	asked *int
}

func (c counted) DecryptionMaterials(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
	*c.asked++
	return c.AlgorithmProvider.DecryptionMaterials(ctx, r)
}

func TestAlgorithmsSubstituted(t *testing.T) {
	const gone = "\x00"
	type substitution struct {
		entry, value string
		class        error
		untold       error // where the provider does not tell its algorithm; nil: class
	}
	all := []substitution{
		{"amzn-ddb-map-sym-mode", gone, crypt.ErrFormat, nil},
		{"amzn-ddb-map-sym-mode", "/CTR/NoPadding", crypt.ErrFormat, nil},
		{"amzn-ddb-map-sym-mode", "/CBC/NoPadding", crypt.ErrFormat, nil},
		{"amzn-ddb-map-sym-mode", "", crypt.ErrFormat, nil},
		{"amzn-ddb-map-signingAlg", "HmacSHA1", crypt.ErrFormat, nil},
		{"amzn-ddb-map-signingAlg", "SHA1withRSA", crypt.ErrFormat, nil},
		{"amzn-ddb-map-signingAlg", "HmacSHA256", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "SHA256withRSA", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "SHA256withECDSA", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "SHA384withRSA", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "SHA384withECDSA", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "HmacSHA512", crypt.ErrFormat, crypt.ErrAuth},
		{"amzn-ddb-map-signingAlg", "NONEwithRSA", crypt.ErrFormat, nil},
		{"amzn-ddb-map-signingAlg", "", crypt.ErrFormat, nil},
	}
	envelope := []substitution{
		{"amzn-ddb-wrap-alg", gone, crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "", crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "AES", crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "RSA", crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "RSA/ECB/PKCS1Padding", crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "RSA/ECB/OAEPWithSHA-1AndMGF1Padding", crypt.ErrFormat, nil},
		{"amzn-ddb-wrap-alg", "kms", crypt.ErrFormat, nil},
		{"amzn-ddb-env-alg", gone, crypt.ErrFormat, nil},
		{"amzn-ddb-env-alg", "DES", crypt.ErrFormat, nil},
		{"amzn-ddb-env-alg", "AES/192", crypt.ErrAuth, nil},
		{"amzn-ddb-env-alg", "AES/0", crypt.ErrFormat, nil},
		{"amzn-ddb-env-key", gone, crypt.ErrFormat, nil},
		{"amzn-ddb-env-key", "", crypt.ErrFormat, nil},
		{"amzn-ddb-env-key", canary, crypt.ErrFormat, nil},
		{"amzn-ddb-env-key", "AAAA", crypt.ErrAuth, nil},
	}
	tested := providers(t)
	maps.Copy(tested, grid(t))
	for name, p := range tested {
		t.Run(name, func(t *testing.T) {
			asked := 0
			known := p.(provider.AlgorithmProvider)
			e := encryptor(t, ddbec.Format(counted{known, &asked}), table(actions{"e": crypt.Encrypt, "s": crypt.Sign}))
			untold := encryptor(t, ddbec.Format(providerFunc{decrypt: p.DecryptionMaterials}), table(actions{"e": crypt.Encrypt, "s": crypt.Sign}))
			plain := crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: canary}, "s": &avN{Value: "1"}}
			stored, err := e.EncryptItem(t.Context(), plain)
			require.NoError(t, err)
			entries := described(t, stored)
			tried := all
			if _, ok := entries["amzn-ddb-env-key"]; ok {
				tried = append(tried[:len(tried):len(tried)], envelope...)
			}
			for _, c := range tried {
				if c.value == known.VerifyAlgorithm() {
					continue
				}
				asked = 0
				altered := maps.Clone(entries)
				altered[c.entry] = c.value
				if c.value == gone {
					delete(altered, c.entry)
				}
				opened, err := e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, altered)}))
				refused(t, err, c.class, "%s is %q", c.entry, c.value)
				require.Zero(t, opened)
				if strings.HasPrefix(c.entry, "amzn-ddb-map-") {
					require.Zero(t, asked, "%s is %q: told without keys", c.entry, c.value)
				}
				_, err = untold.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, altered)}))
				refused(t, err, cmp.Or(c.untold, c.class), "%s is %q, by a provider that does not tell its algorithm", c.entry, c.value)
			}
			bare := maps.Clone(entries)
			delete(bare, "amzn-ddb-map-signingAlg")
			opened, err := e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, bare)}))
			require.NoError(t, err, "the algorithm is the provider's, named or not")
			assert.Equal(t, plain, opened.Item)
		})
	}
}

// Where PKCS #1 is read, an attacker learns nothing by it: what is wrongly padded looks like a wrong key.
func TestPKCS1v15TellsNothing(t *testing.T) {
	p := wrappedRSA(t, true)
	e := encryptor(t, ddbec.Format(p), table(actions{"e": crypt.Encrypt}))
	stored, err := e.EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: canary}})
	require.NoError(t, err)
	_, err = e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	for _, named := range []string{"RSA", "RSA/ECB/PKCS1Padding"} {
		entries := described(t, stored)
		entries["amzn-ddb-wrap-alg"] = named
		_, err = e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, entries)}))
		refused(t, err, crypt.ErrAuth)
	}
}

// Items open by the wrapped provider and only by it.
func TestWrappedItemsAreNotStatic(t *testing.T) {
	v := newVictim(t, providers(t)["wrapped by AES"], "1")
	_, err := encryptor(t, ddbec.Format(keys(t)), v.schema).DecryptItem(t.Context(), v.stored)
	require.ErrorIs(t, err, crypt.ErrAuth, "the signing key is the same, the content key is not")
	v = newVictim(t, keys(t), "1")
	_, err = encryptor(t, ddbec.Format(providers(t)["wrapped by AES"]), v.schema).DecryptItem(t.Context(), v.stored)
	require.ErrorIs(t, err, crypt.ErrFormat)
}

// signerWith names an algorithm.
type signerWith struct {
	provider.Signer
	name string
}

func (s signerWith) SigningAlgorithm() string { return s.name }

func TestSignerOfNoAlgorithm(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	e := encryptor(t, ddbec.Format(static(t, func(c *provider.StaticConfig) { c.Sign, c.Verify = signerWith{h, canary}, nil })), table(nil))
	_, err := e.EncryptItem(t.Context(), crypt.Item{"pk": &avS{Value: "k"}})
	require.ErrorIs(t, err, crypt.ErrKeys)
	assert.NotContains(t, err.Error(), canary)
}
