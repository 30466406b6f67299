package metastore_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

func TestVersions(t *testing.T) {
	s := newStore(t, nil)
	_, err := s.Newest(t.Context(), name)
	assert.ErrorIs(t, err, mostrecent.ErrNoVersion)
	_, err = s.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, mostrecent.ErrNoVersion)

	var made []mostrecent.Keys
	for i := range int64(12) { // more than a digit: versions are numbers
		k, err := s.Rotate(t.Context(), name)
		require.NoError(t, err)
		assert.Equal(t, i, k.Version)
		assert.Equal(t, 32, k.Wrap.Len())
		assert.Equal(t, 32, k.Sign.Len())
		assert.False(t, k.Wrap.Equal(k.Sign))
		for _, older := range made {
			assert.False(t, k.Wrap.Equal(older.Wrap) || k.Sign.Equal(older.Sign))
		}
		made = append(made, k)
	}
	other, err := s.Rotate(t.Context(), "another name")
	require.NoError(t, err)
	assert.Zero(t, other.Version, "names count for themselves")

	s.client.made()
	newest, err := s.Newest(t.Context(), name)
	require.NoError(t, err)
	assertSame(t, made[11], newest)
	assert.Equal(t, []string{"Query"}, s.client.made())
	for _, k := range made {
		got, err := s.Version(t.Context(), name, k.Version)
		require.NoError(t, err)
		assertSame(t, k, got)
	}
	again, err := s.Create(t.Context(), name, 3)
	require.NoError(t, err)
	assertSame(t, made[3], again)
}

func assertSame(t *testing.T, want, got mostrecent.Keys) {
	t.Helper()
	assert.Equal(t, want.Version, got.Version)
	assert.True(t, want.Wrap.Equal(got.Wrap))
	assert.True(t, want.Sign.Equal(got.Sign))
}

func TestWhatIsStored(t *testing.T) {
	s := newStore(t, nil)
	k, err := s.Create(t.Context(), name, 7)
	require.NoError(t, err)
	item := s.stored(t, name, 7)
	for _, field := range []string{"t", "enc", "encAlg", "int", "intAlg"} {
		assert.IsType(t, &avB{}, item[field], field)
	}
	assert.Len(t, item, 9)
	e := encryptor(t, inner(t, 0), table, nil)
	opened, err := e.DecryptItem(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, crypt.Item{
		"N": &avS{Value: name}, "V": &avN{Value: "7"}, "t": &avS{Value: "0"},
		"encAlg": &avS{Value: "AES"}, "enc": &avB{Value: k.Wrap.Expose()},
		"intAlg": &avS{Value: "HmacSHA256"}, "int": &avB{Value: k.Sign.Expose()},
	}, opened.Item)
}

// encryptor is that of a store's table, with attributes of the test's own.
func encryptor(t testing.TB, f crypt.Format, table string, extra map[string]crypt.Action) crypt.ItemEncryptor {
	t.Helper()
	actions := map[string]crypt.Action{"t": crypt.Encrypt, "enc": crypt.Encrypt, "encAlg": crypt.Encrypt, "int": crypt.Encrypt, "intAlg": crypt.Encrypt}
	maps.Copy(actions, extra)
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: table, PartitionKey: "N", SortKey: "V", Actions: actions})
	require.NoError(t, err)
	e, err := f.Encryptor(schema)
	require.NoError(t, err)
	return e
}

func TestRacesAreWonByOne(t *testing.T) {
	server := newStore(t, nil).server
	stores := []*fixture{storeOn(t, server, nil), storeOn(t, server, nil)}
	got := make([]mostrecent.Keys, 32)
	var wg sync.WaitGroup
	for i := range got {
		wg.Go(func() {
			var err error
			got[i], err = stores[i%2].Rotate(t.Context(), name)
			assert.NoError(t, err)
		})
	}
	wg.Wait()
	for _, k := range got {
		stored, err := stores[0].Version(t.Context(), name, k.Version)
		require.NoError(t, err)
		assertSame(t, stored, k)
	}
}

func TestAPutWhoseAnswerIsLost(t *testing.T) {
	s := newStore(t, nil)
	s.client.fail(fault{"PutItem", errCut, true})
	k, err := s.Rotate(t.Context(), name)
	require.NoError(t, err)
	stored, err := s.Version(t.Context(), name, 0)
	require.NoError(t, err)
	assertSame(t, stored, k)
}

