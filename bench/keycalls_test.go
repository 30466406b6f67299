package bench

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"fmt"
	"os"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	manyItems   = 1000
	manyTenants = 100
)

// keySource is a way to come by keys, as README.md names it.
type keySource struct {
	name, format  string
	writer        func() crypt.Format // as a process has it that has just started
	reader        func() crypt.Format // nil: writer
	tenants       int                 // of the items; 0: one
	onlyReads     bool                // by reader; writer is another's
	writes, reads calls
}

func (w *keyWorld) keySources(t *testing.T) []keySource {
	ring := func(k keyring.Keyring, err error) crypt.Format {
		require.NoError(t, err)
		return dbeOf(t, k, keyring.SuiteHMAC)
	}
	second := w.kms.AddKey(fakekms.Key{Region: region})
	rsaKey := w.kms.AddKey(fakekms.Key{Region: region, Spec: kmstypes.KeySpecRsa2048})
	rsaPublic, err := awskms.RSAPublicKey(t.Context(), w.client, rsaKey)
	require.NoError(t, err)
	ecdhKey := w.kms.AddKey(fakekms.Key{Region: region, Spec: kmstypes.KeySpecEccNistP256})
	ecdhPublic, err := awskms.ECDHPublicKey(t.Context(), w.client, ecdhKey)
	require.NoError(t, err)
	other, err := ecdh.P256().GenerateKey(rand.Reader)
	require.NoError(t, err)
	for i := range manyTenants {
		w.createBranchKey(t, tenant(i))
	}
	strict := func(keys ...string) func() crypt.Format {
		return func() crypt.Format { return ring(awskms.New(awskms.Config{Keys: keys, Client: w.client})) }
	}
	agreement := func(keep time.Duration) func() crypt.Format {
		c := awskms.ECDHConfig{Key: ecdhKey, Public: ecdhPublic, Client: w.client, KeepSecrets: keep}
		return func() crypt.Format { return ring(awskms.NewECDH(c, other.PublicKey())) }
	}
	return []keySource{
		{name: "`provider.Static`", format: "legacy", writer: func() crypt.Format { return keys(t) }},
		{name: "`provider.WrappedAES`", format: "legacy", writer: func() crypt.Format { return ddbec.Format(wrapped(t)) }},
		{name: "`directkms.New`", format: "legacy", writer: func() crypt.Format {
			p, err := directkms.New(t.Context(), directkms.Config{Client: w.client, Key: w.key})
			require.NoError(t, err)
			return ddbec.Format(p)
		}},
		{name: "`mostrecent.New` over a MetaStore under Direct KMS", format: "legacy", writer: func() crypt.Format {
			return ddbec.Format(w.mostRecent(t, mostrecent.Config{}))
		}},
		{name: "`keyring.RawAES`", format: "modern", writer: func() crypt.Format { return modern(t, keyring.SuiteHMAC) }},
		{name: "`awskms.New`, one key", format: "modern", writer: strict(w.key)},
		{name: "`awskms.New`, two keys", format: "modern", writer: strict(w.key, second)},
		{name: "`awskms.NewDiscovery`", format: "modern", onlyReads: true, writer: strict(w.key), reader: func() crypt.Format {
			return ring(awskms.NewDiscovery(awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{region}, Client: w.client}))
		}},
		{name: "`awskms.NewRSA`", format: "modern", writer: func() crypt.Format {
			return ring(awskms.NewRSA(awskms.RSAConfig{Key: rsaKey, Public: rsaPublic, Client: w.client}))
		}},
		{name: "`awskms.NewECDH`", format: "modern", writer: agreement(0)},
		{name: "`awskms.NewECDH`, `KeepSecrets`", format: "modern", writer: agreement(time.Hour)},
		{name: "`hierarchy.NewKeyring`, one branch key", format: "modern", writer: func() crypt.Format {
			return ring(w.hierarchical(t, hierarchy.KeyringConfig{}), nil)
		}},
		{name: fmt.Sprintf("`hierarchy.NewKeyring`, %d branch keys", manyTenants), format: "modern", tenants: manyTenants, writer: func() crypt.Format {
			return ring(w.hierarchical(t, hierarchy.KeyringConfig{Supplier: hierarchy.FromAttribute("tenant")}), nil)
		}},
	}
}

// record is a small item of a tenant.
type record struct {
	Tenant string `ddb:"tenant,pk"`
	Number int    `ddb:"number,sk"`
	Text   string `ddb:"text"`
}

func tenant(i int) string { return "tenant " + strconv.Itoa(i) }

// measure counts the calls of a process that writes the items, and of one that reads them.
func (s *keySource) measure(t *testing.T, w *keyWorld) {
	records := func(f func() crypt.Format) *ddb.Codec[record] {
		c, err := ddb.NewCodec[record]("records", ddb.Config{Encryption: f()})
		require.NoError(t, err)
		return c
	}
	stored := make([]item, manyItems)
	s.writes = w.counted(t, func(ctx context.Context) {
		c := records(s.writer)
		for i := range stored {
			var err error
			stored[i], err = c.Encode(ctx, &record{tenant(i % max(s.tenants, 1)), i, "text"})
			require.NoError(t, err)
		}
	})
	if s.reader == nil {
		s.reader = s.writer
	}
	s.reads = w.counted(t, func(ctx context.Context) {
		c := records(s.reader)
		for i := range stored {
			v, err := c.Decode(ctx, stored[i])
			require.NoError(t, err)
			require.Equal(t, i, v.Number)
		}
	})
}

