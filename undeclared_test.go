package ddb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Old and New are one item type before and after a deploy.
type Old struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
}

type New struct {
	ID     string   `ddb:"id,pk"`
	Name   string   `ddb:"name,encrypt"`
	Phone  string   `ddb:"phone,encrypt"`
	Photo  []byte   `ddb:"photo,sign"` // of ciphertext's shape, and none
	Region string   `ddb:"region,sign"`
	Visits int      `ddb:"visits,plain"`
	Tags   []string `ddb:"tags,set,sign"`
}

func newer() New {
	return New{ID: "1", Name: "Ada", Phone: "555", Photo: make([]byte, 48), Region: "eu", Visits: 3, Tags: []string{"b", "a"}}
}

func TestAnOldReaderAndANewWriterShareATable(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		news := newTable[New](t, client, ddb.Config{Encryption: format(t)})
		name := *news.CreateTableInput().TableName
		olds, err := ddb.NewTable[Old](client, name, ddb.Config{Encryption: format(t)})
		require.NoError(t, err)
		v := newer()
		require.NoError(t, news.Put(ctx, &v))

		got, err := olds.Get(ctx, olds.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, Old{"1", "Ada"}, got)

		t.Run("Modify keeps what it does not know, protected as it was", func(t *testing.T) {
			before := stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
			_, err := olds.Modify(ctx, olds.Key("1"), func(o *Old) error { o.Name = "Grace"; return nil })
			require.NoError(t, err)
			after := stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
			assert.IsType(t, &avB{}, after["phone"])
			assert.NotEqual(t, before["phone"], after["phone"], "encrypted anew")
			for _, same := range []string{"photo", "region", "visits"} {
				assert.Equal(t, before[same], after[same], same)
			}
			want := newer()
			want.Name = "Grace"
			read, err := news.Get(ctx, news.Key("1"))
			require.NoError(t, err)
			assert.ElementsMatch(t, want.Tags, read.Tags)
			read.Tags = want.Tags
			assert.Equal(t, want, read)
		})
		t.Run("and it is still verified", func(t *testing.T) {
			item := stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
			item["region"] = &avS{Value: "us"}
			overwrite(t, client, name, item)
			_, err := olds.Get(ctx, olds.Key("1"))
			require.ErrorIs(t, err, crypt.ErrAuth)
		})
		t.Run("Config.Unknown may refuse", func(t *testing.T) {
			strict, err := ddb.NewTable[Old](client, name, ddb.Config{Encryption: format(t), Unknown: crypt.Refuse})
			require.NoError(t, err)
			_, err = strict.Get(ctx, strict.Key("1"))
			require.ErrorIs(t, err, crypt.ErrFormat)
		})
	})
}

func TestModifyKeepsUndeclaredAttributesWithoutEncryption(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		type Small struct {
			ID string `ddb:"id,pk"`
			N  int    `ddb:"n"`
		}
		small := newTable[Small](t, client, ddb.Config{})
		name := *small.CreateTableInput().TableName
		overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}, "n": &avN{Value: "1"}, "x": &avSS{Value: []string{"kept"}}})
		_, err := small.Modify(t.Context(), small.Key("1"), func(s *Small) error { s.N++; return nil })
		require.NoError(t, err)
		assert.Equal(t, crypt.Item{"id": &avS{Value: "1"}, "n": &avN{Value: "2"}, "x": &avSS{Value: []string{"kept"}}},
			stored(t, client, name, crypt.Item{"id": &avS{Value: "1"}}))
	})
}
