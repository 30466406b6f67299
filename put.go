package ddb

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// Put writes v, whatever was there, if the stored item meets all conditions.
//
// A conditional write whose answer was lost, and which the SDK then sent again, is recognised by the
// random bytes in its own encrypted attributes and succeeds. An item with no encrypted attribute has
// none: the error is then the condition that the first attempt may have made false, and wraps
// ErrUncertain too. This holds for Create, Replace, Swap and Modify as well.
//
// Where T has a version, what is stored has the version after v's, and so has v once the write
// succeeded, not before. The stored item must have v's version, which says that nobody wrote it since v
// was read; the error wraps ErrConflict if it has another. Version 0 is also that of a missing item
// and of an item without the attribute. Replace and Swap demand the same; Create demands nothing of
// versions.
func (t *Table[T]) Put(ctx context.Context, v *T, when ...Cond[T]) error {
	return t.write(ctx, "put", v, anyPresence, when)
}

// Create writes v if there is no item under its key; the error wraps ErrExists if there is.
func (t *Table[T]) Create(ctx context.Context, v *T, also ...Cond[T]) error {
	return t.write(ctx, "create", v, mustBeMissing, also)
}

// Replace writes v if there is an item under its key that meets all conditions; the error wraps
// ErrNotFound if there is none.
func (t *Table[T]) Replace(ctx context.Context, v *T, when ...Cond[T]) error {
	return t.write(ctx, "replace", v, mustExist, when)
}

// presence is what a write demands of the item before it.
type presence uint8

const (
	anyPresence presence = iota
	mustBeMissing
	mustExist
)

func (t *Table[T]) write(ctx context.Context, op string, v *T, p presence, when []Cond[T]) error {
	ctx = t.watched(ctx)
	e := newExpression(t.shape)
	switch partitionKey := t.shape.keys[0].name; p {
	case mustBeMissing:
		e.missing(partitionKey)
	case mustExist:
		e.exists(partitionKey)
	}
	if p != mustBeMissing {
		when = t.unchangedSince(v, when)
	}
	if err := addAll(e, when); err != nil {
		return t.fail(op, nil, err)
	}
	next, err := t.next(v)
	if err != nil {
		return t.fail(op, nil, err)
	}
	enc, err := t.encode(ctx, next, nil, nil)
	if err != nil {
		return t.fail(op, nil, err)
	}
	key := t.shape.keyOf(enc.item)
	failed, sent, err := t.put(ctx, enc, e)
	switch {
	case failed != nil:
		cause := p.cause(failed, len(when), refusal(t.shape, when, failed.Item))
		err = t.conditionError(ctx, key, sent.uncertain(cause), failed)
	case err == nil:
		t.written(v, next)
	}
	return t.fail(op, key, err)
}

// cause tells which of a write's demands was not met.
func (p presence) cause(failed *types.ConditionalCheckFailedException, conditions int, otherwise error) error {
	found := len(failed.Item) > 0
	switch {
	case p == mustBeMissing && (found || conditions == 0):
		return ErrExists
	case p == mustExist && (!found || conditions == 0):
		return ErrNotFound
	}
	return otherwise
}

// put sends a PutItem. failed is set if the condition was not met by somebody else's item.
func (t *Table[T]) put(ctx context.Context, enc encoded, e *expression) (failed *types.ConditionalCheckFailedException, sent attempts, err error) {
	out, err := t.client.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: &t.name, Item: enc.item, ReturnConsumedCapacity: t.report(),
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: e.onFailure(),
	}, sent.watch)
	if out != nil {
		t.countWrite(out.ConsumedCapacity)
	}
	if failed, _ = errors.AsType[*types.ConditionalCheckFailedException](err); failed != nil && enc.wrote(failed.Item) {
		return nil, sent, nil
	}
	return failed, sent, err
}

// wrote reports whether found is this very item: an earlier attempt whose answer was lost.
func (e encoded) wrote(found crypt.Item) bool {
	return e.fresh && attribute.EqualItems(e.item, found)
}
