package mostrecent_test

import (
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dynaseal/ddb/provider/mostrecent"
)

// What was on its way when Refresh was called is not there after it, be it keys or that there are none.
func TestRefreshForgetsWhatIsUnderWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		d := written(t, newProvider(t, s, nil))
		p := newProvider(t, s, nil)
		go p.EncryptionMaterials(t.Context(), request(t, "", ""))
		synctest.Wait()
		p.Refresh()
		time.Sleep(2 * time.Second)
		s.fail(mostrecent.ErrNoVersion)
		assert.ErrorIs(t, reads(t, p, d), mostrecent.ErrNoVersion)

		s = newStore(t, 1)
		p = newProvider(t, s, nil)
		s.failVersion(1, mostrecent.ErrNoVersion)
		go p.DecryptionMaterials(t.Context(), request(t, "", "visits#1"))
		synctest.Wait()
		s.rotate(t, name)
		s.failVersion(1, nil)
		p.Refresh()
		time.Sleep(2 * time.Second)
		assert.NoError(t, reads(t, p, written(t, newProvider(t, s, nil))))
	})
}

// Keys that a writer fetched serve readers for no longer than those that readers fetched.
func TestKeysAreAsOldAsTheirCall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newStore(t, 1)
		p := newProvider(t, s, nil)
		began := time.Now()
		d := written(t, p)
		s.fail(errThrottled)
		time.Sleep(ttl - time.Millisecond - time.Since(began))
		assert.NoError(t, reads(t, p, d))
		time.Sleep(2 * time.Second)
		p = newProvider(t, s, nil)
		s.fail(nil)
		began = time.Now()
		d = written(t, p)
		s.fail(errThrottled)
		time.Sleep(ttl - time.Since(began))
		assert.ErrorIs(t, reads(t, p, d), errThrottled)
	})
}

// Versions that were deleted by mistake can be restored only while no others have their numbers.
func TestDeletedVersionsAreNotReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := creator{newStore(t, 0)}
		p := newProvider(t, s, func(c *mostrecent.Config) { c.CreateFirst = true })
		d := written(t, p)
		lost := s.keys[name]
		s.keys[name] = nil
		p.Refresh()
		s.made()
		for range 2 {
			_, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
			assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
			time.Sleep(2 * ttl)
		}
		assert.Equal(t, []string{"newest", "newest"}, s.made())
		s.keys[name] = lost
		assert.NoError(t, reads(t, p, d))
		assert.Equal(t, "visits#0", versionOf(t, p))
	})
}
