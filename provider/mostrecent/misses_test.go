package mostrecent_test

import (
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

func TestItemsThatNameNoKeysOfTheProviderCostNoCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		for _, metaID := range []string{
			"visits", "visits#", "#0", "visits#00", "visits#-1", "visits#+0", "visits#0#0", "visits#9223372036854775808", "visits#1e1", "visits# 0",
			"another#0", "Visits#0", "visits #0",
		} {
			asked, err := asks(t, p, s, metaID)
			assert.ErrorIs(t, err, crypt.ErrFormat, metaID)
			assert.False(t, asked, metaID)
		}
		_, err := p.DecryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, "amzn-ddb-meta-id")
		assert.Empty(t, s.made())
	})
}

func TestAMissingVersionIsAskedForOnceInAWindow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		for i := range 10 {
			asked, err := asks(t, p, s, "visits#1")
			assert.ErrorIs(t, err, crypt.ErrKeys)
			assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
			assert.Equal(t, i == 0, asked)
		}
		s.rotate(t, name)
		p.Refresh()
		assert.NoError(t, reads(t, p, written(t, p)), "a version that is made after Refresh is read at once")

		asked, _ := asks(t, p, s, "visits#2")
		assert.True(t, asked)
		s.rotate(t, name)
		fresh := written(t, newProvider(t, s, nil))
		assert.ErrorIs(t, reads(t, p, fresh), crypt.ErrKeys)
		time.Sleep(mostrecent.DefaultMissWindow)
		assert.NoError(t, reads(t, p, fresh), "and otherwise within the window")
	})
}

func TestTheStoreIsNotAskedWithoutBound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 50)
		p := newProvider(t, s, func(c *mostrecent.Config) {
			c.MaxMisses = 10
			c.MissWindow = time.Minute
			c.TTL = time.Hour
			c.Capacity = 60
		})
		honest := written(t, p)
		s.made()
		for i := range 1000 {
			asked, err := asks(t, p, s, fmt.Sprint("visits#", 51+i))
			assert.ErrorIs(t, err, crypt.ErrKeys)
			assert.Equal(t, i < 10, asked)
			assert.Equal(t, i < 10, errors.Is(err, mostrecent.ErrNoVersion))
		}
		asked, err := asks(t, p, s, "visits#51")
		assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
		assert.False(t, asked)
		require.NoError(t, reads(t, p, honest))
		assert.Empty(t, s.made(), "keys in the cache stay there")

		for i := range 49 {
			_, err := p.DecryptionMaterials(t.Context(), request(t, "", fmt.Sprint("visits#", i)))
			assert.ErrorIs(t, err, crypt.ErrFormat, "an older version is fetched nonetheless: the item has no wrapped key")
		}
		assert.Len(t, s.made(), 49)

		time.Sleep(time.Minute)
		asked, _ = asks(t, p, s, "visits#5000")
		assert.True(t, asked, "the next window")
	})
}

func TestGapsAmongOldVersionsAreBoundedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 101)
		for i := range int64(100) {
			s.failVersion(i, mostrecent.ErrNoVersion)
		}
		p := newProvider(t, s, func(c *mostrecent.Config) { c.MaxMisses = 10; c.MissWindow = time.Hour; c.TTL = time.Minute })
		honest := written(t, p)
		s.made()
		for i := range 100 {
			_, err := p.DecryptionMaterials(t.Context(), request(t, "", fmt.Sprint("visits#", i)))
			assert.ErrorIs(t, err, crypt.ErrKeys)
		}
		assert.Len(t, s.made(), 10)
		for range 5 {
			time.Sleep(50 * time.Second)
			assert.NoError(t, reads(t, p, honest), "keys in use are fetched anew whatever was missed")
		}
	})
}

func TestCallsUnderWayComeOnTop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, func(c *mostrecent.Config) { c.MaxMisses = 10 })
		for range 5 {
			var wg sync.WaitGroup
			for i := range 50 {
				wg.Go(func() {
					_, err := p.DecryptionMaterials(t.Context(), request(t, "", fmt.Sprint("visits#", 1+i)))
					assert.ErrorIs(t, err, crypt.ErrKeys)
				})
			}
			wg.Wait()
		}
		assert.Len(t, s.made(), 50)
	})
}

// The first items of many tenants are no attack.
func TestManyTenantsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 0)
		byTenant := func(c *mostrecent.Config) { c.Name, c.NameOf = "", tenantOf }
		p := newProvider(t, s, byTenant)
		const tenants = 3 * mostrecent.DefaultMaxMisses
		requests := make([]provider.Request, tenants)
		for i := range requests {
			tenant := fmt.Sprint("tenant ", i)
			s.rotate(t, tenant)
			m, err := p.EncryptionMaterials(t.Context(), request(t, tenant, ""))
			require.NoError(t, err)
			requests[i] = request(t, tenant, "")
			requests[i].Description = m.Description
		}
		p = newProvider(t, s, byTenant)
		var wg sync.WaitGroup
		for _, r := range requests {
			wg.Go(func() {
				_, err := p.DecryptionMaterials(t.Context(), r)
				assert.NoError(t, err)
			})
		}
		wg.Wait()
	})
}

