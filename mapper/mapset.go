package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// isMapSet reports whether t is a set whatever the words of its field say.
func isMapSet(t reflect.Type) bool {
	return t.Kind() == reflect.Map && t.Elem().Kind() == reflect.Struct && t.Elem().NumField() == 0 &&
		reflect.PointerTo(t.Elem()).NumMethod() == 0
}

// mapSet is a set that Go keeps as the keys of a map: those whose value is true, where the values are bools.
func (c *compiler) mapSet(k *codec, w words, path string) {
	mistakes := len(c.errs)
	member := c.codec(k.typ.Key(), w.ofMembers(), path+inMap)
	switch {
	case member.isNil != nil, member.kind != wire.String && member.kind != wire.Number && member.kind != wire.Binary:
		if len(c.errs) == mistakes {
			c.fail(k.typ, path, "its keys cannot be members of a set: use strings, numbers, arrays of bytes or types with MarshalText")
		}
		return
	}
	k.kind = setOf(member.kind)
	holds := func(reflect.Value) bool { return true }
	yes := reflect.New(k.typ.Elem()).Elem()
	if yes.Kind() == reflect.Bool {
		holds = reflect.Value.Bool
		yes.SetBool(true)
	}
	k.emptySet = func(v reflect.Value) bool {
		for it := v.MapRange(); it.Next(); {
			if holds(it.Value()) {
				return false
			}
		}
		return true
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.BeginSet(k.kind, v.Len())
		m := reflect.New(member.typ).Elem()
		for it := v.MapRange(); it.Next(); {
			if !holds(it.Value()) {
				continue
			}
			m.SetIterKey(it)
			if err := member.write(m, e); err != nil {
				return err.in(inMap)
			}
		}
		e.w.EndSet()
		return k.refusal(e.w)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if !isSequence(d.r.Kind()) {
			return k.mismatch(d.r.Kind())
		}
		stored := d.r.Kind().String()
		v.Set(reflect.MakeMapWithSize(k.typ, d.r.Len()))
		if err := d.enter(k.typ); err != nil {
			return err
		}
		m := reflect.New(member.typ).Elem()
		for i := 0; d.r.Next(); i++ {
			if err := member.read(m, d); err != nil {
				return err.in(inList(i))
			}
			if reason := insert(v, m, yes, "members"); reason != "" {
				return &Error{Type: k.typ, Kind: stored, Reason: reason}
			}
		}
		d.leave()
		return nil
	}
}
