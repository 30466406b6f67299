package mapper_test

import (
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Types as a stranger's package has them.
type (
	Instant struct{ t time.Time }
	Ref     struct{ path []string } // stored as its path; no path is left out
	Maybe   struct{ v *int }        // stored as a pointer
	Toggle  struct{ on bool }
	Tags    struct{ all []string } // stored as a slice
	Handle  struct{ c chan int }   // stored as text, of one length
	Shape   interface{ Area() int }
	Square  int
)

func (s Square) Area() int { return int(s * s) }

// foreign are codecs of all of them.
func foreign() mapper.Options {
	return mapper.Options{Codecs: []mapper.TypeCodec{
		mapper.CodecFor(func(i Instant) (time.Time, error) { return i.t, nil }, func(t time.Time) (Instant, error) { return Instant{t}, nil }),
		mapper.CodecFor(
			func(r Ref) (string, error) {
				switch {
				case len(r.path) == 0:
					return "", fmt.Errorf("no path: %w", mapper.ErrOmit)
				case r.path[0] == "bad":
					return "", grumpyError{canary}
				}
				return strings.Join(r.path, "/"), nil
			},
			func(s string) (Ref, error) {
				if strings.HasPrefix(s, "/") {
					return Ref{}, grumpyError{s}
				}
				return Ref{strings.Split(s, "/")}, nil
			}),
		mapper.CodecFor(func(m Maybe) (*int, error) { return m.v, nil }, func(v *int) (Maybe, error) { return Maybe{v}, nil }),
		mapper.CodecFor(func(t Toggle) (bool, error) { return t.on, nil }, func(b bool) (Toggle, error) { return Toggle{b}, nil }),
		mapper.CodecFor(func(t Tags) ([]string, error) { return t.all, nil }, func(all []string) (Tags, error) { return Tags{all}, nil }),
		mapper.CodecFor(func(h Handle) (string, error) { return strconv.Itoa(cap(h.c)), nil },
			func(s string) (Handle, error) { n, err := strconv.Atoi(s); return Handle{make(chan int, n)}, err }),
		mapper.CodecFor(
			func(s Shape) (Square, error) { return s.(Square), nil },
			func(s Square) (Shape, error) { return s, nil }),
		// A chain: Blob as Digest, Digest as text.
		mapper.CodecFor(func(b Blob) (Digest, error) { return Digest(b), nil }, func(d Digest) (Blob, error) { return Blob(d[:]), nil }),
		mapper.CodecFor(func(d Digest) (string, error) { return fmt.Sprintf("%x", d[:]), nil }, func(s string) (d Digest, err error) {
			_, err = fmt.Sscanf(s, "%02x%02x%02x%02x", &d[0], &d[1], &d[2], &d[3])
			return d, err
		}),
	}}
}

func TestCodecs(t *testing.T) {
	type Document struct {
		At   Instant  `ddb:"at,unixtime"`
		Ref  *Ref     `ddb:"ref"`
		All  []Ref    `ddb:"all,set,omitempty"`
		More []Maybe  `ddb:"more"`
		On   Toggle   `ddb:"on,bool=number"`
		Self []Digest `ddb:"self"`
	}
	second := noon.Truncate(time.Second)
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"as a time", Instant{second}, "time=s", avS("2026-11-24T12:00:00Z")},
		{"as a time in seconds", &Instant{second}, "unixtime", avN("1795521600")},
		{"as times in a list", []Instant{{second}}, "unixmilli", avL(avN("1795521600000"))},
		{"as times in a set", []Instant{{second}}, "set,unixtime", avNS("1795521600")},
		{"as an empty value", Instant{}, "omitempty", nil},
		{"as a string", Ref{[]string{"a", "b"}}, "", avS("a/b")},
		{"as bytes", Ref{[]string{"a", "b"}}, "binary", avB("a/b")},
		{"in a set", []Ref{{[]string{"a", "b"}}}, "set", avSS("a/b")},
		{"in a set of bytes", []Ref{{[]string{"a", "b"}}}, "set,binary", avBS("a/b")},
		{"in a map", map[string]Ref{"k": {[]string{"a"}}}, "", avM(item{"k": avS("a")})},
		{"behind a pointer", &Ref{[]string{"a"}}, "null", avS("a")},
		{"nil pointer, null", (*Ref)(nil), "null", null},
		{"as a pointer", Maybe{pointer(1)}, "", avN("1")},
		{"as a nil pointer", Maybe{}, "", nil},
		{"as a nil pointer, null", Maybe{}, "null", null},
		{"as a nil pointer in a list", []Maybe{{}, {pointer(1)}}, "", avL(null, avN("1"))},
		{"as a nil pointer, omitempty", Maybe{}, "omitempty", nil},
		{"as a bool", Toggle{true}, "bool=number", avN("1")},
		{"as false, omitempty", Toggle{}, "omitempty", nil},
		{"zero, omitzero", Toggle{}, "omitzero", nil},
		{"as a slice", Tags{[]string{"a"}}, "", avL(avS("a"))},
		{"as a nil slice", Tags{}, "", nil},
		{"as an empty slice", Tags{[]string{}}, "", avL()},
		{"as a set", Tags{[]string{"a"}}, "set", avSS("a")},
		{"as a nil set", Tags{}, "set", nil},
		{"as a nil set, null", Tags{}, "set,null", null},
		{"as the first of a chain", Blob{1, 2, 3, 4}, "", avS("01020304")},
		{"nil of a type that can be", Blob(nil), "", nil},
		{"nil of a type that can be, null", Blob(nil), "null", null},
		{"before the kind of an array", [1]Digest{{1, 2, 3, 4}}, "", avL(avS("01020304"))},
		{"document", Document{At: Instant{second}, Ref: &Ref{[]string{"r"}}, More: []Maybe{{}}, On: Toggle{true}, Self: []Digest{{}}}, "",
			avM(item{"at": avN("1795521600"), "ref": avS("r"), "more": avL(null), "on": avN("1"), "self": avL(avS("00000000"))})},
	} {
		t.Run(tt.name, func(t *testing.T) { assertRoundTrip(t, foreign(), tt.value, tt.words, tt.stored) })
	}
}

