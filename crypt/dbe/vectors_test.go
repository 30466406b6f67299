package dbe_test

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// branchKey is a key store of one version of one branch key.
type branchKey struct {
	ID      string `json:"key-id"`
	Version string `json:"branchKeyVersion"`
	Key     []byte `json:"branchKey"`
}

// oneBranchKey is hierarchy.BranchKeys.
type oneBranchKey struct{ branchKey }

func (k oneBranchKey) Info() hierarchy.Info { return hierarchy.Info{LogicalName: "vectors"} }

func (k oneBranchKey) Active(_ context.Context, id string) (hierarchy.BranchKey, error) {
	if id != k.ID {
		return hierarchy.BranchKey{}, hierarchy.ErrNotFound
	}
	key, err := secret.New(k.Key)
	return hierarchy.BranchKey{ID: id, Version: k.branchKey.Version, Key: key}, err
}

func (k oneBranchKey) Version(ctx context.Context, id, version string) (hierarchy.BranchKey, error) {
	if version != k.branchKey.Version {
		return hierarchy.BranchKey{}, hierarchy.ErrNotFound
	}
	return k.Active(ctx, id)
}

// vectorItem is an item in the vectors' JSON: DynamoDB's, in which text stands for S and a number for N.
type vectorItem crypt.Item

func (i *vectorItem) UnmarshalJSON(b []byte) error {
	var loose map[string]any
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber()
	if err := d.Decode(&loose); err != nil {
		return err
	}
	for name, v := range loose {
		loose[name] = typed(v)
	}
	strict, err := json.Marshal(loose)
	if err != nil {
		return err
	}
	*i, err = ddbjson.Unmarshal(strict)
	return err
}

func typed(v any) any {
	switch v := v.(type) {
	case string:
		return map[string]any{"S": v}
	case json.Number:
		return map[string]any{"N": v.String()}
	case map[string]any:
		for kind, members := range v {
			switch members := members.(type) {
			case map[string]any:
				for name, m := range members {
					members[name] = typed(m)
				}
			case []any:
				for j, m := range members {
					if kind == "L" {
						members[j] = typed(m)
					} else if n, ok := m.(json.Number); ok {
						members[j] = n.String()
					}
				}
			}
		}
	}
	return v
}

// vectorConfig is a table's configuration as AWS's clients spell it.
type vectorConfig struct {
	AttributeActionsOnEncrypt map[string]string
	AllowedUnsignedAttributes []string
	AlgorithmSuiteID          string
}

func (c vectorConfig) schema(t *testing.T) crypt.SchemaConfig {
	t.Helper()
	s := crypt.SchemaConfig{Table: "GazelleVectorTable", PartitionKey: "RecNum", Actions: actions{}, Unsigned: c.AllowedUnsignedAttributes}
	for name, action := range c.AttributeActionsOnEncrypt {
		s.Actions[name] = map[string]crypt.Action{"ENCRYPT_AND_SIGN": crypt.Encrypt, "SIGN_ONLY": crypt.Sign, "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT": crypt.SignContext, "DO_NOTHING": crypt.Plain}[action]
		require.NotZero(t, s.Actions[name], action)
	}
	return s
}

func (c vectorConfig) suite() keyring.Suite {
	if strings.Contains(c.AlgorithmSuiteID, "SYMSIG") && !strings.Contains(c.AlgorithmSuiteID, "ECDSA") {
		return keyring.SuiteHMAC
	}
	return keyring.SuiteECDSA
}

func readJSON(t *testing.T, v any, path ...string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v))
}

func vectorDir(t *testing.T) string { return filepath.Join(testenv.Need(t, "DDB_VECTORS"), "dbesdk") }

func branchKeyring(t *testing.T, dir string) keyring.Keyring {
	t.Helper()
	var keys struct {
		Keys map[string]json.RawMessage
	}
	readJSON(t, &keys, dir, "mpl_keys.json")
	var k branchKey
	require.NoError(t, json.Unmarshal(keys.Keys["static-branch-key-1"], &k))
	ring, err := hierarchy.NewKeyring(hierarchy.KeyringConfig{Store: oneBranchKey{k}, BranchKeyID: k.ID})
	require.NoError(t, err)
	return ring
}

