package expr

import (
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type item = map[string]types.AttributeValue

// node is a part of an expression: an operand, a condition, or a call, which can be either. Which of
// them a call may be depends on its function, and is checked after parsing.
type node any

type operand interface {
	// get returns the operand's value in an item, nil if there is none.
	get(item) types.AttributeValue
}

type condition interface {
	holds(item) bool
}

type (
	// path leads to an attribute, or into its document.
	path struct{ elements []element }

	// value is a :value.
	value struct {
		alias string
		v     types.AttributeValue
	}

	call struct {
		function string
		operands []operand
	}

	// comparison is =, <>, <, <=, >, >=, BETWEEN or IN; the first operand stands on its left.
	comparison struct {
		operator kind
		operands []operand
	}

	// junction holds if all of its conditions do, or if any of them does.
	junction struct {
		all        bool
		conditions []condition
	}

	negation struct{ condition condition }
)

// element is a step of a path: a name, which is never empty, or else an index.
type element struct {
	name  string
	index int
}

func (e element) String() string {
	if e.name == "" {
		return "[" + strconv.Itoa(e.index) + "]"
	}
	return e.name
}

// String is the path as the service prints it: [a, [0], b].
func (p *path) String() string {
	parts := make([]string, len(p.elements))
	for i, e := range p.elements {
		parts[i] = e.String()
	}
	return "[" + strings.Join(parts, ", ") + "]"
}
