package ddbec_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// jsonItem is an item in DynamoDB JSON.
type jsonItem crypt.Item

func (i *jsonItem) UnmarshalJSON(b []byte) error {
	item, err := ddbjson.Unmarshal(b)
	*i = item
	return err
}

func readJSON(t *testing.T, v any, path ...string) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(path...))
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, v))
}

// officialSet is AWS's encrypted_item vectors, all but the ciphertexts.
type officialSet struct {
	dir  string
	keys map[string]struct{ Material []byte }

	Scenarios []officialScenario
	Actions   map[string]struct {
		Default  string
		Override map[string]string
	}
	Items map[string]struct {
		Index struct{ Partition, Sort string }
		Items []struct {
			Attributes jsonItem
			Action     string
			Exact      bool
		}
	}
	Versions   map[string]map[string][]string
	Attributes map[string]jsonItem
}

type officialScenario struct {
	Version      string
	Provider     string
	Keys         map[string]string
	MaterialName string `json:"material_name"`
	Metastore    struct {
		TableName  string `json:"table_name"`
		Provider   string
		Keys       map[string]string
		Ciphertext string
	}
	Ciphertext string
	Network    bool // it needs a key of AWS KMS
}

func readOfficial(t *testing.T) officialSet {
	t.Helper()
	var o officialSet
	o.dir = filepath.Join(testenv.Need(t, "DDB_VECTORS"), "ddbec", "encrypted_item")
	readJSON(t, &o, o.dir, "plaintext.json")
	readJSON(t, &o, o.dir, "scenarios.json")
	readJSON(t, &o.keys, o.dir, "keys.json")
	return o
}

// ciphertexts are the stored items of a scenario by table.
func (o officialSet) ciphertexts(t *testing.T, file string) map[string][]jsonItem {
	t.Helper()
	var tables map[string][]jsonItem
	readJSON(t, &tables, o.dir, strings.TrimPrefix(file, "file://"))
	return tables
}

// plaintext is what an item of a table is expected to hold.
func (o officialSet) plaintext(tableName, version string, keys jsonItem, exact bool) crypt.Item {
	item := maps.Clone(crypt.Item(keys))
	if exact {
		return item
	}
	for _, group := range o.Versions[tableName][version] {
		maps.Copy(item, o.Attributes[group])
	}
	return item
}

// schema of a table whose items have the named actions.
func (o officialSet) schema(tableName, action string) crypt.SchemaConfig {
	words := actions{"encrypt": crypt.Encrypt, "sign": crypt.Sign, "nothing": crypt.Plain}
	a := o.Actions[action]
	c := crypt.SchemaConfig{
		Table: tableName, PartitionKey: o.Items[tableName].Index.Partition, SortKey: o.Items[tableName].Index.Sort,
		Actions: actions{}, Unknown: words[a.Default],
	}
	for name, word := range a.Override {
		c.Actions[name] = words[word]
	}
	return c
}

// provider opens the items of a scenario.
func (o officialSet) provider(t *testing.T, kind string, names map[string]string) provider.Provider {
	t.Helper()
	material := func(use string) []byte { return o.keys[names[use]].Material }
	if kind == "static" {
		p, err := provider.Static(key(t, material("decrypt")), key(t, material("verify")))
		require.NoError(t, err)
		return p
	}
	require.Equal(t, "wrapped", kind)
	if names["sign"] == "" {
		p, err := provider.WrappedAES(key(t, material("decrypt")), key(t, material("verify")))
		require.NoError(t, err)
		return p
	}
	private, err := x509.ParsePKCS8PrivateKey(material("decrypt"))
	require.NoError(t, err)
	// java/wrapped-rsa-rsa-1 is padded by PKCS #1 v1.5.
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: private.(*rsa.PrivateKey), InsecureReadPKCS1v15: true})
	require.NoError(t, err)
	public, err := x509.ParsePKIXPublicKey(material("verify"))
	require.NoError(t, err)
	verify, err := provider.NewVerifier(crypto.SHA256, public)
	require.NoError(t, err)
	p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Verify: verify})
	require.NoError(t, err)
	return p
}

