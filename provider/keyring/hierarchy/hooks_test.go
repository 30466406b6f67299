package hierarchy_test

import (
	"context"
	"errors"
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"

	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// hook stands in for a call, and may make it.
type hook func(do func() error) error

// hooked is a DynamoDB whose next calls of an operation go through hooks, one each.
type hooked struct {
	hierarchy.DynamoDBClient
	hooks map[string][]hook
}

func through[O any](f *hooked, operation string, do func() (*O, error)) (*O, error) {
	h := f.hooks[operation]
	if len(h) == 0 {
		return do()
	}
	f.hooks[operation] = h[1:]
	var out *O
	err := h[0](func() (err error) {
		out, err = do()
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

func (f *hooked) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return through(f, "GetItem", func() (*dynamodb.GetItemOutput, error) { return f.DynamoDBClient.GetItem(ctx, in, opts...) })
}

func (f *hooked) TransactWriteItems(ctx context.Context, in *dynamodb.TransactWriteItemsInput, opts ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error) {
	return through(f, "TransactWriteItems", func() (*dynamodb.TransactWriteItemsOutput, error) {
		return f.DynamoDBClient.TransactWriteItems(ctx, in, opts...)
	})
}

func (f *hooked) DescribeTable(ctx context.Context, in *dynamodb.DescribeTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error) {
	return through(f, "DescribeTable", func() (*dynamodb.DescribeTableOutput, error) {
		return f.DynamoDBClient.DescribeTable(ctx, in, opts...)
	})
}

func (f *hooked) CreateTable(ctx context.Context, in *dynamodb.CreateTableInput, opts ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error) {
	return through(f, "CreateTable", func() (*dynamodb.CreateTableOutput, error) {
		return f.DynamoDBClient.CreateTable(ctx, in, opts...)
	})
}

// over makes the store's calls to DynamoDB go through hooks.
func (w *world) over(hooks map[string][]hook) *hierarchy.Store {
	w.t.Helper()
	return w.with(func(c *hierarchy.Config) { c.DynamoDB = &hooked{c.DynamoDB, hooks} })
}

var errCut = io.ErrUnexpectedEOF

// broken does not reach the service.
func broken(func() error) error { return errCut }

// lostAnswer reaches it.
func lostAnswer(do func() error) error {
	_ = do()
	return errCut
}

// twice is a client that sends again what it had no answer to, to an engine that knows no request tokens.
func twice(do func() error) error {
	_ = do()
	return do()
}

// answers is an answer of the service's, with its HTTP status.
func answers(status int, err error) hook {
	return func(func() error) error {
		return &smithy.OperationError{ServiceID: "DynamoDB", Err: &smithyhttp.ResponseError{
			Response: &smithyhttp.Response{Response: &http.Response{StatusCode: status}}, Err: err,
		}}
	}
}

func apiError(code string) error {
	return &smithy.GenericAPIError{Code: code, Message: "quotes the caller"}
}

func cancelledBecause(code string) error {
	return &types.TransactionCanceledException{CancellationReasons: []types.CancellationReason{{Code: new("None")}, {Code: &code}}}
}

// otherKMS changes answers of KMS.
type otherKMS struct {
	hierarchy.KMSClient
	decrypt   func(*kms.DecryptOutput)
	generate  func(*kms.GenerateDataKeyWithoutPlaintextOutput)
	reEncrypt func(*kms.ReEncryptOutput)
}

func changed[O any](out *O, err error, change func(*O)) (*O, error) {
	if err == nil && change != nil {
		change(out)
	}
	return out, err
}

func (k *otherKMS) Decrypt(ctx context.Context, in *kms.DecryptInput, opts ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	out, err := k.KMSClient.Decrypt(ctx, in, opts...)
	return changed(out, err, k.decrypt)
}

func (k *otherKMS) GenerateDataKeyWithoutPlaintext(ctx context.Context, in *kms.GenerateDataKeyWithoutPlaintextInput, opts ...func(*kms.Options)) (*kms.GenerateDataKeyWithoutPlaintextOutput, error) {
	out, err := k.KMSClient.GenerateDataKeyWithoutPlaintext(ctx, in, opts...)
	return changed(out, err, k.generate)
}

func (k *otherKMS) ReEncrypt(ctx context.Context, in *kms.ReEncryptInput, opts ...func(*kms.Options)) (*kms.ReEncryptOutput, error) {
	out, err := k.KMSClient.ReEncrypt(ctx, in, opts...)
	return changed(out, err, k.reEncrypt)
}

var errNever = errors.New("this call was not to be made")

func never(func() error) error { return errNever }
