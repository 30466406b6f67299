package mapper

import (
	"encoding"
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

var binaryMethods = methods{"MarshalBinary", "UnmarshalBinary",
	reflect.TypeFor[encoding.BinaryMarshaler](), reflect.TypeFor[encoding.BinaryUnmarshaler]()}

// hasBinary reports whether t is stored as the bytes its MarshalBinary gives, unless other methods go
// before.
func hasBinary(t reflect.Type) bool { return reflect.PointerTo(t).Implements(binaryMethods.marshaler) }

// asBinary is what the word binary makes of a type: B.
func (c *compiler) asBinary(k *codec, w words, path string) {
	switch t := k.typ; {
	case hasBinary(t):
		c.binary(k, path)
	case isNumberText(t):
		c.fail(t, path, "binary on a number: it is stored as N, remove the word")
	case t.Kind() == reflect.String:
		k.stringBytes()
	default: // bytes, or a slice or an array of what the word fits
		c.byKind(k, w, path)
	}
}

// binary is a type that has MarshalBinary.
func (c *compiler) binary(k *codec, path string) {
	if !c.paired(k.typ, path, binaryMethods) {
		return
	}
	k.kind = wire.Binary
	k.encode = func(v reflect.Value, e *encoder) *Error {
		b, err := v.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
		if err != nil {
			return unfit(k.typ, notShown(binaryMethods.marshal, err))
		}
		e.w.Binary(b)
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Binary {
			return k.mismatch(d.r.Kind())
		}
		v.SetZero()
		// A copy of its own: some types keep what they are given.
		if err := v.Addr().Interface().(encoding.BinaryUnmarshaler).UnmarshalBinary(copyOf(d.r.Binary())); err != nil {
			return d.unfit(k.typ, notShown(binaryMethods.unmarshal, err))
		}
		return nil
	}
	k.empty = func(v reflect.Value) bool {
		if isEmpty(v) {
			return true
		}
		b, err := v.Addr().Interface().(encoding.BinaryMarshaler).MarshalBinary()
		return err == nil && len(b) == 0
	}
}

// stringBytes is a string of any bytes.
func (k *codec) stringBytes() {
	k.kind = wire.Binary
	k.encode = func(v reflect.Value, e *encoder) *Error {
		e.w.Binary([]byte(v.String()))
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Binary {
			return k.mismatch(d.r.Kind())
		}
		v.SetString(string(d.r.Binary()))
		return nil
	}
}
