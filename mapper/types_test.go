package mapper_test

import (
	"encoding/json"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	Name   string
	Octet  byte
	Digest [4]byte
	Blob   []byte
	Labels map[Name]Name
	Empty  interface{}
	Member struct{}
	Yes    bool
)

// Color has text on its pointer, although it is a number.
type Color int

func (c *Color) MarshalText() ([]byte, error) {
	return []byte([]string{"none", "red", "green"}[*c]), nil
}

func (c *Color) UnmarshalText(b []byte) error {
	for i, s := range []string{"none", "red", "green"} {
		if s == string(b) {
			*c = Color(i)
		}
	}
	return nil
}

// ID has text on its value, although it is an array of bytes.
type ID [2]byte

func (id ID) MarshalText() ([]byte, error) { return []byte{'#', id[0], id[1]}, nil }

func (id *ID) UnmarshalText(b []byte) error { copy(id[:], b[1:]); return nil }

type City struct {
	Name  string `ddb:"name"`
	Zip   string `ddb:"zip,omitempty"`
	Twins []City `ddb:"twins,omitempty"`
}

type Tree struct {
	Left, Right *Tree
	Value       int
	Children    map[string]Tree
}

var noon = time.Date(2026, 11, 24, 12, 0, 0, 123456789, time.UTC)

