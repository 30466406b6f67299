package hierarchy_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// Keyrings of one cache share what has the same partition, logical store name, id and version, and nothing
// else.
func TestWhatASharedCacheShares(t *testing.T) {
	for name, c := range map[string]struct {
		partitions [2]string
		names      [2]string
		ids        [2]string
		shared     bool
	}{
		"all the same":            {[2]string{"p", "p"}, [2]string{"s", "s"}, [2]string{"a", "a"}, true},
		"other partition":         {[2]string{"p", "q"}, [2]string{"s", "s"}, [2]string{"a", "a"}, false},
		"no partition":            {[2]string{"", ""}, [2]string{"s", "s"}, [2]string{"a", "a"}, false},
		"one without partition":   {[2]string{"p", ""}, [2]string{"s", "s"}, [2]string{"a", "a"}, false},
		"other store":             {[2]string{"p", "p"}, [2]string{"s", "t"}, [2]string{"a", "a"}, false},
		"other id":                {[2]string{"p", "p"}, [2]string{"s", "s"}, [2]string{"a", "b"}, false},
		"names that run together": {[2]string{"p", "ps"}, [2]string{"ss", "s"}, [2]string{"a", "a"}, false},
	} {
		t.Run(name, func(t *testing.T) {
			cache := newCache(t, hierarchy.CacheConfig{})
			var stores [2]*memory
			var rings [2]keyring.Keyring
			for i := range stores {
				stores[i] = newMemory(c.names[i], "a", "b")
				rings[i] = newRing(t, hierarchy.KeyringConfig{Store: stores[i], BranchKeyID: c.ids[i], Cache: cache, Partition: c.partitions[i]})
			}
			m := sealed(t, rings[0], nil)
			require.NoError(t, open(t.Context(), rings[0], m))
			assert.Equal(t, 2, stores[0].counted())
			other := sealed(t, rings[1], nil)
			err := open(t.Context(), rings[1], m)
			if c.shared {
				require.NoError(t, err)
				require.NoError(t, open(t.Context(), rings[0], other))
				assert.Equal(t, 0, stores[1].counted())
				assert.Equal(t, 2, stores[0].counted())
				return
			}
			require.Error(t, err, "the key of another store, partition or id")
			assert.NotZero(t, stores[1].counted())
		})
	}
}

func TestEachKeyringHasItsOwnTTL(t *testing.T) {
	clock, store := newClock(), newMemory("s", "a")
	cache := newCache(t, hierarchy.CacheConfig{Now: clock.Now})
	ring := func(ttl time.Duration) keyring.Keyring {
		return newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Cache: cache, Partition: "p", TTL: ttl})
	}
	long, usual, short := ring(time.Hour), ring(0), ring(time.Second)
	m := sealed(t, long, nil)
	require.NoError(t, open(t.Context(), long, m))
	store.fail(errOutage)
	clock.pass(time.Second)
	require.ErrorIs(t, open(t.Context(), short, m), errOutage)
	require.NoError(t, open(t.Context(), usual, m))
	clock.pass(hierarchy.DefaultTTL)
	require.ErrorIs(t, open(t.Context(), usual, m), errOutage)
	require.NoError(t, open(t.Context(), long, m))
	sealed(t, long, nil)
	clock.pass(time.Hour)
	require.ErrorIs(t, open(t.Context(), long, m), errOutage)
	_, err := long.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
	require.ErrorIs(t, err, errOutage)
	store.fail(nil)
	require.NoError(t, open(t.Context(), short, m))
}

var errOutage = errors.New("no answer")

// cold is many callers at once of a keyring that has nothing.
func cold(t *testing.T, store *memory, one func(int) error) []error {
	t.Helper()
	const callers = 1000
	store.wait = make(chan struct{})
	errs := make([]error, callers)
	var group sync.WaitGroup
	for i := range callers {
		group.Go(func() { errs[i] = one(i) })
	}
	require.Eventually(t, func() bool { return store.counted() > 0 }, 10*time.Second, time.Millisecond)
	close(store.wait)
	group.Wait()
	return errs
}

