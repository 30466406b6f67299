package mostrecent_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

func TestWritesTheNewestAndReadsWhatTheItemNames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		assert.Equal(t, "HmacSHA256", p.VerifyAlgorithm())
		first := written(t, p)
		s.rotate(t, name)
		assert.Equal(t, "visits#0", versionOf(t, p), "taken up within the TTL")
		time.Sleep(ttl)
		second := written(t, p)
		id, _ := second.Lookup("amzn-ddb-meta-id")
		assert.Equal(t, "visits#1", id)

		reader := newProvider(t, s, nil)
		s.made()
		for range 10 {
			require.NoError(t, reads(t, reader, first))
			require.NoError(t, reads(t, reader, second))
		}
		assert.Equal(t, []string{"version 0", "version 1"}, s.made())

		s.rotate(t, name)
		assert.Equal(t, "visits#1", versionOf(t, p))
		p.Refresh()
		assert.Equal(t, "visits#2", versionOf(t, p), "taken up at once")
		s.made()
		require.NoError(t, reads(t, p, written(t, p)))
		assert.Empty(t, s.made(), "what is written is read without a call")
	})
}

func TestOneCallForAThousandItems(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 3)
		p := newProvider(t, s, nil)
		d := written(t, newProvider(t, s, nil))
		s.made()
		var m crypt.Meter
		ctx := crypt.Watch(t.Context(), &m, nil)
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				_, err := p.EncryptionMaterials(ctx, request(t, "", ""))
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, []string{"newest"}, s.made())
		p.Refresh()
		for range 1000 {
			wg.Go(func() {
				r := request(t, "", "")
				r.Description = d
				_, err := p.DecryptionMaterials(ctx, r)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		assert.Equal(t, []string{"version 2"}, s.made())
		assert.Equal(t, crypt.Usage{StoreCalls: 2}, m.Usage(), "who waited had no hit")
		r := request(t, "", "")
		r.Description = d
		_, err := p.DecryptionMaterials(ctx, r)
		require.NoError(t, err)
		assert.Equal(t, crypt.Usage{StoreCalls: 2, CacheHits: 1}, m.Usage())
	})
}

func TestAnAbandonedItemFailsNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		ctx, cancel := context.WithCancel(t.Context())
		left := make(chan error)
		go func() { _, err := p.EncryptionMaterials(ctx, request(t, "", "")); left <- err }()
		synctest.Wait()
		stayed := make(chan error)
		go func() { _, err := p.EncryptionMaterials(t.Context(), request(t, "", "")); stayed <- err }()
		synctest.Wait()
		cancel()
		assert.Equal(t, context.Canceled, <-left)
		assert.NoError(t, <-stayed)
		assert.Equal(t, []string{"newest"}, s.made())
	})
}

func TestSteadyState(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		d := written(t, p)
		const hours = 2
		longest := time.Duration(0)
		for range hours * 3600 * 2 {
			began := time.Now()
			written(t, p)
			require.NoError(t, reads(t, p, d))
			longest = max(longest, time.Since(began))
			time.Sleep(time.Second / 2)
		}
		assert.Zero(t, longest, "nobody waits for keys in use")
		perTTL := float64(len(s.made())) / (hours * 60)
		assert.Less(t, perTTL, 2.3, "a call for the newest and one for the version, per 54 seconds")
	})
}

func TestKeysTakenAway(t *testing.T) {
	for what, err := range map[string]error{
		"denied": errDenied, "disabled": errDisabled, "deleted": mostrecent.ErrNoVersion, "altered": crypt.ErrAuth, "replaced": crypt.ErrFormat,
	} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(t, 1)
				p := newProvider(t, s, nil)
				d := written(t, p)
				s.fail(fmt.Errorf("wrapped: %w", err))
				time.Sleep(ttl - ttl/10)
				require.NoError(t, reads(t, p, d), "starts a refresh")
				written(t, p)
				time.Sleep(2 * time.Second)
				got := reads(t, p, d)
				switch err {
				case crypt.ErrAuth:
					assert.ErrorIs(t, got, err)
				case crypt.ErrFormat: // what does not fit is the store's item, and not the one read
					assert.ErrorIs(t, got, crypt.ErrKeys)
					assert.NotErrorIs(t, got, err)
				default:
					assert.ErrorIs(t, got, crypt.ErrKeys)
					assert.ErrorIs(t, got, err)
				}
				_, got = p.EncryptionMaterials(t.Context(), request(t, "", ""))
				assert.ErrorIs(t, got, crypt.ErrKeys)
				assert.NotErrorIs(t, got, crypt.ErrAuth)
				assert.NotErrorIs(t, got, crypt.ErrFormat)

				s.fail(nil)
				time.Sleep(mostrecent.DefaultMissWindow)
				assert.NoError(t, reads(t, p, d))
				written(t, p)
			})
		})
	}
}

