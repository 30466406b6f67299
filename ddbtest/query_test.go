package ddbtest_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sorted makes a table of a string and a sort key of a kind, with an item for each sort key.
func (e engine) sorted(t *testing.T, kind types.ScalarAttributeType, sortKeys ...types.AttributeValue) *string {
	table := e.newTable(t, dynamodb.CreateTableInput{KeySchema: keys("pk", "sk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S"), attribute("sk", kind)}})
	for i, sk := range sortKeys {
		for _, pk := range []string{"a", "b"} {
			_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": &avS{Value: pk}, "sk": sk, "i": &avN{Value: strconv.Itoa(i)}}})
			require.NoError(t, err)
		}
	}
	return table
}

// indexes are what the items of a query say of themselves, in order.
func indexes(t *testing.T, items []item) string {
	var all []string
	for _, it := range items {
		require.Contains(t, it, "i")
		all = append(all, it["i"].(*avN).Value)
	}
	return strings.Join(all, " ")
}

func TestQueryOrdersByTheSortKey(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		for kind, sortKeys := range map[types.ScalarAttributeType][]types.AttributeValue{
			"S": {&avS{Value: "A"}, &avS{Value: "a"}, &avS{Value: "aa"}, &avS{Value: "é"}, &avS{Value: "\uff5e"}, &avS{Value: "𐍈"}},
			"N": {&avN{Value: "-10"}, &avN{Value: "-9"}, &avN{Value: "0"}, &avN{Value: "1.5"}, &avN{Value: "9"}, &avN{Value: "10"}},
			"B": {&avB{Value: []byte{0}}, &avB{Value: []byte{0, 0}}, &avB{Value: []byte{1}}, &avB{Value: []byte{127}}, &avB{Value: []byte{128}}, &avB{Value: []byte{255}}},
		} {
			table := e.sorted(t, kind, sortKeys...)
			query := func(condition string, values item, change func(*dynamodb.QueryInput)) *dynamodb.QueryOutput {
				values[":pk"] = &avS{Value: "a"}
				in := &dynamodb.QueryInput{TableName: table, KeyConditionExpression: &condition, ExpressionAttributeValues: values}
				if change != nil {
					change(in)
				}
				out, err := e.Query(t.Context(), in)
				require.NoError(t, err, condition)
				return out
			}
			backward := func(in *dynamodb.QueryInput) { in.ScanIndexForward = aws.Bool(false) }
			assert.Equal(t, "0 1 2 3 4 5", indexes(t, query("pk = :pk", item{}, nil).Items), kind)
			assert.Equal(t, "5 4 3 2 1 0", indexes(t, query("pk = :pk", item{}, backward).Items), kind)
			two, four := sortKeys[2], sortKeys[4]
			for condition, want := range map[string]string{
				"pk = :pk AND sk = :two":                 "2",
				"sk < :two AND pk = :pk":                 "0 1",
				"(pk = :pk) AND (sk <= :two)":            "0 1 2",
				"pk = :pk AND sk > :two":                 "3 4 5",
				"pk = :pk AND sk >= :two":                "2 3 4 5",
				"pk = :pk AND sk BETWEEN :two AND :four": "2 3 4",
				"pk = :pk AND sk BETWEEN :two AND :two":  "2",
			} {
				values := item{":two": two}
				if strings.Contains(condition, ":four") {
					values[":four"] = four
				}
				assert.Equal(t, want, indexes(t, query(condition, values, nil).Items), "%s %s", kind, condition)
			}
			switch prefixed := "pk = :pk AND begins_with(sk, :p)"; kind {
			case "S":
				assert.Equal(t, "1 2", indexes(t, query(prefixed, item{":p": &avS{Value: "a"}}, nil).Items))
			case "B":
				assert.Equal(t, "0 1", indexes(t, query(prefixed, item{":p": &avB{Value: []byte{0}}}, nil).Items))
			}
		}
	})
}

func TestQueryPages(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.sorted(t, "N", &avN{Value: "0"}, &avN{Value: "1"}, &avN{Value: "2"}, &avN{Value: "3"}, &avN{Value: "4"})
		for _, forward := range []bool{true, false} {
			var pages []string
			var after item
			for {
				out, err := e.Query(t.Context(), &dynamodb.QueryInput{
					TableName: table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": &avS{Value: "b"}},
					Limit: aws.Int32(2), ScanIndexForward: &forward, ExclusiveStartKey: after, ConsistentRead: aws.Bool(true), ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal,
				})
				require.NoError(t, err)
				assert.Len(t, out.Items, int(out.Count))
				assert.Equal(t, out.Count, out.ScannedCount)
				assert.Positive(t, *out.ConsumedCapacity.CapacityUnits)
				pages = append(pages, indexes(t, out.Items))
				if after = out.LastEvaluatedKey; after == nil {
					break
				}
				assert.Len(t, after, 2)
			}
			assert.Equal(t, map[bool][]string{true: {"0 1", "2 3", "4"}, false: {"4 3", "2 1", "0"}}[forward], pages)
		}
		big := make([]types.AttributeValue, 5)
		for i := range big {
			big[i] = &avB{Value: []byte{byte(i)}}
		}
		table = e.sorted(t, "B", big...)
		for i := range big {
			_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": &avS{Value: "a"}, "sk": big[i], "i": &avN{Value: strconv.Itoa(i)}, "x": &avB{Value: make([]byte, 300<<10)}}})
			require.NoError(t, err)
		}
		out, err := e.Query(t.Context(), &dynamodb.QueryInput{TableName: table, KeyConditionExpression: aws.String("pk = :pk"), ExpressionAttributeValues: item{":pk": &avS{Value: "a"}}})
		require.NoError(t, err)
		assert.Equal(t, "0 1 2 3", indexes(t, out.Items), "a page ends after the item that makes it 1 MB")
		assert.Equal(t, item{"pk": &avS{Value: "a"}, "sk": big[3]}, out.LastEvaluatedKey)
	})
}

