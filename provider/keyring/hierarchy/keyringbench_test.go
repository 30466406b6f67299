package hierarchy_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// BenchmarkWarm is of one small item, written or read with its branch key in the cache, beside raw AES.
func BenchmarkWarm(b *testing.B) {
	store := newMemory("s", "north")
	raw, err := keyring.RawAES("raw", "north", store.keys["north"][0].Key)
	require.NoError(b, err)
	for _, c := range []struct {
		name string
		ring keyring.Keyring
	}{
		{"raw AES", raw},
		{"branch key", newRing(b, hierarchy.KeyringConfig{Store: store, BranchKeyID: "north"})},
		{"supplied", newRing(b, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant")})},
	} {
		e := visits(b, c.ring, keyring.SuiteHMAC, map[string]crypt.Action{"name": crypt.Encrypt})
		ctx, item := b.Context(), visit("north")
		stored, err := e.EncryptItem(ctx, item)
		require.NoError(b, err)
		b.Run("write/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.EncryptItem(ctx, item); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run("read/"+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.DecryptItem(ctx, stored); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
