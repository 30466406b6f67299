package mapper_test

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Temperature is stored as its marshaler likes: absolute zero is left out, "none" is NULL, "nil" no
// value at all, "bad" an error that quotes it.
type Temperature string

func (t Temperature) MarshalDDB() (types.AttributeValue, error) {
	switch t {
	case "":
		return nil, fmt.Errorf("nothing to see: %w", mapper.ErrOmit)
	case "none":
		return null, nil
	case "nil":
		return nil, nil
	case "typed nil":
		return (*types.AttributeValueMemberS)(nil), nil
	case "unknown":
		return &types.UnknownUnionMember{Tag: "X"}, nil
	case "nested nil":
		return avL(avS("a"), nil), nil
	case "false null":
		return &types.AttributeValueMemberNULL{}, nil
	case "twice":
		return avSS("a", "a"), nil
	case "NaN":
		return avN("NaN"), nil
	case "deep":
		v := avS("bottom")
		for range 40 {
			v = avL(v)
		}
		return v, nil
	case "bad":
		return nil, grumpyError{canary}
	}
	return avM(item{"deg": avN(string(t)), "unit": avS("C")}), nil
}

func (t *Temperature) UnmarshalDDB(v types.AttributeValue) error {
	if *t != "" {
		return errors.New("the receiver is not zero")
	}
	switch v := v.(type) {
	case *types.AttributeValueMemberNULL:
		*t = "none"
		return nil
	case *types.AttributeValueMemberM:
		if n, ok := v.Value["deg"].(*types.AttributeValueMemberN); ok {
			*t = Temperature(n.Value)
			return nil
		}
	}
	return grumpyError{canary}
}

// Wind has attributevalue's methods, on the pointer; and MarshalText, which those go before.
type Wind struct{ from, to int }

func (w *Wind) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return avL(avN(strconv.Itoa(w.from)), avN(strconv.Itoa(w.to))), nil
}

func (w *Wind) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	l, ok := v.(*types.AttributeValueMemberL)
	if !ok || len(l.Value) != 2 {
		return grumpyError{canary}
	}
	return errors.Join(attributevalue.Unmarshal(l.Value[0], &w.from), attributevalue.Unmarshal(l.Value[1], &w.to))
}

func (w Wind) MarshalText() ([]byte, error)  { return nil, grumpyError{canary} }
func (w *Wind) UnmarshalText(b []byte) error { return grumpyError{canary} }

// Both has ours and attributevalue's.
type Both int

func (Both) MarshalDDB() (types.AttributeValue, error)                     { return avS("ours"), nil }
func (*Both) UnmarshalDDB(types.AttributeValue) error                      { return nil }
func (Both) MarshalDynamoDBAttributeValue() (types.AttributeValue, error)  { return avS("theirs"), nil }
func (*Both) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error { return nil }

func degrees(n string) av { return avM(item{"deg": avN(n), "unit": avS("C")}) }

// assertRoundTrip demands that v is stored so and reads back as itself, with both compilers, from
// attribute values and from decrypted bytes.
func assertRoundTrip(t *testing.T, o mapper.Options, v any, words string, stored av) {
	t.Helper()
	for how, compile := range compilers {
		typ := holder(reflect.TypeOf(v), words)
		p, err := compile(typ, o)
		require.NoError(t, err, how)
		h := held(typ, v)
		it, err := encode(p, h.Interface())
		require.NoError(t, err, how)
		require.Equal(t, stored, it["v"], how)
		read := reflect.New(typ)
		require.NoError(t, decode(p, it, read.Interface()), how)
		assert.Equal(t, h.Interface(), read.Interface(), how)
		fromBytes := reflect.New(typ)
		require.NoError(t, decodeBytes(t, p, it, fromBytes.Interface()), how)
		assertSame(t, h, fromBytes)
		assert.Equal(t, canonical(t, p, h.Interface()), canonical(t, p, fromBytes.Interface()), how)
	}
}

func TestMarshalers(t *testing.T) {
	type Report struct {
		Max Temperature   `ddb:"max"`
		Min *Temperature  `ddb:"min"`
		All []Temperature `ddb:"all"`
	}
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"ours", Temperature("21"), "", degrees("21")},
		{"ours, NULL is data", Temperature("none"), "", null},
		{"ours behind a pointer", pointer(Temperature("21")), "null", degrees("21")},
		{"nil pointer", (*Temperature)(nil), "", nil},
		{"nil pointer, null", (*Temperature)(nil), "null", null},
		{"ours in a slice", []Temperature{"1", "none"}, "", avL(degrees("1"), null)},
		{"pointers to ours in a slice", []*Temperature{pointer(Temperature("1")), nil}, "", avL(degrees("1"), null)},
		{"ours in a map", map[string]Temperature{"a": "1", "b": "none"}, "", avM(item{"a": degrees("1"), "b": null})},
		{"ours in a document", Report{Max: "3", Min: pointer(Temperature("1")), All: []Temperature{"2"}}, "",
			avM(item{"max": degrees("3"), "min": degrees("1"), "all": avL(degrees("2"))})},
		{"attributevalue's", Wind{1, 2}, "", avL(avN("1"), avN("2"))},
		{"attributevalue's behind a pointer", &Wind{1, 2}, "omitempty", avL(avN("1"), avN("2"))},
		{"attributevalue's in a map", map[string]Wind{"a": {1, 2}}, "", avM(item{"a": avL(avN("1"), avN("2"))})},
		{"ours before attributevalue's", Both(0), "", avS("ours")},
		{"omitzero", Wind{}, "omitzero", nil},
	} {
		t.Run(tt.name, func(t *testing.T) { assertRoundTrip(t, mapper.Options{}, tt.value, tt.words, tt.stored) })
	}
}

// The answers of attributevalue's own encoder, for what it takes too.
func TestMarshalersAgreeWithAttributevalue(t *testing.T) {
	for _, v := range []any{Wind{3, 4}, &Wind{3, 4}, []Wind{{1, 2}, {3, 4}}, map[string]*Wind{"a": {1, 2}}, attributevalue.Number("1.5"), []attributevalue.Number{"1"}} {
		want, err := attributevalue.Marshal(reflect.ValueOf(v).Interface())
		if reflect.TypeOf(v) == reflect.TypeFor[Wind]() {
			want, err = attributevalue.Marshal(pointer(v.(Wind))) // it finds the methods of a pointer only there
		}
		require.NoError(t, err)
		got, err := encodeField(t, v, "")
		require.NoError(t, err)
		assert.Equal(t, want, got, "%T", v)
	}
}

func TestMarshalersLeaveOut(t *testing.T) {
	type Report struct {
		Max Temperature  `ddb:"max"`
		Min *Temperature `ddb:"min"`
		Any any          `ddb:"any"`
	}
	empty := pointer(Temperature(""))
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"field", Temperature(""), "", nil},
		{"pointer", empty, "", nil},
		{"pointer, null", empty, "null", nil},
		{"member of a map", map[string]Temperature{"a": "1", "b": ""}, "", avM(item{"a": degrees("1")})},
		{"every member of a map", map[string]*Temperature{"a": empty}, "", avM(item{})},
		{"fields of a document", Report{Min: empty, Any: Temperature("")}, "", avM(item{})},
		{"some fields of a document", Report{Max: "1", Min: empty, Any: "text"}, "", avM(item{"max": degrees("1"), "any": avS("text")})},
		{"member of a map in any", map[string]any{"a": empty, "b": 1, "c": nil}, "", avM(item{"b": avN("1"), "c": null})},
	} {
		for how, compile := range compilers {
			t.Run(tt.name+"/"+how, func(t *testing.T) {
				typ := holder(reflect.TypeOf(tt.value), tt.words)
				p, err := compile(typ, mapper.Options{})
				require.NoError(t, err)
				it, err := encode(p, held(typ, tt.value).Interface())
				require.NoError(t, err)
				assert.Equal(t, tt.stored, it["v"])
				_, present := it["v"]
				assert.Equal(t, tt.stored != nil, present)
				_, leftOut := canonical(t, p, held(typ, tt.value).Interface())["v"]
				assert.Equal(t, present, leftOut)
			})
		}
	}
	type T struct {
		ID  string `ddb:"id,pk"`
		Any any    `ddb:"any"`
	}
	for _, v := range []any{Temperature(""), empty} {
		it, err := encode(compiled[T](t), &T{"x", v})
		require.NoError(t, err)
		assert.Equal(t, item{"id": avS("x")}, it, "an interface leaves out what its value does")
	}
}

