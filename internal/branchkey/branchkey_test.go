package branchkey_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
)

const (
	id      = "bd3842ff-3076-4092-9918-4395730050b8"
	version = "e9ce18a3-edb5-4272-9f86-1cacb7997ff6"
	arn     = "arn:aws:kms:us-west-2:370957321024:key/9d989aa2-2f9c-438c-a745-cc57d3ad0126"
	// As AWS's clients write them, in each of their spellings of the time.
	active = `{"branch-key-id":{"S":"` + id + `"},"type":{"S":"branch:ACTIVE"},"version":{"S":"branch:version:` + version + `"},` +
		`"enc":{"B":"AQID"},"kms-arn":{"S":"` + arn + `"},"create-time":{"S":"2023-06-03T19:03:29.000522Z"},"hierarchy-version":{"N":"1"},` +
		`"aws-crypto-ec:department":{"S":"admin"}}`
	versioned = `{"branch-key-id":{"S":"` + id + `"},"type":{"S":"branch:version:` + version + `"},` +
		`"enc":{"B":"AQID"},"kms-arn":{"S":"` + arn + `"},"create-time":{"S":"2023-06-03T19:03:29.358Z"},"hierarchy-version":{"N":"1"}}`
	beacon = `{"branch-key-id":{"S":"` + id + `"},"type":{"S":"beacon:ACTIVE"},` +
		`"enc":{"B":"AQID"},"kms-arn":{"S":"` + arn + `"},"create-time":{"S":""},"hierarchy-version":{"N":"1"}}`
)

func parse(t *testing.T, text string) (branchkey.Item, map[string]types.AttributeValue) {
	t.Helper()
	attributes, err := ddbjson.Unmarshal([]byte(text))
	require.NoError(t, err)
	before := maps.Clone(attributes)
	it, err := branchkey.Parse(attributes)
	require.NoError(t, err)
	assert.Equal(t, before, attributes, "the argument is not modified")
	return it, attributes
}

func TestItemsAreReadAndWrittenTheSame(t *testing.T) {
	for text, want := range map[string]branchkey.Item{
		active: {ID: id, Type: "branch:ACTIVE", Version: version, KMSKey: arn, CreateTime: "2023-06-03T19:03:29.000522Z", Enc: []byte{1, 2, 3},
			Others: map[string]string{"aws-crypto-ec:department": "admin"}},
		versioned: {ID: id, Type: "branch:version:" + version, Version: version, KMSKey: arn, CreateTime: "2023-06-03T19:03:29.358Z", Enc: []byte{1, 2, 3}},
		beacon:    {ID: id, Type: "beacon:ACTIVE", KMSKey: arn, Enc: []byte{1, 2, 3}},
	} {
		it, attributes := parse(t, text)
		assert.Equal(t, want, it)
		assert.Equal(t, attributes, it.Attributes())
	}
}

func TestTheContextIsEveryAttributeButEnc(t *testing.T) {
	it, _ := parse(t, active)
	assert.Equal(t, map[string]string{
		"branch-key-id": id, "type": "branch:ACTIVE", "version": "branch:version:" + version, "kms-arn": arn,
		"create-time": "2023-06-03T19:03:29.000522Z", "hierarchy-version": "1", "aws-crypto-ec:department": "admin", "tablename": "logical",
	}, it.Context("logical"))
	it, _ = parse(t, beacon)
	assert.Equal(t, map[string]string{
		"branch-key-id": id, "type": "beacon:ACTIVE", "kms-arn": arn, "create-time": "", "hierarchy-version": "1", "tablename": "logical",
	}, it.Context("logical"))
}

func TestCustomContext(t *testing.T) {
	it := branchkey.Item{}
	assert.Nil(t, it.Custom())
	it.Others = map[string]string{"other": "x", "aws-crypto-ec:": "y", "aws-crypto-ec:aws-crypto-ec:a": "z"}
	assert.Equal(t, map[string]string{"": "y", "aws-crypto-ec:a": "z"}, it.Custom())
	others, err := branchkey.WithCustom(map[string]string{"enc": "a", "tablename": ""})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"aws-crypto-ec:enc": "a", "aws-crypto-ec:tablename": ""}, others)
	none, err := branchkey.WithCustom(nil)
	require.NoError(t, err)
	assert.Nil(t, none)
}

