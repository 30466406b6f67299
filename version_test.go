package ddb_test

import (
	"errors"
	"math"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Account is written by many who each read it first.
type Account struct {
	ID      string `ddb:"id,pk"`
	Version uint32 `ddb:"v,version"`
	Owner   string `ddb:"owner"`
	Balance int    `ddb:"balance"`
}

// onTables runs a test on both engines, with encryption and without.
func onTables(t *testing.T, test func(t *testing.T, client *dynamodb.Client, cfg ddb.Config)) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		for name, cfg := range map[string]ddb.Config{"encrypted": {Encryption: format(t)}, "not encrypted": {}} {
			t.Run(name, func(t *testing.T) { test(t, client, cfg) })
		}
	})
}

// conflicting demands that err is a conflict with an item of this version, 0 for none.
func conflicting(t *testing.T, err error, version uint32) {
	t.Helper()
	require.ErrorIs(t, err, ddb.ErrConflict)
	require.NotErrorIs(t, err, ddb.ErrCondition)
	failed, ok := errors.AsType[*ddb.ConditionError[Account]](err)
	require.True(t, ok)
	if version == 0 {
		assert.Nil(t, failed.Current)
		return
	}
	require.NotNil(t, failed.Current)
	assert.Equal(t, version, failed.Current.Version)
}

func TestVersionsTellStaleWritersApart(t *testing.T) {
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		name := *accounts.CreateTableInput().TableName
		k := accounts.Key("1")
		owner := ddb.F(func(a *Account) *string { return &a.Owner })
		rawKey := crypt.Item{"id": &avS{Value: "1"}}

		mine := Account{ID: "1", Owner: "Ada"}
		require.NoError(t, accounts.Put(ctx, &mine))
		assert.Equal(t, uint32(1), mine.Version)
		assert.Equal(t, &avN{Value: "1"}, stored(t, client, name, rawKey)["v"], "signed, not encrypted")
		stale := mine

		t.Run("every write counts", func(t *testing.T) {
			require.NoError(t, accounts.Put(ctx, &mine))
			require.NoError(t, accounts.Replace(ctx, &mine))
			old, err := accounts.Swap(ctx, &mine)
			require.NoError(t, err)
			assert.Equal(t, uint32(3), old.Version)
			assert.Equal(t, uint32(4), mine.Version)
			read, err := accounts.Get(ctx, k)
			require.NoError(t, err)
			assert.Equal(t, mine, read)
		})
		t.Run("a stale struct is refused and stays as it is", func(t *testing.T) {
			before := stored(t, client, name, rawKey)
			fresh := Account{ID: "1"}
			for _, v := range []*Account{&stale, &fresh} {
				was := *v
				conflicting(t, accounts.Put(ctx, v), 4)
				conflicting(t, accounts.Replace(ctx, v), 4)
				_, err := accounts.Swap(ctx, v)
				conflicting(t, err, 4)
				conflicting(t, accounts.Put(ctx, v, owner.Missing()), 4)
				assert.Equal(t, was, *v)
			}
			err := accounts.Create(ctx, &stale)
			require.ErrorIs(t, err, ddb.ErrExists)
			assert.Equal(t, uint32(1), stale.Version)
			assert.Equal(t, before, stored(t, client, name, rawKey))
		})
		t.Run("a failed condition is no conflict", func(t *testing.T) {
			exists := ddb.F(func(a *Account) *int { return &a.Balance }).Missing()
			was := mine
			for _, err := range []error{
				accounts.Put(ctx, &mine, exists),
				accounts.Replace(ctx, &mine, exists),
				func() error { _, err := accounts.Swap(ctx, &mine, exists); return err }(),
			} {
				require.ErrorIs(t, err, ddb.ErrCondition)
				require.NotErrorIs(t, err, ddb.ErrConflict)
			}
			assert.Equal(t, was, mine)
		})
		t.Run("a failed encoding and a failed request change nothing", func(t *testing.T) {
			bad := Account{ID: "", Version: mine.Version}
			require.Error(t, accounts.Put(ctx, &bad))
			assert.Equal(t, mine.Version, bad.Version)
			absent, err := ddb.NewTable[Account](client, name+"-absent", cfg)
			require.NoError(t, err)
			was := mine
			require.Error(t, absent.Put(ctx, &mine))
			assert.Equal(t, was, mine)
		})
		t.Run("Delete and Take on condition", func(t *testing.T) {
			conflicting(t, accounts.Delete(ctx, k, accounts.Unchanged(&stale)), 4)
			_, err := accounts.Take(ctx, k, owner.Exists(), accounts.Unchanged(&stale))
			conflicting(t, err, 4)
			conflicting(t, accounts.Delete(ctx, k, owner.Exists().And(accounts.Unchanged(&stale))), 4)
			err = accounts.Delete(ctx, k, accounts.Unchanged(&mine).And(owner.Missing()))
			require.ErrorIs(t, err, ddb.ErrCondition)
			require.NotErrorIs(t, err, ddb.ErrConflict)
			taken, err := accounts.Take(ctx, k, accounts.Unchanged(&mine))
			require.NoError(t, err)
			assert.Equal(t, mine, taken)
		})
		t.Run("what is gone is a conflict, unless there never was a version", func(t *testing.T) {
			conflicting(t, accounts.Put(ctx, &mine), 0)
			_, err := accounts.Swap(ctx, &mine)
			conflicting(t, err, 0)
			conflicting(t, accounts.Delete(ctx, k, accounts.Unchanged(&mine)), 0)
			require.ErrorIs(t, accounts.Replace(ctx, &mine), ddb.ErrNotFound)
			fresh := Account{ID: "1"}
			_, err = accounts.Swap(ctx, &fresh)
			require.NoError(t, err)
			assert.Equal(t, uint32(1), fresh.Version)
			require.NoError(t, accounts.Delete(ctx, k, accounts.Unchanged(&fresh)))
			require.NoError(t, accounts.Create(ctx, &mine), "Create goes on from the struct's version")
			assert.Equal(t, uint32(5), mine.Version)
		})
	})
}

