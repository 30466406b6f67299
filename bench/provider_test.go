package bench

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// providerCase is customers by one provider and signature, and how many allocations each way may take.
type providerCase struct {
	name        string
	customers   *ddb.Codec[Customer]
	write, read float64
}

func providerCases(t testing.TB) []providerCase {
	key := func(b []byte) secret.Key {
		k, err := secret.New(b)
		require.NoError(t, err)
		return k
	}
	wrapAES, err := provider.WrapAES(key(encryptionKey))
	require.NoError(t, err)
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	wrapRSA, err := provider.WrapRSA(provider.RSAWrapConfig{Private: rsaKey})
	require.NoError(t, err)
	mac, err := provider.NewHMAC(crypto.SHA256, key(signingKey))
	require.NoError(t, err)
	rsaSigning, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecSigning, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	pair := func(private crypto.Signer) (provider.Signer, provider.Verifier) {
		s, err := provider.NewSigner(crypto.SHA256, private)
		require.NoError(t, err)
		v, err := provider.NewVerifier(crypto.SHA256, private.Public())
		require.NoError(t, err)
		return s, v
	}
	static := func(s provider.Signer, v provider.Verifier) *ddb.Codec[Customer] {
		p, err := provider.NewStatic(provider.StaticConfig{Encrypt: key(encryptionKey), Sign: s, Verify: v})
		require.NoError(t, err)
		return customersBy(t, p)
	}
	wrapped := func(w provider.KeyWrap, s provider.Signer, v provider.Verifier) *ddb.Codec[Customer] {
		p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, Sign: s, Verify: v})
		require.NoError(t, err)
		return customersBy(t, p)
	}
	rs, rv := pair(rsaSigning)
	es, ev := pair(ecSigning)
	return []providerCase{
		{"static/HMAC", static(mac, mac), 11, 5},
		{"static/RSA", static(rs, rv), 17, 16},
		{"static/ECDSA", static(es, ev), 78, 17},
		{"wrappedAES/HMAC", wrapped(wrapAES, mac, mac), 24, 18},
		{"wrappedAES/RSA", wrapped(wrapAES, rs, rv), 30, 29},
		{"wrappedAES/ECDSA", wrapped(wrapAES, es, ev), 92, 30},
		{"wrappedRSA/HMAC", wrapped(wrapRSA, mac, mac), 39, 27},
		{"wrappedRSA/RSA", wrapped(wrapRSA, rs, rv), 45, 38},
		{"wrappedRSA/ECDSA", wrapped(wrapRSA, es, ev), 106, 39},
	}
}

func TestAllocationsByProvider(t *testing.T) {
	customer := NewCustomer()
	for _, c := range providerCases(t) {
		t.Run(c.name, func(t *testing.T) {
			stored, err := c.customers.Encode(t.Context(), &customer)
			require.NoError(t, err)
			count := func(f func() error) float64 {
				return testing.AllocsPerRun(50, func() {
					if err := f(); err != nil {
						panic(err)
					}
				})
			}
			write := count(func() error { _, err := c.customers.Encode(t.Context(), &customer); return err })
			read := count(func() error { _, err := c.customers.Decode(t.Context(), stored); return err })
			t.Logf("write %v, read %v", write, read)
			assert.LessOrEqual(t, write, c.write)
			assert.LessOrEqual(t, read, c.read)
		})
	}
}

// BenchmarkProvider writes and reads a Customer by every provider and signature of the format.
func BenchmarkProvider(b *testing.B) {
	customer := NewCustomer()
	for _, c := range providerCases(b) {
		stored, err := c.customers.Encode(b.Context(), &customer)
		require.NoError(b, err)
		b.Run(c.name+"/write", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.customers.Encode(b.Context(), &customer); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(c.name+"/read", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := c.customers.Decode(b.Context(), stored); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
