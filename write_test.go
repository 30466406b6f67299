package ddb_test

import (
	"context"
	"errors"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Signed has no encrypted field, so nothing in a stored item tells one write from another.
type Signed struct {
	ID    string `ddb:"id,pk"`
	Ward  string `ddb:"ward,sign"`
	Count int    `ddb:"count,plain"`
}

func TestLostAnswers(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		name := *visits.CreateTableInput().TableName
		k := visitKey("p-17", ada().At)

		// lossy is the same table through a client that loses the answer to its first write.
		lossy := func() *ddb.Table[Visit] {
			table, err := ddb.NewTable[Visit](losing(client, nil), name, ddb.Config{Encryption: format(t)})
			require.NoError(t, err)
			return table
		}
		reset := func(exists bool) {
			require.NoError(t, visits.Delete(ctx, k))
			if v := ada(); exists {
				require.NoError(t, visits.Put(ctx, &v))
			}
		}
		changed := ada()
		changed.Name, changed.Seen = "Grace", 3

		t.Run("Create", func(t *testing.T) {
			reset(false)
			require.NoError(t, lossy().Create(ctx, &changed))
		})
		t.Run("Put on a condition that its own first attempt made false", func(t *testing.T) {
			reset(true)
			require.NoError(t, lossy().Put(ctx, &changed, seen.Eq(2)))
		})
		t.Run("Replace on a condition", func(t *testing.T) {
			reset(true)
			require.NoError(t, lossy().Replace(ctx, &changed, seen.Eq(2)))
		})
		t.Run("Swap", func(t *testing.T) {
			reset(true)
			old, err := lossy().Swap(ctx, &changed)
			require.NoError(t, err)
			assert.Equal(t, ada(), old)
		})
		t.Run("Swap of nothing", func(t *testing.T) {
			reset(false)
			old, err := lossy().Swap(ctx, &changed)
			require.NoError(t, err)
			assert.Zero(t, old)
		})
		t.Run("Take", func(t *testing.T) {
			reset(true)
			old, err := lossy().Take(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, ada(), old)
		})
		t.Run("Modify", func(t *testing.T) {
			reset(true)
			runs := 0
			got, err := lossy().Modify(ctx, k, func(v *Visit) error { runs++; v.Seen++; return nil })
			require.NoError(t, err)
			assert.Equal(t, 1, runs)
			assert.Equal(t, 3, got.Seen)
		})
		t.Run("a conditional Delete says that it may have been its own", func(t *testing.T) {
			reset(true)
			err := lossy().Delete(ctx, k, seen.Eq(2))
			require.ErrorIs(t, err, ddb.ErrCondition)
			require.ErrorIs(t, err, ddb.ErrUncertain)
		})
		t.Run("without random bytes in the item the condition is reported as it is", func(t *testing.T) {
			signed := newTable[Signed](t, client, ddb.Config{Encryption: format(t)})
			table, err := ddb.NewTable[Signed](losing(client, nil), *signed.CreateTableInput().TableName, ddb.Config{Encryption: format(t)})
			require.NoError(t, err)
			err = table.Create(ctx, &Signed{ID: "1"})
			require.ErrorIs(t, err, ddb.ErrExists)
			require.ErrorIs(t, err, ddb.ErrUncertain)
		})
	})
}

func TestModify(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		name := *visits.CreateTableInput().TableName
		v := ada()
		k := visits.KeyOf(&v)
		require.NoError(t, visits.Put(ctx, &v))

		t.Run("changes signed, encrypted and plain fields, and drops what became empty", func(t *testing.T) {
			got, err := visits.Modify(ctx, k, func(v *Visit) error {
				v.Name, v.Ward, v.Seen, v.Notes = "Grace", "4A", 7, nil
				return nil
			})
			require.NoError(t, err)
			read, err := visits.Get(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, read, got)
			assert.Equal(t, "Grace", read.Name)
			assert.NotContains(t, stored(t, client, name, adaKey()), "notes")
		})
		t.Run("writes nothing when the function fails", func(t *testing.T) {
			before := stored(t, client, name, adaKey())
			mine := errors.New("changed my mind")
			_, err := visits.Modify(ctx, k, func(v *Visit) error { v.Name = "Nobody"; return mine })
			require.ErrorIs(t, err, mine)
			assert.Equal(t, before, stored(t, client, name, adaKey()))
		})
		t.Run("refuses a changed key", func(t *testing.T) {
			_, err := visits.Modify(ctx, k, func(v *Visit) error { v.Patient = "p-18"; return nil })
			require.ErrorContains(t, err, "changed a key")
		})
		t.Run("starts again when another writer came in between", func(t *testing.T) {
			runs := 0
			got, err := visits.Modify(ctx, k, func(v *Visit) error {
				if runs++; runs == 1 {
					_, err := visits.Modify(ctx, k, func(v *Visit) error { v.Ward = "5C"; return nil })
					require.NoError(t, err)
				}
				v.Name = "Joan"
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, 2, runs)
			assert.Equal(t, "5C", got.Ward)
			assert.Equal(t, "Joan", got.Name)
		})
		t.Run("leaves a plain field alone that another updates meanwhile", func(t *testing.T) {
			_, err := visits.Modify(ctx, k, func(v *Visit) error {
				set := "SET seen = :n"
				_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
					TableName: &name, Key: adaKey(), UpdateExpression: &set,
					ExpressionAttributeValues: crypt.Item{":n": &avN{Value: "8"}},
				})
				require.NoError(t, err)
				v.Name = "Mary"
				return nil
			})
			require.NoError(t, err)
			read, err := visits.Get(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, 8, read.Seen)
			assert.Equal(t, "Mary", read.Name)
		})
		t.Run("gives up when others never stop", func(t *testing.T) {
			_, err := visits.Modify(ctx, k, func(v *Visit) error {
				w := ada()
				require.NoError(t, visits.Put(ctx, &w))
				v.Name = "late"
				return nil
			})
			require.ErrorIs(t, err, ddb.ErrConflict)
			failed, ok := errors.AsType[*ddb.ConditionError[Visit]](err)
			require.True(t, ok)
			assert.Equal(t, ada(), *failed.Current, "what the others wrote last")
		})
		t.Run("an item deleted in between is not found", func(t *testing.T) {
			_, err := visits.Modify(ctx, k, func(v *Visit) error {
				require.NoError(t, visits.Delete(ctx, k))
				v.Name = "late"
				return nil
			})
			require.ErrorIs(t, err, ddb.ErrNotFound)
			failed, ok := errors.AsType[*ddb.ConditionError[Visit]](err)
			require.True(t, ok)
			assert.Nil(t, failed.Current)
			assert.Empty(t, stored(t, client, name, adaKey()))
		})
	})
}

