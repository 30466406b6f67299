package ddb

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// Table stores items of type T in one DynamoDB table. It is immutable and safe for concurrent use. No
// method modifies or keeps its arguments, nor any input or output of the client's.
type Table[T any] struct {
	*Codec[T]
	client Client
	opts   callOptions
}

// NewTable compiles T for the table of that name (or ARN) and makes no request. Every mistake in T's
// tags and in cfg is an error here, all of them at once.
func NewTable[T any](c Client, name string, cfg Config) (*Table[T], error) {
	if c == nil {
		return nil, fmt.Errorf("ddb: new table %q: the client is nil: use NewCodec where there is none", name)
	}
	codec, err := NewCodec[T](name, cfg)
	if err != nil {
		return nil, err
	}
	return &Table[T]{Codec: codec, client: c}, nil
}

// CallOption changes the calls of a view of a table, see [Table.With].
type CallOption struct{ apply func(*callOptions) }

type callOptions struct {
	consistent bool
	meters     []*Meter
}

// Consistent makes reads strongly consistent. They cost twice the capacity.
func Consistent() CallOption {
	return CallOption{func(o *callOptions) { o.consistent = true }}
}

// With returns a view of the table whose calls carry opts, besides those t has. It is cheap.
func (t *Table[T]) With(opts ...CallOption) *Table[T] {
	view := *t
	for _, o := range opts {
		if o.apply != nil {
			o.apply(&view.opts)
		}
	}
	return &view
}

// Get returns the item under k, verified and decrypted. The error wraps ErrNotFound if there is none.
// After an error v is the zero T.
func (t *Table[T]) Get(ctx context.Context, k Key[T]) (v T, err error) {
	ctx = t.watched(ctx)
	key, err := k.attributes(t.shape)
	if err != nil {
		return v, t.fail("get", nil, err)
	}
	item, err := t.fetch(ctx, key, t.opts.consistent)
	if err != nil {
		return v, t.fail("get", key, err)
	}
	v, err = t.open(ctx, key, item, nil)
	return v, t.fail("get", key, err)
}

// Delete removes the item under k if it meets all conditions, without reading it. Without a condition
// it is no error if there is none. With one, a missing item is ErrCondition like any other that fails
// it ([Codec.Unchanged]: ErrConflict); where an earlier attempt of this very call may have deleted the
// item, it also wraps ErrUncertain.
func (t *Table[T]) Delete(ctx context.Context, k Key[T], when ...Cond[T]) error {
	ctx = t.watched(ctx)
	key, err := k.attributes(t.shape)
	if err != nil {
		return t.fail("delete", nil, err)
	}
	e := newExpression(t.shape)
	if err := addAll(e, when); err != nil {
		return t.fail("delete", key, err)
	}
	failed, sent, err := t.remove(ctx, key, e)
	if failed == nil {
		return t.fail("delete", key, err)
	}
	return t.fail("delete", key, t.conditionError(ctx, key, sent.uncertain(refusal(t.shape, when, failed.Item)), failed))
}

// fetch reads the stored item under key.
func (t *Table[T]) fetch(ctx context.Context, key crypt.Item, consistent bool) (crypt.Item, error) {
	in := &dynamodb.GetItemInput{TableName: &t.name, Key: key, ReturnConsumedCapacity: t.report()}
	if consistent {
		in.ConsistentRead = &consistent
	}
	out, err := t.client.GetItem(ctx, in)
	if err != nil {
		return nil, err
	}
	t.countRead(out.ConsumedCapacity)
	if len(out.Item) == 0 {
		return nil, ErrNotFound
	}
	return out.Item, nil
}

// open decodes an item that was asked for by key. An item of another key is refused, however genuine:
// a cache or proxy in between may not answer a question that was not asked.
func (t *Table[T]) open(ctx context.Context, key, item crypt.Item, keep *opened) (v T, err error) {
	var read T
	if err := t.decode(ctx, item, &read, keep); err != nil {
		return v, err
	}
	if !attribute.EqualItems(t.shape.keyOf(item), key) {
		return v, fmt.Errorf("%w: it has another key than the one asked for", crypt.ErrAuth)
	}
	return read, nil
}

// remove sends a DeleteItem. failed is set if the condition was not met.
func (t *Table[T]) remove(ctx context.Context, key crypt.Item, e *expression) (failed *types.ConditionalCheckFailedException, sent attempts, err error) {
	out, err := t.client.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: &t.name, Key: key, ReturnConsumedCapacity: t.report(),
		ConditionExpression: e.condition(), ExpressionAttributeNames: e.names, ExpressionAttributeValues: e.values,
		ReturnValuesOnConditionCheckFailure: e.onFailure(),
	}, sent.watch)
	if out != nil {
		t.countWrite(out.ConsumedCapacity)
	}
	failed, _ = errors.AsType[*types.ConditionalCheckFailedException](err)
	return failed, sent, err
}

// conditionError is a failed conditional write with the item that failed it.
func (t *Table[T]) conditionError(ctx context.Context, key crypt.Item, cause error, failed *types.ConditionalCheckFailedException) error {
	e := &ConditionError[T]{Err: fmt.Errorf("%w: %w", cause, failed)}
	if len(failed.Item) == 0 {
		return e
	}
	current, err := t.open(ctx, key, failed.Item, nil)
	if err != nil {
		e.Err = fmt.Errorf("%w; the current item: %w", e.Err, err)
		return e
	}
	e.Current = &current
	return e
}

// fail wraps what ended an operation; nil stays nil.
func (t *Table[T]) fail(op string, key crypt.Item, err error) error {
	if err == nil {
		return nil
	}
	return &ItemError{Op: op, Table: t.name, Err: err, key: func() crypt.Item { return key }}
}
