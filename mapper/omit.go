package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/tags"
)

// omission says when a field is left out, nil for never.
func omission(k *codec, f tags.Field) func(reflect.Value) bool {
	var when []func(reflect.Value) bool
	if f.OmitZero {
		when = append(when, zeroTest(k.typ))
	}
	if f.OmitEmpty {
		when = append(when, k.isEmpty)
	}
	switch {
	case k.emptySet != nil && f.Null && k.isNil != nil: // nil is NULL
		when = append(when, func(v reflect.Value) bool { return !k.isNil(v) && k.emptySet(v) })
	case k.emptySet != nil:
		when = append(when, k.emptySet)
	case k.isNil != nil && !f.Null:
		when = append(when, k.isNil)
	}
	switch len(when) {
	case 0:
		return nil
	case 1:
		return when[0]
	}
	return func(v reflect.Value) bool {
		for _, omitted := range when {
			if omitted(v) {
				return true
			}
		}
		return false
	}
}

// isOmittedIfNil reports whether omission is that of a nil pointer, slice or map and no other.
func isOmittedIfNil(k *codec, f tags.Field) bool {
	switch k.typ.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return !f.OmitZero && !f.OmitEmpty && !f.Null && k.emptySet == nil && k.asks == nil
	}
	return false
}

// isEmpty is what omitempty leaves out.
func (k *codec) isEmpty(v reflect.Value) bool {
	if k.empty != nil {
		return k.empty(v)
	}
	return isEmpty(v)
}

// isEmpty is what encoding/json calls empty. Structs of users are never.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Array, reflect.Map, reflect.Slice, reflect.String:
		return v.Len() == 0
	case reflect.Interface, reflect.Pointer:
		return v.IsNil()
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

type zeroer interface{ IsZero() bool }

var zeroerType = reflect.TypeFor[zeroer]()

// zeroTest is what omitzero asks: an IsZero method where the type has one, as in encoding/json, unless
// it would ask a part of the value only.
func zeroTest(t reflect.Type) func(reflect.Value) bool {
	switch {
	case promoted(t, "IsZero"):
	case t.Kind() == reflect.Pointer && t.Implements(zeroerType):
		return func(v reflect.Value) bool { return v.IsNil() || v.Interface().(zeroer).IsZero() }
	case t.Kind() != reflect.Interface && reflect.PointerTo(t).Implements(zeroerType):
		return func(v reflect.Value) bool { return v.Addr().Interface().(zeroer).IsZero() }
	}
	return reflect.Value.IsZero
}
