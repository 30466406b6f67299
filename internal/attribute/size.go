package attribute

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
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
func numberSize(text string) int { return decimalSize(text, strings.IndexByte(text, '.')) }

// decimalSize is numberSize of a number whose point is known, -1 for none.
func decimalSize(text string, point int) int {
	n, start, end := 1, 0, len(text)
	if point < 0 {
		point = end
	}
	if point > 0 && text[0] == '-' {
		n, start = 2, 1
	}
	for start < point && text[start] == '0' {
		start++
	}
	for end > point+1 && text[end-1] == '0' {
		end--
	}
	digits := max(0, end-point-1) // of the fraction
	if start == point {
		for at := point + 1; digits >= 2 && text[at] == '0' && text[at+1] == '0'; at += 2 {
			digits -= 2
		}
		return n + (digits+1)/2
	}
	zeros := 0
	if digits == 0 {
		for text[point-1-zeros] == '0' {
			zeros++
		}
	}
	return n + (point-start+1)/2 - zeros/2 + (digits+1)/2
}