// Every kind with the value it is stored as, which reads back as the same Go value.
var kinds = []struct {
	name   string
	value  any
	words  string
	stored av
}{
	{"string", "héllo", "", avS("héllo")},
	{"empty string", "", "", avS("")},
	{"named string", Name("n"), "", avS("n")},
	{"bool", true, "", avBool(true)},
	{"bool as number", true, "bool=number", avN("1")},
	{"false as number", false, "bool=number", avN("0")},
	{"pointer to a bool as number", pointer(true), "bool=number", avN("1")},
	{"int", -42, "", avN("-42")},
	{"int8", int8(-128), "", avN("-128")},
	{"int16", int16(-32768), "", avN("-32768")},
	{"int32", int32(-2147483648), "", avN("-2147483648")},
	{"int64", int64(-9223372036854775808), "", avN("-9223372036854775808")},
	{"uint", uint(42), "", avN("42")},
	{"uint8", uint8(255), "", avN("255")},
	{"uint16", uint16(65535), "", avN("65535")},
	{"uint32", uint32(4294967295), "", avN("4294967295")},
	{"uint64", uint64(18446744073709551615), "", avN("18446744073709551615")},
	{"duration", 90 * time.Second, "", avN("90000000000")},
	{"float32", float32(0.1), "", avN("0.1")},
	{"float64", 1299.95, "", avN("1299.95")},
	{"large float64", 1.5e100, "", avN("15" + strings.Repeat("0", 99))},
	{"small float64", 1.5e-7, "", avN("0.00000015")},
	{"Number", mapper.Number("12345678901234567890.123456789"), "", avN("12345678901234567890.123456789")},
	{"json.Number", json.Number("0.1"), "", avN("0.1")},
	{"big.Int", *big.NewInt(-7), "", avN("-7")},
	{"pointer to a big.Int", new(big.Int).Exp(big.NewInt(10), big.NewInt(37), nil), "", avN("1" + strings.Repeat("0", 37))},
	{"bytes", []byte("b\x00\xff"), "", avB("b\x00\xff")},
	{"empty bytes", []byte{}, "", avB("")},
	{"named bytes", Blob("b"), "", avB("b")},
	{"bytes of a named type", []Octet{1, 2}, "", avB("\x01\x02")},
	{"array of bytes", [3]byte{1, 2, 3}, "", avB("\x01\x02\x03")},
	{"named array of bytes", Digest{1, 2, 3, 4}, "", avB("\x01\x02\x03\x04")},
	{"array of bytes of a named type", [1]Octet{9}, "", avB("\x09")},
	{"empty array of bytes", [0]byte{}, "", avB("")},
	{"time", noon, "", avS("2026-11-24T12:00:00.123456789Z")},
	{"pointer to a string", pointer("s"), "", avS("s")},
	{"pointer to a slice", &[]string{"s"}, "", avL(avS("s"))},
	{"pointer to a struct", &City{Name: "B"}, "", avM(item{"name": avS("B")})},
	{"slice", []int{3, 1, 2}, "", avL(avN("3"), avN("1"), avN("2"))},
	{"slice of strings", []string{"a", ""}, "", avL(avS("a"), avS(""))},
	{"empty slice", []string{}, "", avL()},
	{"empty slice of numbers", []int{}, "", avL()},
	{"slice of slices", [][]string{{"a"}, nil, {}}, "", avL(avL(avS("a")), null, avL())},
	{"slice of bytes", [][]byte{{1}, nil, {}}, "", avL(avB("\x01"), null, avB(""))},
	{"slice of pointers", []*int{pointer(1), nil}, "", avL(avN("1"), null)},
	{"slice of maps", []map[string]int{{"k": 1}, nil, {}}, "", avL(avM(item{"k": avN("1")}), null, avM(item{}))},
	{"slice of structs", []City{{Name: "a"}, {Name: "b", Zip: "1"}}, "", avL(avM(item{"name": avS("a")}), avM(item{"name": avS("b"), "zip": avS("1")}))},
	{"slice of times", []time.Time{noon.Truncate(time.Second)}, "time=s", avL(avS("2026-11-24T12:00:00Z"))},
	{"array", [2]string{"a", "b"}, "", avL(avS("a"), avS("b"))},
	{"array of arrays", [2][1]int{{1}, {2}}, "", avL(avL(avN("1")), avL(avN("2")))},
	{"map", map[string]int{"a": 1, "b": 2}, "", avM(item{"a": avN("1"), "b": avN("2")})},
	{"map of strings", map[string]string{"a": "1"}, "", avM(item{"a": avS("1")})},
	{"map of a named type", Labels{"a": "1"}, "", avM(item{"a": avS("1")})},
	{"map of slices", map[string][]int{"a": {1}, "b": nil}, "", avM(item{"a": avL(avN("1")), "b": null})},
	{"map of structs", map[string]City{"a": {Name: "x"}}, "", avM(item{"a": avM(item{"name": avS("x")})})},
	{"map of arrays", map[string][1]byte{"a": {7}}, "", avM(item{"a": avB("\x07")})},
	{"map with int keys", map[int]string{-1: "a", 2: "b"}, "", avM(item{"-1": avS("a"), "2": avS("b")})},
	{"map with keys of an int type", map[time.Duration]int{5: 1}, "", avM(item{"5": avN("1")})},
	{"map with uint keys", map[uint64]bool{18446744073709551615: true}, "", avM(item{"18446744073709551615": avBool(true)})},
	{"map with text keys", map[netip.Addr]int{netip.MustParseAddr("::1"): 1}, "", avM(item{"::1": avN("1")})},
	{"map with keys that have text on the pointer", map[Color]Color{1: 2}, "", avM(item{"red": avS("green")})},
	{"map with keys that are bytes and text", map[ID]int{{'a', 'b'}: 1}, "", avM(item{"#ab": avN("1")})},
	{"map with time keys", map[time.Time]int{noon: 1}, "", avM(item{"2026-11-24T12:00:00.123456789Z": avN("1")})},
	{"map with time keys of a format", map[time.Time]int{noon.Truncate(time.Second): 1}, "unixtime", avM(item{"1795521600": avN("1")})},
	{"maps with int keys in each other", map[int8]map[uint8][]int{1: {2: {3}, 4: nil}, 5: nil}, "",
		avM(item{"1": avM(item{"2": avL(avN("3")), "4": null}), "5": null})},
	{"empty map with int keys", map[int]string{}, "", avM(item{})},
	{"map of bools", map[string]bool{"a": true, "b": false}, "", avM(item{"a": avBool(true), "b": avBool(false)})},
	{"set from a map", map[string]struct{}{"a": {}}, "", avSS("a")},
	{"set from a map with the word", map[Name]struct{}{"a": {}}, "set", avSS("a")},
	{"set from a map with a type of its own", map[string]Member{"a": {}}, "", avSS("a")},
	{"set of ints from a map", map[int]struct{}{-7: {}}, "", avNS("-7")},
	{"set of floats from a map", map[float32]struct{}{0.5: {}}, "", avNS("0.5")},
	{"set of Numbers from a map", map[mapper.Number]struct{}{"0.1": {}}, "", avNS("0.1")},
	{"set of bytes from a map", map[[2]byte]struct{}{{1, 2}: {}}, "", avBS("\x01\x02")},
	{"set of text from a map", map[Color]struct{}{2: {}}, "", avSS("green")},
	{"set of times from a map", map[time.Time]struct{}{noon.Truncate(time.Second): {}}, "unixtime", avNS("1795521600")},
	{"set from a map of bools", map[string]bool{"a": true}, "set", avSS("a")},
	{"set of ints from a map of bools", map[uint16]Yes{7: true}, "set", avNS("7")},
	{"pointer to a set from a map", &map[string]struct{}{"a": {}}, "", avSS("a")},
	{"slice of sets from maps", []map[int]struct{}{{1: {}}, nil}, "", avL(avNS("1"), null)},
	{"map of sets from maps", map[string]map[int]struct{}{"a": {1: {}}, "b": nil}, "", avM(item{"a": avNS("1"), "b": null})},
	{"empty map", map[string]string{}, "", avM(item{})},
	{"set of strings", []string{"a", "b"}, "set", avSS("a", "b")},
	{"set of named strings", []Name{"a"}, "set", avSS("a")},
	{"set of ints", []int8{1, -1}, "set", avNS("1", "-1")},
	{"set of floats", []float64{0.5}, "set", avNS("0.5")},
	{"set of Numbers", []mapper.Number{"0.1"}, "set", avNS("0.1")},
	{"set of bytes", [][]byte{{1}, {}}, "set", avBS("\x01", "")},
	{"set of arrays of bytes", [][2]byte{{1, 2}}, "set", avBS("\x01\x02")},
	{"set of text", []netip.Addr{netip.MustParseAddr("::1")}, "set", avSS("::1")},
	{"set of text on the pointer", []Color{2, 1}, "set", avSS("green", "red")},
	{"set of times", []time.Time{noon.Truncate(time.Second)}, "set,unixtime", avNS("1795521600")},
	{"set of big.Ints", []big.Int{*big.NewInt(1)}, "set", avNS("1")},
	{"set in an array", [2]string{"a", "b"}, "set", avSS("a", "b")},
	{"StringSet", mapper.StringSet{"a"}, "", avSS("a")},
	{"NumberSet", mapper.NumberSet{"1"}, "", avNS("1")},
	{"BinarySet", mapper.BinarySet{{1}}, "", avBS("\x01")},
	{"slice of sets", []mapper.StringSet{{"a"}, nil}, "", avL(avSS("a"), null)},
	{"pointer to a set", &mapper.StringSet{"a"}, "", avSS("a")},
	{"struct", City{Name: "B", Zip: "1"}, "", avM(item{"name": avS("B"), "zip": avS("1")})},
	{"empty struct", struct{}{}, "", avM(item{})},
	{"recursive struct", City{Name: "B", Twins: []City{{Name: "L"}}}, "", avM(item{"name": avS("B"), "twins": avL(avM(item{"name": avS("L")}))})},
	{"tree", Tree{Left: &Tree{Value: 1}, Value: 2, Children: map[string]Tree{"c": {Value: 3}}}, "",
		avM(item{"Left": avM(item{"Value": avN("1")}), "Value": avN("2"), "Children": avM(item{"c": avM(item{"Value": avN("3")})})})},
	{"text on the value", ID{'a', 'b'}, "", avS("#ab")},
	{"text on the pointer", Color(1), "", avS("red")},
	{"text in a slice", []Color{2, 0}, "", avL(avS("green"), avS("none"))},
	{"text in a map", map[string]Color{"c": 2}, "", avM(item{"c": avS("green")})},
	{"pointer to text", pointer(netip.MustParseAddr("10.0.0.1")), "", avS("10.0.0.1")},
}

