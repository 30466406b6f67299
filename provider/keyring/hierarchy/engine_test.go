package hierarchy_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// Amazon's DynamoDB Local, at DDB_ENDPOINT, is a second opinion on conditions, transactions and tokens.
func TestOnDynamoDBLocal(t *testing.T) {
	endpoint := testenv.Need(t, "DDB_ENDPOINT")
	client := dynamodb.New(dynamodb.Options{
		Region: east, BaseEndpoint: &endpoint,
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	w := newWorld(t)
	name := "branch-keys-" + branchkey.NewUUID()
	w.config.Table, w.config.DynamoDB = name, client
	w.store = w.with(nil)
	t.Cleanup(func() {
		_, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &name})
		assert.NoError(t, err)
	})

	require.NoError(t, w.store.CreateTable(t.Context()))
	require.NoError(t, w.store.CreateTable(t.Context()), "again")
	first := w.create("k")
	_, err := w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "k", Context: first.Context})
	assertErrors(t, err, "create again", hierarchy.ErrExists)
	_, err = w.store.Active(t.Context(), "other")
	assertErrors(t, err, "other", hierarchy.ErrNotFound)

	slow := w.over(map[string][]hook{"GetItem": {func(do func() error) error {
		err := do()
		require.NoError(t, w.store.Rotate(t.Context(), "k"))
		return err
	}}})
	assertErrors(t, slow.Rotate(t.Context(), "k"), "race", hierarchy.ErrRaced)
	second := w.active("k")
	assert.NotEqual(t, first.Version, second.Version)

	for what, h := range map[string]hook{"sent twice": twice, "answer lost": lostAnswer} {
		before := w.active("k")
		s := w.over(map[string][]hook{"TransactWriteItems": {h}})
		require.NoError(t, s.Rotate(t.Context(), "k"), what)
		assert.NotEqual(t, before.Version, w.active("k").Version, what)
	}
	again, err := w.store.Version(t.Context(), "k", first.Version)
	require.NoError(t, err)
	sameKey(t, first, again, "the first version, three rotations later")
	_, err = w.store.Beacon(t.Context(), "k")
	require.NoError(t, err)
}
