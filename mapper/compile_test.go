package mapper_test

import (
	"encoding/json"
	"reflect"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
	"github.com/dynaseal/ddb/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// OneWay can be written and not read back.
type OneWay struct{ A int }

func (OneWay) MarshalText() ([]byte, error) { return nil, nil }

// flatten are the errors that err joins.
func flatten(err error) []error {
	many, ok := err.(interface{ Unwrap() []error })
	if !ok {
		return []error{err}
	}
	var all []error
	for _, e := range many.Unwrap() {
		all = append(all, flatten(e)...)
	}
	return all
}

func TestTypesThatCannotBeMapped(t *testing.T) {
	for _, tt := range []struct {
		name   string
		typ    reflect.Type
		path   string
		reason string
	}{
		{"pointer to an interface", reflect.TypeFor[*any](), ".V", "pointer to an interface"},
		{"pointer to a pointer to an interface", reflect.TypeFor[**error](), ".V", "pointer to an interface"},
		{"pointers in a map", reflect.TypeFor[map[string][]*any](), ".V[…][]", "pointer to an interface"},
		{"pointer to itself", reflect.TypeFor[Ring](), ".V", "it points to nothing but pointers"},
		{"pointer to a pointer to itself", reflect.TypeFor[[]**Ring](), ".V[]", "it points to nothing but pointers"},
		{"interface with methods", reflect.TypeFor[[]error](), ".V[]", "interface with methods"},
		{"interface with text", reflect.TypeFor[interface{ MarshalText() ([]byte, error) }](), ".V", "interface with methods"},
		{"map with bool keys", reflect.TypeFor[map[bool]string](), ".V", "its keys have no text"},
		{"map with struct keys", reflect.TypeFor[map[City2]string](), ".V", "its keys have no text"},
		{"map with keys that are bytes", reflect.TypeFor[map[Digest]string](), ".V", "its keys have no text"},
		{"map with float keys", reflect.TypeFor[map[float64]string](), ".V", "more than one spelling"},
		{"map with keys that are numbers", reflect.TypeFor[map[json.Number]string](), ".V", "more than one spelling"},
		{"map with keys that are pointers", reflect.TypeFor[map[*string]string](), ".V", "its keys may be nil"},
		{"map with keys that are interfaces", reflect.TypeFor[map[any]string](), ".V", "its keys may be nil"},
		{"map with keys that cannot be read", reflect.TypeFor[map[OneWay]string](), ".V[…]", "give it UnmarshalText too"},
		{"map with keys that cannot be stored", reflect.TypeFor[map[chan int]string](), ".V[…]", "no attribute value can hold it"},
		{"set of bools", reflect.TypeFor[map[bool]struct{}](), ".V", "its keys cannot be members of a set"},
		{"set of structs", reflect.TypeFor[[]map[City2]struct{}](), ".V[]", "its keys cannot be members of a set"},
		{"set of pointers", reflect.TypeFor[map[*int]struct{}](), ".V", "its keys cannot be members of a set"},
		{"set of anything", reflect.TypeFor[map[any]struct{}](), ".V", "its keys cannot be members of a set"},
		{"set of text that cannot be read", reflect.TypeFor[map[OneWay]struct{}](), ".V[…]", "give it UnmarshalText too"},
		{"text that cannot be read", reflect.TypeFor[OneWay](), ".V", "give it UnmarshalText too"},
		{"struct that stores nothing", reflect.TypeFor[map[string]struct{ a int }](), ".V[…]", "none of its fields is stored"},
		{"struct that skips everything", reflect.TypeFor[struct {
			A int `ddb:"-"`
		}](), ".V", "none of its fields is stored"},
		{"field of a document", reflect.TypeFor[struct{ A struct{ B []*any } }](), ".V.A.B[]", "pointer to an interface"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			plan, err := mapper.Compile(holder(tt.typ, ""), mapper.Options{})
			assert.Nil(t, plan)
			require.Len(t, flatten(err), 1)
			e := mapperError(t, err)
			assert.Equal(t, "compile", e.Op)
			assert.Equal(t, "struct{…}"+tt.path, e.Path)
			assert.Contains(t, e.Reason, tt.reason)
		})
	}
	for name, typ := range map[string]reflect.Type{"nil": nil, "string": reflect.TypeFor[string](), "pointer": reflect.TypeFor[*City]()} {
		_, err := mapper.Compile(typ, mapper.Options{})
		assert.ErrorContains(t, err, "not a struct", name)
	}
}

// Base is embedded behind a pointer; its words fit an item.
type Base struct {
	Secret string `ddb:"secret,encrypt"`
}

