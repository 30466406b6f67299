package mapper_test

import (
	"fmt"
	"math"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canary is a value that no error may show, as text and as a number.
const (
	canary       = "CANARY7391"
	canaryNumber = int64(7391739173917391)
)

// Bird has a place for a wrong value of every kind.
type Bird struct {
	ID    string `ddb:"id,pk"`
	Text  string `ddb:"text"`
	Float float64
	Num   mapper.Number
	At    time.Time         `ddb:"at,time=s"`
	List  []string          `ddb:"list"`
	Names []Name            `ddb:"names"`
	Map   map[string]string `ddb:"map"`
	Other map[string]any
	Set   []string  `ddb:"set,set"`
	Bytes [][]byte  `ddb:"bytes,set"`
	Tree  Tree      `ddb:"tree"`
	Cage  []Cage    `ddb:"cage"`
	Text2 *Grumpy   `ddb:"text2"`
	Any   any       `ddb:"any"`
	Array [2]string `ddb:"array"`
}

type Cage struct {
	Inner struct {
		Floats []float32 `ddb:"floats"`
	}
	CageBase
}

type CageBase struct{ Label string }

func TestErrorsSayWhereAndNeverWhat(t *testing.T) {
	bad := canary + "\xff"
	cage := Cage{}
	cage.Inner.Floats = []float32{0, float32(math.NaN())}
	p := compiled[Bird](t)
	for want, change := range map[string]func(*Bird){
		"Bird.Text":                       func(b *Bird) { b.Text = bad },
		"Bird.Float":                      func(b *Bird) { b.Float = math.Inf(1) },
		"Bird.Num":                        func(b *Bird) { b.Num = canary },
		"Bird.At":                         func(b *Bird) { b.At = time.Unix(7391, 7391) },
		"Bird.List[1]":                    func(b *Bird) { b.List = []string{canary, bad} },
		"Bird.Names[2]":                   func(b *Bird) { b.Names = []Name{canary, canary, Name(bad), Name(bad)} },
		"Bird.Map[…]":                     func(b *Bird) { b.Map = map[string]string{canary: bad} },
		"Bird.Map[…] (map[string]string)": func(b *Bird) { b.Map = map[string]string{bad: canary} },
		"Bird.Map[…] (map[string]string): attribute": func(b *Bird) { b.Map = map[string]string{"": canary} },
		"Bird.Other[…][0]":                           func(b *Bird) { b.Other = map[string]any{canary: []any{bad}} },
		"Bird.Other[…] (map[string]interface {})":    func(b *Bird) { b.Other = map[string]any{bad: nil} },
		"Bird.Set":      func(b *Bird) { b.Set = []string{canary, canary} },
		"Bird.Bytes[0]": func(b *Bird) { b.Bytes = [][]byte{nil} },
		"Bird.Bytes":    func(b *Bird) { b.Bytes = [][]byte{[]byte(canary), []byte(canary)} },
		"Bird.Tree.Left.Children[…].Children[…]": func(b *Bird) {
			b.Tree.Left = &Tree{Children: map[string]Tree{canary: {Children: map[string]Tree{"": {}}}}}
		},
		"Bird.Cage[0].Inner.Floats[1]": func(b *Bird) { b.Cage = []Cage{cage} },
		"Bird.Cage[1].CageBase.Label":  func(b *Bird) { b.Cage = []Cage{{}, {CageBase: CageBase{bad}}} },
		"Bird.Text2":                   func(b *Bird) { b.Text2 = pointer(Grumpy(canary)) },
		"Bird.Any[0][…]":               func(b *Bird) { b.Any = []any{map[string]any{canary: bad}} },
		"Bird.Array[1]":                func(b *Bird) { b.Array[1] = bad },
	} {
		b := Bird{ID: canary}
		change(&b)
		_, err := encode(p, &b)
		e := mapperError(t, err)
		assert.Equal(t, "encode", e.Op)
		assert.NotEmpty(t, e.Attribute)
		assert.Contains(t, err.Error(), want)
		assert.True(t, strings.HasPrefix(want, e.Path), "%s, want %s", e.Path, want)
		assertSilent(t, err)

		// The other Writer refuses the same, in its own words.
		src := p.Source(&b)
		refused := 0
		for _, s := range src.Slots(nil) {
			var w ddbec.Encoder
			if err := src.Write(s, &w); err != nil {
				refused++
				assertSilent(t, err)
				assert.Contains(t, err.Error(), want)
			}
		}
		src.Release()
		assert.Equal(t, 1, refused, want)
	}
}

func TestDecodingErrorsSayWhereAndNeverWhat(t *testing.T) {
	p := compiled[Bird](t)
	number := avN(fmt.Sprint(canaryNumber) + ".5")
	for want, stored := range map[string]item{
		`Bird.Text (string): attribute "text": B`:                   {"text": avB(canary)},
		`Bird.Float (float64): attribute "Float": not a decimal`:    {"Float": avN(canary)},
		`Bird.Num (mapper.Number): attribute "Num": not a decimal`:  {"Num": avN(canary)},
		`Bird.At (time.Time): attribute "at": not a time`:           {"at": avS(canary)},
		`Bird.List[1] (string): attribute "list": N`:                {"list": avL(avS(canary), number)},
		`Bird.Names[0] (mapper_test.Name): attribute "names": M`:    {"names": avL(avM(item{canary: number}))},
		`Bird.Map[…] (string): attribute "map": N`:                  {"map": avM(item{canary: number})},
		`Bird.Other[…][0] (mapper.Number): attribute "Other": not`:  {"Other": avM(item{canary: avL(avN(canary))})},
		`Bird.Tree.Left.Value (int): attribute "tree": the number`:  {"tree": avM(item{"Left": avM(item{"Value": number})})},
		`Bird.Cage[0].Inner.Floats[0] (float32): attribute "cage"`:  {"cage": avL(avM(item{"Inner": avM(item{"floats": avNS("1E100")})}))},
		`Bird.Text2 (mapper_test.Grumpy): attribute "text2"`:        {"text2": avS(canary)},
		`Bird.Array ([2]string): attribute "array": 1 members`:      {"array": avL(avS(canary))},
		`Bird.Bytes[0] ([]uint8): attribute "bytes": S`:             {"bytes": avSS(canary)},
		`Bird.Any[0] (interface {}): attribute "any": invalid cann`: {"any": avL(nil)},
		`Bird.Any[…] (mapper.Number): attribute "any": not a decim`: {"any": avM(item{canary: avN(canary)})},
		`Bird.Array[1] (string): attribute "array": BOOL cannot be`: {"array": avL(avS(canary), avBool(true))},
	} {
		b := Bird{ID: "stale", Text: "stale"}
		stored["id"] = avS(canary)
		err := decode(p, stored, &b)
		require.ErrorContains(t, err, "mapper: decode: "+want)
		assert.NotEmpty(t, mapperError(t, err).Kind)
		assertSilent(t, err)
		assert.Equal(t, Bird{}, b, "the destination is dropped")
	}
}

func TestAllAttributesThatFailAreReportedUpToALimit(t *testing.T) {
	var fields []reflect.StructField
	stored := item{}
	for i := range 20 {
		name := fmt.Sprintf("F%02d", i)
		words := `ddb:""`
		if i == 0 {
			words = `ddb:",pk"`
		}
		fields = append(fields, reflect.StructField{Name: name, Type: reflect.TypeFor[int](), Tag: reflect.StructTag(words)})
		stored[name] = avS(canary)
	}
	p, err := mapper.Compile(reflect.StructOf(fields), mapper.Options{})
	require.NoError(t, err)
	err = decode(p, stored, reflect.New(p.Type()).Interface())
	all := flatten(err)
	require.Len(t, all, 17)
	assert.EqualError(t, all[16], "mapper: decode: struct{…} (struct{…}): 4 more attributes failed")
	assertSilent(t, err)
	require.NoError(t, decode(p, item{"F00": avN("1")}, reflect.New(p.Type()).Interface()), "nothing is left for the next item")
}

func TestFinishThatFailsDropsTheDestination(t *testing.T) {
	p := compiled[Bird](t)
	b := Bird{ID: "stale"}
	sink := p.Sink(&b)
	defer sink.Release()
	require.NoError(t, sink.Set(0, wire.Plain, new(attribute.Reader)))
	require.Error(t, sink.Finish())
	assert.Equal(t, Bird{}, b)
}

func TestASinkThatIsNotFinishedLeavesNothing(t *testing.T) {
	p := compiled[Bird](t)
	b := Bird{ID: "stale", Text: "stale"}
	sink := p.Sink(&b)
	var r attribute.Reader
	r.Reset(avS(canary))
	for i, a := range p.Attributes() {
		if a.Name == "text" {
			require.NoError(t, sink.Set(wire.Slot(i), wire.Plain, &r))
		}
	}
	assert.Equal(t, canary, b.Text)
	require.NoError(t, sink.Set(wire.Slot(len(p.Attributes())), wire.Plain, &r), "undeclared slots are ignored")
	sink.Release()
	assert.Equal(t, Bird{}, b)
}

func TestMisuse(t *testing.T) {
	p := compiled[Bird](t)
	for name, v := range map[string]any{"nil": nil, "nil pointer": (*Bird)(nil), "another type": &City{}, "value": Bird{}} {
		assert.Panics(t, func() { p.Source(v) }, name)
		assert.Panics(t, func() { p.Sink(v) }, name)
	}
	src := p.Source(&Bird{})
	defer src.Release()
	for _, s := range []wire.Slot{-1, wire.Slot(len(p.Attributes()))} {
		assert.ErrorContains(t, src.Write(s, attribute.NewWriter(attribute.Sizes{})), "no attribute in slot")
	}
}

// assertSilent demands that no way to print err shows a canary.
func assertSilent(t *testing.T, err error) {
	t.Helper()
	for _, e := range append(flatten(err), err) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%q", "%x"} {
			text := fmt.Sprintf(verb, e)
			assert.NotContains(t, text, canary)
			assert.NotContains(t, text, fmt.Sprint(canaryNumber))
			assert.NotContains(t, text, fmt.Sprintf("%x", canary))
		}
	}
}
