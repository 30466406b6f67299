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

// promoted reports whether a struct has method only because it embeds a type that has it, among other
// fields: the method then speaks for a part of the value, and the rest would be lost.
func promoted(t reflect.Type, method string) bool {
	if t.Kind() != reflect.Struct {
		return false
	}
	for f := range t.Fields() {
		if !f.Anonymous {
			continue
		}
		part := f.Type
		if part.Kind() != reflect.Pointer && part.Kind() != reflect.Interface {
			part = reflect.PointerTo(part)
		}
		if _, ok := part.MethodByName(method); ok {
			// One embedded value is all there is: type Timestamp struct{ time.Time }.
			return t.NumField() > 1 || f.Type.Kind() == reflect.Pointer || f.Type.Kind() == reflect.Interface
		}
	}
	return false
}

func (c *compiler) text(k *codec, path string) {
	for _, method := range []string{"MarshalText", "UnmarshalText"} {
		if promoted(k.typ, method) {
			c.fail(k.typ, path, "its "+method+" is an embedded field's and would lose the others: give that field a name in place of embedding it")
			return
		}
	}
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
		// A copy of its own: some types keep what they are given, and Text is used again.
		if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(d.r.Str())); err != nil {
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
