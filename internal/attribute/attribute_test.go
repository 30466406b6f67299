package attribute_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	s    = types.AttributeValueMemberS
	n    = types.AttributeValueMemberN
	b    = types.AttributeValueMemberB
	bl   = types.AttributeValueMemberBOOL
	null = types.AttributeValueMemberNULL
	ss   = types.AttributeValueMemberSS
	ns   = types.AttributeValueMemberNS
	bs   = types.AttributeValueMemberBS
	l    = types.AttributeValueMemberL
	m    = types.AttributeValueMemberM
)

func everyKind() *m {
	return &m{Value: map[string]attribute.Value{
		"s": &s{Value: "ä𐀀"}, "n": &n{Value: "-12.5"}, "b": &b{Value: []byte{0, 255}}, "t": &bl{Value: true}, "z": &null{Value: true},
		"ss": &ss{Value: []string{"b", "a"}}, "ns": &ns{Value: []string{"2", "10"}}, "bs": &bs{Value: [][]byte{{}, {1}}},
		"l": &l{Value: []attribute.Value{&s{Value: ""}, &l{Value: []attribute.Value{}}, &m{Value: map[string]attribute.Value{"k": &n{Value: "1"}}}}},
		"e": &m{Value: map[string]attribute.Value{}},
	}}
}

func written(t *testing.T, v attribute.Value) (attribute.Value, error) {
	t.Helper()
	w := attribute.NewWriter(attribute.Sizes{})
	if err := attribute.Write(v, w); err != nil {
		return nil, err
	}
	return w.Value()
}

func TestEveryKindSurvivesEventsAndCursor(t *testing.T) {
	want := everyKind()
	got, err := written(t, want)
	require.NoError(t, err)
	assert.Equal(t, want, got)

	w := attribute.NewWriter(attribute.Sizes{})
	require.NoError(t, attribute.Write(want, w))
	assert.Equal(t, attribute.Size(want), w.Size())

	var r attribute.Reader
	r.Reset(want)
	assert.Equal(t, want, attribute.Read(&hiding{&r}), "read member by member")
	assert.Same(t, want, attribute.Read(&r), "a stored value is shared")
}

// hiding keeps Read from sharing the stored value.
type hiding struct{ wire.Reader }

func TestWriterBringsNumbersToTheFormDynamoDBReturns(t *testing.T) {
	got, err := written(t, &l{Value: []attribute.Value{&n{Value: "1.50"}, &n{Value: "1E3"}, &n{Value: "-0"}, &ns{Value: []string{"007"}}}})
	require.NoError(t, err)
	assert.Equal(t, &l{Value: []attribute.Value{&n{Value: "1.5"}, &n{Value: "1000"}, &n{Value: "0"}, &ns{Value: []string{"7"}}}}, got)
}

