package ddb

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Codec turns a T into the item a table stores and back: a Table without a client, for streams,
// exports and fixtures. It is immutable and safe for concurrent use.
type Codec[T any] struct {
	name  string // of the table
	shape *shape
	enc   crypt.ItemEncryptor // nil: nothing is encrypted
	seal  wire.Sealer         // enc, where it is a format of ours

	notice func(context.Context, Notice) // nil: nobody asked
	tracer crypt.Tracer                  // nil: likewise

	sizes  atomic.Pointer[attribute.Sizes] // of the last item encoded, a guess of the next one's
	sealed sync.Pool                       // of *wire.Sealed, emptied
}

// NewCodec compiles T for the named table. Every mistake in T's tags and in cfg is an error here, all
// of them at once.
func NewCodec[T any](name string, cfg Config) (*Codec[T], error) {
	sh, enc, err := compile(reflect.TypeFor[T](), name, cfg)
	if err != nil {
		return nil, fmt.Errorf("ddb: new table %q: %w", name, err)
	}
	c := &Codec[T]{name: name, shape: sh, enc: enc, notice: cfg.Notice, tracer: cfg.Tracer}
	c.seal, _ = enc.(wire.Sealer)
	c.sizes.Store(&attribute.Sizes{Text: len(sh.action), Bytes: 16 * len(sh.action)})
	return c, nil
}

// Schema is what the encryptor knows of the table: names and actions.
func (c *Codec[T]) Schema() crypt.Schema { return c.shape.schema }

// CreateTableInput describes the table with T's keys, paid by request, for tests and first steps. It
// belongs to the caller.
func (c *Codec[T]) CreateTableInput() *dynamodb.CreateTableInput {
	in := &dynamodb.CreateTableInput{TableName: new(c.name), BillingMode: types.BillingModePayPerRequest}
	for i, a := range c.shape.keys {
		role := types.KeyTypeHash
		if i > 0 {
			role = types.KeyTypeRange
		}
		in.KeySchema = append(in.KeySchema, types.KeySchemaElement{AttributeName: &a.name, KeyType: role})
		in.AttributeDefinitions = append(in.AttributeDefinitions, types.AttributeDefinition{
			AttributeName: &a.name, AttributeType: types.ScalarAttributeType(a.kind.String()),
		})
	}
	return in
}

// Encode returns v as the item to store, encrypted and signed. It refuses what DynamoDB would refuse or
// change, items over 400 KB included; the error joins a mapper.Error for every attribute that cannot be
// stored, up to 16 and then one that counts the others.
func (c *Codec[T]) Encode(ctx context.Context, v *T) (crypt.Item, error) {
	e, err := c.encode(crypt.Watch(ctx, nil, c.tracer), v, nil, nil)
	if err != nil {
		return nil, fmt.Errorf("ddb: encode: %w", err)
	}
	return e.item, nil
}

// Decode verifies and decrypts an item as the table stores it. Attributes that T does not declare are
// verified, and dropped unless T has an [Unknown]. After an error v is the zero T.
func (c *Codec[T]) Decode(ctx context.Context, item crypt.Item) (v T, err error) {
	if err := c.decode(crypt.Watch(ctx, nil, c.tracer), item, &v, nil); err != nil {
		var zero T
		return zero, fmt.Errorf("ddb: decode: %w", err)
	}
	return v, nil
}

// encoded is an item ready to be stored.
type encoded struct {
	item  crypt.Item
	size  int  // in bytes, as DynamoDB counts
	fresh bool // holds randomness of this call: equal bytes in the table are our own write
}

