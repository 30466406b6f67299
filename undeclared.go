package ddb

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
)

// opened is an item as it was read and verified, decrypted, before it became a T.
type opened struct {
	declared   map[wire.Slot]types.AttributeValue
	unsigned   []wire.Slot // declared, and no signature covered them
	undeclared []undeclared
}

// undeclared is an attribute that T does not declare, with the protection it had.
type undeclared struct {
	name       string
	value      types.AttributeValue
	protection wire.Protection
}

// keeping is the mapper's sink that also keeps what it is given, where keep is not nil.
type keeping struct {
	*mapper.Sink
	plan     *mapper.Plan
	declared int
	item     *attribute.Item
	keep     *opened
}

// Set decodes a declared attribute.
func (k *keeping) Set(s wire.Slot, p wire.Protection, r wire.Reader) error {
	isDeclared := int(s) < k.declared
	switch {
	case k.keep == nil:
	case isDeclared:
		k.keepDeclared(s, attribute.Read(r))
		if p == wire.Plain {
			k.keep.unsigned = append(k.keep.unsigned, s)
		}
	default:
		k.keep.undeclared = append(k.keep.undeclared, undeclared{k.item.Name(s), attribute.Read(r), p})
	}
	if !isDeclared {
		k.Sink.SetUndeclared(k.item.Name(s), p, r)
		return nil
	}
	return k.Sink.Set(s, p, r)
}

// keepDeclared keeps a declared attribute under its current name. Where an item has both they are equal,
// or the item is refused.
func (k *keeping) keepDeclared(s wire.Slot, v types.AttributeValue) {
	current := k.plan.Current(s)
	if _, has := k.keep.declared[current]; !has || s == current {
		k.keep.declared[current] = v
	}
}

// extended is the mapper's source with the attributes of an opened item beside it: the undeclared ones
// that T does not hold itself, and in place of T's the declared ones that T did not change.
type extended struct {
	*mapper.Source
	declared   int
	item       *opened
	undeclared []undeclared
	unchanged  []wire.Slot // sorted
}

func (e *extended) isUnchanged(s wire.Slot) bool {
	_, found := slices.BinarySearch(e.unchanged, s)
	return found
}

// Slots appends T's slots, then the undeclared ones. An unchanged attribute is there if it was.
func (e *extended) Slots(dst []wire.Slot) []wire.Slot {
	start := len(dst)
	dst = e.Source.Slots(dst)
	dst = dst[:start+len(slices.DeleteFunc(dst[start:], e.isUnchanged))]
	for _, s := range e.unchanged {
		if _, was := e.item.declared[s]; was {
			dst = append(dst, s)
		}
	}
	slices.Sort(dst[start:])
	for i := range e.undeclared {
		dst = append(dst, wire.Slot(e.declared+i))
	}
	return dst
}

// Name is the name of an undeclared attribute.
func (e *extended) Name(s wire.Slot) string {
	if e.undeclared == nil {
		return e.Source.Name(s)
	}
	return e.undeclared[int(s)-e.declared].name
}

// Protection is how an undeclared attribute was read.
func (e *extended) Protection(s wire.Slot) wire.Protection {
	if e.undeclared == nil {
		return e.Source.Protection(s)
	}
	return e.undeclared[int(s)-e.declared].protection
}

// AttributeValue is the mapper's for what T did change, and nil for all else.
func (e *extended) AttributeValue(s wire.Slot, m *attribute.Maker) types.AttributeValue {
	if int(s) >= e.declared || e.isUnchanged(s) {
		return nil
	}
	return e.Source.AttributeValue(s, m)
}

// Write gives the events of a slot.
func (e *extended) Write(s wire.Slot, w wire.Writer) error {
	switch {
	case int(s) >= e.declared && e.undeclared != nil:
		return attribute.Write(e.undeclared[int(s)-e.declared].value, w)
	case e.isUnchanged(s):
		return attribute.Write(e.item.declared[s], w)
	}
	return e.Source.Write(s, w)
}

// checkUndeclared refuses what T's Unknown holds and the table would store as something else than was
// read: where the attribute is declared by now, or the table protects undeclared ones otherwise.
func (sh *shape) checkUndeclared(src *mapper.Source, encrypted bool) error {
	want := sh.schema.Unknown()
	if !encrypted && want == 0 {
		want = crypt.Plain
	}
	for _, s := range src.Slots(nil) {
		if int(s) < sh.layout.Len() {
			continue
		}
		name, read := src.Name(s), crypt.Action(src.Protection(s))
		_, declared := sh.layout.Slot(name)
		switch {
		case declared:
			return fmt.Errorf("attribute %q, kept as unknown, is declared by %v: delete it from the Unknown", name, sh.plan.Type())
		case crypt.Reserved(name):
			return fmt.Errorf("attribute %q, kept as unknown, has the name of an encryption format's mark: delete it from the Unknown", name)
		case want != 0 && want != read:
			return fmt.Errorf("attribute %q, kept as unknown, was read under the action %v, and this table's for undeclared attributes is %v: delete it from the Unknown, or declare it", name, read, want)
		}
	}
	return nil
}
