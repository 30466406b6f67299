package divergence

import (
	"bytes"
	"maps"
	"slices"
	"unicode/utf16"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// finder collects the classes of one signed attribute.
type finder struct {
	encrypted bool // orders then do not matter to a reader
	found     Classes
	err       error // a number that is none
}

func (f *finder) value(value types.AttributeValue) {
	switch v := value.(type) {
	case *types.AttributeValueMemberN:
		f.number(v.Value)
	case *types.AttributeValueMemberNS:
		for _, member := range v.Value {
			f.number(member)
		}
	case *types.AttributeValueMemberSS:
		f.order(AstralOrder, ordersDiffer(v.Value))
	case *types.AttributeValueMemberBS:
		f.order(BinarySetOrder, binaryOrdersDiffer(v.Value))
	case *types.AttributeValueMemberL:
		for _, element := range v.Value {
			f.value(element)
		}
	case *types.AttributeValueMemberM:
		f.order(AstralOrder, ordersDiffer(slices.Collect(maps.Keys(v.Value))))
		for _, element := range v.Value {
			f.value(element)
		}
	}
}

func (f *finder) order(class Classes, differs bool) {
	if differs && !f.encrypted {
		f.found |= class
	}
}

func (f *finder) number(text string) {
	d, err := parseDecimal(text)
	if err != nil {
		f.err = err
		return
	}
	pick := func(signed, encrypted Classes) {
		if f.encrypted {
			signed = encrypted
		}
		f.found |= signed
	}
	if d.shortest().digits == "" && d.negative {
		pick(NegativeZero, 0)
	}
	if len(d.shortest().digits) > pythonDigits {
		pick(WideSigned, WideEncrypted)
	}
	if d.large() {
		pick(LargeSigned, 0)
	}
	if !d.pythonTakes() {
		pick(RangeSigned, RangeEncrypted)
	}
}

// ordersDiffer reports whether UTF-16 code units and UTF-8 bytes sort texts differently.
func ordersDiffer(texts []string) bool {
	byBytes := slices.Sorted(slices.Values(texts))
	return !slices.IsSortedFunc(byBytes, func(a, b string) int {
		return slices.Compare(utf16.Encode([]rune(a)), utf16.Encode([]rune(b)))
	})
}

// binaryOrdersDiffer reports whether signed and unsigned bytes sort members differently.
func binaryOrdersDiffer(members [][]byte) bool {
	unsigned := slices.SortedFunc(slices.Values(members), bytes.Compare)
	return !slices.IsSortedFunc(unsigned, func(a, b []byte) int {
		return slices.CompareFunc(a, b, func(x, y byte) int { return int(int8(x)) - int(int8(y)) })
	})
}
