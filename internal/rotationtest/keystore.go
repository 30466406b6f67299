package rotationtest

import (
	"context"
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

type keyStore struct {
	setup Setup
	store *hierarchy.Store
}

// LogicalKeyStore is the logical name of the store of branch keys.
const LogicalKeyStore = "tenants"

func (s Setup) keyStore() (*keyStore, error) {
	store, err := hierarchy.NewStore(hierarchy.Config{
		Table: s.Keys, LogicalName: LogicalKeyStore, KMSConfiguration: hierarchy.KeyARN(s.KMSKey),
		KMS: s.kms(), DynamoDB: s.dynamoDB(),
	})
	if err != nil {
		return nil, err
	}
	return &keyStore{s, store}, nil
}

func (k *keyStore) create(ctx context.Context) error {
	if err := k.store.CreateTable(ctx); err != nil {
		return err
	}
	_, err := k.store.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: KeyName, Context: map[string]string{"owner": "both"}})
	return err
}

// rotate answers with the version that is active then, which may be the other process's already.
func (k *keyStore) rotate(ctx context.Context) (none rotation, _ error) {
	failed := k.store.Rotate(ctx, KeyName)
	if failed != nil && !errors.Is(failed, hierarchy.ErrRaced) {
		return none, failed
	}
	if errors.Is(failed, crypt.ErrKeys) {
		return none, errors.Join(errors.New("a race that was lost is no outage"), failed)
	}
	active, err := k.store.Active(ctx, KeyName)
	if err != nil {
		return none, err
	}
	writer, err := k.over(oneBranchKey{active})
	return rotation{active.Version, failed != nil, writer}, err
}

func (k *keyStore) versions(ctx context.Context) ([]string, error) {
	out, err := k.setup.dynamoDB().Query(ctx, &dynamodb.QueryInput{
		TableName:                 &k.setup.Keys,
		KeyConditionExpression:    aws.String("#id = :id"),
		ExpressionAttributeNames:  map[string]string{"#id": branchkey.AttributeID},
		ExpressionAttributeValues: crypt.Item{":id": &types.AttributeValueMemberS{Value: KeyName}},
		ConsistentRead:            aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	if len(out.LastEvaluatedKey) > 0 {
		return nil, errors.New("more versions than one answer holds")
	}
	var all []string
	for _, stored := range out.Items {
		named, _ := stored[branchkey.AttributeType].(*types.AttributeValueMemberS)
		if version, ok := strings.CutPrefix(named.Value, branchkey.TypeOf("")); ok {
			all = append(all, version)
		}
	}
	return all, nil
}

func (k *keyStore) writer(ctx context.Context, version string) (crypt.ItemEncryptor, error) {
	key, err := k.store.Version(ctx, KeyName, version)
	if err != nil {
		return nil, err
	}
	return k.over(oneBranchKey{key})
}

func (k *keyStore) reader() (crypt.ItemEncryptor, error) { return k.over(k.store) }

func (k *keyStore) over(s hierarchy.BranchKeys) (crypt.ItemEncryptor, error) {
	ring, err := hierarchy.NewKeyring(hierarchy.KeyringConfig{Store: s, BranchKeyID: KeyName})
	if err != nil {
		return nil, err
	}
	f, err := dbe.New(dbe.Config{Keyring: ring, Suite: keyring.SuiteHMAC})
	if err != nil {
		return nil, err
	}
	return encryptor(f)
}

// oneBranchKey is a store that has no other version.
type oneBranchKey struct{ key hierarchy.BranchKey }

func (o oneBranchKey) Active(context.Context, string) (hierarchy.BranchKey, error) { return o.key, nil }

func (o oneBranchKey) Version(context.Context, string, string) (hierarchy.BranchKey, error) {
	return hierarchy.BranchKey{}, hierarchy.ErrNotFound
}

func (o oneBranchKey) Info() hierarchy.Info { return hierarchy.Info{LogicalName: LogicalKeyStore} }
