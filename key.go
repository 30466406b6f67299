package ddb

import (
	"errors"
	"fmt"
	"maps"
	"reflect"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// Key is a primary key of T. The type parameter keeps a Key[Order] from reaching a Table[User]. A Key
// is checked when it is used. Its text never shows the values.
type Key[T any] struct {
	values []any
	fields []fieldRef // what the values belong to, in order; nil: partition key, then sort key
	stored crypt.Item // in place of values: the key attributes as they are stored
}

// Key1 returns a function that makes keys of a T that has a partition key only. sel points to it:
//
//	var userKey = ddb.Key1(func(u *User) *string { return &u.ID })
func Key1[T, P any](sel func(*T) *P) func(P) Key[T] {
	ref := refer(sel)
	return func(partition P) Key[T] {
		return Key[T]{values: own(partition), fields: []fieldRef{ref}}
	}
}

// Key2 returns a function that makes keys of a T that has a partition and a sort key. sel points to
// them in this order.
func Key2[T, P, S any](sel func(*T) (*P, *S)) func(P, S) Key[T] {
	refs := []fieldRef{
		refer(func(v *T) *P { p, _ := sel(v); return p }),
		refer(func(v *T) *S { _, s := sel(v); return s }),
	}
	return func(partition P, sort S) Key[T] {
		return Key[T]{values: own(partition, sort), fields: refs}
	}
}

// Key makes a key of its values: the partition key's and, where the table has one, the sort key's. They
// have the types of their fields, or types that convert without loss. A wrong number or type is
// reported by the operation that uses the key.
func (c *Codec[T]) Key(values ...any) Key[T] {
	return Key[T]{values: own(values...)}
}

// KeyOf is the key of v. It takes the values as they are now.
func (c *Codec[T]) KeyOf(v *T) Key[T] {
	if v == nil {
		return Key[T]{}
	}
	var k Key[T]
	for _, a := range c.shape.keys {
		k.values = append(k.values, own(c.shape.fieldOf(v, a.slot))...)
	}
	return k
}

// KeyIn is the key that an item holds as it is stored, or that the key attributes are which [Notice] and
// errors name. It takes the values as they are, and leaves other attributes alone.
func (c *Codec[T]) KeyIn(item crypt.Item) Key[T] {
	return Key[T]{stored: c.shape.keyOf(item)}
}

// own copies values that the caller could change later.
func own(values ...any) []any {
	owned := slices.Clone(values)
	for i, v := range owned {
		if rv := reflect.ValueOf(v); rv.Kind() == reflect.Slice {
			c := reflect.MakeSlice(rv.Type(), rv.Len(), rv.Len())
			reflect.Copy(c, rv)
			owned[i] = c.Interface()
		}
	}
	return owned
}

// Format hides the values.
func (k Key[T]) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "ddb.Key(%d values)", len(k.values)+len(k.stored))
}

// attributes are k's key attributes.
func (k Key[T]) attributes(sh *shape) (crypt.Item, error) {
	if k.stored != nil {
		return storedKey(k.stored, sh)
	}
	if len(k.values) != len(sh.keys) {
		return nil, fmt.Errorf("key with %d values, the table's has %d", len(k.values), len(sh.keys))
	}
	item := make(crypt.Item, len(k.values))
	for i, a := range sh.keys {
		if k.fields != nil {
			slot, err := sh.resolve(k.fields[i])
			if err != nil {
				return nil, fmt.Errorf("key value %d: %w", i+1, err)
			}
			if slot != a.slot {
				return nil, fmt.Errorf("key value %d: the selector points to attribute %q, the key's is %q", i+1, sh.name(slot), a.name)
			}
		}
		v, err := sh.value(a.slot, k.values[i])
		if err != nil {
			return nil, err
		}
		if err := checkKeyValue(a, v); err != nil {
			return nil, err
		}
		item[a.name] = v
	}
	return item, nil
}

func storedKey(stored crypt.Item, sh *shape) (crypt.Item, error) {
	for _, a := range sh.keys {
		v, ok := stored[a.name]
		switch {
		case !ok:
			return nil, fmt.Errorf("attribute %q: the item has no such key attribute", a.name)
		case attribute.KindOf(v) != a.kind && a.kind != 0:
			return nil, fmt.Errorf("attribute %q: the key is stored as %v", a.name, a.kind)
		}
		if err := checkKeyValue(a, v); err != nil {
			return nil, err
		}
	}
	return maps.Clone(stored), nil
}

// The lengths DynamoDB allows key values, in bytes.
const (
	maxPartitionKey = 2048
	maxSortKey      = 1024
)

func checkKeyValue(a keyAttribute, v types.AttributeValue) error {
	if _, ok := v.(*types.AttributeValueMemberN); ok {
		return nil
	}
	switch n := attribute.Size(v); {
	case n == 0:
		return fmt.Errorf("attribute %q: %w", a.name, errEmptyKey)
	case n > a.limit:
		return fmt.Errorf("attribute %q: key value of %d bytes, DynamoDB's limit is %d", a.name, n, a.limit)
	}
	return nil
}

var errEmptyKey = errors.New("key value is empty")
