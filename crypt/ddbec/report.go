package ddbec

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dynaseal/ddb/crypt"
)

// modernPrefix starts the marks of the modern format, the Database Encryption SDK's.
const modernPrefix = "aws_dbe_"

const tooLarge = "larger than 400 KB when encrypted, which DynamoDB does not store: split it, or keep large values elsewhere"

// report makes the errors of one direction for one table.
type report struct{ op, table string }

// format says that the item does not fit.
func (r report) format(attribute, detail string, cause error) error {
	return &crypt.Error{Op: r.op, Table: r.table, Attribute: attribute, Detail: detail, Err: classed(crypt.ErrFormat, cause)}
}

// keys says that keys could not be had. A cause that has a class keeps it.
func (r report) keys(detail string, cause error) error {
	for _, class := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
		if errors.Is(cause, class) {
			return &crypt.Error{Op: r.op, Table: r.table, Detail: detail, Err: cause}
		}
	}
	return &crypt.Error{Op: r.op, Table: r.table, Detail: detail, Err: classed(crypt.ErrKeys, cause)}
}

// auth says that the item failed verification, and no more.
func (r report) auth() error {
	return &crypt.Error{Op: r.op, Table: r.table, Err: crypt.ErrAuth}
}

// context reports a context that ended.
func (r report) context(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &crypt.Error{Op: r.op, Table: r.table, Err: err}
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

// reserved says why an attribute of that name cannot be in an item, "" if it can.
func (e *encryptor) reserved(name string) string {
	switch {
	case name == e.signature || name == e.description:
		return "already encrypted: this item carries a mark of the legacy format (DynamoDB Encryption Client): decrypt it first"
	case strings.HasPrefix(name, modernPrefix):
		return "this item carries a mark of the modern format (Database Encryption SDK): it is not for the legacy format"
	case crypt.Reserved(name):
		return "this item carries a mark of the legacy format (DynamoDB Encryption Client) with its default names: it is not for a format with names of its own"
	}
	return ""
}
