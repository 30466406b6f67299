package ddb

import "github.com/dynaseal/ddb/mapper"

// Number is an exact decimal as DynamoDB stores it, of up to 38 digits. An any holds it after decoding
// a number, so that no digit is lost.
type Number = mapper.Number

// Unknown holds the attributes of an item that T does not declare: the type of a field tagged
// ddb:",unknown".
type Unknown = mapper.Unknown

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

// Marshaler and Unmarshaler are the methods of a type that says itself how it is stored. The type has
// both.
type (
	Marshaler   = mapper.Marshaler
	Unmarshaler = mapper.Unmarshaler
)

// ErrOmit is what a [Marshaler], or the function of a [TypeCodec], answers for a value that is not to be
// stored: the field or the member of a map is left out.
var ErrOmit = mapper.ErrOmit

// TypeCodec stores a type as another one; [CodecFor] makes it, Config.Codecs takes it.
type TypeCodec = mapper.TypeCodec

// CodecFor returns the TypeCodec that stores a T as a V is stored, wherever it is: in a field, behind a
// pointer, in slices, maps and sets, in an interface. The words of a field say how the V is stored.
//
//	ddb.CodecFor(
//		func(id uuid.UUID) (string, error) { return id.String(), nil },
//		uuid.Parse,
//	)
//
// A nil T is not encoded, since there is nothing in it, and NULL is decoded where V can be nil only: else
// it is the zero T. encode may answer [ErrOmit]. The texts of errors are never shown, since they may
// hold the value. Both functions are called from many goroutines, and encode maybe twice for a value.
func CodecFor[T, V any](encode func(T) (V, error), decode func(V) (T, error)) TypeCodec {
	return mapper.CodecFor(encode, decode)
}
