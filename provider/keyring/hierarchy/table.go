package hierarchy

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// CreateTable makes the store's table, with on-demand capacity, and waits until it is active, for as long as
// ctx allows. Where the table is there, it checks its keys instead, and changes nothing. It may be called
// again after any failure.
//
// It needs dynamodb:DescribeTable, and dynamodb:CreateTable where there is no table. Turn on point-in-time
// recovery and deletion protection yourself: without this table, what was encrypted with it is lost.
func (s *Store) CreateTable(ctx context.Context) error {
	if err := s.createTable(ctx); err != nil {
		return fmt.Errorf("hierarchy: create table %q: %w", s.table, err)
	}
	return nil
}

// How long to wait before looking again whether the table is active.
const (
	firstWait = 100 * time.Millisecond
	mostWait  = 5 * time.Second
)

func (s *Store) createTable(ctx context.Context) error {
	created := false
	for wait := firstWait; ; wait = min(2*wait, mostWait) {
		t, err := s.describe(ctx)
		if isMissing(err) && !created {
			created = true
			t, err = s.create(ctx)
		}
		switch {
		case isMissing(err), err == nil && t.TableStatus == types.TableStatusCreating: // it was made a moment ago
		case err != nil:
			return err
		case t.TableStatus == types.TableStatusActive, t.TableStatus == types.TableStatusUpdating:
			return checkTable(t)
		default:
			return fmt.Errorf("the table is %s", t.TableStatus)
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("waiting for it to become active: %w", ctx.Err())
		case <-time.After(wait):
		}
	}
}

func isMissing(err error) bool {
	_, missing := errors.AsType[*types.ResourceNotFoundException](err)
	return missing
}

func (s *Store) describe(ctx context.Context) (*types.TableDescription, error) {
	out, err := kmskey.Do(ctx, storeCall("DescribeTable", ""), s.dynamoDB.DescribeTable, &dynamodb.DescribeTableInput{TableName: aws.String(s.table)})
	if err != nil {
		return nil, s.storeFailed("dynamodb:DescribeTable", err)
	}
	return described(out.Table)
}

func (s *Store) create(ctx context.Context) (*types.TableDescription, error) {
	out, err := kmskey.Do(ctx, storeCall("CreateTable", ""), s.dynamoDB.CreateTable, &dynamodb.CreateTableInput{
		TableName: aws.String(s.table),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(branchkey.AttributeID), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(branchkey.AttributeType), AttributeType: types.ScalarAttributeTypeS},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(branchkey.AttributeID), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(branchkey.AttributeType), KeyType: types.KeyTypeRange},
		},
		BillingMode: types.BillingModePayPerRequest,
	})
	if _, taken := errors.AsType[*types.ResourceInUseException](err); taken {
		return s.describe(ctx) // somebody else made it just now
	}
	if err != nil {
		return nil, s.storeFailed("dynamodb:CreateTable", err)
	}
	return described(out.TableDescription)
}

func described(t *types.TableDescription) (*types.TableDescription, error) {
	if t == nil {
		return nil, fmt.Errorf("%w: DynamoDB answered no description of the table", crypt.ErrKeys)
	}
	return t, nil
}

// checkTable compares the keys, which are all that a store asks of its table.
func checkTable(t *types.TableDescription) error {
	keys := map[types.KeyType]string{types.KeyTypeHash: branchkey.AttributeID, types.KeyTypeRange: branchkey.AttributeType}
	strings := map[string]bool{}
	for _, d := range t.AttributeDefinitions {
		strings[aws.ToString(d.AttributeName)] = d.AttributeType == types.ScalarAttributeTypeS
	}
	matches := len(t.KeySchema) == len(keys)
	for _, k := range t.KeySchema {
		name := aws.ToString(k.AttributeName)
		matches = matches && keys[k.KeyType] == name && strings[name]
	}
	if !matches {
		return fmt.Errorf("there is a table of this name that is no key store: its keys are not %s and %s, both strings",
			branchkey.AttributeID, branchkey.AttributeType)
	}
	return nil
}
