// Package itemtest is what tests of both formats do to items.
package itemtest

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

type (
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM
)

// Copy copies item to the last byte.
func Copy(item map[string]types.AttributeValue) map[string]types.AttributeValue {
	if item == nil {
		return nil
	}
	c := make(map[string]types.AttributeValue, len(item))
	for name, v := range item {
		c[name] = CopyValue(v)
	}
	return c
}

// CopyValue copies v to the last byte.
func CopyValue(v types.AttributeValue) types.AttributeValue {
	switch v := v.(type) {
	case *avS:
		c := *v
		return &c
	case *avN:
		c := *v
		return &c
	case *avBOOL:
		c := *v
		return &c
	case *avNULL:
		c := *v
		return &c
	case *avB:
		return &avB{Value: slices.Clone(v.Value)}
	case *avSS:
		return &avSS{Value: slices.Clone(v.Value)}
	case *avNS:
		return &avNS{Value: slices.Clone(v.Value)}
	case *avBS:
		c := &avBS{Value: slices.Clone(v.Value)}
		for i, b := range c.Value {
			c.Value[i] = slices.Clone(b)
		}
		return c
	case *avL:
		c := &avL{Value: slices.Clone(v.Value)}
		for i, e := range c.Value {
			c.Value[i] = CopyValue(e)
		}
		return c
	case *avM:
		return &avM{Value: Copy(v.Value)}
	}
	return v
}

// Flips yields v with each bit of what it holds flipped, keys of maps included.
func Flips(v types.AttributeValue, yield func(types.AttributeValue)) {
	flip := func(b []byte, f func([]byte)) {
		for bit := range 8 * len(b) {
			c := slices.Clone(b)
			c[bit/8] ^= 1 << (bit % 8)
			f(c)
		}
	}
	text := func(s string, f func(string)) { flip([]byte(s), func(b []byte) { f(string(b)) }) }
	switch v := v.(type) {
	case *avS:
		text(v.Value, func(s string) { yield(&avS{Value: s}) })
	case *avN:
		text(v.Value, func(s string) { yield(&avN{Value: s}) })
	case *avB:
		flip(v.Value, func(b []byte) { yield(&avB{Value: b}) })
	case *avBOOL:
		yield(&avBOOL{Value: !v.Value})
	case *avNULL:
		yield(&avNULL{Value: !v.Value})
	case *avSS:
		for i := range v.Value {
			text(v.Value[i], func(s string) { c := CopyValue(v).(*avSS); c.Value[i] = s; yield(c) })
		}
	case *avNS:
		for i := range v.Value {
			text(v.Value[i], func(s string) { c := CopyValue(v).(*avNS); c.Value[i] = s; yield(c) })
		}
	case *avBS:
		for i := range v.Value {
			flip(v.Value[i], func(b []byte) { c := CopyValue(v).(*avBS); c.Value[i] = b; yield(c) })
		}
	case *avL:
		for i := range v.Value {
			Flips(v.Value[i], func(e types.AttributeValue) { c := CopyValue(v).(*avL); c.Value[i] = e; yield(c) })
		}
	case *avM:
		for k := range v.Value {
			Flips(v.Value[k], func(e types.AttributeValue) { c := CopyValue(v).(*avM); c.Value[k] = e; yield(c) })
			text(k, func(s string) {
				c := CopyValue(v).(*avM)
				c.Value[s] = c.Value[k]
				delete(c.Value, k)
				yield(c)
			})
		}
	}
}
