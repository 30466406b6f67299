package metastore_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/metastore"
)

// A format that lets plaintext through, as other tables may have while they are moved, makes nobody's keys the store's.
func TestVersionsInClear(t *testing.T) {
	config := insecureplaintext.Config{Until: time.Now().Add(time.Hour), OnRead: func(string) {}}
	honest := newStore(t, nil)
	honest.rotate(t)
	opened, err := encryptor(t, inner(t, 0), table, nil).DecryptItem(t.Context(), honest.stored(t, name, 0))
	require.NoError(t, err)

	reads, err := insecureplaintext.AllowRead(inner(t, 0), config)
	require.NoError(t, err)
	s := storeOn(t, honest.server, func(c *metastore.Config) { c.Encryption = reads })
	planted := itemtest.Copy(opened.Item)
	planted["V"] = &avN{Value: "1"}
	require.NoError(t, s.server.Overwrite(table, planted))
	k, err := s.Version(t.Context(), name, 1)
	assert.ErrorIs(t, err, crypt.ErrFormat)
	assert.ErrorContains(t, err, "not signed")
	assert.True(t, k.Wrap.IsZero() && k.Sign.IsZero())
	_, err = s.Newest(t.Context(), name)
	assert.ErrorIs(t, err, crypt.ErrFormat)

	writes, err := insecureplaintext.ForceWrite(inner(t, 0), config)
	require.NoError(t, err)
	s = storeOn(t, honest.server, func(c *metastore.Config) { c.Encryption = writes })
	s.client.made()
	k, err = s.Create(t.Context(), name, 2)
	assert.ErrorContains(t, err, "in clear")
	assert.True(t, k.Wrap.IsZero() && k.Sign.IsZero())
	assert.Empty(t, s.client.made(), "nothing is stored")
	assert.Nil(t, s.server.Stored(table, versionKey(name, 2)))
}

// A replica of which one key is another's is not the version.
func TestReplicasThatDifferInOneKey(t *testing.T) {
	for _, field := range []string{"enc", "int"} {
		from := newStore(t, nil)
		to := storeOn(t, from.server, func(c *metastore.Config) { c.Table = "replica" })
		from.rotate(t)
		opened, err := encryptor(t, inner(t, 0), table, nil).DecryptItem(t.Context(), from.stored(t, name, 0))
		require.NoError(t, err)
		other := itemtest.Copy(opened.Item)
		other[field] = &avB{Value: make([]byte, 32)}
		other, err = encryptor(t, inner(t, 0), "replica", nil).EncryptItem(t.Context(), other)
		require.NoError(t, err)
		require.NoError(t, from.server.Overwrite("replica", other))
		assert.ErrorIs(t, from.Replicate(t.Context(), name, 0, to.Store), metastore.ErrOtherKeys, field)
	}
}
