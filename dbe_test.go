package ddb_test

import (
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// modern is the modern format over a raw AES key.
func modern(t testing.TB, suite keyring.Suite) crypt.Format {
	k, err := keyring.RawAES("tests", "1", key(t, 1))
	require.NoError(t, err)
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: suite})
	require.NoError(t, err)
	return f
}

// visit has an attribute of every protection.
type visit struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,time=ms"`
	Name    string    `ddb:"name,encrypt"`
	Ward    string    `ddb:"ward,sign"`
	Tenant  string    `ddb:"tenant,context"`
	Seen    int       `ddb:"seen,plain"`
	Version int       `ddb:"version,version"`
	Notes   []string  `ddb:"notes,omitempty"`
}

// Every verb works on the modern format as on the legacy one.
func TestATableInTheModernFormat(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		for _, suite := range []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA} {
			t.Run(suite.String(), func(t *testing.T) { modernTable(t, client, modern(t, suite)) })
		}
	})
}

func modernTable(t *testing.T, client *dynamodb.Client, f crypt.Format) {
	ctx := t.Context()
	visits := newTable[visit](t, client, ddb.Config{Encryption: f})
	name := *visits.CreateTableInput().TableName
	at := time.Date(2026, 11, 27, 9, 30, 0, 0, time.UTC)
	v := visit{Patient: "p-17", At: at, Name: "Ada", Ward: "3B", Tenant: "north", Seen: 1, Notes: []string{"a", "b"}}
	key := visits.Key("p-17", at)

	require.NoError(t, visits.Create(ctx, &v))
	assert.Equal(t, 1, v.Version)
	require.ErrorIs(t, visits.Create(ctx, &v), ddb.ErrExists)
	got, err := visits.Get(ctx, key)
	require.NoError(t, err)
	assert.Equal(t, v, got)
	item := stored(t, client, name, crypt.Item{"patient": &avS{Value: "p-17"}, "at": &avS{Value: "2026-11-27T09:30:00.000Z"}})
	assert.Subset(t, keysOf(item), []string{dbe.HeaderField, dbe.FooterField})
	assert.IsType(t, &avB{}, item["name"])
	assert.IsType(t, &avB{}, item["notes"])
	assert.Equal(t, &avS{Value: "north"}, item["tenant"])

	v, err = visits.Modify(ctx, key, func(v *visit) error { v.Name, v.Seen = "Ada Lovelace", 2; return nil })
	require.NoError(t, err)
	assert.Equal(t, []any{"Ada Lovelace", 2, 2}, []any{v.Name, v.Seen, v.Version})
	require.ErrorIs(t, visits.Put(ctx, &got), ddb.ErrConflict)
	v.Notes = nil
	old, err := visits.Swap(ctx, &v)
	require.NoError(t, err)
	assert.Equal(t, []string{"a", "b"}, old.Notes)

	for _, attribute := range []string{"patient", "at", "name", "ward", "tenant", "version"} {
		forged := stored(t, client, name, crypt.Item{"patient": item["patient"], "at": item["at"]})
		c := maps.Clone(forged)
		c[attribute] = map[bool]any{true: &avN{Value: "9"}, false: &avS{Value: "x"}}[attribute == "version"].(avAny)
		if attribute == "name" {
			c[attribute] = item["name"] // an earlier one, of another message
		}
		codec, err := ddb.NewCodec[visit](name, ddb.Config{Encryption: f})
		require.NoError(t, err)
		_, err = codec.Decode(ctx, c)
		require.ErrorIs(t, err, crypt.ErrAuth, attribute)
	}
	_, err = visits.Take(ctx, key)
	require.NoError(t, err)
	_, err = visits.Get(ctx, key)
	require.ErrorIs(t, err, ddb.ErrNotFound)
}

func keysOf(item crypt.Item) (names []string) {
	for name := range item {
		names = append(names, name)
	}
	return names
}

