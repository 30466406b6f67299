package tags

import (
	"reflect"
	"strconv"
	"strings"
)

// Error is one mistake in the tags or types of a struct. Everything in it comes from source code:
// there is no value of a field to print.
type Error struct {
	Type    reflect.Type // the type that was parsed; nil if nil was
	Field   string       // Go path from Type, "Audit.Created"; "" where the type as a whole is wrong
	Tag     string       // the ddb tag; the whole struct tag where no ddb tag can be read from it
	Problem string
	Fix     string // what to do about it
}

// Error gives type, field, tag, problem and, in parentheses, the fix.
func (e *Error) Error() string {
	var b strings.Builder
	b.WriteString("ddb: type " + rootName(e.Type))
	if e.Field != "" {
		b.WriteString(", field " + e.Field)
	}
	if e.Tag != "" {
		b.WriteString(", tag " + quote(e.Tag))
	}
	b.WriteString(": " + e.Problem)
	if e.Fix != "" {
		b.WriteString(" (" + e.Fix + ")")
	}
	return b.String()
}

// problem is an Error before it is known where.
type problem struct{ text, fix string }

// quote makes text from a tag safe and short enough for a message.
func quote(s string) string {
	const limit = 128
	if len(s) > limit {
		return strconv.Quote(s[:limit]) + "…"
	}
	return strconv.Quote(s)
}

// list joins words as a sentence does: a, b or c.
func list(words []string, conjunction string) string {
	last := len(words) - 1
	if last < 1 {
		return strings.Join(words, "")
	}
	return strings.Join(words[:last], ", ") + " " + conjunction + " " + words[last]
}

// rootName names a type as its own package does.
func rootName(t reflect.Type) string {
	if t == nil || t.Name() == "" {
		return typeName(t)
	}
	return shorten(t.Name())
}

// typeName names a type as other packages do.
func typeName(t reflect.Type) string {
	switch {
	case t == nil:
		return "nil"
	case t.Name() == "" && t.Kind() == reflect.Struct:
		return "struct{…}" // reflect would print every field with its tag
	}
	return shorten(t.String())
}

// shorten drops what reflect adds to type arguments: the directories of their import paths, and the
// counter of types that are local to a function.
func shorten(name string) string {
	const delimiters = "[]()*{}, "
	var b strings.Builder
	for len(name) > 0 {
		end := strings.IndexAny(name, delimiters)
		switch end {
		case -1:
			end = len(name)
		case 0:
			b.WriteByte(name[0])
			name = name[1:]
			continue
		}
		part := name[:end]
		name = name[end:]
		part = part[strings.LastIndexByte(part, '/')+1:]
		part, _, _ = strings.Cut(part, "·")
		b.WriteString(part)
	}
	return b.String()
}
