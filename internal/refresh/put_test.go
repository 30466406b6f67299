package refresh_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/refresh"
)

func TestAPutIsAsOldAsItsLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		began := c.Moment()
		time.Sleep(10 * time.Second)
		c.Put("k", 100, began)
		time.Sleep(ttl - 10*time.Second - time.Nanosecond)
		value, hit := get(t, c, s)
		assert.Equal(t, 100, value)
		assert.True(t, hit)
		time.Sleep(time.Nanosecond)
		value, hit = get(t, c, s)
		assert.Equal(t, 1, value)
		assert.False(t, hit)

		c.Put("k", 100, began)
		value, _ = get(t, c, s)
		assert.Equal(t, 1, value, "what is there is younger")
	})
}

func TestAPutFromBeforeIsNotTaken(t *testing.T) {
	for name, do := range map[string]func(*refresh.Cache[string, int]){
		"forget": func(c *refresh.Cache[string, int]) { c.Forget("k") },
		"clear":  func(c *refresh.Cache[string, int]) { c.Clear() },
	} {
		c := newCache(refresh.Config{})
		began := c.Moment()
		do(c)
		c.Put("k", 100, began)
		assert.False(t, c.Has("k"), name)
		c.Put("k", 100, c.Moment())
		assert.True(t, c.Has("k"), name)
	}
}

func TestAPutLeavesAYoungerLoadAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		began := c.Moment()
		time.Sleep(time.Second)
		go get(t, c, s)
		synctest.Wait()
		c.Put("k", 100, began)
		time.Sleep(2 * time.Second)
		value, hit := get(t, c, s)
		assert.True(t, hit)
		assert.Equal(t, 1, value)
	})
}

func TestAClockThatIsSetBack(t *testing.T) {
	now := time.Now()
	c := newCache(refresh.Config{Now: func() time.Time { return now }})
	load := func(context.Context) (int, error) { return 2, nil }
	c.Put("k", 1, c.Moment())
	now = now.Add(-ttl + 1)
	value, _, err := c.Get(t.Context(), "k", ttl, load)
	require.NoError(t, err)
	assert.Equal(t, 1, value)
	now = now.Add(-1)
	value, hit, err := c.Get(t.Context(), "k", ttl, load)
	require.NoError(t, err)
	assert.False(t, hit, "a value from the future is not kept until then")
	assert.Equal(t, 2, value)
}

func TestCallersOfDifferentTTLs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		_, _, err := c.Get(t.Context(), "k", 3*ttl, s.load)
		require.NoError(t, err)
		time.Sleep(ttl)
		get(t, c, s)
		s.err = errThrottled
		time.Sleep(ttl)
		_, _, err = c.Get(t.Context(), "k", ttl, s.load)
		assert.ErrorIs(t, err, errThrottled)
		_, hit, err := c.Get(t.Context(), "k", 3*ttl, s.load)
		require.NoError(t, err)
		assert.True(t, hit, "it is kept for those who asked for it by the longer one")

		time.Sleep(3 * ttl)
		_, _, err = c.Get(t.Context(), "k", ttl, s.load)
		assert.ErrorIs(t, err, errThrottled)
		assert.False(t, c.Has("k"), "what serves nobody goes")
	})
}