func TestItemsFromBeforeTheVersion(t *testing.T) {
	type unversioned struct {
		ID      string `ddb:"id,pk"`
		Owner   string `ddb:"owner"`
		Balance int    `ddb:"balance"`
	}
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		name := *accounts.CreateTableInput().TableName
		olds, err := ddb.NewTable[unversioned](client, name, cfg)
		require.NoError(t, err)
		for _, id := range []string{"1", "2", "3"} {
			require.NoError(t, olds.Put(ctx, &unversioned{ID: id}))
		}

		v := Account{ID: "1"}
		require.NoError(t, accounts.Put(ctx, &v))
		assert.Equal(t, uint32(1), v.Version)
		again := Account{ID: "1"}
		conflicting(t, accounts.Put(ctx, &again), 1)
		v = Account{ID: "2", Version: 7}
		require.ErrorIs(t, accounts.Put(ctx, &v), ddb.ErrConflict)
		got, err := accounts.Modify(ctx, accounts.Key("3"), func(a *Account) error { a.Balance++; return nil })
		require.NoError(t, err)
		assert.Equal(t, uint32(1), got.Version)

		// Encode stores a version as it is: a 0 that is stored is the 0 that is read.
		item, err := accounts.Encode(ctx, &Account{ID: "4"})
		require.NoError(t, err)
		assert.Equal(t, &avN{Value: "0"}, item["v"])
		overwrite(t, client, name, item)
		read, err := accounts.Get(ctx, accounts.Key("4"))
		require.NoError(t, err)
		require.NoError(t, accounts.Put(ctx, &read))
		assert.Equal(t, uint32(1), read.Version)
	})
}