func TestAnOutageIsBridgedUntilTheTTLEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		began := time.Now()
		d := written(t, p)
		s.fail(errThrottled)
		for time.Since(began) < ttl-time.Second {
			require.NoError(t, reads(t, p, d))
			written(t, p)
			time.Sleep(time.Second / 4)
		}
		time.Sleep(2 * time.Second)
		err := reads(t, p, d)
		assert.ErrorIs(t, err, crypt.ErrKeys)
		assert.ErrorIs(t, err, errThrottled)
		_, err = p.EncryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, crypt.ErrKeys)
		assert.ErrorIs(t, err, errThrottled)
		s.fail(nil)
		assert.NoError(t, reads(t, p, d))
		written(t, p)
	})
}

func TestFaults(t *testing.T) {
	for what, fault := range map[string]error{"throttled": errThrottled, "denied": errDenied, "cut": errors.New("connection cut")} {
		t.Run(what, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newStore(t, 1)
				d := written(t, newProvider(t, s, nil))
				p := newProvider(t, s, nil)
				s.fail(fault)
				m, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
				assert.ErrorIs(t, err, crypt.ErrKeys)
				assert.ErrorIs(t, err, fault)
				assert.True(t, m.Encrypt.IsZero())
				assert.Nil(t, m.Sign)
				err = reads(t, p, d)
				assert.ErrorIs(t, err, crypt.ErrKeys)
				assert.ErrorIs(t, err, fault)
				s.fail(nil)
				assert.NoError(t, reads(t, p, d))
				written(t, p)
			})
		})
	}
	t.Run("hangs", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			s := newStore(t, 1)
			s.hangs = true
			p := newProvider(t, s, nil)
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			_, err := p.EncryptionMaterials(ctx, request(t, "", ""))
			assert.Equal(t, context.DeadlineExceeded, err)
			_, err = p.EncryptionMaterials(t.Context(), request(t, "", ""))
			assert.ErrorIs(t, err, crypt.ErrKeys, "a caller who waits for ever learns that there are no keys")
			s.hangs = false
			written(t, p)
		})
	})
}

func TestWhatAStoreGetsWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 2)
		d := written(t, newProvider(t, s, nil))
		right := s.keys[name][1]
		for what, change := range map[string]func(*mostrecent.Keys){
			"another version": func(k *mostrecent.Keys) { k.Version = 0 },
			"no version":      func(k *mostrecent.Keys) { k.Version = -1 },
			"no keys":         func(k *mostrecent.Keys) { *k = mostrecent.Keys{Version: 1} },
			"no signing key":  func(k *mostrecent.Keys) { k.Sign = mostrecent.Keys{}.Sign },
		} {
			k := right
			change(&k)
			s.answer = &k
			p := newProvider(t, s, nil)
			assert.ErrorIs(t, reads(t, p, d), crypt.ErrKeys, what)
			if what != "another version" {
				_, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
				assert.ErrorIs(t, err, crypt.ErrKeys, what)
			}
		}
	})
}

func TestMinVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		old := written(t, newProvider(t, s, nil))
		p := newProvider(t, s, func(c *mostrecent.Config) { c.MinVersion = 1 })
		_, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, crypt.ErrKeys)
		assert.ErrorContains(t, err, "rotate")
		s.rotate(t, name)
		assert.Equal(t, "visits#1", versionOf(t, p))
		s.made()
		err = reads(t, p, old)
		assert.ErrorIs(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, "MinVersion")
		assert.Empty(t, s.made())
	})
}

// tenantOf is the name of an item's keys: its partition key.
func tenantOf(_ context.Context, r provider.Request) (string, error) {
	item, err := r.Keys()
	if err != nil {
		return "", err
	}
	return item["pk"].(*types.AttributeValueMemberS).Value, nil
}