func TestAThousandColdCallersMakeOneLoad(t *testing.T) {
	store := newMemory("s", "a")
	config := hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"}
	k := newRing(t, config)
	materials := keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC}
	require.NoError(t, errors.Join(cold(t, store, func(int) error {
		_, err := k.OnEncrypt(t.Context(), materials)
		return err
	})...))
	assert.Equal(t, 1, store.counted())
	m := sealed(t, k, nil)
	require.NoError(t, errors.Join(cold(t, store, func(int) error { return open(t.Context(), k, m) })...))
	assert.Equal(t, 2, store.counted())
}

// Who leaves fails nobody else, the one who was first neither.
func TestACancelledLeader(t *testing.T) {
	store := newMemory("s", "a")
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"})
	materials := keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC}
	store.wait = make(chan struct{})
	ctx, cancel := context.WithCancel(t.Context())
	led, followed := make(chan error), make(chan error)
	go func() { _, err := k.OnEncrypt(ctx, materials); led <- err }()
	require.Eventually(t, func() bool { return store.counted() == 1 }, 10*time.Second, time.Millisecond)
	go func() { _, err := k.OnEncrypt(t.Context(), materials); followed <- err }()
	cancel()
	require.ErrorIs(t, <-led, context.Canceled)
	close(store.wait)
	require.NoError(t, <-followed)
	assert.Equal(t, 1, store.counted())
}

// A key in use is loaded anew before its TTL ends; what the failure lets serve, serves until then.
func TestEarlyRefresh(t *testing.T) {
	for name, c := range map[string]struct {
		failed error
		serves bool
	}{
		"throttled": {errOutage, true},
		"deleted":   {hierarchy.ErrNotFound, false},
		"unusable":  {hierarchy.ErrItem, false},
		"altered":   {crypt.ErrAuth, false},
	} {
		t.Run(name, func(t *testing.T) {
			clock, store := newClock(), newMemory("s", "a")
			k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", TTL: time.Minute, Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now})})
			m := sealed(t, k, nil)
			require.NoError(t, open(t.Context(), k, m))
			clock.pass(50 * time.Second)
			require.NoError(t, open(t.Context(), k, m), "the old one, while it is loaded anew")
			require.Eventually(t, func() bool { return store.counted() == 3 }, 10*time.Second, time.Millisecond)
			clock.pass(10 * time.Second)
			require.NoError(t, open(t.Context(), k, m), "the new one, when it is there")
			clock.pass(40 * time.Second)
			store.fail(c.failed)
			require.NoError(t, open(t.Context(), k, m), "before it failed")
			require.Eventually(t, func() bool { return store.counted() == 4 }, 10*time.Second, time.Millisecond)
			if c.serves {
				require.NoError(t, open(t.Context(), k, m))
			} else {
				require.Eventually(t, func() bool { return errors.Is(open(t.Context(), k, m), c.failed) }, 10*time.Second, time.Millisecond)
			}
			clock.pass(time.Minute)
			require.ErrorIs(t, open(t.Context(), k, m), c.failed)
			clock.pass(time.Minute)
			store.fail(nil)
			require.NoError(t, open(t.Context(), k, m))
		})
	}
}

func TestCapacityAndClear(t *testing.T) {
	store := newMemory("s", "a", "b", "c")
	cache := newCache(t, hierarchy.CacheConfig{Capacity: 2})
	k := newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant"), Cache: cache})
	for _, id := range []string{"a", "b", "a", "c", "a"} {
		sealed(t, k, entries(2, id))
	}
	assert.Equal(t, 3, store.counted())
	sealed(t, k, entries(2, "b"))
	assert.Equal(t, 4, store.counted(), "the one not used for longest had gone")
	cache.Clear()
	sealed(t, k, entries(2, "b"))
	assert.Equal(t, 5, store.counted())
}

