package provider_test

import (
	"bytes"
	"crypto"
	"crypto/aes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/keywrap"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The keys are of this process: making one takes long.
var (
	rsaKey = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	ecKey  = sync.OnceValues(func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) })
)

func made[K any](t testing.TB, make func() (K, error)) K {
	t.Helper()
	k, err := make()
	require.NoError(t, err)
	return k
}

func wrapAES(t testing.TB, k string) provider.KeyWrap {
	t.Helper()
	w, err := provider.WrapAES(key(t, k))
	require.NoError(t, err)
	return w
}

func wrapRSA(t testing.TB, change func(*provider.RSAWrapConfig)) provider.KeyWrap {
	t.Helper()
	c := provider.RSAWrapConfig{Private: made(t, rsaKey)}
	change(&c)
	w, err := provider.WrapRSA(c)
	require.NoError(t, err)
	return w
}

func unchanged(*provider.RSAWrapConfig) {}

func wrapped(t testing.TB, w provider.KeyWrap, size int) provider.Provider {
	t.Helper()
	h := hmacOf(t, crypto.SHA256, canary)
	p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, ContentKeySize: size, Sign: h, Verify: h, Description: map[string]string{"mine": "kept"}})
	require.NoError(t, err)
	return p
}

const (
	envKey  = "amzn-ddb-env-key"
	envAlg  = "amzn-ddb-env-alg"
	wrapAlg = "amzn-ddb-wrap-alg"
)

// open unwraps the key of a description.
func open(t testing.TB, p provider.Provider, entries map[string]string) (secret.Key, error) {
	t.Helper()
	d, err := provider.NewDescription(entries)
	require.NoError(t, err)
	m, err := p.DecryptionMaterials(t.Context(), provider.Request{Description: d})
	if err != nil {
		require.Zero(t, m)
		require.NotContains(t, err.Error(), canary[:8])
	} else {
		require.NotNil(t, m.Verify)
	}
	return m.Decrypt, err
}

func TestWrapped(t *testing.T) {
	methods := map[string]provider.KeyWrap{
		"AESWrap, 128": wrapAES(t, canary[:16]), "AESWrap, 192": wrapAES(t, canary[:24]), "AESWrap, 256": wrapAES(t, canary),
		"RSA/ECB/OAEPWithSHA-256AndMGF1Padding": wrapRSA(t, unchanged),
	}
	for _, h := range []crypto.Hash{crypto.SHA1, crypto.SHA384, crypto.SHA512} {
		methods["RSA/ECB/OAEPWith"+h.String()+"AndMGF1Padding"] = wrapRSA(t, func(c *provider.RSAWrapConfig) { c.Hash = h })
	}
	for name, w := range methods {
		for _, size := range []int{16, 24, 32} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				p := wrapped(t, w, size)
				var stored []string
				for range 2 {
					m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
					require.NoError(t, err)
					require.Equal(t, size, m.Encrypt.Len())
					entries := m.Description.Map()
					require.Equal(t, map[string]string{"mine": "kept", envAlg: "AES", wrapAlg: strings.Split(name, ",")[0], envKey: entries[envKey]}, entries)
					stored = append(stored, entries[envKey])

					for _, stated := range []string{"AES", fmt.Sprint("AES/", 8*size)} { // Java's word, Python's
						entries[envAlg] = stated
						got, err := open(t, wrapped(t, w, 32), entries)
						require.NoError(t, err)
						require.True(t, m.Encrypt.Equal(got))
					}
				}
				assert.NotEqual(t, stored[0], stored[1], "a key for each item")
			})
		}
	}
}

// What Java's JCE makes of a key 00…1f under a key 00…0f (shared/formats/ddbec.md, section 1.16).
func TestWrappedKnownAnswer(t *testing.T) {
	counting := make([]byte, 32)
	for i := range counting {
		counting[i] = byte(i)
	}
	p, err := provider.WrappedAES(key(t, string(counting[:16])), key(t, canary))
	require.NoError(t, err)
	sealed, err := hex.DecodeString("0e7808f506f2c3e7aa6edad793ac4495b093eb482e5c7ca9c170c9faa07dc0cbbb87512e19fd4092")
	require.NoError(t, err)
	got, err := open(t, p, map[string]string{wrapAlg: "AESWrap", envAlg: "AES/256", envKey: base64.StdEncoding.EncodeToString(sealed)})
	require.NoError(t, err)
	assert.Equal(t, counting, got.Expose())
}

