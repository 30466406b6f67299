package mapper_test

import (
	"net/netip"
	"net/url"
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Packed has both, as uuid.UUID does; Packing has MarshalBinary alone.
type (
	Packed  [2]byte
	Packing struct{ a, b byte }
	NoWay   struct{ A int }
)

func (p Packed) MarshalText() ([]byte, error)   { return []byte{'#', p[0], p[1]}, nil }
func (p *Packed) UnmarshalText(b []byte) error  { copy(p[:], b[1:]); return nil }
func (p Packed) MarshalBinary() ([]byte, error) { return []byte{0, p[0], p[1]}, nil }
func (p *Packed) UnmarshalBinary(b []byte) error {
	if len(b) != 3 {
		return grumpyError{canary}
	}
	copy(p[:], b[1:])
	return nil
}

func (p *Packing) MarshalBinary() ([]byte, error) {
	switch {
	case p.a == 13:
		return nil, grumpyError{canary}
	case *p == Packing{}:
		return nil, nil
	}
	return []byte{p.a, p.b}, nil
}

func (p *Packing) UnmarshalBinary(b []byte) error {
	if len(b) != 2 {
		return grumpyError{canary}
	}
	p.a, p.b = b[0], b[1]
	return nil
}

func (NoWay) MarshalBinary() ([]byte, error) { return nil, nil }

func TestBinary(t *testing.T) {
	link, err := url.Parse("https://example.com/a?b=c")
	require.NoError(t, err)
	addr := netip.MustParseAddr("10.0.0.1")
	type Document struct {
		P Packed   `ddb:"p,binary"`
		T Packed   `ddb:"t"`
		S []string `ddb:"s,binary,set"`
	}
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"string", "any\xff", "binary", avB("any\xff")},
		{"empty string", "", "binary", avB("")},
		{"empty string, omitempty", "", "binary,omitempty", nil},
		{"named string", Name("n"), "binary", avB("n")},
		{"pointer to a string", pointer("s"), "binary", avB("s")},
		{"nil pointer, null", (*string)(nil), "binary,null", null},
		{"strings", []string{"a", ""}, "binary", avL(avB("a"), avB(""))},
		{"set of strings", []string{"a\xff", ""}, "binary,set", avBS("a\xff", "")},
		{"StringSet", mapper.StringSet{"a"}, "binary", avBS("a")},
		{"array of strings", [2]string{"a", "b"}, "binary", avL(avB("a"), avB("b"))},
		{"bytes", []byte("b"), "binary", avB("b")},
		{"array of bytes", [2]byte{1, 2}, "binary", avB("\x01\x02")},
		{"byte strings", [][]byte{{1}}, "binary", avL(avB("\x01"))},
		{"bytes that have text", ID{'a', 'b'}, "binary", avB("ab")},
		{"bytes that have text, in a set", []ID{{'a', 'b'}}, "binary,set", avBS("ab")},
		{"text and binary", Packed{1, 2}, "", avS("#\x01\x02")},
		{"text and binary, binary", Packed{1, 2}, "binary", avB("\x00\x01\x02")},
		{"address, binary", addr, "binary", avB("\x0a\x00\x00\x01")},
		{"addresses, binary", []netip.Addr{addr}, "binary,set", avBS("\x0a\x00\x00\x01")},
		{"address", addr, "", avS("10.0.0.1")},
		{"prefix", netip.MustParsePrefix("10.0.0.0/8"), "", avS("10.0.0.0/8")},
		{"address and port", netip.MustParseAddrPort("[::1]:80"), "", avS("[::1]:80")},
		{"UUID", UUID{0xab}, "", avS("ab000000000000000000000000000000")},
		{"UUID, binary", UUID{0xab}, "binary", avB("\xab" + string(make([]byte, 15)))},
		{"UUIDs in a set", []UUID{{0xab}}, "set", avSS("ab000000000000000000000000000000")},
		{"MarshalBinary alone", Packing{1, 2}, "", avB("\x01\x02")},
		{"MarshalBinary alone, in a set", []Packing{{1, 2}, {3, 4}}, "set", avBS("\x01\x02", "\x03\x04")},
		{"MarshalBinary alone, in a map", map[string]*Packing{"k": {1, 2}}, "", avM(item{"k": avB("\x01\x02")})},
		{"MarshalBinary alone, omitempty", Packing{}, "omitempty", nil},
		{"URL", link, "", avB("https://example.com/a?b=c")},
		{"document", Document{Packed{1, 2}, Packed{3, 4}, []string{"a"}}, "", avM(item{"p": avB("\x00\x01\x02"), "t": avS("#\x03\x04"), "s": avBS("a")})},
	} {
		t.Run(tt.name, func(t *testing.T) { assertRoundTrip(t, mapper.Options{}, tt.value, tt.words, tt.stored) })
	}
}

func TestBinaryThatFails(t *testing.T) {
	_, err := encodeField(t, []Packing{{13, 0}}, "")
	assert.EqualError(t, err, `mapper: encode: struct{…}.V[0] (mapper_test.Packing): attribute "v": MarshalBinary failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	_, err = decodeField[Packing](t, avB("abc"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (mapper_test.Packing): attribute "v": UnmarshalBinary failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	_, err = decodeField[Packed](t, avS("#ab"), "binary")
	assert.ErrorContains(t, err, "S cannot be read into mapper_test.Packed, which is stored as B")
	_, err = decodeField[string](t, avS("a"), "binary")
	assert.ErrorContains(t, err, "S cannot be read into string, which is stored as B")
	_, err = decodeField[ID](t, avB("abc"), "binary")
	assert.ErrorContains(t, err, "3 bytes are stored, the array takes exactly 2")

	for _, tt := range []struct {
		typ    reflect.Type
		words  string
		reason string
	}{
		{reflect.TypeFor[NoWay](), "", "it has MarshalBinary and could not be read back: give it UnmarshalBinary too"},
		{reflect.TypeFor[struct {
			Packing
			More int
		}](), "", "its MarshalBinary is an embedded field's and would lose the others"},
		{reflect.TypeFor[mapper.Number](), "binary", "binary on a number: it is stored as N, remove the word"},
		{reflect.TypeFor[mapper.NumberSet](), "binary", "binary on a number"},
	} {
		_, err := mapper.Compile(holder(tt.typ, tt.words), mapper.Options{})
		require.Len(t, flatten(err), 1)
		assert.Contains(t, mapperError(t, err).Reason, tt.reason)
	}
}

func TestBinaryKeys(t *testing.T) {
	type T struct {
		ID   string  `ddb:"id,pk,binary"`
		Sort Packing `ddb:"sort,sk"`
	}
	p := compiled[T](t)
	for _, a := range p.Attributes() {
		assert.Equal(t, "B", a.Kind.String())
	}
}
