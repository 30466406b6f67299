package ddb_test

import (
	"context"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Keeping is Old with a place for what New has beside.
type Keeping struct {
	ID   string      `ddb:"id,pk"`
	Name string      `ddb:"name,encrypt"`
	Rest ddb.Unknown `ddb:",unknown"`
}

// BareNew and BareKeeping are New and Keeping without encryption.
type (
	BareNew struct {
		ID     string   `ddb:"id,pk"`
		Name   string   `ddb:"name"`
		Region string   `ddb:"region"`
		Visits int      `ddb:"visits"`
		Tags   []string `ddb:"tags,set"`
	}
	BareKeeping struct {
		ID   string      `ddb:"id,pk"`
		Name string      `ddb:"name"`
		Rest ddb.Unknown `ddb:",unknown"`
	}
)

var keptKey = crypt.Item{"id": &avS{Value: "1"}}

// protections are the actions under which the attributes of the stored item verify for a reader that
// knows nothing but the key.
func protections(t *testing.T, cfg ddb.Config, schema crypt.Schema, item crypt.Item) map[string]crypt.Action {
	bare, err := crypt.NewSchema(crypt.SchemaConfig{Table: schema.Table(), PartitionKey: "id"})
	require.NoError(t, err)
	enc, err := cfg.Encryption.Encryptor(bare)
	require.NoError(t, err)
	opened, err := enc.DecryptItem(t.Context(), item)
	require.NoError(t, err)
	return opened.Actions
}

func TestUnknownAttributesSurviveAReaderWhoWrites(t *testing.T) {
	writers := map[string]func(context.Context, *ddb.Table[Keeping], *Keeping) error{
		"Put":     func(ctx context.Context, t *ddb.Table[Keeping], v *Keeping) error { return t.Put(ctx, v) },
		"Replace": func(ctx context.Context, t *ddb.Table[Keeping], v *Keeping) error { return t.Replace(ctx, v) },
		"Swap": func(ctx context.Context, t *ddb.Table[Keeping], v *Keeping) error {
			_, err := t.Swap(ctx, v)
			return err
		},
		"Modify": func(ctx context.Context, t *ddb.Table[Keeping], v *Keeping) error {
			_, err := t.Modify(ctx, t.Key("1"), func(m *Keeping) error { m.Name = v.Name; return nil })
			return err
		},
	}
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		news := newTable[New](t, client, cfg)
		name := *news.CreateTableInput().TableName
		keepings, err := ddb.NewTable[Keeping](client, name, cfg)
		require.NoError(t, err)
		for verb, write := range writers {
			t.Run(verb, func(t *testing.T) {
				v := newer()
				require.NoError(t, news.Put(ctx, &v))
				before := stored(t, client, name, keptKey)
				got, err := keepings.Get(ctx, keepings.Key("1"))
				require.NoError(t, err)
				assert.Equal(t, 5, got.Rest.Len())
				got.Name = "Grace"
				require.NoError(t, write(ctx, keepings, &got))

				after := stored(t, client, name, keptKey)
				assert.NotEqual(t, before["phone"], after["phone"], "encrypted anew")
				assert.Equal(t, protections(t, cfg, news.Schema(), before), protections(t, cfg, news.Schema(), after))
				want := newer()
				want.Name = "Grace"
				read, err := news.Get(ctx, news.Key("1"))
				require.NoError(t, err)
				slices.Sort(read.Tags)
				slices.Sort(want.Tags)
				assert.Equal(t, want, read)
			})
		}
	})
}

func TestUnknownAttributesAreModified(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		news := newTable[New](t, client, cfg)
		name := *news.CreateTableInput().TableName
		keepings, err := ddb.NewTable[Keeping](client, name, cfg)
		require.NoError(t, err)
		v := newer()
		require.NoError(t, news.Put(ctx, &v))
		before := protections(t, cfg, news.Schema(), stored(t, client, name, keptKey))

		got, err := keepings.Modify(ctx, keepings.Key("1"), func(k *Keeping) error {
			k.Name = "Grace"
			k.Rest.Delete("phone")
			k.Rest.Delete("visits")
			return nil
		})
		require.NoError(t, err)
		assert.Equal(t, 3, got.Rest.Len())
		after := stored(t, client, name, keptKey)
		assert.NotContains(t, after, "phone")
		assert.NotContains(t, after, "visits")
		delete(before, "phone")
		delete(before, "visits")
		assert.Equal(t, before, protections(t, cfg, news.Schema(), after))
		read, err := news.Get(ctx, news.Key("1"))
		require.NoError(t, err)
		want := newer()
		want.Name, want.Phone, want.Visits = "Grace", "", 0
		slices.Sort(read.Tags)
		slices.Sort(want.Tags)
		assert.Equal(t, want, read)

		t.Run("unless another changed the plain one that is deleted", func(t *testing.T) {
			v := newer()
			require.NoError(t, news.Put(ctx, &v))
			runs := 0
			_, err := keepings.Modify(ctx, keepings.Key("1"), func(k *Keeping) error {
				if runs++; runs == 1 {
					set := "SET visits = :n"
					_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
						TableName: &name, Key: keptKey, UpdateExpression: &set, ExpressionAttributeValues: crypt.Item{":n": &avN{Value: "8"}},
					})
					require.NoError(t, err)
				}
				k.Rest.Delete("visits")
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, 2, runs)
		})
		t.Run("nor what another's Unknown would overwrite", func(t *testing.T) {
			other := newer()
			other.ID = "2"
			require.NoError(t, news.Put(ctx, &other))
			donor, err := keepings.Get(ctx, keepings.Key("2"))
			require.NoError(t, err)
			require.NoError(t, keepings.Put(ctx, &Keeping{ID: "1"}))
			runs := 0
			_, err = keepings.Modify(ctx, keepings.Key("1"), func(k *Keeping) error {
				if runs++; runs == 1 {
					set := "SET visits = :n"
					_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
						TableName: &name, Key: keptKey, UpdateExpression: &set, ExpressionAttributeValues: crypt.Item{":n": &avN{Value: "8"}},
					})
					require.NoError(t, err)
				}
				if k.Rest.Len() == 0 {
					k.Rest = donor.Rest
				}
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, 2, runs)
			assert.Equal(t, &avN{Value: "8"}, stored(t, client, name, keptKey)["visits"])
		})
	})
}