func TestWritersDoNotLoseEachOthersUpdates(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
			t.Run(name, func(t *testing.T) {
				type Counter struct {
					ID string `ddb:"id,pk"`
					N  int    `ddb:"n"`
				}
				counters := newTable[Counter](t, client, cfg)
				require.NoError(t, counters.Create(ctx, &Counter{ID: "c"}))
				const writers, each = 4, 5
				concurrently(t, writers, each, func() error {
					_, err := counters.Modify(ctx, counters.Key("c"), func(c *Counter) error { c.N++; return nil })
					return err
				})
				got, err := counters.Get(ctx, counters.Key("c"))
				require.NoError(t, err)
				assert.Equal(t, writers*each, got.N)
			})
		}
	})
}

// racing is a client before whose every write another writer comes.
type racing struct {
	*dynamodb.Client
	other func()
}

func (r racing) PutItem(ctx context.Context, in *dynamodb.PutItemInput, o ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	r.other()
	return r.Client.PutItem(ctx, in, o...)
}

func (r racing) DeleteItem(ctx context.Context, in *dynamodb.DeleteItemInput, o ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error) {
	r.other()
	return r.Client.DeleteItem(ctx, in, o...)
}

func TestWhoGivesUpIsToldWhatOthersWrote(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		theirs := ada()
		write := func() { require.NoError(t, visits.Put(ctx, &theirs)) }
		write()
		table, err := ddb.NewTable[Visit](racing{client, write}, *visits.CreateTableInput().TableName, ddb.Config{Encryption: format(t)})
		require.NoError(t, err)
		mine := ada()
		mine.Name = "Grace"
		failed := map[string]error{}
		_, failed["swap"] = table.Swap(ctx, &mine)
		_, failed["take"] = table.Take(ctx, table.KeyOf(&mine))
		for op, err := range failed {
			require.ErrorIs(t, err, ddb.ErrConflict, op)
			condition, ok := errors.AsType[*ddb.ConditionError[Visit]](err)
			require.True(t, ok, op)
			assert.Equal(t, theirs, *condition.Current, op)
		}
	})
}

func TestSwapAndTakeMeetOtherWriters(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		k := visitKey("p-17", ada().At)
		v := ada()
		require.NoError(t, visits.Put(ctx, &v))

		_, err := visits.Swap(ctx, &v, ward.Eq("1A"))
		require.ErrorIs(t, err, ddb.ErrCondition)
		var failed *ddb.ConditionError[Visit]
		require.ErrorAs(t, err, &failed)
		assert.Equal(t, ada(), *failed.Current)
		_, err = visits.Take(ctx, k, ward.Eq("1A"))
		require.ErrorIs(t, err, ddb.ErrCondition)

		// Every visit that is put is taken by exactly one.
		const takers = 4
		var mu sync.Mutex
		taken := 0
		var wg sync.WaitGroup
		for range takers {
			wg.Go(func() {
				_, err := visits.Take(ctx, k)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					taken++
				} else if !errors.Is(err, ddb.ErrNotFound) {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		assert.Equal(t, 1, taken)
	})
}

// concurrently lets each of some writers write until it succeeded so many times, past conflicts with the
// others.
func concurrently(t *testing.T, writers, each int, write func() error) {
	t.Helper()
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for done := 0; done < each; {
				if err := write(); err == nil {
					done++
				} else if !errors.Is(err, ddb.ErrConflict) {
					t.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
}