// encode makes the item of v. Where v was read from an item, the attributes of it that T does not declare
// stay, and so do those that are unchanged.
func (c *Codec[T]) encode(ctx context.Context, v *T, from *opened, unchanged []wire.Slot) (encoded, error) {
	if err := ctx.Err(); err != nil {
		return encoded{}, err
	}
	if v == nil {
		return encoded{}, errors.New("nil pointer to " + c.shape.plan.Type().String())
	}
	if c.enc == nil && from == nil {
		guess := c.sizes.Load()
		if item, size, next := c.shape.plan.EncodeItem(v, guess); item != nil {
			c.remember(next, guess)
			return encoded{item: item, size: size}, nil
		}
	}
	plan := c.shape.plan.Source(v)
	defer plan.Release()
	var src wire.Source = plan
	keeps := c.shape.plan.KeepsUndeclared()
	if keeps {
		if err := c.shape.checkUndeclared(plan, c.enc != nil); err != nil {
			return encoded{}, err
		}
	}
	if from != nil {
		e := &extended{Source: plan, declared: c.shape.layout.Len(), item: from, unchanged: unchanged}
		if !keeps {
			e.undeclared = from.undeclared
		}
		src = e
	}

	e, err := c.protect(ctx, src)
	if err != nil {
		return encoded{}, c.shape.plan.Failures(src, err)
	}
	for _, a := range c.shape.keys {
		k, ok := e.item[a.name]
		if !ok {
			return encoded{}, fmt.Errorf("attribute %q: %w", a.name, errEmptyKey)
		}
		if err := checkKeyValue(a, k); err != nil {
			return encoded{}, err
		}
	}
	if e.size > attribute.MaxItemSize {
		return encoded{}, fmt.Errorf("item of %d bytes as stored, DynamoDB's limit is %d: split it, or keep large values elsewhere", e.size, attribute.MaxItemSize)
	}
	return e, nil
}

// remember keeps the sizes of an item as a guess of the next one's.
func (c *Codec[T]) remember(sizes, guess *attribute.Sizes) {
	if sizes != guess {
		c.sizes.Store(sizes)
	}
}

// protect makes the item of what src describes.
func (c *Codec[T]) protect(ctx context.Context, src wire.Source) (encoded, error) {
	var sealed *wire.Sealed
	if c.seal != nil {
		if sealed, _ = c.sealed.Get().(*wire.Sealed); sealed == nil {
			sealed = new(wire.Sealed)
		}
		defer func() {
			*sealed = wire.Sealed{Value: sealed.Value[:0], Marks: sealed.Marks[:0]}
			c.sealed.Put(sealed)
		}()
		if err := c.seal.SealItem(ctx, src, sealed); err != nil {
			return encoded{}, err
		}
	}
	guess := c.sizes.Load()
	a, err := attribute.Assemble(c.shape.layout, src, sealed, guess)
	if err != nil {
		return encoded{}, err
	}
	c.remember(a.Next, guess)
	if c.enc != nil && c.seal == nil {
		item, err := c.enc.EncryptItem(ctx, a.Item)
		return encoded{item: item, size: attribute.ItemSize(item)}, err
	}
	return encoded{a.Item, a.Size, sealed != nil && sealed.Fresh}, nil
}

// decode fills v, and keep, unless it is nil, with the item as it was read. After an error both are to be
// dropped.
func (c *Codec[T]) decode(ctx context.Context, item crypt.Item, v *T, keep *opened) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if keep != nil {
		*keep = opened{declared: make(map[wire.Slot]types.AttributeValue)}
	} else if c.enc == nil && !c.shape.plan.KeepsUndeclared() {
		return c.decodePlain(item, v)
	}
	sink := &keeping{Sink: c.shape.plan.Sink(v), plan: c.shape.plan, declared: c.shape.layout.Len(), keep: keep}
	defer sink.Release()
	var plain crypt.Opened
	stored := item
	if c.enc != nil && c.seal == nil {
		var err error
		if plain, err = c.enc.DecryptItem(ctx, item); err != nil {
			return err
		}
		item = plain.Item
	}
	it := c.shape.layout.Read(item)
	defer it.Release()
	sink.item = it
	if c.seal != nil {
		result, err := c.seal.OpenItem(ctx, it, sink)
		if err == nil {
			err = sink.Finish()
		}
		if err == nil && c.notice != nil {
			c.tell(ctx, stored, result.Stale, names(result.Unsigned, it))
		}
		return err
	}
	err := c.readPlain(item, it, plain, sink)
	if err == nil {
		err = sink.Finish()
	}
	if err == nil && c.notice != nil && c.enc != nil {
		c.tell(ctx, stored, plain.Stale, plain.Unsigned)
	}
	return err
}

