package ddb_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Before and After are one item type before and after its fields were renamed.
type (
	Before struct {
		ID   string   `ddb:"id,pk"`
		Tel  string   `ddb:"tel,encrypt"`
		Ward string   `ddb:"w,sign"`
		Seen int      `ddb:"n,plain"`
		Tags []string `ddb:"t,encrypt,omitempty"`
	}
	After struct {
		ID   string   `ddb:"id,pk"`
		Tel  string   `ddb:"phone,encrypt,was=tel"`
		Ward string   `ddb:"ward,sign,was=w"`
		Seen int      `ddb:"a-seen,plain,was=n"`
		Tags []string `ddb:"tags,encrypt,omitempty,was=t"`
		Name string   `ddb:"name,encrypt"`
	}
)

// BareBefore and BareAfter are the same without encryption.
type (
	BareBefore struct {
		ID    string  `ddb:"id,pk"`
		Tel   string  `ddb:"tel"`
		Exact float64 `ddb:"x"`
	}
	BareAfter struct {
		ID    string  `ddb:"id,pk"`
		Tel   string  `ddb:"phone,was=tel"`
		Exact float64 `ddb:"exact,was=x"`
	}
)

func names(item crypt.Item) map[string]bool {
	all := map[string]bool{}
	for name := range item {
		all[name] = true
	}
	return all
}

func TestRenamedAttributesUnderEncryption(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx, cfg := t.Context(), ddb.Config{Encryption: format(t)}
		befores := newTable[Before](t, client, cfg)
		name := *befores.CreateTableInput().TableName
		afters, err := ddb.NewTable[After](client, name, cfg)
		require.NoError(t, err)
		actions := map[string]crypt.Action{}
		for name, a := range afters.Schema().Attributes() {
			actions[name] = a
		}
		assert.Equal(t, map[string]crypt.Action{
			"id": crypt.Sign, "phone": crypt.Encrypt, "tel": crypt.Encrypt, "ward": crypt.Sign, "w": crypt.Sign, "a-seen": crypt.Plain, "n": crypt.Plain,
			"tags": crypt.Encrypt, "t": crypt.Encrypt, "name": crypt.Encrypt,
		}, actions)
		reset := func() {
			require.NoError(t, befores.Put(ctx, &Before{"1", "555", "3B", 2, []string{"x"}}))
		}
		old := names(crypt.Item{"id": nil, "tel": nil, "w": nil, "n": nil, "t": nil, desc: nil, sig: nil})
		current := names(crypt.Item{"id": nil, "phone": nil, "ward": nil, "a-seen": nil, "tags": nil, "name": nil, desc: nil, sig: nil})
		want := After{ID: "1", Tel: "555", Ward: "3B", Seen: 2, Tags: []string{"x"}}

		reset()
		require.Equal(t, old, names(stored(t, client, name, keptKey)))
		got, err := afters.Get(ctx, afters.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, want, got)

		t.Run("Put writes the new names", func(t *testing.T) {
			got.Name = "Ada"
			require.NoError(t, afters.Put(ctx, &got))
			assert.Equal(t, current, names(stored(t, client, name, keptKey)))
		})
		for what, f := range map[string]func(*After){
			"another field": func(a *After) { a.Name = "Ada" },
			"all of them":   func(a *After) { a.Tel, a.Ward, a.Seen, a.Tags, a.Name = "666", "4A", 3, []string{"y"}, "Ada" },
			"nothing":       func(*After) {},
			"to be removed": func(a *After) { a.Tags = nil },
		} {
			t.Run("Modify of "+what+" renames in one step", func(t *testing.T) {
				reset()
				want := want
				want.Tags = []string{"x"}
				f(&want)
				got, err := afters.Modify(ctx, afters.Key("1"), func(a *After) error { f(a); return nil })
				require.NoError(t, err)
				assert.Equal(t, want, got)
				read, err := afters.Get(ctx, afters.Key("1"))
				require.NoError(t, err)
				assert.Equal(t, want, read)
				item := stored(t, client, name, keptKey)
				for gone := range old {
					if !current[gone] {
						assert.NotContains(t, item, gone)
					}
				}
				item["ward"] = &avS{Value: "forged"}
				overwrite(t, client, name, item)
				_, err = afters.Get(ctx, afters.Key("1"))
				require.ErrorIs(t, err, crypt.ErrAuth)
			})
		}
		t.Run("Modify minds an update of the plain one it renames", func(t *testing.T) {
			reset()
			runs := 0
			got, err := afters.Modify(ctx, afters.Key("1"), func(a *After) error {
				if runs++; runs == 1 {
					set := "SET n = :n"
					_, err := client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
						TableName: &name, Key: keptKey, UpdateExpression: &set, ExpressionAttributeValues: crypt.Item{":n": &avN{Value: "8"}},
					})
					require.NoError(t, err)
				}
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, 2, runs)
			assert.Equal(t, 8, got.Seen)
		})
		t.Run("conditions look under both names", func(t *testing.T) {
			ward := ddb.F(func(a *After) *string { return &a.Ward })
			seen := ddb.F(func(a *After) *int { return &a.Seen })
			tel := ddb.F(func(a *After) *string { return &a.Tel })
			for _, renamed := range []bool{false, true} {
				reset()
				if renamed {
					_, err := afters.Modify(ctx, afters.Key("1"), func(a *After) error { return nil })
					require.NoError(t, err)
				}
				v := want
				for what, c := range map[string]struct {
					when ddb.Cond[After]
					ok   bool
				}{
					"equal":       {ward.Eq("3B"), true},
					"not equal":   {ward.Eq("4A"), false},
					"different":   {ward.Ne("3B"), false},
					"between":     {seen.Between(1, 3), true},
					"in":          {seen.In(5, 6), false},
					"there":       {tel.Exists(), true},
					"missing":     {tel.Missing(), false},
					"not missing": {tel.Missing().Not(), true},
					"and":         {seen.Lt(3).And(ward.Prefix("3")), true},
					"or":          {seen.Gt(3).Or(ward.Prefix("4")), false},
				} {
					// A deletion that is refused, or a swap that puts the same back.
					err := afters.Delete(ctx, afters.Key("1"), c.when.And(ddb.F(func(a *After) *string { return &a.ID }).Eq("1")))
					if !c.ok {
						require.ErrorIs(t, err, ddb.ErrCondition, what)
						continue
					}
					require.NoError(t, err, what)
					if reset(); renamed {
						require.NoError(t, afters.Put(ctx, &v))
					}
				}
			}
		})
		t.Run("both names with different values", func(t *testing.T) {
			reset()
			item := stored(t, client, name, keptKey)
			item["a-seen"] = &avN{Value: "2.0"}
			overwrite(t, client, name, item)
			got, err := afters.Get(ctx, afters.Key("1"))
			require.NoError(t, err, "equal ones are fine")
			assert.Equal(t, 2, got.Seen)
			_, err = afters.Modify(ctx, afters.Key("1"), func(a *After) error { return nil })
			require.NoError(t, err)
			assert.NotContains(t, stored(t, client, name, keptKey), "n")
			item["a-seen"] = &avN{Value: "3"}
			overwrite(t, client, name, item)
			_, err = afters.Get(ctx, afters.Key("1"))
			require.ErrorContains(t, err, `stored as "a-seen" and as "n"`)
		})
	})
}