func TestQuerySelects(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.sorted(t, "N", &avN{Value: "7"}, &avN{Value: "8"})
		in := dynamodb.QueryInput{TableName: table, KeyConditionExpression: aws.String("#p = :pk"), ExpressionAttributeNames: map[string]string{"#p": "pk"}, ExpressionAttributeValues: item{":pk": &avS{Value: "a"}}}
		projected := in
		projected.ProjectionExpression = aws.String("sk, gone")
		out, err := e.Query(t.Context(), &projected)
		require.NoError(t, err)
		assert.Equal(t, []item{{"sk": &avN{Value: "7"}}, {"sk": &avN{Value: "8"}}}, out.Items)
		counted := in
		counted.Select = types.SelectCount
		out, err = e.Query(t.Context(), &counted)
		require.NoError(t, err)
		assert.Nil(t, out.Items)
		assert.EqualValues(t, 2, out.Count)
		nothing := in
		nothing.ExpressionAttributeValues = item{":pk": &avS{Value: "nobody"}}
		out, err = e.Query(t.Context(), &nothing)
		require.NoError(t, err)
		assert.Empty(t, out.Items)
		assert.Nil(t, out.LastEvaluatedKey)
	})
}

func TestQueriesRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.sorted(t, "N", &avN{Value: "1"})
		values := item{":s": &avS{Value: "a"}, ":n": &avN{Value: "1"}, ":e": &avS{}}
		for name, in := range map[string]dynamodb.QueryInput{
			"no partition":         {KeyConditionExpression: aws.String("sk = :n")},
			"range of partitions":  {KeyConditionExpression: aws.String("pk > :s")},
			"or":                   {KeyConditionExpression: aws.String("pk = :s OR sk = :n")},
			"not":                  {KeyConditionExpression: aws.String("pk = :s AND NOT sk = :n")},
			"unequal":              {KeyConditionExpression: aws.String("pk = :s AND sk <> :n")},
			"in":                   {KeyConditionExpression: aws.String("pk = :s AND sk IN (:n)")},
			"other attribute":      {KeyConditionExpression: aws.String("pk = :s AND i = :n")},
			"twice":                {KeyConditionExpression: aws.String("pk = :s AND sk > :n AND sk < :n")},
			"partition twice":      {KeyConditionExpression: aws.String("pk = :s AND pk = :s")},
			"nested":               {KeyConditionExpression: aws.String("pk.x = :s")},
			"two attributes":       {KeyConditionExpression: aws.String("pk = sk")},
			"function":             {KeyConditionExpression: aws.String("attribute_exists(pk)")},
			"empty":                {KeyConditionExpression: aws.String("")},
			"syntax":               {KeyConditionExpression: aws.String("pk =")},
			"partition of a type":  {KeyConditionExpression: aws.String("pk = :n")},
			"empty key":            {KeyConditionExpression: aws.String("pk = :e")},
			"range of a type":      {KeyConditionExpression: aws.String("pk = :s AND sk > :s")},
			"sort key of a type":   {KeyConditionExpression: aws.String("pk = :s AND sk = :s")},
			"limit 0":              {KeyConditionExpression: aws.String("pk = :s"), Limit: aws.Int32(0)},
			"other's start":        {KeyConditionExpression: aws.String("pk = :s"), ExclusiveStartKey: item{"pk": &avS{Value: "other"}, "sk": &avN{Value: "1"}}},
			"start is no key":      {KeyConditionExpression: aws.String("pk = :s"), ExclusiveStartKey: item{"pk": &avS{Value: "a"}}},
			"count and projection": {KeyConditionExpression: aws.String("pk = :s"), Select: types.SelectCount, ProjectionExpression: aws.String("sk")},
			"nothing to project":   {KeyConditionExpression: aws.String("pk = :s"), Select: types.SelectSpecificAttributes},
		} {
			in.TableName = table
			in.ExpressionAttributeValues = item{}
			for alias, v := range values {
				if strings.Contains(*in.KeyConditionExpression, alias) {
					in.ExpressionAttributeValues[alias] = v
				}
			}
			if len(in.ExpressionAttributeValues) == 0 {
				in.ExpressionAttributeValues = nil
			}
			_, err := e.Query(t.Context(), &in)
			assertCode(t, validation, err, name)
		}
		_, err := e.Query(t.Context(), &dynamodb.QueryInput{TableName: newName(), KeyConditionExpression: aws.String("pk = :s"), ExpressionAttributeValues: item{":s": &avS{Value: "a"}}})
		assertCode(t, "ResourceNotFoundException", err)
	})
}

func TestSortKeysThatAreNone(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.sorted(t, "S", &avS{Value: "x"})
		for name, sk := range map[string]string{"empty": "", "too long": strings.Repeat("x", 1025)} {
			for _, condition := range []string{"pk = :pk AND sk = :sk", "pk = :pk AND sk < :sk"} {
				_, err := e.Query(t.Context(), &dynamodb.QueryInput{TableName: table, KeyConditionExpression: &condition, ExpressionAttributeValues: item{":pk": &avS{Value: "a"}, ":sk": &avS{Value: sk}}})
				assertCode(t, validation, err, name, condition)
			}
		}
	})
}
