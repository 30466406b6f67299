package metastore

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

// call makes a call that is counted and traced, and explains its error.
func call[I, O any](ctx context.Context, s *Store, operation, name string, do func(context.Context, *I, ...func(*dynamodb.Options)) (*O, error), in *I) (*O, error) {
	out, err := kmskey.Do(ctx, crypt.Call{Service: crypt.KeyStore, Operation: operation, Key: name}, do, in)
	return out, explain(operation, s.config.Table, err)
}

// explain leaves a condition that was not met as it is: that is no failure of the service.
func explain(operation, table string, err error) error {
	if err == nil || isTaken(err) {
		return err
	}
	return fmt.Errorf("%w: %w", crypt.ErrKeys, kmskey.Explain("dynamodb:"+operation, table, err))
}

// isTaken reports whether a put found the version there.
func isTaken(err error) bool {
	_, taken := errors.AsType[*types.ConditionalCheckFailedException](err)
	return taken
}

// getItem reads a stored version.
func (s *Store) getItem(ctx context.Context, name string, version int64) (crypt.Item, error) {
	in := &dynamodb.GetItemInput{
		TableName: &s.config.Table,
		Key: crypt.Item{
			nameField:    &types.AttributeValueMemberS{Value: name},
			versionField: &types.AttributeValueMemberN{Value: strconv.FormatInt(version, 10)},
		},
		ConsistentRead: aws.Bool(true),
	}
	out, err := call(ctx, s, "GetItem", name, s.config.Client.GetItem, in)
	switch {
	case err != nil:
		return nil, err
	case len(out.Item) == 0:
		return nil, mostrecent.ErrNoVersion
	}
	return out.Item, nil
}

// queryNewest reads the stored item of the highest version.
func (s *Store) queryNewest(ctx context.Context, name string) (crypt.Item, error) {
	in := &dynamodb.QueryInput{
		TableName:                 &s.config.Table,
		KeyConditionExpression:    aws.String("#n = :n"),
		ExpressionAttributeNames:  map[string]string{"#n": nameField},
		ExpressionAttributeValues: crypt.Item{":n": &types.AttributeValueMemberS{Value: name}},
		ScanIndexForward:          aws.Bool(false),
		Limit:                     aws.Int32(1),
		ConsistentRead:            aws.Bool(true),
	}
	out, err := call(ctx, s, "Query", name, s.config.Client.Query, in)
	switch {
	case err != nil:
		return nil, err
	case len(out.Items) == 0:
		return nil, mostrecent.ErrNoVersion
	}
	return out.Items[0], nil
}

// putItem stores a version that does not exist.
func (s *Store) putItem(ctx context.Context, name string, item crypt.Item) error {
	in := &dynamodb.PutItemInput{
		TableName:                &s.config.Table,
		Item:                     item,
		ConditionExpression:      aws.String("attribute_not_exists(#n)"),
		ExpressionAttributeNames: map[string]string{"#n": nameField},
	}
	_, err := call(ctx, s, "PutItem", name, s.config.Client.PutItem, in)
	return err
}
