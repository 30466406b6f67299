package mapper

import (
	"encoding/json"
	"io"
	"reflect"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf16"

	"github.com/dynaseal/ddb/internal/wire"
)

var jsonMethods = methods{"MarshalJSON", "UnmarshalJSON",
	reflect.TypeFor[json.Marshaler](), reflect.TypeFor[json.Unmarshaler]()}

// json is what the word json makes of a type: the text that encoding/json makes of it.
func (c *compiler) json(k *codec, path string) {
	c.checkJSON(k.typ, path, make(map[reflect.Type]bool))
	k.kind = wire.String
	k.encode = func(v reflect.Value, e *encoder) *Error {
		text, err := json.Marshal(v.Addr().Interface())
		switch {
		case err != nil:
			return unfit(k.typ, notShown("encoding/json", err))
		case isReplaced(string(text), unicode.ReplacementChar):
			return unfit(k.typ, "a string in it is not valid UTF-8, which JSON cannot hold")
		}
		e.w.Text(text)
		return nil
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.String {
			return k.mismatch(d.r.Kind())
		}
		text := d.r.Str()
		if isReplaced(text, -1) {
			return d.unfit(k.typ, "half of a surrogate pair is stored, which no string can hold")
		}
		r := json.NewDecoder(strings.NewReader(text))
		r.UseNumber()
		v.SetZero()
		if err := r.Decode(v.Addr().Interface()); err != nil {
			return d.unfit(k.typ, notShown("encoding/json", err))
		}
		if _, err := r.Token(); err != io.EOF {
			return d.unfit(k.typ, "more than one JSON value is stored")
		}
		return nil
	}
	if k.typ == timeType {
		k.empty = isZeroTime
	}
}

// checkJSON fails for every type below t that encoding/json does not take, or would lose values of.
func (c *compiler) checkJSON(t reflect.Type, path string, seen map[reflect.Type]bool) {
	if seen[t] {
		return
	}
	seen[t] = true
	p := reflect.PointerTo(t)
	switch {
	case t.Kind() == reflect.Interface && t.NumMethod() > 0:
		c.fail(t, path, "interface with methods: JSON does not say which type to read it into; use any or a concrete type")
		return
	case p.Implements(jsonMethods.marshaler):
		c.paired(t, path, jsonMethods)
		return
	case p.Implements(textMethods.marshaler):
		c.paired(t, path, textMethods)
		return
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Func, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		c.fail(t, path, `encoding/json does not take it: skip it with json:"-"`)
	case reflect.Pointer:
		c.checkJSON(t.Elem(), path, seen)
	case reflect.Slice, reflect.Array:
		c.checkJSON(t.Elem(), path+"[]", seen)
	case reflect.Map:
		if key := t.Key(); key.Kind() != reflect.String && !isInteger(key) && !hasText(key) {
			c.fail(t, path, "encoding/json does not take its keys: use strings, integers or a type with MarshalText")
		}
		c.checkJSON(t.Elem(), path+inMap, seen)
	case reflect.Struct:
		c.checkJSONFields(t, path, seen)
	}
}

func (c *compiler) checkJSONFields(t reflect.Type, path string, seen map[reflect.Type]bool) {
	stored := 0
	for sf := range t.Fields() {
		flattened := sf.Anonymous && (sf.Type.Kind() == reflect.Struct || sf.Type.Kind() == reflect.Pointer)
		if sf.Tag.Get("json") == "-" || !sf.IsExported() && !flattened {
			continue
		}
		stored++
		c.checkJSON(sf.Type, path+"."+sf.Name, seen)
	}
	if stored == 0 && t.NumField() > 0 {
		c.fail(t, path, "none of its fields is in its JSON, so that its value would be lost: export them, or give it MarshalJSON and UnmarshalJSON")
	}
}

func isInteger(t reflect.Type) bool {
	return reflect.Int <= t.Kind() && t.Kind() <= reflect.Uintptr
}

// isReplaced reports whether an escape in JSON text stands for half of a surrogate pair, for which
// encoding/json reads another character, or for replacement, which it writes for what is not UTF-8: a
// replacement character that is meant is not escaped.
func isReplaced(text string, replacement rune) bool {
	for {
		i := strings.IndexByte(text, '\\')
		if i < 0 || i+1 >= len(text) {
			return false
		}
		r := escaped(text[i:])
		if text = text[i+2:]; r < 0 {
			continue
		}
		if r == replacement {
			return true
		}
		if text = text[4:]; utf16.IsSurrogate(r) {
			if utf16.DecodeRune(r, escaped(text)) == unicode.ReplacementChar {
				return true
			}
			text = text[6:]
		}
	}
}

// escaped is the \u escape that text begins with, -1 for none.
func escaped(text string) rune {
	if len(text) < 6 || text[:2] != `\u` {
		return -1
	}
	n, err := strconv.ParseUint(text[2:6], 16, 16)
	if err != nil {
		return -1
	}
	return rune(n)
}
