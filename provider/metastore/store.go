package metastore

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

// ErrOtherKeys: the store to replicate to has other keys under the same name and version.
var ErrOtherKeys = errors.New("the version exists there with other keys")

// at says where something failed.
func (s *Store) at(operation, name string, version int64, err error) error {
	where := fmt.Sprintf("table %.256q: name %.128q", s.config.Table, name)
	if version >= 0 {
		where += ": version " + strconv.FormatInt(version, 10)
	}
	return fmt.Errorf("metastore: %s: %s: %w", operation, where, err)
}

// noVersion is the version of an error that concerns a name.
const noVersion = -1

func checkArguments(name string, version int64) error {
	err := ddbec.CheckMaterialName(name)
	if version < 0 {
		err = errors.Join(err, errors.New("a version is 0 or more"))
	}
	return err
}

// Newest returns the keys of the highest version, by one consistent query. None is
// [mostrecent.ErrNoVersion]; errors are as for [Store.Version].
func (s *Store) Newest(ctx context.Context, name string) (mostrecent.Keys, error) {
	const operation = "newest"
	if err := checkArguments(name, 0); err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	item, err := s.queryNewest(ctx, name)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	version, err := versionOf(item)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	k, err := s.open(ctx, name, version, item)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, version, err)
	}
	return k.Keys, nil
}

// Version returns the keys of a version, by one consistent read. A version that is not there is
// [mostrecent.ErrNoVersion]. What does not verify is crypt.ErrAuth, what is no version crypt.ErrFormat; a table
// or inner keys that could not be asked are crypt.ErrKeys. AWS's errors stay reachable.
func (s *Store) Version(ctx context.Context, name string, version int64) (mostrecent.Keys, error) {
	k, err := s.read(ctx, name, version)
	if err != nil {
		return mostrecent.Keys{}, s.at("version", name, version, err)
	}
	return k.Keys, nil
}

// read gets a version and opens it.
func (s *Store) read(ctx context.Context, name string, version int64) (none opened, _ error) {
	if err := checkArguments(name, version); err != nil {
		return none, err
	}
	item, err := s.getItem(ctx, name, version)
	if err != nil {
		return none, err
	}
	return s.open(ctx, name, version, item)
}

// Create stores new keys as a version, unless it exists, and returns the keys that are stored: those of whoever was
// first. An error says that nothing is known to be stored, and the keys made are used by nobody. A put whose
// answer was lost is found out by reading.
func (s *Store) Create(ctx context.Context, name string, version int64) (mostrecent.Keys, error) {
	const operation = "create"
	if err := checkArguments(name, version); err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	k, err := s.create(ctx, name, version)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, version, err)
	}
	return k, nil
}

func (s *Store) create(ctx context.Context, name string, version int64) (none mostrecent.Keys, _ error) {
	extra, actions, err := s.extra(name, version)
	if err != nil {
		return none, err
	}
	wrap, sign := make([]byte, keySize), make([]byte, keySize)
	defer clear(wrap)
	defer clear(sign)
	rand.Read(wrap)
	rand.Read(sign)
	item := crypt.Item{
		nameField:    &types.AttributeValueMemberS{Value: name},
		versionField: &types.AttributeValueMemberN{Value: strconv.FormatInt(version, 10)},
		typeField:    &types.AttributeValueMemberS{Value: typeKeys},
		wrapAlgField: &types.AttributeValueMemberS{Value: algorithmAES},
		wrapField:    &types.AttributeValueMemberB{Value: wrap},
		signAlgField: &types.AttributeValueMemberS{Value: algorithmHMAC},
		signField:    &types.AttributeValueMemberB{Value: sign},
	}
	maps.Copy(item, extra)
	stored, err := s.put(ctx, name, version, item, actions)
	return stored.Keys, err
}

