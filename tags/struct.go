package tags

import (
	"cmp"
	"errors"
	"reflect"
	"slices"
	"strconv"
)

// maxEmbedding is how deeply embedded structs may nest.
const maxEmbedding = 64

// Options change how types are parsed. The zero Options are those of a table that asks for nothing special.
type Options struct {
	// As returns the type that values of t are stored as, t itself for most. The words of a field are
	// checked against that type. nil: every type is stored as it is.
	As func(t reflect.Type) reflect.Type

	// Fallback is the key of another library's tag, read on fields that have no ddb tag: "dynamodbav", or
	// "" for none. Of its words only omitempty, unixtime and those for sets are understood, others are
	// errors. A field without a ddb tag then stores times as that library does (time=rfc3339nano). Keys
	// and actions come from ddb tags alone.
	Fallback string
}

// Root returns the fields of an item's type, in the order of declaration, embedded structs in their
// place. The type has exactly one pk and at most one sk.
//
// The error joins one [*Error] for every mistake of the type (errors.Join); there are no fields then.
// Types of documents inside attributes are not followed: [Nested] parses those.
//
// Safe for concurrent use; nothing is cached.
func Root(t reflect.Type, o Options) ([]Field, error) { return parse(t, o, false) }

// Nested returns the fields of the type of a document, which is stored inside an attribute, as Root
// does. Keys and actions belong to whole attributes and are errors in it.
func Nested(t reflect.Type, o Options) ([]Field, error) { return parse(t, o, true) }

func parse(t reflect.Type, o Options, nested bool) ([]Field, error) {
	p := parser{root: t, options: o, nested: nested, names: map[string]string{}, keys: map[Key]string{}, once: map[string]string{}}
	if t == nil || t.Kind() != reflect.Struct {
		p.fail("", "", problem{"not a struct", "give the struct type itself"})
	} else {
		if o.Fallback != "" && o.Fallback != attributevalue && !nested {
			p.fail("", "", problem{"fallback tag " + quote(o.Fallback), "the only one that is understood is " + attributevalue})
		}
		p.structure(t, "", nil)
		p.checkKeys()
	}
	if len(p.errs) > 0 {
		return nil, errors.Join(p.errs...)
	}
	return p.fields, nil
}

// parser gathers the fields and mistakes of one type.
type parser struct {
	root    reflect.Type
	options Options
	nested  bool
	fields  []Field
	errs    []error

	names  map[string]string // attribute name → path of the first field with it
	keys   map[Key]string    // role → path of the first field with it
	once   map[string]string // word → path of the first field with it, of words that a type has once
	unread bool              // a tag could not be taken apart: it may hold a pk

	entity string // path of the first field with that word

	within  []reflect.Type // embedded structs around the fields being parsed, the root first
	pointer string         // path of the outermost embedded pointer among them
}

func (p *parser) fail(path, tag string, ps ...problem) {
	for _, one := range ps {
		p.errs = append(p.errs, &Error{Type: p.root, Field: path, Tag: tag, Problem: one.text, Fix: one.fix})
	}
}

// structure parses the fields of t, which lies at prefix and index in the root type.
func (p *parser) structure(t reflect.Type, prefix string, index []int) {
	p.within = append(p.within, t)
	defer func() { p.within = p.within[:len(p.within)-1] }()
	for sf := range t.Fields() {
		// Each field has an index of its own: appending to a shared one would let siblings overwrite it.
		p.field(sf, prefix+sf.Name, slices.Concat(index, sf.Index))
	}
}

func (p *parser) field(sf reflect.StructField, path string, index []int) {
	text, own, bad := lookup(sf.Tag, tagKey)
	if bad != nil {
		p.unread = true
		p.fail(path, string(sf.Tag), *bad)
		return
	}
	tagged := own
	var tag scanned
	switch {
	case text == skip:
		return
	case !own && p.options.Fallback != "":
		var ps []problem
		text, tag, tagged, ps = foreign(sf, p.options.Fallback)
		if p.fail(path, text, ps...); text == skip || ps != nil {
			return
		}
	default:
		if tag, bad = scan(text); bad != nil {
			p.unread = true
			p.fail(path, text, *bad)
			return
		}
	}
	switch {
	case sf.Name == "_":
		if tagged {
			p.blank(sf, path, index, text, tag)
		}
	case sf.Anonymous && tag.name == "" && pointee(sf.Type).Kind() == reflect.Struct:
		p.embedded(sf, path, index, text, tag)
	case !sf.IsExported():
		if tagged {
			p.fail(path, text, problem{"tag on an unexported field", "export the field or remove the tag"})
		}
	default:
		p.attribute(own, Field{
			Name:  cmp.Or(tag.name, sf.Name),
			Path:  rootName(p.root) + "." + path,
			Index: index,
			Type:  sf.Type,
		}, path, text, tag)
	}
}

