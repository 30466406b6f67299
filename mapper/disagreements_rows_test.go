package mapper_test

import (
	"database/sql"
	"encoding/json"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
)

type (
	Duplicate struct {
		ID string `ddb:"id,pk" dynamodbav:"id"`
		A  string `ddb:"a" dynamodbav:"a"`
		B  string `ddb:"a" dynamodbav:"a"`
	}
	Hidden struct {
		ID string `ddb:"id,pk" dynamodbav:"id"`
		Revision
		Number int
	}
	Revision  struct{ Number int }
	Timestamp struct{ time.Time }
	Reachable struct {
		netip.Addr
		Port int
	}
	Quad   struct{ Side int }
	Linked struct{ Next []any }
)

func (s Quad) Area() float64 { return float64(s.Side * s.Side) }

func nested(depth int) any {
	v := any("bottom")
	for range depth {
		v = []any{v}
	}
	return v
}

var (
	fine    = time.Date(2026, 11, 24, 12, 0, 0, 500_000_000, time.UTC)
	oldInts = []int{7, 8, 9}
)

var disagreements = []disagreement{
	// Nothing there.
	writingNil[[]int]("nil slice", `{"NULL":true}`, `left out`),
	writingNil[map[string]int]("nil map", `{"NULL":true}`, `left out`),
	writingNil[*int]("nil pointer", `{"NULL":true}`, `left out`),
	writingNil[any]("nil interface", `{"NULL":true}`, `left out`),
	writing("empty set", []int{}, "numberset", "set", `{"NULL":true}`, `left out`),
	writing("pointer to a nil slice", new([]int), "", "", `{"L":[]}`, `{"NULL":true}`),
	writing("nil slice in a list of interfaces", []any{[]int(nil)}, "", "", `{"L":[{"L":[]}]}`, `{"L":[{"NULL":true}]}`),
	writing("pointer to a nil pointer, in a list", []**int{new(*int)}, "", "", `{"L":[{"NULL":true}]}`, `error: would be read as nil`),
	writing("omitempty on an empty slice", []int{}, "omitempty", "omitempty", `{"L":[]}`, `left out`),
	writing("omitempty on an empty map", map[string]int{}, "omitempty", "omitempty", `{"M":{}}`, `left out`),
	writing("omitempty on a zero time", time.Time{}, "omitempty", "omitempty,time=rfc3339nano", `{"S":"0001-01-01T00:00:00Z"}`, `left out`),
	writing("omitempty on an empty text", netip.Addr{}, marshalText, "omitempty", `{"S":""}`, `left out`),
	writing("omitempty on an array", [2]int{}, "omitempty", "omitempty", `{"L":[{"N":"0"},{"N":"0"}]}`, `error: it is never empty: use omitzero`),
	writing("omitempty on a struct", Quad{}, "omitempty", "omitempty", `{"M":{"Side":{"N":"0"}}}`, `error: it is never empty: use omitzero`),
	// Numbers.
	writing("negative zero", math.Copysign(0, -1), "", "", `{"N":"-0"}`, `{"N":"0"}`),
	writing("NaN", math.NaN(), "", "", `{"N":"NaN"}`, `error: not a finite number`),
	writing("infinity", math.Inf(1), "", "", `{"N":"+Inf"}`, `error: not a finite number`),
	writing("float out of range", 1.5e300, "", "", `{"N":"15000…000"}`, `error: out of range`),
	writing("float too small", 1e-300, "", "", `{"N":"0.000…0001"}`, `error: out of range`),
	writing("spelling of a number", json.Number("1.50E3"), "", "", `{"N":"1.50E3"}`, `{"N":"1500"}`),
	writing("empty number", json.Number(""), "", "", `{"N":""}`, `{"N":"0"}`),
	writing("number that is none", json.Number("1,5"), "", "", `{"N":"1,5"}`, `error: not a decimal number`),
	writing("number of 39 digits", json.Number("1"+strings.Repeat("0", 37)+"1"), "", "", `{"N":"100000000000000000000000000000000000001"}`, `error: more than 38 significant digits`),
	writing("mapper.Number", mapper.Number("1.5"), "", "", `{"S":"1.5"}`, `{"N":"1.5"}`),
	writing("big.Int", big.NewInt(7), "", "", `{"M":{}}`, `{"N":"7"}`),
	writing("big.Float", big.NewFloat(1.5), "", "", `{"M":{}}`, `{"N":"1.5"}`),
	writing("big.Rat", big.NewRat(1, 4), "", "", `{"M":{}}`, `{"N":"0.25"}`),
	reading[float32]("largest float32", avN("340282350000000000000000000000000000000"), 0, "", "", `error: number overflow`, `3.4028235e+38`),
	reading[float32]("float32 between two", avN("1.00000005960464477539062500001"), 0, "", "", `1`, `1.0000001`),
	reading[float32]("float32 too small", avN("1E-60"), 0, "", "", `0`, `error: too small for float32`),
	reading[int]("integer with an exponent", avN("1E3"), 0, "", "", `error: parsing "1E3"`, `1000`),
	reading[float64]("stored number that is none", avN("NaN"), 0, "", "", `NaN`, `error: not a decimal number`),
	reading[any]("number into an interface", avN("12345678901234567890.5"), nil, "", "", `1.2345678901234567e+19`, `"12345678901234567890.5"`),
	reading[bool]("number into a bool", avN("1"), false, "", "", `error: cannot unmarshal number`, `true`),
	reading[string]("number into a string", avN("1"), "", "", "", `"1"`, `error: N cannot be read into string`),
	// Texts and bytes.
	writing("string that is not UTF-8", "a\xff", "", "", `{"S":"a\xff"}`, `error: not valid UTF-8`),
	writing("MarshalText", netip.MustParseAddr("192.0.2.1"), "", "", `{"M":{}}`, `{"S":"192.0.2.1"}`),
	writing("MarshalText of an array of bytes", UUID{0xab}, "", "", `{"B":"qwAAAAAAAAAAAAAAAAAAAA=="}`, `{"S":"ab000000000000000000000000000000"}`),
	writing("MarshalText on the pointer, in a map", map[string]Color{"c": 2}, marshalText, "", `{"M":{"c":{"N":"2"}}}`, `{"M":{"c":{"S":"green"}}}`),
	writing("MarshalText of an embedded field", Reachable{netip.MustParseAddr("192.0.2.1"), 80}, marshalText, "", `{"S":"192.0.2.1"}`, `error: is an embedded field's and would lose the others`),
	writing("bytes of a named type", []Octet{1, 2}, "", "", `panic`, `{"B":"AQI="}`),
	reading("more bytes than the array has", avB("abc"), [2]byte{}, "", "", `panic`, `error: the array takes exactly 2`),
	reading("fewer bytes than the array has", avB("a"), [2]byte{1, 2}, "", "", `panic`, `error: the array takes exactly 2`),
	// Sets and lists.
	writing("duplicate members of a set", []string{"a", "a"}, "stringset", "set", `{"SS":["a","a"]}`, `error: set with a member twice`),
	writing("[][]byte without a word", [][]byte{{1}}, "", "", `{"BS":["AQ=="]}`, `{"L":[{"B":"AQ=="}]}`),
	writing("set behind a pointer", &[]string{"a"}, "stringset", "set", `{"SS":["a"]}`, `error: set on type *[]string`),
	writing("set of pointers", []*string{pointer("a")}, "stringset", "set", `{"SS":["a"]}`, `error: set on type []*string`),
	reading("set of texts", avSS("::1"), []netip.Addr(nil), marshalText, "set", `error: cannot unmarshal string into Go value type netip.Addr`, `[::1]`),
	reading[any]("SS into an interface", avSS("a"), nil, "", "", `[]string{"a"}`, `mapper.StringSet{"a"}`),
	reading[any]("NS into an interface", avNS("1"), nil, "", "", `[]float64{1}`, `mapper.NumberSet{"1"}`),
	reading[any]("BS into an interface", avBS("a"), nil, "", "", `[][]uint8{[]uint8{0x61}}`, `mapper.BinarySet{[]uint8{0x61}}`),
	reading("list longer than the array", avL(avN("1"), avN("2"), avN("3")), [2]int{}, "", "", `[2]int{1, 2}`, `error: the array takes exactly 2`),
	reading("list shorter than the array", avL(avN("1")), [2]int{7, 8}, "", "", `[2]int{1, 8}`, `error: the array takes exactly 2`),
	// Times.
	writing("time without a word", fine, "", "", `{"S":"2026-11-24T12:00:00.5Z"}`, `{"S":"2026-11-24T12:00:00.500000000Z"}`),
	writing("time in a map", map[string]time.Time{"t": fine}, "", "", `{"M":{"t":{"S":"2026-11-24T12:00:00.5Z"}}}`, `{"M":{"t":{"S":"2026-11-24T12:00:00.500000000Z"}}}`),
	writing("zero time as unixtime", time.Time{}, "unixtime", "unixtime", `{"N":"-62135596800"}`, `error: add omitempty or set it`),
	writing("unixtime of a part of a second", fine, "unixtime", "unixtime", `{"N":"1795521600"}`, `error: would cut its precision`),
	writing("unixtime on a slice", []time.Time{fine.Truncate(time.Second)}, "unixtime", "unixtime", `{"L":[{"S":"2026-11-24T12:00:00Z"}]}`, `{"L":[{"N":"1795521600"}]}`),
	writing("year 10000", time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC), "", "time=rfc3339nano", `{"S":"10000-01-01T00:00:00Z"}`, `error: year outside 0 to 9999`),
	writing("zone with seconds", fine.In(time.FixedZone("", 90)), "", "time=rfc3339nano", `{"S":"2026-11-24T12:01:30.5+00:01"}`, `error: use UTC`),
	writing("named type of time.Time", Stamp(fine), "", "", `{"S":"2026-11-24T12:00:00.5Z"}`, `error: none of its fields is stored`),
	writing("struct that embeds a time alone", Timestamp{fine}, "", "", `{"M":{}}`, `{"S":"2026-11-24T12:00:00.5Z"}`),
	reading("number into a time", avN("1795521600"), time.Time{}, "", "", `2026-11-24T12:00:00Z`, `error: N cannot be read into time.Time`),
	reading("time finer than a nanosecond", avS("2026-11-24T12:00:00.1234567891Z"), time.Time{}, "", "time=rfc3339nano", `2026-11-24T12:00:00.123456789Z`, `error: time finer than a nanosecond`),
	reading("time that RFC 3339 does not spell so", avS("2026-11-24T12:00:00,5Z"), time.Time{}, "", "time=rfc3339nano", `2026-11-24T12:00:00.5Z`, `error: not a time as RFC 3339 spells it`),
	// Types.
	writing("channel", make(chan int), "", "", `left out`, `error: cannot be stored`),
	writing("function", func() {}, "", "", `left out`, `error: cannot be stored`),
	writing("complex number", complex(1, 2), "", "", `left out`, `error: cannot be stored`),
	writing("uintptr", uintptr(1), "", "", `left out`, `error: cannot be stored`),
	writing("struct that stores nothing", struct{ hidden int }{1}, "", "", `{"M":{}}`, `error: its value would be lost`),
	writing("nesting deeper than 32", nested(33), "", "", `{"L":[{"L":[{"L":…]}`, `error: nested deeper than 32 levels`),
	writing("map of empty structs", map[string]struct{}{"a": {}}, "", "", `{"M":{"a":{"M":{}}}}`, `{"SS":["a"]}`),
	writing("sql.NullString", sql.NullString{String: "a", Valid: true}, "", "", `{"M":{"String":{"S":"a"},"Valid":{"BOOL":true}}}`, `{"S":"a"}`),
	writing("attribute value", []types.AttributeValue{avS("a")}, "", "", `{"L":[{"M":{"Value":{"S":"a"}}}]}`, `{"L":[{"S":"a"}]}`),
	writing("Marshaler on the pointer, in a map", map[string]Wind{"w": {1, 2}}, "", "", `{"M":{"w":{"M":{}}}}`, `{"M":{"w":{"L":[{"N":"1"},{"N":"2"}]}}}`),
	reading("keys that are one in Go", avM(item{"1": avN("7"), "01": avN("7")}), map[int]int(nil), "", "", `map[int]int{1:7}`, `error: two of the stored keys`),
	writing("map with bool keys", map[bool]int{true: 1}, "", "", `{"M":{"true":{"N":"1"}}}`, `error: its keys have no text`),
	writing("map with float keys", map[float64]int{0.5: 1}, "", "", `{"M":{"0.5":{"N":"1"}}}`, `error: more than one spelling`),
	reading[Area]("interface with methods", avM(item{"Side": avN("2")}), nil, "", "", `panic`, `error: interface with methods`),
	// Tags.
	writing("word that is unknown", "", "omitemtpy", "omitemtpy", `{"S":""}`, `error: did you mean "omitempty"?`),
	writing("word string", 7, "string", "string", `{"S":"7"}`, `error: unknown word "string"`),
	writing("word omitemptyelem", []string{"a", ""}, "omitemptyelem", "omitemptyelem", `{"L":[{"S":"a"}]}`, `error: unknown word "omitemptyelem"`),
	writing("word nullempty", "", "nullempty", "nullempty", `{"NULL":true}`, `error: unknown word "nullempty"`),
	writing("word nullemptyelem", []string{"a", ""}, "nullemptyelem", "nullemptyelem", `{"L":[{"S":"a"},{"NULL":true}]}`, `error: unknown word "nullemptyelem"`),
	storesItem("two fields with one name", &Duplicate{"x", "1", "2"}, `{"M":{}}`, `error: is field A already`),
	storesItem("field that hides an embedded one", &Hidden{ID: "x", Revision: Revision{1}, Number: 2}, `{"M":{"Number":{"N":"2"}}}`, `error: is field Revision.Number already`),
	// What was there before.
	reading("missing attribute", nil, "old", "", "", `"old"`, `""`),
	reading("map that holds something", avM(item{"b": avN("2")}), map[string]int{"a": 1}, "", "", `map[string]int{"a":1, "b":2}`, `map[string]int{"b":2}`),
	{"slice that holds something", `[]int{1, 8, 9}`, `[]int{7, 8, 9}`, sharedMemory},
	{"case of names", `"1"`, `""`, caseOfNames},
}
