package refresh_test

import (
	"context"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/refresh"
)

func BenchmarkHit(b *testing.B) {
	benchmarkHits(b, refresh.Config{Capacity: 100})
}

// BenchmarkHitWhileARefreshRuns is of hits in the last half of the ttl, with a refresh that does not end.
func BenchmarkHitWhileARefreshRuns(b *testing.B) {
	benchmarkHits(b, refresh.Config{Capacity: 100, Early: 12 * time.Hour})
}

func benchmarkHits(b *testing.B, config refresh.Config) {
	clock := time.Now()
	config.Now = func() time.Time { return clock }
	c := refresh.New[string, int](config)
	end := make(chan struct{})
	defer close(end)
	c.Put("k", 1, c.Moment())
	clock = clock.Add(23 * time.Hour)
	load := func(context.Context) (int, error) { <-end; return 2, nil }
	ctx := b.Context()
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if _, hit, err := c.Get(ctx, "k", 24*time.Hour, load); !hit || err != nil {
				b.Error("no hit", err)
			}
		}
	})
}
