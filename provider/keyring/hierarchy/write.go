package hierarchy

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// write puts all items or none. Whatever the answer, it looks whether version is there: nobody writes over a
// version, and its random UUID and ciphertext are of this call, so one that is there was written by an
// attempt of this call, and all items with it. lost is the error where a condition failed.
func (s *Store) write(ctx context.Context, version *branchkey.Item, lost error, puts ...types.TransactWriteItem) error {
	failed := s.transact(ctx, version.ID, puts)
	if failed == nil {
		return nil
	}
	there, err := s.wrote(ctx, version)
	switch {
	case there:
		return nil
	case err != nil:
		return fmt.Errorf("%w: %w: %w; and read back: %w", crypt.ErrKeys, ErrUncertain, failed, err)
	case cancelledBy(failed, "ConditionalCheckFailed"):
		return fmt.Errorf("%w: %w", lost, failed)
	case cancelledBy(failed, "TransactionConflict"):
		return fmt.Errorf("%w: %w", ErrRaced, failed)
	case !isRefusal(failed):
		return fmt.Errorf("%w: %w: %w", crypt.ErrKeys, ErrUncertain, failed)
	}
	return fmt.Errorf("%w: %w", crypt.ErrKeys, failed)
}

func (s *Store) transact(ctx context.Context, id string, puts []types.TransactWriteItem) error {
	_, err := kmskey.Do(ctx, storeCall("TransactWriteItems", id), s.dynamoDB.TransactWriteItems, &dynamodb.TransactWriteItemsInput{
		ClientRequestToken: aws.String(branchkey.NewUUID()), // one for all attempts of the client
		TransactItems:      puts,
	})
	return kmskey.Explain("dynamodb:PutItem", s.table, err)
}

func (s *Store) wrote(ctx context.Context, version *branchkey.Item) (bool, error) {
	attributes, err := s.get(ctx, version.ID, version.Type)
	if err != nil || len(attributes) == 0 {
		return false, err
	}
	it, err := branchkey.Parse(attributes)
	return err == nil && bytes.Equal(it.Enc, version.Enc), err
}

// cancelledBy reports whether DynamoDB cancelled the transaction for this reason: a condition failed, or an item
// was in another's transaction at that moment.
func cancelledBy(err error, reason string) bool {
	cancelled, ok := errors.AsType[*types.TransactionCanceledException](err)
	return ok && slices.ContainsFunc(cancelled.CancellationReasons, func(r types.CancellationReason) bool {
		return aws.ToString(r.Code) == reason
	})
}

// isRefusal reports whether DynamoDB answered that it did not do it.
func isRefusal(err error) bool {
	if _, ok := errors.AsType[*types.TransactionInProgressException](err); ok {
		return false
	}
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return ok && answer.HTTPStatusCode()/100 == 4
}