func TestFaults(t *testing.T) {
	causes := map[string]error{"throttled": errThrottled, "denied": errDenied, "cut": errCut, "no answer in time": context.DeadlineExceeded}
	for cause, broken := range causes {
		t.Run(cause, func(t *testing.T) {
			s := newStore(t, nil)
			s.rotate(t)
			check := func(err error, operation string) {
				t.Helper()
				assert.ErrorIs(t, err, broken)
				assert.ErrorIs(t, err, crypt.ErrKeys)
				assert.ErrorContains(t, err, "dynamodb:"+operation)
				assert.ErrorContains(t, err, table)
			}
			s.client.fail(fault{"Query", broken, false})
			k, err := s.Newest(t.Context(), name)
			check(err, "Query")
			assert.Zero(t, k.Version)
			assert.True(t, k.Wrap.IsZero())

			s.client.fail(fault{"GetItem", broken, false})
			_, err = s.Version(t.Context(), name, 0)
			check(err, "GetItem")

			s.client.fail(fault{"Query", broken, false})
			_, err = s.Rotate(t.Context(), name)
			check(err, "Query")

			s.client.fail(fault{"PutItem", broken, false})
			k, err = s.Rotate(t.Context(), name)
			check(err, "PutItem")
			assert.True(t, k.Wrap.IsZero() && k.Sign.IsZero(), "keys that are not stored are nobody's")
			assert.Nil(t, s.server.Stored(table, versionKey(name, 1)))

			s.client.fail(fault{"PutItem", broken, true}, fault{"GetItem", broken, false})
			k, err = s.Rotate(t.Context(), name)
			check(err, "PutItem")
			assert.True(t, k.Wrap.IsZero(), "whether it is stored could not be found out")
			newest, err := s.Newest(t.Context(), name)
			require.NoError(t, err)
			assert.EqualValues(t, 1, newest.Version, "it was")

			assert.EqualValues(t, 2, s.rotate(t), "the next call works")
		})
	}
}

func TestALostRaceWhoseWinnerCannotBeRead(t *testing.T) {
	s := newStore(t, nil)
	s.rotate(t)
	s.client.fail(fault{"GetItem", errThrottled, false})
	k, err := s.Create(t.Context(), name, 0)
	assert.ErrorIs(t, err, errThrottled)
	assert.True(t, k.Wrap.IsZero())
}

func TestAContextThatEnded(t *testing.T) {
	s := newStore(t, nil)
	s.rotate(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for what, do := range map[string]func() error{
		"newest":    func() error { _, err := s.Newest(ctx, name); return err },
		"version":   func() error { _, err := s.Version(ctx, name, 0); return err },
		"create":    func() error { _, err := s.Create(ctx, name, 1); return err },
		"rotate":    func() error { _, err := s.Rotate(ctx, name); return err },
		"replicate": func() error { return s.Replicate(ctx, name, 0, s.Store) },
	} {
		assert.ErrorIs(t, do(), context.Canceled, what)
	}
	assert.Nil(t, s.server.Stored(table, versionKey(name, 1)))
}

func TestCallsAreCounted(t *testing.T) {
	s := newStore(t, nil)
	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	_, err := s.Rotate(ctx, name)
	require.NoError(t, err)
	_, err = s.Newest(ctx, name)
	require.NoError(t, err)
	_, err = s.Version(ctx, name, 0)
	require.NoError(t, err)
	assert.Equal(t, crypt.Usage{StoreCalls: 4}, m.Usage())
}

func TestNamesAndVersionsThatAreNone(t *testing.T) {
	s := newStore(t, nil)
	for _, bad := range []string{"", "a#b", "na\xffme", strings.Repeat("x", 2049)} {
		_, err := s.Rotate(t.Context(), bad)
		assert.Error(t, err)
		_, err = s.Newest(t.Context(), bad)
		assert.Error(t, err)
		_, err = s.Version(t.Context(), bad, 0)
		assert.Error(t, err)
	}
	_, err := s.Version(t.Context(), name, -1)
	assert.Error(t, err)
	_, err = s.Create(t.Context(), name, -1)
	assert.Error(t, err)
	assert.Error(t, s.Replicate(t.Context(), name, -1, s.Store))
	assert.Empty(t, s.client.made())
}

func TestTheHighestVersion(t *testing.T) {
	s := newStore(t, nil)
	_, err := s.Create(t.Context(), name, math.MaxInt64)
	require.NoError(t, err)
	newest, err := s.Newest(t.Context(), name)
	require.NoError(t, err)
	assert.EqualValues(t, math.MaxInt64, newest.Version)
	_, err = s.Rotate(t.Context(), name)
	assert.ErrorContains(t, err, "highest")
}

func TestConfigsThatAreRefused(t *testing.T) {
	_, err := metastore.New(metastore.Config{ExtraSigned: []string{"t", ""}})
	for _, missing := range []string{"Client", "Table", "Encryption", `"t"`, "without Extra"} {
		assert.ErrorContains(t, err, missing)
	}
	full := metastore.Config{Client: newStore(t, nil).client, Table: table, Encryption: inner(t, 0)}
	for what, change := range map[string]func(*metastore.Config){
		"ARN without a logical name": func(c *metastore.Config) { c.Table = "arn:aws:dynamodb:us-east-1:111122223333:table/keys" },
		"nil client":                 func(c *metastore.Config) { c.Client = (*client)(nil) },
		"format without keys":        func(c *metastore.Config) { c.Encryption = ddbec.Format(nil) },
	} {
		c := full
		change(&c)
		_, err := metastore.New(c)
		assert.Error(t, err, what)
	}
	full.Table, full.LogicalName = "arn:aws:dynamodb:us-east-1:111122223333:table/keys", "keys"
	_, err = metastore.New(full)
	assert.NoError(t, err)
}

func TestKeysDoNotPrint(t *testing.T) {
	s := newStore(t, nil)
	k, err := s.Rotate(t.Context(), name)
	require.NoError(t, err)
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		text := fmt.Sprintf(format, k) + fmt.Sprintf(format, s.Store)
		assert.NotContains(t, text, string(k.Wrap.Expose()))
		assert.NotContains(t, text, fmt.Sprintf("%x", k.Wrap.Expose()))
	}
}

