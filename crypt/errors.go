package crypt

import "errors"

// The three ways an item can fail, told apart by facts that whoever can write the table already has.
var (
	// ErrFormat: the item does not fit the format. It does not parse, carries no mark, lacks or adds
	// attributes; or, when encrypting, holds what the format or DynamoDB cannot store.
	ErrFormat = errors.New("item does not fit the format")

	// ErrAuth: the keys were in hand and the item failed verification. It was altered, moved from
	// another item or table, written under other keys or other attribute actions; which of these
	// is deliberately not said.
	ErrAuth = errors.New("item failed verification")

	// ErrKeys: keys could not be had (unreachable, denied, throttled). An outage or a permission,
	// not tampering; the same item may be tried again.
	ErrKeys = errors.New("keys unavailable")
)

// Error says where an item failed. It never holds a value or a key.
type Error struct {
	Op        string // "encrypt" or "decrypt"
	Table     string // the schema's table name
	Attribute string // "" where the item as a whole failed
	Detail    string // what is wrong and what to do; "" for ErrAuth
	Err       error  // wraps ErrFormat, ErrAuth, ErrKeys or a context's error
}

// Error gives operation, table, attribute, detail and cause, in this order.
func (e *Error) Error() string {
	s := "crypt: " + e.Op + ": table " + quote(e.Table)
	if e.Attribute != "" {
		s += ": attribute " + quote(e.Attribute)
	}
	if e.Detail != "" {
		s += ": " + e.Detail
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }
