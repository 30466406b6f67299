package ddb_test

import (
	"context"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What docs/keys.md says of items that are to be written anew once their keys were rotated.
func TestModifyThatChangesNothingWritesUnderTheNewestKeys(t *testing.T) {
	client := ddbtest.New(t)
	inner, err := provider.WrappedAES(key(t, 1), key(t, 101))
	require.NoError(t, err)
	store, err := metastore.New(metastore.Config{Client: client, Table: "keys", Encryption: ddbec.Format(inner)})
	require.NoError(t, err)
	_, err = client.CreateTable(t.Context(), store.CreateTableInput())
	require.NoError(t, err)
	_, err = store.Rotate(t.Context(), "visits")
	require.NoError(t, err)
	open := func(min int64) (*mostrecent.Provider, *ddb.Table[Visit]) {
		keys, err := mostrecent.New(mostrecent.Config{Store: store, Name: "visits", MinVersion: min})
		require.NoError(t, err)
		visits, err := ddb.NewTable[Visit](client, "visits", ddb.Config{Encryption: ddbec.Format(keys), Notice: func(_ context.Context, n ddb.Notice) {
			assert.Fail(t, "an older version does not make an item stale", n)
		}})
		require.NoError(t, err)
		return keys, visits
	}
	keys, visits := open(0)
	_, err = client.CreateTable(t.Context(), visits.CreateTableInput())
	require.NoError(t, err)
	v := ada()
	require.NoError(t, visits.Put(t.Context(), &v))

	_, err = store.Rotate(t.Context(), "visits")
	require.NoError(t, err)
	keys.Refresh()
	_, later := open(1)
	_, err = later.Get(t.Context(), later.KeyOf(&v))
	require.Error(t, err, "it is under version 0")

	got, err := visits.Modify(t.Context(), visits.KeyOf(&v), func(*Visit) error { return nil })
	require.NoError(t, err)
	assert.Equal(t, ada(), got)
	got, err = later.Get(t.Context(), later.KeyOf(&v))
	require.NoError(t, err)
	assert.Equal(t, ada(), got)
}