func TestKinds(t *testing.T) {
	for _, tt := range kinds {
		for how, compile := range compilers {
			t.Run(tt.name+"/"+how, func(t *testing.T) {
				typ := holder(reflect.TypeOf(tt.value), tt.words)
				p, err := compile(typ, mapper.Options{})
				require.NoError(t, err)
				v := held(typ, tt.value)
				it, err := encode(p, v.Interface())
				require.NoError(t, err)
				assert.Equal(t, item{"id": avS("x"), "v": tt.stored}, it)

				read := reflect.New(typ)
				require.NoError(t, decode(p, it, read.Interface()))
				assert.Equal(t, v.Interface(), read.Interface())
				fromBytes := reflect.New(typ)
				require.NoError(t, decodeBytes(t, p, it, fromBytes.Interface()))
				assertSame(t, v, fromBytes)

				assert.Equal(t, canonical(t, p, v.Interface()), canonical(t, p, read.Interface()))
				assert.Equal(t, canonical(t, p, v.Interface()), canonical(t, p, fromBytes.Interface()))
			})
		}
	}
}

// assertSame compares what the canonical bytes kept: sets come in another order.
func assertSame(t *testing.T, want, got reflect.Value) {
	t.Helper()
	v := got.Elem().Field(1)
	if v.Kind() == reflect.Slice && v.Len() > 1 || v.Kind() == reflect.Array && v.Len() > 1 {
		var w, g []any
		for i := range v.Len() {
			w, g = append(w, want.Elem().Field(1).Index(i).Interface()), append(g, v.Index(i).Interface())
		}
		assert.ElementsMatch(t, w, g)
		return
	}
	assert.Equal(t, want.Interface(), got.Interface())
}