func TestFailuresAreNoMisses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		honest := written(t, newProvider(t, s, nil))
		p := newProvider(t, s, func(c *mostrecent.Config) { c.MaxMisses = 1; c.MissWindow = time.Hour })
		s.fail(errThrottled)
		for range 5 {
			assert.ErrorIs(t, reads(t, p, honest), errThrottled)
		}
		s.fail(nil)
		assert.NoError(t, reads(t, p, honest), "the next call works")
		asked, _ := asks(t, p, s, "visits#2")
		assert.True(t, asked)
		asked, _ = asks(t, p, s, "visits#3")
		assert.False(t, asked)
	})
}

// Whoever can write the table keeps its readers from no version that is made while they run.
func TestTheVersionAfterTheNewestIsAskedForWhateverWasMissed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, func(c *mostrecent.Config) { c.MissWindow = time.Hour })
		require.NoError(t, reads(t, p, written(t, newProvider(t, s, nil))))
		for range 3 {
			for i := range 2 * mostrecent.DefaultMaxMisses {
				_, err := asks(t, p, s, fmt.Sprint("visits#", 1000+i))
				assert.ErrorIs(t, err, crypt.ErrKeys)
			}
			s.rotate(t, name)
			assert.NoError(t, reads(t, p, written(t, newProvider(t, s, nil))))
		}
	})
}

func TestATenantsItemsKeepNoOthersFromBeingRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 0)
		s.rotate(t, "honest")
		change := func(c *mostrecent.Config) { c.Name, c.NameOf, c.MissWindow = "", tenantOf, time.Hour }
		m, err := newProvider(t, s, change).EncryptionMaterials(t.Context(), request(t, "honest", ""))
		require.NoError(t, err)
		p := newProvider(t, s, change)
		s.made()
		for i := range 2 * mostrecent.DefaultMaxMisses {
			_, err := p.DecryptionMaterials(t.Context(), request(t, "hostile", fmt.Sprint("hostile#", i)))
			assert.ErrorIs(t, err, crypt.ErrKeys)
		}
		assert.Len(t, s.made(), mostrecent.DefaultMaxMisses/8)
		r := request(t, "honest", "")
		r.Description = m.Description
		_, err = p.DecryptionMaterials(t.Context(), r)
		assert.NoError(t, err)
		s.made()
		for i := range 20 * mostrecent.DefaultMaxMisses {
			tenant := fmt.Sprint("hostile ", i/20)
			_, err := p.DecryptionMaterials(t.Context(), request(t, tenant, fmt.Sprint(tenant, "#", i)))
			assert.ErrorIs(t, err, crypt.ErrKeys)
		}
		assert.Len(t, s.made(), mostrecent.DefaultMaxMisses*7/8, "many tenants' are bounded too")
	})
}

// Whoever can write the store has its versions verified once, not for each item.
func TestForgedVersionsAreMisses(t *testing.T) {
	for _, verdict := range []error{crypt.ErrAuth, crypt.ErrFormat} {
		synctest.Test(t, func(t *testing.T) {
			s := newStore(t, 2)
			d := written(t, newProvider(t, s, nil))
			s.failVersion(1, fmt.Errorf("forged: %w", verdict))
			p := newProvider(t, s, nil)
			s.made()
			for range 5 {
				err := reads(t, p, d)
				if verdict == crypt.ErrAuth {
					assert.ErrorIs(t, err, verdict)
				} else {
					assert.ErrorIs(t, err, crypt.ErrKeys)
				}
				assert.ErrorContains(t, err, "forged", "why, each time")
			}
			assert.Len(t, s.made(), 1)
			s.failVersion(1, nil)
			time.Sleep(mostrecent.DefaultMissWindow)
			assert.NoError(t, reads(t, p, d))
		})
	}
}

func TestAClockThatIsSetBackProlongsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		now := time.Now()
		p := newProvider(t, s, func(c *mostrecent.Config) { c.Now = func() time.Time { return now } })
		d := written(t, p)
		_, err := asks(t, p, s, "visits#1")
		assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
		now = now.Add(-24 * time.Hour)
		asked, _ := asks(t, p, s, "visits#1")
		assert.True(t, asked)
		s.fail(mostrecent.ErrNoVersion)
		assert.ErrorIs(t, reads(t, p, d), mostrecent.ErrNoVersion)
		_, err = p.EncryptionMaterials(t.Context(), request(t, "", ""))
		assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
	})
}

func TestTheNamesKnownAreBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 0)
		p := newProvider(t, s, func(c *mostrecent.Config) { c.Name, c.NameOf, c.Capacity = "", tenantOf, 4 })
		for i := range 20 {
			tenant := fmt.Sprint("tenant ", i)
			s.rotate(t, tenant)
			m, err := p.EncryptionMaterials(t.Context(), request(t, tenant, ""))
			require.NoError(t, err)
			r := request(t, tenant, "")
			r.Description = m.Description
			_, err = p.DecryptionMaterials(t.Context(), r)
			require.NoError(t, err)
		}
	})
}
