package crypttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"

	"github.com/dynaseal/ddb/crypt"
)

// argumentsUnmodified: no call writes to the item it is given, nor behind the slices in it, whether it
// succeeds or fails.
func (p *formatProbe) argumentsUnmodified() {
	item, schema := p.everything()
	e := p.encryptor(schema)
	stored := p.encrypted(e, "an item of every kind of value", item)
	p.untouched("EncryptItem", item, func(item crypt.Item) { e.EncryptItem(p.ctx, item) })
	p.untouched("DecryptItem", stored, func(item crypt.Item) { e.DecryptItem(p.ctx, item) })
	p.untouched("Claims", stored, func(item crypt.Item) { e.Claims(item) })
	p.untouched("EncryptItem of an encrypted item", stored, func(item crypt.Item) { e.EncryptItem(p.ctx, item) })
	p.untouched("DecryptItem of a plaintext item", item, func(item crypt.Item) { e.DecryptItem(p.ctx, item) })
	p.untouched("DecryptItem of an altered item", with(stored, crypt.Item{"pk": &avS{Value: "altered"}}), func(item crypt.Item) { e.DecryptItem(p.ctx, item) })
	p.untouched("EncryptItem of an item without a key", with(item, crypt.Item{"sk": nil}), func(item crypt.Item) { e.EncryptItem(p.ctx, item) })
}

func (p *formatProbe) untouched(what string, item crypt.Item, call func(crypt.Item)) {
	argument, before := copyItem(item), copyItem(item)
	pointers := maps.Clone(argument)
	p.guard(what, func() { call(argument) })
	for name, v := range before {
		switch now := argument[name]; {
		case !reflect.DeepEqual(now, v):
			p.failf("%s modified its argument, attribute %.40q", what, name)
		case now != pointers[name]:
			p.failf("%s put another value into its argument, attribute %.40q", what, name)
		case spares(now):
			p.failf("%s wrote behind a slice of its argument, attribute %.40q", what, name)
		}
	}
	if len(argument) != len(item) {
		p.failf("%s modified its argument: %d attributes are now %d", what, len(item), len(argument))
	}
}

// argumentsNotKept: what becomes of an item after a call changes neither the call's result nor that of
// any later one. Results may share values with arguments, so the map alone is changed at first.
func (p *formatProbe) argumentsNotKept() {
	v := p.victim(1)
	argument := copyItem(v.plain)
	stored, err := v.e.EncryptItem(p.ctx, argument)
	if err != nil {
		p.stopf("EncryptItem: %v", err)
	}
	want, values := copyItem(stored), maps.Clone(argument)
	replace(argument)
	if diff := differences(stored, want); len(diff) > 0 {
		p.failf("the argument of EncryptItem was changed after the call, and the result with it: %q", diff)
	}
	scribble(values)
	p.opens(v.e, "after the argument of EncryptItem was changed", want, v.plain)
	p.opens(v.e, "after the argument of EncryptItem was changed, encrypted again", p.encrypted(v.e, "again", v.plain), v.plain)

	argument = copyItem(want)
	opened, err := v.e.DecryptItem(p.ctx, argument)
	if err != nil {
		p.stopf("DecryptItem: %v", err)
	}
	result, values := copyItem(opened.Item), maps.Clone(argument)
	replace(argument)
	if diff := differences(opened.Item, result); len(diff) > 0 {
		p.failf("the argument of DecryptItem was changed after the call, and the result with it: %q", diff)
	}
	scribble(values)
	p.opens(v.e, "after the argument of DecryptItem was changed", want, v.plain)
}

// resultsIndependent: what a caller does to one result changes no other, nor the argument's map.
func (p *formatProbe) resultsIndependent() {
	v := p.victim(1)
	argument := copyItem(v.plain)
	a, errA := v.e.EncryptItem(p.ctx, argument)
	b, errB := v.e.EncryptItem(p.ctx, copyItem(v.plain))
	if err := errors.Join(errA, errB); err != nil {
		p.stopf("EncryptItem: %v", err)
	}
	values := maps.Clone(a)
	replace(a)
	if diff := differences(argument, v.plain); len(diff) > 0 {
		p.failf("the result of EncryptItem is its argument")
	}
	want := copyItem(b)
	scribble(values)
	if diff := differences(b, want); len(diff) > 0 {
		p.failf("results of two calls of EncryptItem share values: %q", diff)
	}
	p.opens(v.e, "after a result of EncryptItem was changed", want, v.plain)

	stored := with(v.stored, crypt.Item{"added": &avS{Value: "unsigned"}})
	if _, err := p.decrypt(v.e, "with an undeclared attribute", stored); err != nil {
		stored = v.stored // the format takes none
	}
	argument = copyItem(stored)
	c, errC := v.e.DecryptItem(p.ctx, argument)
	d, errD := v.e.DecryptItem(p.ctx, copyItem(stored))
	if err := errors.Join(errC, errD); err != nil {
		p.stopf("DecryptItem: %v", err)
	}
	wanted := crypt.Opened{Item: copyItem(d.Item), Unsigned: slices.Clone(d.Unsigned), Actions: maps.Clone(d.Actions)}
	values = maps.Clone(c.Item)
	replace(c.Item)
	if diff := differences(argument, stored); len(diff) > 0 {
		p.failf("the result of DecryptItem is its argument")
	}
	scribble(values)
	clear(c.Unsigned)
	clear(c.Actions)
	if diff := differences(d.Item, wanted.Item); len(diff) > 0 {
		p.failf("results of two calls of DecryptItem share values: %q", diff)
	}
	if !slices.Equal(d.Unsigned, wanted.Unsigned) || !maps.Equal(d.Actions, wanted.Actions) {
		p.failf("results of two calls of DecryptItem share Unsigned or Actions")
	}
	p.refusesOr(v.e, "after a result of DecryptItem was changed", stored, wanted)
}

