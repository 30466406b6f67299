// Package refresh is a bounded cache of values that expire, such as keys fetched from a service. However
// many callers want a value, one call loads it, and a value in use is loaded anew before it expires, while
// its users go on with the old one.
package refresh

import (
	"context"
	"errors"
	"sync"
	"time"
)

// Config describes a cache.
type Config struct {
	// Capacity is the number of values held, of which the one not used for longest goes first. Less than 1
	// is 1. Loads under way are not counted: each has, or had, a caller who waits for it.
	Capacity int

	// Early is how long before its expiry a value is loaded anew, at most half of a caller's ttl. 0: values
	// expire, and the next caller waits.
	Early time.Duration

	// LoadTimeout ends the context of a load, which no caller's context does. 0: [DefaultLoadTimeout].
	LoadTimeout time.Duration

	// Lasting says that a failed load will fail again, so that the old value must not be used for longer: a
	// key that was disabled or denied. Nil: no failure is lasting.
	Lasting func(error) bool

	// Now is the clock. Nil: time.Now.
	Now func() time.Time
}

// DefaultLoadTimeout is the LoadTimeout of a Config that gives none.
const DefaultLoadTimeout = 10 * time.Second

// attempts is how often at most a failing refresh is tried while the old value serves.
const attempts = 8

// A Cache holds values by key. It is safe for concurrent use, and never holds its lock while it loads.
type Cache[K comparable, V any] struct {
	config Config

	mu      sync.Mutex
	entries map[K]*entry[K, V]
	flights map[K]*flight[V]
	ring    entry[K, V] // of the entries, the one used last behind it
	cleared int         // how often anything was forgotten
}

// A Moment is when a load began whose value a Put may bring.
type Moment struct {
	at      time.Time
	cleared int
}

// entry is a value in the cache.
type entry[K comparable, V any] struct {
	key        K
	value      V
	began      time.Time     // when its load did: what the service says later may be otherwise
	retry      time.Time     // when a refresh may be tried again
	ttl        time.Duration // the longest of those that asked for it
	prev, next *entry[K, V]
}

// serves reports whether the entry is younger than ttl. A clock that was set back leaves it no longer than as much
// again.
func (e *entry[K, V]) serves(now time.Time, ttl time.Duration) bool {
	return now.Sub(e.began).Abs() < ttl
}

// flight is a load under way. value and err are set before done is closed.
type flight[V any] struct {
	began time.Time
	done  chan struct{}
	value V
	err   error
}

// New returns an empty cache. It starts nothing.
func New[K comparable, V any](c Config) *Cache[K, V] {
	c.Capacity = max(c.Capacity, 1)
	if c.LoadTimeout <= 0 {
		c.LoadTimeout = DefaultLoadTimeout
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	cache := &Cache[K, V]{config: c, entries: make(map[K]*entry[K, V]), flights: make(map[K]*flight[V])}
	cache.ring.prev, cache.ring.next = &cache.ring, &cache.ring
	return cache
}

// Get returns the value of key, not older than ttl; hit tells that it was there. Otherwise it waits for load,
// its own or that of another caller, until ctx ends. A load runs on the values of ctx of the caller who
// started it but not on its cancellation, so that he may leave and fail nobody.
//
// From Early before the end of its ttl on a value is returned as before, and one of the callers starts a load
// in the background. If that fails the old value serves until its ttl ends, and the load is tried again no
// sooner than an eighth of Early later; if it fails by Lasting the value goes at once. A failed load leaves
// nothing behind, and its error goes to all who wait for it, as it is.
func (c *Cache[K, V]) Get(ctx context.Context, key K, ttl time.Duration, load func(context.Context) (V, error)) (value V, hit bool, err error) {
	now := c.config.Now()
	c.mu.Lock()
	f := c.flights[key]
	if e := c.entries[key]; e != nil {
		if e.serves(now, ttl) {
			e.ttl = max(e.ttl, ttl)
			c.unlink(e)
			c.link(e)
			value = e.value
			if early := min(c.config.Early, ttl/2); f == nil && early > 0 && now.Sub(e.began) >= ttl-early && !now.Before(e.retry) {
				c.start(ctx, key, ttl, now, load)
			}
			c.mu.Unlock()
			return value, true, nil
		}
	}
	if f == nil {
		if err := ctx.Err(); err != nil {
			c.mu.Unlock()
			return value, false, err
		}
		f = c.start(ctx, key, ttl, now, load)
	}
	c.mu.Unlock()
	select {
	case <-f.done:
		return f.value, false, f.err
	case <-ctx.Done():
		return value, false, ctx.Err()
	}
}

// Has reports whether there is a value of key, of whatever age.
func (c *Cache[K, V]) Has(key K) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.entries[key] != nil
}

