package dbe

import (
	"encoding/base64"
	"unsafe"

	"github.com/dynaseal/ddb/internal/wire"
)

// Keys of the encryption context that the format itself makes (1.6).
const (
	ContextPrefix        = "aws-crypto-" // of all of them
	ContextTable         = "aws-crypto-table-name"
	ContextPartitionName = "aws-crypto-partition-name"
	ContextSortName      = "aws-crypto-sort-name"
	ContextLegend        = "aws-crypto-legend"
	ContextPublicKey     = "aws-crypto-public-key"
	ContextAttribute     = "aws-crypto-attr." // followed by the attribute's name
)

// Letters of [ContextLegend], which say how a value is spelled.
const (
	spelledText    = 'S'
	spelledNumber  = 'N'
	spelledLiteral = 'L'
	spelledBinary  = 'B'
)

// ContextValue1 is the entry of a key attribute in an item of version 1, of its canonical bytes.
func ContextValue1(canonical []byte) string {
	b := base64.StdEncoding.AppendEncode(nil, canonical)
	return unsafe.String(&b[0], len(b)) // of which nobody else has the bytes
}

// ContextValue2 is the entry of an attribute in an item of version 2, of its canonical bytes, and its
// letter in the legend.
func ContextValue2(canonical []byte) (value string, letter byte) {
	data := canonical[TypeSize:]
	switch kindOf(canonical[0], canonical[1]) {
	case wire.String:
		return string(data), spelledText
	case wire.Number:
		return string(data), spelledNumber
	case wire.Null:
		return "null", spelledLiteral
	case wire.Bool:
		if data[0] == 1 {
			return "true", spelledLiteral
		}
		return "false", spelledLiteral
	}
	return ContextValue1(canonical), spelledBinary
}

// Scalar is the kind of canonical bytes, and the length of what follows the type id.
func Scalar(canonical []byte) (k wire.Kind, length int) {
	return kindOf(canonical[0], canonical[1]), len(canonical) - TypeSize
}
