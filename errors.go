package ddb

import (
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
)

// What an operation on an item can come to; use errors.Is. A verification failure is crypt.ErrAuth,
// an item of no or another format crypt.ErrFormat, keys that cannot be had crypt.ErrKeys.
var (
	ErrNotFound    = errors.New("item not found")
	ErrExists      = errors.New("item already exists")
	ErrConflict    = errors.New("item changed since it was read")
	ErrCondition   = errors.New("condition not met")
	ErrUnqueryable = errors.New("encrypted attribute in a server-side expression")

	// ErrUncertain comes beside another: the answer to an earlier attempt of the same call was lost, so
	// the service may have applied it. Read the item before trying again.
	ErrUncertain = errors.New("an earlier attempt of this call may have been applied")
)

// ItemError says which operation failed on which table. Errors of the AWS SDK stay reachable by
// errors.As. Its text never holds a value, a key value neither: those only Key returns.
type ItemError struct {
	Op    string // "put", "get", …
	Table string
	Err   error
	key   func() crypt.Item // a function, so that no fmt verb prints it
}

// Error gives operation, table and cause.
func (e *ItemError) Error() string { return fmt.Sprintf("ddb: %s: table %q: %v", e.Op, e.Table, e.Err) }

// Unwrap returns the cause.
func (e *ItemError) Unwrap() error { return e.Err }

// Key returns the key attributes of the item, nil where it was not known. Key values are user data:
// think before logging them.
func (e *ItemError) Key() crypt.Item {
	if e.key == nil {
		return nil
	}
	return e.key()
}

// ConditionError is a write that the service refused because of what it found, the last one where an
// operation tried again. It wraps one of ErrExists, ErrNotFound, ErrConflict and ErrCondition, and the
// service's error.
type ConditionError[T any] struct {
	// Current is the item as it was found in the table, verified and decrypted; nil if there was
	// none or it did not verify (errors.Is then finds crypt.ErrAuth).
	Current *T
	Err     error
}

// Error is the cause's text. It holds nothing of Current.
func (e *ConditionError[T]) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *ConditionError[T]) Unwrap() error { return e.Err }

// Format prints the error's text under every verb, so that none prints Current.
func (e *ConditionError[T]) Format(s fmt.State, _ rune) { fmt.Fprint(s, e.Error()) }

// MarshalText is the error's text, so that no encoder writes Current.
func (e *ConditionError[T]) MarshalText() ([]byte, error) { return []byte(e.Error()), nil }
