package metastore_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
)

// with is a copy of item with an attribute of another value.
func with(item crypt.Item, field string, v types.AttributeValue) crypt.Item {
	item = itemtest.Copy(item)
	item[field] = v
	return item
}

func isVerdict(err error) bool {
	return errors.Is(err, crypt.ErrAuth) || errors.Is(err, crypt.ErrFormat)
}

func TestForeignVersions(t *testing.T) {
	s := newStore(t, nil)
	s.rotate(t)
	s.rotate(t)
	honest, err := encryptor(t, inner(t, 0), table, nil).DecryptItem(t.Context(), s.stored(t, name, 0))
	require.NoError(t, err)
	overwrite := func(item crypt.Item) {
		t.Helper()
		require.NoError(t, s.server.Overwrite(table, item))
	}
	// sealed is a version as somebody with the keys would write it.
	sealed := func(f crypt.Format, table string, change crypt.Item) crypt.Item {
		t.Helper()
		item := itemtest.Copy(honest.Item)
		for field, value := range change {
			item[field] = value
			if value == nil {
				delete(item, field)
			}
		}
		e, err := encryptor(t, f, table, nil).EncryptItem(t.Context(), item)
		require.NoError(t, err)
		return e
	}
	_, err = s.Create(t.Context(), "other", 0)
	require.NoError(t, err)
	attackers, err := provider.Static(key(t, 0x90, 32), key(t, 0xa0, 32))
	require.NoError(t, err)

	for what, c := range map[string]struct {
		item crypt.Item
		want error
	}{
		"moved to another version": {with(s.stored(t, name, 1), "V", &avN{Value: "0"}), crypt.ErrAuth},
		"moved from another name":  {with(s.stored(t, "other", 0), "N", &avS{Value: name}), crypt.ErrAuth},
		"moved from another table": {sealed(inner(t, 0), "elsewhere", nil), crypt.ErrAuth},
		"under other inner keys":   {sealed(inner(t, 0x80), table, nil), crypt.ErrAuth},
		"of another provider":      {sealed(ddbec.Format(attackers), table, nil), crypt.ErrFormat},
		"in clear":                 {honest.Item, crypt.ErrFormat},
		"without a key":            {sealed(inner(t, 0), table, crypt.Item{"int": nil}), crypt.ErrFormat},
		"key of another size":      {sealed(inner(t, 0), table, crypt.Item{"enc": &avB{Value: make([]byte, 17)}}), crypt.ErrFormat},
		"key that is text":         {sealed(inner(t, 0), table, crypt.Item{"enc": &avS{Value: "0123456789abcdef"}}), crypt.ErrFormat},
		"empty key":                {sealed(inner(t, 0), table, crypt.Item{"int": &avB{}}), crypt.ErrFormat},
		"endless key":              {sealed(inner(t, 0), table, crypt.Item{"int": &avB{Value: make([]byte, 5000)}}), crypt.ErrFormat},
		"another type":             {sealed(inner(t, 0), table, crypt.Item{"t": &avS{Value: "1"}}), crypt.ErrFormat},
		"another cipher":           {sealed(inner(t, 0), table, crypt.Item{"encAlg": &avS{Value: "Blowfish"}}), crypt.ErrFormat},
		"another MAC":              {sealed(inner(t, 0), table, crypt.Item{"intAlg": &avS{Value: "HmacMD5"}}), crypt.ErrFormat},
	} {
		overwrite(c.item)
		k, err := s.Version(t.Context(), name, 0)
		assert.ErrorIs(t, err, c.want, what)
		assert.True(t, k.Wrap.IsZero() && k.Sign.IsZero(), what)
		assert.ErrorContains(t, err, table, what)
		k, err = s.Create(t.Context(), name, 0)
		assert.ErrorIs(t, err, c.want, what)
		assert.True(t, k.Wrap.IsZero(), what)
	}
	overwrite(sealed(inner(t, 0), table, nil))
	_, err = s.Version(t.Context(), name, 0)
	assert.NoError(t, err)

	item := s.stored(t, name, 0)
	for field := range item {
		if _, ok := item[field].(*avB); !ok {
			continue
		}
		flipped := itemtest.Copy(item)
		flipped[field].(*avB).Value[0] ^= 1
		overwrite(flipped)
		_, err := s.Version(t.Context(), name, 0)
		assert.Error(t, err, field)
		assert.True(t, isVerdict(err), "%s: %v", field, err)
	}
}

func TestTheNewestIsForged(t *testing.T) {
	s := newStore(t, nil)
	s.rotate(t)
	require.NoError(t, s.server.Overwrite(table, with(s.stored(t, name, 0), "V", &avN{Value: "5"})))
	_, err := s.Newest(t.Context(), name)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	assert.EqualValues(t, 6, s.rotate(t), "rotating lets writers go on")
	for _, v := range []string{"1e30", "6.5", "9223372036854775808"} {
		require.NoError(t, s.server.Overwrite(table, with(s.stored(t, name, 0), "V", &avN{Value: v})))
		_, err = s.Newest(t.Context(), name)
		assert.ErrorIs(t, err, crypt.ErrFormat)
		_, err = s.Rotate(t.Context(), name)
		assert.ErrorIs(t, err, crypt.ErrFormat)
	}
}

// astray is a client whose answers are of another item, as of a service that was misled.
type astray struct {
	metastore.Client
	item crypt.Item
}

func (a astray) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	return &dynamodb.GetItemOutput{Item: a.item}, nil
}

func (a astray) Query(context.Context, *dynamodb.QueryInput, ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	return &dynamodb.QueryOutput{Items: []map[string]types.AttributeValue{a.item}}, nil
}

// A sound version is no answer to a question for another.
func TestAnswersThatAreOfAnotherVersion(t *testing.T) {
	s := newStore(t, nil)
	s.rotate(t)
	s.rotate(t)
	_, err := s.Create(t.Context(), "other", 0)
	require.NoError(t, err)
	misled := func(item crypt.Item) *fixture {
		return storeOn(t, s.server, func(c *metastore.Config) { c.Client = astray{s.client, item} })
	}
	of := misled(s.stored(t, name, 1))
	k, err := of.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	assert.True(t, k.Wrap.IsZero())
	_, err = of.Version(t.Context(), name, 1)
	assert.NoError(t, err)

	of = misled(s.stored(t, "other", 0))
	k, err = of.Version(t.Context(), name, 0)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	assert.True(t, k.Wrap.IsZero())
	k, err = of.Newest(t.Context(), name)
	assert.ErrorIs(t, err, crypt.ErrAuth, "a writer would use the keys of another name")
	assert.True(t, k.Wrap.IsZero())
}
