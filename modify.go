package ddb

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Modify changes an item: it reads and verifies the item under k, calls f with it, and writes what f
// made of it, on condition that nobody wrote the item in between; otherwise it starts again, so f may
// run more than once. It returns the item as written.
//
// What f left alone stays as it is stored, to the last digit, and so do attributes that T does not
// declare, with the protection they have; where T has an [Unknown] f may delete some of those. Inside a
// document that f did change, members that its Go type does not declare are lost. An item that was read
// stale ([Notice]) is written as Put would write it, whatever f did. One UpdateItem sends what changed: plain attributes that f left
// alone are not sent, so updates that others make to them survive. Where T has a version it grows by one
// if f changed anything else; what f makes of it does not count.
//
// The error wraps ErrNotFound if there is no item, ErrConflict if others keep changing it, ErrUncertain
// too if the change may have been applied, and is f's own error if f returns one: nothing is then
// written.
func (t *Table[T]) Modify(ctx context.Context, k Key[T], f func(*T) error) (v T, err error) {
	ctx = t.watched(ctx)
	key, err := k.attributes(t.shape)
	if err == nil && f == nil {
		err = errors.New("the function is nil")
	}
	if err != nil {
		return v, t.fail("modify", nil, err)
	}
	err = retry(ctx, func() (again bool, err error) {
		var read crypt.Item
		var from *opened
		if v, read, from, err = t.readForWrite(ctx, key); err != nil {
			return false, err
		}
		if err := t.checkSearched(read); err != nil {
			return false, err
		}
		before, err := t.values(&v)
		if err != nil {
			return false, err
		}
		was := v
		if err := f(&v); err != nil {
			return false, err
		}
		t.written(&v, &was) // the version is not the function's to change
		after, err := t.values(&v)
		if err != nil {
			return false, err
		}
		if err := t.advance(&v, before, after); err != nil {
			return false, err
		}
		enc, err := t.encode(ctx, &v, from, t.unchanged(before, after))
		if err != nil {
			return false, err
		}
		return t.update(ctx, key, read, from, enc)
	})
	if err != nil {
		var zero T
		return zero, t.fail("modify", key, err)
	}
	return v, nil
}

// checkSearched refuses an item that other programs find by attributes which this library does not write yet:
// without them it would be found no more, and as they are they would tell of values it no longer has.
func (t *Table[T]) checkSearched(read crypt.Item) error {
	if t.enc == nil {
		return nil
	}
	marks := t.enc.Marks().All
	for _, name := range slices.Sorted(maps.Keys(read)) {
		if crypt.Reserved(name) && !slices.Contains(marks, name) {
			return fmt.Errorf("%w: attribute %q makes the item searchable, and Modify would remove it: modify the item by AWS's client, or give up searching for it by Put", crypt.ErrFormat, name)
		}
	}
	return nil
}

// unchanged are the slots that have the same value, or none, in both.
func (t *Table[T]) unchanged(before, after crypt.Item) (slots []wire.Slot) {
	for i := range t.shape.action {
		s := wire.Slot(i)
		name := t.shape.name(s)
		was, had := before[name]
		is, has := after[name]
		if had == has && (!has || attribute.Equal(was, is)) {
			slots = append(slots, s)
		}
	}
	return slots
}

// update writes the difference between the item read and the one encoded.
func (t *Table[T]) update(ctx context.Context, key, read crypt.Item, from *opened, enc encoded) (again bool, err error) {
	if !attribute.EqualItems(t.shape.keyOf(enc.item), key) {
		return false, errors.New("the function changed a key: write a new item and delete this one")
	}
	changed := difference(read, enc.item)
	if len(changed) == 0 {
		return false, nil
	}
	e, err := t.guardedUpdate(read, from, changed)
	if err != nil {
		return false, err
	}
	text := e.assign(changed, enc.item)
	if err := checkLength(text); err != nil {
		return false, err
	}
	var sent attempts
	out, err := t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: key, UpdateExpression: &text, ReturnConsumedCapacity: t.report(),
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: e.onFailure(),
	}, sent.watch)
	if out != nil {
		t.countWrite(out.ConsumedCapacity)
	}
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	switch {
	case !ok:
		return false, err
	case enc.updated(changed, failed.Item):
		return false, nil
	case len(failed.Item) == 0:
		return false, t.conditionError(ctx, key, fmt.Errorf("%w: it was deleted since it was read", sent.uncertain(ErrNotFound)), failed)
	}
	return sent.unknown == 0, t.conditionError(ctx, key, sent.uncertain(ErrConflict), failed)
}

// guardedUpdate is guarded for an update: plain attributes that do not change need not be the ones read,
// unless they are signed from now on.
func (t *Table[T]) guardedUpdate(read crypt.Item, from *opened, changed []string) (*expression, error) {
	seals := t.sealsOf(read)
	if len(seals) == 0 {
		return t.guarded(read, from, nil)
	}
	e := newExpression(t.shape)
	for _, name := range seals {
		e.unchanged(name, read)
	}
	for _, name := range t.unsigned(read, from) {
		slot, declared := t.shape.layout.Slot(name)
		if slices.Contains(changed, name) || declared && t.shape.action[slot] != crypt.Plain {
			e.unchanged(name, read)
		}
	}
	for _, name := range changed { // what came with another item's Unknown
		if _, declared := t.shape.layout.Slot(name); !declared && read[name] == nil {
			e.missing(name)
		}
	}
	return e, checkLength(e.text)
}

// difference names the attributes that are not the same in both items, in order.
func difference(before, after crypt.Item) []string {
	names := maps.Clone(before)
	maps.Copy(names, after)
	maps.DeleteFunc(names, func(name string, _ types.AttributeValue) bool {
		old, was := before[name]
		v, is := after[name]
		return was == is && attribute.Equal(old, v)
	})
	return slices.Sorted(maps.Keys(names))
}

// assign is the update expression that gives the named attributes the values item has for them.
func (e *expression) assign(names []string, item crypt.Item) string {
	var set, remove []string
	for _, name := range names {
		if v, ok := item[name]; ok {
			set = append(set, e.name(name)+" = "+e.value(v))
		} else {
			remove = append(remove, e.name(name))
		}
	}
	var clauses []string
	if len(set) > 0 {
		clauses = append(clauses, "SET "+strings.Join(set, ", "))
	}
	if len(remove) > 0 {
		clauses = append(clauses, "REMOVE "+strings.Join(remove, ", "))
	}
	return strings.Join(clauses, " ")
}

// updated reports whether found is what this very update made: an earlier attempt whose answer was
// lost.
func (e encoded) updated(changed []string, found crypt.Item) bool {
	if !e.fresh {
		return false
	}
	for _, name := range changed {
		want, has := e.item[name]
		got, found := found[name]
		if has != found || has && !attribute.Equal(want, got) {
			return false
		}
	}
	return true
}
