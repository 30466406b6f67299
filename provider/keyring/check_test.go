package keyring_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func verifies(k *ecdsa.PublicKey, digest, signature []byte) bool {
	return ecdsa.VerifyASN1(k, digest, signature)
}

func newSignatureKey(t testing.TB) keyring.SignatureKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	return made(t, func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(k) })
}

// Managers are anybody's: what they answer is compared with what was asked.
func TestCheckOfEncryptionMaterials(t *testing.T) {
	r := keyring.Request{Suite: keyring.SuiteECDSA, Context: itemContext, Required: required(itemContext)}
	for name, change := range map[string]func(*keyring.EncryptionMaterials){
		"another suite":         func(m *keyring.EncryptionMaterials) { m.Suite = keyring.SuiteHMAC },
		"no data key":           func(m *keyring.EncryptionMaterials) { m.DataKey = secret.Key{} },
		"a short data key":      func(m *keyring.EncryptionMaterials) { m.DataKey = key(t, canary[:16]) },
		"no data keys":          func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys, m.SigningKeys = nil, nil },
		"a signing key less":    func(m *keyring.EncryptionMaterials) { m.SigningKeys = nil },
		"a signing key more":    func(m *keyring.EncryptionMaterials) { m.SigningKeys = append(m.SigningKeys, m.SigningKeys...) },
		"a short signing key":   func(m *keyring.EncryptionMaterials) { m.SigningKeys = []secret.Key{key(t, canary[:31])} },
		"a zero signing key":    func(m *keyring.EncryptionMaterials) { m.SigningKeys = make([]secret.Key, 1) },
		"an id not valid UTF-8": func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys[0].ProviderID = "\xff" },
		"an id not UTF-8":       func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys[0].ProviderID = "\xff" },
		"a long id":             func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys[0].ProviderID = strings.Repeat("x", 1<<16) },
		"a long info":           func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys[0].ProviderInfo = make([]byte, 1<<16) },
		"a long ciphertext":     func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys[0].Ciphertext = make([]byte, 1<<16) },
		"256 data keys": func(m *keyring.EncryptionMaterials) {
			m.EncryptedDataKeys, m.SigningKeys = slices.Repeat(m.EncryptedDataKeys, 256), slices.Repeat(m.SigningKeys, 256)
		},
		"no signature key":       func(m *keyring.EncryptionMaterials) { m.Signature = keyring.SignatureKey{} },
		"another signature key":  func(m *keyring.EncryptionMaterials) { m.Signature = newSignatureKey(t) },
		"no public key":          func(m *keyring.EncryptionMaterials) { delete(m.Context, keyring.PublicKeyEntry) },
		"no context":             func(m *keyring.EncryptionMaterials) { m.Context = nil },
		"context left out":       func(m *keyring.EncryptionMaterials) { delete(m.Context, "aws-crypto-attr.id") },
		"context changed":        func(m *keyring.EncryptionMaterials) { m.Context["aws-crypto-attr.id"] = "x" },
		"reserved context added": func(m *keyring.EncryptionMaterials) { m.Context["aws-crypto-attr.x"] = "x" },
		"context not UTF-8":      func(m *keyring.EncryptionMaterials) { m.Context["x"] = "\xff" },
		"required no more":       func(m *keyring.EncryptionMaterials) { m.Required = m.Required[1:] },
		"required, not there":    func(m *keyring.EncryptionMaterials) { m.Required = append(m.Required, "x") },
		"public key required":    func(m *keyring.EncryptionMaterials) { m.Required = append(m.Required, keyring.PublicKeyEntry) },
	} {
		m, err := manager(t, aes(t, "a")).EncryptionMaterials(t.Context(), r)
		require.NoError(t, err)
		m.Required = slices.Clone(m.Required)
		require.NoError(t, r.Check(m))
		change(&m)
		err = r.Check(m)
		assert.ErrorContains(t, err, "keyring: ", name)
		if err != nil {
			assert.Less(t, len(err.Error()), 500)
		}
	}
	m, err := manager(t, aes(t, "a")).EncryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	m.Context["tenant"], m.Required = "blue", append(slices.Clip(m.Required), "tenant")
	assert.NoError(t, r.Check(m), "a manager may add to the context")
	assert.Error(t, keyring.Request{}.Check(keyring.EncryptionMaterials{}))
	r.Suite = keyring.SuiteHMAC
	m.Suite = keyring.SuiteHMAC
	assert.Error(t, r.Check(m), "a signature key where none is used")
}

