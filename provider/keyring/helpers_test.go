package keyring_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/rsa"
	"slices"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

const canary = "CANARY-7391-CANARY-7391-CANARY-7" // 32 bytes

func key(t testing.TB, b string) secret.Key {
	t.Helper()
	k, err := secret.New([]byte(b))
	require.NoError(t, err)
	return k
}

var (
	rsaKey   = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
	otherRSA = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })
)

func made[T any](t testing.TB, f func() (T, error)) T {
	t.Helper()
	k, err := f()
	require.NoError(t, err)
	return k
}

func newEC(t testing.TB, c ecdh.Curve) *ecdh.PrivateKey {
	t.Helper()
	return made(t, func() (*ecdh.PrivateKey, error) { return c.GenerateKey(rand.Reader) })
}

func aes(t testing.TB, name string) keyring.Keyring {
	t.Helper()
	k, err := keyring.RawAES("ns", name, key(t, canary))
	require.NoError(t, err)
	return k
}

func rawRSA(t testing.TB, p keyring.Padding) keyring.Keyring {
	t.Helper()
	k, err := keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Padding: p, Private: made(t, rsaKey)})
	require.NoError(t, err)
	return k
}

func multi(t testing.TB, generator keyring.Keyring, others ...keyring.Keyring) keyring.Keyring {
	t.Helper()
	k, err := keyring.Multi(generator, others...)
	require.NoError(t, err)
	return k
}

// pair is a keyring that writes and one that reads it.
type pair struct{ write, read keyring.Keyring }

var curves = []ecdh.Curve{ecdh.P256(), ecdh.P384(), ecdh.P521()}

// pairs is one of every kind.
func pairs(t testing.TB) map[string]pair {
	same := func(k keyring.Keyring) pair { return pair{k, k} }
	all := map[string]pair{}
	for _, n := range []int{16, 24, 32} {
		k, err := keyring.RawAES("ns", "aes", key(t, canary[:n]))
		require.NoError(t, err)
		all["AES of "+string(rune('0'+n/8))+" words"] = same(k)
	}
	unnamed, err := keyring.RawAES("", "", key(t, canary))
	require.NoError(t, err)
	all["AES without names"] = same(unnamed)
	for p := keyring.OAEPWithSHA256; p <= keyring.InsecurePKCS1v15; p++ {
		all["RSA "+p.String()] = same(rawRSA(t, p))
	}
	for _, c := range curves {
		sender, recipient := newEC(t, c), newEC(t, c)
		there, err := keyring.RawECDHStatic(sender, recipient.PublicKey())
		require.NoError(t, err)
		back, err := keyring.RawECDHStatic(recipient, sender.PublicKey())
		require.NoError(t, err)
		ephemeral, err := keyring.RawECDHEphemeral(recipient.PublicKey())
		require.NoError(t, err)
		discovery, err := keyring.RawECDHDiscovery(recipient)
		require.NoError(t, err)
		name := "ECDH " + c.(interface{ String() string }).String()
		all[name+" static"] = pair{there, back}
		all[name+" static, own"] = same(there)
		all[name+" static to discovery"] = pair{there, discovery}
		all[name+" ephemeral"] = pair{ephemeral, discovery}
	}
	return all
}

var contexts = map[string]map[string]string{
	"a context":  {"aws-crypto-table-name": "t", "aws-crypto-attr.id": "AAIx", "ñ": ""},
	"no context": nil,
}

func write(t testing.TB, k keyring.Keyring, context map[string]string) keyring.EncryptionMaterials {
	t.Helper()
	m, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: context})
	require.NoError(t, err)
	return m
}

func read(t testing.TB, k keyring.Keyring, context map[string]string, keys ...keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
	t.Helper()
	m, err := k.OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC, Context: context}, keys)
	if err != nil {
		require.Equal(t, keyring.DecryptionMaterials{}, m, "nothing is returned with an error")
	}
	return m, err
}

// altered returns a copy of k with a part changed.
func altered(k keyring.EncryptedDataKey, change func(*keyring.EncryptedDataKey)) keyring.EncryptedDataKey {
	k.ProviderInfo, k.Ciphertext = slices.Clone(k.ProviderInfo), slices.Clone(k.Ciphertext)
	change(&k)
	return k
}

// fake is a keyring or Wrapper of a user's.
type fake struct {
	encrypt func(keyring.EncryptionMaterials) (keyring.EncryptionMaterials, error)
	decrypt func(keyring.DecryptionMaterials, []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error)
}

func (f fake) OnEncrypt(_ context.Context, m keyring.EncryptionMaterials) (keyring.EncryptionMaterials, error) {
	return f.encrypt(m)
}

func (f fake) OnDecrypt(_ context.Context, m keyring.DecryptionMaterials, k []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
	return f.decrypt(m, k)
}

// wrapper is a Wrapper of a user's.
type wrapper struct {
	wrap   func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error)
	unwrap func(keyring.EncryptedDataKey, keyring.Binding) ([]byte, error)
}

func (wrapper) String() string { return "a service" }

func (w wrapper) Wrap(_ context.Context, b keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	return w.wrap(b)
}

func (w wrapper) Unwrap(_ context.Context, k keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	return w.unwrap(k, b)
}

func newKeyring(t testing.TB, w keyring.Wrapper) keyring.Keyring {
	t.Helper()
	return made(t, func() (keyring.Keyring, error) { return keyring.New(w) })
}
