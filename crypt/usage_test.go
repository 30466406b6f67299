package crypt_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dynaseal/ddb/crypt"
)

// spans is a tracer that notes what it is told.
type spans struct {
	name  string
	notes *[]string
}

type spanKey string

func (s spans) StartCall(ctx context.Context, c crypt.Call) (context.Context, func(error)) {
	*s.notes = append(*s.notes, fmt.Sprintf("%s starts %s %s %s", s.name, c.Service, c.Operation, c.Key))
	return context.WithValue(ctx, spanKey(s.name), true), func(err error) {
		*s.notes = append(*s.notes, fmt.Sprintf("%s ends %v", s.name, err))
	}
}

func TestWatchersOfAContextSeeItsCalls(t *testing.T) {
	var outer, inner crypt.Meter
	var notes []string
	ctx := crypt.Watch(t.Context(), &outer, spans{"outer", &notes})
	ctx = crypt.Watch(ctx, &inner, spans{"inner", &notes})

	call, done := crypt.StartCall(ctx, crypt.Call{Service: crypt.KMS, Operation: "Decrypt", Key: "arn"})
	done(errors.New("denied"))
	assert.Equal(t, []string{"inner starts kms Decrypt arn", "outer starts kms Decrypt arn", "outer ends denied", "inner ends denied"}, notes)
	for _, name := range []string{"outer", "inner"} {
		assert.Equal(t, true, call.Value(spanKey(name)), "the call's context is not what %s made of it", name)
	}
	_, done = crypt.StartCall(ctx, crypt.Call{Service: crypt.KeyStore, Operation: "GetItem"})
	done(nil)
	crypt.CacheHit(ctx)
	crypt.CacheHit(ctx)
	want := crypt.Usage{KeyCalls: 1, StoreCalls: 1, CacheHits: 2}
	assert.Equal(t, want, outer.Usage())
	assert.Equal(t, want, inner.Usage())
}

// silent is a tracer that has nothing to give back.
type silent struct{}

func (silent) StartCall(context.Context, crypt.Call) (context.Context, func(error)) { return nil, nil }

func TestWatchersMayBeNilOrSilent(t *testing.T) {
	ctx := t.Context()
	assert.Equal(t, ctx, crypt.Watch(ctx, nil, nil))
	for name, watched := range map[string]context.Context{
		"nobody":        ctx,
		"meter":         crypt.Watch(ctx, new(crypt.Meter), nil),
		"silent tracer": crypt.Watch(ctx, nil, silent{}),
	} {
		call, done := crypt.StartCall(watched, crypt.Call{Service: crypt.KMS})
		assert.Equal(t, watched, call, name)
		done(nil)
		crypt.CacheHit(watched)
	}
}
