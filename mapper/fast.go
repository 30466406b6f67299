package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// strings is list for []string.
func (k *codec) strings() {
	elem := &codec{typ: reflect.TypeFor[string]()}
	elem.string()
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		list := *v.Addr().Interface().(*[]string)
		e.w.BeginList(len(list))
		for i, s := range list {
			e.w.String(s)
			if err := elem.refusal(e.w); err != nil {
				return err.in(inList(i))
			}
		}
		e.w.EndList()
		e.depth--
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if !isSequence(d.r.Kind()) {
			return k.mismatch(d.r.Kind())
		}
		list := make([]string, 0, d.r.Len())
		if err := d.enter(k.typ); err != nil {
			return err
		}
		for d.r.Next() {
			s, err := elem.readString(d)
			if err != nil {
				return err.in(inList(len(list)))
			}
			list = append(list, s)
		}
		d.leave()
		*v.Addr().Interface().(*[]string) = list
		return nil
	}
}

// stringMap is mapping for map[string]string.
func (k *codec) stringMap() {
	elem := &codec{typ: reflect.TypeFor[string]()}
	elem.string()
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		m := *v.Addr().Interface().(*map[string]string)
		e.w.BeginMap(len(m))
		for key, s := range m {
			e.w.Key(key)
			if err := k.refusal(e.w); err != nil {
				return err.in(inMap)
			}
			e.w.String(s)
			if err := elem.refusal(e.w); err != nil {
				return err.in(inMap)
			}
		}
		e.w.EndMap()
		e.depth--
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Map {
			return k.mismatch(d.r.Kind())
		}
		m := make(map[string]string, d.r.Len())
		if err := d.enter(k.typ); err != nil {
			return err
		}
		for d.r.Next() {
			key := d.r.KeyStr()
			s, err := elem.readString(d)
			if err != nil {
				return err.in(inMap)
			}
			m[key] = s
		}
		d.leave()
		*v.Addr().Interface().(*map[string]string) = m
		return nil
	}
}

// readString is read for a string.
func (k *codec) readString(d *decoder) (string, *Error) {
	switch d.r.Kind() {
	case wire.String:
		return d.r.Str(), nil
	case wire.Null:
		return "", nil
	}
	return "", k.mismatch(d.r.Kind())
}
