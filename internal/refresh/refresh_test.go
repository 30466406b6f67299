package refresh_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/refresh"
)

const (
	ttl   = time.Minute
	early = 8 * time.Second
)

var (
	errDenied    = errors.New("denied")
	errThrottled = errors.New("throttled")
)

// service answers with the number of the call, after a second.
type service struct {
	calls atomic.Int64
	err   error
}

func (s *service) load(ctx context.Context) (int, error) {
	n := int(s.calls.Add(1))
	err := s.err
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return n, ctx.Err()
	}
	return n, err // a value beside an error is not for anybody
}

func newCache(c refresh.Config) *refresh.Cache[string, int] {
	if c.Capacity == 0 {
		c.Capacity = 10
	}
	c.Lasting = func(err error) bool { return errors.Is(err, errDenied) }
	return refresh.New[string, int](c)
}

func get(t *testing.T, c *refresh.Cache[string, int], s *service) (value int, hit bool) {
	t.Helper()
	value, hit, err := c.Get(t.Context(), "k", ttl, s.load)
	require.NoError(t, err)
	return value, hit
}

func TestOneLoadForAThousandCallers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		var wg sync.WaitGroup
		for range 1000 {
			wg.Go(func() {
				value, hit, err := c.Get(t.Context(), "k", ttl, s.load)
				assert.NoError(t, err)
				assert.Equal(t, 1, value)
				assert.False(t, hit)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, s.calls.Load())
		_, hit := get(t, c, s)
		assert.True(t, hit)
	})
}

func TestTheFirstCallerLeavesAndFailsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		type mark struct{}
		leader, cancel := context.WithCancel(context.WithValue(t.Context(), mark{}, "seen"))
		left := make(chan error)
		go func() {
			_, _, err := c.Get(leader, "k", ttl, func(ctx context.Context) (int, error) {
				assert.Equal(t, "seen", ctx.Value(mark{}), "the load has the values of its caller's context")
				return s.load(ctx)
			})
			left <- err
		}()
		synctest.Wait()
		followed := make(chan int)
		go func() { value, _ := get(t, c, s); followed <- value }()
		synctest.Wait()
		cancel()
		assert.ErrorIs(t, <-left, context.Canceled)
		assert.Equal(t, 1, <-followed)
		assert.EqualValues(t, 1, s.calls.Load())
	})
}

func TestACallerWaitsOnHisOwnContextOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		go get(t, c, s)
		synctest.Wait()
		brief, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		defer cancel()
		began := time.Now()
		_, _, err := c.Get(brief, "k", ttl, s.load)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, time.Millisecond, time.Since(began))

		_, _, err = c.Get(brief, "other", ttl, s.load)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.EqualValues(t, 1, s.calls.Load(), "an ended context starts nothing")
		time.Sleep(time.Second)
	})
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - time.Nanosecond - time.Since(began))
		value, hit := get(t, c, s)
		assert.Equal(t, 1, value)
		assert.True(t, hit)

		time.Sleep(time.Nanosecond)
		_, hit, err := c.Get(t.Context(), "k", 2*ttl, s.load)
		require.NoError(t, err)
		assert.True(t, hit, "a caller of a longer ttl still has it")
		s.err = errThrottled
		_, _, err = c.Get(t.Context(), "k", ttl, s.load)
		assert.ErrorIs(t, err, errThrottled, "nothing old is served")
		_, hit, err = c.Get(t.Context(), "k", 2*ttl, s.load)
		require.NoError(t, err)
		assert.True(t, hit, "nor is it taken from those who may use it")

		s.err = nil
		value, hit = get(t, c, s)
		assert.Equal(t, 3, value)
		assert.False(t, hit)
	})
}

func TestEarlyRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Early: early}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - early - time.Nanosecond - time.Since(began))
		get(t, c, s)
		assert.EqualValues(t, 1, s.calls.Load())

		time.Sleep(time.Nanosecond)
		gone, cancel := context.WithCancel(t.Context())
		for range 100 {
			value, hit, err := c.Get(gone, "k", ttl, s.load)
			require.NoError(t, err)
			assert.True(t, hit)
			assert.Equal(t, 1, value)
		}
		cancel()
		time.Sleep(time.Second / 2)
		value, hit := get(t, c, s)
		assert.Equal(t, 1, value, "the old value serves while the new one is on its way")
		assert.True(t, hit)
		time.Sleep(time.Second)
		value, hit = get(t, c, s)
		assert.Equal(t, 2, value)
		assert.True(t, hit)
		assert.EqualValues(t, 2, s.calls.Load())
	})
}

func TestARefreshThatOutlastsTheValue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Early: early}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - time.Second/2 - time.Since(began))
		value, hit := get(t, c, s)
		assert.True(t, hit)
		assert.Equal(t, 1, value)
		time.Sleep(time.Second / 2)
		value, hit = get(t, c, s)
		assert.False(t, hit, "waits for the refresh, and starts no other")
		assert.Equal(t, 2, value)
	})
}

func TestARefreshThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Early: early}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - early - time.Since(began))
		s.err = errThrottled
		for time.Since(began) < ttl {
			value, hit := get(t, c, s)
			assert.Equal(t, 1, value)
			assert.True(t, hit)
			time.Sleep(time.Second / 10)
		}
		synctest.Wait()
		assert.LessOrEqual(t, s.calls.Load(), int64(1+8), "a service that fails is not asked at every use")
		assert.Greater(t, s.calls.Load(), int64(2), "but asked again")
		_, _, err := c.Get(t.Context(), "k", ttl, s.load)
		assert.ErrorIs(t, err, errThrottled)
		s.err = nil
		_, hit := get(t, c, s)
		assert.False(t, hit)
	})
}

