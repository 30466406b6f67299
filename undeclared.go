package ddb

import (
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
)

// keeping is the mapper's sink that also keeps what T does not declare, with the protection it had.
type keeping struct {
	*mapper.Sink
	declared int
	name     func(wire.Slot) string
	kept     []undeclared
}

// Set decodes a declared attribute and keeps another.
func (k *keeping) Set(s wire.Slot, p wire.Protection, r wire.Reader) error {
	if int(s) < k.declared {
		return k.Sink.Set(s, p, r)
	}
	k.kept = append(k.kept, undeclared{k.name(s), attribute.Read(r), p})
	return nil
}

// extended is the mapper's source with undeclared attributes beside T's.
type extended struct {
	*mapper.Source
	declared int
	extra    []undeclared
}

func (e *extended) at(s wire.Slot) undeclared { return e.extra[int(s)-e.declared] }

// Slots appends T's slots, then the undeclared ones.
func (e *extended) Slots(dst []wire.Slot) []wire.Slot {
	dst = e.Source.Slots(dst)
	for i := range e.extra {
		dst = append(dst, wire.Slot(e.declared+i))
	}
	return dst
}

// Name is the name of an undeclared attribute.
func (e *extended) Name(s wire.Slot) string { return e.at(s).name }

// Protection is how an undeclared attribute was read.
func (e *extended) Protection(s wire.Slot) wire.Protection { return e.at(s).protection }

// Write gives the events of a slot.
func (e *extended) Write(s wire.Slot, w wire.Writer) error {
	if int(s) < e.declared {
		return e.Source.Write(s, w)
	}
	return attribute.Write(e.at(s).value, w)
}