func TestWrappedRefusesWhatTheItemSays(t *testing.T) {
	aes, oaep := wrapped(t, wrapAES(t, canary), 0), wrapped(t, wrapRSA(t, unchanged), 0)
	lenient := wrapped(t, wrapRSA(t, func(c *provider.RSAWrapConfig) { c.InsecureReadPKCS1v15 = true }), 0)
	const gone = "\x00"
	flipped := func(text string) string {
		b, err := base64.StdEncoding.DecodeString(text)
		require.NoError(t, err)
		b[len(b)/2] ^= 1
		return base64.StdEncoding.EncodeToString(b)
	}
	for name, c := range map[string]struct {
		entry string
		to    func(string) string
		class error
	}{
		"no wrapped key":       {envKey, func(string) string { return gone }, crypt.ErrFormat},
		"an empty wrapped key": {envKey, func(string) string { return "" }, crypt.ErrFormat},
		"only line ends":       {envKey, func(string) string { return "\r\n" }, crypt.ErrFormat},
		"no Base64":            {envKey, func(s string) string { return "*" + s[1:] }, crypt.ErrFormat},
		"Base64 cut":           {envKey, func(s string) string { return s[1:] }, crypt.ErrFormat},
		"Base64 with other last bits": {envKey, func(s string) string {
			return strings.TrimRight(s, "=")[:len(strings.TrimRight(s, "="))-1] + "/" + s[len(strings.TrimRight(s, "=")):]
		}, crypt.ErrFormat},
		"very much Base64":         {envKey, func(s string) string { return strings.Repeat(s, 100) }, crypt.ErrFormat},
		"a flipped bit":            {envKey, flipped, crypt.ErrAuth},
		"a shorter wrapped key":    {envKey, func(s string) string { return s[:16] }, crypt.ErrAuth},
		"a longer wrapped key":     {envKey, func(s string) string { return "AAAA" + s }, crypt.ErrAuth},
		"another wrapped key":      {envKey, func(string) string { return base64.StdEncoding.EncodeToString(make([]byte, 40)) }, crypt.ErrAuth},
		"no word for the key":      {envAlg, func(string) string { return gone }, crypt.ErrFormat},
		"another cipher":           {envAlg, func(string) string { return "Blowfish" }, crypt.ErrFormat},
		"a size that is none":      {envAlg, func(string) string { return "AES/" }, crypt.ErrFormat},
		"a size of no AES":         {envAlg, func(string) string { return "AES/512" }, crypt.ErrFormat},
		"a smaller size":           {envAlg, func(string) string { return "AES/128" }, crypt.ErrAuth},
		"no word for the wrapping": {wrapAlg, func(string) string { return gone }, crypt.ErrFormat},
		"plain AES":                {wrapAlg, func(string) string { return "AES" }, crypt.ErrFormat},
		"PKCS #1":                  {wrapAlg, func(string) string { return "RSA/ECB/PKCS1Padding" }, crypt.ErrFormat},
		"RSA":                      {wrapAlg, func(string) string { return "RSA" }, crypt.ErrFormat},
		"no padding":               {wrapAlg, func(string) string { return "RSA/ECB/NoPadding" }, crypt.ErrFormat},
		"another hash":             {wrapAlg, func(string) string { return "RSA/ECB/OAEPWithSHA-1AndMGF1Padding" }, crypt.ErrFormat},
		"KMS":                      {wrapAlg, func(string) string { return "kms" }, crypt.ErrFormat},
		"a longer word":            {wrapAlg, func(s string) string { return s + canary }, crypt.ErrFormat},
	} {
		for kind, p := range map[string]provider.Provider{"AES": aes, "RSA": oaep, "RSA that reads PKCS #1": lenient} {
			t.Run(kind+" "+name, func(t *testing.T) {
				m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
				require.NoError(t, err)
				entries := m.Description.Map()
				_, err = open(t, p, entries)
				require.NoError(t, err)

				entries[c.entry] = c.to(entries[c.entry])
				if entries[c.entry] == gone {
					delete(entries, c.entry)
				}
				got, err := open(t, p, entries)
				if kind == "RSA that reads PKCS #1" && c.entry == wrapAlg && (name == "PKCS #1" || name == "RSA" || name == "no word for the wrapping") {
					require.NoError(t, err, "OAEP read as PKCS #1 looks like any wrong key")
					require.False(t, m.Encrypt.Equal(got))
					return
				}
				require.ErrorIs(t, err, c.class)
				if c.class == crypt.ErrAuth {
					require.Equal(t, crypt.ErrAuth, err, "no word on what failed")
				}
			})
		}
	}
	t.Run("the wrapping of the other kind", func(t *testing.T) {
		m, err := aes.EncryptionMaterials(t.Context(), provider.Request{})
		require.NoError(t, err)
		_, err = open(t, oaep, m.Description.Map())
		assert.ErrorIs(t, err, crypt.ErrFormat)
	})
	t.Run("another key", func(t *testing.T) {
		m, err := aes.EncryptionMaterials(t.Context(), provider.Request{})
		require.NoError(t, err)
		_, err = open(t, wrapped(t, wrapAES(t, canary[:16]), 0), m.Description.Map())
		assert.Equal(t, crypt.ErrAuth, err)
	})
}

