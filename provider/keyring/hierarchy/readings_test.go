package hierarchy_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// byTable is a supplier of branch keys by the logical name of the item's table.
func byTable(_ context.Context, attributes crypt.Item) (string, error) {
	name, ok := attributes[hierarchy.TableNameField].(*types.AttributeValueMemberS)
	if !ok {
		return "", crypt.ErrFormat
	}
	return "key of " + name.Value, nil
}

// byTenant is a supplier of items whose tenant is in their context.
func byTenant(_ context.Context, attributes crypt.Item) (string, error) {
	if attributes["tenant"] == nil {
		return "", crypt.ErrFormat
	}
	return "north", nil
}

func encryptorOf(t *testing.T, k keyring.Keyring, c crypt.SchemaConfig) crypt.ItemEncryptor {
	t.Helper()
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: keyring.SuiteHMAC})
	require.NoError(t, err)
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}

// An item may be of one of several names of its table, or schemas: the one whose branch key it was written under is
// found, whatever is supplied for the others.
func TestReadingsWithOtherBranchKeys(t *testing.T) {
	store := newMemory("s", "key of visits", "key of visits-2019", "north")
	tables := crypt.SchemaConfig{Table: "visits-2019", PartitionKey: "tenant", Actions: map[string]crypt.Action{"ward": crypt.SignContext}}
	renamed := tables
	renamed.Table, renamed.Aliases = "visits", []string{"visits-2020", "visits-2019"}

	// As it is now, the header's letters of such an item have the tenant encrypted.
	before := crypt.SchemaConfig{Table: "visits", PartitionKey: "pk", Actions: map[string]crypt.Action{
		"note": crypt.Encrypt, "tenant": crypt.SignContext, "extension": crypt.Plain}}
	now := before
	now.Actions = map[string]crypt.Action{"note": crypt.Plain, "tenant": crypt.SignContext, "extension": crypt.Encrypt}
	previous, err := crypt.NewSchema(before)
	require.NoError(t, err)
	now.Previous = []crypt.Schema{previous}

	for name, c := range map[string]struct {
		supplier   hierarchy.Supplier
		wrote, now crypt.SchemaConfig
		item       crypt.Item
	}{
		"another name of the table": {byTable, tables, renamed, crypt.Item{"tenant": text("north"), "ward": text("3B")}},
		"another schema": {byTenant, before, now,
			crypt.Item{"pk": text("p-1"), "tenant": binary(make([]byte, 40)), "note": text("n"), "extension": text("12")}},
	} {
		t.Run(name, func(t *testing.T) {
			k := newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: c.supplier})
			stored, err := encryptorOf(t, k, c.wrote).EncryptItem(t.Context(), c.item)
			require.NoError(t, err)
			opened, err := encryptorOf(t, k, c.now).DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			assert.Equal(t, c.item, opened.Item)
			assert.True(t, opened.Stale)

			other := encryptorOf(t, newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "south"}), c.now)
			opened, err = other.DecryptItem(t.Context(), stored)
			require.ErrorIs(t, err, crypt.ErrFormat, "it is for no key of this one in any reading")
			require.NotErrorIs(t, err, crypt.ErrAuth)
			assert.Nil(t, opened.Item)
		})
	}
}
