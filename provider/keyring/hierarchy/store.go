package hierarchy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/kmskey"
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
	Table            string           // the table's name
	LogicalName      string           // bound to every key in the store: the same for ever, and for all clients
	KMSConfiguration KMSConfiguration // which KMS keys the store trusts
	KMS              KMSClient        // of the region whose key is used
	DynamoDB         DynamoDBClient
	GrantTokens      []string         // sent with every call to KMS; at most 10
	Now              func() time.Time // for the create time of new versions; nil is time.Now
}

// Store is a branch key store. It is immutable and safe for concurrent use, keeps no keys, and calls
// DynamoDB and KMS every time it is asked for one.
type Store struct {
	table, logicalName string
	policy             keyPolicy
	kms                KMSClient
	dynamoDB           DynamoDBClient
	grantTokens        []string
	now                func() time.Time
}

// NewStore makes no call: whether the table is there, [Store.CreateTable] says. It finds all mistakes of the
// configuration at once.
func NewStore(c Config) (*Store, error) {
	s := &Store{
		table:       c.Table,
		logicalName: c.LogicalName,
		kms:         c.KMS,
		dynamoDB:    c.DynamoDB,
		grantTokens: slices.Clone(c.GrantTokens),
		now:         c.Now,
	}
	if s.now == nil {
		s.now = time.Now
	}
	var mistakes []error
	wrong := func(is bool, what string) {
		if is {
			mistakes = append(mistakes, errors.New(what))
		}
	}
	wrong(c.Table == "", "no Table")
	wrong(c.LogicalName == "", "no LogicalName: it is part of every key; the table's name will do")
	wrong(!utf8.ValidString(c.LogicalName), "LogicalName is not UTF-8")
	wrong(given.Nil(c.KMS), "no KMS client")
	wrong(given.Nil(c.DynamoDB), "no DynamoDB client")
	if err := kmskey.CheckGrantTokens(c.GrantTokens); err != nil {
		mistakes = append(mistakes, err)
	}
	if given.Nil(c.KMSConfiguration) {
		wrong(true, "no KMSConfiguration: one of KeyARN, MultiRegionKeyARN, Discovery, MultiRegionDiscovery")
	} else if p, err := c.KMSConfiguration.policy(); err != nil {
		mistakes = append(mistakes, fmt.Errorf("KMSConfiguration: %w", err))
	} else {
		s.policy = p
	}
	if len(mistakes) > 0 {
		return nil, fmt.Errorf("hierarchy: new store: %w", errors.Join(mistakes...))
	}
	return s, nil
}

// Info says how a store is configured.
type Info struct {
	Table            string
	LogicalName      string
	KMSConfiguration KMSConfiguration
	GrantTokens      []string
}

// Info returns the configuration, which is the caller's.
func (s *Store) Info() Info {
	return Info{s.table, s.logicalName, s.policy.configuration(), slices.Clone(s.grantTokens)}
}
