package ddb

import "github.com/dynaseal/ddb/mapper"

// Number is an exact decimal as DynamoDB stores it, of up to 38 digits. An any holds it after decoding
// a number, so that no digit is lost.
type Number = mapper.Number

// Variant is a type that fields of interface types can hold, for Config.Variants.
type Variant = mapper.Variant

// VariantOf is T as a type that fields of interface types can hold: a struct type, or a pointer to one,
// with a blank field that says what it is, as in
//
//	_ struct{} `ddb:"kind,entity=card"`
func VariantOf[T any]() Variant { return mapper.VariantOf[T]() }

// The sets that an any holds after decoding one, so that it is stored as a set again.
type (
	StringSet = mapper.StringSet
	NumberSet = mapper.NumberSet
	BinarySet = mapper.BinarySet
)