func TestStaticKinds(t *testing.T) {
	type T struct {
		ID      ID             `ddb:"id,pk"`
		At      time.Time      `ddb:"at,sk,unixtime"`
		Any     any            `ddb:"any"`
		Flag    *bool          `ddb:"flag,bool=number"`
		Ints    []int          `ddb:"ints,set"`
		Self    *T             `ddb:"-"`
		Bytes   [4]byte        `ddb:"bytes"`
		Options map[string]any `ddb:"options"`
	}
	want := map[string]string{"id": "S", "at": "N", "any": "invalid", "flag": "N", "ints": "NS", "bytes": "B", "options": "M"}
	p := compiled[T](t)
	assert.Equal(t, reflect.TypeFor[T](), p.Type())
	var names []string
	for _, a := range p.Attributes() {
		names = append(names, a.Name)
		assert.Equal(t, want[a.Name], a.Kind.String(), a.Name)
	}
	assert.Equal(t, []string{"any", "at", "bytes", "flag", "id", "ints", "options"}, names, "slots are the order of names")
}

func TestStoredKindsThatAreReadBesides(t *testing.T) {
	check := func(name string, want any, stored av, words string) {
		t.Run(name, func(t *testing.T) {
			typ := holder(reflect.TypeOf(want), words)
			p, err := mapper.Compile(typ, mapper.Options{})
			require.NoError(t, err)
			h := held(typ, nil)
			require.NoError(t, decode(p, item{"id": avS("x"), "v": stored}, h.Interface()))
			assert.Equal(t, want, h.Elem().Field(1).Interface())
		})
	}
	check("SS into a slice", []string{"a"}, avSS("a"), "")
	check("SS into a slice of another type", []Name{"a"}, avSS("a"), "")
	check("NS into a slice", []int{1, 2}, avNS("1", "2"), "")
	check("BS into a slice", [][]byte{{1}}, avBS("\x01"), "")
	check("BS into an array", [1][1]byte{{1}}, avBS("\x01"), "")
	check("SS into a slice of any", []any{"a"}, avSS("a"), "")
	check("L into a set", []string{"a", "b"}, avL(avS("a"), avS("b")), "set")
	check("BOOL into bool=number", true, avBool(true), "bool=number")
	check("N into a bool", true, avN("1"), "")
	check("N into a bool in another spelling", false, avN("0.0"), "")
	check("S into unixtime", noon, avS("2026-11-24T12:00:00.123456789Z"), "unixtime")
	check("NULL into a member", []string{"", "b"}, avL(null, avS("b")), "")
	check("NULL into an array", [2]int{}, null, "")
}