const (
	desc = "*amzn-ddb-map-desc*"
	sig  = "*amzn-ddb-map-sig*"
)

func TestRenamedAttributesWithoutEncryption(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		afters := newTable[BareAfter](t, client, ddb.Config{})
		name := *afters.CreateTableInput().TableName
		const digits = "12345678901234567890.12345"
		for what, c := range map[string]struct {
			f    func(*BareAfter)
			want crypt.Item
		}{
			"of nothing keeps every digit":       {func(*BareAfter) {}, crypt.Item{"id": &avS{Value: "1"}, "phone": &avS{Value: "555"}, "exact": &avN{Value: digits}}},
			"of another field keeps every digit": {func(a *BareAfter) { a.Tel = "666" }, crypt.Item{"id": &avS{Value: "1"}, "phone": &avS{Value: "666"}, "exact": &avN{Value: digits}}},
			"of the field":                       {func(a *BareAfter) { a.Exact = 1 }, crypt.Item{"id": &avS{Value: "1"}, "phone": &avS{Value: "555"}, "exact": &avN{Value: "1"}}},
		} {
			t.Run("Modify "+what, func(t *testing.T) {
				overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}, "tel": &avS{Value: "555"}, "x": &avN{Value: digits}})
				_, err := afters.Modify(ctx, afters.Key("1"), func(a *BareAfter) error { c.f(a); return nil })
				require.NoError(t, err)
				assert.Equal(t, c.want, stored(t, client, name, keptKey))
			})
		}
		overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}, "tel": &avS{Value: "555"}, "exact": &avN{Value: "2"}, "x": &avN{Value: "2.0"}})
		got, err := afters.Get(ctx, afters.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, BareAfter{"1", "555", 2}, got)
		overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}, "tel": &avS{Value: "555"}, "phone": &avS{Value: "666"}})
		_, err = afters.Get(ctx, afters.Key("1"))
		require.ErrorContains(t, err, `stored as "phone" and as "tel"`)
	})
}

func TestAMistakeOfARenamedFieldIsReportedOnce(t *testing.T) {
	err := construct[After](t, ddb.Config{})
	require.ErrorContains(t, err, "After.Tel")
	assert.Equal(t, 1, strings.Count(err.Error(), "After.Tel"))
}

func TestARenamedVersion(t *testing.T) {
	type renamed struct {
		ID      string `ddb:"id,pk"`
		Version uint32 `ddb:"version2,version,was=v"`
		Owner   string `ddb:"owner"`
		Balance int    `ddb:"balance"`
	}
	onTables(t, func(t *testing.T, client *dynamodb.Client, cfg ddb.Config) {
		ctx := t.Context()
		accounts := newTable[Account](t, client, cfg)
		table, err := ddb.NewTable[renamed](client, *accounts.CreateTableInput().TableName, cfg)
		require.NoError(t, err)
		require.NoError(t, accounts.Put(ctx, &Account{ID: "1"}))
		got, err := table.Get(ctx, table.Key("1"))
		require.NoError(t, err)
		stale := renamed{ID: "1"}
		require.ErrorIs(t, table.Put(ctx, &stale), ddb.ErrConflict)
		require.NoError(t, table.Delete(ctx, table.Key("2"), table.Unchanged(&stale)))
		require.NoError(t, table.Put(ctx, &got))
		assert.Equal(t, uint32(2), got.Version)
		require.NoError(t, table.Put(ctx, &got))
		assert.Equal(t, uint32(3), got.Version)
	})
}
