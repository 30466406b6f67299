package ddb_test

import (
	"context"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnAlteredItemIsNeitherReturnedNorDestroyed(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		name := *visits.CreateTableInput().TableName
		v := ada()
		k := visits.KeyOf(&v)
		require.NoError(t, visits.Put(ctx, &v))
		genuine := stored(t, client, name, adaKey())

		alter := func(f func(crypt.Item)) crypt.Item {
			item := maps.Clone(genuine)
			f(item)
			return item
		}
		for title, c := range map[string]struct {
			item crypt.Item
			want error
		}{
			"a signed value changed":     {alter(func(m crypt.Item) { m["ward"] = &avS{Value: "3C"} }), crypt.ErrAuth},
			"a signed type changed":      {alter(func(m crypt.Item) { m["ward"] = &avSS{Value: []string{"3B"}} }), crypt.ErrAuth},
			"a signed field removed":     {alter(func(m crypt.Item) { delete(m, "ward") }), crypt.ErrAuth},
			"an encrypted field removed": {alter(func(m crypt.Item) { delete(m, "notes") }), crypt.ErrAuth},
			"two encrypted swapped":      {alter(func(m crypt.Item) { m["name"], m["notes"] = m["notes"], m["name"] }), crypt.ErrAuth},
			"ciphertext shortened":       {alter(func(m crypt.Item) { m["name"] = &avB{Value: m["name"].(*avB).Value[:16]} }), crypt.ErrFormat},
			"plaintext in its place":     {alter(func(m crypt.Item) { m["name"] = &avS{Value: "Eve"} }), crypt.ErrFormat},
			"signature removed":          {alter(func(m crypt.Item) { delete(m, "*amzn-ddb-map-sig*") }), crypt.ErrFormat},
			"all marks removed":          {alter(func(m crypt.Item) { delete(m, "*amzn-ddb-map-sig*"); delete(m, "*amzn-ddb-map-desc*") }), crypt.ErrFormat},
			"marks of the other format":  {alter(func(m crypt.Item) { m["aws_dbe_head"] = &avB{Value: []byte{1}} }), crypt.ErrFormat},
		} {
			t.Run(title, func(t *testing.T) {
				overwrite(t, client, name, c.item)
				refused := func(got Visit, err error) {
					t.Helper()
					require.ErrorIs(t, err, c.want)
					assert.Zero(t, got)
				}
				refused(visits.Get(ctx, k))
				refused(visits.Take(ctx, k))
				refused(visits.Swap(ctx, &v))
				refused(visits.Modify(ctx, k, func(*Visit) error { t.Error("called"); return nil }))
				err := visits.Create(ctx, &v)
				require.ErrorIs(t, err, ddb.ErrExists)
				require.ErrorIs(t, err, c.want, "the item that stands in the way did not verify")
				var failed *ddb.ConditionError[Visit]
				require.ErrorAs(t, err, &failed)
				assert.Nil(t, failed.Current)
				assert.Equal(t, len(c.item), len(stored(t, client, name, adaKey())), "still there")
			})
		}
		overwrite(t, client, name, genuine)
		got, err := visits.Get(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, ada(), got)
	})
}

func TestAPlainFieldMayBeChangedByAnybody(t *testing.T) {
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	v := ada()
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	item["seen"] = &avN{Value: "99"}
	got, err := codec.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, 99, got.Seen)
}

func TestItemsAreBoundToTheirTable(t *testing.T) {
	codec := func(name string, cfg ddb.Config) *ddb.Codec[Visit] {
		cfg.Encryption = format(t)
		c, err := ddb.NewCodec[Visit](name, cfg)
		require.NoError(t, err)
		return c
	}
	v := ada()
	item, err := codec("visits", ddb.Config{}).Encode(t.Context(), &v)
	require.NoError(t, err)
	_, err = codec("other", ddb.Config{}).Decode(t.Context(), item)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	got, err := codec("visits-restored-2026", ddb.Config{LogicalName: "visits"}).Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, ada(), got)
}

// An item that was signed under the physical name, by whoever did not know the logical one, is read under
// both and written under one.
func TestATableOfTwoNames(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		physical := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		name := *physical.CreateTableInput().TableName
		open := func(cfg ddb.Config) *ddb.Table[Visit] {
			cfg.Encryption = format(t)
			table, err := ddb.NewTable[Visit](client, name, cfg)
			require.NoError(t, err)
			return table
		}
		logical, both := open(ddb.Config{LogicalName: "visits"}), open(ddb.Config{LogicalName: "visits", Aliases: []string{"other", name}})
		v := ada()
		k := visitKey("p-17", v.At)
		require.NoError(t, physical.Put(ctx, &v))
		_, err := logical.Get(ctx, k)
		require.ErrorIs(t, err, crypt.ErrAuth)
		got, err := both.Get(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, v, got)

		got, err = both.Modify(ctx, k, func(v *Visit) error { v.Ward = "4A"; return nil })
		require.NoError(t, err)
		again, err := logical.Get(ctx, k)
		require.NoError(t, err, "it is signed under the logical name now")
		assert.Equal(t, got, again)
		_, err = physical.Get(ctx, k)
		require.ErrorIs(t, err, crypt.ErrAuth)
		_, err = ddb.NewTable[Visit](client, name, ddb.Config{Encryption: format(t), Aliases: []string{name}})
		require.ErrorContains(t, err, "given twice, or is the table's name")
	})
}

// answering is a client that answers every Get with one item.
type answering struct {
	ddb.Client
	item crypt.Item
}

func (a answering) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: a.item}, nil
}

func TestAGenuineItemOfAnotherKeyIsRefused(t *testing.T) {
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	v := ada()
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	visits, err := ddb.NewTable[Visit](answering{item: item}, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	_, err = visits.Get(t.Context(), visitKey("p-17", v.At))
	require.NoError(t, err)
	got, err := visits.Get(t.Context(), visitKey("p-18", v.At))
	require.ErrorIs(t, err, crypt.ErrAuth)
	assert.Zero(t, got)
}

func TestAnEncryptedItemInATableWithoutEncryptionIsNamed(t *testing.T) {
	type Record struct {
		Patient string `ddb:"patient,pk"`
		At      string `ddb:"at,sk"`
		Ward    string `ddb:"ward"`
	}
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	v := ada()
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	plain, err := ddb.NewCodec[Record]("visits", ddb.Config{})
	require.NoError(t, err)
	_, err = plain.Decode(t.Context(), item)
	require.ErrorIs(t, err, crypt.ErrFormat)
	assert.ErrorContains(t, err, "Config.Encryption is nil")
}

func TestDecodeOfHostileItemsReturnsErrors(t *testing.T) {
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	for title, item := range map[string]crypt.Item{
		"nil":              nil,
		"nil values":       {"patient": nil, "*amzn-ddb-map-sig*": nil},
		"unknown types":    {"patient": &types.UnknownUnionMember{}, "*amzn-ddb-map-sig*": &types.UnknownUnionMember{}},
		"a lone signature": {"*amzn-ddb-map-sig*": &avB{Value: make([]byte, 32)}},
		"a lying length":   {"*amzn-ddb-map-sig*": &avB{Value: make([]byte, 32)}, "*amzn-ddb-map-desc*": &avB{Value: []byte("\x00\x00\x00\x00\x7f\xff\xff\xff")}},
	} {
		t.Run(title, func(t *testing.T) {
			got, err := codec.Decode(t.Context(), item)
			require.ErrorIs(t, err, crypt.ErrFormat)
			assert.Zero(t, got)
		})
	}
}