// endingContext ends when it was asked for its error so many times.
type endingContext struct {
	context.Context
	cancel context.CancelFunc
	mu     sync.Mutex
	left   int
}

// Err counts.
func (c *endingContext) Err() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.left--; c.left < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

// context: one that has ended gives its error and nothing else, and one that ends on the way gives that or
// the whole result.
func (p *formatProbe) context() {
	v := p.victim(1)
	ended, cancel := context.WithCancel(p.ctx)
	cancel()
	late, cancelLate := context.WithTimeout(p.ctx, 0)
	defer cancelLate()
	for _, ctx := range []context.Context{ended, late} {
		p.ending(v, func() (context.Context, context.CancelFunc) { return ctx, func() {} }, true)
	}
	for n := range 12 {
		p.ending(v, func() (context.Context, context.CancelFunc) {
			inner, cancel := context.WithCancel(p.ctx)
			return &endingContext{Context: inner, cancel: cancel, left: n}, cancel
		}, false)
	}
}

// ending calls both methods with a new context each, which must end them or may.
func (p *formatProbe) ending(v *victim, newContext func() (context.Context, context.CancelFunc), must bool) {
	check := func(what string, ctx context.Context, err error, nothing, whole bool) {
		switch {
		case err == nil && must:
			p.failf("%s: went on, and the context had ended", what)
		case err == nil && !whole:
			p.failf("%s: a wrong result under a context that ended on the way", what)
		case err != nil && !errors.Is(err, ctx.Err()):
			p.failf("%s: the context ended, and its error is not wrapped: %v", what, err)
		case err != nil && !nothing:
			p.failf("%s: the context ended, and an item is returned beside the error", what)
		}
	}
	p.guard("EncryptItem", func() {
		ctx, cancel := newContext()
		defer cancel()
		stored, err := v.e.EncryptItem(ctx, copyItem(v.plain))
		check("EncryptItem", ctx, err, stored == nil, len(stored) > len(v.plain))
	})
	p.guard("DecryptItem", func() {
		ctx, cancel := newContext()
		defer cancel()
		opened, err := v.e.DecryptItem(ctx, copyItem(v.stored))
		check("DecryptItem", ctx, err, opened.Item == nil, len(differences(opened.Item, v.plain)) == 0)
	})
}

// Of the concurrency checks.
const goroutines, rounds = 16, 4

// concurrency: many goroutines share an encryptor. Run it under the race detector too.
func (p *formatProbe) concurrency() {
	victims := make([]*victim, goroutines)
	for i := range victims {
		victims[i] = p.victim(i)
	}
	e := victims[0].e
	p.parallel(func(i int) {
		v := victims[i]
		what := fmt.Sprintf("beside %d others", goroutines-1)
		for range rounds {
			stored, err := p.encrypt(e, what, v.plain)
			if err != nil {
				p.failf("%s: EncryptItem: %v", what, err)
				continue
			}
			for _, item := range []crypt.Item{stored, v.stored} {
				if opened, ok := p.opens(e, what, item, v.plain); ok && !slices.Equal(opened.Unsigned, v.opened.Unsigned) {
					p.failf("%s: DecryptItem: Unsigned is %q", what, opened.Unsigned)
				}
			}
			p.refuses(e, what, with(stored, crypt.Item{"pk": &avS{Value: "altered"}}))
		}
	})
}

// parallel runs f on every goroutine, all at once.
func (p *probe) parallel(f func(i int)) {
	var wg sync.WaitGroup
	start := make(chan struct{})
	for i := range goroutines {
		wg.Go(func() {
			<-start
			p.guard("", func() { f(i) })
		})
	}
	close(start)
	wg.Wait()
}
