package attribute

import (
	"errors"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

var (
	errNoType    = errors.New("attribute value of no known type")
	errNullFalse = errors.New("NULL must be true")
	errTooDeep   = errors.New("nested deeper than 32 levels")
)

// Write gives v's events to w and returns the first refusal: w's own, or that v is no value DynamoDB
// has (nil, a type the SDK does not know, NULL that is false, too deep).
func Write(v Value, w wire.Writer) error {
	if err := write(v, w, 1); err != nil {
		return err
	}
	return w.Err()
}

func write(v Value, w wire.Writer, depth int) error {
	if depth > wire.MaxDepth {
		return errTooDeep
	}
	if isNil(v) {
		return errNoType
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		w.String(v.Value)
	case *types.AttributeValueMemberN:
		w.Number(append(w.Scratch(), v.Value...))
	case *types.AttributeValueMemberB:
		w.Binary(v.Value)
	case *types.AttributeValueMemberBOOL:
		w.Bool(v.Value)
	case *types.AttributeValueMemberNULL:
		if !v.Value {
			return errNullFalse
		}
		w.Null()
	case *types.AttributeValueMemberSS:
		w.BeginSet(wire.StringSet, len(v.Value))
		for _, s := range v.Value {
			w.String(s)
		}
		w.EndSet()
	case *types.AttributeValueMemberNS:
		w.BeginSet(wire.NumberSet, len(v.Value))
		for _, n := range v.Value {
			w.Number(append(w.Scratch(), n...))
		}
		w.EndSet()
	case *types.AttributeValueMemberBS:
		w.BeginSet(wire.BinarySet, len(v.Value))
		for _, b := range v.Value {
			w.Binary(b)
		}
		w.EndSet()
	case *types.AttributeValueMemberL:
		w.BeginList(len(v.Value))
		for _, e := range v.Value {
			if err := write(e, w, depth+1); err != nil {
				return err
			}
		}
		w.EndList()
	case *types.AttributeValueMemberM:
		w.BeginMap(len(v.Value))
		for k, e := range v.Value {
			w.Key(k)
			if err := write(e, w, depth+1); err != nil {
				return err
			}
		}
		w.EndMap()
	default:
		return errNoType
	}
	return nil
}

// isNil reports whether v is nil or a nil pointer, which a caller may put into an item by mistake.
func isNil(v Value) bool {
	return KindOf(v) == 0 && (v == nil || reflect.ValueOf(v).Kind() == reflect.Pointer && reflect.ValueOf(v).IsNil())
}

// KindOf is the type of v, zero if DynamoDB has no such value.
func KindOf(v Value) wire.Kind {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return kindUnless(v == nil, wire.String)
	case *types.AttributeValueMemberN:
		return kindUnless(v == nil, wire.Number)
	case *types.AttributeValueMemberB:
		return kindUnless(v == nil, wire.Binary)
	case *types.AttributeValueMemberBOOL:
		return kindUnless(v == nil, wire.Bool)
	case *types.AttributeValueMemberNULL:
		return kindUnless(v == nil, wire.Null)
	case *types.AttributeValueMemberSS:
		return kindUnless(v == nil, wire.StringSet)
	case *types.AttributeValueMemberNS:
		return kindUnless(v == nil, wire.NumberSet)
	case *types.AttributeValueMemberBS:
		return kindUnless(v == nil, wire.BinarySet)
	case *types.AttributeValueMemberL:
		return kindUnless(v == nil, wire.List)
	case *types.AttributeValueMemberM:
		return kindUnless(v == nil, wire.Map)
	}
	return 0
}

func kindUnless(isNil bool, k wire.Kind) wire.Kind {
	if isNil {
		return 0
	}
	return k
}
