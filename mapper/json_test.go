package mapper_test

import (
	"encoding/json"
	"math"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Profile is what encoding/json makes of it.
type Profile struct {
	Name   string         `json:"name"`
	Age    int            `json:"age,omitempty"`
	Raw    []byte         `json:"raw,omitempty"`
	Extra  map[string]any `json:"extra,omitempty"`
	Friend *Profile       `json:"friend,omitempty"`
	Skip   chan int       `json:"-"`
	_      func()
}

func TestJSON(t *testing.T) {
	type Document struct {
		P    Profile       `ddb:"p,json"`
		Null *Profile      `ddb:"null,json,null"`
		None *Profile      `ddb:"none,json"`
		Port map[int]uint8 `ddb:"port,json,omitempty"`
	}
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"struct", Profile{Name: "A", Age: 7, Raw: []byte{1}, Friend: &Profile{Name: "B"}}, "json", avS(`{"name":"A","age":7,"raw":"AQ==","friend":{"name":"B"}}`)},
		{"numbers are exact", Profile{Extra: map[string]any{"n": json.Number("12345678901234567890.123456789012345678901234567890")}}, "json",
			avS(`{"name":"","extra":{"n":12345678901234567890.123456789012345678901234567890}}`)},
		{"zero struct", Profile{}, "json", avS(`{"name":""}`)},
		{"zero struct, omitzero", Profile{}, "json,omitzero", nil},
		{"pointer", &Profile{Name: "A"}, "json", avS(`{"name":"A"}`)},
		{"nil pointer", (*Profile)(nil), "json", nil},
		{"nil pointer, null", (*Profile)(nil), "json,null", null},
		{"string", "a\"☺\\ufffd\ufffd\x00", "json", avS(`"a\"☺\\ufffd` + "\ufffd" + `\u0000"`)},
		{"empty string, omitempty", "", "json,omitempty", nil},
		{"emoji", "\U0001F600", "json", avS("\"\U0001F600\"")},
		{"HTML", "<&>", "json", avS(`"\u003c\u0026\u003e"`)},
		{"int", -7, "json", avS("-7")},
		{"slice", []string{"a"}, "json", avS(`["a"]`)},
		{"nil slice", []string(nil), "json", nil},
		{"map", map[string]int{"b": 2, "a": 1}, "json", avS(`{"a":1,"b":2}`)},
		{"map with int keys", map[int]string{1: "a"}, "json", avS(`{"1":"a"}`)},
		{"map with text keys", map[netip.Addr]bool{netip.MustParseAddr("::1"): true}, "json", avS(`{"::1":true}`)},
		{"array", [2]bool{true}, "json", avS(`[true,false]`)},
		{"time", noon, "json", avS(`"2026-11-24T12:00:00.123456789Z"`)},
		{"zero time, omitempty", time.Time{}, "json,omitempty", nil},
		{"uintptr", uintptr(7), "json", avS("7")},
		{"raw", json.RawMessage(`{"a":[1]}`), "json", avS(`{"a":[1]}`)},
		{"text", netip.MustParseAddr("::1"), "json", avS(`"::1"`)},
		{"empty interface", Empty(json.Number("1.50")), "json", avS("1.50")},
		{"document", Document{P: Profile{Name: "A"}, Port: map[int]uint8{1: 2}}, "", avM(item{"p": avS(`{"name":"A"}`), "null": null, "port": avS(`{"1":2}`)})},
	} {
		t.Run(tt.name, func(t *testing.T) { assertRoundTrip(t, mapper.Options{}, tt.value, tt.words, tt.stored) })
	}
	type T struct {
		ID  string         `ddb:"id,pk"`
		Any map[string]any `ddb:"any,json"`
	}
	p := compiled[T](t)
	var v T
	require.NoError(t, decode(p, item{"id": avS("x"), "any": avS(` {"a" : 1e400 , "b":[null]} `)}, &v))
	assert.Equal(t, map[string]any{"a": json.Number("1e400"), "b": []any{nil}}, v.Any)
}

// Bare has MarshalJSON alone, Mixed embeds a time beside another field.
type (
	Bare  struct{ A int }
	Mixed struct {
		time.Time
		Note string
	}
)

func (Bare) MarshalJSON() ([]byte, error) { return []byte("{}"), nil }

