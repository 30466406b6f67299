package mapper_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Page is generic, and so is what it holds.
type Page[T any] struct {
	Items []T      `ddb:"items"`
	Next  *Page[T] `ddb:"next"`
	Edge  Edge[string, T]
}

type Edge[K comparable, V any] struct {
	Ends  [2]struct{ At K }
	Seen  map[K]struct{}
	Value V `ddb:",omitzero"`
}

// Every member of these types leads to the type again.
type (
	PointerTree struct{ P *PointerTree }
	SliceTree   struct{ S []SliceTree }
	MapTree     struct{ M map[int]MapTree }
	ArrayTree   struct{ A [1]*ArrayTree }
	PatchTree   struct{ P **PatchTree }
	EmbedTree   struct {
		*EmbedLeaf
		N int
	}
	EmbedLeaf   struct{ T []EmbedTree }
	VariantTree struct {
		_ struct{} `ddb:"kind,entity=tree"`
		V Payment
	}
	IntMaps map[int]IntMaps
)

func (*VariantTree) Pays() string { return "tree" }

func trees() mapper.Options {
	return mapper.Options{Variants: []mapper.Variant{mapper.VariantOf[*VariantTree](), mapper.VariantOf[Card]()}}
}

func TestShapesOfTypes(t *testing.T) {
	edge := Edge[string, []int]{Ends: [2]struct{ At string }{{"a"}, {"b"}}, Seen: map[string]struct{}{"a": {}}, Value: []int{1}}
	ends := func(a, b string) av { return avL(avM(item{"At": avS(a)}), avM(item{"At": avS(b)})) }
	for name, tt := range map[string]struct {
		value  any
		stored av
	}{
		"array of structs":             {[2]City{{Name: "a"}, {Name: "b", Zip: "1"}}, avL(avM(item{"name": avS("a")}), avM(item{"name": avS("b"), "zip": avS("1")}))},
		"array of pointers to structs": {[2]*City{nil, {Name: "b"}}, avL(null, avM(item{"name": avS("b")}))},
		"array of arrays of structs":   {[1][1]PurchaseLine{{{What: "x"}}}, avL(avL(avM(item{"kind": avS("line"), "What": avS("x")})))},
		"map of arrays of structs":     {map[int][1]City{1: {{Name: "a"}}}, avM(item{"1": avL(avM(item{"name": avS("a")}))})},
		"array of sets from maps":      {[1]map[int]struct{}{{1: {}}}, avL(avNS("1"))},
		"generic struct":               {edge, avM(item{"Ends": ends("a", "b"), "Seen": avSS("a"), "Value": avL(avN("1"))})},
		"generic struct in another": {Page[[]int]{Items: [][]int{{1}}, Next: &Page[[]int]{Edge: edge}}, avM(item{
			"items": avL(avL(avN("1"))), "Edge": avM(item{"Ends": ends("", "")}),
			"next": avM(item{"Edge": avM(item{"Ends": ends("a", "b"), "Seen": avSS("a"), "Value": avL(avN("1"))})}),
		})},
		"pointers":          {PointerTree{&PointerTree{}}, avM(item{"P": avM(item{})})},
		"slices":            {SliceTree{[]SliceTree{{}, {[]SliceTree{}}}}, avM(item{"S": avL(avM(item{}), avM(item{"S": avL()}))})},
		"maps":              {MapTree{map[int]MapTree{1: {}}}, avM(item{"M": avM(item{"1": avM(item{})})})},
		"arrays":            {ArrayTree{[1]*ArrayTree{{}}}, avM(item{"A": avL(avM(item{"A": avL(null)}))})},
		"patches":           {PatchTree{pointer(&PatchTree{new(*PatchTree)})}, avM(item{"P": avM(item{"P": null})})},
		"embedded pointers": {EmbedTree{&EmbedLeaf{[]EmbedTree{{nil, 1}}}, 2}, avM(item{"N": avN("2"), "T": avL(avM(item{"N": avN("1")}))})},
		"variants":          {VariantTree{V: &VariantTree{V: Card{}}}, avM(item{"kind": avS("tree"), "V": avM(item{"kind": avS("tree"), "V": avM(item{"kind": avS("card"), "number": avS("")})})})},
		"maps of maps":      {IntMaps{1: {2: nil, 3: {}}}, avM(item{"1": avM(item{"2": null, "3": avM(item{})})})},
	} {
		for how, compile := range compilers {
			t.Run(name+"/"+how, func(t *testing.T) {
				p, err := compile(holder(reflect.TypeOf(tt.value), ""), trees())
				require.NoError(t, err)
				v := held(p.Type(), tt.value)
				it, err := encode(p, v.Interface())
				require.NoError(t, err)
				assert.Equal(t, tt.stored, it["v"])
				read, fromBytes := held(p.Type(), nil), held(p.Type(), nil)
				require.NoError(t, decode(p, it, read.Interface()))
				assert.Equal(t, v.Interface(), read.Interface())
				require.NoError(t, decodeBytes(t, p, it, fromBytes.Interface()))
				assert.Equal(t, v.Interface(), fromBytes.Interface())
			})
		}
	}
}

