package ddbtest_test

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The item that conditions are tried on, and the values they may use.
var (
	tried = item{
		"pk": &avS{Value: "k"}, "s": &avS{Value: "hello"}, "n": &avN{Value: "42"}, "b": &avB{Value: []byte{0, 255}}, "t": &avBOOL{Value: true}, "z": &avNULL{Value: true},
		"l":  &avL{Value: []types.AttributeValue{&avN{Value: "1"}, &avS{Value: "x"}, &avL{Value: []types.AttributeValue{&avS{Value: "deep"}}}}},
		"m":  &avM{Value: item{"x": &avN{Value: "5"}, "y": &avM{Value: item{"q": &avS{Value: "w"}}}}},
		"ss": &avSS{Value: []string{"a", "b"}}, "ns": &avNS{Value: []string{"1", "2.5"}}, "bs": &avBS{Value: [][]byte{{0}, {255}}}, "es": &avS{}, "el": &avL{Value: []types.AttributeValue{}},
	}
	usable = item{
		":s": &avS{Value: "hello"}, ":he": &avS{Value: "he"}, ":a": &avS{Value: "a"}, ":e": &avS{}, ":n": &avN{Value: "42.0"}, ":five": &avN{Value: "5"}, ":one": &avN{Value: "1"},
		":b": &avB{Value: []byte{0}}, ":t": &avBOOL{Value: true}, ":z": &avNULL{Value: true}, ":ss": &avSS{Value: []string{"b", "a"}}, ":ns": &avNS{Value: []string{"2.50", "1.0"}}, ":bs": &avBS{Value: [][]byte{{255}, {0}}},
		":l": &avL{Value: []types.AttributeValue{&avS{Value: "deep"}}}, ":m": &avM{Value: item{"q": &avS{Value: "w"}}}, ":S": &avS{Value: "S"}, ":N": &avS{Value: "N"},
	}
)

// try puts an item on a condition and tells what came of it.
func (e engine) try(t *testing.T, table *string, condition string) string {
	in := &dynamodb.PutItemInput{TableName: table, Item: tried, ConditionExpression: &condition}
	for alias, v := range usable {
		if slices.Contains(strings.FieldsFunc(condition, func(r rune) bool { return strings.ContainsRune(" (),", r) }), alias) {
			if in.ExpressionAttributeValues == nil {
				in.ExpressionAttributeValues = make(item)
			}
			in.ExpressionAttributeValues[alias] = v
		}
	}
	_, err := e.PutItem(t.Context(), in)
	if err == nil {
		return "holds"
	}
	var service smithy.APIError
	require.ErrorAs(t, err, &service)
	return service.ErrorCode()
}

func TestConditions(t *testing.T) {
	const fails = "ConditionalCheckFailedException"
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		e.roundTrip(t, table, tried)
		for want, conditions := range map[string][]string{
			"holds": {
				"s = :s", "s <> :n", "n = :n", "n > :five", "n BETWEEN :five AND :n", "s IN (:a, :s)", "gone <> :a", "b > :b", "t = :t", "z = :z", "ss = :ss", "ns = :ns", "bs = :bs", "l[2] = :l", "m.y = :m",
				"attribute_exists(m.y.q)", "attribute_not_exists(m.z)", "attribute_type(s, :S)", "begins_with(s, :he)", "begins_with(b, :b)", "contains(s, :he)", "contains(ss, :a)", "contains(ns, :one)", "contains(l, :one)", "contains(b, :b)",
				"size(s) = :five", "size(m) < :five", "NOT n = :five", "n = :five OR s = :s AND n = :n", "NOT (n = :five OR gone = :a)", "(s = :s OR n = :n) AND NOT t = :z",
			},
			fails: {
				"s = :a", "s = :n", "s < :n", "n < :five", "n IN (:five, :s)", "gone = :a", "gone < :five", "n BETWEEN :one AND :five", "l[0] = :five", "l[9] = :one", "m.x = :one", "ss = :ns",
				"attribute_exists(l[3])", "attribute_not_exists(z)", "attribute_type(s, :N)", "begins_with(n, :he)", "contains(n, :five)", "contains(m, :a)", "size(n) = :five", "s = :s AND n = :five", "NOT s = :s OR n = :five",
			},
			validation: {"s = :gone", "s =", "((s = :s))", "s = s", "size(s)", "t < :t", "begins_with(s, :n)", "foo(s)", "attribute_exists(:s)", "s BETWEEN :s AND :a", "attribute_type(s, :s)", "name = :s", "size(:n) = :n"},
		} {
			for _, c := range conditions {
				assert.Equal(t, want, e.try(t, table, c), c)
			}
		}
	})
}