// hostile is the materials of an item that names versions which there never were.
func hostile(m keyring.EncryptionMaterials, n int) keyring.EncryptionMaterials {
	good := m.EncryptedDataKeys[0]
	m.EncryptedDataKeys = nil
	for range n {
		bad := good
		bad.Ciphertext = append([]byte(nil), good.Ciphertext...)
		rand.Read(bad.Ciphertext[76:92])
		m.EncryptedDataKeys = append(m.EncryptedDataKeys, bad)
	}
	return m
}

// Who can write the table names versions at will. That costs little, and nobody else his keys.
func TestInventedVersions(t *testing.T) {
	clock, store := newClock(), newMemory("s", "a")
	cache := newCache(t, hierarchy.CacheConfig{Now: clock.Now, Capacity: 4})
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Cache: cache, TTL: time.Minute})
	m := sealed(t, k, nil)
	require.NoError(t, open(t.Context(), k, m))
	before := store.counted()

	one := hostile(m, 1)
	for range 100 {
		require.ErrorIs(t, open(t.Context(), k, one), hierarchy.ErrNotFound)
	}
	assert.Equal(t, 1, store.counted()-before, "an item that is read again and again")
	require.ErrorIs(t, open(t.Context(), k, hostile(m, 255)), crypt.ErrKeys)
	assert.Equal(t, 1+keyring.MaxTries, store.counted()-before, "an item of many data keys")

	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for range 500 {
				assert.ErrorIs(t, open(t.Context(), k, hostile(m, 1)), crypt.ErrKeys)
			}
		})
	}
	group.Wait()
	const most = 256 + 32
	assert.LessOrEqual(t, store.counted()-before, most)
	err := open(t.Context(), k, hostile(m, 1))
	require.ErrorIs(t, err, crypt.ErrKeys)
	require.NotErrorIs(t, err, hierarchy.ErrNotFound)
	require.ErrorContains(t, err, "see who writes such items")

	count := store.counted()
	require.NoError(t, open(t.Context(), k, m))
	sealed(t, k, nil)
	assert.Equal(t, count, store.counted(), "the keys in use are where they were")
	store.rotate("a")
	cache.Clear()
	fresh := sealed(t, k, nil)
	for range 300 {
		require.ErrorIs(t, open(t.Context(), k, hostile(m, 1)), crypt.ErrKeys)
	}
	require.ErrorContains(t, open(t.Context(), k, fresh), "see who writes such items", "a version that was never loaded")

	clock.pass(10 * time.Second)
	require.NoError(t, open(t.Context(), k, fresh))
	require.NoError(t, open(t.Context(), k, m))
}

// Keys in use are loaded anew however many versions are invented meanwhile.
func TestInventedVersionsDoNotHoldUpThoseInUse(t *testing.T) {
	clock, store := newClock(), newMemory("s", "a")
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now}), TTL: 5 * time.Second})
	m := sealed(t, k, nil)
	require.NoError(t, open(t.Context(), k, m))
	for range 3 {
		for range 300 {
			require.ErrorIs(t, open(t.Context(), k, hostile(m, 1)), crypt.ErrKeys)
		}
		clock.pass(5 * time.Second)
		for range 300 {
			require.ErrorIs(t, open(t.Context(), k, hostile(m, 1)), crypt.ErrKeys)
		}
		require.NoError(t, open(t.Context(), k, m))
	}
	store.forget("a")
	clock.pass(5 * time.Second)
	require.ErrorIs(t, open(t.Context(), k, m), hierarchy.ErrNotFound)
}

// Limits that hold up inventions hold up no tenants, however many come at once.
func TestManyTenantsAtOnce(t *testing.T) {
	var ids []string
	for i := range 500 {
		ids = append(ids, fmt.Sprint("tenant-", i))
	}
	store := newMemory("s", ids...)
	k := newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant")})
	var all []keyring.EncryptionMaterials
	for _, id := range ids {
		all = append(all, sealed(t, k, entries(2, id)))
	}
	fresh := newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant")})
	require.NoError(t, errors.Join(cold(t, store, func(i int) error { return open(t.Context(), fresh, all[i%len(all)]) })...))
	assert.Equal(t, 2*len(ids), store.counted(), "each active version, and each version, once")
}
