package hierarchy_test

import (
	"context"
	"encoding/base64"
	"errors"
	"maps"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// textEntry is how a key of type S stands in the context of version 1.
func textEntry(s string) string { return base64.StdEncoding.EncodeToString([]byte("\x00\x01" + s)) }

// What a supplier sees of an item through the format, when it is written and when it is read.
func TestWhatASupplierSees(t *testing.T) {
	item := crypt.Item{
		"tenant": text("north"), "at": number("1.50"), "name": text("Ada"), "ward": text("3B"),
		"gone": &types.AttributeValueMemberNULL{Value: true}, "seen": &types.AttributeValueMemberBOOL{Value: true},
		"tags": &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
	}
	keys := crypt.Item{"tenant": text("north"), "at": number("1.5")}
	all := crypt.Item{
		"tenant": text("north"), "at": number("1.5"), "gone": item["gone"], "seen": item["seen"],
		"tags":               &types.AttributeValueMemberSS{Value: []string{"a", "b"}},
		"aws_dbe_table_name": text("visits"), "aws_dbe_partition_name": text("tenant"), "aws_dbe_sort_name": text("at"),
	}
	for name, c := range map[string]struct {
		included crypt.Action
		want     crypt.Item
	}{
		"version 1": {crypt.Sign, keys},
		"version 2": {crypt.SignContext, all},
	} {
		for _, suite := range suites {
			t.Run(name+suite.String(), func(t *testing.T) {
				var seen []crypt.Item
				k := newRing(t, hierarchy.KeyringConfig{Store: newMemory("s", "key of north"), Supplier: func(_ context.Context, attributes crypt.Item) (string, error) {
					seen = append(seen, maps.Clone(attributes))
					clear(attributes) // which are its own
					return "key of north", nil
				}})
				e := visits(t, k, suite, map[string]crypt.Action{
					"name": crypt.Encrypt, "ward": crypt.Sign, "gone": c.included, "seen": c.included, "tags": c.included,
				})
				stored, err := e.EncryptItem(t.Context(), item)
				require.NoError(t, err)
				opened, err := e.DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.Equal(t, text("Ada"), opened.Item["name"])
				assert.Equal(t, []crypt.Item{c.want, c.want}, seen)
			})
		}
	}
}

var errNoTenant = errors.New("no such tenant")

func TestSuppliersThatFail(t *testing.T) {
	store := newMemory("s", "a")
	for name, c := range map[string]struct {
		supplier hierarchy.Supplier
		class    error
		says     string
	}{
		"error": {func(context.Context, crypt.Item) (string, error) { return "a", errNoTenant }, crypt.ErrKeys, "branch key id supplier: no such tenant"},
		"class": {func(context.Context, crypt.Item) (string, error) {
			return "", errors.Join(errNoTenant, crypt.ErrFormat)
		}, crypt.ErrFormat, ""},
		"no id":    {func(context.Context, crypt.Item) (string, error) { return "", nil }, crypt.ErrFormat, "no branch key id"},
		"long id":  {func(context.Context, crypt.Item) (string, error) { return strings.Repeat("a", 2049), nil }, crypt.ErrFormat, "2048"},
		"odd id":   {func(context.Context, crypt.Item) (string, error) { return "\xff", nil }, crypt.ErrFormat, "UTF-8"},
		"no field": {hierarchy.FromAttribute("other"), crypt.ErrFormat, `attribute "other" is not there`},
		"number":   {hierarchy.FromAttribute("at"), crypt.ErrFormat, `attribute "at" is not of type S`},
	} {
		item := crypt.Item{"tenant": text("CANARY7391"), "at": number("1")}
		good := visits(t, newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"}), keyring.SuiteHMAC, nil)
		stored, err := good.EncryptItem(t.Context(), item)
		require.NoError(t, err, name)
		e := visits(t, newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: c.supplier}), keyring.SuiteHMAC, nil)
		written, err := e.EncryptItem(t.Context(), item)
		assert.Nil(t, written, name)
		opened, err2 := e.DecryptItem(t.Context(), stored)
		assert.Nil(t, opened.Item, name)
		for _, err := range []error{err, err2} {
			require.ErrorIs(t, err, c.class, name)
			assert.ErrorContains(t, err, c.says, name)
			assert.NotContains(t, err.Error(), "7391", name)
			if name == "error" || name == "class" {
				require.ErrorIs(t, err, errNoTenant, name)
			}
		}
	}
}

func TestASupplierNeedsTheContextOfTheFormat(t *testing.T) {
	k := newRing(t, hierarchy.KeyringConfig{Store: newMemory("s", "a"), Supplier: func(context.Context, crypt.Item) (string, error) { return "a", nil }})
	for _, c := range []map[string]string{nil, {"tenant": "north"}, {"aws-crypto-legend": "S"}} {
		_, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: c})
		require.ErrorIs(t, err, crypt.ErrFormat)
		require.ErrorContains(t, err, "must pass on the context")
	}
}

// However many data keys an item has, its supplier is asked once; and not for items of other keyrings.
func TestASupplierIsAskedOncePerItem(t *testing.T) {
	var asked atomic.Int64
	k := newRing(t, hierarchy.KeyringConfig{Store: newMemory("s", "a"), Supplier: func(context.Context, crypt.Item) (string, error) {
		asked.Add(1)
		return "a", nil
	}})
	m := sealed(t, k, entries(1, "north"))
	assert.EqualValues(t, 1, asked.Load())
	good := m.EncryptedDataKeys[0]
	for len(m.EncryptedDataKeys) < 254 {
		bad := good
		bad.ProviderInfo = []byte("b")
		m.EncryptedDataKeys = append([]keyring.EncryptedDataKey{bad}, m.EncryptedDataKeys...)
	}
	require.NoError(t, open(t.Context(), k, m))
	assert.EqualValues(t, 2, asked.Load())
	m.EncryptedDataKeys = []keyring.EncryptedDataKey{{ProviderID: "raw", ProviderInfo: []byte("a"), Ciphertext: good.Ciphertext}}
	require.ErrorIs(t, open(t.Context(), k, m), crypt.ErrFormat)
	assert.EqualValues(t, 2, asked.Load())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.EncryptedDataKeys = []keyring.EncryptedDataKey{good}
	require.ErrorIs(t, open(ctx, k, m), context.Canceled)
	assert.EqualValues(t, 2, asked.Load())
}

// Each tenant has a key. An item that was put under another tenant's keys is asked for under that one's.
func TestTenants(t *testing.T) {
	store := newMemory("s", "north", "south")
	for _, as := range []crypt.Action{crypt.Sign, crypt.SignContext} {
		k := newRing(t, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant")})
		e := visits(t, k, keyring.SuiteHMAC, map[string]crypt.Action{"name": crypt.Encrypt, "ward": as})
		stored, err := e.EncryptItem(t.Context(), crypt.Item{"tenant": text("north"), "at": number("1"), "name": text("Ada"), "ward": text("3B")})
		require.NoError(t, err)
		_, err = e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		stored["tenant"] = text("south")
		_, err = e.DecryptItem(t.Context(), stored)
		require.ErrorIs(t, err, crypt.ErrFormat)
		stored["tenant"] = text("nobody")
		_, err = e.DecryptItem(t.Context(), stored)
		require.ErrorIs(t, err, crypt.ErrFormat)
	}
}
