package mapper

import (
	"reflect"
	"strconv"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
)

// direct is a way from memory to attribute value and back without events and reflection, for the
// commonest types. It takes what is usual and gives up on all else, a refusal or an unusual spelling,
// which encode and decode of the codec then decide on: so every rule has one place, and without the
// direct way (package fastpath) nothing changes but speed.
type direct struct {
	encode func(p unsafe.Pointer, w *attribute.Writer) attribute.Value // nil: gave up
	decode func(p unsafe.Pointer, v attribute.Value) bool              // false: gave up, p may be half written
	levels int                                                         // of nesting, 1 for a scalar
}

// scalar is the direct way of a type T that is stored as an attribute value of Go type V.
func scalar[T any, V any](encode func(v T, w *attribute.Writer) attribute.Value, decode func(v *V) (T, bool)) *direct {
	return &direct{
		levels: 1,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value { return encode(*(*T)(p), w) },
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			s, ok := any(v).(*V)
			if !ok || s == nil {
				return false
			}
			t, ok := decode(s)
			if ok {
				*(*T)(p) = t
			}
			return ok
		},
	}
}

func directString() *direct {
	return &direct{
		levels: 1,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value { return w.MakeS(*(*string)(p)) },
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			s, ok := v.(*types.AttributeValueMemberS)
			if !ok || s == nil {
				return false
			}
			*(*string)(p) = s.Value
			return true
		},
	}
}

func directBool() *direct {
	return scalar(
		func(v bool, w *attribute.Writer) attribute.Value { return w.MakeBool(v) },
		func(v *types.AttributeValueMemberBOOL) (bool, bool) { return v.Value, true })
}

func directInt(k reflect.Kind) *direct {
	switch k {
	case reflect.Int8:
		return signed[int8]()
	case reflect.Int16:
		return signed[int16]()
	case reflect.Int32:
		return signed[int32]()
	case reflect.Int64:
		return signed[int64]()
	case reflect.Uint:
		return unsigned[uint]()
	case reflect.Uint8:
		return unsigned[uint8]()
	case reflect.Uint16:
		return unsigned[uint16]()
	case reflect.Uint32:
		return unsigned[uint32]()
	case reflect.Uint64:
		return unsigned[uint64]()
	}
	return signed[int]()
}

func signed[T int | int8 | int16 | int32 | int64]() *direct {
	return scalar(
		func(v T, w *attribute.Writer) attribute.Value { return w.MakeInt(int64(v)) },
		func(v *types.AttributeValueMemberN) (T, bool) {
			n, ok := shortInteger(v.Value)
			return T(n), ok && int64(T(n)) == n
		})
}

func unsigned[T uint | uint8 | uint16 | uint32 | uint64]() *direct {
	return scalar(
		func(v T, w *attribute.Writer) attribute.Value { return w.MakeUint(uint64(v)) },
		func(v *types.AttributeValueMemberN) (T, bool) {
			n, ok := shortInteger(v.Value)
			return T(n), ok && n >= 0 && int64(T(n)) == n
		})
}

// shortInteger reads up to 18 digits, which no int64 is too small for.
func shortInteger(text string) (n int64, ok bool) {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = 10*n + int64(c)
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

func directFloat(k reflect.Kind) *direct {
	if k == reflect.Float32 {
		return scalar(
			func(v float32, w *attribute.Writer) attribute.Value { return w.MakeFloat(float64(v), 32) },
			func(v *types.AttributeValueMemberN) (float32, bool) {
				f, ok := shortDecimal(v.Value, 32)
				return float32(f), ok
			})
	}
	return scalar(
		func(v float64, w *attribute.Writer) attribute.Value { return w.MakeFloat(v, 64) },
		func(v *types.AttributeValueMemberN) (float64, bool) { return shortDecimal(v.Value, 64) })
}

// shortDecimal reads a number without an exponent that is not zero nor rounds to it.
func shortDecimal(text string, bits int) (float64, bool) {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' {
			return 0, false
		}
	}
	if len(text) > 64 {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, bits)
	return f, err == nil && f != 0
}

func directBytes() *direct {
	return scalar(
		func(v []byte, w *attribute.Writer) attribute.Value {
			if v == nil {
				return nil
			}
			return w.MakeB(v)
		},
		func(v *types.AttributeValueMemberB) ([]byte, bool) { return copyOf(v.Value), true })
}
