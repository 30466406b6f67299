package ddb_test

import (
	"math"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Reading has attributes of every protection that can hold what DynamoDB cannot.
type Reading struct {
	ID    string            `ddb:"id,pk"`
	Value float64           `ddb:"value"`
	At    time.Time         `ddb:"at,unixtime"`
	Names []string          `ddb:"names,set"`
	Notes map[string]string `ddb:"notes"`
}

func TestAllThatCannotBeStoredIsReportedAtOnce(t *testing.T) {
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		readings := newTable[Reading](t, client, cfg)
		good := Reading{ID: "1", Value: 1, At: time.Unix(1, 0)}
		require.NoError(t, readings.Put(ctx, &good))
		k := readings.Key("1")
		spoil := func(r *Reading) error {
			r.ID, r.Value, r.At = "1", math.NaN(), time.Unix(1, 1)
			r.Names, r.Notes = []string{"secret", "secret"}, map[string]string{"secret": "secret\xff"}
			return nil
		}
		bad := Reading{}
		require.NoError(t, spoil(&bad))

		failed := map[string]error{"put": readings.Put(ctx, &bad), "create": readings.Create(ctx, &bad)}
		_, failed["encode"] = readings.Encode(ctx, &bad)
		_, failed["swap"] = readings.Swap(ctx, &bad)
		_, failed["modify"] = readings.Modify(ctx, k, spoil)
		for op, err := range failed {
			require.Error(t, err, op)
			for _, field := range []string{"Value", "At", "Names", "Notes[…]"} {
				assert.Equal(t, 1, strings.Count(err.Error(), "mapper: encode: Reading."+field+" "), "%s of %s: %v", field, op, err)
			}
			assert.NotContains(t, err.Error(), "secret", op)
		}

		found, err := readings.Get(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, 1.0, found.Value, "nothing was written")
	})
}
