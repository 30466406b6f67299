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
)

// Modify changes an item: it reads and verifies the item under k, calls f with it, and writes what f
// made of it, on condition that nobody wrote the item in between; otherwise it starts again, so f may
// run more than once. It returns the item as written.
//
// One UpdateItem sends what changed. Plain attributes that f left alone are not sent, so the updates
// of others on them survive; attributes that T does not declare keep their values and their
// protection. The error wraps ErrNotFound if there is no item, ErrConflict if others keep changing
// it, and is f's own error if f returns one: nothing is then written.
func (t *Table[T]) Modify(ctx context.Context, k Key[T], f func(*T) error) (v T, err error) {
	key, err := k.attributes(t.shape)
	if err != nil {
		return v, t.fail("modify", nil, err)
	}
	err = retry(ctx, func() (again bool, err error) {
		var read crypt.Item
		var kept []undeclared
		if v, kept, read, err = t.readForWrite(ctx, key); err != nil {
			return false, err
		}
		if err := f(&v); err != nil {
			return false, err
		}
		enc, err := t.encode(ctx, &v, kept)
		if err != nil {
			return false, err
		}
		return t.update(ctx, key, read, kept, enc)
	})
	if err != nil {
		var zero T
		return zero, t.fail("modify", key, err)
	}
	return v, nil
}

// update writes the difference between the item read and the one encoded.
func (t *Table[T]) update(ctx context.Context, key, read crypt.Item, kept []undeclared, enc encoded) (again bool, err error) {
	if !attribute.EqualItems(t.shape.keyOf(enc.item), key) {
		return false, errors.New("the function changed a key: write a new item and delete this one")
	}
	changed := difference(read, enc.item)
	if len(changed) == 0 {
		return false, nil
	}
	e := newExpression(t.shape)
	if seal, sealed := t.sealOf(read); sealed {
		e.unchanged(seal, read)
		unsigned := t.unsigned(kept)
		for _, name := range changed {
			if slices.Contains(unsigned, name) {
				e.unchanged(name, read)
			}
		}
	} else if e, err = t.guarded(read, kept, nil); err != nil {
		return false, err
	}
	text := e.assign(changed, enc.item)
	_, err = t.client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &t.name, Key: key, UpdateExpression: &text,
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: e.onFailure(),
	})
	failed, ok := errors.AsType[*types.ConditionalCheckFailedException](err)
	switch {
	case !ok:
		return false, err
	case enc.updated(changed, failed.Item):
		return false, nil
	case len(failed.Item) == 0:
		return false, fmt.Errorf("%w: it was deleted since it was read: %w", ErrNotFound, failed)
	}
	return true, fmt.Errorf("%w: %w", ErrConflict, failed)
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
