package mapper_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// encodesWhole asserts that the direct way of an item, where it is taken, makes what events make of v.
func encodesWhole[T any](t *testing.T, p *mapper.Plan, v *T, want item, errWant error) (taken bool) {
	t.Helper()
	guess := new(attribute.Sizes)
	got, size, next := p.EncodeItem(v, guess)
	if got == nil {
		assert.Same(t, guess, next)
		return false
	}
	require.NoError(t, errWant)
	require.Equal(t, want, got)
	assert.Equal(t, attribute.ItemSize(want), size)
	again, _, same := p.EncodeItem(v, next)
	assert.Equal(t, want, again)
	assert.Same(t, next, same, "the guess was right")
	return true
}

// decodesWhole asserts that the direct way of an item, where it is taken, reads what events read of it. dirty is
// what the struct holds before.
func decodesWhole[T any](t *testing.T, p *mapper.Plan, it item, dirty, want T, errWant error) (taken bool) {
	t.Helper()
	declared, ok := p.DecodeItem(it, &dirty)
	if !ok {
		return false
	}
	require.NoError(t, errWant)
	require.Equal(t, want, dirty)
	names := 0
	for _, a := range p.Attributes() {
		if _, ok := it[a.Name]; ok {
			names++
		}
	}
	assert.Equal(t, names, declared)
	return true
}

func fullUsual() usual {
	half, text := 0.5, "ä𐀀"
	deep := inner{S: "s", N: 2, P: &half, M: map[string]string{"k": "", "l": "v"}, Blobs: [][]byte{{}, {1}}}
	return usual{
		ID: "x", I: -3, I8: -8, I64: math.MaxInt64 / 100, U: 7, U16: 65535, U64: 1 << 40, F: -1299.95, F32: 0.25, T: true, B: []byte{0, 255},
		At: time.Date(2026, 11, 24, 9, 30, 0, 123456789, time.UTC), Date: time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC), Zoned: time.Date(2026, 11, 24, 9, 30, 0, 120, time.UTC),
		Unix: time.Unix(1_800_000_000, 0).UTC(), Millis: time.UnixMilli(1_800_000_000_123).UTC(),
		P: &text, Names: []string{"a", ""}, Numbers: []int32{1, -2}, Nested: []inner{deep, {}}, Map: map[string]string{"ß": "ß"}, In: deep, PIn: &deep,
	}
}

func TestAnItemOfUsualValuesGoesTheDirectWay(t *testing.T) {
	fast, slow := ways(t)
	v := fullUsual()
	want, err := encode(slow, &v)
	require.NoError(t, err)
	assert.Equal(t, fastpath.On, encodesWhole(t, fast, &v, want, nil))
	assert.Equal(t, fastpath.On, decodesWhole(t, fast, want, usual{}, v, nil))
	assert.Equal(t, fastpath.On, decodesWhole(t, fast, want, fullUsual(), v, nil), "over another")
	few := item{"id": avS("x"), "I": avN("5"), "Names": null, "unknown": avS("y")}
	assert.Equal(t, fastpath.On, decodesWhole(t, fast, few, fullUsual(), usual{ID: "x", I: 5}, nil), "what is missing or NULL is zero")

	assert.False(t, encodesWhole(t, slow, &v, nil, nil))
	assert.False(t, decodesWhole(t, slow, want, usual{}, v, nil))
}

func TestTheDirectWayOfItemsGivesUp(t *testing.T) {
	fast, _ := ways(t)
	for name, v := range map[string]usual{
		"an empty key":         {},
		"a long key":           {ID: strings.Repeat("x", 1025)},
		"invalid UTF-8":        {ID: "x", Names: []string{"\xff"}},
		"many zeros":           {ID: "x", F: 1e-8},
		"no number":            {ID: "x", F: math.NaN()},
		"more than 400 KB":     {ID: "x", Names: []string{strings.Repeat("x", attribute.MaxItemSize)}},
		"a year of five digit": {ID: "x", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
	} {
		got, _, _ := fast.EncodeItem(&v, new(attribute.Sizes))
		assert.Nil(t, got, name)
	}
	for name, it := range map[string]item{
		"no key":       {"I": avN("5")},
		"a NULL key":   {"id": null},
		"another type": {"id": avS("x"), "I": avS("5")},
		"nil":          {"id": avS("x"), "P": nil},
	} {
		_, ok := fast.DecodeItem(it, new(usual))
		assert.False(t, ok, name)
	}
}

func TestKeysThatCanBeNilGoTheDirectWay(t *testing.T) {
	type keyed struct {
		ID   []byte `ddb:"id,pk"`
		Sort []byte `ddb:"sort,sk"`
	}
	fast, err := mapper.Compile(reflect.TypeFor[keyed](), mapper.Options{})
	require.NoError(t, err)
	v := keyed{[]byte{1}, []byte("s")}
	assert.Equal(t, fastpath.On, encodesWhole(t, fast, &v, item{"id": avB("\x01"), "sort": avB("s")}, nil))
	for _, v := range []keyed{{nil, v.Sort}, {[]byte{}, v.Sort}, {v.ID, nil}} {
		got, _, _ := fast.EncodeItem(&v, new(attribute.Sizes))
		assert.Nil(t, got)
	}
}

// What there is no direct way of is never encoded without it: fields that say themselves what they are, old names,
// undeclared attributes.
func TestTypesWithoutADirectWay(t *testing.T) {
	type renamed struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,was=title"`
	}
	type catchAll struct {
		ID   string         `ddb:"id,pk"`
		Rest mapper.Unknown `ddb:",unknown"`
	}
	type entity struct {
		ID string   `ddb:"id,pk"`
		_  struct{} `ddb:"kind,entity=order"`
	}
	type dynamic struct {
		ID  string `ddb:"id,pk"`
		Any any
	}
	for _, v := range []any{&renamed{ID: "x"}, &catchAll{ID: "x"}, &entity{ID: "x"}, &dynamic{ID: "x"}} {
		p, err := mapper.Compile(reflect.TypeOf(v).Elem(), mapper.Options{})
		require.NoError(t, err)
		got, _, _ := p.EncodeItem(v, new(attribute.Sizes))
		assert.Nil(t, got, "%T", v)
		_, ok := p.DecodeItem(item{"id": avS("x")}, v)
		assert.False(t, ok, "%T", v)
	}
}