// A value that contains itself is an error, and stored values that go on for ever are.
func TestShapesWithoutAnEnd(t *testing.T) {
	pointers := PointerTree{&PointerTree{}}
	pointers.P.P = pointers.P
	maps := IntMaps{}
	maps[1] = maps
	arrays := ArrayTree{}
	arrays.A[0] = &arrays
	patches := PatchTree{}
	patches.P = pointer(&patches)
	embedded := EmbedTree{EmbedLeaf: &EmbedLeaf{T: []EmbedTree{{}}}}
	embedded.T[0] = embedded
	variants := VariantTree{}
	variants.V = &variants
	for name, v := range map[string]any{"pointers": pointers, "maps": maps, "arrays": &arrays, "patches": &patches, "embedded": embedded, "variants": &variants} {
		for how, compile := range compilers {
			t.Run(name+"/"+how, func(t *testing.T) {
				p, err := compile(holder(reflect.TypeOf(v), ""), trees())
				require.NoError(t, err)
				_, err = encode(p, held(p.Type(), v).Interface())
				assert.ErrorContains(t, err, "nested deeper than 32 levels")
			})
		}
	}
	grow := func(wrap func(av) av) av {
		v := avM(item{})
		for range 1000 {
			v = wrap(v)
		}
		return v
	}
	for name, tt := range map[string]struct {
		typ  reflect.Type
		wrap func(av) av
	}{
		"pointers": {reflect.TypeFor[PointerTree](), func(v av) av { return avM(item{"P": v}) }},
		"maps":     {reflect.TypeFor[IntMaps](), func(v av) av { return avM(item{"1": v}) }},
		"arrays":   {reflect.TypeFor[ArrayTree](), func(v av) av { return avM(item{"A": avL(v)}) }},
		"patches":  {reflect.TypeFor[PatchTree](), func(v av) av { return avM(item{"P": v}) }},
		"embedded": {reflect.TypeFor[EmbedTree](), func(v av) av { return avM(item{"T": avL(v)}) }},
		"variants": {reflect.TypeFor[VariantTree](), func(v av) av { return avM(item{"V": v, "kind": avS("tree")}) }},
	} {
		for how, compile := range compilers {
			p, err := compile(holder(tt.typ, ""), trees())
			require.NoError(t, err)
			h := held(p.Type(), nil)
			assert.ErrorContains(t, decode(p, item{"v": grow(tt.wrap)}, h.Interface()), "nested deeper than 32 levels", name+how)
		}
	}
}

// Wilds has the shapes that Zoo lacks, under names that a fuzzer hits.
type Wilds struct {
	ID string                 `ddb:"id,pk"`
	A  map[Half]int           `ddb:"a"`
	B  map[Half]struct{}      `ddb:"b"`
	C  map[uint8]bool         `ddb:"c,set"`
	D  map[time.Time]struct{} `ddb:"d,unixtime"`
	E  **string               `ddb:"e"`
	F  ***int                 `ddb:"f,null"`
	G  Wild                   `ddb:"g"`
	H  []Wild                 `ddb:"h"`
	J  map[[1]byte]struct{}   `ddb:"j"`
	*WildBase
}

type WildBase struct {
	K Wild `ddb:"k"`
	L *int `ddb:"l"`
	*WildDeep
}

type WildDeep struct {
	M [1]string `ddb:"m"`
	N **WildA   `ddb:"n"`
}

type (
	Wild  interface{ wild() }
	WildA struct {
		_ struct{} `ddb:"k,entity=a"`
		A Wild     `ddb:"a"`
		B int      `ddb:"b"`
	}
	WildB struct {
		_ struct{}      `ddb:"k,entity=b"`
		A map[Half]Wild `ddb:"a"`
		*WildDeep
	}
)

func (WildA) wild()  {}
func (*WildB) wild() {}

// Half reads two letters as one.
type Half byte

func (h Half) MarshalText() ([]byte, error) { return []byte{'a' + byte(h)}, nil }

func (h *Half) UnmarshalText(b []byte) error {
	*h = 0
	if len(b) > 0 {
		*h = Half((b[0] - 'a') % 13)
	}
	return nil
}