func TestNamesByItem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 0)
		s.rotate(t, "acme")
		s.rotate(t, "globex")
		s.rotate(t, "globex")
		p := newProvider(t, s, func(c *mostrecent.Config) { c.Name, c.NameOf = "", tenantOf })
		of := func(tenant string) provider.Request {
			m, err := p.EncryptionMaterials(t.Context(), request(t, tenant, ""))
			require.NoError(t, err)
			r := request(t, tenant, "")
			r.Description = m.Description
			return r
		}
		acme, globex := of("acme"), of("globex")
		id, _ := acme.Description.Lookup("amzn-ddb-meta-id")
		assert.Equal(t, "acme#0", id)
		id, _ = globex.Description.Lookup("amzn-ddb-meta-id")
		assert.Equal(t, "globex#1", id)
		for _, r := range []provider.Request{acme, globex} {
			_, err := p.DecryptionMaterials(t.Context(), r)
			assert.NoError(t, err)
		}
		acme.Description = globex.Description
		s.made()
		_, err := p.DecryptionMaterials(t.Context(), acme)
		assert.ErrorIs(t, err, crypt.ErrFormat, "the item is moved to another tenant")
		assert.Empty(t, s.made())

		for _, bad := range []string{"", "a#b", "na\xffme", strings.Repeat("x", 2049)} {
			_, err := p.EncryptionMaterials(t.Context(), request(t, bad, ""))
			assert.ErrorIs(t, err, crypt.ErrFormat)
			_, err = p.DecryptionMaterials(t.Context(), request(t, bad, "acme#0"))
			assert.ErrorIs(t, err, crypt.ErrFormat)
		}
		assert.Empty(t, s.made())

		failing := errors.New("no tenant")
		p = newProvider(t, s, func(c *mostrecent.Config) {
			c.Name, c.NameOf = "", func(context.Context, provider.Request) (string, error) { return "acme", failing }
		})
		_, err = p.EncryptionMaterials(t.Context(), request(t, "acme", ""))
		assert.ErrorIs(t, err, failing)
		_, err = p.DecryptionMaterials(t.Context(), request(t, "acme", "acme#0"))
		assert.ErrorIs(t, err, failing)
	})
}

func TestTheFirstVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := creator{newStore(t, 0)}
		p := newProvider(t, s, nil)
		_, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, crypt.ErrKeys)
		assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
		assert.Equal(t, []string{"newest"}, s.made(), "nothing is made unless it is asked for")

		p = newProvider(t, s, func(c *mostrecent.Config) { c.CreateFirst = true })
		s.failVersion(-1, errThrottled)
		_, err = p.EncryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, crypt.ErrKeys)
		assert.Equal(t, []string{"newest"}, s.made(), "nor when it is not known that there is none")

		s.failVersion(-1, nil)
		var wg sync.WaitGroup
		for range 100 {
			wg.Go(func() { assert.Equal(t, "visits#0", versionOf(t, p)) })
		}
		wg.Wait()
		assert.Equal(t, []string{"newest", "create 0"}, s.made())
		require.NoError(t, reads(t, p, written(t, p)))

		s.rotate(t, name)
		p.Refresh()
		assert.Equal(t, "visits#1", versionOf(t, p))
		assert.Equal(t, []string{"newest"}, s.made())

		_, err = p.DecryptionMaterials(t.Context(), request(t, "", "visits#7"))
		assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
		assert.Equal(t, []string{"version 7"}, s.made(), "a reader makes nothing")
	})
}

func TestConfigsThatAreRefused(t *testing.T) {
	_, err := mostrecent.New(mostrecent.Config{CreateFirst: true, TTL: -1, Capacity: -1})
	for _, mistake := range []string{"no Store", "Name: no material name", "no Creator", "TTL", "Capacity"} {
		assert.ErrorContains(t, err, mistake)
	}
	s := creator{newStore(t, 1)}
	for what, change := range map[string]func(*mostrecent.Config){
		"nil store":           func(c *mostrecent.Config) { c.Store = (*store)(nil) },
		"name with #":         func(c *mostrecent.Config) { c.Name = "a#1" },
		"two names":           func(c *mostrecent.Config) { c.NameOf = tenantOf },
		"no creator":          func(c *mostrecent.Config) { c.Store, c.CreateFirst = s.store, true },
		"first below minimum": func(c *mostrecent.Config) { c.CreateFirst, c.MinVersion = true, 1 },
		"negative minimum":    func(c *mostrecent.Config) { c.MinVersion = -1 },
		"negative misses":     func(c *mostrecent.Config) { c.MaxMisses = -1 },
		"negative window":     func(c *mostrecent.Config) { c.MissWindow = -1 },
	} {
		c := mostrecent.Config{Store: s, Name: name}
		change(&c)
		_, err := mostrecent.New(c)
		assert.Error(t, err, what)
	}
}