func TestTypesThatAreNoJSON(t *testing.T) {
	type Loop struct {
		Next *Loop
		C    []complex64
	}
	for _, tt := range []struct {
		typ    reflect.Type
		path   string
		reason string
	}{
		{reflect.TypeFor[chan int](), ".V", `encoding/json does not take it: skip it with json:"-"`},
		{reflect.TypeFor[func()](), ".V", "encoding/json does not take it"},
		{reflect.TypeFor[map[string][]*complex128](), ".V[…][]", "encoding/json does not take it"},
		{reflect.TypeFor[Loop](), ".V.C[]", "encoding/json does not take it"},
		{reflect.TypeFor[struct{ In struct{ F func() } }](), ".V.In.F", "encoding/json does not take it"},
		{reflect.TypeFor[map[bool]int](), ".V", "encoding/json does not take its keys"},
		{reflect.TypeFor[[]error](), ".V[]", "interface with methods"},
		{reflect.TypeFor[struct{ a int }](), ".V", "none of its fields is in its JSON"},
		{reflect.TypeFor[*Bare](), ".V", "it has MarshalJSON and could not be read back: give it UnmarshalJSON too"},
		{reflect.TypeFor[OneWay](), ".V", "it has MarshalText and could not be read back"},
		{reflect.TypeFor[Mixed](), ".V", "its MarshalJSON is an embedded field's and would lose the others"},
	} {
		_, err := mapper.Compile(holder(tt.typ, "json"), mapper.Options{})
		require.Len(t, flatten(err), 1, "%v", tt.typ)
		e := mapperError(t, err)
		assert.Equal(t, "struct{…}"+tt.path, e.Path)
		assert.Contains(t, e.Reason, tt.reason)
	}
	// The word is known where the struct has other mistakes.
	_, err := mapper.Compile(reflect.TypeFor[struct {
		V uintptr `ddb:"v,json"`
		W func()  `ddb:"w,json"`
	}](), mapper.Options{})
	require.Len(t, flatten(err), 2)
	assert.ErrorContains(t, err, "no partition key")
	assert.ErrorContains(t, err, ".W (func()): encoding/json does not take it")
}

func TestJSONThatLoses(t *testing.T) {
	type looped map[string]any
	self := looped{}
	self["k"] = self
	for name, v := range map[string]any{
		"NaN": []any{math.NaN()}, "a map in itself": self, "channel in any": []any{make(chan int)}, "raw that is none": json.RawMessage("{" + canary),
	} {
		_, err := encodeField(t, v, "json")
		require.ErrorContains(t, err, "encoding/json failed with a *json.", name)
		assert.NotContains(t, err.Error(), canary)
	}
	for _, v := range []any{"\xff", []string{"a", "\xff"}, map[string]string{"k\xff": canary}, Profile{Name: "a\\\xff"}} {
		_, err := encodeField(t, v, "json")
		assert.ErrorContains(t, err, "a string in it is not valid UTF-8, which JSON cannot hold")
	}

	for _, text := range []string{"", " ", "{", `{"name":1}`, `{"name":"` + canary + `"`, canary, `{"age":1.5}`, `{"age":1e30}`, strings.Repeat("[", 20_000)} {
		_, err := decodeField[Profile](t, avS(text), "json")
		require.ErrorContains(t, err, "encoding/json failed with a *", text)
		assert.NotContains(t, err.Error(), canary)
	}
	for _, text := range []string{"{}{}", "{} x", "{}]", "{},", "null null", "{} \x00"} {
		_, err := decodeField[Profile](t, avS(text), "json")
		assert.ErrorContains(t, err, "more than one JSON value is stored", text)
	}
	for _, text := range []string{`"\ud800"`, `"\udc00"`, `"\ud800\ud800"`, `"\ud800x"`, `"a\\\ud83dude00"`, `"\udc00\ud800"`} {
		_, err := decodeField[string](t, avS(text), "json")
		assert.ErrorContains(t, err, "half of a surrogate pair", text)
	}
	for text, want := range map[string]string{`"\ud83d\ude00"`: "\U0001F600", `"\\ud800"`: `\ud800`, `"\ufffd"`: "\ufffd", `"\uD83D\uDE00\u0041"`: "\U0001F600A"} {
		got, err := decodeField[string](t, avS(text), "json")
		require.NoError(t, err)
		assert.Equal(t, want, got)
	}
	_, err := decodeField[Profile](t, avM(item{"name": avS("A")}), "json")
	assert.ErrorContains(t, err, "M cannot be read into mapper_test.Profile, which is stored as S")
	got, err := decodeField[*Profile](t, avS("null"), "json")
	require.NoError(t, err)
	assert.Nil(t, got)
}

// Dice shows another side each time.
type Dice struct{ thrown *int }

func (d Dice) MarshalJSON() ([]byte, error) { *d.thrown++; return json.Marshal(*d.thrown) }

func (d *Dice) UnmarshalJSON([]byte) error { return nil }

func TestJSONIsWrittenOnce(t *testing.T) {
	type T struct {
		ID  string `ddb:"id,pk"`
		Top []Dice `ddb:"top,json"`
		In  struct {
			Dice []Dice `ddb:"dice,json"`
		}
	}
	var v T
	d := Dice{new(int)}
	v.Top, v.In.Dice = []Dice{d, d}, []Dice{d}
	src := compiled[T](t).Source(&v)
	defer src.Release()
	for _, s := range src.Slots(nil) {
		assert.Equal(t, writeSlot(t, src, s), writeSlot(t, src, s))
	}
}
