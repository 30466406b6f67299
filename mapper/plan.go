package mapper

import (
	"reflect"
	"strconv"
	"sync"
	"unsafe"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// Plan is a compiled type. It is immutable and safe for concurrent use.
type Plan struct {
	typ        reflect.Type
	pointer    reflect.Type // to typ
	fields     []field
	attributes []Attribute
	twins      []wire.Slot   // by slot: that of the field's other name, -1 for none; nil: no field was renamed
	unknown    *tags.Field   // holds undeclared attributes; nil: nothing does
	tapes      []int         // by slot: which tape records the attribute, -1 for none
	direct     []*direct     // by slot: the direct way, nil where there is none or a tape
	item       []directField // where all have a direct way, else nil
	optional   []wire.Slot   // those that may be left out
	slots      []wire.Slot   // all
	taped      int
	entity     int   // slot of the attribute that says what the item is, -1 for none
	behind     []int // slots of fields behind embedded pointers
	types      dynamicTypes
	sources    sync.Pool
	sinks      sync.Pool
}

// Attribute is a declared attribute of a type. A field that was renamed has two: see [Plan.Current].
type Attribute struct {
	tags.Field

	// Kind is the type it is stored as; zero for an interface and a type that marshals itself, whose
	// value decides. Where the value can be nil, NULL is possible too.
	Kind wire.Kind

	// Variants says that it holds an interface with methods: what is stored decides which type is read.
	Variants bool
}

// describe makes the attributes of the sorted fields.
func (p *Plan) describe(parsed []tags.Field, c *compiler) {
	p.entity = entityOf(p.fields)
	for i, f := range parsed {
		if p.fields[i].behind {
			p.behind = append(p.behind, i)
		}
		p.attributes = append(p.attributes, Attribute{f, p.fields[i].codec.kind, p.fields[i].codec.holdsVariants(make(map[*codec]bool))})
		number := -1
		if !isOldName(f) && (f.JSON || c.asksUser(f.Type, make(map[reflect.Type]bool))) {
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
		if f := &p.fields[i]; f.omitted != nil || f.codec.asks != nil {
			p.optional = append(p.optional, wire.Slot(i))
		}
	}
	p.item = p.itemWay()
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
	if !p.assign(f, target, v) {
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
	if err != nil || f.omitted == nil && f.codec.asks == nil {
		return false
	}
	target := reflect.New(f.codec.typ).Elem()
	if !p.assign(f, target, v) {
		return false
	}
	e := &encoder{types: &p.types}
	return f.omitted != nil && f.omitted(target) || f.codec.mayLeaveOut(target, e) && f.codec.leavesOut(target, e, new(tape))
}

// assign sets target, which has f's type, to v if that loses nothing.
func (p *Plan) assign(f *field, target reflect.Value, v any) bool {
	t := reflect.TypeOf(v)
	switch {
	case t == nil:
		return f.codec.isNil != nil && f.codec.isNil(target)
	case t.AssignableTo(target.Type()):
		target.Set(reflect.ValueOf(v))
		return true
	case isOneValue(t) || p.types.registered(t):
		return false // it is not stored as its Go kind
	}
	return assign(target, v)
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

// target is the struct that v points to, and where it lies.
func (p *Plan) target(v any) (reflect.Value, unsafe.Pointer) {
	base := p.base(v)
	return reflect.ValueOf(v).Elem(), base
}

// base is where the struct that v points to lies.
func (p *Plan) base(v any) (base unsafe.Pointer) {
	if reflect.TypeOf(v) == p.pointer {
		base = reflect.ValueOf(v).UnsafePointer()
	}
	if base == nil {
		panic("mapper: a plan of " + typeName(p.typ) + " takes a pointer to one, not nil")
	}
	return base
}
