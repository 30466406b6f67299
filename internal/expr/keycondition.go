package expr

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// KeyCondition is the key condition of a query: the partition, and perhaps a range of it.
type KeyCondition struct {
	Condition
	Partition types.AttributeValue
	Range     []types.AttributeValue // what the sort key is compared with

	names []string // of the attributes it has conditions on
}

const keyConditionParameter = "KeyConditionExpression"

// ParseKeyCondition reads a key condition on these key attributes, the partition key first, and unless it
// is nil the projection that goes with it: they share their placeholders. An error is an [*Error]. Values
// are kept and must not be modified.
func ParseKeyCondition(text string, keys []string, projection *string, names map[string]string, values map[string]types.AttributeValue) (*KeyCondition, *Projection, error) {
	s, err := newScope(names, values)
	if err != nil {
		return nil, nil, err
	}
	c, err := parseKeyCondition(text, keys, s)
	if err != nil {
		return nil, nil, &Error{Parameter: keyConditionParameter, Problem: err.Error()}
	}
	var p *Projection
	if projection != nil {
		if p, err = parseProjection(*projection, s); err != nil {
			return nil, nil, err
		}
	}
	if err := s.unused(); err != nil {
		return nil, nil, err
	}
	return c, p, nil
}

func parseKeyCondition(text string, keys []string, s *scope) (*KeyCondition, error) {
	var root condition
	err := parse(text, s, func(p *parser) { root = p.condition() })
	if err == nil {
		err = check(root)
	}
	if err != nil {
		return nil, err
	}
	k := &KeyCondition{Condition: Condition{root}}
	if err := k.add(root, keys[0]); err != nil {
		return nil, err
	}
	return k, k.check(keys)
}

// add takes up the parts of a condition: comparisons of an attribute with values, joined by AND.
func (k *KeyCondition) add(c condition, partition string) error {
	var operands []operand
	switch c := c.(type) {
	case *junction:
		if !c.all {
			return problem("Invalid operator used in KeyConditionExpression: OR")
		}
		for _, part := range c.conditions {
			if err := k.add(part, partition); err != nil {
				return err
			}
		}
		return nil
	case *comparison:
		if c.operator == "<>" || c.operator == "IN" {
			return problem("Invalid operator used in KeyConditionExpression: " + string(c.operator))
		}
		operands = c.operands
	case *call:
		if c.function != beginsWith {
			return problem("Invalid operator used in KeyConditionExpression: " + c.function)
		}
		operands = c.operands
	default:
		return problem("Invalid operator used in KeyConditionExpression: NOT")
	}
	p, ok := operands[0].(*path)
	if !ok {
		return problem("Invalid condition in KeyConditionExpression: an attribute must stand on the left")
	}
	if len(p.elements) > 1 {
		return problem("KeyConditionExpressions cannot have conditions on nested attributes")
	}
	for _, o := range operands[1:] {
		if _, ok := o.(*value); !ok {
			return problem("Invalid condition in KeyConditionExpression: Multiple attribute names used in one condition")
		}
	}
	name := p.elements[0].name
	k.names = append(k.names, name)
	if c, ok := c.(*comparison); ok && name == partition && c.operator == "=" {
		k.Partition = operands[1].get(nil)
		return nil
	}
	for _, o := range operands[1:] {
		k.Range = append(k.Range, o.get(nil))
	}
	return nil
}

// check refuses conditions on what is no key, on one attribute twice, and none on the partition.
func (k *KeyCondition) check(keys []string) error {
	seen := make(map[string]bool)
	for _, name := range k.names {
		if seen[name] {
			return problem("KeyConditionExpressions must only contain one condition per key")
		}
		seen[name] = true
	}
	if !seen[keys[0]] {
		return problem("Query condition missed key schema element: " + keys[0])
	}
	for _, name := range keys {
		delete(seen, name)
	}
	if len(seen) > 0 {
		return problem("Query condition missed key schema element: a condition is not on a key attribute")
	}
	if k.Partition == nil {
		return problem("Query key condition not supported")
	}
	return nil
}
