package hierarchy_test

import (
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

const heldUp = "see who writes such items"

// tenants is a keyring of two tenants, of whose items it has loaded nothing, and an item of each.
func tenants(t *testing.T, c hierarchy.KeyringConfig) (_ keyring.Keyring, north, south keyring.EncryptionMaterials) {
	t.Helper()
	c.Supplier = hierarchy.FromAttribute("tenant")
	k := newRing(t, c)
	return k, sealed(t, k, entries(2, "north")), sealed(t, k, entries(2, "south"))
}

// Mallory may write items of the south alone. What he invents holds up nobody in the north.
func TestInventionsOfOneTenantHoldUpNoOther(t *testing.T) {
	clock, store := newClock(), newMemory("s", "north", "south")
	k, north, south := tenants(t, hierarchy.KeyringConfig{Store: store, Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now})})
	before := store.counted()
	for range 40 {
		require.ErrorIs(t, open(t.Context(), k, hostile(south, keyring.MaxTries)), crypt.ErrKeys)
	}
	assert.Equal(t, 64, store.counted()-before)
	require.ErrorContains(t, open(t.Context(), k, south), heldUp)
	require.NoError(t, open(t.Context(), k, north))
	clock.pass(10 * time.Second)
	require.NoError(t, open(t.Context(), k, south))
}

// Nor is anyone held up for longer where the clock is set back.
func TestInventionsAndAClockSetBack(t *testing.T) {
	clock, store := newClock(), newMemory("s", "north", "south")
	k, _, south := tenants(t, hierarchy.KeyringConfig{Store: store, Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now})})
	for range 5 {
		require.ErrorIs(t, open(t.Context(), k, hostile(south, keyring.MaxTries)), crypt.ErrKeys)
	}
	require.ErrorContains(t, open(t.Context(), k, south), heldUp)
	clock.pass(-time.Hour)
	require.NoError(t, open(t.Context(), k, south))
}

// A version that was there once, and is no more, is as one that never was.
func TestADeletedVersionAmongInventions(t *testing.T) {
	clock, store := newClock(), newMemory("s", "north", "south")
	k, _, south := tenants(t, hierarchy.KeyringConfig{Store: store, TTL: time.Minute, Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now})})
	require.NoError(t, open(t.Context(), k, south))
	store.forget("south")
	clock.pass(time.Minute)
	require.ErrorIs(t, open(t.Context(), k, south), hierarchy.ErrNotFound)
	clock.pass(10 * time.Second)
	for range 5 {
		require.ErrorIs(t, open(t.Context(), k, hostile(south, keyring.MaxTries)), crypt.ErrKeys)
	}
	require.ErrorContains(t, open(t.Context(), k, south), heldUp)
}

// Who restores a branch key, and clears the cache, need not wait.
func TestClearForgetsWhatWasNotThere(t *testing.T) {
	store := newMemory("s", "north", "south")
	cache := newCache(t, hierarchy.CacheConfig{})
	k, _, south := tenants(t, hierarchy.KeyringConfig{Store: store, Cache: cache})
	backup := store.keys["south"]
	store.forget("south")
	require.ErrorIs(t, open(t.Context(), k, south), hierarchy.ErrNotFound)
	store.keys["south"] = backup
	require.ErrorIs(t, open(t.Context(), k, south), hierarchy.ErrNotFound)
	cache.Clear()
	require.NoError(t, open(t.Context(), k, south))
}

// A data key of another length is none, which the store is not asked about.
func TestADataKeyOfAnotherLengthCostsNothing(t *testing.T) {
	store := newMemory("s", "north", "south")
	k, north, _ := tenants(t, hierarchy.KeyringConfig{Store: store})
	before := store.counted()
	for _, c := range [][]byte{north.EncryptedDataKeys[0].Ciphertext[:139], append(north.EncryptedDataKeys[0].Ciphertext[:140:140], 0)} {
		m := north
		m.EncryptedDataKeys = []keyring.EncryptedDataKey{m.EncryptedDataKeys[0]}
		m.EncryptedDataKeys[0].Ciphertext = c
		require.ErrorIs(t, open(t.Context(), k, m), crypt.ErrAuth)
	}
	assert.Equal(t, before, store.counted())
}

// While the store does not answer, a few loads of versions wait for it, and the others for these.
func TestLoadsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := newMemory("s", "north")
		k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "north"})
		m := sealed(t, k, nil)
		store.wait = make(chan struct{})
		before := store.counted()
		var group sync.WaitGroup
		for range 100 {
			bad := hostile(m, 1)
			group.Go(func() { assert.ErrorIs(t, open(t.Context(), k, bad), crypt.ErrKeys) })
		}
		synctest.Wait()
		assert.Equal(t, 32, store.counted()-before)
		group.Wait() // for ten seconds
	})
}

func TestACacheThatNobodyMade(t *testing.T) {
	_, err := hierarchy.NewKeyring(hierarchy.KeyringConfig{Store: newMemory("s", "a"), BranchKeyID: "a", Cache: new(hierarchy.Cache)})
	require.ErrorContains(t, err, "NewCache")
}