// The words that ask for protection are as good as the format: the legacy one has no context.
func TestContextNeedsTheModernFormat(t *testing.T) {
	_, err := ddb.NewCodec[visit]("visits", ddb.Config{Encryption: format(t)})
	require.ErrorContains(t, err, `attribute "tenant": action context`)
	_, err = ddb.NewCodec[visit]("visits", ddb.Config{})
	require.ErrorContains(t, err, "visit.Tenant: the tag asks for protection")
}

func TestMovingFromTheLegacyToTheModernFormat(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		legacy, now := format(t), modern(t, keyring.SuiteHMAC)
		olds := newTable[New](t, client, ddb.Config{Encryption: legacy})
		name := *olds.CreateTableInput().TableName
		table := func(f crypt.Format) *ddb.Table[New] {
			table, err := ddb.NewTable[New](client, name, ddb.Config{Encryption: f})
			require.NoError(t, err)
			return table
		}
		first, second, third := table(crypt.Migrate(legacy, now)), table(crypt.Migrate(now, legacy)), table(now)
		v := newer()
		require.NoError(t, olds.Put(ctx, &v))
		for _, step := range []*ddb.Table[New]{first, second} {
			got, err := step.Get(ctx, step.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, v.Name, got.Name)
		}
		_, err := third.Get(ctx, third.Key("1"))
		require.ErrorIs(t, err, crypt.ErrFormat)
		_, err = second.Modify(ctx, second.Key("1"), func(v *New) error { v.Visits++; return nil })
		require.NoError(t, err)
		for _, step := range []*ddb.Table[New]{first, second, third} {
			got, err := step.Get(ctx, step.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, v.Visits+1, got.Visits)
		}
		_, err = first.Modify(ctx, first.Key("1"), func(v *New) error { v.Visits++; return nil })
		require.NoError(t, err, "and back")
		_, err = olds.Get(ctx, olds.Key("1"))
		require.NoError(t, err)
	})
}

func TestUnsignedNamesOfOtherWriters(t *testing.T) {
	type more struct {
		ID    string `ddb:"id,pk"`
		Name  string `ddb:"name,encrypt"`
		Hits  int    `ddb:"stat_hits,plain"`
		Total int    `ddb:"total,plain"`
	}
	f := modern(t, keyring.SuiteHMAC)
	writer, err := ddb.NewCodec[more]("t", ddb.Config{Encryption: f})
	require.NoError(t, err)
	item, err := writer.Encode(t.Context(), &more{"1", "Ada", 2, 3})
	require.NoError(t, err)
	bare, err := ddb.NewCodec[Old]("t", ddb.Config{Encryption: f})
	require.NoError(t, err)
	_, err = bare.Decode(t.Context(), item)
	require.ErrorIs(t, err, crypt.ErrFormat)
	var notices noticed
	reader, err := ddb.NewCodec[Old]("t", ddb.Config{Encryption: f, Unsigned: []string{"total", "stat_*"}, Notice: notices.add})
	require.NoError(t, err)
	v, err := reader.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, Old{"1", "Ada"}, v)
	assert.Equal(t, noticed{{Table: "t", Key: crypt.Item{"id": &avS{Value: "1"}}, Unsigned: []string{"stat_hits", "total"}}}, notices)
}

// AWS's clients find items by beacons. They are dropped in reading; what would lose them is refused.
func TestModifyRefusesToLoseBeacons(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		table := newTable[Old](t, client, ddb.Config{Encryption: modern(t, keyring.SuiteHMAC)})
		name := *table.CreateTableInput().TableName
		require.NoError(t, table.Put(ctx, &Old{"1", "Ada"}))
		item := stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
		item["aws_dbe_b_name"] = &avS{Value: "0f"}
		overwrite(t, client, name, item)

		v, err := table.Get(ctx, table.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, Old{"1", "Ada"}, v)
		_, err = table.Modify(ctx, table.Key("1"), func(v *Old) error { v.Name = "Grace"; return nil })
		require.ErrorIs(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, `"aws_dbe_b_name" makes the item searchable`)
		assert.Equal(t, item, stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}}))
	})
}
