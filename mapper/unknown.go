package mapper

import (
	"fmt"
	"iter"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// Unknown holds the attributes of an item that its type does not declare, so that writing the struct
// keeps them. It is the type of the one field with the word unknown:
//
//	Rest ddb.Unknown `ddb:",unknown"`
//
// Each attribute is written back with the protection it was read with. One that the type declares is
// refused when it is written, as is one whose protection the table would change. Copies are
// independent: Delete on one changes no other. No fmt verb prints an attribute. The zero Unknown holds
// none.
type Unknown struct {
	kept []undeclared // sorted by name; shared by copies, so never written to
}

type undeclared struct {
	name       string
	value      types.AttributeValue
	protection wire.Protection
}

// Len is the number of attributes.
func (u Unknown) Len() int { return len(u.kept) }

// Signed yields the attributes that the item's signature covers, encrypted ones decrypted, sorted by
// name. The values are shared: read only.
func (u Unknown) Signed() iter.Seq2[string, types.AttributeValue] { return u.where(true) }

// Unsigned yields the attributes that anyone who can write to the table may have put there, sorted by
// name; in a table without encryption these are all. The values are shared: read only.
func (u Unknown) Unsigned() iter.Seq2[string, types.AttributeValue] { return u.where(false) }

func (u Unknown) where(signed bool) iter.Seq2[string, types.AttributeValue] {
	return func(yield func(string, types.AttributeValue) bool) {
		for _, a := range u.kept {
			if a.signed() == signed && !yield(a.name, a.value) {
				return
			}
		}
	}
}

func (a undeclared) signed() bool { return wire.Encrypt <= a.protection && a.protection < wire.Plain }

// Delete removes the attribute of that name, if there is one: the item that is written lacks it.
func (u *Unknown) Delete(name string) {
	i, found := slices.BinarySearchFunc(u.kept, name, func(a undeclared, name string) int { return strings.Compare(a.name, name) })
	if found {
		u.kept = slices.Concat(u.kept[:i], u.kept[i+1:])
	}
}

// Format prints the number of attributes, whatever the verb.
func (u Unknown) Format(s fmt.State, _ rune) {
	fmt.Fprintf(s, "ddb.Unknown(%d attributes)", len(u.kept))
}

var unknownType = reflect.TypeFor[Unknown]()

// cutUnknown takes the field with the word unknown out of the fields of an item.
func (c *compiler) cutUnknown(fields []tags.Field) (others []tags.Field, unknown *tags.Field) {
	i := slices.IndexFunc(fields, func(f tags.Field) bool { return f.Unknown })
	if i < 0 {
		return fields, nil
	}
	unknown = &fields[i]
	c.checkUnknown(unknown.Type, unknown.Path)
	return slices.Concat(fields[:i], fields[i+1:]), unknown
}

// checkUnknown checks the type of a field with the word unknown.
func (c *compiler) checkUnknown(t reflect.Type, path string) {
	if t != unknownType {
		c.fail(t, path, "undeclared attributes need a field of type ddb.Unknown, which keeps how they were protected")
	}
}

// unknownOf is the Unknown of the struct v, which has one.
func (p *Plan) unknownOf(v reflect.Value) *Unknown {
	return v.FieldByIndex(p.unknown.Index).Addr().Interface().(*Unknown)
}

// KeepsUndeclared reports whether the type has a field for attributes that it does not declare: its
// Source then has slots beyond the declared ones.
func (p *Plan) KeepsUndeclared() bool { return p.unknown != nil }

// SetUndeclared keeps an attribute that is not declared, with its protection, where the type has a
// field for such; else it does nothing.
func (s *Sink) SetUndeclared(name string, protection wire.Protection, r wire.Reader) {
	if s.plan.unknown == nil {
		return
	}
	v := attribute.Read(r)
	if _, shared := r.(*attribute.Reader); shared {
		var err error
		if v, err = clone(v); err != nil {
			s.failed.add(s.plan.unfitUnknown("decode", name, err))
			return
		}
	} // else it was decrypted: a copy, and of what the format holds, an empty set too
	s.undeclared = append(s.undeclared, undeclared{name, v, protection})
}

// clone copies a value that is shared with the item it was read from.
func clone(v types.AttributeValue) (types.AttributeValue, error) {
	w := attribute.NewWriter(attribute.Sizes{})
	if err := attribute.Write(v, w); err != nil {
		return nil, err
	}
	return w.Value()
}

// finishUnknown sets the Unknown of the struct.
func (s *Sink) finishUnknown() {
	if s.plan.unknown == nil {
		return
	}
	slices.SortFunc(s.undeclared, func(a, b undeclared) int { return strings.Compare(a.name, b.name) })
	*s.plan.unknownOf(s.v) = Unknown{s.undeclared}
}

// undeclaredAt is the undeclared attribute at slot, nil if there is none.
func (s *Source) undeclaredAt(slot wire.Slot) *undeclared {
	i := int(slot) - len(s.plan.fields)
	if i < 0 || i >= len(s.undeclared) {
		return nil
	}
	return &s.undeclared[i]
}

func (s *Source) writeUndeclared(a *undeclared, w wire.Writer) error {
	if err := attribute.Write(a.value, w); err != nil {
		return s.plan.unfitUnknown("encode", a.name, err)
	}
	return nil
}

// unfitUnknown is an undeclared attribute that DynamoDB does not store.
func (p *Plan) unfitUnknown(op, name string, err error) *Error {
	return &Error{Op: op, Type: unknownType, Path: p.unknown.Path, Attribute: name, Reason: err.Error()}
}
