package bench

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

func wrapped(t testing.TB) provider.Provider {
	wrap, err := secret.New(encryptionKey)
	require.NoError(t, err)
	sign, err := secret.New(signingKey)
	require.NoError(t, err)
	p, err := provider.WrappedAES(wrap, sign)
	require.NoError(t, err)
	return p
}

// BenchmarkWarm is a Customer under keys that are in a cache, beside keys of the process that are used alike: what
// the cache adds. p50-ns, of single items, is steadier than the mean where neighbours are busy.
func BenchmarkWarm(b *testing.B) {
	w := newKeyWorld(b)
	customer := NewCustomer()
	w.createBranchKey(b, customer.PK)
	one := func(name string, c *ddb.Codec[Customer]) {
		stored, err := c.Encode(b.Context(), &customer)
		require.NoError(b, err)
		_, err = c.Decode(b.Context(), stored)
		require.NoError(b, err)
		b.Run(name+"/write", func(b *testing.B) {
			measureEach(b, func(ctx context.Context) error { _, err := c.Encode(ctx, &customer); return err })
		})
		b.Run(name+"/read", func(b *testing.B) {
			measureEach(b, func(ctx context.Context) error { _, err := c.Decode(ctx, stored); return err })
		})
	}
	for _, name := range []string{"dbe6700", "dbe6701"} {
		suite := suites[name]
		one(name+"/rawAES", customersIn(b, modern(b, suite)))
		one(name+"/hierarchy", customersIn(b, dbeOf(b, w.hierarchical(b, hierarchy.KeyringConfig{}), suite)))
		bySupplier := w.hierarchical(b, hierarchy.KeyringConfig{Supplier: hierarchy.FromAttribute("pk")})
		one(name+"/hierarchyByTenant", customersIn(b, dbeOf(b, bySupplier, suite)))
	}
	one("ddbec/wrappedAES", customersBy(b, wrapped(b)))
	one("ddbec/mostRecent", customersBy(b, w.mostRecent(b, mostrecent.Config{})))
}

// BenchmarkCold is a thousand goroutines that each write a Customer, in a process that has no key yet, and in one that has.
func BenchmarkCold(b *testing.B) {
	w := newKeyWorld(b)
	customer := NewCustomer()
	for _, name := range []string{"mostRecent", "hierarchy"} {
		start := w.cached(b)[name]
		write := func(c *ddb.Codec[Customer]) error {
			return atOnce(func() error { _, err := c.Encode(b.Context(), &customer); return err })
		}
		warm := start()
		require.NoError(b, write(warm))
		measure(b, name+"/cold", func() error { return write(start()) })
		measure(b, name+"/warm", func() error { return write(warm) })
	}
}

// BenchmarkHit is getting the keys to write an item with: from a cache with no refresh under way, with one that waits
// for its answer all the time, and with one that ends every few milliseconds; and without a cache, from keys of the
// process. p50-ns and p99-ns are of single hits.
func BenchmarkHit(b *testing.B) {
	const ttl = 5 * time.Minute
	w := newKeyWorld(b)
	material := func(p provider.Provider) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := p.EncryptionMaterials(ctx, provider.Request{})
			return err
		}
	}
	dataKey := func(k keyring.Keyring) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := k.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
			return err
		}
	}
	key, err := secret.New(encryptionKey)
	require.NoError(b, err)
	raw, err := keyring.RawAES(floorNamespace, floorKeyName, key)
	require.NoError(b, err)
	b.Run("mostRecent/wrappedAES", func(b *testing.B) { measureEach(b, material(wrapped(b))) })
	b.Run("hierarchy/rawAES", func(b *testing.B) { measureEach(b, dataKey(raw)) })
	for _, r := range []struct {
		name  string
		start func(*service, *clock, time.Duration) (stop func())
	}{
		{"noRefresh", func(*service, *clock, time.Duration) func() { return func() {} }},
		{"refreshWaits", (*service).hang},
		{"refreshes", (*service).age},
	} {
		b.Run("mostRecent/"+r.name, func(b *testing.B) {
			s, now := new(service), newClock()
			p := w.mostRecent(b, mostrecent.Config{Store: &metaService{Store: w.meta, service: s}, TTL: ttl, Now: now.Now})
			get := material(p)
			require.NoError(b, get(b.Context())) // the only one that waits
			defer r.start(s, now, ttl)()
			measureEach(b, get)
			b.ReportMetric(float64(s.answers.Load()-1), "refreshes")
		})
		b.Run("hierarchy/"+r.name, func(b *testing.B) {
			s, now := new(service), newClock()
			cache, err := hierarchy.NewCache(hierarchy.CacheConfig{Now: now.Now})
			require.NoError(b, err)
			get := dataKey(w.hierarchical(b, hierarchy.KeyringConfig{Store: &branchService{BranchKeys: w.branch, service: s}, TTL: ttl, Cache: cache}))
			require.NoError(b, get(b.Context()))
			defer r.start(s, now, ttl)()
			measureEach(b, get)
			b.ReportMetric(float64(s.answers.Load()-1), "refreshes")
		})
	}
}