// extra asks for the attributes beside the keys of a new version, and says how they are protected.
func (s *Store) extra(name string, version int64) (crypt.Item, map[string]crypt.Action, error) {
	if s.config.Extra == nil {
		return nil, nil, nil
	}
	item, err := s.config.Extra(name, version)
	if err != nil {
		return nil, nil, fmt.Errorf("attributes beside the keys: %w", err)
	}
	actions := make(map[string]crypt.Action, len(item))
	for attribute := range item {
		if isOwn(attribute) {
			return nil, nil, fmt.Errorf("attribute %q beside the keys: the name is the store's own: choose another", attribute)
		}
		actions[attribute] = crypt.Encrypt
		if slices.Contains(s.config.ExtraSigned, attribute) {
			actions[attribute] = crypt.Sign
		}
	}
	return item, actions, nil
}

// put protects item and stores it unless the version exists. It returns what is stored: after anything but a plain
// success that is read, since the put may have been done and its answer lost, or another's may have been first.
func (s *Store) put(ctx context.Context, name string, version int64, item crypt.Item, actions map[string]crypt.Action) (none opened, _ error) {
	encryptor, err := s.encryptor(actions)
	if err != nil {
		return none, err
	}
	sealed, err := encryptor.EncryptItem(ctx, item)
	if err != nil {
		return none, err
	}
	if _, clear := sealed[typeField].(*types.AttributeValueMemberS); clear { // as all that is encrypted then is
		return none, errors.New("the format given as Encryption writes in clear, as insecureplaintext.ForceWrite does: keys are not stored so")
	}
	failed := s.putItem(ctx, name, sealed)
	if failed == nil {
		return keysOf(crypt.Opened{Item: item}, version)
	}
	stored, err := s.read(ctx, name, version)
	switch {
	case err == nil:
		return stored, nil
	case isTaken(failed) && !errors.Is(err, mostrecent.ErrNoVersion):
		return none, err
	}
	return none, failed
}

// Rotate makes the version after the newest, or version 0 of a new name, and returns its keys. Of callers who rotate
// at once several may get the same version. Writers take it up within their provider's TTL. The newest version need
// not verify: where one was damaged, rotating lets writers go on.
//
// After a failure the version may exist, if the put's answer was lost with the means to find out: then it is
// taken up all the same.
func (s *Store) Rotate(ctx context.Context, name string) (mostrecent.Keys, error) {
	const operation = "rotate"
	if err := checkArguments(name, 0); err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	next, err := s.next(ctx, name)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, noVersion, err)
	}
	k, err := s.create(ctx, name, next)
	if err != nil {
		return mostrecent.Keys{}, s.at(operation, name, next, err)
	}
	return k, nil
}

// next is the version to be made.
func (s *Store) next(ctx context.Context, name string) (int64, error) {
	item, err := s.queryNewest(ctx, name)
	if errors.Is(err, mostrecent.ErrNoVersion) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	newest, err := versionOf(item)
	if err == nil && newest == math.MaxInt64 {
		err = errors.New("the newest version is the highest there can be: delete it if nobody rotated so often")
	}
	return newest + 1, err
}

// Replicate stores a version of s, with what it has beside its keys, in another store: one of another table,
// region or inner keys, where items that are replicated there find it. Attributes that no signature covers are
// left behind. If the version exists there with the same keys nothing is done; if with others, it is
// [ErrOtherKeys] and nothing is changed.
func (s *Store) Replicate(ctx context.Context, name string, version int64, to *Store) error {
	const operation = "replicate"
	from, err := s.read(ctx, name, version)
	if err != nil {
		return s.at(operation, name, version, err)
	}
	stored, err := to.put(ctx, name, version, from.item, from.actions)
	if err != nil {
		return to.at(operation+" to", name, version, err)
	}
	if !stored.Wrap.Equal(from.Wrap) || !stored.Sign.Equal(from.Sign) {
		return to.at(operation+" to", name, version, ErrOtherKeys)
	}
	return nil
}
