package ddb_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// otherFormat is a format with marks that no other has.
func otherFormat(t testing.TB) crypt.Format {
	p, err := provider.Static(key(t, 50), key(t, 150))
	require.NoError(t, err)
	f, err := ddbec.New(ddbec.Config{Provider: p, SignatureField: "new-sig", DescriptionField: "new-desc"})
	require.NoError(t, err)
	return f
}

// noticed is what a table noticed.
type noticed []ddb.Notice

func (n *noticed) add(_ context.Context, one ddb.Notice) { *n = append(*n, one) }

func TestATableMovesToAnotherFormat(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		olds := newTable[New](t, client, ddb.Config{Encryption: format(t)})
		name := *olds.CreateTableInput().TableName
		var notices noticed
		both, err := ddb.NewTable[New](client, name, ddb.Config{Encryption: crypt.Migrate(otherFormat(t), format(t)), Notice: notices.add})
		require.NoError(t, err)
		news, err := ddb.NewTable[New](client, name, ddb.Config{Encryption: otherFormat(t)})
		require.NoError(t, err)
		one := crypt.Item{"id": &avS{Value: "1"}}
		put := func(t *testing.T) {
			v := newer()
			require.NoError(t, olds.Put(ctx, &v))
			notices = nil
		}

		t.Run("reading an old item is noticed", func(t *testing.T) {
			put(t)
			v, err := both.Get(ctx, both.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, newer().Phone, v.Phone)
			assert.Equal(t, noticed{{Table: name, Key: one, Stale: true}}, notices)
		})
		t.Run("Modify rewrites it and leaves none of the old marks", func(t *testing.T) {
			put(t)
			_, err := both.Modify(ctx, both.Key("1"), func(*New) error { return nil })
			require.NoError(t, err)
			item := stored(t, client, name, one)
			for _, mark := range []string{ddbec.SignatureField, ddbec.DescriptionField} {
				assert.NotContains(t, item, mark)
			}
			_, err = news.Get(ctx, news.Key("1"))
			require.NoError(t, err)
			notices = nil
			_, err = both.Get(ctx, both.Key("1"))
			require.NoError(t, err)
			assert.Empty(t, notices)
		})
		t.Run("Modify, Swap and Take notice that another rewrote an old item", func(t *testing.T) {
			put(t)
			ran := 0
			_, err := both.Modify(ctx, both.Key("1"), func(v *New) error {
				if ran++; ran == 1 {
					w := newer()
					w.Name = "Grace"
					require.NoError(t, olds.Put(ctx, &w))
				}
				v.Region = "us"
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, 2, ran)
			v, err := news.Get(ctx, news.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, []string{"Grace", "us"}, []string{v.Name, v.Region})

			put(t)
			w := newer()
			w.Name = "Edith"
			old, err := both.Swap(ctx, &w)
			require.NoError(t, err)
			assert.Equal(t, "Ada", old.Name)
			put(t)
			old, err = both.Take(ctx, both.Key("1"))
			require.NoError(t, err)
			assert.Equal(t, "Ada", old.Name)
			_, err = both.Get(ctx, both.Key("1"))
			assert.ErrorIs(t, err, ddb.ErrNotFound)
		})
		t.Run("the old format alone refuses what was rewritten", func(t *testing.T) {
			v := newer()
			require.NoError(t, both.Put(ctx, &v))
			_, err := olds.Get(ctx, olds.Key("1"))
			assert.ErrorIs(t, err, crypt.ErrFormat)
		})
	})
}

