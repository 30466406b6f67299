package hierarchy

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/refresh"
)

// DefaultCapacity is how many branch keys a cache holds that is given no Capacity.
const DefaultCapacity = 1000

const (
	early       = 10 * time.Second // before its expiry a branch key is loaded anew
	loadTimeout = 10 * time.Second // of a call to the store, for which any number of callers wait
)

// CacheConfig is of a [Cache].
type CacheConfig struct {
	Capacity int              // how many branch keys it holds, of which the one not used for longest goes first. Zero is DefaultCapacity
	Now      func() time.Time // the clock; nil is time.Now
}

// A Cache holds branch keys in the clear: the active version of each branch key in use, and each version
// that items in use were written under. It may serve several keyrings, which share what it holds only where
// [KeyringConfig].Partition says so, and each of which takes no key older than its own TTL. It is made by [NewCache],
// and safe for concurrent use.
type Cache struct {
	keys     *refresh.Cache[entryID, branchKey]
	absent   absent
	versions chan struct{} // a place for each load of a version under way
}

// entryID is which branch key an entry is (dbesdk 2.10). In an active one the version is not told.
type entryID struct {
	partition, store, id string
	active               bool
	version              version
}

// NewCache returns an empty cache.
func NewCache(c CacheConfig) (*Cache, error) {
	if c.Capacity < 0 {
		return nil, fmt.Errorf("hierarchy: new cache: Capacity of %d: give how many branch keys it may hold", c.Capacity)
	}
	return newCache(c), nil
}

func newCache(c CacheConfig) *Cache {
	if c.Capacity == 0 {
		c.Capacity = DefaultCapacity
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	return &Cache{
		keys:     refresh.New[entryID, branchKey](refresh.Config{Capacity: c.Capacity, Early: early, LoadTimeout: loadTimeout, Lasting: lasting, Now: c.Now}),
		absent:   absent{now: c.Now},
		versions: make(chan struct{}, maxVersionLoads),
	}
}

// ownPartition is a partition that no configuration names.
func ownPartition() string { return rand.Text() }

// Clear drops all branch keys, so that none serves that was deleted or denied since. Keyrings load what they
// need again.
func (c *Cache) Clear() {
	c.keys.Clear()
	c.absent.clear()
}

func (c *Cache) active(ctx context.Context, id entryID, ttl time.Duration, load func(context.Context) (branchKey, error)) (branchKey, bool, error) {
	return c.keys.Get(ctx, id, ttl, load)
}

// version is active for versions that items name, which are hostile.
func (c *Cache) version(ctx context.Context, id entryID, ttl time.Duration, load func(context.Context) (branchKey, error)) (branchKey, bool, error) {
	return c.keys.Get(ctx, id, ttl, func(ctx context.Context) (branchKey, error) {
		select {
		case c.versions <- struct{}{}:
			defer func() { <-c.versions }()
		case <-ctx.Done():
			return branchKey{}, fmt.Errorf("%w: %d loads of versions are under way, none of which ended in %v: is the key store slow? (%w)", crypt.ErrKeys, maxVersionLoads, loadTimeout, ctx.Err())
		}
		if err := c.absent.check(id); err != nil {
			return branchKey{}, err
		}
		k, err := load(ctx)
		switch {
		case err == nil:
			c.absent.found(id)
		case errors.Is(err, ErrNotFound):
			c.absent.missed(id, err)
		}
		return k, err
	})
}
