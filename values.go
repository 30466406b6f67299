package ddb

import "github.com/dynaseal/ddb/mapper"

// Number is an exact decimal as DynamoDB stores it, of up to 38 digits. An any holds it after decoding
// a number, so that no digit is lost.
type Number = mapper.Number

// Unknown holds the attributes of an item that T does not declare: the type of a field tagged
// ddb:",unknown".
type Unknown = mapper.Unknown

// The sets that an any holds after decoding one, so that it is stored as a set again.
type (
	StringSet = mapper.StringSet
	NumberSet = mapper.NumberSet
	BinarySet = mapper.BinarySet
)
