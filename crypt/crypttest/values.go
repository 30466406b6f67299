package crypttest

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/number"
)

type (
	value  = types.AttributeValue
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

// sample is a value that every format has to carry.
type sample struct {
	name  string
	value value
}

// samples are values of every type and at the edges of each.
func samples() []sample {
	return []sample{
		{"text", &avS{Value: "text"}},
		{"empty text", &avS{}},
		{"text of every plane", &avS{Value: "a\x00\x7f\u0080\u07ff\u0800\ud7ff\ue000\uffff\U00010000\U0010ffff"}},
		{"long text", &avS{Value: strings.Repeat("long text ", 5000)}},
		{"zero", &avN{Value: "0"}},
		{"negative", &avN{Value: "-12.5"}},
		{"38 digits", &avN{Value: "12345678901234567890123456789012345678"}},
		{"38 digits of a fraction", &avN{Value: "-0.12345678901234567890123456789012345678"}},
		{"smallest number", &avN{Value: "1E-130"}},
		{"largest number", &avN{Value: "9.9999999999999999999999999999999999999E+125"}},
		{"number with zeros behind", &avN{Value: "1.500"}},
		{"number with an exponent", &avN{Value: "12e2"}},
		{"binary", &avB{Value: []byte{0, 1, 0x7f, 0x80, 0xff}}},
		{"empty binary", &avB{Value: []byte{}}},
		{"binary of 16", &avB{Value: make([]byte, 16)}},
		{"binary of 48", &avB{Value: slices.Repeat([]byte{7}, 48)}},
		{"true", &avBOOL{Value: true}},
		{"false", &avBOOL{}},
		{"null", &avNULL{Value: true}},
		{"texts", &avSS{Value: []string{"b", "a", "\uffff", "\U00010000", "ab"}}},
		{"numbers", &avNS{Value: []string{"10", "-1", "9", "1e3", "0.50"}}},
		{"binaries", &avBS{Value: [][]byte{{0xff}, {1, 2}, {1}}}},
		{"list", &avL{Value: []value{&avS{Value: "x"}, &avN{Value: "1.0"}, &avBOOL{}, &avNULL{Value: true}, &avB{Value: []byte{1}}}}},
		{"empty list", &avL{Value: []value{}}},
		{"map", &avM{Value: crypt.Item{"k": &avN{Value: "1"}, "\uffff": &avS{Value: "x"}, "\U0001d11e": &avBOOL{Value: true}}}},
		{"empty map", &avM{Value: crypt.Item{}}},
		{"sets inside", &avM{Value: crypt.Item{"s": &avSS{Value: []string{"y", "x"}}, "l": &avL{Value: []value{&avNS{Value: []string{"2", "1"}}}}}}},
		{"30 levels", nested(30)},
	}
}

// nested is a text inside n lists and maps.
func nested(n int) value {
	var v value = &avS{Value: "bottom"}
	for i := range n {
		if i%2 == 0 {
			v = &avL{Value: []value{v}}
		} else {
			v = &avM{Value: crypt.Item{"m": v}}
		}
	}
	return v
}

// names are attribute names that are hard to keep apart or to spell.
var names = []string{"a", "A", "a b", "a.b[0]", "#a", ":a", "-", "\u00e9", "e\u0301", "\uffff", "\U0001d11e", strings.Repeat("n", 255)}

// copyItem copies item to the last byte.
func copyItem(item crypt.Item) crypt.Item {
	if item == nil {
		return nil
	}
	c := make(crypt.Item, len(item))
	for name, v := range item {
		c[name] = copyValue(v)
	}
	return c
}

func copyValue(v value) value {
	return rewrite(v, func(v value) value { return v })
}

// asReturned is item as DynamoDB returns it: sets in an order of its own, numbers in its spelling, the
// binary it has no bytes of as none.
func asReturned(item crypt.Item) crypt.Item {
	c := make(crypt.Item, len(item))
	for name, v := range item {
		c[name] = rewrite(v, func(v value) value {
			switch v := v.(type) {
			case *avN:
				v.Value = canonical(v.Value)
			case *avNS:
				for i, n := range v.Value {
					v.Value[i] = canonical(n)
				}
				slices.Reverse(v.Value)
			case *avSS:
				slices.Reverse(v.Value)
			case *avBS:
				slices.Reverse(v.Value)
			}
			return v
		})
	}
	return c
}

func canonical(text string) string {
	b, err := number.Canonical(nil, text)
	if err != nil {
		return text
	}
	return string(b)
}

// rewrite copies v to the last byte and applies f to each copied value, members first. Slices of bytes get
// room behind them, see [spares].
func rewrite(v value, f func(value) value) value {
	if attribute.KindOf(v) == 0 {
		return v // nil, or of no known type
	}
	switch v := v.(type) {
	case *avS:
		return f(&avS{Value: v.Value})
	case *avN:
		return f(&avN{Value: v.Value})
	case *avBOOL:
		return f(&avBOOL{Value: v.Value})
	case *avNULL:
		return f(&avNULL{Value: v.Value})
	case *avB:
		return f(&avB{Value: roomy(v.Value)})
	case *avSS:
		return f(&avSS{Value: slices.Clone(v.Value)})
	case *avNS:
		return f(&avNS{Value: slices.Clone(v.Value)})
	case *avBS:
		c := &avBS{Value: slices.Clone(v.Value)}
		for i, b := range c.Value {
			c.Value[i] = roomy(b)
		}
		return f(c)
	case *avL:
		c := &avL{Value: slices.Clone(v.Value)}
		for i, e := range c.Value {
			c.Value[i] = rewrite(e, f)
		}
		return f(c)
	case *avM:
		c := &avM{Value: make(crypt.Item, len(v.Value))}
		for k, e := range v.Value {
			c.Value[k] = rewrite(e, f)
		}
		return f(c)
	}
	return v
}

// room is how many bytes lie behind a copied slice.
const room = 32

// roomy copies b with room behind it, where who appends to an argument would write.
func roomy(b []byte) []byte {
	c := make([]byte, len(b)+room)
	copy(c, b)
	return c[:len(b)]
}

// spares reports whether the room behind a slice of v was written to.
func spares(v value) (written bool) {
	look := func(b []byte) {
		for _, x := range b[len(b):cap(b)] {
			written = written || x != 0
		}
	}
	walk(v, func(v value) {
		switch v := v.(type) {
		case *avB:
			look(v.Value)
		case *avBS:
			for _, b := range v.Value {
				look(b)
			}
		}
	})
	return written
}

// walk calls f with v and each value in it, but for what is nil.
func walk(v value, f func(value)) {
	if attribute.KindOf(v) == 0 {
		return
	}
	f(v)
	switch v := v.(type) {
	case *avL:
		for _, e := range v.Value {
			walk(e, f)
		}
	case *avM:
		for _, e := range v.Value {
			walk(e, f)
		}
	}
}

// scribble overwrites all that item holds, through every pointer, and then the map.
func scribble(item crypt.Item) {
	for _, v := range item {
		walk(v, func(v value) {
			switch v := v.(type) {
			case *avS:
				v.Value = "scribbled"
			case *avN:
				v.Value = "666"
			case *avBOOL:
				v.Value = !v.Value
			case *avNULL:
				v.Value = false
			case *avB:
				fill(v.Value)
			case *avSS:
				for i := range v.Value {
					v.Value[i] = "scribbled"
				}
			case *avNS:
				for i := range v.Value {
					v.Value[i] = "666"
				}
			case *avBS:
				for _, b := range v.Value {
					fill(b)
				}
			}
		})
		walk(v, func(v value) {
			switch v := v.(type) {
			case *avL:
				clear(v.Value)
			case *avM:
				clear(v.Value)
			}
		})
	}
	replace(item)
}

func fill(b []byte) {
	for i := range b {
		b[i] = 0x66
	}
}

// replace changes the map only, not what its values point to.
func replace(item crypt.Item) {
	clear(item)
	item["scribbled"] = &avS{Value: "scribbled"}
}

// with is item with changes; a nil value takes the attribute out. Values are shared.
func with(item, changes crypt.Item) crypt.Item {
	c := make(crypt.Item, len(item)+len(changes))
	for name, v := range item {
		c[name] = v
	}
	for name, v := range changes {
		if v == nil {
			delete(c, name)
		} else {
			c[name] = v
		}
	}
	return c
}
