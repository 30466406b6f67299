package ddb

import (
	"context"
	"errors"

	"github.com/dynaseal/ddb/crypt"
)

// Swap writes v and returns the item it replaced, verified and decrypted, or the zero T (its keys are
// empty) if there was none. It reads first and writes on condition that what it read is still there,
// so an item that does not verify is not destroyed. If others keep changing the item in between, the
// error wraps ErrConflict, as it does if v has another version than the item. If it wraps ErrUncertain,
// an attempt whose answer was lost may have replaced old, which is then returned beside the error.
func (t *Table[T]) Swap(ctx context.Context, v *T, when ...Cond[T]) (old T, err error) {
	ctx = t.watched(ctx)
	when = t.unchangedSince(v, when)
	next, err := t.next(v)
	if err != nil {
		return old, t.fail("swap", nil, err)
	}
	enc, err := t.encode(ctx, next, nil, nil)
	if err != nil {
		return old, t.fail("swap", nil, err)
	}
	key := t.shape.keyOf(enc.item)
	err = retry(ctx, func() (again bool, err error) {
		var read crypt.Item
		var from *opened
		if old, read, from, err = t.readForWrite(ctx, key); err != nil && !errors.Is(err, ErrNotFound) {
			return false, err
		}
		e, err := t.guarded(read, from, when)
		if err != nil {
			return false, err
		}
		failed, sent, err := t.put(ctx, enc, e)
		if failed == nil {
			return false, err
		}
		return t.conflict(ctx, key, read, when, sent, failed)
	})
	if err == nil {
		t.written(v, next)
	}
	return unlessLost(old, err), t.fail("swap", key, err)
}

// Take deletes the item under k and returns it, verified and decrypted. It reads first and deletes on
// condition that what it read is still there, so an item that does not verify is not destroyed. The
// error wraps ErrNotFound if there is no item, ErrConflict if others keep changing it in between. If it
// wraps ErrUncertain, an attempt whose answer was lost may have deleted old, which is then returned
// beside the error.
func (t *Table[T]) Take(ctx context.Context, k Key[T], when ...Cond[T]) (old T, err error) {
	ctx = t.watched(ctx)
	key, err := k.attributes(t.shape)
	if err != nil {
		return old, t.fail("take", nil, err)
	}
	err = retry(ctx, func() (again bool, err error) {
		var read crypt.Item
		var from *opened
		if old, read, from, err = t.readForWrite(ctx, key); err != nil {
			return false, err
		}
		e, err := t.guarded(read, from, when)
		if err != nil {
			return false, err
		}
		failed, sent, err := t.remove(ctx, key, e)
		switch {
		case failed == nil:
			return false, err
		case len(failed.Item) == 0 && sent.unknown > 0:
			return false, nil // an earlier attempt of ours deleted it
		}
		return t.conflict(ctx, key, read, when, sent, failed)
	})
	return unlessLost(old, err), t.fail("take", key, err)
}

// unlessLost is old where it is the caller's: after success, and where nobody else may have it.
func unlessLost[T any](old T, err error) T {
	if err == nil || errors.Is(err, ErrUncertain) {
		return old
	}
	var zero T
	return zero
}