func TestWhatIsEmbeddedIsNoDocument(t *testing.T) {
	type T struct {
		ID string `ddb:"id,pk"`
		*Base
	}
	_, err := mapper.Compile(reflect.TypeFor[T](), mapper.Options{})
	assert.NoError(t, err)
	type Unsound struct {
		ID string `ddb:"id,pk,pk"`
		*Base
		*Selfish
	}
	_, err = mapper.Compile(reflect.TypeFor[Unsound](), mapper.Options{})
	assert.Len(t, flatten(err), 3, "%v", err)
}

// Selfish embeds itself, and has a mistake below.
type Selfish struct {
	*Selfish
	Pair *any
}

// Faulty has mistakes of its own and below.
type Faulty struct {
	City    string `ddb:"city,encrypt"`
	Channel chan int
	Pair    *any
	Deeper  struct {
		Typo string `ddb:"typo,omitemtpy"`
	}
	Skipped *any `ddb:"-"`
	FaultyBase
}

// FaultyBase is embedded.
type FaultyBase struct{ Odd map[bool]int }

// City2 can be the key of a Go map and of no stored one.
type City2 struct{ Name string }

func TestAllMistakesAtOnce(t *testing.T) {
	type Sound struct {
		ID  string `ddb:"id,pk"`
		Bad []map[string]*Faulty
		Own map[bool]string
	}
	type Unsound struct {
		ID  string `ddb:"id,pk,pk"`
		Bad []map[string]*Faulty
		Own map[bool]string
	}
	below := []string{
		`ddb: type Faulty, field City, tag "city,encrypt": encrypt inside a document (one action covers a whole top-level attribute: put it there)`,
		`ddb: type Faulty, field Channel: chan int cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`,
		`ddb: type struct{…}, field Typo, tag "typo,omitemtpy": unknown word "omitemtpy" (did you mean "omitempty"?)`,
	}
	const (
		pair = ` (*interface {}): pointer to an interface: NULL could be either; use one of them`
		keys = `: its keys have no text: use keys of a string or integer type, or of one with MarshalText`
	)
	messages := func(typ reflect.Type) (all []string) {
		_, err := mapper.Compile(typ, mapper.Options{})
		require.Error(t, err)
		for _, e := range flatten(err) {
			switch e.(type) {
			case *tags.Error, *mapper.Error:
			default:
				assert.Fail(t, "foreign error", "%T", e)
			}
			all = append(all, e.Error())
		}
		return all
	}

	assert.ElementsMatch(t, append(below,
		"mapper: compile: Sound.Bad[][…].Pair"+pair,
		"mapper: compile: Sound.Bad[][…].FaultyBase.Odd (map[bool]int)"+keys,
		"mapper: compile: Sound.Own (map[bool]string)"+keys,
	), messages(reflect.TypeFor[Sound]()))
	assert.ElementsMatch(t, append(below,
		`ddb: type Unsound, field ID, tag "id,pk,pk": word "pk" repeated (keep one)`,
		"mapper: compile: Unsound.Bad[][…].Pair"+pair,
		"mapper: compile: Unsound.Bad[][…].FaultyBase.Odd (map[bool]int)"+keys,
		"mapper: compile: Unsound.Own (map[bool]string)"+keys,
	), messages(reflect.TypeFor[Unsound]()))
}

func TestRecursiveTypes(t *testing.T) {
	type T struct {
		ID    string `ddb:"id,pk"`
		Tree  *Tree
		Lists Lists
		Maps  Maps
	}
	p := compiled[T](t)
	v := T{ID: "x", Tree: &Tree{Left: &Tree{Value: 1}}, Lists: Lists{{}, {{}}}, Maps: Maps{"a": {"b": {}}}}
	it, err := encode(p, &v)
	require.NoError(t, err)
	var read T
	require.NoError(t, decode(p, it, &read))
	assert.Equal(t, v, read)
}

type (
	Lists []Lists
	Maps  map[string]Maps
)

// Chain has leaves of all kinds that nest.
type Chain struct {
	Next      *Chain
	Strings   []string
	Ints      []int
	StringMap map[string]string
	IntMap    map[string]int
	Any       any
}

func TestValuesThatContainThemselves(t *testing.T) {
	tree := &Tree{}
	tree.Right = tree
	lists := Lists{nil}
	lists[0] = lists
	maps := Maps{}
	maps["k"] = maps
	list := []any{nil}
	list[0] = list
	looped := map[string]any{}
	looped["k"] = []any{looped}
	for name, v := range map[string]any{"struct": tree, "slice": lists, "map": maps, "any": list, "any in maps": looped} {
		_, err := encodeField(t, v, "")
		assert.ErrorContains(t, err, "nested deeper than 32 levels", name)
	}
}

