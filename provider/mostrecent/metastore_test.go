package mostrecent_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

const (
	east     = "us-east-1"
	attacker = "999988887777"
)

// stack is a provider over a MetaStore whose versions are protected by a key of KMS's.
type stack struct {
	kms   *fakekms.Server
	db    *ddbtest.Server
	key   string
	store *metastore.Store
	keys  *mostrecent.Provider
	now   time.Time
}

func newStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{kms: fakekms.Start(), db: ddbtest.Start(), now: time.Now()}
	t.Cleanup(s.kms.Close)
	t.Cleanup(s.db.Close)
	s.key = s.kms.AddKey(fakekms.Key{Region: east})
	s.store = s.storeUnder(t, directkms.Config{Client: s.kms.Client(east), Key: s.key})
	_, err := s.db.Client().CreateTable(t.Context(), s.store.CreateTableInput())
	require.NoError(t, err)
	_, err = s.store.Rotate(t.Context(), name)
	require.NoError(t, err)
	s.keys = s.cold(t)
	s.kms.ResetCalls()
	return s
}

func (s *stack) storeUnder(t *testing.T, c directkms.Config) *metastore.Store {
	t.Helper()
	inner, err := directkms.New(t.Context(), c)
	require.NoError(t, err)
	store, err := metastore.New(metastore.Config{Client: s.db.Client(), Table: "keys", Encryption: ddbec.Format(inner)})
	require.NoError(t, err)
	return store
}

// cold is a provider that has asked for nothing.
func (s *stack) cold(t *testing.T) *mostrecent.Provider { return s.over(t, s.store) }

func (s *stack) over(t *testing.T, store mostrecent.Store) *mostrecent.Provider {
	t.Helper()
	return newProvider(t, store, func(c *mostrecent.Config) { c.Now = func() time.Time { return s.now } })
}

func encryptor(t *testing.T, p *mostrecent.Provider) crypt.ItemEncryptor {
	t.Helper()
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "id", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	require.NoError(t, err)
	e, err := ddbec.Format(p).Encryptor(schema)
	require.NoError(t, err)
	return e
}

var visit = crypt.Item{"id": &types.AttributeValueMemberS{Value: "p-17"}, "name": &types.AttributeValueMemberS{Value: "Ada"}}

func sealed(t *testing.T, p *mostrecent.Provider) crypt.Item {
	t.Helper()
	item, err := encryptor(t, p).EncryptItem(t.Context(), visit)
	require.NoError(t, err)
	return item
}

func opens(t *testing.T, p *mostrecent.Provider, item crypt.Item) error {
	t.Helper()
	opened, err := encryptor(t, p).DecryptItem(t.Context(), item)
	if err != nil {
		assert.Nil(t, opened.Item)
		return err
	}
	assert.Equal(t, visit, opened.Item)
	return nil
}

func TestAThousandItemsCostACall(t *testing.T) {
	s := newStack(t)
	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	e := encryptor(t, s.keys)
	for range 1000 {
		item, err := e.EncryptItem(ctx, visit)
		require.NoError(t, err)
		_, err = e.DecryptItem(ctx, item)
		require.NoError(t, err)
	}
	assert.Len(t, s.kms.Calls(), 1)
	assert.Equal(t, crypt.Usage{KeyCalls: 1, StoreCalls: 1, CacheHits: 1999}, m.Usage())
}

// An attacker who can write both tables, and has a KMS key that the reader's role may use, makes a version of his
// own and items under it.
func TestAVersionUnderAForeignKey(t *testing.T) {
	s := newStack(t)
	theirs := s.kms.AddKey(fakekms.Key{Region: east, Account: attacker})
	forger := s.storeUnder(t, directkms.Config{Client: s.kms.ClientOf(attacker, east), Key: theirs})
	_, err := forger.Rotate(t.Context(), name)
	require.NoError(t, err)
	forged := sealed(t, s.over(t, forger))
	trusting := s.storeUnder(t, directkms.Config{Client: s.kms.Client(east), DecryptKeys: []string{theirs}})
	require.NoError(t, opens(t, s.over(t, trusting), forged), "to who trusts the key the item is sound")

	s.kms.ResetCalls()
	err = opens(t, s.keys, forged)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	assert.NotErrorIs(t, err, crypt.ErrKeys)
	for _, call := range s.kms.Calls() {
		assert.Equal(t, s.key, call.RequestedKeyID, "the attacker's key is never asked for")
	}
	assert.Len(t, s.kms.Calls(), 1)

	_, err = encryptor(t, s.keys).EncryptItem(t.Context(), visit)
	assert.ErrorIs(t, err, crypt.ErrKeys, "nor is anything written under it")
	rotated, err := s.store.Rotate(t.Context(), name)
	require.NoError(t, err)
	assert.EqualValues(t, 2, rotated.Version)
	assert.NoError(t, opens(t, s.keys, sealed(t, s.keys)), "a rotation lets writers go on")
}