func TestModifyCountsVersions(t *testing.T) {
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		k := accounts.Key("1")
		stale := Account{ID: "1"}
		require.NoError(t, accounts.Put(ctx, &stale))

		got, err := accounts.Modify(ctx, k, func(a *Account) error { a.Version = 99; return nil })
		require.NoError(t, err)
		assert.Equal(t, uint32(1), got.Version, "the function changed nothing that counts")
		got, err = accounts.Modify(ctx, k, func(a *Account) error { a.Balance, a.Version = 5, 0; return nil })
		require.NoError(t, err)
		assert.Equal(t, Account{ID: "1", Version: 2, Balance: 5}, got)
		read, err := accounts.Get(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, got, read)
		conflicting(t, accounts.Put(ctx, &stale), 2)
	})
}

func TestOneOfTwoWritersWins(t *testing.T) {
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		first := Account{ID: "1"}
		require.NoError(t, accounts.Put(ctx, &first))
		for round := range uint32(8) {
			const writers = 4
			var wg sync.WaitGroup
			var mu sync.Mutex
			won := 0
			for n := range writers {
				wg.Go(func() {
					v := first
					v.Balance = n
					var err error
					if n%2 == 0 {
						err = accounts.Put(ctx, &v)
					} else {
						_, err = accounts.Swap(ctx, &v)
					}
					if errors.Is(err, ddb.ErrConflict) {
						return
					}
					mu.Lock()
					defer mu.Unlock()
					assert.NoError(t, err)
					won++
				})
			}
			wg.Wait()
			assert.Equal(t, 1, won)
			var err error
			first, err = accounts.Get(ctx, accounts.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, round+2, first.Version)
		}
	})
}

func TestConcurrentModifiesLoseNothing(t *testing.T) {
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		require.NoError(t, accounts.Create(ctx, &Account{ID: "1"}))
		const writers, each = 3, 5
		concurrently(t, writers, each, func() error {
			_, err := accounts.Modify(ctx, accounts.Key("1"), func(a *Account) error { a.Balance++; return nil })
			return err
		})
		got, err := accounts.Get(ctx, accounts.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, Account{ID: "1", Version: 1 + writers*each, Balance: writers * each}, got)
	})
}

// A versioned write makes its own condition false: where its answer is lost it must know itself again.
func TestVersionedWritesWhoseAnswerIsLost(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		accounts := newTable[Account](t, client, cfg)
		lossy := func(then func()) *ddb.Table[Account] { return over(t, losing(client, then), accounts, cfg) }
		v := Account{ID: "1", Owner: "Ada"}
		require.NoError(t, lossy(nil).Put(ctx, &v), "of nothing")
		require.NoError(t, lossy(nil).Put(ctx, &v))
		require.NoError(t, lossy(nil).Replace(ctx, &v))
		_, err := lossy(nil).Swap(ctx, &v)
		require.NoError(t, err)
		assert.Equal(t, uint32(4), v.Version)
		got, err := lossy(nil).Modify(ctx, accounts.Key("1"), func(a *Account) error { a.Balance++; return nil })
		require.NoError(t, err)
		assert.Equal(t, uint32(5), got.Version)
		read, err := accounts.Get(ctx, accounts.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, got, read)

		other := read
		err = lossy(func() { require.NoError(t, accounts.Put(ctx, &Account{ID: "1", Version: 6})) }).Put(ctx, &read)
		conflicting(t, err, 7)
		require.ErrorIs(t, err, ddb.ErrUncertain)
		assert.Equal(t, other, read)
	})
	t.Run("without random bytes the conflict may be with itself", func(t *testing.T) {
		onEngines(t, func(t *testing.T, client *dynamodb.Client) {
			accounts := newTable[Account](t, client, ddb.Config{})
			v := Account{ID: "1"}
			err := over(t, losing(client, nil), accounts, ddb.Config{}).Put(t.Context(), &v)
			conflicting(t, err, 1)
			require.ErrorIs(t, err, ddb.ErrUncertain)
			assert.Zero(t, v.Version)
		})
	})
}

