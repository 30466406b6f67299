package ddbtest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/internal/ddbjson"
)

// request is an operation with its JSON.
type request struct {
	operation string
	body      []byte
}

// parameters says where the parameters of an operation go, by name.
type parameters map[string]any

// attributes is an item, a key or a set of expression values, in DynamoDB JSON.
type attributes ddbjson.Item

// UnmarshalJSON reads DynamoDB JSON.
func (a *attributes) UnmarshalJSON(b []byte) error {
	item, err := ddbjson.Unmarshal(b)
	switch {
	case errors.Is(err, ddbjson.ErrNoType):
		return invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
	case errors.Is(err, ddbjson.ErrManyTypes):
		return invalid("Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes")
	case errors.Is(err, ddbjson.ErrLimit):
		return tooDeep
	case err != nil:
		return badRequest
	}
	*a = item
	return nil
}

// MarshalJSON writes DynamoDB JSON.
func (a attributes) MarshalJSON() ([]byte, error) { return ddbjson.Marshal(ddbjson.Item(a)) }

// read puts every parameter of the request in its place. A parameter that is null is absent, and one
// that has no place is not implemented.
func (q request) read(into parameters) error {
	var all map[string]json.RawMessage
	if err := json.Unmarshal(q.body, &all); err != nil {
		return badRequest
	}
	for name, raw := range all {
		if string(raw) == "null" {
			continue
		}
		to, ok := into[name]
		if !ok {
			return notImplemented(q.operation, "parameter "+fmt.Sprintf("%.64q", name))
		}
		if err := q.readOne(name, raw, to); err != nil {
			return err
		}
	}
	return nil
}

func (q request) readOne(name string, raw []byte, to any) error {
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	err := d.Decode(to)
	if err == nil {
		return nil
	}
	if f, ok := errors.AsType[*fault](err); ok {
		return f
	}
	if json.Unmarshal(raw, to) == nil {
		return notImplemented(q.operation, "a member of "+name)
	}
	return badRequest
}

// respond writes an answer.
func respond(answer any, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// oneOf refuses a parameter that is none of the values it can have; the first is its default.
func oneOf(parameter string, value *string, allowed ...string) error {
	if *value == "" {
		*value = allowed[0]
	}
	if slices.Contains(allowed, *value) {
		return nil
	}
	return invalid("1 validation error detected: Value at '%s' failed to satisfy constraint: Member must satisfy enum value set: [%s]", parameter, strings.Join(allowed, ", "))
}