func TestDepth(t *testing.T) {
	nested := func(levels int) (v any) {
		v = "bottom"
		for range levels {
			v = []any{v}
		}
		return v
	}
	got, err := encodeField(t, nested(31), "")
	require.NoError(t, err)
	read, err := decodeField[any](t, got, "")
	require.NoError(t, err)
	assert.Equal(t, nested(31), read)
	_, err = encodeField(t, nested(32), "")
	assert.ErrorContains(t, err, "nested deeper than 32 levels")

	for _, leaf := range []any{[]string{}, []int{}, map[string]string{}, map[string]int{}, City{}, [1]bool{}} {
		v := leaf
		for range 30 {
			v = []any{v}
		}
		_, err := encodeField(t, v, "")
		require.NoError(t, err, "%T", leaf)
		_, err = encodeField(t, []any{v}, "")
		require.ErrorContains(t, err, "nested deeper than 32 levels", "%T", leaf)
	}

	deep := avS("bottom")
	for range 10_000 {
		deep = avL(deep)
	}
	_, err = decodeField[any](t, deep, "")
	assert.ErrorContains(t, err, "nested deeper than 32 levels")
	_, err = decodeField[Lists](t, deep, "")
	assert.ErrorContains(t, err, "nested deeper than 32 levels")
	for _, leaf := range []item{
		{"Strings": avL()}, {"Ints": avL()}, {"StringMap": avM(nil)}, {"IntMap": avM(nil)}, {"Any": avL()}, {"Any": avM(nil)}, {"Next": avM(nil)},
	} {
		chain := func(levels int) av {
			v := avM(leaf)
			for range levels - 1 {
				v = avM(item{"Next": v})
			}
			return v
		}
		_, err = decodeField[Chain](t, chain(31), "")
		require.NoError(t, err)
		_, err = decodeField[Chain](t, chain(32), "")
		assert.ErrorContains(t, err, "nested deeper than 32 levels")
	}
}

// Four levels of embedding with several fields each: no field may take the place of another.
func TestEmbedding(t *testing.T) {
	type L4 struct{ D1, D2, D3 string }
	type L3 struct {
		C1 string
		L4
		C2 string
	}
	type L2 struct {
		B1, B2 string
		L3
	}
	type L1 struct {
		L2
		A1, A2 string
	}
	type Other struct{ E1, E2 string }
	type T struct {
		L1
		ID string `ddb:"id,pk"`
		Other
		Named Other `ddb:"named"`
	}
	p := compiled[T](t)
	var v T
	v.ID, v.A1, v.A2, v.B1, v.B2, v.C1, v.C2 = "id", "a1", "a2", "b1", "b2", "c1", "c2"
	v.D1, v.D2, v.D3, v.Other, v.Named = "d1", "d2", "d3", Other{"e1", "e2"}, Other{"n1", "n2"}
	it, err := encode(p, &v)
	require.NoError(t, err)
	assert.Equal(t, item{
		"id": avS("id"), "A1": avS("a1"), "A2": avS("a2"), "B1": avS("b1"), "B2": avS("b2"), "C1": avS("c1"), "C2": avS("c2"),
		"D1": avS("d1"), "D2": avS("d2"), "D3": avS("d3"), "E1": avS("e1"), "E2": avS("e2"), "named": avM(item{"E1": avS("n1"), "E2": avS("n2")}),
	}, it)
	var read T
	require.NoError(t, decode(p, it, &read))
	assert.Equal(t, v, read)

	type Document struct {
		ID string `ddb:"id,pk"`
		In L1
	}
	q := compiled[Document](t)
	d := Document{ID: "id", In: v.L1}
	it, err = encode(q, &d)
	require.NoError(t, err)
	assert.Len(t, it["In"].(*types.AttributeValueMemberM).Value, 9)
}

func TestPlansAreConcurrent(t *testing.T) {
	type T struct {
		ID   string `ddb:"id,pk"`
		Any  any
		Tree *Tree
	}
	p := compiled[T](t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				v := T{ID: "x", Any: []any{City{Name: "B"}, Color(1)}, Tree: &Tree{Value: 1}}
				it, err := encode(p, &v)
				if !assert.NoError(t, err) {
					return
				}
				var read T
				assert.NoError(t, decode(p, it, &read))
				assert.Equal(t, []any{map[string]any{"name": "B"}, "red"}, read.Any)
			}
		})
	}
	wg.Wait()
}
