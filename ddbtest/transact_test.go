package ddbtest_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func (e engine) transact(t *testing.T, parts ...types.TransactWriteItem) error {
	_, err := e.TransactWriteItems(t.Context(), &dynamodb.TransactWriteItemsInput{TransactItems: parts})
	return err
}

// read gets what lies under a pk, nil for nothing.
func (e engine) read(t *testing.T, table *string, pk string) item {
	out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": &avS{Value: pk}}, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

// newToken is a token that no other test has, not even one on the same DynamoDB Local.
func newToken() string { return fmt.Sprintf("token-of-%.20s", (*newName())[8:]) }

func put(table *string, pk, v string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{TableName: table, Item: item{"pk": &avS{Value: pk}, "v": &avN{Value: v}}}}
}

func TestTransactionsDoAllOrNothing(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		one, two := e.newTable(t, dynamodb.CreateTableInput{}), e.newTable(t, dynamodb.CreateTableInput{})
		require.NoError(t, e.transact(t, put(one, "a", "1.0"), put(one, "b", "2"), put(two, "a", "3")))
		a := item{"pk": &avS{Value: "a"}, "v": &avN{Value: "1"}}
		assert.Equal(t, a, e.read(t, one, "a"), "stored in canonical form")
		assert.Equal(t, item{"pk": &avS{Value: "a"}, "v": &avN{Value: "3"}}, e.read(t, two, "a"))

		require.NoError(t, e.transact(t,
			types.TransactWriteItem{Update: &types.Update{TableName: one, Key: item{"pk": &avS{Value: "a"}}, UpdateExpression: aws.String("SET w = :w"), ConditionExpression: aws.String("v = :one"), ExpressionAttributeValues: item{":w": &avN{Value: "5"}, ":one": &avN{Value: "1"}}}},
			types.TransactWriteItem{Delete: &types.Delete{TableName: one, Key: item{"pk": &avS{Value: "b"}}, ConditionExpression: aws.String("attribute_exists(pk)")}},
			types.TransactWriteItem{ConditionCheck: &types.ConditionCheck{TableName: two, Key: item{"pk": &avS{Value: "a"}}, ConditionExpression: aws.String("attribute_exists(v)")}},
		))
		a["w"] = &avN{Value: "5"}
		assert.Equal(t, a, e.read(t, one, "a"))
		assert.Nil(t, e.read(t, one, "b"))

		guarded := put(one, "a", "9")
		guarded.Put.ConditionExpression = aws.String("attribute_not_exists(pk)")
		guarded.Put.ReturnValuesOnConditionCheckFailure = types.ReturnValuesOnConditionCheckFailureAllOld
		err := e.transact(t, put(one, "c", "1"), guarded)
		var cancelled *types.TransactionCanceledException
		require.ErrorAs(t, err, &cancelled)
		require.Len(t, cancelled.CancellationReasons, 2)
		assert.Equal(t, "None", aws.ToString(cancelled.CancellationReasons[0].Code))
		assert.Equal(t, "ConditionalCheckFailed", aws.ToString(cancelled.CancellationReasons[1].Code))
		assert.Equal(t, a, cancelled.CancellationReasons[1].Item)
		assert.Nil(t, e.read(t, one, "c"), "a transaction that failed wrote nothing")
		assert.Equal(t, a, e.read(t, one, "a"))
	})
}

func TestTransactionsAreDoneOnceByTheirToken(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		token := newToken()
		in := func(v string) *dynamodb.TransactWriteItemsInput {
			p := put(table, "a", v)
			p.Put.Item["x"], p.Put.Item["y"], p.Put.Item["z"] = &avN{Value: "1"}, &avN{Value: "2"}, &avN{Value: "3"} // sent in any order
			return &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{p}, ClientRequestToken: &token}
		}
		for range 5 {
			_, err := e.TransactWriteItems(t.Context(), in("1"))
			require.NoError(t, err)
		}
		_, err := e.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: table, Key: item{"pk": &avS{Value: "a"}}})
		require.NoError(t, err)
		_, err = e.TransactWriteItems(t.Context(), in("1"))
		require.NoError(t, err)
		assert.Nil(t, e.read(t, table, "a"), "what was done is not done again")
		_, err = e.TransactWriteItems(t.Context(), in("2"))
		assertCode(t, "IdempotentParameterMismatchException", err)
	})
}

func TestTransactionsRefused(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		many := make([]types.TransactWriteItem, 101)
		for i := range many {
			many[i] = put(table, strconv.Itoa(i), "1")
		}
		badKey := put(table, "", "1")
		badCondition := put(table, "a", "1")
		badCondition.Put.ConditionExpression = aws.String("pk =")
		both := put(table, "a", "1")
		both.Delete = &types.Delete{TableName: table, Key: item{"pk": &avS{Value: "b"}}}
		for name, parts := range map[string][]types.TransactWriteItem{
			"none":              {},
			"more than allowed": many,
			"one item twice":    {put(table, "a", "1"), put(table, "a", "2")},
			"empty key":         {put(table, "b", "1"), badKey},
			"condition":         {put(table, "b", "1"), badCondition},
			"two kinds in one":  {both},
			"nothing in one":    {{}},
		} {
			assertCode(t, validation, e.transact(t, parts...), name)
		}
		assertCode(t, "ResourceNotFoundException", e.transact(t, put(newName(), "a", "1")))
		assert.Nil(t, e.read(t, table, "b"))
	})
}

func TestTransactionsAreAtomic(t *testing.T) {
	const writers, rounds = 8, 20
	e := inProcess(t)
	one, two := e.newTable(t, dynamodb.CreateTableInput{}), e.newTable(t, dynamodb.CreateTableInput{})
	require.NoError(t, e.transact(t, put(one, "n", "0"), put(two, "n", "0")))
	next := func(table *string, from int) types.TransactWriteItem {
		p := put(table, "n", strconv.Itoa(from+1))
		p.Put.ConditionExpression, p.Put.ExpressionAttributeValues = aws.String("v = :v"), item{":v": &avN{Value: strconv.Itoa(from)}}
		return p
	}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for done := 0; done < rounds; {
				n, err := strconv.Atoi(e.read(t, one, "n")["v"].(*avN).Value)
				if !assert.NoError(t, err) {
					return
				}
				parts := []types.TransactWriteItem{next(one, n), next(two, n)}
				if w%2 == 1 {
					parts[0], parts[1] = parts[1], parts[0]
				}
				if e.transact(t, parts...) == nil {
					done++
				}
			}
		})
	}
	all.Wait()
	for _, table := range []*string{one, two} {
		assert.Equal(t, &avN{Value: strconv.Itoa(writers * rounds)}, e.read(t, table, "n")["v"])
	}
}

// A transaction that was cancelled used up no token.
func TestATokenOfACancelledTransaction(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		table := e.newTable(t, dynamodb.CreateTableInput{})
		guarded := put(table, "a", "2")
		guarded.Put.ConditionExpression = aws.String("attribute_exists(pk)")
		in := &dynamodb.TransactWriteItemsInput{TransactItems: []types.TransactWriteItem{guarded}, ClientRequestToken: aws.String(newToken())}
		_, err := e.TransactWriteItems(t.Context(), in)
		require.ErrorAs(t, err, new(*types.TransactionCanceledException))
		require.NoError(t, e.transact(t, put(table, "a", "1")))
		_, err = e.TransactWriteItems(t.Context(), in)
		require.NoError(t, err)
		assert.Equal(t, item{"pk": &avS{Value: "a"}, "v": &avN{Value: "2"}}, e.read(t, table, "a"))
	})
}