// One that fails at once is not asked at every use either.
func TestARefreshThatFailsFast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Early: early}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - early - time.Since(began))
		calls := 0
		for time.Since(began) < ttl {
			value, hit, err := c.Get(t.Context(), "k", ttl, func(context.Context) (int, error) { calls++; return 0, errThrottled })
			require.NoError(t, err)
			assert.Equal(t, 1, value)
			assert.True(t, hit)
			time.Sleep(time.Second / 10)
			synctest.Wait()
		}
		assert.Equal(t, 8, calls)
	})
}

func TestALastingFailureEvicts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Early: early}), &service{}
		began := time.Now()
		get(t, c, s)
		time.Sleep(ttl - early - time.Since(began))
		s.err = errDenied
		get(t, c, s)
		time.Sleep(time.Second + time.Millisecond)
		value, hit, err := c.Get(t.Context(), "k", ttl, s.load)
		assert.ErrorIs(t, err, errDenied)
		assert.False(t, hit)
		assert.Zero(t, value)
	})
}

func TestAFailedLoadLeavesNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{}), &service{err: errThrottled}
		var wg sync.WaitGroup
		for range 10 {
			wg.Go(func() {
				value, hit, err := c.Get(t.Context(), "k", ttl, s.load)
				assert.Equal(t, errThrottled, err)
				assert.Zero(t, value)
				assert.False(t, hit)
			})
		}
		wg.Wait()
		assert.EqualValues(t, 1, s.calls.Load())
		s.err = nil
		value, hit := get(t, c, s)
		assert.Equal(t, 2, value)
		assert.False(t, hit)
	})
}

func TestALoadTimesOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := newCache(refresh.Config{LoadTimeout: 5 * time.Second})
		began := time.Now()
		_, _, err := c.Get(t.Context(), "k", ttl, func(ctx context.Context) (int, error) {
			<-ctx.Done()
			return 0, ctx.Err()
		})
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.Equal(t, 5*time.Second, time.Since(began))
	})
}

func TestALoadThatEndsItsGoroutine(t *testing.T) {
	c := newCache(refresh.Config{})
	_, _, err := c.Get(t.Context(), "k", ttl, func(context.Context) (int, error) { runtime.Goexit(); return 1, nil })
	assert.Error(t, err)
}

func TestTheOneNotUsedForLongestGoes(t *testing.T) {
	c := newCache(refresh.Config{Capacity: 2})
	of := func(key string) (value int, hit bool) {
		value, hit, err := c.Get(t.Context(), key, ttl, func(context.Context) (int, error) { return len(key), nil })
		require.NoError(t, err)
		return value, hit
	}
	of("a")
	of("bb")
	of("a")
	of("ccc")
	_, hit := of("a")
	assert.True(t, hit)
	value, hit := of("bb")
	assert.False(t, hit)
	assert.Equal(t, 2, value)
	_, hit = of("ccc")
	assert.False(t, hit)
}

func TestPutForgetAndClearOverrideALoad(t *testing.T) {
	for name, do := range map[string]func(*refresh.Cache[string, int]){
		"put":    func(c *refresh.Cache[string, int]) { c.Put("k", 100, c.Moment()) },
		"forget": func(c *refresh.Cache[string, int]) { c.Forget("k") },
		"clear":  func(c *refresh.Cache[string, int]) { c.Clear() },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, s := newCache(refresh.Config{}), &service{}
				c.Forget("k")
				first := make(chan int)
				go func() { value, _ := get(t, c, s); first <- value }()
				synctest.Wait()
				do(c)
				value, hit := get(t, c, s)
				assert.Equal(t, name == "put", hit)
				assert.Equal(t, map[bool]int{true: 100, false: 2}[hit], value)
				assert.Equal(t, 1, <-first)
				again, hit := get(t, c, s)
				assert.True(t, hit)
				assert.Equal(t, value, again, "the load that was overridden left nothing")
			})
		})
	}
}

func TestPutReplaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, s := newCache(refresh.Config{Capacity: 1}), &service{}
		c.Put("k", 7, c.Moment())
		c.Put("k", 8, c.Moment())
		time.Sleep(ttl - time.Second)
		value, hit := get(t, c, s)
		assert.Equal(t, 8, value)
		assert.True(t, hit)
		time.Sleep(ttl)
		assert.True(t, c.Has("k"), "of whatever age")
		c.Clear()
		assert.False(t, c.Has("k"))
		_, hit = get(t, c, s)
		assert.False(t, hit)
	})
}

func TestManyKeysAtOnce(t *testing.T) {
	c := refresh.New[int, int](refresh.Config{Capacity: 20, Early: time.Hour})
	var wg sync.WaitGroup
	for g := range 16 {
		wg.Go(func() {
			for i := range 2000 {
				key := (g*i + i) % 40
				value, _, err := c.Get(t.Context(), key, time.Microsecond*time.Duration(1+i%50), func(context.Context) (int, error) {
					if i%7 == 0 {
						return 0, errThrottled
					}
					return key, nil
				})
				if err == nil {
					assert.Equal(t, key, value)
				}
				switch i % 100 {
				case 0:
					c.Put(key, key, c.Moment())
				case 33:
					c.Forget(key)
				case 66:
					c.Clear()
				}
			}
		})
	}
	wg.Wait()
}
