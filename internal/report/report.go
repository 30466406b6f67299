// Package report makes the errors of the formats: all of one shape, each of one class.
package report

import (
	"context"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
)

// TooLarge is the detail of an item that DynamoDB does not store.
const TooLarge = "larger than 400 KB when encrypted, which DynamoDB does not store: split it, or keep large values elsewhere"

// MissingKey is the detail of an item without one of its table's keys.
const MissingKey = "the key attribute is missing"

// Report makes the errors of one direction for one table.
type Report struct{ Op, Table string }

// Format says that the item does not fit.
func (r Report) Format(attribute, detail string, cause error) error {
	return &crypt.Error{Op: r.Op, Table: r.Table, Attribute: attribute, Detail: detail, Err: classed(crypt.ErrFormat, cause)}
}

// Keys says that keys could not be had. A cause that has a class keeps it.
func (r Report) Keys(detail string, cause error) error {
	for _, class := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
		if errors.Is(cause, class) {
			return &crypt.Error{Op: r.Op, Table: r.Table, Detail: detail, Err: cause}
		}
	}
	return &crypt.Error{Op: r.Op, Table: r.Table, Detail: detail, Err: classed(crypt.ErrKeys, cause)}
}

// Auth says that the item failed verification, and no more.
func (r Report) Auth() error {
	return &crypt.Error{Op: r.Op, Table: r.Table, Err: crypt.ErrAuth}
}

// Context reports a context that ended.
func (r Report) Context(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &crypt.Error{Op: r.Op, Table: r.Table, Err: err}
	}
	return nil
}

func classed(class, cause error) error {
	switch {
	case cause == nil:
		return class
	case errors.Is(cause, class):
		return cause
	}
	return fmt.Errorf("%w: %w", class, cause)
}