func TestWhatMarshalersMayNotAnswer(t *testing.T) {
	const at = `mapper: encode: struct{…}.V (mapper_test.Temperature): attribute "v": `
	for v, want := range map[Temperature]string{
		"nil":        at + "attribute value of no known type",
		"typed nil":  at + "attribute value of no known type",
		"unknown":    at + "attribute value of no known type",
		"nested nil": at + "attribute value of no known type",
		"false null": at + "NULL must be true",
		"twice":      at + "set with a member twice",
		"NaN":        at + "not a decimal number",
		"deep":       at + "nested deeper than 32 levels",
		"bad":        at + "MarshalDDB failed with a mapper_test.grumpyError, which is not shown since it may hold the value",
	} {
		_, err := encodeField(t, v, "")
		assert.EqualError(t, err, want, string(v))
		_, err = encodeField(t, []any{map[string]Temperature{"k": v}}, "")
		assert.EqualError(t, err, strings.Replace(want, ".V (", ".V[0][…] (", 1), string(v))
	}
	for _, v := range []any{[]Temperature{"1", ""}, []*Temperature{pointer(Temperature("1")), pointer(Temperature(""))}, []any{1, Temperature("")}, [2]Temperature{"1"}} {
		for _, v := range []any{v, map[string]any{"k": v}} {
			_, err := encodeField(t, v, "")
			e := mapperError(t, err)
			assert.True(t, strings.HasSuffix(e.Path, "[1]"), "a member of a list cannot be left out, and leaves out no list: %s", e.Path)
			assert.Equal(t, "MarshalDDB leaves it out, which only a field or a member of a map can be", e.Reason)
		}
	}
}

func TestWhatUnmarshalersMeet(t *testing.T) {
	const at = `mapper: decode: struct{…}.V (mapper_test.Temperature): attribute "v": `
	_, err := decodeField[Temperature](t, avS(canary), "")
	assert.EqualError(t, err, at+"UnmarshalDDB failed with a mapper_test.grumpyError, which is not shown since it may hold the value")
	assert.Equal(t, "S", mapperError(t, err).Kind)
	_, err = decodeField[Temperature](t, avM(item{"deg": nil}), "")
	assert.EqualError(t, err, at+"a value without a type is stored", "no user's method meets nil")
	_, err = decodeField[Temperature](t, nil, "")
	assert.EqualError(t, err, at+"a value without a type is stored")
	deep := avS("bottom")
	for range 100_000 {
		deep = avL(deep)
	}
	_, err = decodeField[Temperature](t, deep, "")
	assert.EqualError(t, err, at+"nested deeper than 32 levels, which DynamoDB does not store")
	for range 40 {
		deep = avM(item{"k": deep})
	}
	_, err = decodeField[[]Wind](t, avL(deep), "")
	assert.Error(t, err)
	got, err := decodeField[*Temperature](t, null, "")
	require.NoError(t, err)
	assert.Nil(t, got, "NULL is the pointer's")
}

// Hoard keeps and spoils what it is given.
type Hoard struct{ v types.AttributeValue }

func (h Hoard) MarshalDDB() (types.AttributeValue, error) { return h.v, nil }

func (h *Hoard) UnmarshalDDB(v types.AttributeValue) error {
	h.v = v
	for _, m := range v.(*types.AttributeValueMemberM).Value {
		m.(*types.AttributeValueMemberB).Value[0]++
	}
	return nil
}

func TestUnmarshalersOwnTheirValues(t *testing.T) {
	stored := avM(item{"b": avB("abc")})
	got, err := decodeField[Hoard](t, stored, "")
	require.NoError(t, err)
	assert.Equal(t, avM(item{"b": avB("bbc")}), got.v)
	assert.Equal(t, avM(item{"b": avB("abc")}), stored)
}

type (
	NoUnmarshal  struct{ A int }
	NoMarshal    struct{ A int }
	OtherResults struct{ A int }
	SDKv1        struct{ A int }
	Promoted     struct {
		Temperature
		More int
	}
	Alone struct{ Temperature }
)

func (NoUnmarshal) MarshalDDB() (types.AttributeValue, error)      { return nil, nil }
func (*NoMarshal) UnmarshalDDB(types.AttributeValue) error         { return nil }
func (OtherResults) MarshalDDB() (any, error)                      { return nil, nil }
func (*OtherResults) UnmarshalDDB(types.AttributeValue) error      { return nil }
func (SDKv1) MarshalDynamoDBAttributeValue(*int) error             { return nil }
func (*SDKv1) UnmarshalDynamoDBAttributeValue(v *int, _ int) error { return nil }