func TestPKCS1v15IsReadWhereAskedFor(t *testing.T) {
	private := made(t, rsaKey)
	entries := func(n int) (map[string]string, []byte) {
		content := bytes.Repeat([]byte{7}, n)
		//lint:ignore SA1019 old items are so
		w, err := rsa.EncryptPKCS1v15(rand.Reader, &private.PublicKey, content)
		require.NoError(t, err)
		text := base64.StdEncoding.EncodeToString(w)
		lines := ""
		for ; len(text) > 76; text = text[76:] {
			lines += text[:76] + "\r\n"
		}
		return map[string]string{envAlg: "AES", envKey: lines + text + "\r\n"}, content
	}
	read := func(size int) provider.Provider {
		return wrapped(t, wrapRSA(t, func(c *provider.RSAWrapConfig) { c.InsecureReadPKCS1v15 = true }), size)
	}
	for _, named := range []string{"", "RSA", "RSA/ECB/PKCS1Padding"} {
		for _, size := range []int{16, 24, 32} {
			old, content := entries(size)
			if named != "" {
				old[wrapAlg] = named
			}
			got, err := open(t, read(size), old)
			require.NoError(t, err)
			assert.Equal(t, content, got.Expose())

			_, err = open(t, wrapped(t, wrapRSA(t, unchanged), size), old)
			assert.ErrorIs(t, err, crypt.ErrFormat, "it was not asked for")
		}
	}
	old, content := entries(16)
	got, err := open(t, read(32), old)
	require.NoError(t, err, "a content key of another size looks like a wrong padding")
	assert.Equal(t, 32, got.Len())
	assert.NotContains(t, string(got.Expose()), string(content))

	old[envKey] = base64.StdEncoding.EncodeToString(make([]byte, 256))
	first, err := open(t, read(32), old)
	require.NoError(t, err, "a wrong padding gives a random key")
	second, err := open(t, read(32), old)
	require.NoError(t, err)
	assert.False(t, first.Equal(second))
	assert.Equal(t, 32, first.Len())
}

func TestWrappedConstructorsRefuse(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	wrapErr := func(_ provider.KeyWrap, err error) error { return err }
	build := func(change func(*provider.WrappedConfig)) error {
		c := provider.WrappedConfig{Wrap: wrapAES(t, canary), Sign: h, Verify: h}
		change(&c)
		p, err := provider.NewWrapped(c)
		assert.Nil(t, p)
		return err
	}
	entry := func(name, value string) error {
		return build(func(c *provider.WrappedConfig) { c.Description = map[string]string{name: value} })
	}
	short := func(wrap, mac secret.Key) error {
		_, err := provider.WrappedAES(wrap, mac)
		return err
	}
	for name, err := range map[string]error{
		"an AES key of 31 bytes":      wrapErr(provider.WrapAES(key(t, canary[:31]))),
		"no AES key":                  wrapErr(provider.WrapAES(secret.Key{})),
		"no module":                   wrapErr(provider.WrapAESIn(nil)),
		"no RSA key":                  wrapErr(provider.WrapRSA(provider.RSAWrapConfig{})),
		"RSA of 1024 bits":            wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Private: small})),
		"a public key of 1024 bits":   wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Public: &small.PublicKey})),
		"an empty public key":         wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Public: &rsa.PublicKey{}})),
		"keys of two pairs":           wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Public: &other.PublicKey, Private: made(t, rsaKey)})),
		"OAEP with SHA-224":           wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Private: other, Hash: crypto.SHA224})),
		"OAEP with MD5":               wrapErr(provider.WrapRSA(provider.RSAWrapConfig{Private: other, Hash: crypto.MD5})),
		"no wrapping":                 build(func(c *provider.WrappedConfig) { c.Wrap = provider.KeyWrap{} }),
		"a content key of 20 bytes":   build(func(c *provider.WrappedConfig) { c.ContentKeySize = 20 }),
		"a content key in bits":       build(func(c *provider.WrappedConfig) { c.ContentKeySize = 256 }),
		"a negative content key":      build(func(c *provider.WrappedConfig) { c.ContentKeySize = -16 }),
		"neither signer nor verifier": build(func(c *provider.WrappedConfig) { c.Sign, c.Verify = nil, nil }),
		"no MAC key":                  short(key(t, canary), secret.Key{}),
		"no wrapping key":             short(secret.Key{}, key(t, canary)),
		"the provider's key":          entry(envKey, canary),
		"the provider's cipher":       entry(envAlg, canary),
		"the provider's wrapping":     entry(wrapAlg, canary),
		"the format's mode":           entry("amzn-ddb-map-sym-mode", canary),
		"the format's hint":           entry("dynaseal-actions", canary),
		"a description not UTF-8":     entry("x", canary+"\xff"),
		"a description too long":      entry("x", strings.Repeat("x", 64<<10-150)),
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, err)
			assert.Contains(t, err.Error(), "provider: new ")
			assert.NotContains(t, err.Error(), canary[:8])
		})
	}
}

