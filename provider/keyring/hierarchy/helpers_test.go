package hierarchy_test

import (
	"bytes"
	"context"

	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/secret"
)

const (
	table   = "branch-keys"
	logical = "tenants"
	east    = "us-east-1"
	west    = "us-west-2"
	mallory = "999988887777"
)

// world is a KMS with a key, and a DynamoDB with an empty key store.
type world struct {
	t      *testing.T
	kms    *fakekms.Server
	ddb    *ddbtest.Server
	key    string
	config hierarchy.Config
	store  *hierarchy.Store
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, kms: fakekms.Start(), ddb: ddbtest.Start()}
	t.Cleanup(w.kms.Close)
	t.Cleanup(w.ddb.Close)
	w.key = w.kms.AddKey(fakekms.Key{Region: east})
	w.config = hierarchy.Config{
		Table: table, LogicalName: logical, KMSConfiguration: hierarchy.KeyARN(w.key),
		KMS: w.kms.Client(east), DynamoDB: w.ddb.Client(),
	}
	w.store = w.with(nil)
	require.NoError(t, w.store.CreateTable(t.Context()))
	return w
}

// with is another store of the same tables and keys.
func (w *world) with(change func(*hierarchy.Config)) *hierarchy.Store {
	w.t.Helper()
	c := w.config
	if change != nil {
		change(&c)
	}
	s, err := hierarchy.NewStore(c)
	require.NoError(w.t, err)
	return s
}

// create makes a branch key with a context, and returns its active version.
func (w *world) create(id string) hierarchy.BranchKey {
	w.t.Helper()
	_, err := w.store.CreateKey(w.t.Context(), hierarchy.CreateKeyConfig{ID: id, Context: map[string]string{"tenant": "of " + id}})
	require.NoError(w.t, err)
	return w.active(id)
}

func (w *world) active(id string) hierarchy.BranchKey {
	w.t.Helper()
	k, err := w.store.Active(w.t.Context(), id)
	require.NoError(w.t, err)
	return k
}

func (w *world) stored(id, itemType string) item {
	w.t.Helper()
	return w.ddb.Stored(table, itemKey(id, itemType))
}

func (w *world) overwrite(it item) {
	w.t.Helper()
	require.NoError(w.t, w.ddb.Overwrite(table, it))
}

// all is every stored item of a table.
func all(t *testing.T, client *dynamodb.Client, ids ...string) []item {
	t.Helper()
	var items []item
	for _, id := range ids {
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String(table), KeyConditionExpression: aws.String("#id = :id"),
			ExpressionAttributeNames:  map[string]string{"#id": "branch-key-id"},
			ExpressionAttributeValues: item{":id": text(id)},
		})
		require.NoError(t, err)
		items = append(items, out.Items...)
	}
	return items
}

type item = map[string]types.AttributeValue

func itemKey(id, itemType string) item {
	return item{"branch-key-id": text(id), "type": text(itemType)}
}

func text(s string) types.AttributeValue   { return &types.AttributeValueMemberS{Value: s} }
func number(s string) types.AttributeValue { return &types.AttributeValueMemberN{Value: s} }
func binary(b []byte) types.AttributeValue { return &types.AttributeValueMemberB{Value: b} }

func textOf(t *testing.T, v types.AttributeValue) string {
	t.Helper()
	s, ok := v.(*types.AttributeValueMemberS)
	require.True(t, ok, "%T is no string", v)
	return s.Value
}

func encOf(t *testing.T, it item) []byte {
	t.Helper()
	b, ok := it["enc"].(*types.AttributeValueMemberB)
	require.True(t, ok)
	return bytes.Clone(b.Value)
}

func sameKey(t *testing.T, want, got hierarchy.BranchKey, what string) {
	t.Helper()
	assert.True(t, want.Key.Equal(got.Key), "%s: another key", what)
	want.Key, got.Key = secret.Key{}, secret.Key{}
	assert.Equal(t, want, got, what)
}

// untilCalled is a context that ends when KMS was called n times from now on.
func (w *world) untilCalled(n int) context.Context {
	ctx, cancel := context.WithCancel(w.t.Context())
	w.t.Cleanup(cancel)
	w.kms.ResetCalls()
	go func() {
		for ctx.Err() == nil && len(w.kms.Calls()) < n {
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	return ctx
}