func TestAMovedVersion(t *testing.T) {
	s := newStack(t)
	honest := sealed(t, s.keys)
	item := s.db.Stored("keys", crypt.Item{"N": &types.AttributeValueMemberS{Value: name}, "V": &types.AttributeValueMemberN{Value: "0"}})
	item["V"] = &types.AttributeValueMemberN{Value: "1"}
	require.NoError(t, s.db.Overwrite("keys", item))
	assert.ErrorIs(t, opens(t, s.keys, reading(t, honest, "visits#1")), crypt.ErrAuth)
	assert.NoError(t, opens(t, s.keys, honest))
}

// reading is an item that names other keys.
func reading(t *testing.T, item crypt.Item, metaID string) crypt.Item {
	t.Helper()
	return redescribed(t, item, func(entries map[string]string) { entries["amzn-ddb-meta-id"] = metaID })
}

func TestItemsThatNameOtherKeys(t *testing.T) {
	s := newStack(t)
	_, err := s.store.Rotate(t.Context(), name)
	require.NoError(t, err)
	_, err = s.store.Rotate(t.Context(), "another")
	require.NoError(t, err)
	honest := sealed(t, s.keys)
	require.NoError(t, opens(t, s.keys, honest))
	s.kms.ResetCalls()
	for metaID, want := range map[string]error{
		"visits#0": crypt.ErrAuth, "another#0": crypt.ErrFormat, "another#1": crypt.ErrFormat, "visits#2": crypt.ErrKeys,
		"visits#9223372036854775807": crypt.ErrKeys, "visits#9223372036854775808": crypt.ErrFormat, "visits#": crypt.ErrFormat,
	} {
		assert.ErrorIs(t, opens(t, s.keys, reading(t, honest, metaID)), want, metaID)
	}
	assert.Len(t, s.kms.Calls(), 1, "of version 0, which exists")
	assert.NoError(t, opens(t, s.keys, honest))
}

func TestFaultsOfKMS(t *testing.T) {
	for _, kind := range []fakekms.Kind{fakekms.Throttle, fakekms.AccessDenied, fakekms.LostAnswer, fakekms.Internal, fakekms.Unavailable} {
		t.Run(kind.String(), func(t *testing.T) {
			s := newStack(t)
			honest := sealed(t, s.keys)
			p := s.cold(t)
			s.kms.Inject(fakekms.Fault{Operation: "Decrypt", Kind: kind, Times: 2})
			sealed, err := encryptor(t, p).EncryptItem(t.Context(), visit)
			assert.ErrorIs(t, err, crypt.ErrKeys)
			assert.Nil(t, sealed)
			err = opens(t, p, honest)
			assert.ErrorIs(t, err, crypt.ErrKeys)
			if kind != fakekms.LostAnswer {
				assert.True(t, errors.As(err, new(smithy.APIError)), "AWS's error is reachable")
			}
			assert.ErrorContains(t, err, "kms:Decrypt")
			assert.NoError(t, opens(t, p, honest), "the next call works")

			s.kms.Inject(fakekms.Fault{Operation: "GenerateDataKey", Kind: kind})
			_, err = s.store.Rotate(t.Context(), name)
			assert.ErrorIs(t, err, crypt.ErrKeys)
			_, err = s.store.Version(t.Context(), name, 1)
			assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
		})
	}
	t.Run("no answer", func(t *testing.T) {
		s := newStack(t)
		honest := sealed(t, s.keys)
		p := newProvider(t, s.store, func(c *mostrecent.Config) { c.LoadTimeout = 50 * time.Millisecond })
		s.kms.Inject(fakekms.Fault{Operation: "Decrypt", Kind: fakekms.Timeout, Times: 2})
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Millisecond)
		defer cancel()
		_, err := encryptor(t, p).DecryptItem(ctx, honest)
		assert.ErrorIs(t, err, context.DeadlineExceeded)
		assert.ErrorIs(t, opens(t, p, honest), crypt.ErrKeys, "by the call that was abandoned")
		s.kms.ClearFaults()
		assert.NoError(t, opens(t, p, honest))
	})
}

func TestAKeyThatIsDisabledIsNoLongerUsed(t *testing.T) {
	s := newStack(t)
	honest := sealed(t, s.keys)
	s.kms.Disable(s.key)
	s.now = s.now.Add(ttl - ttl/20)
	require.NoError(t, opens(t, s.keys, honest), "starts a refresh")
	require.Eventually(t, func() bool { return opens(t, s.keys, honest) != nil }, 10*time.Second, time.Millisecond)
	err := opens(t, s.keys, honest)
	assert.ErrorIs(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, "disabled")
	s.kms.Enable(s.key)
	assert.NoError(t, opens(t, s.keys, honest))
}

func TestADeletedVersion(t *testing.T) {
	s := newStack(t)
	honest := sealed(t, s.keys)
	_, err := s.db.Client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: new("keys"), Key: crypt.Item{
		"N": &types.AttributeValueMemberS{Value: name}, "V": &types.AttributeValueMemberN{Value: "0"},
	}})
	require.NoError(t, err)
	s.now = s.now.Add(ttl)
	err = opens(t, s.keys, honest)
	assert.ErrorIs(t, err, crypt.ErrKeys)
	assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
	assert.ErrorContains(t, err, fmt.Sprintf("version 0 of %q", name))
	_, err = encryptor(t, s.keys).EncryptItem(t.Context(), visit)
	assert.ErrorIs(t, err, crypt.ErrKeys)
	assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
}