// measureEach measures an operation, and reports how long the median and the slowest hundredth took.
func measureEach(b *testing.B, op func(context.Context) error) {
	ctx := b.Context()
	took := make([]time.Duration, 0, 1<<20)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		if err := op(ctx); err != nil {
			b.Fatal(err)
		}
		took = append(took, time.Since(began))
		runtime.Gosched() // for a refresh, where there is one core
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2]), "p50-ns")
	b.ReportMetric(float64(took[len(took)*99/100]), "p99-ns")
}

// early is how long before the end of its TTL a key is fetched anew, by every cache.
const early = time.Second

// service is what a store is behind, which is asked once: on one core, beside readers who do nothing else, what
// comes by the network is late.
type service struct {
	once    sync.Once
	answers atomic.Int64
	hangs   atomic.Pointer[chan struct{}] // until it is closed
}

func (s *service) serve(ctx context.Context, ask func()) error {
	if c := s.hangs.Load(); c != nil {
		select {
		case <-*c:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	s.once.Do(ask)
	s.answers.Add(1)
	return nil
}

// hang has no call end before stop, and keys be so old that one is made.
func (s *service) hang(now *clock, ttl time.Duration) (stop func()) {
	c := make(chan struct{})
	s.hangs.Store(&c)
	now.pass(ttl - early)
	return func() { close(c) }
}

// age has keys be so old that a call is made, and again after each, until stop.
func (s *service) age(now *clock, ttl time.Duration) (stop func()) {
	const taken = time.Millisecond // into the cache, which an answer is within it
	ended := make(chan struct{})
	go func() {
		seen := s.answers.Load()
		now.pass(ttl - early)
		for {
			select {
			case <-time.After(taken):
			case <-ended:
				return
			}
			if answers := s.answers.Load(); answers > seen {
				seen = answers
				time.Sleep(taken)
				now.pass(ttl - early)
			}
		}
	}()
	return func() { close(ended) }
}

type metaService struct {
	mostrecent.Store
	*service
	keys mostrecent.Keys
	err  error
}

func (m *metaService) Newest(ctx context.Context, name string) (mostrecent.Keys, error) {
	if err := m.serve(ctx, func() { m.keys, m.err = m.Store.Newest(ctx, name) }); err != nil {
		return mostrecent.Keys{}, err
	}
	return m.keys, m.err
}

type branchService struct {
	hierarchy.BranchKeys
	*service
	key hierarchy.BranchKey
	err error
}

func (s *branchService) Active(ctx context.Context, id string) (hierarchy.BranchKey, error) {
	if err := s.serve(ctx, func() { s.key, s.err = s.BranchKeys.Active(ctx, id) }); err != nil {
		return hierarchy.BranchKey{}, err
	}
	return s.key, s.err
}
