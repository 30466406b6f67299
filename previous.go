package ddb

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/dynaseal/ddb/crypt"
)

// Shape is a struct type as items were tagged before, see [Config.Previous]. The zero Shape is an error of
// NewTable.
type Shape struct{ t reflect.Type }

// ShapeOf is the shape of Old, a struct type with the tags that were in use: the keys, and every field that
// was protected. What Old's Go types are does not matter, only names and action words do. Mistakes are
// reported by NewTable.
func ShapeOf[Old any]() Shape { return Shape{reflect.TypeFor[Old]()} }

// previousSchemas are those of cfg.Previous for the table of now.
func previousSchemas(now crypt.SchemaConfig, cfg Config) (schemas []crypt.Schema, _ error) {
	var errs []error
	for _, old := range cfg.Previous {
		s, err := old.schema(now, cfg)
		if err != nil {
			errs = append(errs, fmt.Errorf("Config.Previous: %w", err))
		}
		schemas = append(schemas, s)
	}
	return schemas, errors.Join(errs...)
}

func (s Shape) schema(now crypt.SchemaConfig, cfg Config) (none crypt.Schema, _ error) {
	switch {
	case s.t == nil:
		return none, errors.New("the zero Shape: make it with ShapeOf")
	case cfg.Encryption == nil:
		return none, fmt.Errorf("%v: Config.Encryption is nil, so that no tags ever protected anything: take it out", s.t)
	}
	old, err := newShape(s.t, cfg)
	if err != nil {
		return none, err
	}
	was := old.schemaConfig(now.Table, cfg)
	if was.PartitionKey != now.PartitionKey || was.SortKey != now.SortKey {
		return none, fmt.Errorf("%v: its keys are not those of the table: an item cannot have had others", s.t)
	}
	return crypt.NewSchema(was)
}