func TestCodecsOfInterfacesAndChannels(t *testing.T) {
	type T struct {
		ID     string            `ddb:"id,pk"`
		Shape  Shape             `ddb:"shape"`
		None   Shape             `ddb:"none,null"`
		Handle Handle            `ddb:"handle"`
		Chans  map[string]Handle `ddb:"chans"`
		Any    any               `ddb:"any"`
		Texts  map[string]string `ddb:"texts"`
	}
	for how, compile := range compilers {
		p, err := compile(reflect.TypeFor[T](), foreign())
		require.NoError(t, err, how)
		it, err := encode(p, &T{"x", Square(3), nil, Handle{make(chan int, 7)}, nil, map[string]any{"d": Digest{1}, "h": &Handle{}, "r": Ref{}}, nil})
		require.NoError(t, err, how)
		assert.Equal(t, item{"id": avS("x"), "shape": avN("3"), "none": null, "handle": avS("7"), "any": avM(item{"d": avS("01000000"), "h": avS("0")})}, it)
		var read T
		require.NoError(t, decode(p, it, &read))
		assert.Equal(t, 9, read.Shape.Area())
		assert.Equal(t, 7, cap(read.Handle.c))
	}
}

// A codec of a type that the fast paths know is not passed over.
func TestCodecsOfPlainTypes(t *testing.T) {
	o := mapper.Options{Codecs: []mapper.TypeCodec{
		mapper.CodecFor(func(s string) ([]byte, error) { return []byte(s), nil }, func(b []byte) (string, error) { return string(b), nil }),
	}}
	assertRoundTrip(t, o, []string{"a"}, "", avL(avB("a")))
	assertRoundTrip(t, o, []string{"a"}, "set", avBS("a"))
	assertRoundTrip(t, o, map[string]string{"a": "b"}, "", avM(item{"a": avB("b")}))
	o = mapper.Options{Codecs: []mapper.TypeCodec{
		mapper.CodecFor(func(b byte) (bool, error) { return b == 1, nil }, func(b bool) (byte, error) { return map[bool]byte{true: 1}[b], nil }),
	}}
	when := mapper.CodecFor(func(v time.Time) (int64, error) { return v.Unix(), nil }, func(s int64) (time.Time, error) { return time.Unix(s, 0).UTC(), nil })
	assertRoundTrip(t, mapper.Options{Codecs: []mapper.TypeCodec{when}}, noon.Truncate(time.Second), "", avN("1795521600"))
	assertRoundTrip(t, o, []byte{1, 0}, "", avL(avBool(true), avBool(false)))
	assertRoundTrip(t, o, [1]byte{1}, "", avL(avBool(true)))
}

