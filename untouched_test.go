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

// Measured is signed as Python's client signs it, to 28 digits.
type Measured struct {
	ID    string     `ddb:"id,pk"`
	Value ddb.Number `ddb:"value,sign"`
	Note  string     `ddb:"note"`
}

// Digits that no signature covered are not there to the mapper, and so Modify does not sign them.
func TestModifyDoesNotSignDigitsThatWereNotSigned(t *testing.T) {
	const digits = "1234567890123456789012345678"
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		table := newTable[Measured](t, client, ddb.Config{Encryption: format(t)})
		name, key := *table.CreateTableInput().TableName, crypt.Item{"id": &avS{Value: "1"}}
		require.NoError(t, table.Put(t.Context(), &Measured{ID: "1", Value: digits, Note: "a"}))
		item := stored(t, client, name, key)
		item["value"] = &avN{Value: digits + ".4"}
		overwrite(t, client, name, item)

		got, err := table.Modify(t.Context(), table.Key("1"), func(m *Measured) error { m.Note = "b"; return nil })
		require.NoError(t, err)
		assert.Equal(t, Measured{ID: "1", Value: digits, Note: "b"}, got)
		assert.Equal(t, &avN{Value: digits}, stored(t, client, name, key)["value"])
	})
}
