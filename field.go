package ddb

import (
	"errors"
	"fmt"
	"reflect"
)

// Field names the attribute of T that holds a V, for conditions.
type Field[T, V any] struct{ ref fieldRef }

// F returns the Field that sel points to:
//
//	var ward = ddb.F(func(v *Visit) *string { return &v.Ward })
//
// A field behind an embedded pointer has no Field. It is checked where it is used.
func F[T, V any](sel func(*T) *V) Field[T, V] { return Field[T, V]{refer(sel)} }

// fieldRef is a field of a struct, by where it lies: a struct and its first field share an offset, so
// the type tells them apart.
type fieldRef struct {
	owner  reflect.Type
	offset uintptr
	typ    reflect.Type
	err    error
}

// refer asks sel for a field of a zero T. What is wrong with the answer is kept for the use, since F
// and Key1 are called where package variables are initialised.
func refer[T, V any](sel func(*T) *V) (ref fieldRef) {
	ref = fieldRef{owner: reflect.TypeFor[T](), typ: reflect.TypeFor[V]()}
	defer func() {
		if recover() != nil {
			ref.err = fmt.Errorf("selector of %v panics: it may only return the address of a field, and of none behind an embedded pointer, which is nil", ref.owner)
		}
	}()
	if sel == nil {
		ref.err = errors.New("selector is nil")
		return ref
	}
	v := new(T)
	p := reflect.ValueOf(sel(v))
	base := reflect.ValueOf(v).Pointer()
	if p.IsNil() || p.Pointer() < base || p.Pointer()-base >= max(ref.owner.Size(), 1) {
		ref.err = fmt.Errorf("selector of %v points to no field of it", ref.owner)
		return ref
	}
	ref.offset = p.Pointer() - base
	return ref
}
