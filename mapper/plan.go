package mapper

import (
	"reflect"
	"strconv"
	"sync"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// Plan is a compiled type. It is immutable and safe for concurrent use.
type Plan struct {
	typ        reflect.Type
	pointer    reflect.Type // to typ
	fields     []field
	attributes []Attribute
	tapes      []int       // by slot: which tape records the attribute, -1 for none
	direct     []*direct   // by slot: the direct way, nil where there is none or a tape
	optional   []wire.Slot // those that may be left out
	slots      []wire.Slot // all
	taped      int
	entity     int   // slot of the attribute that says what the item is, -1 for none
	behind     []int // slots of fields behind embedded pointers
	types      dynamicTypes
	sources    sync.Pool
	sinks      sync.Pool
}

// Attribute is a declared attribute of a type.
type Attribute struct {
	tags.Field

	// Kind is the type it is stored as; zero for an interface, whose value decides. Where the value can
	// be nil, NULL is possible too.
	Kind wire.Kind

	// Variants says that it holds an interface with methods: what is stored decides which type is read.
	Variants bool
}

// describe makes the attributes of the sorted fields.
func (p *Plan) describe(parsed []tags.Field) {
	p.entity = entityOf(p.fields)
	for i, f := range parsed {
		if p.fields[i].behind {
			p.behind = append(p.behind, i)
		}
		p.attributes = append(p.attributes, Attribute{f, p.fields[i].codec.kind, p.fields[i].codec.holdsVariants(make(map[*codec]bool))})
		number := -1
		if asksUser(f.Type, make(map[reflect.Type]bool)) {
			number = p.taped
			p.taped++
		}
		p.tapes = append(p.tapes, number)
		way := p.fields[i].codec.direct
		if number >= 0 || p.fields[i].behind {
			way = nil
		}
		p.direct = append(p.direct, way)
		p.slots = append(p.slots, wire.Slot(i))
		if p.fields[i].omitted != nil {
			p.optional = append(p.optional, wire.Slot(i))
		}
	}
}

// Type is the struct type that was compiled.
func (p *Plan) Type() reflect.Type { return p.typ }

// Attributes are the declared attributes by name, in byte order: the index is the slot. They are
// shared: read only.
func (p *Plan) Attributes() []Attribute { return p.attributes }

// WriteValue writes v as the attribute at slot stores it, whatever omitempty and the like say. v has the
// Go type of the field, or one that converts to it without loss: another integer type in range, an
// untyped constant's, another string or byte slice type. nil is NULL where the field can be nil.
func (p *Plan) WriteValue(slot wire.Slot, v any, w wire.Writer) error {
	f, err := p.field(slot)
	if err != nil {
		return err
	}
	target := reflect.New(f.codec.typ).Elem()
	if !assign(target, v) {
		return p.locate(slot, "encode", unfit(f.codec.typ, typeName(reflect.TypeOf(v))+" does not convert to it without loss"))
	}
	if failed := f.codec.write(target, &encoder{w: w, types: &p.types}); failed != nil {
		return p.locate(slot, "encode", failed)
	}
	return nil
}

// Omits reports whether a field that holds v is left out of an item, so that no stored value equals v.
// v is as for WriteValue; one that does not convert is not left out.
func (p *Plan) Omits(slot wire.Slot, v any) bool {
	f, err := p.field(slot)
	if err != nil || f.omitted == nil {
		return false
	}
	target := reflect.New(f.codec.typ).Elem()
	return assign(target, v) && f.omitted(target)
}

// field is the declared attribute at slot.
func (p *Plan) field(slot wire.Slot) (*field, error) {
	if slot < 0 || int(slot) >= len(p.fields) {
		return nil, &Error{Op: "encode", Type: p.typ, Path: typeName(p.typ), Reason: "it has no attribute in slot " + strconv.Itoa(int(slot))}
	}
	return &p.fields[slot], nil
}

// locate completes err with the attribute at slot.
func (p *Plan) locate(slot wire.Slot, op string, err *Error) *Error {
	a := &p.attributes[slot]
	err.Op, err.Attribute = op, a.Name
	return err.in(a.Path)
}

// target is the struct that v points to.
func (p *Plan) target(v any) reflect.Value {
	rv := reflect.ValueOf(v)
	if !rv.IsValid() || rv.Type() != p.pointer || rv.IsNil() {
		panic("mapper: a plan of " + typeName(p.typ) + " takes a pointer to one, not nil")
	}
	return rv.Elem()
}
