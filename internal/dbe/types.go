package dbe

import "github.com/dynaseal/ddb/internal/wire"

// typeID says what a value is (1.5): two bytes before the value at the top, inside lists and maps before
// its length. Members of sets have none.
type typeID uint16

const (
	typeNull      typeID = 0x0000
	typeString    typeID = 0x0001
	typeNumber    typeID = 0x0002
	typeBool      typeID = 0x0004
	typeStringSet typeID = 0x0101
	typeNumberSet typeID = 0x0102
	typeBinarySet typeID = 0x01FF
	typeMap       typeID = 0x0200
	typeList      typeID = 0x0300
	typeBinary    typeID = 0xFFFF
)

const (
	// TypeSize is what a type id takes, in bytes.
	TypeSize = 2

	countSize = 4 // a length or count

	// The fewest bytes that one member takes: what a count may claim of the bytes that are left.
	minSetMember = countSize
	minListEntry = TypeSize + countSize
	minMapEntry  = TypeSize + countSize + TypeSize + countSize
)

// kindOf is the kind that a type id says, 0 if there is no such type.
func kindOf(high, low byte) wire.Kind {
	switch typeID(high)<<8 | typeID(low) {
	case typeNull:
		return wire.Null
	case typeBool:
		return wire.Bool
	case typeString:
		return wire.String
	case typeNumber:
		return wire.Number
	case typeBinary:
		return wire.Binary
	case typeStringSet:
		return wire.StringSet
	case typeNumberSet:
		return wire.NumberSet
	case typeBinarySet:
		return wire.BinarySet
	case typeList:
		return wire.List
	case typeMap:
		return wire.Map
	}
	return 0
}
