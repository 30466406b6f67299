package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// anything is an interface without methods. It takes whatever can be mapped; what it is read as is in
// the package comment.
func (c *compiler) anything(k *codec) {
	k.asks = func(v reflect.Value, e *encoder) bool {
		held := v.Elem()
		dynamic, err := e.types.codec(held.Type())
		if err != nil || dynamic.asks == nil {
			return false
		}
		p := reflect.New(held.Type()).Elem()
		p.Set(held)
		return dynamic.mayLeaveOut(p, e)
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		held := v.Elem()
		dynamic, err := e.types.codec(held.Type())
		if err != nil {
			return unfit(held.Type(), "it is held by an interface and cannot be mapped: "+err.Error())
		}
		p := reflect.New(held.Type()).Elem()
		p.Set(held)
		return dynamic.write(p, e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		held, err := k.readAny(d)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(held))
		return nil
	}
}

// readAny is the value that d stands on. It is nil for NULL alone.
func (k *codec) readAny(d *decoder) (any, *Error) {
	switch kind := d.r.Kind(); kind {
	case wire.Null:
		return nil, nil
	case wire.Bool:
		return d.r.Bool(), nil
	case wire.String:
		return d.r.Str(), nil
	case wire.Number:
		return k.readNumber(d)
	case wire.Binary:
		return copyOf(d.r.Binary()), nil
	case wire.StringSet:
		return readAll(k, d, func() (string, *Error) { return d.r.Str(), nil }, func(s []string) any { return StringSet(s) })
	case wire.NumberSet:
		return readAll(k, d, func() (Number, *Error) { return k.readNumber(d) }, func(s []Number) any { return NumberSet(s) })
	case wire.BinarySet:
		return readAll(k, d, func() ([]byte, *Error) { return copyOf(d.r.Binary()), nil }, func(s [][]byte) any { return BinarySet(s) })
	case wire.List:
		return readAll(k, d, func() (any, *Error) { return k.readAny(d) }, func(l []any) any { return l })
	case wire.Map:
		return k.readAnyMap(d)
	default:
		return nil, k.mismatch(kind)
	}
}

func (k *codec) readNumber(d *decoder) (Number, *Error) {
	plain, reason := d.plain()
	if reason != "" {
		return "", d.unfit(numberType, reason)
	}
	return Number(plain), nil
}

// copyOf is never nil: nil would be stored as NULL.
func copyOf(b []byte) []byte { return append(make([]byte, 0, len(b)), b...) }

// readAll reads the members of a set or list.
func readAll[T any](k *codec, d *decoder, one func() (T, *Error), as func([]T) any) (any, *Error) {
	all := make([]T, 0, d.r.Len())
	if err := d.enter(k.typ); err != nil {
		return nil, err
	}
	for d.r.Next() {
		m, err := one()
		if err != nil {
			return nil, err.in(inList(len(all)))
		}
		all = append(all, m)
	}
	d.leave()
	return as(all), nil
}

func (k *codec) readAnyMap(d *decoder) (any, *Error) {
	m := make(map[string]any, d.r.Len())
	if err := d.enter(k.typ); err != nil {
		return nil, err
	}
	for d.r.Next() {
		key := d.r.KeyStr()
		member, err := k.readAny(d)
		if err != nil {
			return nil, err.in(inMap)
		}
		m[key] = member
	}
	d.leave()
	return m, nil
}
