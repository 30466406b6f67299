package expr

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
)

// scope is the placeholders of a request, and which of them its expressions used.
type scope struct {
	names      map[string]string
	values     map[string]types.AttributeValue
	namesUsed  map[string]bool
	valuesUsed map[string]bool
}

const (
	namesParameter  = "ExpressionAttributeNames"
	valuesParameter = "ExpressionAttributeValues"
)

func newScope(names map[string]string, values map[string]types.AttributeValue) (*scope, error) {
	if err := checkAliases(namesParameter, '#', names); err != nil {
		return nil, err
	}
	if err := checkAliases(valuesParameter, ':', values); err != nil {
		return nil, err
	}
	for alias, name := range names {
		switch {
		case name == "":
			return nil, invalidEntry(namesParameter, "value: Empty attribute name for key %s", alias)
		case len(name) > MaxName:
			return nil, invalidEntry(namesParameter, "value: Attribute name is too large, must be less than 65536 bytes for key %s", alias)
		}
	}
	for alias, v := range values {
		if attribute.KindOf(v) == 0 {
			return nil, invalidEntry(valuesParameter, "value: Supplied AttributeValue is empty, must contain exactly one of the supported datatypes for key %s", alias)
		}
	}
	return &scope{names, values, make(map[string]bool), make(map[string]bool)}, nil
}

// checkAliases checks the keys of a map of placeholders. The service takes no map at all, and refuses
// an empty one.
func checkAliases[V any](parameter string, mark byte, aliases map[string]V) error {
	if aliases != nil && len(aliases) == 0 {
		return &Error{Problem: parameter + " must not be empty"}
	}
	for alias := range aliases {
		switch {
		case len(alias) > MaxAlias:
			return invalidEntry(parameter, "key: The expression attribute map contains a key that is too long; size of key: %d", len(alias))
		case len(alias) < 2 || alias[0] != mark || span(alias[1:]) != len(alias)-1:
			return invalidEntry(parameter, "key: Syntax error; key: %q", alias)
		}
	}
	return nil
}

func invalidEntry(parameter, format string, args ...any) error {
	return &Error{Problem: parameter + " contains invalid " + fmt.Sprintf(format, args...)}
}

func (s *scope) name(alias string) (string, error) {
	name, ok := s.names[alias]
	if !ok {
		return "", problem("An expression attribute name used in the document path is not defined; attribute name: " + alias)
	}
	s.namesUsed[alias] = true
	return name, nil
}

func (s *scope) value(alias string) (types.AttributeValue, error) {
	v, ok := s.values[alias]
	if !ok {
		return nil, problem("An expression attribute value used in expression is not defined; attribute value: " + alias)
	}
	s.valuesUsed[alias] = true
	return v, nil
}

// unused refuses placeholders that no expression used.
func (s *scope) unused() error {
	if err := unused(namesParameter, s.names, s.namesUsed); err != nil {
		return err
	}
	return unused(valuesParameter, s.values, s.valuesUsed)
}

func unused[V any](parameter string, defined map[string]V, used map[string]bool) error {
	var left []string
	for alias := range defined {
		if !used[alias] {
			left = append(left, alias)
		}
	}
	if left == nil {
		return nil
	}
	slices.Sort(left)
	return &Error{Problem: "Value provided in " + parameter + " unused in expressions: keys: {" + strings.Join(left, ", ") + "}"}
}