// Moment is now, for the Put of what is loaded from now on.
func (c *Cache[K, V]) Moment() Moment {
	now := c.config.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	return Moment{now, c.cleared}
}

// Put holds value, of a load that began at a Moment, whatever a load under way since before then will bring. A value
// older than what is there, or than the last Forget or Clear, is not taken.
func (c *Cache[K, V]) Put(key K, value V, loaded Moment) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if e := c.entries[key]; loaded.cleared != c.cleared || e != nil && e.began.After(loaded.at) {
		return
	}
	if f := c.flights[key]; f != nil && !f.began.After(loaded.at) {
		delete(c.flights, key)
	}
	c.store(key, value, loaded.at, 0)
}

// Forget drops the value of key. A load under way answers those who wait for it, and nobody after them.
func (c *Cache[K, V]) Forget(key K) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared++
	delete(c.flights, key)
	c.drop(c.entries[key])
}

// Clear forgets everything.
func (c *Cache[K, V]) Clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.cleared++
	clear(c.flights)
	clear(c.entries)
	c.ring.prev, c.ring.next = &c.ring, &c.ring
}

// start makes the load that all callers wait for. The lock is held.
func (c *Cache[K, V]) start(ctx context.Context, key K, ttl time.Duration, now time.Time, load func(context.Context) (V, error)) *flight[V] {
	f := &flight[V]{began: now, done: make(chan struct{}), err: errors.New("refresh: the load gave no answer")}
	c.flights[key] = f
	go func() {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), c.config.LoadTimeout)
		defer cancel()
		defer c.land(key, ttl, f) // of a load that ends its goroutine, too
		value, err := load(ctx)
		if f.err = err; err == nil {
			f.value = value
		}
	}()
	return f
}

// land takes in what a load brought, unless the key was put or forgotten since.
func (c *Cache[K, V]) land(key K, ttl time.Duration, f *flight[V]) {
	defer close(f.done)
	now := c.config.Now()
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flights[key] != f {
		return
	}
	delete(c.flights, key)
	if f.err == nil {
		c.store(key, f.value, f.began, ttl)
		return
	}
	e := c.entries[key]
	if e == nil {
		return
	}
	e.retry = now.Add(c.config.Early / attempts)
	if !e.serves(now, e.ttl) || c.config.Lasting != nil && c.config.Lasting(f.err) {
		c.drop(e)
	}
}

// store makes an entry. The lock is held, as in the methods below.
func (c *Cache[K, V]) store(key K, value V, began time.Time, ttl time.Duration) {
	if old := c.entries[key]; old != nil {
		ttl = max(ttl, old.ttl)
		c.drop(old)
	} else if len(c.entries) >= c.config.Capacity {
		c.drop(c.ring.next)
	}
	e := &entry[K, V]{key: key, value: value, began: began, ttl: ttl}
	c.entries[key] = e
	c.link(e)
}

func (c *Cache[K, V]) drop(e *entry[K, V]) {
	if e != nil {
		delete(c.entries, e.key)
		c.unlink(e)
	}
}

// link makes e the entry used last.
func (c *Cache[K, V]) link(e *entry[K, V]) {
	e.prev, e.next = c.ring.prev, &c.ring
	e.prev.next, e.next.prev = e, e
}

func (c *Cache[K, V]) unlink(e *entry[K, V]) {
	e.prev.next, e.next.prev = e.next, e.prev
}
