package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// mapKey compiles the keys of t, a map that lies at path: nil where they cannot be the keys of an M. A key
// is the text that its type is stored as, a number's in decimal.
func (c *compiler) mapKey(t reflect.Type, w words, path string) *codec {
	const fix = "use keys of a string or integer type, or of one with MarshalText"
	key := t.Key()
	switch {
	case key == stringType: // a codec of strings is for values
		return &codec{typ: key, kind: wire.String}
	case canBeNil(key) && !c.isRegistered(key):
		c.fail(t, path, "its keys may be nil, and a key is never NULL: "+fix)
		return nil
	}
	mistakes := len(c.errs)
	k := c.codec(key, w.ofMembers(), path+inMap)
	switch {
	case len(c.errs) > mistakes:
	case k.kind == wire.String && k.isNil == nil, k.kind == wire.Number && k.isNil == nil && isWhole(c.as(key)):
		return k
	case k.kind == wire.String:
		c.fail(t, path, "its keys may be nil, and a key is never NULL: "+fix)
	case k.kind == wire.Number:
		c.fail(t, path, "its keys are numbers that have more than one spelling: "+fix)
	default:
		c.fail(t, path, "its keys have no text: "+fix)
	}
	return nil
}

// isWhole reports whether a number of type t has one spelling.
func isWhole(t reflect.Type) bool {
	return reflect.Int <= t.Kind() && t.Kind() <= reflect.Uint64 || t == timeType
}

// textMapping is mapping for keys that are no plain strings.
func (k *codec) textMapping(key, elem *codec) {
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		e.w.BeginMap(v.Len())
		names := encoder{w: keyWriter{e.w}, types: e.types}
		name, member := reflect.New(key.typ).Elem(), reflect.New(elem.typ).Elem()
		for it := v.MapRange(); it.Next(); {
			name.SetIterKey(it)
			member.SetIterValue(it)
			var said *tape
			if elem.asks != nil && elem.mayLeaveOut(member, e) {
				if said = new(tape); elem.leavesOut(member, e, said) {
					continue
				}
			}
			if err := key.write(name, &names); err != nil {
				return err.in(inMap)
			}
			if err := elem.writeSaid(said, member, e); err != nil {
				return err.in(inMap)
			}
		}
		e.w.EndMap()
		e.depth--
		return k.refusal(e.w)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Map {
			return k.mismatch(d.r.Kind())
		}
		n := d.r.Len()
		v.Set(reflect.MakeMapWithSize(k.typ, n))
		if err := d.enter(k.typ); err != nil {
			return err
		}
		names := decoder{r: &keyReader{d.r, key.kind}}
		name, member := reflect.New(key.typ).Elem(), reflect.New(elem.typ).Elem()
		for d.r.Next() {
			if err := key.decode(name, &names); err != nil {
				err.Kind, err.Reason = wire.Map.String(), "a key of the map: "+err.Reason
				return err.in(inMap)
			}
			if err := elem.read(member, d); err != nil {
				return err.in(inMap)
			}
			if reason := insert(v, name, member, "keys"); reason != "" {
				return &Error{Type: k.typ, Kind: wire.Map.String(), Reason: reason}
			}
		}
		d.leave()
		return nil
	}
}

// writeSaid writes v, or what it said when it was asked.
func (k *codec) writeSaid(said *tape, v reflect.Value, e *encoder) *Error {
	if said == nil || !said.complete {
		return k.write(v, e)
	}
	defer said.clear()
	said.play(e.w)
	return k.refusal(e.w)
}

// insert adds a member to v, or says why it cannot: of two that are one in Go, one would be lost. what names
// keys of a map or members of a set.
func insert(v, key, member reflect.Value, what string) (reason string) {
	if !key.Comparable() {
		return "one of the stored " + what + " is read as a Go value that cannot be compared"
	}
	n := v.Len()
	v.SetMapIndex(key, member)
	if v.Len() == n {
		return "two of the stored " + what + " are read as the same Go value"
	}
	return ""
}

// keyWriter takes a string or a number for the key of the next member.
type keyWriter struct{ wire.Writer }

func (w keyWriter) String(s string) { w.Writer.Key(s) }
func (w keyWriter) Text(b []byte)   { w.Writer.KeyText(b) }
func (w keyWriter) Number(b []byte) { w.Writer.KeyText(b) }

// keyReader stands on the key of the member that the Reader stands on, as if it were a string or number.
type keyReader struct {
	wire.Reader
	kind wire.Kind
}

func (r *keyReader) Kind() wire.Kind { return r.kind }
func (r *keyReader) Str() string     { return r.Reader.KeyStr() }
func (r *keyReader) Text() []byte    { return r.Reader.Key() }
