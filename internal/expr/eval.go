package expr

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/number"
)

func (p *path) get(it item) types.AttributeValue {
	v := it[p.elements[0].name]
	for _, e := range p.elements[1:] {
		v = e.in(v)
	}
	return v
}

// in is the element of a document, nil if it has none such.
func (e element) in(document types.AttributeValue) types.AttributeValue {
	switch d := document.(type) {
	case *types.AttributeValueMemberM:
		if e.name != "" {
			return d.Value[e.name]
		}
	case *types.AttributeValueMemberL:
		if e.name == "" && e.index < len(d.Value) {
			return d.Value[e.index]
		}
	}
	return nil
}

func (v *value) get(item) types.AttributeValue { return v.v }

// get is the size of the operand, nil if it has none. No other function yields a value.
func (c *call) get(it item) types.AttributeValue {
	n, ok := sizeOf(c.operands[0].get(it))
	if !ok {
		return nil
	}
	return &types.AttributeValueMemberN{Value: strconv.Itoa(n)}
}

func sizeOf(v types.AttributeValue) (int, bool) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		n := 0
		for _, r := range v.Value {
			n += utf16.RuneLen(r) // measured: DynamoDB counts UTF-16 units
		}
		return n, true
	case *types.AttributeValueMemberB:
		return len(v.Value), true
	case *types.AttributeValueMemberSS:
		return len(v.Value), true
	case *types.AttributeValueMemberNS:
		return len(v.Value), true
	case *types.AttributeValueMemberBS:
		return len(v.Value), true
	case *types.AttributeValueMemberL:
		return len(v.Value), true
	case *types.AttributeValueMemberM:
		return len(v.Value), true
	}
	return 0, false
}

func (j *junction) holds(it item) bool {
	for _, c := range j.conditions {
		if c.holds(it) != j.all {
			return !j.all
		}
	}
	return j.all
}

func (n *negation) holds(it item) bool { return !n.condition.holds(it) }

func (c *comparison) holds(it item) bool {
	left := c.operands[0].get(it)
	at := func(i int) types.AttributeValue { return c.operands[i].get(it) }
	switch c.operator {
	case "=":
		return attribute.Equal(left, at(1))
	case "<>":
		return !attribute.Equal(left, at(1))
	case "IN":
		return slices.ContainsFunc(c.operands[1:], func(o operand) bool { return attribute.Equal(left, o.get(it)) })
	case "BETWEEN":
		low, ok := compare(left, at(1))
		if !ok || low < 0 {
			return false
		}
		high, ok := compare(left, at(2))
		return ok && high <= 0
	}
	order, ok := compare(left, at(1))
	if !ok {
		return false
	}
	switch c.operator {
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}

// compare orders two strings, numbers or binaries. Values of other or different types have no order.
func compare(a, b types.AttributeValue) (order int, ok bool) {
	switch a := a.(type) {
	case *types.AttributeValueMemberS:
		if b, ok := b.(*types.AttributeValueMemberS); ok {
			return strings.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberN:
		if b, ok := b.(*types.AttributeValueMemberN); ok {
			return number.Compare(a.Value, b.Value), true
		}
	case *types.AttributeValueMemberB:
		if b, ok := b.(*types.AttributeValueMemberB); ok {
			return bytes.Compare(a.Value, b.Value), true
		}
	}
	return 0, false
}

func (c *call) holds(it item) bool {
	first := c.operands[0].get(it)
	switch c.function {
	case attributeExists:
		return first != nil
	case attributeNotExists:
		return first == nil
	}
	second := c.operands[1].get(it)
	switch c.function {
	case attributeType:
		name, _ := second.(*types.AttributeValueMemberS)
		return attribute.KindOf(first).String() == name.Value
	case beginsWith:
		return hasPrefix(first, second)
	}
	return has(first, second)
}

func hasPrefix(v, prefix types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		p, ok := prefix.(*types.AttributeValueMemberS)
		return ok && strings.HasPrefix(v.Value, p.Value)
	case *types.AttributeValueMemberB:
		p, ok := prefix.(*types.AttributeValueMemberB)
		return ok && bytes.HasPrefix(v.Value, p.Value)
	}
	return false
}

// has reports whether v contains part: as a substring, or as a member.
func has(v, part types.AttributeValue) bool {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		p, ok := part.(*types.AttributeValueMemberS)
		return ok && strings.Contains(v.Value, p.Value)
	case *types.AttributeValueMemberB:
		p, ok := part.(*types.AttributeValueMemberB)
		return ok && bytes.Contains(v.Value, p.Value)
	case *types.AttributeValueMemberSS:
		p, ok := part.(*types.AttributeValueMemberS)
		return ok && slices.Contains(v.Value, p.Value)
	case *types.AttributeValueMemberNS:
		p, ok := part.(*types.AttributeValueMemberN)
		return ok && slices.ContainsFunc(v.Value, func(s string) bool { return number.Compare(s, p.Value) == 0 })
	case *types.AttributeValueMemberBS:
		p, ok := part.(*types.AttributeValueMemberB)
		return ok && slices.ContainsFunc(v.Value, func(b []byte) bool { return bytes.Equal(b, p.Value) })
	case *types.AttributeValueMemberL:
		return slices.ContainsFunc(v.Value, func(e types.AttributeValue) bool { return attribute.Equal(e, part) })
	}
	return false
}