// TestRandomConditionsAgree compares the outcome of conditions with DynamoDB Local's. They are others
// in each run; a failure prints the one that differs.
func TestRandomConditionsAgree(t *testing.T) {
	const conditions, enough = 1500, 100
	ours, amazon := inProcess(t), local(t)
	ourTable, itsTable := ours.newTable(t, dynamodb.CreateTableInput{}), amazon.newTable(t, dynamodb.CreateTableInput{})
	ours.roundTrip(t, ourTable, tried)
	amazon.roundTrip(t, itsTable, tried)
	outcomes := make(map[string]int)
	for range conditions {
		c := generator{}.condition(3)
		want := amazon.try(t, itsTable, c)
		require.Equal(t, want, ours.try(t, ourTable, c), c)
		outcomes[want]++
	}
	require.Len(t, outcomes, 3, "the generator makes conditions of every outcome: %v", outcomes)
	for outcome, n := range outcomes {
		assert.Greater(t, n, enough, outcome)
	}
}

// generator makes conditions that mostly parse and sometimes mean nothing.
type generator struct{}

func (g generator) pick(from ...string) string { return from[rand.IntN(len(from))] }

func (g generator) operand() string {
	if rand.IntN(8) == 0 {
		return "size(" + g.operand() + ")"
	}
	if rand.IntN(2) == 0 {
		return g.pick(slices.Sorted(maps.Keys(usable))...)
	}
	return g.path()
}

func (g generator) path() string {
	return g.pick("s", "n", "b", "t", "z", "l", "m", "ss", "ns", "bs", "es", "el", "gone", "l[0]", "l[1]", "l[2]", "l[2][0]", "l[7]", "m.x", "m.y", "m.y.q", "m.z", "s.x", "l.x", "m["+strconv.Itoa(rand.IntN(3))+"]")
}

func (g generator) condition(depth int) string {
	if depth > 0 && rand.IntN(2) == 0 {
		switch rand.IntN(4) {
		case 0:
			return "NOT " + g.condition(depth-1)
		case 1:
			return "(" + g.condition(depth-1) + ")"
		}
		return g.condition(depth-1) + g.pick(" AND ", " OR ", " and ") + g.condition(depth-1)
	}
	switch rand.IntN(10) {
	case 0:
		return fmt.Sprintf("%s BETWEEN %s AND %s", g.operand(), g.operand(), g.operand())
	case 1:
		return fmt.Sprintf("%s IN (%s, %s)", g.operand(), g.operand(), g.operand())
	case 2:
		return g.pick("attribute_exists", "attribute_not_exists") + "(" + g.path() + ")"
	case 3:
		return fmt.Sprintf("attribute_type(%s, %s)", g.path(), g.pick(":S", ":N", ":S", ":N", ":a"))
	case 4:
		return fmt.Sprintf("begins_with(%s, %s)", g.operand(), g.operand())
	case 5:
		return fmt.Sprintf("contains(%s, %s)", g.operand(), g.operand())
	}
	return g.operand() + g.pick(" = ", " <> ", "=", " < ", " <= ", " > ", " >= ") + g.operand()
}

func TestConditionsOnAMissingItem(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for _, c := range []struct {
			condition string
			want      string
		}{
			{"attribute_exists(pk)", "ConditionalCheckFailedException"},
			{"pk = :k", "ConditionalCheckFailedException"},
			{"pk <> :k", "holds"},
		} {
			in := &dynamodb.DeleteItemInput{TableName: table, Key: item{"pk": &avS{Value: "k"}}, ConditionExpression: &c.condition}
			if strings.Contains(c.condition, ":k") {
				in.ExpressionAttributeValues = item{":k": &avS{Value: "k"}}
			}
			_, err := e.DeleteItem(t.Context(), in)
			if c.want == "holds" {
				assert.NoError(t, err, c.condition)
			} else {
				assertCode(t, c.want, err, c.condition)
			}
		}
		_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: tried, ConditionExpression: aws.String("attribute_not_exists(pk)")})
		assert.NoError(t, err)
	})
}
