package rotationtest

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
)

// The kinds of stores.
const (
	MetaStore = "MetaStore"        // of the legacy format, its versions under a KMS key
	KeyStore  = "branch key store" // of the modern format
)

// Setup is what both processes share.
type Setup struct {
	Kind     string // of store
	DynamoDB string // URL of the service
	KMS      string // likewise
	Region   string // of both
	KMSKey   string // ARN
	Keys     string // name of the store's table
	Items    string // name of the table of items
	Process  string // which of the two it is; Run says
}

// KeyName is the name of the keys that are rotated: the material's, or the branch key's id.
const KeyName = "shared"

// store is the keys, as one process uses them.
type store interface {
	// create makes the table and the first version.
	create(context.Context) error

	// rotate makes a version, or finds another's.
	rotate(context.Context) (rotation, error)

	// versions are all that are stored.
	versions(context.Context) ([]string, error)

	// writer writes under one version.
	writer(ctx context.Context, version string) (crypt.ItemEncryptor, error)

	// reader reads what any version wrote, and knows none yet.
	reader() (crypt.ItemEncryptor, error)
}

// rotation is how one ended. Where it was lost, version is a newer one of the other process's.
type rotation struct {
	version string
	lost    bool
	writer  crypt.ItemEncryptor // under the keys that were handed out for version
}

func (s Setup) open(ctx context.Context) (store, error) {
	switch s.Kind {
	case MetaStore:
		return s.metaStore(ctx)
	case KeyStore:
		return s.keyStore()
	}
	return nil, fmt.Errorf("no kind of store %q", s.Kind)
}

func (s Setup) dynamoDB() *dynamodb.Client {
	return dynamodb.New(dynamodb.Options{Region: s.Region, BaseEndpoint: &s.DynamoDB, Credentials: aws.CredentialsProviderFunc(credentials)})
}

func (s Setup) kms() *kms.Client {
	return kms.New(kms.Options{Region: s.Region, BaseEndpoint: &s.KMS, Credentials: aws.CredentialsProviderFunc(credentials)})
}

func credentials(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: fakekms.Account, SecretAccessKey: "rotationtest"}, nil
}