func TestCheckOfDecryptionMaterials(t *testing.T) {
	r := keyring.Request{Suite: keyring.SuiteECDSA, Context: itemContext, Required: required(itemContext)}
	written, err := manager(t, aes(t, "a")).EncryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	d := keyring.DecryptionRequest{Suite: keyring.SuiteECDSA, Stored: stored(written), Reproduced: itemContext, EncryptedDataKeys: written.EncryptedDataKeys}
	for name, change := range map[string]func(*keyring.DecryptionMaterials){
		"another suite":         func(m *keyring.DecryptionMaterials) { m.Suite = keyring.SuiteHMAC },
		"no data key":           func(m *keyring.DecryptionMaterials) { m.DataKey = secret.Key{} },
		"a short data key":      func(m *keyring.DecryptionMaterials) { m.DataKey = key(t, canary[:16]) },
		"no signing key":        func(m *keyring.DecryptionMaterials) { m.SigningKey = secret.Key{} },
		"a short signing key":   func(m *keyring.DecryptionMaterials) { m.SigningKey = key(t, canary[:16]) },
		"no public key":         func(m *keyring.DecryptionMaterials) { m.PublicKey = nil },
		"an empty public key":   func(m *keyring.DecryptionMaterials) { m.PublicKey = &ecdsa.PublicKey{} },
		"another public key":    func(m *keyring.DecryptionMaterials) { m.PublicKey = newSignatureKey(t).Public() },
		"context left out":      func(m *keyring.DecryptionMaterials) { delete(m.Context, "aws-crypto-attr.id") },
		"stored left out":       func(m *keyring.DecryptionMaterials) { delete(m.Context, keyring.PublicKeyEntry) },
		"context changed":       func(m *keyring.DecryptionMaterials) { m.Context["aws-crypto-attr.id"] = "x" },
		"reserved context more": func(m *keyring.DecryptionMaterials) { m.Context["aws-crypto-attr.x"] = "x" },
		"context not UTF-8":     func(m *keyring.DecryptionMaterials) { m.Context["x"] = "\xff" },
	} {
		m, err := manager(t, aes(t, "a")).DecryptionMaterials(t.Context(), d)
		require.NoError(t, err)
		m.Context = maps.Clone(m.Context)
		require.NoError(t, d.Check(m))
		change(&m)
		assert.ErrorContains(t, d.Check(m), "keyring: ", name)
	}
	assert.Error(t, keyring.DecryptionRequest{}.Check(keyring.DecryptionMaterials{}))
}

func TestSignatureKey(t *testing.T) {
	p256, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	for name, f := range map[string]func() (keyring.SignatureKey, error){
		"none":      func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(nil) },
		"a nil one": func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey((*ecdsa.PrivateKey)(nil)) },
		"P-256":     func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(p256) },
		"RSA":       func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(made(t, rsaKey)) },
		"without X": func() (keyring.SignatureKey, error) {
			return keyring.NewSignatureKey(&ecdsa.PrivateKey{PublicKey: ecdsa.PublicKey{Curve: elliptic.P384()}})
		},
		"public only": func() (keyring.SignatureKey, error) {
			return keyring.NewSignatureKey(&ecdsa.PrivateKey{PublicKey: *newSignatureKey(t).Public()})
		},
		"of no curve": func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(&ecdsa.PrivateKey{}) },
	} {
		k, err := f()
		assert.Error(t, err, name)
		assert.True(t, k.IsZero(), name)
	}
	var none keyring.SignatureKey
	_, err = none.Sign(make([]byte, 48))
	assert.Error(t, err)
	assert.Nil(t, none.Public())
	assert.Empty(t, none.Entry())
	assert.Len(t, newSignatureKey(t).Entry(), 68)
}

func TestSignatureKeysMadeInAdvance(t *testing.T) {
	for _, n := range []int{-1, 0, keyring.MaxSignatureKeys + 1} {
		_, err := keyring.NewSignatureKeys(n)
		assert.Error(t, err)
	}
	p, err := keyring.NewSignatureKeys(3)
	require.NoError(t, err)
	m, err := keyring.NewManager(keyring.ManagerConfig{Keyring: aes(t, "a"), SignatureKeys: p})
	require.NoError(t, err)
	seen := map[string]bool{}
	write := func() {
		r := keyring.Request{Suite: keyring.SuiteECDSA}
		got, err := m.EncryptionMaterials(t.Context(), r)
		require.NoError(t, err)
		require.NoError(t, r.Check(got))
		require.False(t, seen[got.Signature.Entry()], "a key pair serves one item")
		seen[got.Signature.Entry()] = true
	}
	write()
	require.NoError(t, p.Fill(t.Context()))
	require.NoError(t, p.Fill(t.Context()), "a full one is full")
	assert.Equal(t, 3, p.Len())
	for range 5 {
		write()
	}
	assert.Zero(t, p.Len())
	_, err = m.EncryptionMaterials(t.Context(), keyring.Request{Suite: keyring.SuiteHMAC})
	require.NoError(t, err)

	done := make(chan error)
	for range 4 {
		go func() { done <- p.Fill(t.Context()) }()
	}
	for range 4 {
		require.NoError(t, <-done)
	}
	assert.Equal(t, 3, p.Len())
	ctx, cancel := canceled(t)
	defer cancel()
	write()
	assert.ErrorIs(t, p.Fill(ctx), ctx.Err())
	assert.Equal(t, 2, p.Len())
}
