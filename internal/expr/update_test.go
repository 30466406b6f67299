package expr_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/expr"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func TestUpdateSetsAndRemovesAttributes(t *testing.T) {
	condition := "a = :a"
	u, c, err := expr.ParseUpdate("SET #x = :x, b = :x REMOVE c, d", &condition,
		map[string]string{"#x": "weird name"}, map[string]types.AttributeValue{":x": text("new"), ":a": text("old")})
	require.NoError(t, err)
	item := map[string]types.AttributeValue{"a": text("old"), "b": text("old"), "c": text("old")}
	assert.True(t, c.Holds(item))
	assert.Equal(t, []string{"b", "c", "d", "weird name"}, u.Names())
	assert.Equal(t, map[string]types.AttributeValue{"a": text("old"), "b": text("new"), "weird name": text("new")}, u.Apply(item))
	assert.Equal(t, text("old"), item["b"], "the item is as it was")
}

func TestUpdateRefuses(t *testing.T) {
	values := map[string]types.AttributeValue{":x": text("canary")}
	for name, c := range map[string]struct{ text, problem string }{
		"nothing":              {"", "empty"},
		"no clause":            {"a = :x", "Syntax error"},
		"a clause twice":       {"SET a = :x SET b = :x", "only be used once"},
		"an attribute twice":   {"SET a = :x, a = :x", "overlap"},
		"set and removed":      {"SET a = :x REMOVE a", "overlap"},
		"no value":             {"SET a", "Syntax error"},
		"no attribute":         {"SET = :x", "Syntax error"},
		"an open list":         {"SET a = :x,", "Syntax error"},
		"an undefined value":   {"SET a = :y", "not defined"},
		"an undefined name":    {"SET #a = :x", "not defined"},
		"a reserved word":      {"SET name = :x", "reserved keyword"},
		"an unused value":      {"REMOVE a", "unused"},
		"words behind the end": {"SET a = :x b", "Syntax error"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := expr.ParseUpdate(c.text, nil, nil, values)
			var refused *expr.Error
			require.ErrorAs(t, err, &refused)
			assert.ErrorContains(t, err, c.problem)
			assert.NotContains(t, err.Error(), "canary")
		})
	}
	for _, more := range []string{
		"SET a.b = :x", "SET a[0] = :x", "REMOVE a[1], b.c", "SET a = b", "SET a = if_not_exists(a, :x)", "SET a = :x + :x", "SET a = (:x)",
		"SET a = a - :x", "ADD a :x", "DELETE a :x",
	} {
		_, _, err := expr.ParseUpdate(more, nil, nil, values)
		assert.ErrorIs(t, err, expr.ErrUnsupported, more)
	}
}

func FuzzParseUpdate(f *testing.F) {
	for _, seed := range []string{"SET a = :x REMOVE b", "SET a.b = :x", "REMOVE", "SET a = :x, ", "ADD a :x"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, _, err := expr.ParseUpdate(text, nil, nil, map[string]types.AttributeValue{":x": &types.AttributeValueMemberS{}})
		if err == nil {
			require.NotEmpty(t, u.Names())
			u.Apply(nil)
		}
	})
}