func TestWriterRefusesWhatTheServiceWould(t *testing.T) {
	many := make([]string, 40)
	for i := range many {
		many[i] = strings.Repeat("x", i+1)
	}
	many[39] = many[3]
	for name, v := range map[string]attribute.Value{
		"invalid UTF-8":              &s{Value: "canary\xff"},
		"invalid UTF-8 in a key":     &m{Value: map[string]attribute.Value{"canary\xff": &null{Value: true}}},
		"empty key":                  &m{Value: map[string]attribute.Value{"": &null{Value: true}}},
		"39 digits":                  &n{Value: strings.Repeat("1", 39)},
		"no number":                  &n{Value: "canary"},
		"empty string set":           &ss{},
		"empty binary set":           &bs{},
		"strings twice":              &ss{Value: []string{"canary", "a", "canary"}},
		"strings twice among many":   &ss{Value: many},
		"numbers twice in two forms": &ns{Value: []string{"1", "1.0"}},
		"binaries twice":             &bs{Value: [][]byte{{1}, {1}}},
		"NULL that is false":         &null{},
		"nil":                        nil,
		"nil in a list":              &l{Value: []attribute.Value{nil}},
		"of unknown type":            &types.UnknownUnionMember{Tag: "canary"},
		"32 lists":                   nested(32),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := written(t, v)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
	_, err := written(t, nested(31))
	assert.NoError(t, err, "31 lists")
}

func nested(levels int) attribute.Value {
	var v attribute.Value = &s{Value: "x"}
	for range levels {
		v = &l{Value: []attribute.Value{v}}
	}
	return v
}

func TestWriterCopiesBinaries(t *testing.T) {
	in := []byte("caller's")
	got, err := written(t, &b{Value: in})
	require.NoError(t, err)
	in[0] = 'X'
	assert.Equal(t, &b{Value: []byte("caller's")}, got)
}

func TestReaderStandsOnInvalidValuesWithoutPanic(t *testing.T) {
	var r attribute.Reader
	for _, v := range []attribute.Value{nil, &types.UnknownUnionMember{}, &l{Value: []attribute.Value{nil}}} {
		r.Reset(v)
		if r.Kind() == wire.List {
			r.Enter()
			require.True(t, r.Next())
		}
		assert.Equal(t, wire.Kind(0), r.Kind())
		assert.Zero(t, r.Len())
		assert.Empty(t, r.Str())
		assert.Empty(t, r.KeyStr())
		r.Enter()
		assert.False(t, r.Next())
		r.Leave()
		r.Leave()
		r.Leave()
	}
}

func TestReaderLeavesEarlyAndStepsOverUnread(t *testing.T) {
	var r attribute.Reader
	r.Reset(everyKind())
	r.Enter()
	var keys []string
	for r.Next() {
		keys = append(keys, r.KeyStr())
		if r.Kind() == wire.List {
			r.Enter()
			require.True(t, r.Next())
			r.Leave()
			assert.Equal(t, "l", r.KeyStr())
			assert.Equal(t, []byte("l"), r.Key())
		}
	}
	r.Leave()
	assert.True(t, slices.IsSorted(keys))
	assert.Len(t, keys, 10)
	assert.Equal(t, wire.Map, r.Kind())
}

func TestItemBySlot(t *testing.T) {
	layout := attribute.NewLayout([]string{"a", "b", "c"}, []string{"*sig*"})
	item := map[string]attribute.Value{"a": &s{Value: "1"}, "c": nil, "x": &s{Value: "x"}, "d": &n{Value: "4"}, "*sig*": &b{Value: nil}}
	it := layout.Read(item)
	defer it.Release()
	slots := it.Slots(nil)
	assert.Equal(t, []wire.Slot{0, 2, 3, 4}, slots)
	var names []string
	for _, slot := range slots {
		names = append(names, it.Name(slot))
	}
	assert.Equal(t, []string{"a", "c", "d", "x"}, names)
	require.Error(t, it.Write(2, attribute.NewWriter(attribute.Sizes{})), "nil is present, and no value")

	sig, present := it.Mark("*sig*")
	assert.True(t, present)
	assert.NotNil(t, sig)
	_, present = it.Mark("*desc*")
	assert.False(t, present)
	text, present := it.Mark("a")
	assert.True(t, present)
	assert.Nil(t, text, "a mark that is no binary")
}

func TestAssemble(t *testing.T) {
	layout := attribute.NewLayout([]string{"a", "b", "c"}, []string{"*sig*"})
	item := map[string]attribute.Value{"a": &s{Value: "1"}, "b": &s{Value: "2"}, "x": &n{Value: "1.0"}}
	it := layout.Read(item)
	defer it.Release()
	sealed := &wire.Sealed{Slab: []byte("secretSIG"), Value: []wire.Range{{}, {Off: 0, Len: 6}}, Marks: []wire.Mark{{Name: "*sig*", Range: wire.Range{Off: 6, Len: 3}}}}

	a, err := attribute.Assemble(layout, it, sealed, new(attribute.Sizes))
	require.NoError(t, err)
	got := a.Item
	assert.Equal(t, attribute.ItemSize(got), a.Size)
	assert.Equal(t, map[string]attribute.Value{"a": item["a"], "b": &b{Value: []byte("secret")}, "x": item["x"], "*sig*": &b{Value: []byte("SIG")}}, got)
	assert.Same(t, item["a"], got["a"])

	src := struct{ wire.Source }{it}
	a, err = attribute.Assemble(layout, src, sealed, new(attribute.Sizes))
	require.NoError(t, err)
	got = a.Item
	assert.Equal(t, attribute.ItemSize(got), a.Size)
	assert.Equal(t, &n{Value: "1"}, got["x"], "written anew, so in canonical form")
	assert.Equal(t, &attribute.Sizes{Text: 2, Bytes: 1}, a.Next)
	got["b"].(*b).Value = append(got["b"].(*b).Value, '!')
	assert.Equal(t, []byte("SIG"), got["*sig*"].(*b).Value, "values of one slab do not grow into each other")
}

func TestSize(t *testing.T) {
	for name, c := range map[string]struct {
		v    attribute.Value
		want int
	}{
		"string in UTF-8":  {&s{Value: "ä"}, 2},
		"binary":           {&b{Value: make([]byte, 5)}, 5},
		"bool":             {&bl{}, 1},
		"null":             {&null{Value: true}, 1},
		"list":             {&l{Value: []attribute.Value{&null{Value: true}}}, 5},
		"map":              {&m{Value: map[string]attribute.Value{"ab": &null{Value: true}}}, 7},
		"string set":       {&ss{Value: []string{"a", "bc"}}, 3},
		"number 1":         {&n{Value: "1"}, 2},
		"number 100":       {&n{Value: "100"}, 2},
		"number 12.34":     {&n{Value: "12.34"}, 3},
		"number -0.001234": {&n{Value: "-0.001234"}, 4},
		"number 0":         {&n{Value: "0"}, 1},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, attribute.Size(c.v)) })
	}
}