// decodePlain is decode where nothing is encrypted and nothing kept, neither apart from T nor in it.
func (c *Codec[T]) decodePlain(item crypt.Item, v *T) error {
	if declared, ok := c.shape.plan.DecodeItem(item, v); ok {
		if declared == len(item) {
			return nil
		}
		err := c.checkUndeclared(item)
		if err != nil {
			*v = *new(T)
		}
		return err
	}
	sink := c.shape.plan.Sink(v)
	defer sink.Release()
	declared := 0
	for slot, name := range c.shape.layout.Names() {
		if stored, ok := item[name]; ok {
			declared++
			sink.SetValue(wire.Slot(slot), stored)
		}
	}
	for _, k := range c.shape.keys {
		if !sink.Has(k.slot) {
			return c.checkKeys(item)
		}
	}
	if declared < len(item) {
		if err := c.checkUndeclared(item); err != nil {
			return err
		}
	}
	if err := sink.Finish(); err != nil {
		return cmp.Or(c.checkKeys(item), err)
	}
	return nil
}

// checkKeys refuses an item without its keys.
func (c *Codec[T]) checkKeys(item crypt.Item) error {
	for _, k := range c.shape.keys {
		if attribute.KindOf(item[k.name]) == 0 {
			return fmt.Errorf("%w: no key attribute %q: is it an item of this table, and read whole?", crypt.ErrFormat, k.name)
		}
	}
	return nil
}

// checkUndeclared refuses attributes that say that the item is not plain, or that are not wanted.
func (c *Codec[T]) checkUndeclared(item crypt.Item) error {
	for _, name := range slices.Sorted(maps.Keys(item)) {
		switch _, declared := c.shape.layout.Slot(name); {
		case declared:
		case crypt.Reserved(name):
			return fmt.Errorf("%w: attribute %q says that the item is encrypted and Config.Encryption is nil: give the table its format and keys", crypt.ErrFormat, name)
		case c.shape.schema.Unknown() == crypt.Refuse:
			return fmt.Errorf("%w: attribute %q is undeclared, and Config.Unknown refuses such: declare it", crypt.ErrFormat, name)
		}
	}
	return nil
}

// readPlain reads an item that is not encrypted, or no longer.
func (c *Codec[T]) readPlain(item crypt.Item, it *attribute.Item, read crypt.Opened, sink *keeping) error {
	if err := c.checkKeys(item); err != nil {
		return err
	}
	if c.enc == nil {
		if err := c.checkUndeclared(item); err != nil {
			return err
		}
	}
	for _, s := range it.Present() {
		p := wire.Plain
		switch name := it.Name(s); {
		case slices.Contains(read.Unsigned, name):
		case int(s) < sink.declared:
			p = wire.Protection(c.shape.action[s])
		case c.enc != nil:
			p = wire.Protection(read.Actions[name])
		}
		if err := sink.Set(s, p, it.Value(s)); err != nil {
			return err
		}
	}
	return nil
}

// values are the attributes of v as they would be stored without encryption.
func (c *Codec[T]) values(v *T) (crypt.Item, error) {
	src := c.shape.plan.Source(v)
	defer src.Release()
	w := attribute.NewWriter(*c.sizes.Load())
	values := make(crypt.Item)
	for _, s := range src.Slots(nil) {
		if err := src.Write(s, w); err != nil {
			return nil, c.shape.plan.Failures(src, err)
		}
		name := src.Name(s)
		if int(s) < c.shape.layout.Len() {
			name = c.shape.name(s)
		}
		value, err := w.Value()
		if err != nil {
			return nil, fmt.Errorf("attribute %q: %w", name, err)
		}
		values[name] = value
	}
	return values, nil
}
