package ddb_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// stay has both keys, one of a type of its own.
type stay struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,unixtime"`
	Ward    string    `ddb:"ward"`
}

func TestTheKeyInAStoredItem(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		stays := newTable[stay](t, client, ddb.Config{Encryption: format(t)})
		v := stay{"p-17", time.Unix(1e9, 0).UTC(), "3B"}
		require.NoError(t, stays.Put(ctx, &v))
		item := stored(t, client, *stays.CreateTableInput().TableName, crypt.Item{"patient": &avS{Value: "p-17"}, "at": &avN{Value: "1000000000"}})
		key := stays.KeyIn(item)
		item["patient"] = &avS{Value: "p-18"}
		got, err := stays.Get(ctx, key)
		require.NoError(t, err)
		assert.Equal(t, v, got)

		for name, c := range map[string]struct {
			item crypt.Item
			want string
		}{
			"nothing":        {nil, `attribute "patient": the item has no such key attribute`},
			"no sort key":    {crypt.Item{"patient": &avS{Value: "p"}}, `attribute "at": the item has no such key attribute`},
			"another type":   {crypt.Item{"patient": &avS{Value: "p"}, "at": &avS{Value: "1"}}, `attribute "at": the key is stored as N`},
			"of no type":     {crypt.Item{"patient": nil, "at": &avN{Value: "1"}}, `attribute "patient": the key is stored as S`},
			"an empty value": {crypt.Item{"patient": &avS{}, "at": &avN{Value: "1"}}, `attribute "patient": key value is empty`},
		} {
			t.Run(name, func(t *testing.T) {
				_, err := stays.Get(ctx, stays.KeyIn(c.item))
				assert.ErrorContains(t, err, c.want)
			})
		}
	})
}
