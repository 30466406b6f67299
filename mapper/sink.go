package mapper

import (
	"reflect"
	"unsafe"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Sink decodes attributes into one struct. It belongs to one goroutine.
type Sink struct {
	plan     *Plan
	v        reflect.Value
	base     unsafe.Pointer // of v
	seen     []bool         // by slot
	failed   failures
	finished bool
	d        decoder
	reader   attribute.Reader // of SetValue

	undeclared []undeclared
}

var _ wire.Sink = (*Sink)(nil)

// Sink returns a Sink into v, a *T that is not nil; it panics on anything else. Release it when done.
// Embedded pointers are set to nil, and to new structs by Set. Until Finish returns nil, v is not to be used.
func (p *Plan) Sink(v any) *Sink {
	target, base := p.target(v)
	s, ok := p.sinks.Get().(*Sink)
	if !ok {
		s = &Sink{plan: p, seen: make([]bool, len(p.fields))}
	}
	s.v, s.base = target, base
	for _, slot := range p.behind {
		p.fields[slot].clear(target)
	}
	return s
}

// Set decodes r into the field at slot, and ignores a slot that is not declared. What cannot be decoded
// is reported by Finish, so that all attributes of an item are reported at once; Set's own error is
// always nil.
func (s *Sink) Set(slot wire.Slot, _ wire.Protection, r wire.Reader) error {
	if slot < 0 || int(slot) >= len(s.seen) {
		return nil
	}
	s.seen[slot] = true
	if stored, ok := r.(*attribute.Reader); ok && s.setDirect(slot, stored.Top()) {
		return nil
	}
	s.d.r, s.d.depth = r, 0
	f := &s.plan.fields[slot]
	var err *Error
	switch {
	case !s.seenTwin(slot):
		err = f.codec.read(f.place(s.v), &s.d)
	case len(s.failed.errs) == 0: // else the value under the other name may not have been read
		err = s.plan.fields[s.plan.Current(slot)].readAgain(f.of(s.v), &s.d, &s.plan.types)
	}
	if err != nil {
		s.failed.add(s.plan.locate(slot, "decode", err))
	}
	return nil
}

// SetValue is Set of a stored value.
func (s *Sink) SetValue(slot wire.Slot, v attribute.Value) {
	if s.setDirect(slot, v) {
		s.seen[slot] = true
		return
	}
	s.reader.Reset(v)
	s.Set(slot, 0, &s.reader)
}

// Has reports whether the attribute at slot, a declared one, was set.
func (s *Sink) Has(slot wire.Slot) bool { return s.seen[slot] }

// setDirect decodes v the direct way, if the field has one and v is usual.
func (s *Sink) setDirect(slot wire.Slot, v attribute.Value) bool {
	f := &s.plan.fields[slot]
	way := f.codec.direct
	return way != nil && !f.behind && !s.seenTwin(slot) && way.decode(unsafe.Add(s.base, f.offset), v)
}

// Finish sets the declared fields that were not Set to their zero values; fields that are no attributes
// keep what they hold. The error joins an [*Error] for every attribute that could not be decoded, up to
// 16 and then one that counts the others; the struct is zero as a whole.
func (s *Sink) Finish() error {
	if i := s.plan.entity; i >= 0 && !s.seen[i] {
		s.failed.add(s.plan.locate(wire.Slot(i), "decode", s.plan.fields[i].missingEntity(s.plan.typ)))
	}
	if len(s.failed.errs) > 0 {
		s.v.SetZero()
		return s.failed.join("decode", s.plan.typ)
	}
	for i, seen := range s.seen {
		if f := &s.plan.fields[i]; !seen && !f.behind && !s.seenTwin(wire.Slot(i)) {
			f.of(s.v).SetZero()
		}
	}
	s.finishUnknown()
	s.finished = true
	return nil
}

// Release gives s back; it must not be used after. Without a Finish that returned nil the struct is set
// to zero: nothing half decoded is left.
func (s *Sink) Release() {
	if !s.finished {
		s.v.SetZero()
	}
	clear(s.seen)
	clear(s.failed.errs)
	s.v, s.base, s.failed, s.finished, s.undeclared = reflect.Value{}, nil, failures{errs: s.failed.errs[:0]}, false, nil
	if s.d.r != nil {
		s.d = decoder{}
		s.reader.Wipe()
	}
	s.plan.sinks.Put(s)
}
