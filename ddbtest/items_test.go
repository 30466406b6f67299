package ddbtest_test

import (
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestItemsComeBack(t *testing.T) {
	bytes := make([]byte, 3072)
	for i := range bytes {
		bytes[i] = byte(i)
	}
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for name, v := range map[string]types.AttributeValue{
			"S":              &avS{Value: "NUL \x00, HTML <&>, quotes \"'\\, line \u2028, astral 😀, \x7f"},
			"N":              &avN{Value: "-42.5"},
			"B":              &avB{Value: bytes},
			"BOOL":           &avBOOL{Value: true},
			"BOOL, false":    &avBOOL{},
			"NULL":           &avNULL{Value: true},
			"SS":             &avSS{Value: []string{"a", "b"}},
			"NS":             &avNS{Value: []string{"-1", "2.5"}},
			"BS":             &avBS{Value: [][]byte{{0}, {1}}},
			"empty S":        &avS{},
			"empty B":        &avB{Value: []byte{}},
			"empty L":        &avL{Value: []types.AttributeValue{}},
			"empty M":        &avM{Value: item{}},
			"empty member":   &avSS{Value: []string{"", "a"}},
			"list":           &avL{Value: []types.AttributeValue{&avN{Value: "1"}, &avB{Value: []byte{}}, &avL{Value: []types.AttributeValue{&avNULL{Value: true}}}}},
			"map":            &avM{Value: item{"a b": &avM{Value: item{"#:.[": &avSS{Value: []string{"x"}}}}, "é😀": &avS{}}},
			"31 lists":       nested(31, &avSS{Value: []string{"x"}}),
			"38 digits":      &avN{Value: strings.Repeat("9", 38)},
			"37 decimals":    &avN{Value: "-1." + strings.Repeat("3", 37)},
			"JSON in a text": &avS{Value: `{"S":"x"}`},
		} {
			t.Run(name, func(t *testing.T) {
				it := item{"pk": &avS{Value: name}, "v": v, "other": &avS{Value: "beside"}}
				assert.Equal(t, it, e.roundTrip(t, table, it))
			})
		}
	})
}

// nested is v inside so many lists.
func nested(levels int, v types.AttributeValue) types.AttributeValue {
	for range levels {
		v = &avL{Value: []types.AttributeValue{v}}
	}
	return v
}

func TestOddAttributeNames(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		it := item{"pk": &avS{Value: "a"}}
		for _, name := range []string{"aws_dbe_head", "*amzn-ddb-map-sig*", "a.b", "a b", "é😀", "$", ":v", "#n", "\x00", "\"", "__type", "size", strings.Repeat("n", 65535)} {
			it[name] = &avS{Value: "x"}
		}
		assert.Equal(t, it, e.roundTrip(t, table, it))
	})
}

func TestNumbersAreNormalised(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for in, want := range map[string]string{
			"1.0": "1", "1E3": "1000", "-0": "0", "-0.0": "0", "007": "7", "1.50": "1.5", ".5": "0.5", "5.": "5", "+5": "5", "0E999": "0", "1E-7": "0.0000001",
			"1." + strings.Repeat("0", 40): "1", "1" + strings.Repeat("0", 40): "1" + strings.Repeat("0", 40),
			"1E125": "1" + strings.Repeat("0", 125), "1E-130": "0." + strings.Repeat("0", 129) + "1", "-1E-130": "-0." + strings.Repeat("0", 129) + "1", "0.1E126": "1" + strings.Repeat("0", 125),
			"9." + strings.Repeat("9", 37) + "E125": strings.Repeat("9", 38) + strings.Repeat("0", 88),
		} {
			t.Run(in, func(t *testing.T) {
				spelt := func(n string) item {
					it := item{"pk": &avS{Value: "a"}, "n": &avN{Value: n}, "set": &avNS{Value: []string{n}}}
					// DynamoDB Local leaves numbers inside documents as they were written; the service does not.
					if e.ours {
						it["in"] = &avL{Value: []types.AttributeValue{&avN{Value: n}, &avM{Value: item{"set": &avNS{Value: []string{n}}}}}}
					}
					return it
				}
				assert.Equal(t, spelt(want), e.roundTrip(t, table, spelt(in)))
			})
		}
	})
}

