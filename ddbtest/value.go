package ddbtest

import (
	"cmp"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/number"
)

const (
	maxDepth = 31 // lists and maps inside one another, so that a scalar is at level 32
	maxName  = 65535
)

var tooDeep = invalid("Nesting Levels have exceeded supported limits: Attributes in the item have nested levels beyond supported limit")

// canonical returns attributes as the service stores them: numbers normalised, sets in an order of its
// own. The result shares nothing with all. What the service refuses is an error.
func canonical(all attributes, depth int) (attributes, error) {
	stored := make(attributes, len(all))
	for name, v := range all {
		switch {
		case name == "":
			return nil, invalid("Empty attribute name")
		case len(name) > maxName:
			return nil, invalid("Attribute name is too large, must be less than 65536 bytes")
		case !utf8.ValidString(name):
			return nil, notUnicode
		}
		var err error
		if stored[name], err = canonicalValue(v, depth); err != nil {
			return nil, err
		}
	}
	return stored, nil
}

// canonicalValue is canonical for one value. depth is how many lists and maps may still open.
func canonicalValue(v types.AttributeValue, depth int) (types.AttributeValue, error) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		s, err := canonicalString(v.Value)
		return &types.AttributeValueMemberS{Value: s}, err
	case *types.AttributeValueMemberN:
		n, err := canonicalNumber(v.Value)
		return &types.AttributeValueMemberN{Value: n}, err
	case *types.AttributeValueMemberB:
		return &types.AttributeValueMemberB{Value: copyOf(v.Value)}, nil
	case *types.AttributeValueMemberBOOL:
		return &types.AttributeValueMemberBOOL{Value: v.Value}, nil
	case *types.AttributeValueMemberNULL:
		if !v.Value {
			return nil, invalidParameter("Null attribute value types must have the value of true")
		}
		return &types.AttributeValueMemberNULL{Value: true}, nil
	case *types.AttributeValueMemberSS:
		set, err := canonicalSet(v.Value, canonicalString, cmp.Compare[string])
		return &types.AttributeValueMemberSS{Value: set}, err
	case *types.AttributeValueMemberNS:
		set, err := canonicalSet(v.Value, canonicalNumber, number.Compare)
		return &types.AttributeValueMemberNS{Value: set}, err
	case *types.AttributeValueMemberBS:
		set, err := canonicalSet(v.Value, func(b []byte) ([]byte, error) { return copyOf(b), nil }, compareSigned)
		return &types.AttributeValueMemberBS{Value: set}, err
	case *types.AttributeValueMemberL:
		if depth == 0 {
			return nil, tooDeep
		}
		l := make([]types.AttributeValue, len(v.Value))
		for i, e := range v.Value {
			var err error
			if l[i], err = canonicalValue(e, depth-1); err != nil {
				return nil, err
			}
		}
		return &types.AttributeValueMemberL{Value: l}, nil
	case *types.AttributeValueMemberM:
		if depth == 0 {
			return nil, tooDeep
		}
		m, err := canonical(v.Value, depth-1)
		return &types.AttributeValueMemberM{Value: m}, err
	}
	return nil, invalid("Supplied AttributeValue is empty, must contain exactly one of the supported datatypes")
}

func canonicalString(s string) (string, error) {
	if !utf8.ValidString(s) {
		return "", notUnicode
	}
	return s, nil
}

func canonicalNumber(text string) (string, error) {
	n, err := number.Storable(nil, text)
	switch {
	case errors.Is(err, number.ErrDigits):
		return "", invalid("Attempting to store more than 38 significant digits in a Number")
	case errors.Is(err, number.ErrRange):
		return "", invalid("Number overflow or underflow. Attempting to store a number with magnitude outside the supported range")
	case err != nil:
		return "", invalid("A value provided cannot be converted into a number")
	}
	return string(n), nil
}

// canonicalSet sorts a set: DynamoDB Local returns strings by their bytes, numbers by value and
// binaries by signed bytes, the service in any order.
func canonicalSet[T any](set []T, member func(T) (T, error), compare func(a, b T) int) ([]T, error) {
	if len(set) == 0 {
		return nil, invalidParameter("A set may not be empty")
	}
	sorted := make([]T, len(set))
	for i, m := range set {
		var err error
		if sorted[i], err = member(m); err != nil {
			return nil, err
		}
	}
	slices.SortFunc(sorted, compare)
	if len(slices.CompactFunc(slices.Clone(sorted), func(a, b T) bool { return compare(a, b) == 0 })) < len(sorted) {
		return nil, invalidParameter("Input collection contains duplicates")
	}
	return sorted, nil
}

func compareSigned(a, b []byte) int {
	return slices.CompareFunc(a, b, func(x, y byte) int { return cmp.Compare(int8(x), int8(y)) })
}

// copyOf is never nil: an empty binary is a value.
func copyOf(b []byte) []byte { return append([]byte{}, b...) }
