package hierarchy

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
)

// KMSClient is what a [Store] calls of KMS. Reading needs Decrypt alone.
type KMSClient interface {
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
	GenerateDataKeyWithoutPlaintext(context.Context, *kms.GenerateDataKeyWithoutPlaintextInput, ...func(*kms.Options)) (*kms.GenerateDataKeyWithoutPlaintextOutput, error)
	ReEncrypt(context.Context, *kms.ReEncryptInput, ...func(*kms.Options)) (*kms.ReEncryptOutput, error)
}

// DynamoDBClient is what a [Store] calls of DynamoDB. Reading needs GetItem alone.
type DynamoDBClient interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	TransactWriteItems(context.Context, *dynamodb.TransactWriteItemsInput, ...func(*dynamodb.Options)) (*dynamodb.TransactWriteItemsOutput, error)
	DescribeTable(context.Context, *dynamodb.DescribeTableInput, ...func(*dynamodb.Options)) (*dynamodb.DescribeTableOutput, error)
	CreateTable(context.Context, *dynamodb.CreateTableInput, ...func(*dynamodb.Options)) (*dynamodb.CreateTableOutput, error)
}

var (
	_ KMSClient      = (*kms.Client)(nil)
	_ DynamoDBClient = (*dynamodb.Client)(nil)
)

// Config is of a [Store]. Table, LogicalName, KMSConfiguration and both clients are required.
type Config struct {
	Table            string           // the table's name, or its ARN
	LogicalName      string           // bound to every key in the store: the same for ever, and for all clients
	KMSConfiguration KMSConfiguration // which KMS keys the store trusts
	KMS              KMSClient        // of the region whose key is used
	DynamoDB         DynamoDBClient
	GrantTokens      []string         // sent with every call to KMS; at most 10
	Now              func() time.Time // for the create time of new versions; nil is time.Now
}

// Store is a branch key store. It is immutable and safe for concurrent use, keeps no keys, and calls
// DynamoDB and KMS every time it is asked for one.
type Store struct{}

// NewStore makes no call: whether the table is there, CreateTable says.
func NewStore(c Config) (*Store, error) {
	return nil, errors.ErrUnsupported
}

// Info says how a store is configured.
type Info struct {
	Table            string
	LogicalName      string
	KMSConfiguration KMSConfiguration
	GrantTokens      []string
}

// CreateKeyConfig is of a new branch key.
type CreateKeyConfig struct {
	ID      string            // "": a random UUID
	Context map[string]string // required with an ID
}

// Info returns the configuration.
func (s *Store) Info() Info { return Info{} }

// Active reads the version of a branch key under which items are written.
func (s *Store) Active(ctx context.Context, id string) (BranchKey, error) {
	return BranchKey{}, errors.ErrUnsupported
}

// Version reads a version of a branch key by its UUID.
func (s *Store) Version(ctx context.Context, id, version string) (BranchKey, error) {
	return BranchKey{}, errors.ErrUnsupported
}

// Beacon reads the beacon key of a branch key.
func (s *Store) Beacon(ctx context.Context, id string) (BeaconKey, error) {
	return BeaconKey{}, errors.ErrUnsupported
}

// CreateTable makes the table, or checks the one that is there.
func (s *Store) CreateTable(ctx context.Context) error { return errors.ErrUnsupported }

// CreateKey makes a branch key and returns its id.
func (s *Store) CreateKey(ctx context.Context, c CreateKeyConfig) (id string, err error) {
	return "", errors.ErrUnsupported
}

// Rotate makes a new version of a branch key, and it the active one.
func (s *Store) Rotate(ctx context.Context, id string) error { return errors.ErrUnsupported }
