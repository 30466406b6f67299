package ddbtest_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// canary stands in refused requests where values stand, and must be in no message.
const canary = "canary4711"

// refused asserts a ValidationException that, from us, holds no value.
func (e engine) refused(t *testing.T, err error) {
	t.Helper()
	require.Error(t, err)
	assertCode(t, validation, err)
	if e.ours {
		assert.NotContains(t, err.Error(), canary)
	}
}

func TestValuesRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for name, v := range map[string]types.AttributeValue{
			"39 digits":                  &avN{Value: strings.Repeat("1", 39)},
			"39 digits with a point":     &avN{Value: "1." + strings.Repeat("1", 38)},
			"1E126":                      &avN{Value: "1E126"},
			"-1E126":                     &avN{Value: "-1E126"},
			"1E-131":                     &avN{Value: "1E-131"},
			"huge exponent":              &avN{Value: "1E99999999999"},
			"number of letters":          &avN{Value: canary},
			"number of nothing":          &avN{},
			"number in spaces":           &avN{Value: " 1 "},
			"number in hexadecimal":      &avN{Value: "0x1"},
			"NaN":                        &avN{Value: "NaN"},
			"Infinity":                   &avN{Value: "Infinity"},
			"exponent of nothing":        &avN{Value: "1e"},
			"number with a suffix":       &avN{Value: "1f"},
			"number in a document":       &avM{Value: item{"a": &avL{Value: []types.AttributeValue{&avN{Value: canary}}}}},
			"number in a set":            &avNS{Value: []string{"1", canary}},
			"39 digits in a set":         &avNS{Value: []string{strings.Repeat("1", 39)}},
			"empty SS":                   &avSS{Value: []string{}},
			"empty NS":                   &avNS{Value: []string{}},
			"empty BS":                   &avBS{Value: [][]byte{}},
			"empty set in a document":    &avL{Value: []types.AttributeValue{&avSS{Value: []string{}}}},
			"string twice":               &avSS{Value: []string{canary, "a", canary}},
			"number twice":               &avNS{Value: []string{"1", "2", "1"}},
			"number twice by value":      &avNS{Value: []string{"1", "1.0"}},
			"binary twice":               &avBS{Value: [][]byte{[]byte(canary), []byte(canary)}},
			"duplicates in a document":   &avM{Value: item{"a": &avNS{Value: []string{"10", "1E1"}}}},
			"NULL false":                 &avNULL{},
			"32 lists":                   nested(32, &avS{}),
			"32 lists, the last empty":   nested(31, &avL{Value: []types.AttributeValue{}}),
			"33 levels":                  nested(33, &avS{}),
			"32 levels under a map":      &avM{Value: item{"a": nested(31, &avS{})}},
			"empty name in a map":        &avM{Value: item{"": &avS{Value: canary}}},
			"name of 65536 bytes in map": &avM{Value: item{strings.Repeat("n", 65536): &avS{}}},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": &avS{Value: "a"}, "v": v}})
				e.refused(t, err)
				if strings.Contains(name, "level") || strings.Contains(name, "lists") || strings.Contains(name, "65536") || strings.Contains(name, "document") {
					return // DynamoDB Local checks values of expressions less
				}
				_, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": &avS{Value: "a"}}, ConditionExpression: aws.String("v = :v"), ExpressionAttributeValues: item{":v": v}})
				e.refused(t, err)
			})
		}
	})
}

func TestItemsRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table, binary := e.indexed(t), e.newTable(t, dynamodb.CreateTableInput{KeySchema: keys("pk", "sk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "B"), attribute("sk", "S")}})
		with := func(change item) item {
			it := item{"pk": &avS{Value: canary}, "sk": &avN{Value: "4711"}, "v": &avS{Value: canary}}
			for name, v := range change {
				if it[name] = v; v == nil {
					delete(it, name)
				}
			}
			return it
		}
		_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: with(item{"pk": &avS{Value: strings.Repeat("k", 2048)}, "g": &avS{Value: strings.Repeat("g", 2048)}, "h": &avB{Value: make([]byte, 1024)}})})
		require.NoError(t, err, "keys of the largest sizes")
		_, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: binary, Item: item{"pk": &avB{Value: make([]byte, 2048)}, "sk": &avS{Value: strings.Repeat("s", 1024)}}})
		require.NoError(t, err, "keys of the largest sizes")

		for name, c := range map[string]struct {
			table *string
			item  item
		}{
			"no attributes":              {table, item{}},
			"no partition key":           {table, with(item{"pk": nil})},
			"no sort key":                {table, with(item{"sk": nil})},
			"partition key is a number":  {table, with(item{"pk": &avN{Value: "4711"}})},
			"sort key is a string":       {table, with(item{"sk": &avS{Value: canary}})},
			"key is NULL":                {table, with(item{"pk": &avNULL{Value: true}})},
			"key is a set":               {table, with(item{"pk": &avSS{Value: []string{canary}}})},
			"empty partition key":        {table, with(item{"pk": &avS{}})},
			"partition key of 2049":      {table, with(item{"pk": &avS{Value: strings.Repeat("k", 2049)}})},
			"the same in UTF-8":          {table, with(item{"pk": &avS{Value: strings.Repeat("é", 1025)}})},
			"empty binary key":           {binary, item{"pk": &avB{}, "sk": &avS{Value: "x"}}},
			"binary key of 2049":         {binary, item{"pk": &avB{Value: make([]byte, 2049)}, "sk": &avS{Value: "x"}}},
			"empty sort key":             {binary, item{"pk": &avB{Value: []byte{1}}, "sk": &avS{}}},
			"sort key of 1025":           {binary, item{"pk": &avB{Value: []byte{1}}, "sk": &avS{Value: strings.Repeat("s", 1025)}}},
			"index key is a number":      {table, with(item{"g": &avN{Value: "4711"}})},
			"index key is a ciphertext":  {table, with(item{"g": &avB{Value: []byte(canary)}})},
			"index key is NULL":          {table, with(item{"g": &avNULL{Value: true}})},
			"index sort key is a string": {table, with(item{"h": &avS{Value: canary}})},
			"local index key, a string":  {table, with(item{"l": &avS{Value: canary}})},
			"empty index key":            {table, with(item{"g": &avS{}})},
			"empty index sort key":       {table, with(item{"h": &avB{}})},
			"index key of 2049":          {table, with(item{"g": &avS{Value: strings.Repeat("g", 2049)}})},
			"index sort key of 1025":     {table, with(item{"h": &avB{Value: make([]byte, 1025)}})},
			"empty name":                 {table, with(item{"": &avS{Value: canary}})},
			"name of 65536 bytes":        {table, with(item{strings.Repeat("n", 65536): &avS{Value: canary}})},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: c.table, Item: c.item})
				e.refused(t, err)
			})
		}
	})
}

func TestKeysRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.indexed(t)
		s, n := &avS{Value: canary}, &avN{Value: "4711"}
		for name, key := range map[string]item{
			"nothing":           {},
			"no sort key":       {"pk": s},
			"no partition key":  {"sk": n},
			"another attribute": {"pk": s, "x": n},
			"one too many":      {"pk": s, "sk": n, "x": s},
			"wrong type":        {"pk": n, "sk": n},
			"wrong sort type":   {"pk": s, "sk": s},
			"empty":             {"pk": &avS{}, "sk": n},
			"too long":          {"pk": &avS{Value: strings.Repeat("k", 2049)}, "sk": n},
			"no number":         {"pk": s, "sk": &avN{Value: canary}},
			"39 digits":         {"pk": s, "sk": &avN{Value: strings.Repeat("1", 39)}},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
				e.refused(t, err)
				_, err = e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key})
				e.refused(t, err)
			})
		}
	})
}

// TestItemSize fills an item up to the limit with a binary beside every kind of value: one byte more is
// too many, so the count is the service's to the byte.
func TestItemSize(t *testing.T) {
	const limit = 400 << 10
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for name, c := range map[string]struct {
			size int
			v    types.AttributeValue
		}{
			"S":              {7, &avS{Value: "é😀x"}},
			"empty S":        {0, &avS{}},
			"B":              {3, &avB{Value: []byte{1, 2, 3}}},
			"BOOL":           {1, &avBOOL{}},
			"NULL":           {1, &avNULL{Value: true}},
			"zero":           {1, &avN{Value: "0.0"}},
			"one digit":      {2, &avN{Value: "7"}},
			"three digits":   {3, &avN{Value: "123"}},
			"negative":       {4, &avN{Value: "-123"}},
			"fraction":       {5, &avN{Value: "123.456"}},
			"small fraction": {2, &avN{Value: "0.001"}},
			"trailing zeros": {3, &avN{Value: "123000"}},
			"exponent":       {2, &avN{Value: "1E100"}},
			"38 digits":      {20, &avN{Value: strings.Repeat("1", 38)}},
			"empty L":        {3, &avL{Value: []types.AttributeValue{}}},
			"empty M":        {3, &avM{Value: item{}}},
			"L":              {5, &avL{Value: []types.AttributeValue{&avS{Value: "a"}}}},
			"M":              {7, &avM{Value: item{"ab": &avS{Value: "a"}}}},
			"L in L":         {7, &avL{Value: []types.AttributeValue{&avL{Value: []types.AttributeValue{}}}}},
			"SS":             {3, &avSS{Value: []string{"a", "bc"}}},
			"NS":             {4, &avNS{Value: []string{"1", "20"}}},
			"BS":             {1, &avBS{Value: [][]byte{{0}, {}}}},
			"names in UTF-8": {6, &avM{Value: item{"é": &avS{}}}},
		} {
			t.Run(name, func(t *testing.T) {
				put := func(size int) error {
					names := len("pk") + len("value") + len("fill")
					it := item{"pk": &avS{Value: "a"}, "value": c.v, "fill": &avB{Value: make([]byte, size-names-len("a")-c.size)}}
					_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it})
					return err
				}
				require.NoError(t, put(limit))
				e.refused(t, put(limit+1))
			})
		}
	})
}

func TestExpressionsRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for name, in := range map[string]dynamodb.PutItemInput{
			"empty":                    {ConditionExpression: aws.String("")},
			"syntax error":             {ConditionExpression: aws.String("pk = ")},
			"reserved word":            {ConditionExpression: aws.String("attribute_exists(name)")},
			"unused value":             {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: item{":v": &avS{Value: canary}}},
			"unused name":              {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeNames: map[string]string{"#n": "n"}},
			"undefined value":          {ConditionExpression: aws.String("pk = :v")},
			"undefined name":           {ConditionExpression: aws.String("attribute_exists(#n)")},
			"values without a use":     {ExpressionAttributeValues: item{":v": &avS{Value: canary}}},
			"names without a use":      {ExpressionAttributeNames: map[string]string{"#n": "n"}},
			"no values":                {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: item{}},
			"no names":                 {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeNames: map[string]string{}},
			"value without colon":      {ConditionExpression: aws.String("attribute_exists(pk)"), ExpressionAttributeValues: item{"v": &avS{Value: canary}}},
			"bounds in wrong order":    {ConditionExpression: aws.String("pk BETWEEN :v AND :w"), ExpressionAttributeValues: item{":v": &avS{Value: canary}, ":w": &avS{Value: "A"}}},
			"attribute_type, unknown":  {ConditionExpression: aws.String("attribute_type(pk, :v)"), ExpressionAttributeValues: item{":v": &avS{Value: canary}}},
			"compared with itself":     {ConditionExpression: aws.String("v = v")},
			"redundant parentheses":    {ConditionExpression: aws.String("((v = w))")},
			"order of booleans":        {ConditionExpression: aws.String("v < :v"), ExpressionAttributeValues: item{":v": &avBOOL{}}},
			"101 operands":             {ConditionExpression: aws.String("v IN (" + strings.Repeat(":v,", 100) + ":v)"), ExpressionAttributeValues: item{":v": &avS{Value: canary}}},
			"301 operators":            {ConditionExpression: aws.String("v = w" + strings.Repeat(" OR v = w", 150))},
			"4097 bytes":               {ConditionExpression: aws.String("v = w" + strings.Repeat(" ", 4092))},
			"name of 256 bytes":        {ConditionExpression: aws.String("attribute_exists(#" + strings.Repeat("n", 255) + ")"), ExpressionAttributeNames: map[string]string{"#" + strings.Repeat("n", 255): "n"}},
			"ReturnValues ALL_NEW":     {ReturnValues: types.ReturnValueAllNew},
			"ReturnValues UPDATED_OLD": {ReturnValues: types.ReturnValueUpdatedOld},
			"ReturnValues unknown":     {ReturnValues: "X"},
			"on failure, unknown":      {ConditionExpression: aws.String("attribute_exists(pk)"), ReturnValuesOnConditionCheckFailure: "ALL_NEW"},
		} {
			t.Run(name, func(t *testing.T) {
				in.TableName, in.Item = table, item{"pk": &avS{Value: canary}}
				_, err := e.PutItem(t.Context(), &in)
				e.refused(t, err)
				_, err = e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{
					TableName: table, Key: in.Item, ConditionExpression: in.ConditionExpression, ExpressionAttributeNames: in.ExpressionAttributeNames, ExpressionAttributeValues: in.ExpressionAttributeValues,
					ReturnValues: in.ReturnValues, ReturnValuesOnConditionCheckFailure: in.ReturnValuesOnConditionCheckFailure,
				})
				e.refused(t, err)
			})
		}
	})
}

// TestShapesRefused sends what the SDK cannot be made to send.
func TestShapesRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		put := func(v string) (int, map[string]any) {
			return e.post(t, "DynamoDB_20120810.PutItem", fmt.Sprintf(`{"TableName":%q,"Item":{"pk":{"S":"a"},"v":%s}}`, *table, v))
		}
		status, answer := put(`{"S":"x"}`)
		require.Equal(t, 200, status, answer)
		for name, v := range map[string]string{
			"no type": `{}`, "null under a type": `{"S":null}`, "no value": `null`, "two types": `{"S":"canary4711","N":"1"}`,
			"no type in a list": `{"L":[{}]}`, "null in a list": `{"L":[null]}`, "null in a map": `{"M":{"a":null}}`, "two types in a list": `{"L":[{"S":"a","N":"1"}]}`,
		} {
			t.Run(name, func(t *testing.T) {
				status, answer := put(v)
				assert.Equal(t, 400, status)
				assert.Contains(t, answer["__type"], validation)
				assert.NotContains(t, fmt.Sprint(answer), canary)
			})
		}
		for name, v := range map[string]string{
			"value is a string": `"x"`, "list is an object": `{"L":{}}`, "set is a string": `{"SS":"a"}`, "no base64": `{"B":"!"}`, "base64 without padding": `{"B":"AA"}`,
		} {
			t.Run(name, func(t *testing.T) {
				status, answer := put(v)
				if e.ours { // DynamoDB Local answers 500
					assert.Equal(t, 400, status)
					assert.Contains(t, answer["__type"], "#SerializationException")
				} else {
					assert.NotEqual(t, 200, status)
				}
			})
		}
	})
}
