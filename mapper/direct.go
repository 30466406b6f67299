package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// direct is a way from memory to attribute value and back without events and reflection, for the
// commonest types. It takes what is usual and gives up on all else, a refusal or an unusual spelling,
// which encode and decode of the codec then decide on: so every rule has one place, and without the
// direct way (package fastpath) nothing changes but speed.
type direct struct {
	kind   directKind
	size   uintptr         // of an integer, a float or a member of a list, in bytes
	time   tags.TimeFormat // of a time
	elem   *direct         // of a pointer or a list
	typ    reflect.Type    // what a pointer points to; the slice of a list
	fields []directField   // of a document
	levels int             // of nesting, 1 for a scalar
}

// directKind is what a direct way is of. Its two methods are switches, not closures, which keeps the state of
// an item that is encoded on the stack.
type directKind uint8

const (
	directString directKind = iota + 1
	directBool
	directInt
	directUint
	directFloat
	directBytes
	directTime // in a format that is text
	directUnix // a time that is a number
	directPointer
	directStrings // a slice of strings, of any string type
	directList
	directStringMap // map[string]string
	directDocument
)

// maxDirectLevels keeps the direct way of a deep type from writing what is too deep.
const maxDirectLevels = wire.MaxDepth - 1

// directScalar is the direct way of t as a kind of scalar.
func directScalar(k directKind, t reflect.Type) *direct {
	return &direct{kind: k, size: t.Size(), levels: 1}
}

// pointerWay is that of a pointer to a type with a direct way.
func pointerWay(to *codec) *direct {
	if to.direct == nil || to.isNil != nil {
		return nil
	}
	return &direct{kind: directPointer, elem: to.direct, typ: to.typ, levels: to.direct.levels}
}

// listWay is that of a slice whose members have a direct way.
func listWay(slice reflect.Type, elem *codec) *direct {
	if slice.Kind() != reflect.Slice || elem.direct == nil || elem.direct.levels >= maxDirectLevels {
		return nil
	}
	kind := directList
	if elem.direct.kind == directString {
		kind = directStrings
	}
	return &direct{kind: kind, size: elem.typ.Size(), elem: elem.direct, typ: slice, levels: elem.direct.levels + 1}
}

// directField is the direct way of a field.
type directField struct {
	direct
	name    string
	offset  uintptr // in the struct
	goType  reflect.Type
	canOmit bool                     // it may be left out
	ifNil   bool                     // left out where its first word, a pointer, is nil
	omitted func(reflect.Value) bool // otherwise
	isKey   bool                     // of the table
	clear   bool                     // of a document in a document: it keeps nothing of what it held
}

// documentWay is that of a document all of whose fields have a direct way and none was renamed.
func documentWay(fields []field) *direct {
	d := &direct{kind: directDocument}
	for i := range fields {
		f := &fields[i]
		if f.codec.direct == nil || f.was != "" || f.behind {
			return nil
		}
		way := f.way()
		way.clear = way.kind == directDocument
		d.fields = append(d.fields, way)
		d.levels = max(d.levels, f.codec.direct.levels)
	}
	if d.levels++; d.levels > maxDirectLevels {
		return nil
	}
	return d
}

// way is f's direct way, which it has.
func (f *field) way() directField {
	return directField{
		direct: *f.codec.direct, name: f.name, offset: f.offset, goType: f.codec.typ,
		canOmit: f.omitted != nil, ifNil: f.ifNil, omitted: f.omitted,
	}
}

// itemWay are the fields of an item all of whose attributes have a direct way and none was renamed, nil of
// others.
func (p *Plan) itemWay() (fields []directField) {
	if p.unknown != nil || p.twins != nil {
		return nil
	}
	for slot := range p.fields {
		if p.direct[slot] == nil {
			return nil
		}
		f := p.fields[slot].way()
		f.isKey = p.attributes[slot].Key != 0
		fields = append(fields, f)
	}
	return fields
}
