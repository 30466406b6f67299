package ddbtest

import (
	"strings"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/expr"
)

func (s *Server) putItem(q request) (any, error) {
	var item attributes
	w, err := q.readWrite("Item", &item)
	if err != nil {
		return nil, err
	}
	t, err := s.table(w.table)
	if err != nil {
		return nil, err
	}
	stored, key, err := t.storable(item)
	if err != nil {
		return nil, err
	}
	return w.apply(t, key, stored)
}

func (s *Server) deleteItem(q request) (any, error) {
	var given attributes
	w, err := q.readWrite("Key", &given)
	if err != nil {
		return nil, err
	}
	t, err := s.table(w.table)
	if err != nil {
		return nil, err
	}
	key, err := t.key(given)
	if err != nil {
		return nil, err
	}
	return w.apply(t, key, nil)
}

// write is what PutItem, UpdateItem and DeleteItem have in common.
type write struct {
	table     string
	update    *expr.Update    // of UpdateItem; nil: change nothing
	condition *expr.Condition // nil: none
	returns   string
	onFailure string
	report    string
	metrics   string
}

const (
	none   = "NONE"
	allOld = "ALL_OLD"
)

// readWrite reads the parameters of a write, or of a part of a transaction, among them the item or key
// under name.
func (q request) readWrite(name string, target *attributes) (*write, error) {
	w := &write{}
	var update, condition *string
	var names map[string]string
	var values attributes
	into := parameters{
		"TableName": &w.table, name: target,
		"ConditionExpression": &condition, "ExpressionAttributeNames": &names, "ExpressionAttributeValues": &values,
		"ReturnValuesOnConditionCheckFailure": &w.onFailure,
	}
	switch q.operation {
	case "UpdateItem", "Update":
		into["UpdateExpression"] = &update
	}
	if strings.HasSuffix(q.operation, "Item") {
		into["ReturnValues"], into["ReturnConsumedCapacity"], into["ReturnItemCollectionMetrics"] = &w.returns, &w.report, &w.metrics
	}
	err := q.read(into)
	if err == nil {
		err = w.checkReturns(q.operation)
	}
	if err != nil {
		return nil, err
	}
	if update != nil {
		w.update, w.condition, err = q.parseUpdate(*update, condition, names, values)
	} else {
		w.condition, err = parseCondition(condition, names, values)
	}
	return w, err
}

// checkReturns checks what the write is to report, and sets what was left out to its default.
func (w *write) checkReturns(operation string) error {
	if err := oneOf("returnValues", &w.returns, none, allOld, "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"); err != nil {
		return err
	}
	if w.returns != none && w.returns != allOld {
		if operation == "UpdateItem" {
			return notImplemented(operation, "ReturnValues "+w.returns)
		}
		return invalid("Return values set to invalid value")
	}
	if err := oneOf("returnValuesOnConditionCheckFailure", &w.onFailure, none, allOld); err != nil {
		return err
	}
	if err := oneOf("returnItemCollectionMetrics", &w.metrics, none, "SIZE"); err != nil {
		return err
	}
	if w.metrics != none {
		return notImplemented(operation, "ReturnItemCollectionMetrics")
	}
	return checkReport(&w.report)
}

func parseCondition(text *string, names map[string]string, values attributes) (*expr.Condition, error) {
	if text == nil {
		return nil, checkNoPlaceholders(names, values)
	}
	if err := canonicalValues(values); err != nil {
		return nil, err
	}
	c, err := expr.ParseCondition(*text, names, values)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return c, nil
}

// canonicalValues brings the values of an expression to the form in which items store them.
func canonicalValues(values attributes) error {
	for alias, v := range values {
		var err error
		if values[alias], err = canonicalValue(v, maxDepth); err != nil {
			return invalid("ExpressionAttributeValues contains invalid value: %v for key %.256s", err, alias)
		}
	}
	return nil
}

// checkNoPlaceholders refuses placeholders where there is no expression.
func checkNoPlaceholders(names map[string]string, values attributes) error {
	if len(names) > 0 {
		return invalid("ExpressionAttributeNames can only be specified when using expressions")
	}
	if len(values) > 0 {
		return invalid("ExpressionAttributeValues can only be specified when using expressions: ConditionExpression is null")
	}
	return nil
}

// apply replaces the item under key, by nothing if item is nil, if the condition holds.
func (w *write) apply(t *table, key string, item attributes) (any, error) {
	return w.applyTo(t, key, func(attributes) (attributes, error) { return item, nil })
}

// applyTo replaces the item under key by what next makes of it, if the condition holds.
func (w *write) applyTo(t *table, key string, next func(old attributes) (attributes, error)) (any, error) {
	old, item, err := t.replace(key, func(old attributes) (attributes, error) {
		switch {
		case w.condition == nil || w.condition.Holds(old):
			return next(old)
		case w.onFailure == allOld:
			return nil, conditionFailed(old)
		}
		return nil, conditionFailed(nil)
	})
	if err != nil {
		return nil, err
	}
	a := answer{ConsumedCapacity: t.consumed(w.report, writeUnits(max(attribute.ItemSize(old), attribute.ItemSize(item))))}
	if w.returns == allOld {
		a.Attributes = old
	}
	return a, nil
}
