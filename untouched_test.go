package ddb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Modest reads more than it would write: fractions are rounded, sets become lists, documents lose what
// it does not declare.
type Modest struct {
	ID      string  `ddb:"id,pk"`
	Ward    string  `ddb:"ward"`
	Weight  float64 `ddb:"weight"`
	Tags    []string
	Count   int `ddb:"count,omitempty"`
	Missing int `ddb:"missing"`
	Address struct{ Street string }
}

func TestModifyLeavesWhatTheFunctionLeftAlone(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
			t.Run(name, func(t *testing.T) { modifyWard(t, client, cfg) })
		}
	})
}

func modifyWard(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
	table := newTable[Modest](t, client, cfg)
	name := *table.CreateTableInput().TableName
	item := crypt.Item{
		"id": &avS{Value: "1"}, "ward": &avS{Value: "3B"}, "weight": &avN{Value: "12345678901234567890.12345"},
		"Tags": &avSS{Value: []string{"a", "b"}}, "count": &avN{Value: "0"},
		"Address": &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"Street": &avS{Value: "Elm"}, "Zip": &avS{Value: "12345"}}},
	}
	raw := item
	var enc crypt.ItemEncryptor
	if cfg.Encryption != nil {
		var err error
		enc, err = cfg.Encryption.Encryptor(table.Schema())
		require.NoError(t, err)
		raw, err = enc.EncryptItem(t.Context(), item)
		require.NoError(t, err)
	}
	overwrite(t, client, name, raw)
	_, err := table.Modify(t.Context(), table.Key("1"), func(m *Modest) error { m.Ward = "4A"; return nil })
	require.NoError(t, err)
	got := stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
	if enc != nil {
		opened, err := enc.DecryptItem(t.Context(), got)
		require.NoError(t, err)
		got = opened.Item
	}
	item["ward"] = &avS{Value: "4A"}
	assert.Equal(t, item, got)
}
