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
	a := answer{ConsumedCapacity: t.consumed(report, readUnits(attribute.ItemSize(item), consistent))}
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