func TestEqualIsDynamoDBsEquality(t *testing.T) {
	assert.True(t, attribute.Equal(everyKind(), everyKind()))
	for name, c := range map[string]struct {
		a, b attribute.Value
		want bool
	}{
		"numbers by value":           {&n{Value: "1.0"}, &n{Value: "1E0"}, true},
		"other numbers":              {&n{Value: "1"}, &n{Value: "2"}, false},
		"sets without order":         {&ss{Value: []string{"a", "b"}}, &ss{Value: []string{"b", "a"}}, true},
		"number sets by value":       {&ns{Value: []string{"1", "2.0"}}, &ns{Value: []string{"2", "1.0"}}, true},
		"binary sets without order":  {&bs{Value: [][]byte{{1}, {2}}}, &bs{Value: [][]byte{{2}, {1}}}, true},
		"a set and a larger one":     {&ss{Value: []string{"a"}}, &ss{Value: []string{"a", "b"}}, false},
		"lists in order":             {&l{Value: []attribute.Value{&n{Value: "1"}, &n{Value: "2"}}}, &l{Value: []attribute.Value{&n{Value: "2"}, &n{Value: "1"}}}, false},
		"a string and a number":      {&s{Value: "1"}, &n{Value: "1"}, false},
		"maps of one size":           {&m{Value: map[string]attribute.Value{"a": &n{Value: "1"}}}, &m{Value: map[string]attribute.Value{"b": &n{Value: "1"}}}, false},
		"nil and nil, of no type":    {nil, nil, false},
		"an empty set of each kind":  {&ss{}, &ns{}, false},
		"an absent and a NULL value": {nil, &null{Value: true}, false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, attribute.Equal(c.a, c.b))
			assert.Equal(t, c.want, attribute.Equal(c.b, c.a))
		})
	}
}