// TestCallsForAThousandItems holds the table of README.md to what is counted.
func TestCallsForAThousandItems(t *testing.T) {
	w := newKeyWorld(t)
	var table strings.Builder
	table.WriteString("| keys | format | writing: KMS, key table | reading: KMS, key table |\n|---|---|---:|---:|\n")
	for _, s := range w.keySources(t) {
		s.measure(t, w)
		writes := s.writes.String()
		if s.onlyReads {
			writes = "only reads"
		}
		fmt.Fprintf(&table, "| %s | %s | %s | %s |\n", s.name, s.format, writes, s.reads)
	}
	readme, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	assert.True(t, strings.Contains(string(readme), "\n\n"+table.String()+"\n"), "README.md has another table than\n%s", &table)
}

func (c calls) String() string { return thousands(c.kms) + ", " + thousands(c.store) }

func thousands(n int64) string {
	if n < 1000 {
		return strconv.FormatInt(n, 10)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

// cached are the key sources that keep keys, as Customers in a process that has just started.
func (w *keyWorld) cached(t testing.TB) map[string]func() *ddb.Codec[Customer] {
	return map[string]func() *ddb.Codec[Customer]{
		"mostRecent": func() *ddb.Codec[Customer] { return customersBy(t, w.mostRecent(t, mostrecent.Config{})) },
		"hierarchy": func() *ddb.Codec[Customer] {
			return customersIn(t, dbeOf(t, w.hierarchical(t, hierarchy.KeyringConfig{}), keyring.SuiteHMAC))
		},
	}
}

// atOnce has a thousand goroutines do f, all at the same time.
func atOnce(f func() error) error {
	const callers = 1000
	begin := make(chan struct{})
	failed := make(chan error, callers)
	var group sync.WaitGroup
	for range callers {
		group.Go(func() {
			<-begin
			if err := f(); err != nil {
				failed <- err
			}
		})
	}
	close(begin)
	group.Wait()
	close(failed)
	return <-failed
}

func TestAThousandColdCallersMakeOneCall(t *testing.T) {
	w := newKeyWorld(t)
	customer := NewCustomer()
	for name, start := range w.cached(t) {
		t.Run(name, func(t *testing.T) {
			stored, err := start().Encode(t.Context(), &customer)
			require.NoError(t, err)
			one := calls{kms: 1, store: 1}
			writer, reader := start(), start()
			assert.Equal(t, one, w.counted(t, func(ctx context.Context) {
				require.NoError(t, atOnce(func() error { _, err := writer.Encode(ctx, &customer); return err }))
			}), "writers")
			assert.Equal(t, one, w.counted(t, func(ctx context.Context) {
				require.NoError(t, atOnce(func() error { _, err := reader.Decode(ctx, stored); return err }))
			}), "readers")
		})
	}
}

// TestOneCallPerVersionAndTTL has a process write and read items of three versions for ten TTLs.
func TestOneCallPerVersionAndTTL(t *testing.T) {
	const (
		versions = 3
		ttls     = 10
		ttl      = 5 * time.Minute
	)
	w := newKeyWorld(t)
	now := newClock()
	cache, err := hierarchy.NewCache(hierarchy.CacheConfig{Now: now.Now})
	require.NoError(t, err)
	for name, s := range map[string]struct {
		format func() crypt.Format
		rotate func() error
		keys   int64
	}{
		// What writers have of the newest version serves readers, too.
		"mostRecent": {
			func() crypt.Format {
				return ddbec.Format(w.mostRecent(t, mostrecent.Config{TTL: ttl, Now: now.Now}))
			},
			func() error { _, err := w.meta.Rotate(t.Context(), keyName); return err },
			versions,
		},
		// The active version is an entry of its own, as in AWS's caches.
		"hierarchy": {
			func() crypt.Format {
				return dbeOf(t, w.hierarchical(t, hierarchy.KeyringConfig{TTL: ttl, Cache: cache}), keyring.SuiteHMAC)
			},
			func() error { return w.branch.Rotate(t.Context(), keyName) },
			versions + 1,
		},
	} {
		t.Run(name, func(t *testing.T) {
			customer := NewCustomer()
			var stored []item
			for range versions {
				require.NoError(t, s.rotate())
				it, err := customersIn(t, s.format()).Encode(t.Context(), &customer)
				require.NoError(t, err)
				stored = append(stored, it)
			}
			c := customersIn(t, s.format())
			const steps = 4 // of a TTL, none of which is in its last tenth
			assert.Equal(t, calls{s.keys * ttls, s.keys * ttls}, w.counted(t, func(ctx context.Context) {
				for range ttls * steps {
					for range 5 {
						_, err := c.Encode(ctx, &customer)
						require.NoError(t, err)
						for _, it := range stored {
							_, err := c.Decode(ctx, it)
							require.NoError(t, err)
						}
					}
					now.pass(ttl / steps)
				}
			}))
		})
	}
}
