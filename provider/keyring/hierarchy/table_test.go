package hierarchy_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

func TestTheTableIsMadeOnce(t *testing.T) {
	w := newWorld(t)
	before := w.create("k")
	require.NoError(t, w.store.CreateTable(t.Context()))
	s := w.over(map[string][]hook{"CreateTable": {never}})
	require.NoError(t, s.CreateTable(t.Context()), "a table that is there is looked at, no more")
	sameKey(t, before, w.active("k"), "after")
}

func TestATableOfOtherKeysIsNoKeyStore(t *testing.T) {
	w := newWorld(t)
	attribute := func(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
		return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
	}
	key := func(name string, kind types.KeyType) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: kind}
	}
	const s, n, b, hash, sort = "S", "N", "B", "HASH", "RANGE"
	for name, c := range map[string]dynamodb.CreateTableInput{
		"swapped": {
			AttributeDefinitions: []types.AttributeDefinition{attribute("branch-key-id", s), attribute("type", s)},
			KeySchema:            []types.KeySchemaElement{key("type", hash), key("branch-key-id", sort)},
		},
		"no sort key": {
			AttributeDefinitions: []types.AttributeDefinition{attribute("branch-key-id", s)},
			KeySchema:            []types.KeySchemaElement{key("branch-key-id", hash)},
		},
		"other names": {
			AttributeDefinitions: []types.AttributeDefinition{attribute("pk", s), attribute("type", s)},
			KeySchema:            []types.KeySchemaElement{key("pk", hash), key("type", sort)},
		},
		"a number": {
			AttributeDefinitions: []types.AttributeDefinition{attribute("branch-key-id", s), attribute("type", n)},
			KeySchema:            []types.KeySchemaElement{key("branch-key-id", hash), key("type", sort)},
		},
		"binary": {
			AttributeDefinitions: []types.AttributeDefinition{attribute("branch-key-id", b), attribute("type", s)},
			KeySchema:            []types.KeySchemaElement{key("branch-key-id", hash), key("type", sort)},
		},
	} {
		c.TableName, c.BillingMode = aws.String("other"), types.BillingModePayPerRequest
		_, err := w.ddb.Client().CreateTable(t.Context(), &c)
		require.NoError(t, err, name)
		err = w.with(func(c *hierarchy.Config) { c.Table = "other" }).CreateTable(t.Context())
		assert.ErrorContains(t, err, "no key store", name)
		assert.ErrorContains(t, err, "branch-key-id", name)
		_, err = w.ddb.Client().DeleteTable(t.Context(), &dynamodb.DeleteTableInput{TableName: c.TableName})
		require.NoError(t, err)
	}
}

// statuses is a DynamoDB whose table passes through statuses.
type statuses struct {
	hierarchy.DynamoDBClient
	next []types.TableStatus
}

func (s *statuses) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	out, err := s.DynamoDBClient.DescribeTable(ctx, in, opts...)
	if err == nil && len(s.next) > 0 {
		out.Table.TableStatus, s.next = s.next[0], s.next[1:]
	}
	return out, err
}

func TestCreateTableWaits(t *testing.T) {
	w := newWorld(t)
	in := func(next ...types.TableStatus) *hierarchy.Store {
		return w.with(func(c *hierarchy.Config) { c.DynamoDB = &statuses{c.DynamoDB, next} })
	}
	require.NoError(t, in("CREATING", "CREATING", "ACTIVE").CreateTable(t.Context()))
	require.NoError(t, in("UPDATING").CreateTable(t.Context()))
	assert.ErrorContains(t, in("CREATING", "DELETING").CreateTable(t.Context()), "DELETING")
	forever := make([]types.TableStatus, 100)
	for i := range forever {
		forever[i] = "CREATING"
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	assertErrors(t, in(forever...).CreateTable(ctx), "never active", context.DeadlineExceeded)
}

func TestFaultsOfCreateTable(t *testing.T) {
	missing := answers(400, &types.ResourceNotFoundException{})
	inUse := answers(400, &types.ResourceInUseException{})
	for name, c := range map[string]struct {
		hooks map[string][]hook
		says  string // "" is no error
	}{
		"describe cut":           {map[string][]hook{"DescribeTable": {broken}}, "dynamodb:DescribeTable"},
		"describe denied":        {map[string][]hook{"DescribeTable": {answers(400, apiError("AccessDeniedException"))}}, "dynamodb:DescribeTable"},
		"create cut":             {map[string][]hook{"CreateTable": {broken}}, "dynamodb:CreateTable"},
		"create denied":          {map[string][]hook{"CreateTable": {answers(400, apiError("AccessDeniedException"))}}, "dynamodb:CreateTable"},
		"create, answer lost":    {map[string][]hook{"CreateTable": {lostAnswer}}, "dynamodb:CreateTable"},
		"made by another":        {map[string][]hook{"CreateTable": {func(do func() error) error { _ = do(); return inUse(nil) }}}, ""},
		"made, not seen yet":     {map[string][]hook{"CreateTable": {func(do func() error) error { _ = do(); return inUse(nil) }}, "DescribeTable": {missing, missing}}, ""},
		"gone and there at once": {map[string][]hook{"DescribeTable": {missing}}, ""},
	} {
		w := newWorld(t)
		s := w.with(func(config *hierarchy.Config) {
			config.Table, config.DynamoDB = "new", &hooked{config.DynamoDB, c.hooks}
		})
		err := s.CreateTable(t.Context())
		if c.says == "" {
			assert.NoError(t, err, name)
		} else {
			assertErrors(t, err, name, crypt.ErrKeys)
			assert.ErrorContains(t, err, c.says, name)
			require.NoError(t, s.CreateTable(t.Context()), name)
		}
		_, err = s.CreateKey(t.Context(), newKey)
		assert.NoError(t, err, name)
	}
}
