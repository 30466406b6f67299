package hierarchy_test

import (
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// No data key but the one that was made opens.
func FuzzDataKey(f *testing.F) {
	k := newRing(f, hierarchy.KeyringConfig{Store: newMemory("s", "a"), BranchKeyID: "a"})
	m := sealed(f, k, entries(1, "north"))
	good := m.EncryptedDataKeys[0]
	f.Add(good.ProviderID, good.ProviderInfo, good.Ciphertext)
	f.Add(good.ProviderID, good.ProviderInfo, good.Ciphertext[:48])
	f.Add(good.ProviderID, []byte("b"), good.Ciphertext[:139])
	f.Add("", []byte(nil), []byte(nil))
	f.Fuzz(func(t *testing.T, id string, info, ciphertext []byte) {
		m := m
		m.EncryptedDataKeys = []keyring.EncryptedDataKey{{ProviderID: id, ProviderInfo: info, Ciphertext: ciphertext}}
		same := id == good.ProviderID && string(info) == string(good.ProviderInfo) && string(ciphertext) == string(good.Ciphertext)
		if err := open(t.Context(), k, m); (err == nil) != same {
			t.Fatalf("opens: %t, is the same: %t: %v", err == nil, same, err)
		}
	})
}
