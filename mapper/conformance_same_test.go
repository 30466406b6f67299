package mapper_test

import (
	"encoding/json"
	"maps"
	"math/big"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/mapper"
)

// same reports whether two values are equal to their users: times as instants, numbers as numbers
// whatever their spelling, and numbers in interfaces whatever their type.
func same(a, b reflect.Value) bool {
	if a.Kind() == reflect.Interface && b.Kind() == reflect.Interface {
		a, b = a.Elem(), b.Elem()
		if x, ok := numberOf(a); ok {
			y, isNumber := numberOf(b)
			return isNumber && number.Compare(x, y) == 0
		}
	}
	if !a.IsValid() || !b.IsValid() || a.Type() != b.Type() {
		return a.IsValid() == b.IsValid() && !a.IsValid()
	}
	if at := reflect.TypeFor[time.Time](); a.Type().ConvertibleTo(at) {
		return a.Convert(at).Interface().(time.Time).Equal(b.Convert(at).Interface().(time.Time))
	}
	if isNumberType(a.Type()) {
		return number.Compare(a.String(), b.String()) == 0
	}
	switch a.Kind() {
	case reflect.Float32, reflect.Float64:
		return a.Float() == b.Float()
	case reflect.Pointer:
		return a.IsNil() == b.IsNil() && (a.IsNil() || same(a.Elem(), b.Elem()))
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() || isNilValue(a) != isNilValue(b) {
			return false
		}
		for i := range a.Len() {
			if !same(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() || a.IsNil() != b.IsNil() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if m := b.MapIndex(it.Key()); !m.IsValid() || !same(it.Value(), m) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			f := a.Type().Field(i)
			equal := same
			switch name, words, _ := strings.Cut(f.Tag.Get("ddb"), ","); {
			case !f.IsExported() || name == "-":
				continue
			case slices.Contains(strings.Split(words, ","), "set"):
				equal = sameSet
			}
			if !equal(a.Field(i), b.Field(i)) {
				return false
			}
		}
		return a.Type().NumField() == 0 || a.Type().Field(0).IsExported() || reflect.DeepEqual(a.Interface(), b.Interface())
	}
	return reflect.DeepEqual(a.Interface(), b.Interface())
}

// sameSet is same for members in any order.
func sameSet(a, b reflect.Value) bool {
	if a.Len() != b.Len() || isNilValue(a) != isNilValue(b) {
		return false
	}
	for i := range a.Len() {
		if !contains(b, a.Index(i)) {
			return false
		}
	}
	return true
}

func contains(all, m reflect.Value) bool {
	for i := range all.Len() {
		if same(all.Index(i), m) {
			return true
		}
	}
	return false
}

func isNumberType(t reflect.Type) bool {
	return t == reflect.TypeFor[json.Number]() || t == reflect.TypeFor[mapper.Number]() || t == reflect.TypeFor[attributevalue.Number]()
}

// numberOf is the decimal that v spells, if it is one.
func numberOf(v reflect.Value) (string, bool) {
	switch {
	case !v.IsValid():
		return "", false
	case v.CanInt():
		return strconv.FormatInt(v.Int(), 10), true
	case v.CanUint():
		return strconv.FormatUint(v.Uint(), 10), true
	case v.CanFloat():
		return strconv.FormatFloat(v.Float(), 'g', -1, v.Type().Bits()), true
	case v.Kind() == reflect.String && v.Type().Name() == "Number":
		return v.String(), true
	}
	return "", false
}

// alike reports whether two values are the same in every part, except that nil and empty are one: what
// omitempty, or a set, leaves out comes back as nil.
func alike(a, b reflect.Value) bool {
	switch {
	case !a.IsValid() || !b.IsValid():
		return a.IsValid() == b.IsValid()
	case a.Type() != b.Type():
		return false
	case a.Type() == reflect.TypeFor[time.Time]() && a.CanInterface():
		return a.Interface().(time.Time).Equal(b.Interface().(time.Time))
	case a.Type() == reflect.TypeFor[big.Rat]() && a.CanInterface(): // zero has two forms
		x, y := a.Interface().(big.Rat), b.Interface().(big.Rat)
		return x.Cmp(&y) == 0
	case a.Type() == reflect.TypeFor[big.Float]() && a.CanInterface(): // whatever its precision
		x, y := a.Interface().(big.Float), b.Interface().(big.Float)
		return x.Cmp(&y) == 0
	case reflect.PointerTo(a.Type()).Implements(reflect.TypeFor[types.AttributeValue]()) && a.CanInterface():
		x, y := reflect.New(a.Type()), reflect.New(b.Type())
		x.Elem().Set(a)
		y.Elem().Set(b)
		return attribute.Equal(x.Interface().(types.AttributeValue), y.Interface().(types.AttributeValue))
	case a.Type() == reflect.TypeFor[mapper.Unknown]():
		x, y := a.Interface().(mapper.Unknown), b.Interface().(mapper.Unknown)
		return attribute.EqualItems(maps.Collect(x.Unsigned()), maps.Collect(y.Unsigned()))
	case isNumberType(a.Type()): // the empty one is 0
		return number.Compare(a.String(), b.String()) == 0
	}
	switch a.Kind() {
	case reflect.Pointer, reflect.Interface:
		return a.IsNil() == b.IsNil() && (a.IsNil() || alike(a.Elem(), b.Elem()))
	case reflect.Slice, reflect.Array:
		if a.Len() != b.Len() {
			return false
		}
		for i := range a.Len() {
			if !alike(a.Index(i), b.Index(i)) {
				return false
			}
		}
		return true
	case reflect.Map:
		if a.Len() != b.Len() {
			return false
		}
		for it := a.MapRange(); it.Next(); {
			if m := b.MapIndex(it.Key()); !m.IsValid() || !alike(it.Value(), m) {
				return false
			}
		}
		return true
	case reflect.Struct:
		for i := range a.NumField() {
			x, y := a.Field(i), b.Field(i)
			if f := a.Type().Field(i); f.Anonymous && f.Type.Kind() == reflect.Pointer && x.IsNil() != y.IsNil() {
				x, y = orZero(x).Elem(), orZero(y).Elem() // nothing of an embedded struct may be stored
			}
			if !alike(x, y) {
				return false
			}
		}
		return true
	}
	return a.Equal(b)
}

// orZero is p, or a pointer to the zero value where p is nil.
func orZero(p reflect.Value) reflect.Value {
	if p.IsNil() {
		return reflect.New(p.Type().Elem())
	}
	return p
}