func TestNothingPrintsAWrappedKey(t *testing.T) {
	private := made(t, rsaKey)
	prime := private.Primes[0].String()[:20]
	signer, err := provider.NewSigner(crypto.SHA256, private)
	require.NoError(t, err)
	w, r := wrapAES(t, canary), wrapRSA(t, unchanged)
	p := wrapped(t, w, 0)
	m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	for name, v := range map[string]any{"key wrap": w, "RSA": r, "provider": p, "config": provider.WrappedConfig{Wrap: w}, "config of RSA": provider.WrappedConfig{Wrap: r, Sign: signer}, "signer": signer, "materials": m.Encrypt} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			got := fmt.Sprintf(verb, v)
			assert.NotContains(t, got, canary, "%s with %s", name, verb)
			assert.NotContains(t, got, "67 65 78 65 82 89", "%s with %s", name, verb)
			assert.NotContains(t, strings.ToLower(got), "43414e415259", "%s with %s", name, verb)
			assert.NotContains(t, got, string(m.Encrypt.Expose()), "%s with %s", name, verb)
			assert.NotContains(t, got, prime, "%s with %s", name, verb)
		}
	}
	assert.Equal(t, "AESWrap", fmt.Sprint(w))
	assert.Equal(t, "none", fmt.Sprint(provider.KeyWrap{}))
}

func TestWrappedIsShared(t *testing.T) {
	p := wrapped(t, wrapAES(t, canary), 0)
	var wg sync.WaitGroup
	for range 64 {
		wg.Go(func() {
			m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
			if !assert.NoError(t, err) {
				return
			}
			d, err := p.DecryptionMaterials(t.Context(), provider.Request{Description: m.Description})
			assert.NoError(t, err)
			assert.True(t, m.Encrypt.Equal(d.Decrypt))
		})
	}
	wg.Wait()
}

// FuzzWrapped alters a description: it gives the key that was wrapped, or none. Every process of the
// fuzzer makes a key of its own, so the key is told by being wrapped again.
func FuzzWrapped(f *testing.F) {
	p := wrapped(f, wrapAES(f, canary), 0)
	kek, err := aes.NewCipher([]byte(canary))
	require.NoError(f, err)
	m, err := p.EncryptionMaterials(f.Context(), provider.Request{})
	require.NoError(f, err)
	f.Add(m.Description.AppendTo(nil))
	f.Add([]byte{0, 0, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		d, err := provider.ParseDescription(b)
		if err != nil {
			return
		}
		got, err := p.DecryptionMaterials(t.Context(), provider.Request{Description: d})
		if err == nil {
			again, err := keywrap.Wrap(kek, got.Decrypt.Expose())
			require.NoError(t, err)
			stored, _ := d.Lookup("amzn-ddb-env-key")
			unbroken := strings.NewReplacer("\r", "", "\n", "").Replace(stored)
			require.Equal(t, unbroken, base64.StdEncoding.EncodeToString(again))
			return
		}
		require.True(t, errors.Is(err, crypt.ErrFormat) || errors.Is(err, crypt.ErrAuth))
	})
}
