package mapper

import (
	"reflect"
	"slices"
	"strings"
	"unsafe"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// field is a field of a struct as it is stored.
type field struct {
	name    string
	was     string // the name before; "": none
	step    string // Go path from the struct, ".Audit.Created"
	index   []int
	offset  uintptr // in the struct
	behind  bool    // an embedded pointer, which may be nil: there is no offset
	entity  string  // what a blank field says; "": it holds a value
	codec   *codec
	omitted func(reflect.Value) bool // nil: never
	ifNil   bool                     // omitted says only that the field's first word, a pointer, is nil
}

// of is the field of v; invalid where an embedded pointer on the way is nil.
func (f *field) of(v reflect.Value) reflect.Value {
	switch {
	case len(f.index) == 1:
		return v.Field(f.index[0])
	case f.behind:
		return f.reach(v, false)
	}
	return v.FieldByIndex(f.index)
}

// isOmitted reports whether the field of v, which lies at p, is left out.
func (f *field) isOmitted(v reflect.Value, p unsafe.Pointer) bool {
	if f.ifNil {
		return *(*unsafe.Pointer)(unsafe.Add(p, f.offset)) == nil
	}
	return f.omitted != nil && f.omitted(f.of(v))
}

// fields compiles the fields of t, which lies at path; "" for the item, whose fields know their paths.
// The parsed ones are sorted too, by name.
func (c *compiler) fields(t reflect.Type, parsed []tags.Field, path string) []field {
	slices.SortFunc(parsed, func(a, b tags.Field) int { return strings.Compare(a.Name, b.Name) })
	fields := make([]field, len(parsed))
	for i, p := range parsed {
		f := field{name: p.Name, was: p.Was, step: goPath(t, p.Index), index: p.Index}
		at := path + f.step
		if path == "" {
			at = p.Path
		}
		if f.entity = p.Entity; f.entity != "" {
			f.codec = entity(t, f.entity)
			fields[i] = f
			continue
		}
		f.codec = c.codec(p.Type, wordsOf(p), at)
		f.omitted = omission(f.codec, p)
		if f.behind = isBehindPointer(t, p.Index); f.behind {
			f.omitted = omittedBehind(f.omitted)
		} else {
			f.offset = offsetOf(t, p.Index)
			f.ifNil = c.fast && isOmittedIfNil(f.codec, p)
		}
		fields[i] = f
	}
	return fields
}

func offsetOf(t reflect.Type, index []int) (offset uintptr) {
	for _, i := range index {
		sf := t.Field(i)
		offset += sf.Offset
		t = sf.Type
	}
	return offset
}

func goPath(t reflect.Type, index []int) string {
	var b strings.Builder
	for _, i := range index {
		sf := structOf(t).Field(i)
		b.WriteString("." + sf.Name)
		t = sf.Type
	}
	return b.String()
}

// structure is a document: a struct inside an attribute.
func (c *compiler) structure(k *codec, path string) {
	t := k.typ
	k.kind = wire.Map
	parsed, err := tags.Nested(t, c.tags())
	if err != nil {
		c.errs = append(c.errs, err)
		c.survey(t, path)
		return
	}
	if len(parsed) == 0 && t.NumField() > 0 {
		c.fail(t, path, "none of its fields is stored, so that its value would be lost: export them, give it MarshalText and UnmarshalText, or leave it out")
		return
	}
	fields := c.fields(t, parsed, path)
	k.direct = documentWay(fields)
	byName := make(map[string]int, len(fields))
	for i, f := range fields {
		byName[f.name] = i
	}
	says := entityOf(fields)
	renamed := oldNames(byName, parsed)
	types := &dynamicTypes{options: c.options, fast: c.fast}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if err := k.enter(e); err != nil {
			return err
		}
		e.w.BeginMap(len(fields))
		for i := range fields {
			f := &fields[i]
			member := f.of(v)
			if f.omitted != nil && f.omitted(member) {
				continue
			}
			if done, err := f.codec.writeAsked(f.name, member, e); err != nil {
				return err.in(f.step)
			} else if done {
				continue
			}
			e.w.Key(f.name)
			if err := f.codec.write(member, e); err != nil {
				return err.in(f.step)
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
		for i := range fields {
			fields[i].clear(v)
		}
		if err := d.enter(t); err != nil {
			return err
		}
		isEntity := says < 0
		var seen []bool
		if renamed {
			seen = make([]bool, len(fields))
		}
		for d.r.Next() {
			i, declared := byName[string(d.r.Key())]
			if !declared {
				continue
			}
			f := &fields[i]
			var err *Error
			if renamed && seen[i] {
				err = f.readAgain(f.of(v), d, types)
			} else {
				err = f.codec.read(f.place(v), d)
			}
			if err != nil {
				return err.in(f.step)
			}
			if renamed {
				seen[i] = true
			}
			isEntity = isEntity || i == says
		}
		d.leave()
		if !isEntity {
			f := &fields[says]
			return f.missingEntity(t).in(f.step)
		}
		return nil
	}
}