func TestErrorsNameNoValue(t *testing.T) {
	for name, text := range map[string]string{
		"hierarchy": strings.Replace(active, `{"N":"1"}`, `{"N":"2718"}`, 1),
		"type":      strings.Replace(versioned, "branch:version:", "branch:2718:", 1),
		"version":   strings.Replace(active, "branch:version:", "branch:2718:", 1),
		"note":      strings.Replace(active, `{`, `{"note":{"N":"2718"},`, 1),
	} {
		attributes, err := ddbjson.Unmarshal([]byte(text))
		require.NoError(t, err, name)
		_, err = branchkey.Parse(attributes)
		assert.ErrorContains(t, err, name)
		assert.NotContains(t, err.Error(), "2718")
	}
}

func TestNilsAreNoPanic(t *testing.T) {
	_, err := branchkey.Parse(nil)
	assert.Error(t, err)
	_, attributes := parse(t, active)
	for name := range attributes {
		for _, v := range []types.AttributeValue{nil, (*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberB)(nil), (*types.AttributeValueMemberN)(nil)} {
			bad := maps.Clone(attributes)
			bad[name] = v
			_, err := branchkey.Parse(bad)
			assert.Error(t, err, name)
		}
	}
}

func TestUUIDs(t *testing.T) {
	seen := map[string]bool{}
	for range 1000 {
		u := branchkey.NewUUID()
		assert.True(t, branchkey.IsUUID(u))
		assert.Equal(t, byte('4'), u[14])
		assert.Contains(t, "89ab", u[19:20])
		assert.False(t, seen[u])
		seen[u] = true
	}
	for _, s := range []string{"", version[1:], version + "0", strings.ToUpper(version), strings.Replace(version, "-", "_", 1), "g" + version[1:], strings.ReplaceAll(version, "e", "-")} {
		assert.False(t, branchkey.IsUUID(s), s)
	}
}

// The branch key of the official vectors: its names are ids and versions here, its keys of the length that is
// asked of KMS.
func TestTheBranchKeyOfTheOfficialVectors(t *testing.T) {
	matches, err := filepath.Glob(filepath.Join(testenv.Need(t, "DDB_VECTORS"), "*", "mpl_keys.json"))
	require.NoError(t, err)
	require.Len(t, matches, 1)
	data, err := os.ReadFile(matches[0])
	require.NoError(t, err)
	var file struct {
		Keys map[string]struct {
			Type             string
			KeyID            string `json:"key-id"`
			BranchKeyVersion string
			BranchKey        string
			BeaconKey        string
		}
	}
	require.NoError(t, json.Unmarshal(data, &file))
	found := 0
	for name, k := range file.Keys {
		if k.Type != "static-branch-key" {
			continue
		}
		found++
		require.NoError(t, branchkey.CheckID(k.KeyID), name)
		assert.True(t, branchkey.IsUUID(k.BranchKeyVersion), name)
		for _, key := range []string{k.BranchKey, k.BeaconKey} {
			b, err := base64.StdEncoding.DecodeString(key)
			require.NoError(t, err, name)
			assert.Len(t, b, branchkey.KeyLength, name)
		}
		it := branchkey.Item{ID: k.KeyID, Type: branchkey.TypeOf(k.BranchKeyVersion), Version: k.BranchKeyVersion, KMSKey: arn, Enc: []byte{1}}
		back, err := branchkey.Parse(it.Attributes())
		require.NoError(t, err, name)
		assert.Equal(t, it, back, name)
	}
	assert.Equal(t, 1, found, "static branch keys")
}

// What is taken is written back as it was, within the limits, and its context has every attribute but enc.
func FuzzParse(f *testing.F) {
	for _, text := range []string{active, versioned, beacon} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		attributes, err := ddbjson.Unmarshal(data)
		if err != nil {
			return
		}
		it, err := branchkey.Parse(attributes)
		if err != nil {
			return
		}
		require.Equal(t, attributes, it.Attributes())
		context := it.Context("logical")
		require.Len(t, context, len(attributes))
		for name, v := range attributes {
			switch v := v.(type) {
			case *types.AttributeValueMemberS:
				require.Equal(t, v.Value, context[name])
			case *types.AttributeValueMemberN:
				require.Equal(t, v.Value, context[name])
			case *types.AttributeValueMemberB:
				require.True(t, bytes.Equal(v.Value, it.Enc))
			}
		}
		require.NotEmpty(t, it.ID)
		require.LessOrEqual(t, len(it.ID), branchkey.MaxID)
		require.LessOrEqual(t, len(it.Enc), branchkey.MaxEnc)
		require.Equal(t, it.Type != branchkey.Beacon, branchkey.IsUUID(it.Version))
	})
}
