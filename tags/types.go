package tags

import (
	"encoding"
	"math/big"
	"reflect"
	"time"
)

var (
	timeType            = reflect.TypeFor[time.Time]()
	bigFloatType        = reflect.TypeFor[big.Float]()
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	binaryMarshalerType = reflect.TypeFor[encoding.BinaryMarshaler]()
)

// hasText reports whether t is stored as the text its MarshalText gives, which the address of a
// field reaches on *T too. time.Time is one.
func hasText(t reflect.Type) bool {
	return t.Implements(textMarshalerType) || reflect.PointerTo(t).Implements(textMarshalerType)
}

// hasBinary reports whether t is stored as the bytes its MarshalBinary gives, where it has no MarshalText.
func hasBinary(t reflect.Type) bool {
	return t.Implements(binaryMarshalerType) || reflect.PointerTo(t).Implements(binaryMarshalerType)
}

// marshalsItself reports whether a method of t says what t is stored as, so that its kind is not known
// before. By name: one with another signature is a mistake that the mapper reports.
func marshalsItself(t reflect.Type) bool {
	for _, holder := range [...]reflect.Type{t, reflect.PointerTo(t)} {
		if _, ok := holder.MethodByName("MarshalDDB"); ok {
			return true
		}
		if _, ok := holder.MethodByName("MarshalDynamoDBAttributeValue"); ok {
			return true
		}
	}
	return false
}

// isOneValue reports whether methods, and not its Go kind, say how t is stored.
func isOneValue(t reflect.Type) bool { return marshalsItself(t) || hasText(t) || hasBinary(t) }

// isBytes reports whether t is stored as B.
func isBytes(t reflect.Type) bool { return isByteSequence(t) && !isOneValue(t) }

func isByteSequence(t reflect.Type) bool {
	return isSequence(t) && t.Elem().Kind() == reflect.Uint8 && !isOneValue(t.Elem())
}

// as is t as it is stored. Pointers and containers are stored as pointers to and containers of what
// their members are.
func (o Options) as(t reflect.Type) reflect.Type {
	if o.As == nil {
		return t
	}
	return o.asDeep(t, maxDepth)
}

func (o Options) asDeep(t reflect.Type, depth int) reflect.Type {
	t = o.As(t)
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array, reflect.Map:
		if depth == 0 || isOneValue(t) {
			return t
		}
		elem := o.asDeep(t.Elem(), depth-1)
		if t.Kind() == reflect.Map {
			key := o.As(t.Key())
			if !key.Comparable() {
				key = t.Key()
			}
			if key == t.Key() && elem == t.Elem() {
				return t
			}
			return reflect.MapOf(key, elem)
		}
		switch {
		case elem == t.Elem():
		case t.Kind() == reflect.Pointer:
			return reflect.PointerTo(elem)
		case t.Kind() == reflect.Slice:
			return reflect.SliceOf(elem)
		case t.Kind() == reflect.Array:
			// Words ask only whether it has members, and as many as these of another type can be too large.
			return reflect.ArrayOf(min(t.Len(), 1), elem)
		}
	}
	return t
}

func isSequence(t reflect.Type) bool {
	return t.Kind() == reflect.Slice || t.Kind() == reflect.Array
}

func isInteger(t reflect.Type) bool {
	return reflect.Int <= t.Kind() && t.Kind() <= reflect.Uint64
}

// isPlainInteger reports whether t is stored as the integer it is.
func isPlainInteger(t reflect.Type) bool { return isInteger(t) && !isOneValue(t) }

// expires makes f the time to live: the service takes seconds, and a zero for long ago.
func (f *Field) expires() { f.TTL, f.OmitZero = true, true }

func canExpire(t reflect.Type) bool { return t == timeType || isPlainInteger(t) }

func isFloat(t reflect.Type) bool {
	return t.Kind() == reflect.Float32 || t.Kind() == reflect.Float64
}

func canBeEmpty(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Struct:
		return !marshalsItself(t) && (hasText(t) || hasBinary(t))
	case reflect.Array:
		return !marshalsItself(t) && (hasText(t) || hasBinary(t)) || t.Len() == 0
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
	case isOneValue(t) || isBytes(t):
		return false
	case isSequence(t):
		return canBeMember(t.Elem())
	case t.Kind() == reflect.Map:
		e := t.Elem()
		isSet := e.Kind() == reflect.Bool || e.Kind() == reflect.Struct && e.NumField() == 0
		return isSet && !isOneValue(e) && canBeMember(t.Key())
	}
	return false
}

// canBeMember leaves out pointers and interfaces: a set cannot hold NULL, nor two types.
func canBeMember(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Interface:
		return false
	}
	return !marshalsItself(t) && (hasText(t) || hasBinary(t) || t.Kind() == reflect.String || isInteger(t) || isFloat(t) || isBytes(t))
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
	return t.Kind() == reflect.Bool && !isOneValue(t)
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

func holdsBinary(t reflect.Type) bool {
	if canBeBinary(t) {
		return true
	}
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return !isOneValue(t) && canBeBinary(t.Elem())
	}
	return false
}

func canBeBinary(t reflect.Type) bool {
	return t != timeType && t.Kind() != reflect.Pointer && !marshalsItself(t) && (hasBinary(t) || isByteSequence(t) || t.Kind() == reflect.String)
}

// maxDepth is as deep as DynamoDB nests; a type such as type T []T has no end.
const maxDepth = 32

// canBeStored looks through containers for what no attribute value can hold. It leaves the fields of
// nested structs to their own parsing.
func canBeStored(t reflect.Type) bool {
	for range maxDepth {
		if isOneValue(t) {
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

// keyProblem says why f, whose type is stored as t, cannot be a key.
func keyProblem(f *Field, t reflect.Type) *problem {
	fix := "use a string, an integer, []byte, [N]byte, time.Time or a type with MarshalText"
	switch {
	case t.Kind() == reflect.Pointer || t.Kind() == reflect.Interface:
		fix = "it may be nil, a key is always there: " + fix
	case marshalsItself(t):
		fix = "its method could answer with any type of attribute value: " + fix
	case isFloat(t), t == bigFloatType:
		fix = "floats that are equal can be stored differently: " + fix
	case hasText(t), hasBinary(t), t.Kind() == reflect.String, isInteger(t), isBytes(t):
		return nil
	case holdsBool(t) && f.BoolNumber:
		return nil
	case holdsBool(t):
		fix = "add bool=number to store it as 1 or 0"
	}
	return &problem{"a " + f.Key.title() + " cannot be of type " + typeName(f.Type), fix}
}
