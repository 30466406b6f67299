package ddb

import (
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
)

// expression collects the clauses of one request's condition with the names and values they use. Every
// name and value goes through a placeholder, so nothing of the user's becomes part of the syntax.
type expression struct {
	shape   *shape
	text    string
	names   map[string]string // placeholder → attribute
	values  map[string]types.AttributeValue
	aliases map[string]string // attribute → placeholder
}

func newExpression(sh *shape) *expression { return &expression{shape: sh} }

func (e *expression) name(attribute string) string {
	if alias, ok := e.aliases[attribute]; ok {
		return alias
	}
	if e.names == nil {
		e.names, e.aliases = make(map[string]string), make(map[string]string)
	}
	alias := "#" + strconv.Itoa(len(e.names))
	e.names[alias], e.aliases[attribute] = attribute, alias
	return alias
}

func (e *expression) value(v types.AttributeValue) string {
	if e.values == nil {
		e.values = make(map[string]types.AttributeValue)
	}
	alias := ":" + strconv.Itoa(len(e.values))
	e.values[alias] = v
	return alias
}

func (e *expression) and(clause string) {
	if e.text != "" {
		e.text += " AND "
	}
	e.text += clause
}

func (e *expression) exists(attribute string) { e.and("attribute_exists(" + e.name(attribute) + ")") }
func (e *expression) missing(attribute string) {
	e.and("attribute_not_exists(" + e.name(attribute) + ")")
}

// unchanged demands that an attribute is as it was read, absent if it was.
func (e *expression) unchanged(attribute string, read crypt.Item) {
	if v, ok := read[attribute]; ok {
		e.and(e.name(attribute) + " = " + e.value(v))
	} else {
		e.missing(attribute)
	}
}

// condition is the finished text, nil if there is nothing to demand.
func (e *expression) condition() *string {
	if e.text == "" {
		return nil
	}
	return &e.text
}

// onFailure asks for the item that a condition met, which tells our own earlier attempt from another's
// write.
func (e *expression) onFailure() types.ReturnValuesOnConditionCheckFailure {
	if e.text == "" {
		return types.ReturnValuesOnConditionCheckFailureNone
	}
	return types.ReturnValuesOnConditionCheckFailureAllOld
}

// addAll adds the user's conditions.
func addAll[T any](e *expression, when []Cond[T]) error {
	for i, c := range when {
		text, err := c.n.text(e)
		if err != nil {
			return fmt.Errorf("condition %d: %w", i+1, err)
		}
		e.and("(" + text + ")")
	}
	return nil
}
