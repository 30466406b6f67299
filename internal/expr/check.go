package expr

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// allTypes are the types of attributes, as attribute_type names them.
const allTypes = "{B,BOOL,BS,L,M,N,NS,NULL,S,SS}"

// check refuses conditions that parse and cannot be meant.
func check(c condition) error {
	switch c := c.(type) {
	case *junction:
		for _, c := range c.conditions {
			if err := check(c); err != nil {
				return err
			}
		}
		return nil
	case *negation:
		return check(c.condition)
	case *call:
		if c.function == size {
			return misplaced(c)
		}
		return c.check()
	case *comparison:
		return c.check()
	}
	return nil
}

// misplaced refuses a function that yields a value where a condition stands, or the reverse.
func misplaced(c *call) error {
	return problem("The function is not allowed to be used this way in an expression; function: " + c.function)
}

func checkOperands(all []operand) error {
	for _, o := range all {
		c, ok := o.(*call)
		if !ok {
			continue
		}
		if c.function != size {
			return misplaced(c)
		}
		if err := c.check(); err != nil {
			return err
		}
	}
	return nil
}

func (c *comparison) check() error {
	if c.operator == "IN" && len(c.operands)-1 > MaxOperands {
		return refuse("The IN operator is provided with too many operands; number of operands: %d", len(c.operands)-1)
	}
	if err := checkOperands(c.operands); err != nil {
		return err
	}
	switch c.operator {
	case "<", "<=", ">", ">=", "BETWEEN":
		for _, o := range c.operands {
			if err := checkType(string(c.operator), o, wire.String, wire.Number, wire.Binary); err != nil {
				return err
			}
		}
	}
	if c.operator == "BETWEEN" {
		if err := checkBounds(c.operands[1], c.operands[2]); err != nil {
			return err
		}
	}
	return checkDistinct(string(c.operator), c.operands)
}

// checkBounds refuses bounds of BETWEEN that no value can lie in. The service prints the values; here
// their placeholders do.
func checkBounds(low, high operand) error {
	a, ok := low.(*value)
	if !ok {
		return nil
	}
	b, ok := high.(*value)
	if !ok {
		return nil
	}
	operands := "; lower bound operand: " + a.alias + ", upper bound operand: " + b.alias
	if attribute.KindOf(a.v) != attribute.KindOf(b.v) {
		return problem("The BETWEEN operator requires same data type for lower and upper bounds" + operands)
	}
	if order, _ := compare(a.v, b.v); order > 0 {
		return problem("The BETWEEN operator requires upper bound to be greater than or equal to lower bound" + operands)
	}
	return nil
}

// checkDistinct refuses to compare an attribute with itself.
func checkDistinct(operator string, operands []operand) error {
	first, ok := operands[0].(*path)
	if !ok {
		return nil
	}
	for _, o := range operands[1:] {
		if p, ok := o.(*path); ok && slices.Equal(first.elements, p.elements) {
			return refuse("The first operand must be distinct from the remaining operands for this operator or function; operator: %s, first operand: %v", operator, first)
		}
	}
	return nil
}

func (c *call) check() error {
	if err := checkOperands(c.operands); err != nil {
		return err
	}
	if len(c.operands) != arity(c.function) {
		return refuse("Incorrect number of operands for operator or function; operator or function: %s, number of operands: %d", c.function, len(c.operands))
	}
	switch first := c.operands[0]; c.function {
	case attributeExists, attributeNotExists:
		if _, ok := first.(*path); !ok {
			return problem("Operator or function requires a document path; operator or function: " + c.function)
		}
	case attributeType:
		if err := checkTypeName(c.operands[1]); err != nil {
			return err
		}
	case beginsWith:
		for _, o := range c.operands {
			if err := checkType(c.function, o, wire.String, wire.Binary); err != nil {
				return err
			}
		}
	case size:
		if err := checkType(size, first, wire.String, wire.Binary, wire.StringSet, wire.NumberSet, wire.BinarySet, wire.List, wire.Map); err != nil {
			return err
		}
	}
	return checkDistinct(c.function, c.operands)
}

// checkType refuses an operand whose type is known before there is an item, and is none of allowed.
func checkType(operator string, o operand, allowed ...wire.Kind) error {
	var known wire.Kind
	switch o := o.(type) {
	case *value:
		known = attribute.KindOf(o.v)
	case *call:
		known = wire.Number // of size
	}
	if known == 0 || slices.Contains(allowed, known) {
		return nil
	}
	return wrongType(operator, known.String())
}

func wrongType(operator, found string) error {
	return problem("Incorrect operand type for operator or function; operator or function: " + operator + ", operand type: " + found)
}

// checkTypeName refuses a second operand of attribute_type that is not the name of a type.
func checkTypeName(o operand) error {
	v, ok := o.(*value)
	if !ok {
		return wrongType(attributeType, allTypes)
	}
	s, ok := v.v.(*types.AttributeValueMemberS)
	if !ok {
		return wrongType(attributeType, attribute.KindOf(v.v).String())
	}
	if !slices.Contains(strings.Split(allTypes[1:len(allTypes)-1], ","), s.Value) {
		return problem("Invalid attribute type name found; type: " + v.alias + ", valid types: " + allTypes)
	}
	return nil
}
