package hierarchy_test

import (
	"bytes"
	"encoding/hex"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// keptDataKey was wrapped once, for the branch key of FuzzDataKey: the fuzzer's processes share it.
const keptDataKey = "b32fa6ab5af2323e2cd8dce3bb37a74fc2815869184021a952ce9ae6b3a711fa52ac3f512a12c9d25746f7c520c5686815e827f416dcdf6cd0f74dd9345233523b8754f1786c5d5fef75e687f81d4fae7dec41d0a76500a0c91e6bf6351688892d8a0222487edc768fb9141326193a44c67b3c2a7ba2fb3f9db03c1538e0a59444dd82f0d29586dc54f1aa0d"

// No data key but the one that was made opens.
func FuzzDataKey(f *testing.F) {
	store := newMemory("s")
	store.keys["a"] = []hierarchy.BranchKey{{ID: "a", Version: "f81d4fae-7dec-41d0-a765-00a0c91e6bf6", Key: secretOf(f, bytes.Repeat([]byte("k"), 32))}}
	k := newRing(f, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"})
	kept, err := hex.DecodeString(keptDataKey)
	require.NoError(f, err)
	good := keyring.EncryptedDataKey{ProviderID: "aws-kms-hierarchy", ProviderInfo: []byte("a"), Ciphertext: kept}
	m := keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: entries(1, "north"), EncryptedDataKeys: []keyring.EncryptedDataKey{good}}
	require.NoError(f, open(f.Context(), k, m))
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
