package ddb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Counter has no encrypted field: nothing in the stored item tells our write from another's.
type Counter struct {
	ID string `ddb:"id,pk"`
	N  int    `ddb:"n,plain"`
}

// over is the table of the same name through another client.
func over[T any](t *testing.T, client *dynamodb.Client, table *ddb.Table[T], cfg ddb.Config) *ddb.Table[T] {
	other, err := ddb.NewTable[T](client, *table.CreateTableInput().TableName, cfg)
	require.NoError(t, err)
	return other
}

// What is not known to have been applied is neither applied twice nor called a success.
func TestNoCallIsAppliedTwice(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		for name, cfg := range map[string]ddb.Config{"not encrypted": {}, "signed only": {Encryption: format(t)}} {
			counters := newTable[Counter](t, client, cfg)
			k := counters.Key("1")
			reset := func(t *testing.T) *ddb.Table[Counter] {
				require.NoError(t, counters.Put(ctx, &Counter{ID: "1", N: 7}))
				return over(t, losing(client, nil), counters, cfg)
			}
			t.Run(name+": Modify", func(t *testing.T) {
				_, err := reset(t).Modify(ctx, k, func(c *Counter) error { c.N++; return nil })
				require.ErrorIs(t, err, ddb.ErrUncertain)
				got, err := counters.Get(ctx, k)
				require.NoError(t, err)
				assert.Equal(t, 8, got.N)
			})
			t.Run(name+": Swap returns what it may have replaced", func(t *testing.T) {
				old, err := reset(t).Swap(ctx, &Counter{ID: "1", N: 9})
				require.ErrorIs(t, err, ddb.ErrUncertain)
				assert.Equal(t, 7, old.N)
			})
			t.Run(name+": Swap into nothing", func(t *testing.T) {
				lossy := reset(t)
				require.NoError(t, counters.Delete(ctx, k))
				old, err := lossy.Swap(ctx, &Counter{ID: "1", N: 9})
				require.ErrorIs(t, err, ddb.ErrUncertain)
				assert.Zero(t, old)
			})
		}
		t.Run("encrypted: Modify, and another writer in between", func(t *testing.T) {
			cfg := ddb.Config{Encryption: format(t)}
			visits := newTable[Visit](t, client, cfg)
			v := ada()
			require.NoError(t, visits.Put(ctx, &v))
			k := visits.KeyOf(&v)
			more := func(v *Visit) error { v.Seen++; return nil }
			lossy := over(t, losing(client, func() {
				_, err := visits.Modify(ctx, k, more)
				require.NoError(t, err)
			}), visits, cfg)
			_, err := lossy.Modify(ctx, k, more)
			require.ErrorIs(t, err, ddb.ErrUncertain)
			got, err := visits.Get(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, 4, got.Seen)
		})
	})
}

func TestOneItemIsTakenOnce(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		visits := newTable[Visit](t, client, cfg)
		v := ada()
		k := visits.KeyOf(&v)

		t.Run("a throttled Take does not claim what another took", func(t *testing.T) {
			require.NoError(t, visits.Put(ctx, &v))
			slow := over(t, throttling(client, func() {
				_, err := visits.Take(ctx, k)
				require.NoError(t, err)
			}), visits, cfg)
			got, err := slow.Take(ctx, k)
			require.ErrorIs(t, err, ddb.ErrNotFound)
			assert.Zero(t, got)
		})
		t.Run("a Take whose answer was lost does not take the next item too", func(t *testing.T) {
			require.NoError(t, visits.Put(ctx, &v))
			next := ada()
			next.Name = "Grace"
			lossy := over(t, losing(client, func() { require.NoError(t, visits.Create(ctx, &next)) }), visits, cfg)
			got, err := lossy.Take(ctx, k)
			require.ErrorIs(t, err, ddb.ErrUncertain)
			assert.Equal(t, ada(), got, "what it may have deleted is in hand")
			left, err := visits.Get(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, "Grace", left.Name)
		})
		t.Run("a Swap on a condition that a missing item cannot meet", func(t *testing.T) {
			require.NoError(t, visits.Delete(ctx, k))
			_, err := visits.Swap(ctx, &v, seen.Eq(2))
			require.ErrorIs(t, err, ddb.ErrCondition)
		})
	})
}
