package crypt

import (
	"context"
	"sync/atomic"
)

// Service is what a [Call] goes to.
type Service string

// The services that keys come from.
const (
	KMS      Service = "kms"       // AWS Key Management Service
	KeyStore Service = "key store" // the DynamoDB table of a MetaStore or a branch key store
)

// Call is one request to a service that keys come from. It names keys and holds none.
type Call struct {
	Service   Service
	Operation string // the service's name of it, such as Decrypt or GetItem
	Key       string // ARN, or the name of a key in a store; "" where it is not known yet
}

// Usage counts what keys cost. A process that holds its keys costs nothing.
type Usage struct {
	KeyCalls   int64 // requests to a key management service, failed ones too; the client's retries are not told apart
	StoreCalls int64 // requests to a key table, likewise
	CacheHits  int64 // items whose keys came from a cache, without waiting for a call
}

// A Meter counts Usage. The zero Meter is ready; it is safe for concurrent use and must not be copied.
type Meter struct{ keyCalls, storeCalls, cacheHits atomic.Int64 }

// Usage is what was counted so far. Its numbers are read one after the other.
func (m *Meter) Usage() Usage {
	return Usage{KeyCalls: m.keyCalls.Load(), StoreCalls: m.storeCalls.Load(), CacheHits: m.cacheHits.Load()}
}

// A Tracer follows calls to the services that keys come from, to make spans of them say. It is called
// concurrently, and must not block.
type Tracer interface {
	// StartCall returns the context that the call is made with, ctx or one made from it, and what to
	// call when it ended, with its error; nil for nothing.
	StartCall(ctx context.Context, c Call) (_ context.Context, done func(error))
}

// watching is what a context carries: the watchers that were added last, and all before them.
type watching struct {
	meter  *Meter
	tracer Tracer
	before *watching
}

type watchingKey struct{}

func watchingOf(ctx context.Context) *watching {
	w, _ := ctx.Value(watchingKey{}).(*watching)
	return w
}

// Watch returns a context whose calls for keys m counts and t follows, beside those that watch already. Either
// may be nil. A call that serves several callers at once, as a cache's does, is made with the context of
// the one that came first, and counted there.
func Watch(ctx context.Context, m *Meter, t Tracer) context.Context {
	if m == nil && t == nil {
		return ctx
	}
	return context.WithValue(ctx, watchingKey{}, &watching{m, t, watchingOf(ctx)})
}

// StartCall says that a call begins, to all that watch ctx. Providers and keyrings make the call with the
// context it returns, and call done with its error when it ended.
func StartCall(ctx context.Context, c Call) (_ context.Context, done func(error)) {
	first := watchingOf(ctx)
	if first == nil {
		return ctx, func(error) {}
	}
	var ends []func(error)
	for w := first; w != nil; w = w.before {
		if w.meter != nil {
			w.meter.count(c.Service)
		}
		if w.tracer == nil {
			continue
		}
		next, end := w.tracer.StartCall(ctx, c)
		if next != nil {
			ctx = next
		}
		if end != nil {
			ends = append(ends, end)
		}
	}
	return ctx, func(err error) {
		for i := len(ends) - 1; i >= 0; i-- {
			ends[i](err)
		}
	}
}

func (m *Meter) count(s Service) {
	switch s {
	case KMS:
		m.keyCalls.Add(1)
	case KeyStore:
		m.storeCalls.Add(1)
	}
}

// CacheHit says to all that watch ctx that an item's keys came from a cache.
func CacheHit(ctx context.Context) {
	for w := watchingOf(ctx); w != nil; w = w.before {
		if w.meter != nil {
			w.meter.cacheHits.Add(1)
		}
	}
}
