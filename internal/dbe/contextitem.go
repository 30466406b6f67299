package dbe

import (
	"encoding/base64"
	"errors"
	"slices"
	"strings"
)

// What makes entries no encryption context of an item (1.6).
var (
	errNotOfItem = errors.New("dbe: the encryption context is not that of an item")
	errSpelled   = errors.New("dbe: an attribute in the encryption context is not spelled as it should be")
)

// Included is an attribute that is in an encryption context.
type Included struct {
	Name  string
	Value Value
}

// IncludedIn are the attributes in the encryption context of an item (1.6): in version 1 those of its keys,
// in version 2 all that are signed and included, by name. It is the inverse of what the context is made of
// by [ContextValue1] and [ContextValue2].
func IncludedIn(context map[string]string) ([]Included, error) {
	legend, ok := context[ContextLegend]
	if !ok {
		return keysIncludedIn(context)
	}
	attributes := make([]Included, 0, len(context))
	for key := range context {
		if name, ok := strings.CutPrefix(key, ContextAttribute); ok {
			attributes = append(attributes, Included{Name: name})
		}
	}
	if len(attributes) != len(legend) {
		return nil, errNotOfItem
	}
	slices.SortFunc(attributes, func(a, b Included) int { return strings.Compare(a.Name, b.Name) })
	for i := range attributes {
		a := &attributes[i]
		var err error
		if a.Value, err = ParseContextValue2(context[ContextAttribute+a.Name], legend[i]); err != nil {
			return nil, err
		}
	}
	return attributes, nil
}

// keysIncludedIn takes the keys that the context names, and no other attributes that it may have.
func keysIncludedIn(context map[string]string) ([]Included, error) {
	attributes := make([]Included, 0, 2)
	for _, key := range []string{ContextPartitionName, ContextSortName} {
		name, ok := context[key]
		if !ok && key == ContextSortName {
			continue
		}
		value, included := context[ContextAttribute+name]
		if !ok || !included {
			return nil, errNotOfItem
		}
		v, err := ParseContextValue1(value)
		if err != nil {
			return nil, err
		}
		attributes = append(attributes, Included{name, v})
	}
	return attributes, nil
}

// ParseContextValue1 is the inverse of [ContextValue1].
func ParseContextValue1(value string) (Value, error) {
	b, err := base64.StdEncoding.Strict().DecodeString(value)
	if err != nil || strings.ContainsAny(value, "\r\n") { // which the decoder skips
		return Value{}, errSpelled
	}
	return Parse(b)
}

// ParseContextValue2 is the inverse of [ContextValue2].
func ParseContextValue2(value string, letter byte) (Value, error) {
	switch letter {
	case spelledText:
		return Parse(append(typeString.bytes(), value...))
	case spelledNumber:
		return Parse(append(typeNumber.bytes(), value...))
	case spelledLiteral:
		switch value {
		case "null":
			return Parse(typeNull.bytes())
		case "true":
			return Parse(append(typeBool.bytes(), 1))
		case "false":
			return Parse(append(typeBool.bytes(), 0))
		}
	case spelledBinary:
		v, err := ParseContextValue1(value)
		if err != nil {
			return v, err
		}
		if _, spelled := ContextValue2(v.b); spelled == spelledBinary {
			return v, nil
		}
	}
	return Value{}, errSpelled
}

func (t typeID) bytes() []byte { return []byte{byte(t >> 8), byte(t)} }
