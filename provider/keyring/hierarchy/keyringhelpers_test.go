package hierarchy_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"maps"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/secret"
)

var suites = []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA}

// clock stands until it is moved.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func newClock() *clock { return &clock{at: time.Unix(1_800_000_000, 0)} }

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// memory is a key store in memory.
type memory struct {
	name string

	mu     sync.Mutex
	keys   map[string][]hierarchy.BranchKey // the active one last
	failed error                            // what all calls answer
	calls  int
	wait   chan struct{} // what all calls wait for
	change func(*hierarchy.BranchKey)
}

func newMemory(name string, ids ...string) *memory {
	s := &memory{name: name, keys: map[string][]hierarchy.BranchKey{}}
	for _, id := range ids {
		s.rotate(id)
	}
	return s
}

func (s *memory) rotate(id string) (version string) {
	b := make([]byte, 32)
	rand.Read(b)
	key, _ := secret.New(b)
	s.mu.Lock()
	defer s.mu.Unlock()
	k := hierarchy.BranchKey{ID: id, Version: branchkey.NewUUID(), Key: key}
	s.keys[id] = append(s.keys[id], k)
	return k.Version
}

func (s *memory) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.failed = err
}

func (s *memory) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.keys, id)
}

func (s *memory) counted() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

func (s *memory) Info() hierarchy.Info { return hierarchy.Info{LogicalName: s.name} }

func (s *memory) Active(ctx context.Context, id string) (hierarchy.BranchKey, error) {
	return s.get(ctx, id, "")
}

func (s *memory) Version(ctx context.Context, id, version string) (hierarchy.BranchKey, error) {
	return s.get(ctx, id, version)
}

func (s *memory) get(ctx context.Context, id, version string) (none hierarchy.BranchKey, _ error) {
	ctx, done := crypt.StartCall(ctx, crypt.Call{Service: crypt.KeyStore, Operation: "Get", Key: id})
	defer done(nil)
	s.mu.Lock()
	wait := s.wait
	s.calls++
	s.mu.Unlock()
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return none, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.failed != nil {
		return none, s.failed
	}
	all := s.keys[id]
	for i := len(all) - 1; i >= 0; i-- {
		if k := all[i]; version == "" || k.Version == version {
			if s.change != nil {
				s.change(&k)
			}
			return k, nil
		}
	}
	return none, fmt.Errorf("%w: %w: version %q of %q", crypt.ErrKeys, hierarchy.ErrNotFound, version, id)
}

func secretOf(t testing.TB, b []byte) secret.Key {
	t.Helper()
	k, err := secret.New(b)
	require.NoError(t, err)
	return k
}

func newRing(t testing.TB, c hierarchy.KeyringConfig) keyring.Keyring {
	t.Helper()
	k, err := hierarchy.NewKeyring(c)
	require.NoError(t, err)
	return k
}

func newCache(t testing.TB, c hierarchy.CacheConfig) *hierarchy.Cache {
	t.Helper()
	cache, err := hierarchy.NewCache(c)
	require.NoError(t, err)
	return cache
}

// sealed is the materials of an item of a context.
func sealed(t testing.TB, k keyring.Keyring, entries map[string]string) keyring.EncryptionMaterials {
	t.Helper()
	m, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: entries})
	require.NoError(t, err)
	return m
}

func open(ctx context.Context, k keyring.Keyring, m keyring.EncryptionMaterials) error {
	_, err := k.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: m.Suite, Context: m.Context}, m.EncryptedDataKeys)
	return err
}

// entries is the context of an item of version 1 whose partition key is a text, and that of version 2.
func entries(version int, pk string) map[string]string {
	c := map[string]string{"aws-crypto-table-name": "visits", "aws-crypto-partition-name": "tenant"}
	if version == 1 {
		c["aws-crypto-attr.tenant"] = textEntry(pk)
	} else {
		maps.Copy(c, map[string]string{"aws-crypto-attr.tenant": pk, "aws-crypto-legend": "S"})
	}
	return c
}

func visits(t testing.TB, k keyring.Keyring, suite keyring.Suite, as map[string]crypt.Action) crypt.ItemEncryptor {
	t.Helper()
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: suite})
	require.NoError(t, err)
	s, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "tenant", SortKey: "at", Actions: as})
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}
