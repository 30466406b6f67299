package expr_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestProjection(t *testing.T) {
	l, m := tested["l"].(*avL).Value, tested["m"].(*avM).Value
	list := func(all ...types.AttributeValue) item { return item{"l": &avL{Value: all}} }
	for text, want := range map[string]item{
		"s":                {"s": tested["s"]},
		"s, n":             {"s": tested["s"], "n": tested["n"]},
		"s,\tgone":         {"s": tested["s"]},
		"gone":             {},
		"gone.a":           {},
		"em":               {"em": tested["em"]},
		"l[0]":             list(l[0]),
		"l[3],l[1],l[0]":   list(l[0], l[1], l[3]),
		"l[1], l[2][0]":    list(l[1], l[2]),
		"l[9]":             {},
		"l[0].x":           {},
		"m.x":              {"m": &avM{Value: item{"x": m["x"]}}},
		"m.y.q, m.x":       {"m": tested["m"]},
		"m.gone, s":        {"s": tested["s"]},
		"m[0]":             {},
		"#name, #dot":      {"name": tested["name"]},
		"m.#y.q, l[2], ss": {"m": &avM{Value: item{"y": m["y"]}}, "l": &avL{Value: l[2:3]}, "ss": tested["ss"]},
	} {
		t.Run(text, func(t *testing.T) {
			names, _ := placeholders(text, nil)
			p, err := expr.ParseProjection(text, names)
			require.NoError(t, err)
			assert.Equal(t, want, p.Apply(tested))
		})
	}
}

func TestProjectionRefuses(t *testing.T) {
	for text, want := range map[string]string{
		"":                                       "The expression can not be empty;",
		"a,":                                     `Syntax error; token: "<EOF>", near: ","`,
		",a":                                     `Syntax error; token: ",", near: ",a"`,
		"a b":                                    `Syntax error; token: "b", near: "a b"`,
		"a = :v":                                 `Syntax error; token: "=", near: "a = :v"`,
		"size(a)":                                `Syntax error; token: "(", near: "size(a"`,
		"(a)":                                    `Syntax error; token: "(", near: "(a"`,
		":v":                                     `Syntax error; token: ":v", near: ":v"`,
		"name":                                   "Attribute name is a reserved keyword; reserved keyword: name",
		"a.name":                                 "Attribute name is a reserved keyword; reserved keyword: name",
		"#c":                                     "An expression attribute name used in the document path is not defined; attribute name: #c",
		"a, a":                                   "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [a], path two: [a]",
		"m, m.x":                                 "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m], path two: [m, x]",
		"m.x, m":                                 "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m]",
		"l, l[0]":                                "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [l], path two: [l, [0]]",
		"m.x, m.x.z":                             "Two document paths overlap with each other; must remove or rewrite one of these paths; path one: [m, x], path two: [m, x, z]",
		"m[0], m.x":                              "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [m, [0]], path two: [m, x]",
		"l[0].a, l[0][1]":                        "Two document paths conflict with each other; must remove or rewrite one of these paths; path one: [l, [0], a], path two: [l, [0], [1]]",
		"a" + strings.Repeat(".a", expr.MaxPath): "The document path has too many nesting levels; nesting levels: 33",
		strings.Repeat("a", expr.MaxText+1):      "Expression size has exceeded the maximum allowed size; expression size: 4097",
	} {
		t.Run(text[:min(len(text), 40)], func(t *testing.T) {
			p, err := expr.ParseProjection(text, nil)
			require.EqualError(t, err, "Invalid ProjectionExpression: "+want)
			assert.Nil(t, p)
		})
	}
	_, err := expr.ParseProjection("a", map[string]string{"#c": "c"})
	assert.EqualError(t, err, "Value provided in ExpressionAttributeNames unused in expressions: keys: {#c}")
}

func FuzzParseProjection(f *testing.F) {
	for _, s := range []string{"", "s", "s, n", "l[0], l[2][0]", "m.y.q, m.x", "#n", "m[0], m.x", "l, l[0]", "name", "a[0][0].b,,"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var names map[string]string
		if strings.Contains(text, "#n") {
			names = map[string]string{"#n": "n"}
		}
		p, err := expr.ParseProjection(text, names)
		if err != nil {
			require.Nil(t, p)
			return
		}
		got := p.Apply(tested)
		require.LessOrEqual(t, attribute.ItemSize(got), attribute.ItemSize(tested))
		for name := range got {
			require.Contains(t, tested, name)
		}
	})
}
