package hierarchy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/secret"
)

// Active reads the version of a branch key under which items are written, by one consistent GetItem and one
// Decrypt. It needs dynamodb:GetItem on the table and kms:Decrypt on the KMS key.
func (s *Store) Active(ctx context.Context, id string) (BranchKey, error) {
	k, err := s.branchKey(ctx, id, branchkey.Active)
	if err != nil {
		return BranchKey{}, fmt.Errorf("hierarchy: active version of branch key %.256q: %w", id, err)
	}
	return k, nil
}

// Version reads a version of a branch key by its UUID, which items name, as [Store.Active] does. A version that
// is no UUID is ErrNotFound, without a call.
func (s *Store) Version(ctx context.Context, id, version string) (BranchKey, error) {
	fail := func(err error) (BranchKey, error) {
		return BranchKey{}, fmt.Errorf("hierarchy: version %.64q of branch key %.256q: %w", version, id, err)
	}
	if !branchkey.IsUUID(version) {
		return fail(fmt.Errorf("%w: %w: the version is no UUID", crypt.ErrKeys, ErrNotFound))
	}
	k, err := s.branchKey(ctx, id, branchkey.TypeOf(version))
	if err != nil {
		return fail(err)
	}
	return k, nil
}

// Beacon reads the beacon key of a branch key, as [Store.Active] does.
func (s *Store) Beacon(ctx context.Context, id string) (BeaconKey, error) {
	it, key, err := s.open(ctx, id, branchkey.Beacon)
	if err != nil {
		return BeaconKey{}, fmt.Errorf("hierarchy: beacon key of branch key %.256q: %w", id, err)
	}
	return BeaconKey{it.ID, key, it.Custom(), it.CreateTime, it.KMSKey}, nil
}

func (s *Store) branchKey(ctx context.Context, id, itemType string) (BranchKey, error) {
	it, key, err := s.open(ctx, id, itemType)
	if err != nil {
		return BranchKey{}, err
	}
	return BranchKey{it.ID, it.Version, key, it.Custom(), it.CreateTime, it.KMSKey}, nil
}

// open reads an item and lets KMS verify all of it.
func (s *Store) open(ctx context.Context, id, itemType string) (*branchkey.Item, secret.Key, error) {
	it, kmsKey, err := s.read(ctx, id, itemType)
	if err != nil {
		return nil, secret.Key{}, err
	}
	key, err := s.decrypt(ctx, kmsKey, it)
	return it, key, err
}

// read gets an item that parses, and the KMS key to use it with. Nothing in it is verified.
func (s *Store) read(ctx context.Context, id, itemType string) (*branchkey.Item, string, error) {
	if err := branchkey.CheckID(id); err != nil {
		return nil, "", fmt.Errorf("%w: %w: %w", crypt.ErrKeys, ErrNotFound, err)
	}
	attributes, err := s.get(ctx, id, itemType)
	if err != nil {
		return nil, "", err
	}
	if len(attributes) == 0 {
		return nil, "", fmt.Errorf("%w: %w: table %q has no item of type %s", crypt.ErrKeys, ErrNotFound, s.table, itemType)
	}
	it, err := branchkey.Parse(attributes)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w: %w", crypt.ErrKeys, ErrItem, err)
	}
	if it.ID != id || it.Type != itemType {
		return nil, "", fmt.Errorf("%w: %w: DynamoDB answered another item", crypt.ErrKeys, ErrItem)
	}
	kmsKey, err := s.policy.use(it.KMSKey)
	if err != nil {
		return nil, "", fmt.Errorf("%w: %w: %w", crypt.ErrKeys, ErrItem, err)
	}
	return &it, kmsKey, nil
}

// get reads consistently: a version that an item names was there before the item.
func (s *Store) get(ctx context.Context, id, itemType string) (map[string]types.AttributeValue, error) {
	out, err := kmskey.Do(ctx, storeCall("GetItem", id), s.dynamoDB.GetItem, &dynamodb.GetItemInput{
		TableName: aws.String(s.table),
		Key: map[string]types.AttributeValue{
			branchkey.AttributeID:   &types.AttributeValueMemberS{Value: id},
			branchkey.AttributeType: &types.AttributeValueMemberS{Value: itemType},
		},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, s.storeFailed("dynamodb:GetItem", err)
	}
	return out.Item, nil
}

func storeCall(operation, id string) crypt.Call {
	return crypt.Call{Service: crypt.KeyStore, Operation: operation, Key: id}
}

func (s *Store) storeFailed(permission string, err error) error {
	return fmt.Errorf("%w: %w", crypt.ErrKeys, kmskey.Explain(permission, s.table, err))
}