func TestWhatAnAttackerAddsIsNeverSigned(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		keepings := newTable[Keeping](t, client, cfg)
		name := *keepings.CreateTableInput().TableName
		for what, planted := range map[string]types.AttributeValue{"text": &avS{Value: "evil"}, "a ciphertext's shape": &avB{Value: make([]byte, 48)}} {
			t.Run(what, func(t *testing.T) {
				require.NoError(t, keepings.Put(ctx, &Keeping{ID: "1", Name: "Ada"}))
				for range 3 {
					item := stored(t, client, name, keptKey)
					item["admin"] = planted
					overwrite(t, client, name, item)
					v, err := keepings.Get(ctx, keepings.Key("1"))
					require.NoError(t, err)
					assert.Empty(t, maps.Collect(v.Rest.Signed()))
					assert.Equal(t, map[string]types.AttributeValue{"admin": planted}, maps.Collect(v.Rest.Unsigned()))
					require.NoError(t, keepings.Put(ctx, &v))
					item = stored(t, client, name, keptKey)
					assert.Equal(t, planted, item["admin"])
					assert.Equal(t, crypt.Plain, protections(t, cfg, keepings.Schema(), item)["admin"])
				}
			})
		}
	})
}

func TestUnknownWithAPinnedAction(t *testing.T) {
	type wide struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrypt"`
		E    string `ddb:"e,encrypt"`
	}
	ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
	wides, err := ddb.NewCodec[wide]("t", cfg)
	require.NoError(t, err)
	news, err := ddb.NewCodec[New]("t", cfg)
	require.NoError(t, err)
	narrow := func(action crypt.Action) *ddb.Codec[Keeping] {
		codec, err := ddb.NewCodec[Keeping]("t", ddb.Config{Encryption: format(t), Unknown: action})
		require.NoError(t, err)
		return codec
	}
	item, err := wides.Encode(ctx, &wide{"1", "Ada", "secret"})
	require.NoError(t, err)

	pinned := narrow(crypt.Encrypt)
	v, err := pinned.Decode(ctx, item)
	require.NoError(t, err)
	assert.Equal(t, map[string]types.AttributeValue{"e": &avS{Value: "secret"}}, maps.Collect(v.Rest.Signed()))
	again, err := pinned.Encode(ctx, &v)
	require.NoError(t, err)
	assert.IsType(t, &avB{}, again["e"])
	read, err := wides.Decode(ctx, again)
	require.NoError(t, err)
	assert.Equal(t, wide{"1", "Ada", "secret"}, read)

	_, err = narrow(crypt.Refuse).Decode(ctx, item)
	require.ErrorIs(t, err, crypt.ErrFormat)

	n := newer()
	mixed, err := news.Encode(ctx, &n)
	require.NoError(t, err)
	m, err := narrow(0).Decode(ctx, mixed)
	require.NoError(t, err)
	for name, c := range map[string]*ddb.Codec[Keeping]{
		"would be encrypted": narrow(crypt.Encrypt), "would be signed": narrow(crypt.Sign), "would be plain": narrow(crypt.Plain), "are refused": narrow(crypt.Refuse),
	} {
		_, err = c.Encode(ctx, &m)
		require.ErrorContains(t, err, "was read under the action", name)
	}
	bare, err := ddb.NewCodec[BareKeeping]("t", ddb.Config{})
	require.NoError(t, err)
	_, err = bare.Encode(ctx, &BareKeeping{ID: "1", Rest: m.Rest})
	require.ErrorContains(t, err, `"phone"`, "what was encrypted is not stored in the clear")
}

