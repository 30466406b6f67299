package keyring_test

import (
	"errors"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/require"
)

// FuzzDataKey offers a stored data key to each kind of keyring: it gives a data key that was wrapped, or
// none. The keys are those of peers, since every process of the fuzzer would make keys of its own.
func FuzzDataKey(f *testing.F) {
	peers := readPeers(f)
	wrapped := map[string]bool{}
	for _, v := range peers.Vectors {
		wrapped[string(v.DataKey)] = true
		for _, k := range v.EncryptedDataKeys {
			f.Add(k.ProviderID, k.ProviderInfo, k.Ciphertext)
		}
	}
	f.Add("", []byte(nil), []byte(nil))
	all := map[string]keyring.Keyring{}
	for name, k := range peers.Keys {
		all[name] = k.keyring(f)
	}
	require.Len(f, all, 15)
	context := peers.Vectors[0].Context
	f.Fuzz(func(t *testing.T, id string, info, ciphertext []byte) {
		stored := keyring.EncryptedDataKey{ProviderID: id, ProviderInfo: info, Ciphertext: ciphertext}
		for name, k := range all {
			m, err := read(t, k, context, stored)
			if err == nil {
				require.True(t, wrapped[string(m.DataKey.Expose())], name)
				continue
			}
			require.True(t, errors.Is(err, crypt.ErrFormat) || errors.Is(err, crypt.ErrAuth), "%s: %v", name, err)
		}
	})
}

// FuzzPublicKey reads the public key that an item stores: it is refused, or is the one stored.
func FuzzPublicKey(f *testing.F) {
	f.Add(newSignatureKey(f).Entry())
	f.Add("AlFRpKfrVcR1idjZ/xkMj+RBWGOIrciK/aZWndlX7O2j/7Lj/htGQ5pMvamfWsg5IA==")
	f.Add("")
	k := key(f, canary)
	given := fake{decrypt: func(m keyring.DecryptionMaterials, _ []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
		m.DataKey, m.SigningKey = k, k
		return m, nil
	}}
	m := manager(f, given)
	f.Fuzz(func(t *testing.T, entry string) {
		d := keyring.DecryptionRequest{Suite: keyring.SuiteECDSA, Stored: map[string]string{keyring.PublicKeyEntry: entry}}
		got, err := m.DecryptionMaterials(t.Context(), d)
		if err != nil {
			require.ErrorIs(t, err, crypt.ErrFormat)
			return
		}
		require.NoError(t, d.Check(got))
	})
}
