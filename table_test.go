package ddb_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type Visit struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,time=ms"`
	Name    string    `ddb:"name,encrypt"`
	Ward    string    `ddb:"ward,sign"`
	Notes   []string  `ddb:"notes,encrypt,omitempty"`
	Seen    int       `ddb:"seen,plain"`
}

var (
	visitKey = ddb.Key2(func(v *Visit) (*string, *time.Time) { return &v.Patient, &v.At })
	nameF    = ddb.F(func(v *Visit) *string { return &v.Name })
	ward     = ddb.F(func(v *Visit) *string { return &v.Ward })
	seen     = ddb.F(func(v *Visit) *int { return &v.Seen })
	notes    = ddb.F(func(v *Visit) *[]string { return &v.Notes })
)

func ada() Visit {
	return Visit{
		Patient: "p-17", At: time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
		Name: "Ada", Ward: "3B", Notes: []string{"one", "two"}, Seen: 2,
	}
}

func adaKey() crypt.Item {
	return crypt.Item{"patient": &avS{Value: "p-17"}, "at": &avS{Value: "2026-11-24T09:30:00.000Z"}}
}

func TestPutStoresCiphertextAndGetReturnsTheStruct(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		v := ada()
		require.NoError(t, visits.Put(t.Context(), &v))
		assert.Equal(t, ada(), v, "the caller's struct is as it was")

		item := stored(t, client, *visits.CreateTableInput().TableName, adaKey())
		for name, want := range map[string]types.AttributeValue{
			"patient": &avS{Value: "p-17"}, "at": &avS{Value: "2026-11-24T09:30:00.000Z"}, "ward": &avS{Value: "3B"}, "seen": &avN{Value: "2"},
		} {
			assert.Equal(t, want, item[name], name)
		}
		for _, name := range []string{"name", "notes", "*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"} {
			assert.IsType(t, &avB{}, item[name], name)
		}
		assert.Len(t, item, 8)

		for name, k := range map[string]ddb.Key[Visit]{
			"Key": visits.Key("p-17", v.At), "KeyOf": visits.KeyOf(&v), "Key2": visitKey("p-17", v.At),
		} {
			got, err := visits.Get(t.Context(), k)
			require.NoError(t, err, name)
			assert.Equal(t, ada(), got, name)
		}
		got, err := visits.With(ddb.Consistent()).Get(t.Context(), visits.KeyOf(&v))
		require.NoError(t, err)
		assert.Equal(t, ada(), got)
	})
}

func TestTwoWritesOfOneStructShareNoCiphertext(t *testing.T) {
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	v := ada()
	a, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	b, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	for _, name := range []string{"name", "notes", "*amzn-ddb-map-sig*"} {
		assert.NotEqual(t, a[name], b[name], name)
	}
}

func TestVerbsDemandWhatTheySay(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		ctx, v := t.Context(), ada()
		k := visits.KeyOf(&v)

		_, err := visits.Get(ctx, k)
		require.ErrorIs(t, err, ddb.ErrNotFound)
		require.ErrorIs(t, visits.Replace(ctx, &v), ddb.ErrNotFound)
		require.NoError(t, visits.Delete(ctx, k), "nothing to delete")
		_, err = visits.Take(ctx, k)
		require.ErrorIs(t, err, ddb.ErrNotFound)
		_, err = visits.Modify(ctx, k, func(*Visit) error { return nil })
		require.ErrorIs(t, err, ddb.ErrNotFound)

		require.NoError(t, visits.Create(ctx, &v))
		other := ada()
		other.Name = "Grace"
		err = visits.Create(ctx, &other)
		require.ErrorIs(t, err, ddb.ErrExists)
		var found *ddb.ConditionError[Visit]
		require.ErrorAs(t, err, &found)
		assert.Equal(t, ada(), *found.Current, "what stands in the way, verified and decrypted")
		var service *types.ConditionalCheckFailedException
		require.ErrorAs(t, err, &service, "the SDK's error stays reachable")

		require.NoError(t, visits.Replace(ctx, &other))
		old, err := visits.Swap(ctx, &v)
		require.NoError(t, err)
		assert.Equal(t, other, old)
		old, err = visits.Take(ctx, k)
		require.NoError(t, err)
		assert.Equal(t, ada(), old)
		old, err = visits.Swap(ctx, &v)
		require.NoError(t, err)
		assert.Zero(t, old, "there was nothing to replace")
		require.NoError(t, visits.Delete(ctx, k))
		_, err = visits.Get(ctx, k)
		require.ErrorIs(t, err, ddb.ErrNotFound)
	})
}

