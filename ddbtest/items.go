package ddbtest

import (
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/expr"
)

// answer is what the operations on items answer. Item is nil if there is none; an item that a
// projection left empty is there.
type answer struct {
	Item             *attributes `json:",omitempty"`
	Attributes       attributes  `json:",omitempty"`
	ConsumedCapacity *capacity   `json:",omitempty"`
}

func (s *Server) getItem(q request) (any, error) {
	var table string
	var key attributes
	var consistent bool
	var projection *string
	var names map[string]string
	var report string
	if err := q.read(parameters{
		"TableName": &table, "Key": &key, "ConsistentRead": &consistent,
		"ProjectionExpression": &projection, "ExpressionAttributeNames": &names,
		"ReturnConsumedCapacity": &report,
	}); err != nil {
		return nil, err
	}
	if err := checkReport(&report); err != nil {
		return nil, err
	}
	project, err := parseProjection(projection, names)
	if err != nil {
		return nil, err
	}
	t, err := s.table(table)
	if err != nil {
		return nil, err
	}
	stored, err := t.key(key)
	if err != nil {
		return nil, err
	}
	item := t.get(stored)
	a := answer{ConsumedCapacity: t.consumed(report, readUnits(item, consistent))}
	if item != nil {
		selected := project(item)
		a.Item = &selected
	}
	return a, nil
}

func parseProjection(text *string, names map[string]string) (func(attributes) attributes, error) {
	if text == nil {
		return func(item attributes) attributes { return item }, checkNoPlaceholders(names, nil)
	}
	p, err := expr.ParseProjection(*text, names)
	if err != nil {
		return nil, invalid("%v", err)
	}
	return func(item attributes) attributes { return p.Apply(item) }, nil
}

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
	update    *expr.Update    // of UpdateItem
	condition *expr.Condition // nil: none
	returns   string
	onFailure string
	report    string
}

const (
	none   = "NONE"
	allOld = "ALL_OLD"
)

// readWrite reads the parameters of a write, among them the item or key under name.
func (q request) readWrite(name string, target *attributes) (*write, error) {
	w := &write{}
	var update, condition *string
	var names map[string]string
	var values attributes
	var metrics string
	into := parameters{
		"TableName": &w.table, name: target,
		"ConditionExpression": &condition, "ExpressionAttributeNames": &names, "ExpressionAttributeValues": &values,
		"ReturnValues": &w.returns, "ReturnValuesOnConditionCheckFailure": &w.onFailure,
		"ReturnConsumedCapacity": &w.report, "ReturnItemCollectionMetrics": &metrics,
	}
	if q.operation == "UpdateItem" {
		into["UpdateExpression"] = &update
	}
	if err := q.read(into); err != nil {
		return nil, err
	}
	if err := oneOf("returnValues", &w.returns, none, allOld, "UPDATED_OLD", "ALL_NEW", "UPDATED_NEW"); err != nil {
		return nil, err
	}
	switch {
	case w.returns == none || w.returns == allOld:
	case q.operation == "UpdateItem":
		return nil, notImplemented(q.operation, "ReturnValues "+w.returns)
	default:
		return nil, invalid("Return values set to invalid value")
	}
	if err := oneOf("returnValuesOnConditionCheckFailure", &w.onFailure, none, allOld); err != nil {
		return nil, err
	}
	if err := oneOf("returnItemCollectionMetrics", &metrics, none, "SIZE"); err != nil {
		return nil, err
	}
	if metrics != none {
		return nil, notImplemented(q.operation, "ReturnItemCollectionMetrics")
	}
	if err := checkReport(&w.report); err != nil {
		return nil, err
	}
	var err error
	if update != nil {
		w.update, w.condition, err = q.parseUpdate(*update, condition, names, values)
	} else {
		w.condition, err = parseCondition(condition, names, values)
	}
	return w, err
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