func TestMethodsThatDoNotFit(t *testing.T) {
	for _, tt := range []struct {
		typ    reflect.Type
		reason string
	}{
		{reflect.TypeFor[NoUnmarshal](), "it has MarshalDDB and could not be read back: give it UnmarshalDDB too"},
		{reflect.TypeFor[NoMarshal](), "it has UnmarshalDDB and would be stored without it: give it MarshalDDB too"},
		{reflect.TypeFor[OtherResults](), "its MarshalDDB and UnmarshalDDB do not have the parameters and results that they are called with"},
		{reflect.TypeFor[SDKv1](), "its MarshalDynamoDBAttributeValue and UnmarshalDynamoDBAttributeValue do not have the parameters and results that they are called with"},
		{reflect.TypeFor[Promoted](), "its MarshalDDB is an embedded field's and would lose the others: give that field a name in place of embedding it"},
	} {
		for _, typ := range []reflect.Type{tt.typ, reflect.PointerTo(tt.typ), reflect.SliceOf(tt.typ)} {
			_, err := mapper.Compile(holder(typ, ""), mapper.Options{})
			require.Len(t, flatten(err), 1)
			assert.Equal(t, tt.reason, mapperError(t, err).Reason)
		}
	}
	assertRoundTrip(t, mapper.Options{}, Alone{"21"}, "", degrees("21"))
}

// Fickle answers differently each time, and leaves itself out every other time.
type Fickle struct{ asked *int }

func (f Fickle) MarshalDDB() (types.AttributeValue, error) {
	*f.asked++
	if *f.asked%2 == 0 {
		return nil, mapper.ErrOmit
	}
	return avN(strconv.Itoa(*f.asked)), nil
}

func (f *Fickle) UnmarshalDDB(types.AttributeValue) error { return nil }

func TestMarshalersAreAskedOnceAnItem(t *testing.T) {
	type Inner struct{ A, B, C Fickle }
	type T struct {
		ID   string `ddb:"id,pk"`
		A, B Fickle
		P    *Fickle
		M    map[string]Fickle
		Any  any
		In   Inner
	}
	asked := new(int)
	f := Fickle{asked}
	v := T{ID: "x", A: f, B: f, P: &f, M: map[string]Fickle{"a": f, "b": f, "c": f, "d": f}, Any: map[string]any{"a": f, "b": f, "l": avL()}, In: Inner{f, f, f}}
	p := compiled[T](t)
	for range 3 {
		src := p.Source(&v)
		slots := src.Slots(nil)
		assert.Equal(t, slots, src.Slots(nil))
		first := map[wire.Slot]av{}
		for _, s := range slots {
			first[s] = writeSlot(t, src, s)
		}
		before := *asked
		for range 2 {
			for _, s := range slots {
				assert.Equal(t, first[s], writeSlot(t, src, s), p.Attributes()[s].Name)
			}
		}
		assert.Equal(t, before, *asked)
		assert.Less(t, len(slots), 7, "some are left out")
		src.Release()
		it, err := encode(p, &v)
		require.NoError(t, err)
		var read T
		require.NoError(t, decode(p, it, &read))
	}
}

func TestConditionsOnMarshalers(t *testing.T) {
	type T struct {
		ID  string       `ddb:"a,pk"`
		T   Temperature  `ddb:"b"`
		P   *Temperature `ddb:"c"`
		Any any          `ddb:"d"`
	}
	p := compiled[T](t)
	for _, c := range []struct {
		slot  wire.Slot
		v     any
		omits bool
	}{
		{1, Temperature(""), true}, {1, Temperature("1"), false}, {1, "", true}, {1, Temperature("bad"), false},
		{2, pointer(Temperature("")), true}, {2, nil, true}, {2, pointer(Temperature("1")), false},
		{3, Temperature(""), true}, {3, 1, false}, {3, nil, true}, {0, Temperature("1"), false},
	} {
		assert.Equal(t, c.omits, p.Omits(c.slot, c.v), "%d %v", c.slot, c.v)
	}
	w := attribute.NewWriter(attribute.Sizes{})
	require.NoError(t, p.WriteValue(1, Temperature("1"), w))
	v, err := w.Value()
	require.NoError(t, err)
	assert.Equal(t, degrees("1"), v)
	assert.EqualError(t, p.WriteValue(1, Temperature(""), w), `mapper: encode: T.T (mapper_test.Temperature): attribute "b": MarshalDDB leaves it out, which only a field or a member of a map can be`)
	assert.ErrorContains(t, p.WriteValue(0, Temperature("1"), w), "does not convert to it without loss", "it is not stored as its Go kind")
}
