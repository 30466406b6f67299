package dbe_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Each previous schema that puts other attributes into the context is another question to the manager, which may
// cost a call to a service: an item is worth eight.
func TestTheManagerIsAskedEightTimesAtMost(t *testing.T) {
	const attributes = 10
	item := crypt.Item{"pk": &avS{Value: "1"}}
	for i := range attributes {
		item[fmt.Sprint("a", i)] = &avS{Value: fmt.Sprint(i)}
	}
	// schema has all of them in the context but the one that is plain.
	schema := func(plain int, previous ...crypt.Schema) crypt.Schema {
		c := crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", Actions: actions{}, Previous: previous}
		for i := range attributes {
			c.Actions[fmt.Sprint("a", i)] = crypt.SignContext
		}
		c.Actions[fmt.Sprint("a", plain)] = crypt.Plain
		s, err := crypt.NewSchema(c)
		require.NoError(t, err)
		return s
	}
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	asked := 0
	f := format(t, dbe.Config{Suite: keyring.SuiteHMAC, Manager: managerFunc{
		inner.EncryptionMaterials,
		func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
			asked++
			return inner.DecryptionMaterials(ctx, r)
		},
	}})
	read := func(plain, previous int) error {
		writer, err := f.Encryptor(schema(plain))
		require.NoError(t, err)
		stored, err := writer.EncryptItem(t.Context(), item)
		require.NoError(t, err)
		var all []crypt.Schema
		for i := range previous {
			all = append(all, schema(i+1))
		}
		reader, err := f.Encryptor(schema(0, all...))
		require.NoError(t, err)
		asked = 0
		_, err = reader.DecryptItem(t.Context(), stored)
		return err
	}
	require.NoError(t, read(7, 7))
	assert.Equal(t, 8, asked)
	require.ErrorIs(t, read(8, 8), crypt.ErrAuth)
	assert.Equal(t, 8, asked)
}
