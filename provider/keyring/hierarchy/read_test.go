package hierarchy_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// astray is a DynamoDB that answers another item than it was asked for.
type astray struct {
	hierarchy.DynamoDBClient
	key item
}

func (a astray) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	other := *in
	if a.key != nil {
		other.Key = a.key
	}
	if !aws.ToBool(in.ConsistentRead) {
		return nil, assert.AnError
	}
	return a.DynamoDBClient.GetItem(ctx, &other, opts...)
}

// A stored key is sound under its own name, so KMS opens it: that it is the one asked for is looked at, too.
func TestAnotherItemThanAskedFor(t *testing.T) {
	w := newWorld(t)
	w.create("north")
	w.create("south")
	north, err := w.store.Active(t.Context(), "north")
	require.NoError(t, err)
	for name, key := range map[string]item{
		"of another id": {"branch-key-id": text("south"), "type": text("branch:ACTIVE")},
		"a version":     {"branch-key-id": text("north"), "type": text("branch:version:" + north.Version)},
		"a beacon key":  {"branch-key-id": text("north"), "type": text("beacon:ACTIVE")},
	} {
		t.Run(name, func(t *testing.T) {
			s := w.with(func(c *hierarchy.Config) { c.DynamoDB = astray{w.ddb.Client(), key} })
			got, err := s.Active(t.Context(), "north")
			require.ErrorIs(t, err, hierarchy.ErrItem)
			require.ErrorIs(t, err, crypt.ErrKeys)
			assert.Equal(t, hierarchy.BranchKey{}, got)
			require.ErrorIs(t, s.Rotate(t.Context(), "north"), hierarchy.ErrItem)
		})
	}
}

// A version that an item names was there before the item: it is not missed for being young.
func TestReadsAreConsistent(t *testing.T) {
	w := newWorld(t)
	w.create("north")
	s := w.with(func(c *hierarchy.Config) { c.DynamoDB = astray{w.ddb.Client(), nil} })
	k, err := s.Active(t.Context(), "north")
	require.NoError(t, err)
	_, err = s.Version(t.Context(), "north", k.Version)
	require.NoError(t, err)
	_, err = s.Beacon(t.Context(), "north")
	require.NoError(t, err)
}

// mute are clients that give neither answers nor errors, as a stub that was forgotten does.
type muteKMS struct{ hierarchy.KMSClient }

func (muteKMS) Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	return nil, nil
}

func (muteKMS) GenerateDataKeyWithoutPlaintext(context.Context, *kms.GenerateDataKeyWithoutPlaintextInput, ...func(*kms.Options)) (*kms.GenerateDataKeyWithoutPlaintextOutput, error) {
	return nil, nil
}

func (muteKMS) ReEncrypt(context.Context, *kms.ReEncryptInput, ...func(*kms.Options)) (*kms.ReEncryptOutput, error) {
	return nil, nil
}

type muteDynamoDB struct{ hierarchy.DynamoDBClient }

func (muteDynamoDB) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, nil
}

func (muteDynamoDB) DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return nil, nil
}

func (muteDynamoDB) TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return nil, nil
}

func TestClientsWithoutAnswers(t *testing.T) {
	w := newWorld(t)
	w.create("north")
	for name, change := range map[string]func(*hierarchy.Config){
		"KMS":      func(c *hierarchy.Config) { c.KMS = muteKMS{} },
		"DynamoDB": func(c *hierarchy.Config) { c.DynamoDB = muteDynamoDB{} },
	} {
		s := w.with(change)
		_, err := s.Active(t.Context(), "north")
		require.ErrorIs(t, err, crypt.ErrKeys, name)
		require.ErrorContains(t, err, "neither an answer nor an error", name)
		require.ErrorIs(t, s.Rotate(t.Context(), "north"), crypt.ErrKeys, name)
		_, err = s.CreateKey(t.Context(), hierarchy.CreateKeyConfig{})
		require.ErrorIs(t, err, crypt.ErrKeys, name)
		if name == "DynamoDB" {
			require.ErrorIs(t, s.CreateTable(t.Context()), crypt.ErrKeys)
		}
	}
}

// What a wrong logical name looks like, in a log.
func TestAWrongLogicalNameIsExplained(t *testing.T) {
	w := newWorld(t)
	w.create("north")
	s := w.with(func(c *hierarchy.Config) { c.LogicalName = "of-another" })
	_, err := s.Active(t.Context(), "north")
	require.ErrorIs(t, err, crypt.ErrAuth)
	require.ErrorContains(t, err, `LogicalName, "of-another"`)
	require.ErrorContains(t, s.Rotate(t.Context(), "north"), "LogicalName")
}

// A context that KMS does not take is none of a branch key.
func TestAContextThatIsTooLong(t *testing.T) {
	w := newWorld(t)
	w.kms.ResetCalls()
	_, err := w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "north", Context: map[string]string{"tenant": strings.Repeat("n", 8192)}})
	require.ErrorContains(t, err, "more than 8192 bytes")
	assert.Empty(t, w.kms.Calls())
}