func TestNumericKeysAreOneKey(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{KeySchema: keys("pk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "N")}})
		_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: item{"pk": &avN{Value: "1.50"}, "v": &avS{Value: "x"}}})
		require.NoError(t, err)
		out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": &avN{Value: "15E-1"}}})
		require.NoError(t, err)
		assert.Equal(t, item{"pk": &avN{Value: "1.5"}, "v": &avS{Value: "x"}}, out.Item)
	})
}

func TestSetsComeBackInAnotherOrder(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		got := e.roundTrip(t, table, item{
			"pk": &avS{Value: "a"},
			"ss": &avSS{Value: []string{"b", "é", "a", "Z"}},
			"ns": &avNS{Value: []string{"10", "9", "-1", "1E2", "0.5", "-20"}},
			"bs": &avBS{Value: [][]byte{{0x7f}, {1, 0}, {0x80}, {1}, {0xff}, {}}},
		})
		assert.Equal(t, item{
			"pk": &avS{Value: "a"},
			"ss": &avSS{Value: []string{"Z", "a", "b", "é"}},
			"ns": &avNS{Value: []string{"-20", "-1", "0.5", "9", "10", "100"}},
			"bs": &avBS{Value: [][]byte{{}, {0x80}, {0xff}, {1}, {1, 0}, {0x7f}}},
		}, got)
	})
}

func TestPutReplacesTheWholeItem(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.indexed(t)
		key := item{"pk": &avS{Value: "a"}, "sk": &avN{Value: "1"}}
		first := item{"pk": key["pk"], "sk": key["sk"], "v": &avS{Value: "1"}, "w": &avS{Value: "1"}}
		second := item{"pk": key["pk"], "sk": key["sk"], "v": &avS{Value: "2"}}
		out, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: first, ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		assert.Empty(t, out.Attributes, "there was none before")
		out, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: second, ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		assert.Equal(t, first, out.Attributes)
		out, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: second, ReturnValues: types.ReturnValueNone})
		require.NoError(t, err)
		assert.Empty(t, out.Attributes)

		for name, other := range map[string]item{"sort key": {"pk": key["pk"], "sk": &avN{Value: "2"}}, "partition key": {"pk": &avS{Value: "b"}, "sk": key["sk"]}} {
			got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: other})
			require.NoError(t, err)
			assert.Nil(t, got.Item, "another %s is another item", name)
		}
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
		require.NoError(t, err)
		assert.Equal(t, second, got.Item)
	})
}

func TestDelete(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		it := item{"pk": &avS{Value: "a"}, "n": &avN{Value: "1"}}
		key := item{"pk": it["pk"]}
		e.roundTrip(t, table, it)

		_, err := e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key, ConditionExpression: aws.String("n > :n"), ExpressionAttributeValues: item{":n": &avN{Value: "1"}}})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		assert.Nil(t, failed.Item, "not asked for")
		out, err := e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key, ConditionExpression: aws.String("n >= :n"), ExpressionAttributeValues: item{":n": &avN{Value: "1"}}, ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err)
		assert.Equal(t, it, out.Attributes)

		out, err = e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key, ReturnValues: types.ReturnValueAllOld})
		require.NoError(t, err, "deleting nothing is no error")
		assert.Empty(t, out.Attributes)
		_, err = e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key, ConditionExpression: aws.String("attribute_exists(pk)"), ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld})
		require.ErrorAs(t, err, &failed)
		assert.Nil(t, failed.Item, "there is none")
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key})
		require.NoError(t, err)
		assert.Nil(t, got.Item)
	})
}

func TestFailedConditionReturnsTheItemAndChangesNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		it := item{"pk": &avS{Value: "a"}, "v": &avB{Value: []byte{}}, "m": &avM{Value: item{}}}
		e.roundTrip(t, table, it)
		_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{
			TableName: table, Item: item{"pk": it["pk"]}, ConditionExpression: aws.String("attribute_not_exists(pk)"),
			ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
		})
		var failed *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, it, failed.Item)
		assert.Equal(t, "The conditional request failed", failed.ErrorMessage())
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": it["pk"]}})
		require.NoError(t, err)
		assert.Equal(t, it, got.Item)
	})
}

