package attribute

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/fastpath"
)

// MaxItemSize is the largest item DynamoDB stores, in the bytes that ItemSize counts.
const MaxItemSize = 400 << 10

// containerSize is what a list or map takes besides its members, in bytes.
const containerSize = 3

// ItemSize is the size of an item as DynamoDB counts it: names and values in bytes.
func ItemSize(item map[string]Value) int {
	n := 0
	for name, v := range item {
		n += len(name) + Size(v)
	}
	return n
}

// Size is the size of a value as DynamoDB counts it: text in UTF-8, binary as it is, numbers by pairs
// of significant digits, 3 bytes for a list or map and 1 for each of its members.
func Size(v Value) int {
	if isNil(v) {
		return 0
	}
	n := 0
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return len(v.Value)
	case *types.AttributeValueMemberN:
		return numberSize(v.Value)
	case *types.AttributeValueMemberB:
		return len(v.Value)
	case *types.AttributeValueMemberBOOL, *types.AttributeValueMemberNULL:
		return 1
	case *types.AttributeValueMemberSS:
		for _, s := range v.Value {
			n += len(s)
		}
	case *types.AttributeValueMemberNS:
		for _, s := range v.Value {
			n += numberSize(s)
		}
	case *types.AttributeValueMemberBS:
		for _, b := range v.Value {
			n += len(b)
		}
	case *types.AttributeValueMemberL:
		n = containerSize
		for _, e := range v.Value {
			n += 1 + Size(e)
		}
	case *types.AttributeValueMemberM:
		n = containerSize
		for k, e := range v.Value {
			n += 1 + len(k) + Size(e)
		}
	}
	return n
}

// numberSize counts a byte for the exponent, one for each two decimal digits between the first and
// the last that is not zero, aligned to even places, and one for a sign.
func numberSize(text string) int {
	if n := len(text); fastpath.On && 0 < n && n < 8 && text[n-1] != '0' && text[0] != '-' && text[0] != '0' && strings.IndexByte(text, '.') < 0 {
		return 1 + (n+1)/2 // most are so
	}
	n := 1
	if strings.HasPrefix(text, "-") {
		n++
		text = text[1:]
	}
	whole, fraction, _ := strings.Cut(text, ".")
	whole = strings.TrimLeft(whole, "0")
	fraction = strings.TrimRight(fraction, "0")
	if whole == "" {
		pairs := (len(fraction) + 1) / 2
		for strings.HasPrefix(fraction, "00") {
			fraction = fraction[2:]
			pairs--
		}
		return n + pairs
	}
	pairs := (len(whole)+1)/2 + (len(fraction)+1)/2
	if fraction == "" {
		trimmed := strings.TrimRight(whole, "0")
		pairs -= (len(whole) - len(trimmed)) / 2
	}
	return n + pairs
}