func vectorEncryptor(t *testing.T, k keyring.Keyring, c vectorConfig) crypt.ItemEncryptor {
	t.Helper()
	return encryptor(t, format(t, dbe.Config{Keyring: k, Suite: c.suite(), AcceptSuites: suites}), c.schema(t))
}

func requireEqualItems(t *testing.T, want, got crypt.Item) {
	t.Helper()
	require.True(t, attribute.EqualItems(want, got), "want %v, got %v", want, got)
}

// AWS's decrypt vectors, by Java and .NET, versions 3.2 and 3.3.
func TestOfficialDecryptVectors(t *testing.T) {
	dir := vectorDir(t)
	ring := branchKeyring(t, dir)
	positive, negative := 0, 0
	for _, file := range []string{"decrypt_java_32.json", "decrypt_java_33.json", "decrypt_dotnet_32.json", "decrypt_dotnet_33.json"} {
		var set struct {
			Tests map[string]struct {
				Type, Description    string
				Config               vectorConfig
				Plaintext, Encrypted vectorItem
			}
		}
		readJSON(t, &set, dir, file)
		for name, c := range set.Tests {
			t.Run(file+"/"+name+" "+c.Description, func(t *testing.T) {
				opened, err := vectorEncryptor(t, ring, c.Config).DecryptItem(t.Context(), crypt.Item(c.Encrypted))
				switch c.Type {
				case "positive-decrypt":
					require.NoError(t, err)
					requireEqualItems(t, crypt.Item(c.Plaintext), opened.Item)
					assert.Empty(t, opened.Unsigned)
					positive++
				case "negative-decrypt":
					require.ErrorIs(t, err, crypt.ErrFormat)
					assert.Nil(t, opened.Item)
					negative++
				default:
					t.Fatal(c.Type)
				}
			})
		}
	}
	assert.Equal(t, []int{38, 4}, []int{positive, negative})
}

func TestOfficialIOVectors(t *testing.T) {
	dir := vectorDir(t)
	ring := branchKeyring(t, dir)
	var set struct {
		DecryptTests []struct {
			Config                             vectorConfig
			EncryptedRecords, PlainTextRecords []vectorItem
		}
	}
	readJSON(t, &set, dir, "iotest.json")
	opened := 0
	for _, c := range set.DecryptTests {
		e := vectorEncryptor(t, ring, c.Config)
		require.Len(t, c.EncryptedRecords, len(c.PlainTextRecords))
		for i, stored := range c.EncryptedRecords {
			requireEqualItems(t, crypt.Item(c.PlainTextRecords[i]), decrypted(t, e, crypt.Item(stored)).Item)
			opened++
		}
	}
	assert.Equal(t, 2, opened)
}

// Sets come back from DynamoDB in any order: each record, sealed in the order given, opens in two others.
func TestOfficialPermutations(t *testing.T) {
	dir := vectorDir(t)
	var set struct {
		RoundTripTest struct {
			Records []vectorItem
			Configs map[string]vectorConfig
		}
	}
	readJSON(t, &set, dir, "PermTest.json")
	opened := 0
	for name, c := range set.RoundTripTest.Configs {
		e := vectorEncryptor(t, rawAES(t, 1), c)
		for _, record := range set.RoundTripTest.Records {
			stored := encrypted(t, e, crypt.Item(record))
			for _, order := range []func(crypt.Item){reverseSets, rotateSets} {
				again := itemtest.Copy(stored)
				order(again)
				requireEqualItems(t, crypt.Item(record), decrypted(t, e, again).Item)
				opened++
			}
			assert.Contains(t, []string{"AllSign", "AllEncrypt"}, name)
		}
	}
	assert.Equal(t, 33*2*2, opened)
}

func reverseSets(item crypt.Item) {
	for _, v := range item {
		switch v := v.(type) {
		case *avSS:
			slices.Reverse(v.Value)
		case *avNS:
			slices.Reverse(v.Value)
		case *avBS:
			slices.Reverse(v.Value)
		}
	}
}

func rotateSets(item crypt.Item) {
	for _, v := range item {
		switch v := v.(type) {
		case *avSS:
			v.Value = append(v.Value[1:], v.Value[0])
		case *avNS:
			v.Value = append(v.Value[1:], v.Value[0])
		case *avBS:
			v.Value = append(v.Value[1:], v.Value[0])
		}
	}
}
