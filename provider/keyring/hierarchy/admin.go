package hierarchy

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/internal/branchkey"
)

// CreateKeyConfig is of a new branch key. The zero value makes one with a random id and no context.
type CreateKeyConfig struct {
	// ID of the new branch key, of at most 2048 bytes; "" is a random UUID. It is no secret, and never changes.
	ID string

	// Context is bound to the branch key for good, and handed out with it. It is required with an ID, as AWS's
	// clients require it, and no secret: KMS logs it. Keep it short: every call to KMS for this branch key has
	// it, and KMS limits it.
	Context map[string]string
}

// CreateKey makes a branch key, with its first version and its beacon key, and returns its id. An id that is
// taken is [ErrExists], and [ErrRaced] if it is being taken at this moment; a lost answer may be [ErrUncertain],
// all else of KMS and DynamoDB is crypt.ErrKeys. Nothing is ever written in part.
//
// It needs kms:GenerateDataKeyWithoutPlaintext, kms:ReEncryptFrom and kms:ReEncryptTo on the KMS key, and
// dynamodb:PutItem and dynamodb:GetItem on the table: it reads back what it wrote where the write failed.
func (s *Store) CreateKey(ctx context.Context, c CreateKeyConfig) (string, error) {
	id := c.ID
	if id == "" {
		id = branchkey.NewUUID()
	}
	if err := s.createKey(ctx, id, c); err != nil {
		return "", fmt.Errorf("hierarchy: create branch key %.256q: %w", id, err)
	}
	return id, nil
}

func (s *Store) createKey(ctx context.Context, id string, c CreateKeyConfig) error {
	kmsKey, err := s.policy.admin()
	others, bad := branchkey.WithCustom(c.Context)
	if c.ID != "" && len(c.Context) == 0 {
		bad = errors.New("an id of one's own needs a context")
	}
	if err := errors.Join(err, branchkey.CheckID(id), bad); err != nil {
		return err
	}
	version, active := s.newVersion(branchkey.Item{ID: id, KMSKey: kmsKey, Others: others})
	beacon := version
	beacon.Type, beacon.Version = branchkey.Beacon, ""
	if err := s.newKey(ctx, kmsKey, &version, &active); err != nil {
		return err
	}
	if err := s.generate(ctx, kmsKey, &beacon); err != nil {
		return err
	}
	return s.write(ctx, &version, ErrExists, s.putNew(&version), s.putNew(&active), s.putNew(&beacon))
}

// Rotate makes a new version of a branch key and makes it the active one: items are written under it as soon
// as caches let go of the last one. Old versions stay, for items written under them, and so does the beacon
// key, since beacons must stay comparable. Who got hold of an old version can still write items that verify:
// write its items anew, and delete it. AWS's name of it is VersionKey.
//
// Of several at once one wins, and the others are [ErrRaced]. The active version that is replaced is verified
// first: crypt.ErrAuth is one that was altered. A missing branch key is [ErrNotFound], a lost answer may be
// [ErrUncertain], all else crypt.ErrKeys. Nothing is ever written in part.
//
// It needs the permissions of [Store.CreateKey], and dynamodb:GetItem.
func (s *Store) Rotate(ctx context.Context, id string) error {
	if err := s.rotate(ctx, id); err != nil {
		return fmt.Errorf("hierarchy: rotate branch key %.256q: %w", id, err)
	}
	return nil
}

func (s *Store) rotate(ctx context.Context, id string) error {
	if _, err := s.policy.admin(); err != nil {
		return err
	}
	old, kmsKey, err := s.read(ctx, id, branchkey.Active)
	if err != nil {
		return err
	}
	same := *old
	if err := s.reEncrypt(ctx, kmsKey, old, &same); err != nil {
		return err // not authentic, or not ours to use: its context must not be carried on
	}
	version, active := s.newVersion(*old)
	if err := s.newKey(ctx, kmsKey, &version, &active); err != nil {
		return err
	}
	replace := s.put(&active, "attribute_exists(#id) AND #enc = :old")
	replace.Put.ExpressionAttributeNames["#enc"] = branchkey.AttributeEnc
	replace.Put.ExpressionAttributeValues = map[string]types.AttributeValue{":old": &types.AttributeValueMemberB{Value: old.Enc}}
	return s.write(ctx, &version, ErrRaced, s.putNew(&version), replace)
}

// newVersion makes both items of a new version, like another item but for what is new. They have no key yet.
func (s *Store) newVersion(like branchkey.Item) (version, active branchkey.Item) {
	like.Version = branchkey.NewUUID()
	like.CreateTime = s.now().UTC().Format("2006-01-02T15:04:05.000000Z")
	like.Enc = nil
	version, active = like, like
	version.Type, active.Type = branchkey.TypeOf(like.Version), branchkey.Active
	return version, active
}

// newKey gives both items of a version one new key, which nobody sees.
func (s *Store) newKey(ctx context.Context, kmsKey string, version, active *branchkey.Item) error {
	if err := s.generate(ctx, kmsKey, version); err != nil {
		return err
	}
	return s.reEncrypt(ctx, kmsKey, version, active)
}

func (s *Store) putNew(it *branchkey.Item) types.TransactWriteItem {
	return s.put(it, "attribute_not_exists(#id)")
}

func (s *Store) put(it *branchkey.Item, condition string) types.TransactWriteItem {
	return types.TransactWriteItem{Put: &types.Put{
		TableName:                aws.String(s.table),
		Item:                     it.Attributes(),
		ConditionExpression:      aws.String(condition),
		ExpressionAttributeNames: map[string]string{"#id": branchkey.AttributeID},
	}}
}
