package mapper

import (
	"reflect"
	"unsafe"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Source describes the attributes of one struct. It belongs to one goroutine and refers to the struct,
// which must not change, until Release.
type Source struct {
	plan  *Plan
	v     reflect.Value
	base  unsafe.Pointer // of v
	slots []wire.Slot

	undeclared []undeclared // of the type's Unknown: their slots follow the declared ones

	tapes []tape
	e     encoder
}

var _ attribute.ValueSource = (*Source)(nil)

// Source returns what v holds, v a *T that is not nil; it panics on anything else. Release it when done.
func (p *Plan) Source(v any) *Source {
	target, base := p.target(v)
	s, ok := p.sources.Get().(*Source)
	if !ok {
		s = &Source{plan: p, tapes: make([]tape, p.taped), e: encoder{types: &p.types}}
	}
	s.v, s.base = target, base
	// Decided once: a method asked again could answer differently.
	next := wire.Slot(0)
	for _, slot := range p.optional {
		if f := &p.fields[slot]; f.isOmitted(target, s.base) || f.codec.asks != nil && s.leavesOut(f, p.tapes[slot]) {
			s.slots = append(s.slots, p.slots[next:slot]...)
			next = slot + 1
		}
	}
	s.slots = append(s.slots, p.slots[next:]...)
	if p.unknown != nil {
		s.undeclared = p.unknownOf(target).kept
		for i := range s.undeclared {
			s.slots = append(s.slots, wire.Slot(len(p.fields)+i))
		}
	}
	return s
}

// leavesOut reports whether f says itself that it is to be left out. What it says otherwise stays on its
// tape.
func (s *Source) leavesOut(f *field, tape int) bool {
	v := f.of(s.v)
	return f.codec.mayLeaveOut(v, &s.e) && f.codec.leavesOut(v, &s.e, &s.tapes[tape])
}

// Release gives s back; it must not be used after.
func (s *Source) Release() {
	for i := range s.tapes {
		s.tapes[i].clear()
	}
	s.v, s.base, s.e.w, s.slots, s.undeclared = reflect.Value{}, nil, nil, s.slots[:0], nil
	s.plan.sources.Put(s)
}

// Slots appends the attributes that are present.
func (s *Source) Slots(dst []wire.Slot) []wire.Slot { return append(dst, s.slots...) }

// Name is the name of an undeclared attribute, "" for other slots.
func (s *Source) Name(slot wire.Slot) string {
	if a := s.undeclaredAt(slot); a != nil {
		return a.name
	}
	return ""
}

// Protection is how an undeclared attribute was read, zero for other slots.
func (s *Source) Protection(slot wire.Slot) wire.Protection {
	if a := s.undeclaredAt(slot); a != nil {
		return a.protection
	}
	return 0
}

// AttributeValue makes the value of the attribute at slot where that is the faster way, else nil.
func (s *Source) AttributeValue(slot wire.Slot, m *attribute.Maker) attribute.Value {
	if uint(slot) >= uint(len(s.plan.direct)) {
		return nil
	}
	way := s.plan.direct[slot]
	if way == nil {
		return nil
	}
	return way.encode(unsafe.Add(s.base, s.plan.fields[slot].offset), m)
}

// Write gives the events of the attribute at slot. An error is an [*Error], the Writer's refusal
// included.
func (s *Source) Write(slot wire.Slot, w wire.Writer) error {
	if a := s.undeclaredAt(slot); a != nil {
		return s.writeUndeclared(a, w)
	}
	f, err := s.plan.field(slot)
	if err != nil {
		return err
	}
	var failed *Error
	if n := s.plan.tapes[slot]; n < 0 {
		failed = s.write(f, w)
	} else {
		failed = s.writeTaped(f, &s.tapes[n], w)
	}
	if failed != nil {
		return s.plan.locate(slot, "encode", failed)
	}
	return nil
}

func (s *Source) write(f *field, w wire.Writer) *Error {
	s.e.w, s.e.depth = w, 0
	return f.codec.write(f.of(s.v), &s.e)
}

// writeTaped writes what may call methods of users' types, which are asked once.
func (s *Source) writeTaped(f *field, t *tape, w wire.Writer) *Error {
	if t.complete {
		t.play(w)
		return f.codec.refusal(w)
	}
	t.start(w)
	err := s.write(f, t)
	t.Writer, t.complete = nil, err == nil
	return err
}
