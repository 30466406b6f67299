package tags

import (
	"encoding"
	"reflect"
	"time"
)

var (
	timeType          = reflect.TypeFor[time.Time]()
	textMarshalerType = reflect.TypeFor[encoding.TextMarshaler]()
)

// hasText reports whether t is stored as the text its MarshalText gives, which the address of a
// field reaches on *T too. time.Time is one.
func hasText(t reflect.Type) bool {
	return t.Implements(textMarshalerType) || reflect.PointerTo(t).Implements(textMarshalerType)
}

// isBytes reports whether t is stored as B.
func isBytes(t reflect.Type) bool {
	return isSequence(t) && t.Elem().Kind() == reflect.Uint8 && !hasText(t) && !hasText(t.Elem())
}

func isSequence(t reflect.Type) bool {
	return t.Kind() == reflect.Slice || t.Kind() == reflect.Array
}

func isInteger(t reflect.Type) bool {
	return reflect.Int <= t.Kind() && t.Kind() <= reflect.Uint64
}

func isFloat(t reflect.Type) bool {
	return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

func canBeEmpty(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return hasText(t)
	case reflect.Array:
		return hasText(t) || t.Len() == 0
	}
	return true
}

func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}

// canBeSet looks at the members: those of a slice or array, the keys of a map.
func canBeSet(t reflect.Type) bool {
	switch {
	case hasText(t) || isBytes(t):
		return false
	case isSequence(t):
		return canBeMember(t.Elem())
	case t.Kind() == reflect.Map:
		e := t.Elem()
		isSet := e.Kind() == reflect.Bool || e.Kind() == reflect.Struct && e.NumField() == 0
		return isSet && !hasText(e) && canBeMember(t.Key())
	}
	return false
}

// canBeMember leaves out pointers and interfaces: a set cannot hold NULL, nor two types.
func canBeMember(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		return false
	}
	return hasText(t) || t.Kind() == reflect.String || isInteger(t) || isFloat(t) || isBytes(t)
}

func holdsTime(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer:
		t = base(t)
	case reflect.Slice, reflect.Array:
		t = t.Elem()
	case reflect.Map:
		t = t.Key()
	}
	return t == timeType
}

func holdsBool(t reflect.Type) bool {
	t = base(t)
	return t.Kind() == reflect.Bool && !hasText(t)
}

// base is what pointers lead to. They have an end but for types such as type P *P, which package mapper
// refuses.
func base(t reflect.Type) reflect.Type {
	const maxPointers = 32
	for i := 0; i < maxPointers && t.Kind() == reflect.Pointer; i++ {
		t = t.Elem()
	}
	return t
}

// canBeStored looks through containers for what no attribute value can hold. It leaves the fields of
// nested structs to their own parsing.
func canBeStored(t reflect.Type) bool {
	const maxDepth = 32 // as deep as DynamoDB nests; a type such as type T []T has no end
	for range maxDepth {
		if hasText(t) {
			return true
		}
		switch t.Kind() {
		case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
			t = t.Elem()
		case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.Uintptr, reflect.UnsafePointer:
			return false
		default:
			return true
		}
	}
	return true
}

// keyProblem says why a field of f's type cannot be a key.
func keyProblem(f *Field) *problem {
	t := f.Type
	fix := "use a string, an integer, []byte, [N]byte, time.Time or a type with MarshalText"
	switch {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		fix = "it may be nil, a key is always there: " + fix
	case isFloat(t):
		fix = "floats that are equal can be stored differently: " + fix
	case hasText(t), t.Kind() == reflect.String, isInteger(t), isBytes(t):
		return nil
	case holdsBool(t) && f.BoolNumber:
		return nil
	case holdsBool(t):
		fix = "add bool=number to store it as 1 or 0"
	}
	return &problem{"a " + f.Key.title() + " cannot be of type " + typeName(t), fix}
}
