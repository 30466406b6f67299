package mpl_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

// wrapKey is a key as testdata/keyring/README.md describes it.
type wrapKey struct {
	Kind      string `json:"kind"`
	Namespace string `json:"namespace,omitempty"`
	Name      string `json:"name,omitempty"`
	AES       []byte `json:"aes,omitempty"`
	Padding   string `json:"padding,omitempty"`
	RSA       []byte `json:"rsa,omitempty"`
	Schema    string `json:"schema,omitempty"`
	Sender    []byte `json:"sender,omitempty"`
	Recipient []byte `json:"recipient,omitempty"`
}

func must[T any](t testing.TB, f func() (T, error)) T {
	t.Helper()
	v, err := f()
	require.NoError(t, err)
	return v
}

func private(t testing.TB, der []byte) any {
	t.Helper()
	return must(t, func() (any, error) { return x509.ParsePKCS8PrivateKey(der) })
}

func onCurve(t testing.TB, der []byte) *ecdsa.PrivateKey {
	t.Helper()
	return private(t, der).(*ecdsa.PrivateKey)
}

func pkcs8(t testing.TB, k any) []byte {
	t.Helper()
	return must(t, func() ([]byte, error) { return x509.MarshalPKCS8PrivateKey(k) })
}

// newKeys makes a key of each kind, size, padding, curve and schema.
func newKeys(t testing.TB) (names []string, keys map[string]wrapKey) {
	t.Helper()
	keys = map[string]wrapKey{}
	add := func(name string, k wrapKey) { names, keys[name] = append(names, name), k }
	for _, size := range []int{16, 24, 32} {
		b := make([]byte, size)
		rand.Read(b)
		add(fmt.Sprintf("aes-%d", 8*size), wrapKey{Kind: "aes", Namespace: "ns", Name: fmt.Sprintf("aes-%d", 8*size), AES: b})
	}
	b := make([]byte, 32)
	rand.Read(b)
	add("aes-unicode", wrapKey{Kind: "aes", Namespace: "ñs-𐀂", Name: "näme", AES: b})
	for p := keyring.OAEPWithSHA256; p <= keyring.InsecurePKCS1v15; p++ {
		k := must(t, func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
		add("rsa-"+p.String(), wrapKey{Kind: "rsa", Namespace: "ns", Name: "rsa-" + p.String(), Padding: p.String(), RSA: pkcs8(t, k)})
	}
	for _, c := range []elliptic.Curve{elliptic.P256(), elliptic.P384(), elliptic.P521()} {
		for _, schema := range []string{"static", "ephemeral"} {
			k := wrapKey{Kind: "ecdh", Schema: schema}
			k.Recipient = pkcs8(t, must(t, func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(c, rand.Reader) }))
			if schema == "static" {
				k.Sender = pkcs8(t, must(t, func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(c, rand.Reader) }))
			}
			add(fmt.Sprintf("ecdh-%s-%s", schema, c.Params().Name), k)
		}
	}
	return names, keys
}

// ours is this library's keyring, of the side that writes or the side that reads.
func (k wrapKey) ours(t testing.TB, writes bool) keyring.Keyring {
	t.Helper()
	agreement := func(der []byte) *ecdh.PrivateKey { return must(t, onCurve(t, der).ECDH) }
	return must(t, func() (keyring.Keyring, error) {
		switch {
		case k.Kind == "aes":
			return keyring.RawAES(k.Namespace, k.Name, must(t, func() (secret.Key, error) { return secret.New(k.AES) }))
		case k.Kind == "rsa":
			c := keyring.RawRSAConfig{Namespace: k.Namespace, Name: k.Name, Private: private(t, k.RSA).(*rsa.PrivateKey)}
			for c.Padding.String() != k.Padding {
				c.Padding++
			}
			return keyring.RawRSA(c)
		case k.Schema == "static" && writes:
			return keyring.RawECDHStatic(agreement(k.Sender), agreement(k.Recipient).PublicKey())
		case k.Schema == "static":
			return keyring.RawECDHStatic(agreement(k.Recipient), agreement(k.Sender).PublicKey())
		case writes:
			return keyring.RawECDHEphemeral(agreement(k.Recipient).PublicKey())
		}
		return keyring.RawECDHDiscovery(agreement(k.Recipient))
	})
}