func pointee(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// embedded flattens an embedded struct, or what an embedded pointer to one points to.
func (p *parser) embedded(sf reflect.StructField, path string, index []int, text string, tag scanned) {
	const named = `name it, as in ddb:"audit", or skip it with ddb:"-"`
	t := pointee(sf.Type)
	isPointer := t != sf.Type
	switch {
	case isOneValue(t) || p.options.as(t) != t:
		p.fail(path, text, problem{"embedded " + typeName(sf.Type) + " is one value and cannot be flattened", named})
		return
	case isPointer && !sf.IsExported():
		p.fail(path, text, problem{"embedded pointer to the unexported type " + typeName(t) + ", which reading cannot allocate", `embed the struct itself, or export its type; or skip it with ddb:"-"`})
		return
	case slices.Contains(p.within, t):
		p.fail(path, text, problem{"embedded " + typeName(sf.Type) + " contains itself and has no end", named})
		return
	case len(index) > maxEmbedding:
		p.fail(path, text, problem{"embedded more than " + strconv.Itoa(maxEmbedding) + " deep", named})
		return
	case len(tag.words) > 0:
		p.fail(path, text, problem{"words on an embedded struct without a name",
			"put them on its fields; or name it to store it as one attribute"})
	}
	if isPointer && p.pointer == "" {
		p.pointer = path
		defer func() { p.pointer = "" }()
	}
	before, mistakes := len(p.fields), len(p.errs)
	p.structure(t, path+".", index)
	if len(p.fields) == before && len(p.errs) == mistakes && t.NumField() > 0 {
		p.fail(path, text, problem{"embedded " + typeName(sf.Type) + " stores none of its fields, so its value would be lost", `export them, or skip it with ddb:"-"`})
	}
}

// attribute adds f, whose tag text, our own or not, was taken apart into tag, and reports its mistakes.
func (p *parser) attribute(own bool, f Field, path, text string, tag scanned) {
	given, ps := apply(&f, tag)
	if !own && p.options.Fallback != "" {
		f.asForeign()
	}
	stored := p.options.as(f.Type)
	if f.TTL && stored == timeType {
		f.Time = UnixSeconds
	}
	ps = slices.Concat(ps, checkName(&f, tag), checkContradictions(given))
	if slices.Contains(given, findWord("entity")) {
		ps = append(ps, p.checkEntity(&f, given, path)...)
	} else {
		ps = append(ps, checkPlaces(&f, stored, given, p.nested)...)
	}
	if f.Unknown {
		ps = append(ps, checkUnknown(tag)...)
	} else {
		ps = append(ps, p.claim(f.Name, path)...)
	}
	if f.Was != "" && f.Was != f.Name {
		ps = append(ps, p.claim(f.Was, path)...)
	}
	for _, w := range given {
		if p.pointer != "" && !p.nested && (w.name == "version" || w.name == "unknown") {
			ps = append(ps, problem{w.name + " behind the embedded pointer " + p.pointer + ", which may be nil", "an item always has one: embed the struct itself, or move it out"})
		}
		if w.once && !p.nested {
			if first, taken := p.once[w.name]; taken {
				ps = append(ps, problem{"second " + w.name + ", after field " + first, "an item has one: keep " + w.name + " on one field"})
			} else {
				p.once[w.name] = path
			}
		}
		if w.key == 0 || p.nested {
			continue
		}
		if p.pointer != "" {
			ps = append(ps, problem{w.key.title() + " behind the embedded pointer " + p.pointer + ", which may be nil", "a key is always there: embed the struct itself"})
		}
		if first, taken := p.keys[w.key]; taken {
			ps = append(ps, problem{"second " + w.key.title() + ", after field " + first, "a table has one: keep " + w.name + " on one field"})
		} else {
			p.keys[w.key] = path
		}
	}
	p.fail(path, text, ps...)
	p.fields = append(p.fields, f)
}

// claim takes an attribute name, present or past, for the field at path: what is stored under a name is
// read into one field.
func (p *parser) claim(name, path string) []problem {
	if first, taken := p.names[name]; taken {
		return []problem{{"attribute " + quote(name) + " is field " + first + " already", `rename one, or skip one with ddb:"-"`}}
	}
	p.names[name] = path
	return nil
}

// checkKeys checks that an item's type has a key.
func (p *parser) checkKeys() {
	if p.nested || p.unread || p.keys[PartitionKey] != "" {
		return
	}
	if sort := p.keys[SortKey]; sort != "" {
		p.fail(sort, "", problem{"sort key without a partition key", "add pk to the field that is the partition key"})
		return
	}
	p.fail("", "", problem{"no partition key", "add pk to the field that is the partition key"})
}
