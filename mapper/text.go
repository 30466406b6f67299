package mapper

import (
	"encoding"
	"fmt"
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

var (
	textMarshalerType   = reflect.TypeFor[encoding.TextMarshaler]()
	textUnmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
)

// hasText reports whether t is stored as the text its MarshalText gives. The methods of *T include
// those of T.
func hasText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textMarshalerType) }

func (c *compiler) text(k *codec, path string) {
	if !reflect.PointerTo(k.typ).Implements(textUnmarshalerType) {
		c.fail(k.typ, path, "it has MarshalText and could not be read back: give it UnmarshalText too")
		return
	}
	k.kind = wire.String
	k.encode = func(v reflect.Value, e *encoder) *Error {
		text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return unfit(k.typ, fmt.Sprintf("MarshalText failed with a %T, which is not shown since it may hold the value", err))
		}
		e.w.Text(text)
		return k.refusal(e.w)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.String {
			return k.mismatch(d.r.Kind())
		}
		v.SetZero()
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText(d.r.Text()); err != nil {
			return d.unfit(k.typ, fmt.Sprintf("UnmarshalText failed with a %T, which is not shown since it may hold the value", err))
		}
		return nil
	}
	k.empty = func(v reflect.Value) bool {
		if isEmpty(v) {
			return true
		}
		text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		return err == nil && len(text) == 0
	}
}