func TestNullIsTheZeroValueOfEveryKind(t *testing.T) {
	for _, tt := range kinds {
		t.Run(tt.name, func(t *testing.T) {
			typ := holder(reflect.TypeOf(tt.value), tt.words)
			p, err := mapper.Compile(typ, mapper.Options{})
			require.NoError(t, err)
			h := held(typ, tt.value)
			require.NoError(t, decode(p, item{"id": avS("x"), "v": null}, h.Interface()))
			field := h.Elem().Field(1)
			if field.Kind() == reflect.Pointer && !field.IsNil() {
				field = field.Elem() // nil is an attribute that is missing, see TestPointersToPointers
				assert.Contains(t, []reflect.Kind{reflect.Pointer, reflect.Slice, reflect.Map}, field.Kind())
			}
			assert.True(t, field.IsZero())
		})
	}
}

// Every kind refuses every stored type it is not read from, naming both.
func TestWrongKinds(t *testing.T) {
	everything := map[string]av{
		"S": avS("☺"), "N": avN("77"), "B": avB("☺"), "BOOL": avBool(true), "L": avL(avBool(true)), "M": avM(item{"name": avL()}),
		"SS": avSS("☺"), "NS": avNS("77"), "BS": avBS("☺"), "invalid": nil,
	}
	refused := 0
	for _, tt := range kinds {
		typ := holder(reflect.TypeOf(tt.value), tt.words)
		p, err := mapper.Compile(typ, mapper.Options{})
		require.NoError(t, err)
		for kind, stored := range everything {
			h := held(typ, nil)
			err := decode(p, item{"id": avS("x"), "v": stored}, h.Interface())
			if err == nil {
				continue
			}
			refused++
			e := mapperError(t, err)
			assert.Equal(t, "decode", e.Op)
			assert.Equal(t, "v", e.Attribute)
			assert.True(t, h.Elem().IsZero(), "%s from %s: dropped as a whole", tt.name, kind)
			assert.NotContains(t, err.Error(), "☺")
			assert.NotContains(t, err.Error(), "77")
		}
	}
	assert.Greater(t, refused, 400)

	_, err := decodeField[int](t, avS("1"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (int): attribute "v": S cannot be read into int, which is stored as N`)
	_, err = decodeField[string](t, nil, "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (string): attribute "v": invalid cannot be read into string, which is stored as S`)
	_, err = decodeField[[]byte](t, avS("AAAA"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V ([]uint8): attribute "v": S cannot be read into []uint8, which is stored as B`)
}

func TestArraysDemandTheirLength(t *testing.T) {
	_, err := decodeField[[2]string](t, avL(avS("a")), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V ([2]string): attribute "v": 1 members are stored, the array takes exactly 2`)
	_, err = decodeField[[2]string](t, avL(avS("a"), avS("b"), avS("c")), "")
	assert.Error(t, err)
	_, err = decodeField[[16]byte](t, avB("short"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V ([16]uint8): attribute "v": 5 bytes are stored, the array takes exactly 16`)
	_, err = decodeField[[2]byte](t, avB("abc"), "")
	assert.Error(t, err)
}
