package hierarchy_test

import (
	"bytes"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// edited is an item whose header has other bytes in one place.
func edited(t *testing.T, stored crypt.Item, from, to string) crypt.Item {
	t.Helper()
	c := crypt.Item{}
	for name, v := range stored {
		c[name] = v
	}
	header, ok := stored["aws_dbe_head"].(*types.AttributeValueMemberB)
	require.True(t, ok)
	require.Equal(t, 1, bytes.Count(header.Value, []byte(from)))
	c["aws_dbe_head"] = binary(bytes.Replace(header.Value, []byte(from), []byte(to), 1))
	return c
}

// Mallory may write the table of visits. He is a tenant, too, and so has a branch key of the same store.
func TestForgeryOfATenant(t *testing.T) {
	s := newService(t)
	e := s.visits()
	north, south := s.put(e, "north"), s.put(e, "south")
	require.NoError(t, s.get(e, north))
	require.NoError(t, s.get(e, south))
	before := len(s.kms.Calls())

	for name, c := range map[string]struct {
		item  crypt.Item
		class error
	}{
		"put under another tenant":      {with(south, crypt.Item{"tenant": text("north")}), crypt.ErrFormat},
		"and named as that one's":       {with(edited(t, south, "south", "north"), crypt.Item{"tenant": text("north")}), crypt.ErrKeys},
		"named as another tenant's":     {edited(t, south, "south", "north"), crypt.ErrFormat},
		"under another tenant's key":    {edited(t, edited(t, north, versionIn(t, north), versionIn(t, south)), "north", "south"), crypt.ErrFormat},
		"under another key's version":   {edited(t, north, versionIn(t, north), versionIn(t, south)), crypt.ErrKeys},
		"with another item's data keys": {with(north, crypt.Item{"aws_dbe_head": south["aws_dbe_head"], "aws_dbe_foot": south["aws_dbe_foot"]}), crypt.ErrFormat},
	} {
		require.ErrorIs(t, s.get(e, c.item), c.class, name)
	}
	assert.Len(t, s.kms.Calls(), before, "KMS was asked for nothing")
}

func with(stored, changes crypt.Item) crypt.Item {
	c := crypt.Item{}
	for name, v := range stored {
		c[name] = v
	}
	for name, v := range changes {
		c[name] = v
	}
	return c
}

// Mallory may write the key store's table as well, and has a KMS key in an account of his own that the
// service's role may use.
func TestForgeryByBranchKeysOfAnAttacker(t *testing.T) {
	s := newService(t)
	e := s.visits()
	good := s.put(e, "north")
	require.NoError(t, s.get(e, good))

	theirKey := s.kms.AddKey(fakekms.Key{Region: east, Account: mallory})
	other := newWorld(t) // where he makes what he puts into ours
	theirs := other.with(func(c *hierarchy.Config) {
		c.KMS, c.KMSConfiguration = s.kms.ClientOf(mallory, east), hierarchy.KeyARN(theirKey)
	})
	_, err := theirs.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "north", Context: map[string]string{"tenant": "of north"}})
	require.NoError(t, err)
	made := all(t, other.ddb.Client(), "north")
	require.Len(t, made, 3)
	forged := s.put(s.visitsOf(theirs), "north")
	require.NoError(t, s.get(s.visitsOf(theirs), forged))
	kept := all(t, s.ddb.Client(), "north")
	put := func(items []item) {
		for _, it := range items {
			s.overwrite(it)
		}
	}

	put(made)
	s.kms.ResetCalls()
	for name, configuration := range map[string]hierarchy.KMSConfiguration{
		"configured key": hierarchy.KeyARN(s.key),
		"discovery":      hierarchy.Discovery{Accounts: []string{fakekms.Account}},
	} {
		fresh := s.visitsOf(s.with(func(c *hierarchy.Config) { c.KMSConfiguration = configuration }))
		err := s.get(fresh, forged)
		require.ErrorIs(t, err, crypt.ErrKeys, name)
		require.ErrorIs(t, err, hierarchy.ErrItem, name)
		written, err := fresh.EncryptItem(t.Context(), visit("north"))
		require.ErrorIs(t, err, hierarchy.ErrItem, name)
		require.Nil(t, written, name)
		require.NoError(t, s.get(fresh, good), "versions that were there are there")
	}
	for _, c := range s.kms.Calls() {
		assert.Equal(t, s.key, c.KeyID)
	}

	// The same with the names of ours on them.
	for _, it := range made {
		it["kms-arn"] = text(s.key)
	}
	put(made)
	for _, call := range []func(crypt.ItemEncryptor) error{
		func(e crypt.ItemEncryptor) error { return s.get(e, forged) },
		func(e crypt.ItemEncryptor) error { _, err := e.EncryptItem(t.Context(), visit("north")); return err },
	} {
		require.ErrorIs(t, call(s.visits()), crypt.ErrAuth)
	}

	// A branch key of ours, as one of another tenant.
	south := all(t, s.ddb.Client(), "south")
	for _, it := range south {
		it["branch-key-id"] = text("north")
	}
	put(south)
	stolen := with(edited(t, s.put(e, "south"), "south", "north"), crypt.Item{"tenant": text("north")})
	require.ErrorIs(t, s.get(s.visits(), stolen), crypt.ErrAuth)
	_, err = s.visits().EncryptItem(t.Context(), visit("north"))
	require.ErrorIs(t, err, crypt.ErrAuth)

	put(kept)
	require.NoError(t, s.get(s.visits(), good))
	s.put(s.visits(), "north")
}
