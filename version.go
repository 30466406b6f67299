package ddb

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Unchanged holds where the stored item has the version that v has, for Delete and Take; Put, Replace
// and Swap demand it by themselves. Version 0 is also that of an item without the attribute. It takes
// the version as it is now. Where it fails, the error wraps ErrConflict.
//
// A T without a version field is reported by the operation that uses the condition.
func (c *Codec[T]) Unchanged(v *T) Cond[T] {
	slot := c.shape.version
	switch {
	case slot < 0:
		return failing[T](fmt.Errorf("%v has no version: tag an integer field with the word version", c.shape.plan.Type()))
	case v == nil:
		return failing[T](errors.New("nil pointer to " + c.shape.plan.Type().String()))
	}
	version := c.shape.fieldOf(v, slot)
	ref := c.shape.refTo(slot)
	same := &cond{form: "%[1]s = %[2]s", field: ref, args: []any{version}, version: version}
	if reflect.ValueOf(version).IsZero() {
		same = &cond{join: "OR", kids: []*cond{{form: "attribute_not_exists(%[1]s)", field: ref, bare: true}, same}}
	}
	same.version = version
	return Cond[T]{same}
}

func failing[T any](err error) Cond[T] { return Cond[T]{&cond{field: fieldRef{err: err}}} }

// unchangedSince adds to when the condition on the version of v, where T has one.
func (c *Codec[T]) unchangedSince(v *T, when []Cond[T]) []Cond[T] {
	if c.shape.version < 0 || v == nil {
		return when
	}
	return append(when[:len(when):len(when)], c.Unchanged(v))
}

// conflicts reports whether found, an item that failed when, has another version than one of them
// demands.
func conflicts[T any](sh *shape, when []Cond[T], found crypt.Item) bool {
	for _, c := range when {
		if c.n.conflicts(sh, found) {
			return true
		}
	}
	return false
}

// refusal is why found does not meet when.
func refusal[T any](sh *shape, when []Cond[T], found crypt.Item) error {
	if conflicts(sh, when, found) {
		return ErrConflict
	}
	return ErrCondition
}

func (c *cond) conflicts(sh *shape, found crypt.Item) bool {
	switch {
	case c.version != nil:
		stored, has := found[sh.name(sh.version)]
		if !has {
			stored, has = found[sh.was(sh.version)]
		}
		if !has {
			return !reflect.ValueOf(c.version).IsZero()
		}
		want, err := sh.value(sh.version, c.version)
		return err != nil || !attribute.Equal(stored, want)
	case c.join == "AND":
		for _, kid := range c.kids {
			if kid.conflicts(sh, found) {
				return true
			}
		}
	}
	return false
}

// next is v as it is to be stored: where T has a version a copy with the one after v's, so that v
// stays as it is until the write succeeded.
func (c *Codec[T]) next(v *T) (*T, error) {
	if c.shape.version < 0 || v == nil {
		return v, nil
	}
	w := *v
	version := c.shape.versionOf(&w)
	if !increment(version) {
		a := c.shape.plan.Attributes()[c.shape.version]
		return nil, fmt.Errorf("attribute %q: the version is the last that %v can hold: use a wider type for %s", a.Name, a.Type, a.Path)
	}
	return &w, nil
}

// written gives v the version that was stored as w.
func (c *Codec[T]) written(v, w *T) {
	if c.shape.version >= 0 {
		c.shape.versionOf(v).Set(c.shape.versionOf(w))
	}
}

// advance gives v, which Modify's function changed from before to after, the version that follows, and
// after too.
func (c *Codec[T]) advance(v *T, before, after crypt.Item) error {
	if c.shape.version < 0 || attribute.EqualItems(before, after) {
		return nil
	}
	next, err := c.next(v)
	if err != nil {
		return err
	}
	c.written(v, next)
	after[c.shape.name(c.shape.version)], err = c.shape.value(c.shape.version, c.shape.fieldOf(v, c.shape.version))
	return err
}

// increment adds one to an integer, unless it is the last of its type.
func increment(v reflect.Value) bool {
	if v.CanInt() {
		n := v.Int() + 1
		if n < v.Int() || v.OverflowInt(n) {
			return false
		}
		v.SetInt(n)
		return true
	}
	n := v.Uint() + 1
	if n == 0 || v.OverflowUint(n) {
		return false
	}
	v.SetUint(n)
	return true
}

// versionOf is the version field of *T.
func (sh *shape) versionOf(v any) reflect.Value {
	return reflect.ValueOf(v).Elem().FieldByIndex(sh.plan.Attributes()[sh.version].Index)
}

// refTo is a selector of the attribute at slot.
func (sh *shape) refTo(slot wire.Slot) fieldRef {
	a := sh.plan.Attributes()[slot]
	offset, _ := offsetOf(sh.plan.Type(), a.Index) // never behind a pointer
	return fieldRef{owner: sh.plan.Type(), offset: offset, typ: a.Type}
}