func TestTheVersionIsSigned(t *testing.T) {
	codec, err := ddb.NewCodec[Account]("accounts", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	item, err := codec.Encode(t.Context(), &Account{ID: "1", Version: 3})
	require.NoError(t, err)
	item["v"] = &avN{Value: "2"}
	_, err = codec.Decode(t.Context(), item)
	require.ErrorIs(t, err, crypt.ErrAuth)
}

func TestTheLastVersion(t *testing.T) {
	type full struct {
		ID string `ddb:"id,pk"`
		V  int64  `ddb:"v,version"`
	}
	requests := &counting{}
	table, err := ddb.NewTable[full](requests, "full", ddb.Config{})
	require.NoError(t, err)
	v := full{ID: "1", V: math.MaxInt64}
	require.ErrorContains(t, table.Put(t.Context(), &v), "full.V")
	require.ErrorContains(t, table.Create(t.Context(), &v), "last")
	require.ErrorContains(t, table.Replace(t.Context(), &v), "last")
	_, err = table.Swap(t.Context(), &v)
	require.ErrorContains(t, err, "last")
	assert.Equal(t, int64(math.MaxInt64), v.V)
	assert.Zero(t, requests.n)

	type small struct {
		ID string `ddb:"id,pk"`
		V  uint8  `ddb:"v,version"`
	}
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		smalls := newTable[small](t, client, ddb.Config{})
		v := small{ID: "1", V: 254}
		require.NoError(t, smalls.Create(t.Context(), &v))
		require.ErrorContains(t, smalls.Put(t.Context(), &v), "last")
		_, err := smalls.Modify(t.Context(), smalls.Key("1"), func(*small) error { return nil })
		require.NoError(t, err, "nothing changed")
		type other struct {
			ID string `ddb:"id,pk"`
			V  int8   `ddb:"v,version"`
		}
		others := tableOf[other](t, client, *smalls.CreateTableInput().TableName)
		_, err = others.Get(t.Context(), others.Key("1"))
		require.Error(t, err, "255 is no int8")
	})
}

// tableOf is the table of that name, for items of another type.
func tableOf[T any](t *testing.T, client *dynamodb.Client, name string) *ddb.Table[T] {
	table, err := ddb.NewTable[T](client, name, ddb.Config{})
	require.NoError(t, err)
	return table
}

func TestUnchangedNeedsAVersion(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	v := ada()
	err = visits.Delete(t.Context(), visits.KeyOf(&v), visits.Unchanged(&v))
	require.ErrorContains(t, err, "no version")
	accounts, err := ddb.NewTable[Account](requests, "accounts", ddb.Config{})
	require.NoError(t, err)
	require.ErrorContains(t, accounts.Delete(t.Context(), accounts.Key("1"), accounts.Unchanged(nil)), "nil pointer")
	require.ErrorContains(t, accounts.Put(t.Context(), nil), "nil pointer")
	assert.Zero(t, requests.n)
}

// A first Put is no condition on a value that the item would lack.
func TestAVersionMayBeLeftOutWhereItIsZero(t *testing.T) {
	type Counter struct {
		ID      string `ddb:"id,pk"`
		Version int    `ddb:"v,version,omitempty"`
	}
	type Other struct {
		ID      string `ddb:"id,pk"`
		Version int    `ddb:"v,version,omitzero"`
	}
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		counters := newTable[Counter](t, client, cfg)
		others, err := ddb.NewTable[Other](client, *counters.CreateTableInput().TableName, cfg)
		require.NoError(t, err)

		first, stale := Counter{ID: "1"}, Counter{ID: "1"}
		require.NoError(t, counters.Put(ctx, &first))
		assert.Equal(t, 1, first.Version)
		require.ErrorIs(t, counters.Put(ctx, &stale), ddb.ErrConflict)
		assert.Zero(t, stale.Version)
		require.NoError(t, others.Delete(ctx, others.Key("1"), others.Unchanged(&Other{Version: 1})))
		require.NoError(t, others.Put(ctx, &Other{ID: "1"}))
	})
}
