package ddbtest

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Stored returns the item that lies in a table under key, a copy, nil if there is none. key holds the
// key attributes and may hold others, so an item that was read finds itself.
func (s *Server) Stored(table string, key map[string]types.AttributeValue) map[string]types.AttributeValue {
	t, err := s.table(table)
	if err != nil {
		return nil
	}
	k, err := canonical(key, maxDepth)
	if err != nil {
		return nil
	}
	stored, err := t.keys.ofItem(k)
	if err != nil {
		return nil
	}
	item := t.get(stored)
	if item == nil {
		return nil
	}
	// What is stored is canonical, and canonical of that is a copy.
	item, _ = canonical(item, maxDepth)
	return item
}

// Overwrite stores a copy of item whatever lies under its key, as somebody would who has access to the
// table. An item that DynamoDB could not hold is an error.
func (s *Server) Overwrite(table string, item map[string]types.AttributeValue) error {
	t, err := s.table(table)
	if err == nil {
		err = t.overwrite(item)
	}
	if err != nil {
		return fmt.Errorf("ddbtest: overwrite: table %q: %w", table, err)
	}
	return nil
}

func (t *table) overwrite(item attributes) error {
	stored, key, err := t.storable(item)
	if err != nil {
		return err
	}
	_, _, err = t.replace(key, func(attributes) (attributes, error) { return stored, nil })
	return err
}
