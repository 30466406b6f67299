package expr

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

// Condition is a condition expression with its placeholders filled in.
type Condition struct{ root condition }

const conditionParameter = "ConditionExpression"

// ParseCondition reads a condition. names are its #placeholders, values its :placeholders; either is
// nil if there are none. The values are kept and must not be modified afterwards. An error is an
// [*Error].
func ParseCondition(text string, names map[string]string, values map[string]types.AttributeValue) (*Condition, error) {
	s, err := newScope(names, values)
	if err != nil {
		return nil, err
	}
	c, err := parseCondition(text, s)
	if err != nil {
		return nil, err
	}
	if err := s.unused(); err != nil {
		return nil, err
	}
	return c, nil
}

func parseCondition(text string, s *scope) (*Condition, error) {
	var root condition
	err := parse(text, s, func(p *parser) { root = p.condition() })
	if err == nil {
		err = check(root)
	}
	if err != nil {
		return nil, &Error{Parameter: conditionParameter, Problem: err.Error()}
	}
	return &Condition{root}, nil
}

// Holds reports whether an item meets the condition. A missing item is an empty one. Values of
// different types are different and have no order; an attribute that is absent differs from everything.
func (c *Condition) Holds(item map[string]types.AttributeValue) bool { return c.root.holds(item) }