// open is the provider that opens the items of a scenario.
func (o officialSet) open(t *testing.T, sc officialScenario) provider.Provider {
	t.Helper()
	if sc.Provider != "most_recent" {
		return o.provider(t, sc.Provider, sc.Keys)
	}
	server := ddbtest.Start()
	t.Cleanup(server.Close)
	store, err := metastore.New(metastore.Config{
		Client: server.Client(), Table: sc.Metastore.TableName,
		Encryption: ddbec.Format(o.provider(t, sc.Metastore.Provider, sc.Metastore.Keys)),
	})
	require.NoError(t, err)
	_, err = server.Client().CreateTable(t.Context(), store.CreateTableInput())
	require.NoError(t, err)
	versions := o.ciphertexts(t, sc.Metastore.Ciphertext)[sc.Metastore.TableName]
	require.NotEmpty(t, versions)
	for _, item := range versions {
		require.NoError(t, server.Overwrite(sc.Metastore.TableName, item))
	}
	p, err := mostrecent.New(mostrecent.Config{Store: store, Name: sc.MaterialName})
	require.NoError(t, err)
	return p
}

// equalButVersion compares items, the attribute "version" aside: Java's mapper counts it up.
func equalButVersion(t *testing.T, want, got crypt.Item) {
	t.Helper()
	want, got = maps.Clone(want), maps.Clone(got)
	delete(want, "version")
	delete(got, "version")
	assert.True(t, attribute.EqualItems(want, got))
}

func TestOfficialScenarios(t *testing.T) {
	o := readOfficial(t)
	static := ddbec.Format(o.provider(t, "static", map[string]string{"decrypt": "aesKey", "verify": "hmacKey"}))
	scenarios, signed, untouched, extra, strays := map[string]int{}, 0, 0, 0, 0
	for _, sc := range o.Scenarios {
		if sc.Network {
			scenarios["network"]++
			continue
		}
		scenarios[sc.Provider]++
		f := ddbec.Format(o.open(t, sc))
		for tableName, stored := range o.ciphertexts(t, sc.Ciphertext) {
			index := o.Items[tableName].Index
			for _, it := range stored {
				item := crypt.Item(it)
				at := slices.IndexFunc(o.Items[tableName].Items, func(i struct {
					Attributes jsonItem
					Action     string
					Exact      bool
				}) bool {
					return attribute.Equal(i.Attributes[index.Partition], item[index.Partition]) &&
						(index.Sort == "" || attribute.Equal(i.Attributes[index.Sort], item[index.Sort]))
				})
				if at < 0 { // rows that no plaintext is given for
					extra++
					mixed := o.schema(tableName, "mixed")
					if sc.Provider == "wrapped" { // written by the static provider into that table
						strays++
						_, err := encryptor(t, f, mixed).DecryptItem(t.Context(), item)
						assert.ErrorIs(t, err, crypt.ErrFormat)
					}
					_, err := encryptor(t, static, mixed).DecryptItem(t.Context(), item)
					assert.NoError(t, err)
					continue
				}
				known := o.Items[tableName].Items[at]
				want := o.plaintext(tableName, sc.Version, known.Attributes, known.Exact)
				e := encryptor(t, f, o.schema(tableName, known.Action))
				if known.Action == "nothing" {
					untouched++
					assert.False(t, e.Claims(item))
					equalButVersion(t, want, item)
					_, err := e.DecryptItem(t.Context(), item)
					assert.ErrorIs(t, err, crypt.ErrFormat)
					continue
				}
				signed++
				opened, err := e.DecryptItem(t.Context(), item)
				require.NoError(t, err, "%s: %s", sc.Ciphertext, known.Action)
				equalButVersion(t, want, opened.Item)

				altered := with(item, crypt.Item{index.Partition: &avS{Value: "another"}})
				_, err = e.DecryptItem(t.Context(), altered)
				assert.ErrorIs(t, err, crypt.ErrAuth)
				elsewhere := o.schema(tableName, known.Action)
				elsewhere.Table = "another"
				_, err = encryptor(t, f, elsewhere).DecryptItem(t.Context(), item)
				assert.ErrorIs(t, err, crypt.ErrAuth)

				ignorant := crypt.SchemaConfig{Table: tableName, PartitionKey: index.Partition, SortKey: index.Sort}
				found, err := encryptor(t, f, ignorant).DecryptItem(t.Context(), item)
				require.NoError(t, err, "by a reader who declares nothing but keys")
				assert.Equal(t, withoutActions(opened), withoutActions(found))
			}
		}
	}
	assert.Equal(t, map[string]int{"static": 6, "wrapped": 8, "most_recent": 4, "network": 4}, scenarios)
	assert.Equal(t, []int{270, 18, 4, 2}, []int{signed, untouched, extra, strays})
}

func withoutActions(o crypt.Opened) crypt.Opened {
	o.Actions = nil
	return o
}