func TestProjection(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		it := item{
			"pk": &avS{Value: "a"}, "name": &avS{Value: "Ada"},
			"m": &avM{Value: item{"x": &avN{Value: "1"}, "y": &avM{Value: item{"z": &avSS{Value: []string{"q"}}}}}},
			"l": &avL{Value: []types.AttributeValue{&avN{Value: "0"}, &avN{Value: "1"}, &avN{Value: "2"}}},
		}
		e.roundTrip(t, table, it)
		for text, want := range map[string]item{
			"#n":                  {"name": it["name"]},
			"#n, m.y.z":           {"name": it["name"], "m": &avM{Value: item{"y": it["m"].(*avM).Value["y"]}}},
			"#n, l[2], l[0]":      {"name": it["name"], "l": &avL{Value: []types.AttributeValue{&avN{Value: "0"}, &avN{Value: "2"}}}},
			"gone.#n, m.x.z, gon": {},
		} {
			t.Run(text, func(t *testing.T) {
				out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": it["pk"]}, ProjectionExpression: &text, ExpressionAttributeNames: map[string]string{"#n": "name"}})
				require.NoError(t, err)
				assert.Equal(t, want, out.Item)
			})
		}
		for _, text := range []string{"name", "m, m.x", "pk,", ":v", ""} {
			_, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": it["pk"]}, ProjectionExpression: &text})
			assertCode(t, validation, err, text)
		}
	})
}

func TestConsumedCapacity(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		key := item{"pk": &avS{Value: "a"}}
		it := item{"pk": key["pk"], "v": &avB{Value: make([]byte, 5000)}} // 5004 bytes: five units to write, two to read
		put, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		assert.Equal(t, &types.ConsumedCapacity{TableName: table, CapacityUnits: aws.Float64(5)}, put.ConsumedCapacity)
		for consistent, units := range map[bool]float64{true: 2, false: 1} {
			got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key, ConsistentRead: &consistent, ReturnConsumedCapacity: types.ReturnConsumedCapacityIndexes})
			require.NoError(t, err)
			assert.Equal(t, &types.ConsumedCapacity{TableName: table, CapacityUnits: &units, Table: &types.Capacity{CapacityUnits: &units}}, got.ConsumedCapacity)
		}
		put, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		assert.Equal(t, aws.Float64(5), put.ConsumedCapacity.CapacityUnits, "the larger of old and new")
		del, err := e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		assert.Equal(t, aws.Float64(1), del.ConsumedCapacity.CapacityUnits)
		got, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityTotal})
		require.NoError(t, err)
		assert.Equal(t, aws.Float64(0.5), got.ConsumedCapacity.CapacityUnits, "looking for nothing")
		got, err = e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key, ReturnConsumedCapacity: types.ReturnConsumedCapacityNone})
		require.NoError(t, err)
		assert.Nil(t, got.ConsumedCapacity)
	})
}

func TestOneOfManyCreatesWins(t *testing.T) {
	const rounds, writers = 20, 32
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		for range rounds {
			key := item{"pk": &avS{Value: *newName()}}
			var won, lost atomic.Int64
			var all sync.WaitGroup
			for range writers {
				all.Go(func() {
					_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: key, ConditionExpression: aws.String("attribute_not_exists(pk)")})
					switch {
					case err == nil:
						won.Add(1)
					case assertCode(t, "ConditionalCheckFailedException", err):
						lost.Add(1)
					}
				})
			}
			all.Wait()
			require.EqualValues(t, 1, won.Load())
			require.EqualValues(t, writers-1, lost.Load())
		}
	})
}

func TestReadersAndWritersTogether(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		key := item{"pk": &avS{Value: "a"}}
		whole := func(n string) item { return item{"pk": key["pk"], "a": &avN{Value: n}, "b": &avN{Value: n}} }
		var all sync.WaitGroup
		for i := range 16 {
			all.Go(func() {
				for range 10 {
					var err error
					switch i % 4 {
					case 0, 1:
						_, err = e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: whole(strconv.Itoa(i))})
					case 2:
						var out *dynamodb.GetItemOutput
						if out, err = e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: key}); err == nil {
							assert.Equal(t, out.Item["a"], out.Item["b"], "an item is written whole")
						}
					case 3:
						_, err = e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: key})
					}
					assert.NoError(t, err)
					_, err = e.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: table})
					assert.NoError(t, err)
				}
			})
		}
		all.Wait()
	})
}