func TestNamedTypesGoTheDirectWay(t *testing.T) {
	type Tag string
	type Tags []Tag
	type Count uint8
	type Blob []byte
	type named struct {
		ID    Tag `ddb:"id,pk"`
		Tags  Tags
		More  []Tag
		Count Count
		P     *Count
		Blob  Blob
		List  []Count
	}
	count := Count(200)
	v := named{ID: "x", Tags: Tags{"a"}, More: []Tag{"b", "c"}, Count: 3, P: &count, Blob: Blob{1}, List: nil}
	fast, err := mapper.Compile(reflect.TypeFor[named](), mapper.Options{})
	require.NoError(t, err)
	slow, err := mapper.CompileSlow(reflect.TypeFor[named](), mapper.Options{})
	require.NoError(t, err)
	want, err := encode(slow, &v)
	require.NoError(t, err)
	assert.Equal(t, fastpath.On, encodesWhole(t, fast, &v, want, nil))
	assert.Equal(t, fastpath.On, decodesWhole(t, fast, want, named{}, v, nil))
}

// A struct holds what is not stored, and no attribute of an item says it: that of the item and of its documents
// stays, that of documents inside those does not.
func TestTheDirectWayKeepsWhatEventsKeep(t *testing.T) {
	type leaf struct {
		Stored  string
		Skipped string `ddb:"-"`
	}
	type document struct {
		In      leaf
		Stored  string
		Skipped string `ddb:"-"`
	}
	type holder struct {
		ID      string `ddb:"id,pk"`
		In      document
		Skipped string `ddb:"-"`
	}
	dirty := holder{"x", document{leaf{"1", "2"}, "3", "4"}, "5"}
	fast, err := mapper.Compile(reflect.TypeFor[holder](), mapper.Options{})
	require.NoError(t, err)
	slow, err := mapper.CompileSlow(reflect.TypeFor[holder](), mapper.Options{})
	require.NoError(t, err)
	for _, it := range []item{
		{"id": avS("y"), "In": avM(item{"Stored": avS("s"), "In": avM(item{"Stored": avS("t")})})},
		{"id": avS("y"), "In": avM(item{"In": avM(nil)})},
		{"id": avS("y"), "In": avM(item{"In": null})},
		{"id": avS("y"), "In": avM(nil)},
		{"id": avS("y"), "In": null},
	} {
		want, got := dirty, dirty
		require.NoError(t, decode(slow, it, &want))
		require.NoError(t, decode(fast, it, &got))
		assert.Equal(t, want, got)
		assert.Equal(t, fastpath.On, decodesWhole(t, fast, it, dirty, want, nil))
	}
}

func TestFloatsAreSpelledAndReadAsTheStandardLibraryDoes(t *testing.T) {
	type float struct {
		ID string `ddb:"id,pk"`
		F  float64
	}
	fast, err := mapper.Compile(reflect.TypeFor[float](), mapper.Options{})
	require.NoError(t, err)
	random := rand.New(rand.NewPCG(3, 14))
	check := func(f float64) {
		v := float{"x", f}
		it, err := encode(fast, &v)
		require.NoError(t, err)
		want := strconv.FormatFloat(f, 'f', -1, 64)
		if f == 0 {
			want = "0"
		}
		require.Equal(t, avN(want), it["F"])
		var back float
		require.NoError(t, decode(fast, it, &back))
		require.Equal(t, f, back.F, want)
	}
	for range 100_000 {
		n := random.Int64N(1e15)
		digits := int64(math.Pow10(random.IntN(16)))
		f := float64(n%digits+1) / math.Pow10(random.IntN(8))
		check(f)
		check(-f)
		check(math.Nextafter(f, 0))
		check(math.Nextafter(f, math.Inf(1)))
		check(math.Ldexp(random.Float64(), random.IntN(200)-100))
		check(math.Float64frombits(random.Uint64()&^(0x7ff<<52) | uint64(random.IntN(100)+1000)<<52))
	}
	for _, f := range []float64{0, 0.001, 0.0005, 0.1, 0.125, 1, 999999999999.999, 1e12, 1e15 - 1, 1e15, 1e15 + 1, 1 << 53, 123456789012345.67, 1e-7, 1.5e-7, 9.99e-8, 1e20, 1e21, 123456789e12} {
		check(f)
		check(-f)
	}
}

func TestTimesAreSpelledAsTheStandardLibraryDoes(t *testing.T) {
	fast, slow := ways(t)
	random := rand.New(rand.NewPCG(24, 7))
	const years = 9999
	for range 20_000 {
		at := time.Unix(random.Int64N(years*365*24*60*60)-62167219200, random.Int64N(1e9)).UTC()
		at = at.Truncate(time.Duration(math.Pow10(random.IntN(10))))
		v := usual{ID: "x", At: at, Zoned: at}
		want, err := encode(slow, &v)
		require.NoError(t, err)
		got, err := encode(fast, &v)
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
}
