package mapper

import (
	"encoding"
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

var textMethods = methods{"MarshalText", "UnmarshalText",
	reflect.TypeFor[encoding.TextMarshaler](), reflect.TypeFor[encoding.TextUnmarshaler]()}

// hasText reports whether t is stored as the text its MarshalText gives. The methods of *T include
// those of T.
func hasText(t reflect.Type) bool { return reflect.PointerTo(t).Implements(textMethods.marshaler) }

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
	if !c.paired(k.typ, path, textMethods) {
		return
	}
	k.kind = wire.String
	k.encode = func(v reflect.Value, e *encoder) *Error {
		text, err := v.Addr().Interface().(encoding.TextMarshaler).MarshalText()
		if err != nil {
			return unfit(k.typ, notShown(textMethods.marshal, err))
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
			return d.unfit(k.typ, notShown(textMethods.unmarshal, err))
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