func TestErrorsOfCodecs(t *testing.T) {
	typ := holder(reflect.TypeFor[map[string][]Ref](), "")
	p, err := mapper.Compile(typ, foreign())
	require.NoError(t, err)
	_, err = encode(p, held(typ, map[string][]Ref{"k": {{[]string{"bad"}}}}).Interface())
	assert.EqualError(t, err, `mapper: encode: struct{…}.V[…][0] (mapper_test.Ref): attribute "v": the encode function of its codec failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	_, isGrumpy := errors.AsType[grumpyError](err)
	assert.False(t, isGrumpy)
	_, err = encode(p, held(typ, map[string][]Ref{"k": {{}}}).Interface())
	assert.EqualError(t, err, `mapper: encode: struct{…}.V[…][0] (mapper_test.Ref): attribute "v": the encode function of its codec leaves it out, which only a field or a member of a map can be`)
	v := held(typ, nil)
	err = decode(p, item{"v": avM(item{"k": avL(avS("/" + canary))})}, v.Interface())
	assert.EqualError(t, err, `mapper: decode: struct{…}.V[…][0] (mapper_test.Ref): attribute "v": the decode function of its codec failed with a mapper_test.grumpyError, which is not shown since it may hold the value`)
	assert.True(t, v.Elem().IsZero())
	err = decode(p, item{"v": avM(item{"k": avL(avN("1"))})}, v.Interface())
	assert.EqualError(t, err, `mapper: decode: struct{…}.V[…][0] (string): attribute "v": N cannot be read into string, which is stored as S`)

	bytes := mapper.Options{Codecs: []mapper.TypeCodec{mapper.CodecFor(func(n Name) ([]byte, error) { return nil, nil }, func(b []byte) (Name, error) { return "", nil })}}
	nils := holder(reflect.TypeFor[[]Name](), "set")
	p, err = mapper.Compile(nils, bytes)
	require.NoError(t, err)
	_, err = encode(p, held(nils, []Name{"a"}).Interface())
	assert.ErrorContains(t, err, "V[0] (mapper_test.Name): attribute \"v\": nil in a set, which cannot hold NULL")
	_, err = mapper.Compile(holder(reflect.TypeFor[map[Name]int](), ""), bytes)
	assert.ErrorContains(t, err, "its keys have no text", "a key is no place for it")

	sets := holder(reflect.TypeFor[[]Ref](), "set")
	p, err = mapper.Compile(sets, foreign())
	require.NoError(t, err)
	_, err = encode(p, held(sets, []Ref{{}}).Interface())
	assert.ErrorContains(t, err, "V[0]")
}

func TestCodecsThatCannotBeUsed(t *testing.T) {
	id := func(s string) (string, error) { return s, nil }
	name := mapper.CodecFor(func(n Name) (string, error) { return string(n), nil }, func(s string) (Name, error) { return Name(s), nil })
	text := mapper.CodecFor(func(s string) (Name, error) { return Name(s), nil }, func(n Name) (string, error) { return string(n), nil })
	for _, tt := range []struct {
		codecs []mapper.TypeCodec
		want   []string
	}{
		{[]mapper.TypeCodec{{}}, []string{"mapper: compile: Config.Codecs[0] (nil): the zero TypeCodec: make one with CodecFor"}},
		{[]mapper.TypeCodec{mapper.CodecFor(id, id)}, []string{"mapper: compile: Config.Codecs[0] (string): it is stored as itself: store it as another type"}},
		{[]mapper.TypeCodec{mapper.CodecFor[int, string](nil, nil), mapper.CodecFor(func(Name) (int, error) { return 0, nil }, nil)}, []string{
			"mapper: compile: Config.Codecs[0] (int): a function is nil: give encode and decode",
			"mapper: compile: Config.Codecs[1] (mapper_test.Name): a function is nil: give encode and decode",
		}},
		{[]mapper.TypeCodec{name, name}, []string{"mapper: compile: Config.Codecs[1] (mapper_test.Name): it has a codec already: keep one"}},
		{[]mapper.TypeCodec{name, text}, []string{"mapper: compile: Config.Codecs[1] (string): it is stored as mapper_test.Name, which codecs store as it again: break the circle"}},
	} {
		_, err := mapper.Compile(holder(reflect.TypeFor[Name](), ""), mapper.Options{Codecs: tt.codecs})
		var got []string
		for _, e := range flatten(err) {
			got = append(got, e.Error())
		}
		assert.Equal(t, tt.want, got)
	}
	unmapped := mapper.CodecFor(func(n Name) (map[bool]int, error) { return nil, nil }, func(map[bool]int) (n Name, err error) { return n, nil })
	_, err := mapper.Compile(holder(reflect.TypeFor[Name](), ""), mapper.Options{Codecs: []mapper.TypeCodec{unmapped}})
	assert.ErrorContains(t, err, "struct{…}.V (map[bool]int)")
}

// Nested stores itself in a list of itself.
type Nested struct{ kids []Nested }

func TestRecursiveCodec(t *testing.T) {
	o := mapper.Options{Codecs: []mapper.TypeCodec{
		mapper.CodecFor(func(n Nested) ([]Nested, error) { return n.kids, nil }, func(kids []Nested) (Nested, error) { return Nested{kids}, nil }),
	}}
	assertRoundTrip(t, o, Nested{[]Nested{{}, {[]Nested{}}}}, "", avL(null, avL()))
	loop := []Nested{{}}
	loop[0].kids = loop
	typ := holder(reflect.TypeFor[Nested](), "")
	p, err := mapper.Compile(typ, o)
	require.NoError(t, err)
	_, err = encode(p, held(typ, Nested{loop}).Interface())
	assert.ErrorContains(t, err, "nested deeper than 32 levels")
}

func TestOptionsAreNotKept(t *testing.T) {
	type T struct {
		ID  string `ddb:"id,pk"`
		Any any
	}
	o := foreign()
	p, err := mapper.Compile(reflect.TypeFor[T](), o)
	require.NoError(t, err)
	clear(o.Codecs)
	it, err := encode(p, &T{"x", Digest{}})
	require.NoError(t, err)
	assert.Equal(t, avS("00000000"), it["Any"])
	assert.ErrorContains(t, p.WriteValue(1, Ref{}, attribute.NewWriter(attribute.Sizes{})), "does not convert")
	require.NoError(t, p.WriteValue(0, Digest{}, attribute.NewWriter(attribute.Sizes{})))
}

func TestSQLNull(t *testing.T) {
	type Row struct {
		Name sql.NullString             `ddb:"name"`
		Age  sql.NullInt16              `ddb:"age,null"`
		Text sql.Null[url.URL]          `ddb:"text"`
		At   sql.NullTime               `ddb:"at,time=s"`
		Own  sql.Null[Temperature]      `ddb:"own"`
		In   sql.Null[sql.NullInt64]    `ddb:"in"`
		All  map[string]sql.NullFloat64 `ddb:"all"`
	}
	second := noon.Truncate(time.Second)
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"string", sql.NullString{String: "s", Valid: true}, "", avS("s")},
		{"empty string", sql.NullString{Valid: true}, "", avS("")},
		{"no string", sql.NullString{}, "", nil},
		{"no string, null", sql.NullString{}, "null", null},
		{"no string, omitempty", sql.NullString{}, "omitempty", nil},
		{"empty string, omitempty", sql.NullString{Valid: true}, "omitempty", avS("")},
		{"string, omitzero", sql.NullString{Valid: true}, "omitzero", avS("")},
		{"bool", sql.NullBool{Bool: true, Valid: true}, "bool=number", avN("1")},
		{"byte", sql.NullByte{Byte: 7, Valid: true}, "", avN("7")},
		{"int16", sql.NullInt16{Int16: -7, Valid: true}, "", avN("-7")},
		{"int32", sql.NullInt32{Int32: -7, Valid: true}, "", avN("-7")},
		{"int64", sql.NullInt64{Int64: -7, Valid: true}, "", avN("-7")},
		{"float", sql.NullFloat64{Float64: 0.5, Valid: true}, "", avN("0.5")},
		{"time", sql.NullTime{Time: second, Valid: true}, "unixtime", avN("1795521600")},
		{"no time", sql.NullTime{}, "unixtime,null", null},
		{"generic", sql.Null[uint8]{V: 7, Valid: true}, "", avN("7")},
		{"generic bytes", sql.Null[[]byte]{V: []byte{}, Valid: true}, "", avB("")},
		{"generic struct", sql.Null[City]{V: City{Name: "B"}, Valid: true}, "", avM(item{"name": avS("B")})},
		{"generic set", sql.Null[mapper.StringSet]{V: mapper.StringSet{"a"}, Valid: true}, "", avSS("a")},
		{"no set", sql.Null[mapper.StringSet]{}, "null", null},
		{"an empty set", sql.Null[mapper.StringSet]{}, "", nil},
		{"pointer", &sql.NullString{String: "s", Valid: true}, "", avS("s")},
		{"in a list", []sql.NullString{{}, {Valid: true}}, "", avL(null, avS(""))},
		{"in a map", map[string]sql.NullInt64{"a": {}, "b": {Valid: true}}, "", avM(item{"a": null, "b": avN("0")})},
		{"in a document", Row{At: sql.NullTime{Time: second, Valid: true}, Own: sql.Null[Temperature]{V: "1", Valid: true}, All: map[string]sql.NullFloat64{"a": {}}}, "",
			avM(item{"age": null, "at": avS("2026-11-24T12:00:00Z"), "own": degrees("1"), "all": avM(item{"a": null})})},
		{"what leaves itself out", sql.Null[Temperature]{Valid: true}, "", nil},
	} {
		if tt.name == "what leaves itself out" {
			got, err := encodeField(t, tt.value, tt.words)
			require.NoError(t, err)
			assert.Nil(t, got)
			continue
		}
		t.Run(tt.name, func(t *testing.T) { assertRoundTrip(t, mapper.Options{}, tt.value, tt.words, tt.stored) })
	}

	for name, v := range map[string]any{
		"pointer": sql.Null[*int]{Valid: true}, "slice": sql.Null[[]int]{Valid: true}, "null in null": sql.Null[sql.NullString]{Valid: true}, "any": sql.Null[any]{Valid: true},
	} {
		_, err := encodeField(t, v, "")
		assert.ErrorContains(t, err, "it is valid and holds nil, whose NULL would be read as not valid", name)
	}
	_, err := decodeField[sql.NullInt16](t, avN("40000"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (int16): attribute "v": the number does not fit int16`)
	_, err = decodeField[sql.NullString](t, avB("x"), "")
	assert.ErrorContains(t, err, "B cannot be read into string")

	type T struct {
		ID  string         `ddb:"a,pk"`
		Opt sql.NullString `ddb:"b"`
	}
	p := compiled[T](t)
	assert.True(t, p.Omits(1, nil))
	assert.True(t, p.Omits(1, sql.NullString{String: "stale"}))
	assert.False(t, p.Omits(1, sql.NullString{Valid: true}))
	w := attribute.NewWriter(attribute.Sizes{})
	require.NoError(t, p.WriteValue(1, nil, w))
	got, err := w.Value()
	require.NoError(t, err)
	assert.Equal(t, null, got)
	_, err = mapper.Compile(reflect.TypeFor[struct {
		ID sql.NullString `ddb:"id,pk"`
	}](), mapper.Options{})
	assert.ErrorContains(t, err, "it may be nil")
	_, err = mapper.Compile(holder(reflect.TypeFor[[]sql.NullString](), "set"), mapper.Options{})
	assert.ErrorContains(t, err, "set on type []sql.NullString")
	_, err = mapper.Compile(reflect.TypeFor[struct {
		ID string `ddb:"id,pk"`
		sql.NullString
	}](), mapper.Options{})
	assert.ErrorContains(t, err, "one value and cannot be flattened")
}
