package ddbec_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// official reads a file of the AWS Python client's unit vectors, which has n of them.
func official[T any](t *testing.T, file string, n int) []T {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(testenv.Need(t, "DDB_VECTORS"), "ddbec", file))
	require.NoError(t, err)
	var all []T
	require.NoError(t, json.Unmarshal(b, &all))
	require.Len(t, all, n)
	return all
}

type serialized struct {
	Attribute  json.RawMessage
	Serialized []byte
}

func value(t *testing.T, raw json.RawMessage) attribute.Value {
	t.Helper()
	item, err := ddbjson.Unmarshal([]byte(`{"v":` + string(raw) + `}`))
	require.NoError(t, err)
	return item["v"]
}

func TestOfficialSerialize(t *testing.T) {
	for _, v := range official[serialized](t, "serialize_attribute.json", 22) {
		for _, m := range []ddbec.Mode{ddbec.ForEncryption, ddbec.ForVerification} {
			got, err := encode(value(t, v.Attribute), m)
			require.NoError(t, err)
			assert.Equal(t, v.Serialized, got, "%s", v.Attribute)
		}
	}
}

func TestOfficialDeserialize(t *testing.T) {
	for _, v := range official[serialized](t, "deserialize_attribute.json", 15) {
		parsed, err := ddbec.Parse(v.Serialized)
		require.NoError(t, err, "%s", v.Attribute)
		var r ddbec.Reader
		r.Reset(parsed)
		assert.True(t, attribute.Equal(value(t, v.Attribute), attribute.Read(&r)), "%s", v.Attribute)
	}
}

func TestOfficialMaterialDescription(t *testing.T) {
	type vector struct {
		Description map[string]string `json:"material_description"`
		Serialized  []byte
	}
	for _, v := range official[vector](t, "material_description.json", 3) {
		got, err := ddbec.AppendDescription(nil, entries(v.Description))
		require.NoError(t, err)
		assert.Equal(t, v.Serialized, got)
		require.NoError(t, ddbec.CheckDescription(v.Serialized))
		assert.Equal(t, v.Description, entryMap(v.Serialized))
	}
}

func TestOfficialStringToSign(t *testing.T) {
	type vector struct {
		Table string
		Item  map[string]struct {
			Value  json.RawMessage
			Action string
		}
		StringToSign string `json:"string_to_sign"`
	}
	for _, v := range official[vector](t, "string_to_sign.json", 4) {
		var names []string
		for name, a := range v.Item {
			if a.Action != "nothing" {
				names = append(names, name)
			}
		}
		sortNames(names)
		table := ddbec.HashTable(v.Table)
		sts := table[:]
		for _, name := range names {
			b, err := encode(value(t, v.Item[name].Value), ddbec.ForVerification)
			require.NoError(t, err)
			nameHash, valueHash := ddbec.HashName(name), ddbec.HashValue(b)
			sts = ddbec.AppendSigned(sts, &nameHash, v.Item[name].Action == "encrypt", &valueHash)
		}
		assert.Equal(t, v.StringToSign, base64.StdEncoding.EncodeToString(sts))
	}
}