func TestConditions(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		visits := newTable[Visit](t, client, ddb.Config{Encryption: format(t)})
		v := ada()
		require.NoError(t, visits.Put(t.Context(), &v))
		for name, c := range map[string]struct {
			cond ddb.Cond[Visit]
			met  bool
		}{
			"equal":            {ward.Eq("3B"), true},
			"not equal":        {ward.Ne("3B"), false},
			"less":             {seen.Lt(2), false},
			"at most":          {seen.Le(2), true},
			"greater":          {seen.Gt(1), true},
			"at least":         {seen.Ge(3), false},
			"between":          {seen.Between(1, 2), true},
			"in":               {ward.In("1A", "3B"), true},
			"prefix":           {ward.Prefix("3"), true},
			"exists":           {notes.Exists(), true},
			"missing":          {notes.Missing(), false},
			"and":              {ward.Eq("3B").And(seen.Eq(2)), true},
			"and, one fails":   {ward.Eq("3B").And(seen.Eq(2), seen.Eq(3)), false},
			"or":               {ward.Eq("1A").Or(seen.Eq(2)), true},
			"not":              {ward.Eq("1A").Not(), true},
			"nested":           {ward.Eq("1A").Or(seen.Eq(9)).Not().And(ward.Exists()), true},
			"twice one field":  {seen.Gt(1).And(seen.Lt(3)), true},
			"placeholder name": {ward.Eq("#0 = :0"), false},
		} {
			t.Run(name, func(t *testing.T) {
				v := ada()
				err := visits.Put(t.Context(), &v, c.cond)
				if c.met {
					assert.NoError(t, err)
				} else {
					assert.ErrorIs(t, err, ddb.ErrCondition)
				}
			})
		}
		assert.ErrorIs(t, visits.Delete(t.Context(), visits.KeyOf(&v), seen.Eq(9)), ddb.ErrCondition)
		assert.NoError(t, visits.Delete(t.Context(), visits.KeyOf(&v), seen.Eq(2)))
		err := visits.Delete(t.Context(), visits.KeyOf(&v), seen.Eq(2))
		assert.ErrorIs(t, err, ddb.ErrCondition)
		assert.NotErrorIs(t, err, ddb.ErrUncertain, "the request was sent once")
	})
}

func TestConditionsThatCannotBeSent(t *testing.T) {
	requests := &counting{}
	visits, err := ddb.NewTable[Visit](requests, "visits", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	many := make([]string, 101)
	for name, c := range map[string]struct {
		cond ddb.Cond[Visit]
		text string
	}{
		"encrypted attribute":      {nameF.Eq("Ada"), "encrypted attribute"},
		"inside a connective":      {ward.Eq("3B").And(nameF.Prefix("A")).Not(), "encrypted attribute"},
		"zero condition":           {ddb.Cond[Visit]{}, "zero Cond"},
		"zero inside a connective": {ward.Eq("3B").Or(ddb.Cond[Visit]{}), "zero Cond"},
		"no operands":              {ward.In(), "1 to 100"},
		"too many operands":        {ward.In(many...), "1 to 100"},
		"zero field":               {ddb.Field[Visit, string]{}.Eq("x"), "no attribute"},
		"selector that panics":     {ddb.F(func(v *Visit) *string { return &v.Notes[0] }).Eq("x"), "panics"},
		"selector to elsewhere":    {ddb.F(func(v *Visit) *string { return new(string) }).Eq("x"), "no field"},
		"selector that is nil":     {ddb.F[Visit, string](nil).Eq("x"), "nil"},
		"selector to nil":          {ddb.F(func(v *Visit) *string { return nil }).Eq("x"), "no field"},
	} {
		t.Run(name, func(t *testing.T) {
			v := ada()
			err := visits.Put(t.Context(), &v, c.cond)
			assert.ErrorContains(t, err, c.text)
		})
	}
	v := ada()
	assert.ErrorIs(t, visits.Put(t.Context(), &v, nameF.Eq("Ada")), ddb.ErrUnqueryable)
	assert.Zero(t, requests.n)
}

// counting is a client that counts requests and answers none.
type counting struct {
	ddb.Client
	n int
}

func (c *counting) PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	c.n++
	return &dynamodb.PutItemOutput{}, nil
}

func (c *counting) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	c.n++
	return &dynamodb.GetItemOutput{}, nil
}
