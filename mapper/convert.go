package mapper

import (
	"math"
	"reflect"
	"strconv"
)

// assign sets dst to v, which has another type, if that loses nothing.
func assign(dst reflect.Value, v any) bool {
	src := reflect.ValueOf(v)
	switch dst.Kind() {
	case reflect.String:
		return assignString(dst, src)
	case reflect.Bool:
		if src.Kind() == reflect.Bool {
			dst.SetBool(src.Bool())
			return true
		}
	case reflect.Float32, reflect.Float64:
		return assignFloat(dst, src)
	case reflect.Slice, reflect.Array:
		return assignBytes(dst, src)
	default:
		switch {
		case dst.CanInt():
			return assignInt(dst, src)
		case dst.CanUint():
			return assignUint(dst, src)
		}
	}
	return false
}

func assignInt(dst, src reflect.Value) bool {
	var n int64
	switch {
	case src.CanInt():
		n = src.Int()
	case src.CanUint() && src.Uint() <= math.MaxInt64:
		n = int64(src.Uint())
	default:
		return false
	}
	if dst.OverflowInt(n) {
		return false
	}
	dst.SetInt(n)
	return true
}

func assignUint(dst, src reflect.Value) bool {
	var n uint64
	switch {
	case src.CanUint():
		n = src.Uint()
	case src.CanInt() && src.Int() >= 0:
		n = uint64(src.Int())
	default:
		return false
	}
	if dst.OverflowUint(n) {
		return false
	}
	dst.SetUint(n)
	return true
}

// assignFloat takes integers that a float64 counts exactly, as untyped constants are integers.
func assignFloat(dst, src reflect.Value) bool {
	const exact = 1 << 53
	var f float64
	switch {
	case src.CanFloat():
		f = src.Float()
	case src.CanInt() && -exact <= src.Int() && src.Int() <= exact:
		f = float64(src.Int())
	case src.CanUint() && src.Uint() <= exact:
		f = float64(src.Uint())
	default:
		return false
	}
	if dst.Kind() == reflect.Float32 && float64(float32(f)) != f {
		return false
	}
	dst.SetFloat(f)
	return true
}

func assignString(dst, src reflect.Value) bool {
	isNumber := isNumberText(dst.Type())
	switch {
	case isNumber && src.CanInt():
		dst.SetString(strconv.FormatInt(src.Int(), 10))
	case isNumber && src.CanUint():
		dst.SetString(strconv.FormatUint(src.Uint(), 10))
	case src.Kind() == reflect.String && (isNumber || !isNumberText(src.Type())):
		dst.SetString(src.String())
	default:
		return false
	}
	return true
}

func isNumberText(t reflect.Type) bool {
	return t == numberType || t == jsonNumberType || t == awsNumberType
}

func assignBytes(dst, src reflect.Value) bool {
	switch {
	case src.Kind() != dst.Kind() || !isBytes(dst.Type()) || !isBytes(src.Type()):
		return false
	case dst.Kind() == reflect.Slice:
		dst.SetBytes(src.Bytes())
	case src.CanConvert(dst.Type()): // an array of the same length
		dst.Set(src.Convert(dst.Type()))
	default:
		return false
	}
	return true
}
