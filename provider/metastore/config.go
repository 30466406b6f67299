package metastore

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

// Client is the part of *dynamodb.Client that a Store calls.
type Client interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
	Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error)
}

var _ Client = (*dynamodb.Client)(nil)

// Config describes a store. Client, Table and Encryption are required.
type Config struct {
	Client Client

	// Table is the table's name or ARN.
	Table string

	// LogicalName is the name that signatures bind, if it is not Table: that of a table which was restored
	// under another name, or is given by its ARN.
	LogicalName string

	// Encryption protects the versions. It is ddbec.Format over the inner keys where AWS's clients read the
	// table: provider.Static, provider.WrappedAES or directkms, never keys of this store. What it lets through in
	// clear is no version.
	Encryption crypt.Format

	// Extra gives attributes that new versions have beside their keys, for other programs: who made them, or
	// when. They are signed, and encrypted unless named by ExtraSigned. One of the store's own names is an
	// error. AWS's Python client reads encrypted ones only, its Java client what its ExtraDataSupplier
	// names. Nil: none. Versions that have any are read whatever this says.
	Extra func(name string, version int64) (crypt.Item, error)

	// ExtraSigned names the attributes of Extra that are signed and not encrypted.
	ExtraSigned []string
}

// The attributes of a version (1.13).
const (
	nameField    = "N"
	versionField = "V"
	typeField    = "t"
	wrapField    = "enc"
	wrapAlgField = "encAlg"
	signField    = "int"
	signAlgField = "intAlg"
)

// A Store holds versions of keys in a table. It is safe for concurrent use, and caches nothing.
type Store struct {
	config Config
	reader crypt.ItemEncryptor
}

var _ mostrecent.Creator = (*Store)(nil)

// New checks c, every mistake at once, and returns its store. It makes no call.
func New(c Config) (*Store, error) {
	c.LogicalName = cmp.Or(c.LogicalName, c.Table)
	c.ExtraSigned = slices.Clone(c.ExtraSigned)
	s := &Store{config: c}
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("metastore: new store: table %.256q: "+format, append([]any{c.Table}, args...)...))
	}
	if given.Nil(c.Client) {
		fail("no Client: give a *dynamodb.Client")
	}
	if c.Table == "" {
		fail("no Table")
	}
	for _, name := range c.ExtraSigned {
		if isOwn(name) || name == "" {
			fail("ExtraSigned names %.128q, an attribute of the store's own", name)
		}
	}
	if c.Extra == nil && len(c.ExtraSigned) > 0 {
		fail("ExtraSigned without Extra")
	}
	if given.Nil(c.Encryption) {
		fail("no Encryption: give ddbec.Format over the keys that protect the versions")
	} else if c.Table != "" {
		var err error
		if s.reader, err = s.encryptor(nil); err != nil {
			fail("%w", err)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return s, nil
}

func isOwn(name string) bool {
	switch name {
	case nameField, versionField, typeField, wrapField, wrapAlgField, signField, signAlgField:
		return true
	}
	return false
}

// encryptor protects versions with attributes beside their keys. With none it reads all: what an item has
// beside them is found out.
func (s *Store) encryptor(extra map[string]crypt.Action) (crypt.ItemEncryptor, error) {
	actions := map[string]crypt.Action{
		typeField: crypt.Encrypt,
		wrapField: crypt.Encrypt, wrapAlgField: crypt.Encrypt,
		signField: crypt.Encrypt, signAlgField: crypt.Encrypt,
	}
	maps.Copy(actions, extra)
	schema, err := crypt.NewSchema(crypt.SchemaConfig{
		Table: s.config.LogicalName, PartitionKey: nameField, SortKey: versionField, Actions: actions,
	})
	if err != nil {
		return nil, err
	}
	return s.config.Encryption.Encryptor(schema)
}

// CreateTableInput describes the table, billed by request, for dynamodb.Client.CreateTable. Change in it what
// should be otherwise: DeletionProtectionEnabled belongs on a table of keys.
func (s *Store) CreateTableInput() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName: aws.String(s.config.Table),
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(nameField), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(versionField), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(nameField), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(versionField), KeyType: types.KeyTypeRange},
		},
		BillingMode: types.BillingModePayPerRequest,
	}
}
