package metastore_test

import (
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/metastore"
)

// withExtra has versions tell who made them, for all to read, and why, for those with the keys.
func withExtra(c *metastore.Config) {
	c.Extra = func(name string, version int64) (crypt.Item, error) {
		return crypt.Item{"by": &avS{Value: "ada"}, "why": &avS{Value: name + " " + strconv.FormatInt(version, 10)}}, nil
	}
	c.ExtraSigned = []string{"by"}
}

func TestExtraAttributes(t *testing.T) {
	s := newStore(t, withExtra)
	want, err := s.Rotate(t.Context(), name)
	require.NoError(t, err)
	item := s.stored(t, name, 0)
	assert.Equal(t, &avS{Value: "ada"}, item["by"])
	assert.IsType(t, &avB{}, item["why"])
	opened, err := encryptor(t, inner(t, 0), table, nil).DecryptItem(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, &avS{Value: "visits 0"}, opened.Item["why"])

	plain := storeOn(t, s.server, nil)
	got, err := plain.Version(t.Context(), name, 0)
	require.NoError(t, err, "by a store that knows of none")
	assertSame(t, want, got)

	changed := itemtest.Copy(item)
	changed["by"] = &avS{Value: "bob"}
	require.NoError(t, s.server.Overwrite(table, changed))
	_, err = s.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth)

	changed = itemtest.Copy(item)
	changed["note"] = &avS{Value: "anybody may add what nobody reads"}
	require.NoError(t, s.server.Overwrite(table, changed))
	got, err = s.Version(t.Context(), name, 0)
	require.NoError(t, err)
	assertSame(t, want, got)
}

func TestExtraAttributesOfTheStoresOwnNames(t *testing.T) {
	for _, own := range []string{"N", "V", "t", "enc", "encAlg", "int", "intAlg"} {
		s := newStore(t, func(c *metastore.Config) {
			c.Extra = func(string, int64) (crypt.Item, error) { return crypt.Item{own: &avS{Value: "x"}}, nil }
		})
		_, err := s.Rotate(t.Context(), name)
		assert.ErrorContains(t, err, strconv.Quote(own))
		assert.Equal(t, []string{"Query"}, s.client.made())
	}
}

func TestReplicate(t *testing.T) {
	from := newStore(t, withExtra)
	to := newStore(t, func(c *metastore.Config) { c.Table, c.Encryption = "replica", inner(t, 0x80) })
	want, err := from.Rotate(t.Context(), name)
	require.NoError(t, err)
	item := itemtest.Copy(from.stored(t, name, 0))
	item["note"] = &avS{Value: "unsigned"}
	require.NoError(t, from.server.Overwrite(table, item))

	require.NoError(t, from.Replicate(t.Context(), name, 0, to.Store))
	got, err := to.Version(t.Context(), name, 0)
	require.NoError(t, err)
	assertSame(t, want, got)
	replica := to.server.Stored("replica", versionKey(name, 0))
	opened, err := encryptor(t, inner(t, 0x80), "replica", nil).DecryptItem(t.Context(), replica)
	require.NoError(t, err)
	assert.Equal(t, &avS{Value: "visits 0"}, opened.Item["why"])
	assert.Equal(t, map[string]crypt.Action{"by": crypt.Sign, "why": crypt.Encrypt}, opened.Actions)
	assert.NotContains(t, replica, "note")

	require.NoError(t, from.Replicate(t.Context(), name, 0, to.Store), "again")
	assert.Equal(t, replica, to.server.Stored("replica", versionKey(name, 0)))

	_, err = from.Rotate(t.Context(), name)
	require.NoError(t, err)
	own, err := to.Rotate(t.Context(), name)
	require.NoError(t, err)
	assert.ErrorIs(t, from.Replicate(t.Context(), name, 1, to.Store), metastore.ErrOtherKeys)
	kept, err := to.Version(t.Context(), name, 1)
	require.NoError(t, err)
	assertSame(t, own, kept)
}

func TestReplicationFaults(t *testing.T) {
	from := newStore(t, nil)
	to := newStore(t, func(c *metastore.Config) { c.Table = "replica" })
	from.rotate(t)
	from.client.fail(fault{"GetItem", errThrottled, false})
	assert.ErrorIs(t, from.Replicate(t.Context(), name, 0, to.Store), errThrottled)
	to.client.fail(fault{"PutItem", errDenied, false})
	err := from.Replicate(t.Context(), name, 0, to.Store)
	assert.ErrorIs(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, "dynamodb:PutItem")
	assert.Nil(t, to.server.Stored("replica", versionKey(name, 0)))
	to.client.fail(fault{"PutItem", errCut, true})
	require.NoError(t, from.Replicate(t.Context(), name, 0, to.Store))
	require.NoError(t, from.Replicate(t.Context(), name, 0, to.Store))
}