func TestATableInClearBecomesEncrypted(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		type Clear struct {
			ID    string `ddb:"id,pk"`
			Name  string `ddb:"name"`
			Seen  int    `ddb:"seen,plain"`
			Extra string `ddb:"extra,omitempty"`
		}
		type Patient struct {
			ID   string `ddb:"id,pk"`
			Name string `ddb:"name,encrypt"`
			Seen int    `ddb:"seen,plain"`
		}
		ctx := t.Context()
		clear := newTable[Clear](t, client, ddb.Config{})
		name := *clear.CreateTableInput().TableName
		counted := 0
		plaintext := insecureplaintext.Config{Until: time.Now().Add(time.Hour), OnRead: func(table string) {
			assert.Equal(t, name, table)
			counted++
		}}
		reads, err := insecureplaintext.AllowRead(format(t), plaintext)
		require.NoError(t, err)
		writes, err := insecureplaintext.ForceWrite(format(t), plaintext)
		require.NoError(t, err)
		var notices noticed
		first, err := ddb.NewTable[Patient](client, name, ddb.Config{Encryption: writes})
		require.NoError(t, err)
		second, err := ddb.NewTable[Patient](client, name, ddb.Config{Encryption: reads, Notice: notices.add})
		require.NoError(t, err)
		third, err := ddb.NewTable[Patient](client, name, ddb.Config{Encryption: format(t)})
		require.NoError(t, err)
		one := crypt.Item{"id": &avS{Value: "1"}}

		require.NoError(t, clear.Put(ctx, &Clear{ID: "1", Name: "Ada", Seen: 2}))
		_, err = third.Get(ctx, third.Key("1"))
		require.ErrorIs(t, err, crypt.ErrFormat)
		v, err := first.Get(ctx, first.Key("1"))
		require.NoError(t, err)
		v.Seen++
		require.NoError(t, first.Put(ctx, &v))
		assert.Equal(t, crypt.Item{"id": &avS{Value: "1"}, "name": &avS{Value: "Ada"}, "seen": &avN{Value: "3"}}, stored(t, client, name, one), "as before, in clear")
		require.Equal(t, 1, counted)

		v, err = second.Modify(ctx, second.Key("1"), func(p *Patient) error { p.Name += " Lovelace"; return nil })
		require.NoError(t, err)
		assert.Equal(t, Patient{"1", "Ada Lovelace", 3}, v)
		assert.Equal(t, noticed{{Table: name, Key: one, Stale: true, Unsigned: []string{"id", "name"}}}, notices)
		require.Equal(t, 2, counted)
		v, err = third.Get(ctx, third.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, "Ada Lovelace", v.Name)
		_, err = second.Get(ctx, second.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, 2, counted)
		assert.Len(t, notices, 1)

		t.Run("another write in between is noticed though nothing is sealed", func(t *testing.T) {
			require.NoError(t, clear.Put(ctx, &Clear{ID: "2", Name: "Ada"}))
			ran := 0
			v, err := second.Modify(ctx, second.Key("2"), func(p *Patient) error {
				if ran++; ran == 1 {
					require.NoError(t, clear.Put(ctx, &Clear{ID: "2", Name: "Grace"}))
				}
				p.Seen++
				return nil
			})
			require.NoError(t, err)
			assert.Equal(t, Patient{"2", "Grace", 1}, v)
		})
		t.Run("what T does not declare stays in clear", func(t *testing.T) {
			require.NoError(t, clear.Put(ctx, &Clear{ID: "3", Name: "Ada", Extra: "x"}))
			notices = nil
			_, err := second.Modify(ctx, second.Key("3"), func(*Patient) error { return nil })
			require.NoError(t, err)
			assert.Equal(t, &avS{Value: "x"}, stored(t, client, name, crypt.Item{"id": &avS{Value: "3"}})["extra"])
			require.NoError(t, ignore(third.Get(ctx, third.Key("3"))))
			notices = nil
			require.NoError(t, ignore(second.Get(ctx, second.Key("3"))))
			assert.Equal(t, noticed{{Table: name, Key: crypt.Item{"id": &avS{Value: "3"}}, Unsigned: []string{"extra"}}}, notices)
		})
	})
}

func ignore[T any](_ T, err error) error { return err }

// A stranger's encryptor, which goes through maps, is noticed as well.
func TestNoticesThroughMaps(t *testing.T) {
	var notices noticed
	c, err := ddb.NewCodec[Old]("t", ddb.Config{Encryption: byMaps{crypt.Migrate(otherFormat(t), format(t))}, Notice: notices.add})
	require.NoError(t, err)
	old, err := ddb.NewCodec[Old]("t", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	item, err := old.Encode(t.Context(), &Old{"1", "Ada"})
	require.NoError(t, err)
	item["later"] = &types.AttributeValueMemberBOOL{Value: true}
	_, err = c.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, noticed{{Table: "t", Key: crypt.Item{"id": &avS{Value: "1"}}, Stale: true, Unsigned: []string{"later"}}}, notices)

	t.Run("KeyIn makes a key of what is named", func(t *testing.T) {
		assert.Equal(t, "ddb.Key(1 values)", fmt.Sprint(c.KeyIn(notices[0].Key)))
	})

	notices = nil
	item["id"] = &avS{Value: "2"}
	_, err = c.Decode(t.Context(), item)
	require.True(t, errors.Is(err, crypt.ErrAuth))
	assert.Empty(t, notices, "nothing is noticed of what does not verify")
}

type byMaps struct{ crypt.Format }

func (f byMaps) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	e, err := f.Format.Encryptor(s)
	return struct{ crypt.ItemEncryptor }{e}, err
}