func TestARestoredTable(t *testing.T) {
	s := newStore(t, nil)
	want, err := s.Rotate(t.Context(), name)
	require.NoError(t, err)
	restored := storeOn(t, s.server, func(c *metastore.Config) { c.Table, c.LogicalName = "restored", table })
	require.NoError(t, s.server.Overwrite("restored", s.stored(t, name, 0)))
	got, err := restored.Version(t.Context(), name, 0)
	require.NoError(t, err)
	assertSame(t, want, got)

	elsewhere := storeOn(t, s.server, func(c *metastore.Config) { c.Table = "restored" })
	_, err = elsewhere.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth)
}

func TestInnerKeysChange(t *testing.T) {
	s := newStore(t, nil)
	want, err := s.Rotate(t.Context(), name)
	require.NoError(t, err)
	changed := storeOn(t, s.server, func(c *metastore.Config) { c.Encryption = inner(t, 0x80) })
	_, err = changed.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	k, err := changed.Create(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth, "what is stored is not passed over")
	assert.True(t, k.Wrap.IsZero())
	assert.EqualValues(t, 1, changed.rotate(t), "writers can go on")
	got, err := s.Version(t.Context(), name, 0)
	require.NoError(t, err)
	assertSame(t, want, got)
}

func TestErrorsOfExtraAreReported(t *testing.T) {
	broken := errors.New("no names today")
	s := newStore(t, func(c *metastore.Config) {
		c.Extra = func(string, int64) (crypt.Item, error) { return nil, broken }
	})
	_, err := s.Rotate(t.Context(), name)
	assert.ErrorIs(t, err, broken)
	assert.Nil(t, s.server.Stored(table, versionKey(name, 0)))
}

// silent is a client that gives neither answers nor errors.
type silent struct{}

func (silent) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return nil, nil
}

func (silent) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	return nil, nil
}

func (silent) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return nil, nil
}

// What no answer confirms is not stored: the keys are nobody's.
func TestAClientWithoutAnAnswer(t *testing.T) {
	s := newStore(t, func(c *metastore.Config) { c.Client = silent{} })
	for name, call := range map[string]func() (mostrecent.Keys, error){
		"newest":  func() (mostrecent.Keys, error) { return s.Newest(t.Context(), name) },
		"version": func() (mostrecent.Keys, error) { return s.Version(t.Context(), name, 0) },
		"create":  func() (mostrecent.Keys, error) { return s.Create(t.Context(), name, 0) },
		"rotate":  func() (mostrecent.Keys, error) { return s.Rotate(t.Context(), name) },
	} {
		k, err := call()
		assert.ErrorIs(t, err, crypt.ErrKeys, name)
		assert.Zero(t, k, name)
	}
}