func TestUnknownWithoutEncryption(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		news := newTable[BareNew](t, client, ddb.Config{})
		name := *news.CreateTableInput().TableName
		keepings, err := ddb.NewTable[BareKeeping](client, name, ddb.Config{})
		require.NoError(t, err)
		want := BareNew{"1", "Ada", "eu", 3, []string{"a"}}
		require.NoError(t, news.Put(ctx, &want))
		v, err := keepings.Get(ctx, keepings.Key("1"))
		require.NoError(t, err)
		assert.Empty(t, maps.Collect(v.Rest.Signed()))
		assert.Equal(t, []string{"region", "tags", "visits"}, slices.Sorted(maps.Keys(maps.Collect(v.Rest.Unsigned()))))
		v.Name = "Grace"
		require.NoError(t, keepings.Put(ctx, &v))
		want.Name = "Grace"
		read, err := news.Get(ctx, news.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, want, read)
		_, err = keepings.Modify(ctx, keepings.Key("1"), func(v *BareKeeping) error { v.Rest.Delete("tags"); return nil })
		require.NoError(t, err)
		assert.NotContains(t, stored(t, client, name, keptKey), "tags")

		strict, err := ddb.NewTable[BareKeeping](client, name, ddb.Config{Unknown: crypt.Refuse})
		require.NoError(t, err)
		_, err = strict.Get(ctx, strict.Key("1"))
		require.ErrorIs(t, err, crypt.ErrFormat)
		_, err = strict.Encode(ctx, &v)
		require.ErrorContains(t, err, "was read under the action")
	})
}

func TestUnknownOfAnotherTypeDoesNotHideADeclaredAttribute(t *testing.T) {
	type declares struct {
		ID     string      `ddb:"id,pk"`
		Region string      `ddb:"region,sign"`
		Rest   ddb.Unknown `ddb:",unknown"`
	}
	ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
	news, err := ddb.NewCodec[New]("t", cfg)
	require.NoError(t, err)
	keepings, err := ddb.NewCodec[Keeping]("t", cfg)
	require.NoError(t, err)
	others, err := ddb.NewCodec[declares]("t", cfg)
	require.NoError(t, err)
	n := newer()
	item, err := news.Encode(ctx, &n)
	require.NoError(t, err)
	v, err := keepings.Decode(ctx, item)
	require.NoError(t, err)
	w := declares{ID: "1", Rest: v.Rest}
	_, err = others.Encode(ctx, &w)
	require.ErrorContains(t, err, `"region", kept as unknown, is declared`)
	w.Rest.Delete("region")
	_, err = others.Encode(ctx, &w)
	require.NoError(t, err)
}

func TestDeletingAnUnknownAttributeCountsAsAChange(t *testing.T) {
	type versioned struct {
		ID   string      `ddb:"id,pk"`
		V    int         `ddb:"v,version"`
		Rest ddb.Unknown `ddb:",unknown"`
	}
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		accounts := newTable[Account](t, client, cfg)
		table, err := ddb.NewTable[versioned](client, *accounts.CreateTableInput().TableName, cfg)
		require.NoError(t, err)
		require.NoError(t, accounts.Put(t.Context(), &Account{ID: "1"}))
		got, err := table.Modify(t.Context(), table.Key("1"), func(v *versioned) error { v.Rest.Delete("owner"); return nil })
		require.NoError(t, err)
		assert.Equal(t, 2, got.V)
		read, err := accounts.Get(t.Context(), accounts.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, uint32(2), read.Version)
	})
}

// What peers may encrypt and DynamoDB itself would not store is no reason not to read an item.
func TestUnknownKeepsWhatOnlyCiphertextsHold(t *testing.T) {
	cfg := ddb.Config{Encryption: format(t)}
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "t", PartitionKey: "id", Actions: map[string]crypt.Action{
		"id": crypt.Sign, "name": crypt.Encrypt, "x": crypt.Encrypt}})
	require.NoError(t, err)
	enc, err := cfg.Encryption.Encryptor(schema)
	require.NoError(t, err)
	type narrow struct {
		ID   string      `ddb:"id,pk"`
		Name string      `ddb:"name"`
		Rest ddb.Unknown `ddb:",unknown"`
	}
	keeping, err := ddb.NewCodec[narrow]("t", cfg)
	require.NoError(t, err)
	for name, x := range map[string]types.AttributeValue{
		"empty set": &types.AttributeValueMemberSS{Value: []string{}},
		"empty key": &types.AttributeValueMemberM{Value: crypt.Item{"": &types.AttributeValueMemberS{Value: "x"}}},
	} {
		t.Run(name, func(t *testing.T) {
			item, err := enc.EncryptItem(t.Context(), crypt.Item{"id": &types.AttributeValueMemberS{Value: "1"}, "name": &types.AttributeValueMemberS{Value: "n"}, "x": x})
			require.NoError(t, err)
			v, err := keeping.Decode(t.Context(), item)
			require.NoError(t, err)
			again, err := keeping.Encode(t.Context(), &v)
			require.NoError(t, err)
			opened, err := enc.DecryptItem(t.Context(), again)
			require.NoError(t, err)
			assert.Equal(t, x, opened.Item["x"])
		})
	}
}
