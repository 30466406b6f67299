package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// Sets, as they are read into an interface. A field of these types is a set without the word.
type (
	StringSet []string
	NumberSet []Number
	BinarySet [][]byte
)

func isSetType(t reflect.Type) bool {
	return t == reflect.TypeFor[StringSet]() || t == reflect.TypeFor[NumberSet]() || t == reflect.TypeFor[BinarySet]()
}

func (c *compiler) list(k *codec, w words, path string) {
	k.kind = wire.List
	elem := c.codec(k.typ.Elem(), w.ofMembers(), path+"[]")
	k.direct = listWay(k.typ, elem)
	if c.fast && c.isPlainString(elem, w) && k.typ == reflect.TypeFor[[]string]() {
		k.strings()
		return
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		n := v.Len()
		e.w.BeginList(n)
		for i := range n {
			if err := elem.write(v.Index(i), e); err != nil {
				return err.in(inList(i))
			}
		}
		e.w.EndList()
		e.depth--
		return k.refusal(e.w)
	}
	k.readMembers(elem)
}

func (c *compiler) set(k *codec, w words, path string) {
	elem := c.codec(k.typ.Elem(), w.ofMembers(), path+"[]")
	k.kind = setOf(elem.kind)
	k.emptySet = func(v reflect.Value) bool { return v.Len() == 0 }
	k.encode = func(v reflect.Value, e *encoder) *Error {
		n := v.Len()
		e.w.BeginSet(k.kind, n)
		for i := range n {
			m := v.Index(i)
			if elem.isNil != nil && elem.isNil(m) {
				return unfit(elem.typ, "nil in a set, which cannot hold NULL").in(inList(i))
			}
			if err := elem.write(m, e); err != nil {
				return err.in(inList(i))
			}
		}
		e.w.EndSet()
		return k.refusal(e.w)
	}
	k.readMembers(elem)
}

// setOf is the kind of a set of such members. Package tags lets no other be members.
func setOf(member wire.Kind) wire.Kind {
	switch member {
	case wire.Number:
		return wire.NumberSet
	case wire.Binary:
		return wire.BinarySet
	}
	return wire.StringSet
}

// readMembers decodes lists and sets alike: which of them is stored makes no difference to a slice or
// an array.
func (k *codec) readMembers(elem *codec) {
	isArray := k.typ.Kind() == reflect.Array
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if !isSequence(d.r.Kind()) {
			return k.mismatch(d.r.Kind())
		}
		n := d.r.Len()
		switch {
		case !isArray:
			v.Set(reflect.MakeSlice(k.typ, n, n))
		case n != v.Len():
			return d.unfit(k.typ, lengthMismatch(n, v.Len(), "members"))
		}
		if err := d.enter(k.typ); err != nil {
			return err
		}
		for i := 0; i < n && d.r.Next(); i++ {
			if err := elem.read(v.Index(i), d); err != nil {
				return err.in(inList(i))
			}
		}
		d.leave()
		return nil
	}
}

func isSequence(stored wire.Kind) bool {
	switch stored {
	case wire.List, wire.StringSet, wire.NumberSet, wire.BinarySet:
		return true
	}
	return false
}
