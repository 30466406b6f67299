package mapper

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// withOldNames are the fields of an item and, beside each that was renamed, the same field under the
// name before: an attribute of its own to those who read or verify an item, and never written.
func withOldNames(parsed []tags.Field) []tags.Field {
	all := slices.Clone(parsed)
	for _, f := range parsed {
		if f.Was != "" {
			f.Name = f.Was
			all = append(all, f)
		}
	}
	return all
}

func isOldName(f tags.Field) bool { return f.Was != "" && f.Name == f.Was }

// link notes, for the slots of fields that were renamed, the slot of the other name. parsed is sorted.
func (p *Plan) link(parsed []tags.Field) {
	for i, f := range parsed {
		if !isOldName(f) {
			continue
		}
		current := slices.IndexFunc(parsed, func(g tags.Field) bool { return g.Was == f.Was && !isOldName(g) })
		p.fields[i].omitted, p.fields[i].ifNil = func(reflect.Value) bool { return true }, false
		if p.twins == nil {
			p.twins = slices.Repeat([]wire.Slot{-1}, len(parsed))
		}
		p.twins[i], p.twins[current] = wire.Slot(current), wire.Slot(i)
	}
}

// Current is the slot under which the field at slot is written: the same, unless that is the slot of a
// name the field had before, which is read only.
func (p *Plan) Current(slot wire.Slot) wire.Slot {
	if p.twins == nil || !isOldName(p.attributes[slot].Field) {
		return slot
	}
	return p.twins[slot]
}

// seenTwin reports whether the field at slot was Set under its other name.
func (s *Sink) seenTwin(slot wire.Slot) bool {
	if s.plan.twins == nil {
		return false
	}
	twin := s.plan.twins[slot]
	return twin >= 0 && s.seen[twin]
}

// oldNames adds to the names of a document's fields those they had before, and reports whether there
// are any. Both are sorted alike.
func oldNames(byName map[string]int, parsed []tags.Field) (any bool) {
	for i, f := range parsed {
		if f.Was != "" {
			byName[f.Was], any = i, true
		}
	}
	return any
}

// readAgain checks that d's value, stored under the other name of the field, is the one that v holds.
// Values are equal that are stored as equal ones.
func (f *field) readAgain(v reflect.Value, d *decoder, types *dynamicTypes) *Error {
	other := reflect.New(f.codec.typ).Elem()
	if err := f.codec.read(other, d); err != nil {
		return err
	}
	a, ok := f.codec.stored(v, types)
	b, okToo := f.codec.stored(other, types)
	if !ok || !okToo || !attribute.Equal(a, b) {
		return unfit(f.codec.typ, "stored as "+strconv.Quote(f.name)+" and as "+strconv.Quote(f.was)+
			", its name before, with different values: a writer that knows one name changed an item of a writer that knows the other; remove the outdated attribute")
	}
	return nil
}

// stored is v as it would be stored, ok if it can be.
func (k *codec) stored(v reflect.Value, types *dynamicTypes) (_ attribute.Value, ok bool) {
	w := attribute.NewWriter(attribute.Sizes{})
	if err := k.write(v, &encoder{w: w, types: types}); err != nil {
		return nil, false
	}
	value, err := w.Value()
	return value, err == nil
}
