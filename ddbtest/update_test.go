package ddbtest_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestUpdate(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		pk := &avS{Value: "a"}
		read := func() item {
			out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": pk}})
			require.NoError(t, err)
			return out.Item
		}
		update := func(text string, values item) (*dynamodb.UpdateItemOutput, error) {
			return e.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
				TableName: table, Key: item{"pk": pk}, UpdateExpression: &text, ExpressionAttributeValues: values, ReturnValues: types.ReturnValueAllOld,
			})
		}
		out, err := update("SET v = :v, w = :w", item{":v": &avN{Value: "1"}, ":w": &avB{Value: []byte{1}}})
		require.NoError(t, err)
		assert.Empty(t, out.Attributes)
		first := item{"pk": pk, "v": &avN{Value: "1"}, "w": &avB{Value: []byte{1}}}
		assert.Equal(t, first, read(), "an update makes the item if there is none")

		_, err = update("remove w, gone SET #x = :x", item{":x": &avS{}})
		assertCode(t, validation, err, "#x is not defined")
		out, err = update("remove w, gone SET x = :x", item{":x": &avS{}})
		require.NoError(t, err)
		assert.Equal(t, first, out.Attributes)
		assert.Equal(t, item{"pk": pk, "v": first["v"], "x": &avS{}}, read())

		_, err = e.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{
			TableName: table, Key: item{"pk": pk}, UpdateExpression: aws.String("SET x = :v"), ConditionExpression: aws.String("v > :v"), ExpressionAttributeValues: item{":v": first["v"]},
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, read(), failed.Item)

		other := item{"pk": &avS{Value: "b"}}
		_, err = e.UpdateItem(t.Context(), &dynamodb.UpdateItemInput{TableName: table, Key: other})
		require.NoError(t, err)
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: other})
		require.NoError(t, err)
		assert.Equal(t, other, got.Item, "an update of nothing makes the item too")
	})
}

func TestUpdatesRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.indexed(t)
		key := item{"pk": &avS{Value: canary}, "sk": &avN{Value: "4711"}}
		_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key})
		require.NoError(t, err)
		for name, c := range map[string]struct {
			text string
			v    types.AttributeValue // of :v, if the text has it
		}{
			"empty":                  {text: ""},
			"sets a key":             {"SET pk = :v", &avS{Value: canary}},
			"removes a key":          {text: "REMOVE sk"},
			"sets twice":             {"SET v = :v, v = :v", &avS{Value: canary}},
			"sets and removes":       {"SET v = :v REMOVE v", &avS{Value: canary}},
			"one clause twice":       {text: "REMOVE v REMOVE w"},
			"no clause":              {"v = :v", &avS{Value: canary}},
			"no value":               {text: "SET v"},
			"reserved word":          {"SET name = :v", &avS{Value: canary}},
			"unused value":           {"REMOVE v", &avS{Value: canary}},
			"number of letters":      {"SET v = :v", &avN{Value: canary}},
			"empty set":              {"SET v = :v", &avSS{Value: []string{}}},
			"index key, wrong type":  {"SET g = :v", &avN{Value: "4711"}},
			"index key, empty":       {"SET h = :v", &avB{}},
			"item becomes too large": {"SET v = :v", &avS{Value: strings.Repeat("x", 400<<10)}},
		} {
			t.Run(name, func(t *testing.T) {
				in := &dynamodb.UpdateItemInput{TableName: table, Key: key, UpdateExpression: &c.text}
				if c.v != nil {
					in.ExpressionAttributeValues = item{":v": c.v}
				}
				_, err := e.UpdateItem(t.Context(), in)
				e.refused(t, err)
			})
		}
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
		require.NoError(t, err)
		assert.Equal(t, key, got.Item)
	})
}
