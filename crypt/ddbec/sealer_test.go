package ddbec_test

import (
	"errors"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// source is an item of which it is known how undeclared attributes were read.
type source struct {
	*attribute.Item
	read map[string]wire.Protection
	err  error
}

func (s source) Protection(slot wire.Slot) wire.Protection { return s.read[s.Name(slot)] }

func (s source) Write(slot wire.Slot, w wire.Writer) error {
	if s.err != nil && s.Name(slot) == "text" {
		return s.err
	}
	return s.Item.Write(slot, w)
}

func TestSealItem(t *testing.T) {
	item, schema := sealable()
	extra := with(item, crypt.Item{"e1": &avS{Value: canary}, "e2": &avS{Value: canary}, "e3": &avS{Value: canary}})
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	layout := attribute.NewLayout([]string{"free", "mark", "photo", "pk", "sk", "text"}, nil)
	read := map[string]wire.Protection{"e1": wire.Encrypt, "e2": wire.Sign, "e3": wire.Plain}
	seal := func(src wire.Source) (wire.Sealed, error) {
		var out wire.Sealed
		err := e.(wire.Sealer).SealItem(t.Context(), src, &out)
		return out, err
	}

	t.Run("undeclared attributes keep the protection they were read with", func(t *testing.T) {
		src := source{Item: layout.Read(extra), read: read}
		sealed, err := seal(src)
		require.NoError(t, err)
		assert.True(t, sealed.Fresh)
		assert.Len(t, sealed.Value, 7)
		stored, err := attribute.Assemble(layout, src.Item, &sealed, new(attribute.Sizes))
		require.NoError(t, err)
		opened, err := e.DecryptItem(t.Context(), stored.Item)
		require.NoError(t, err)
		assert.Equal(t, extra, opened.Item)
		assert.Equal(t, actions{"e1": crypt.Encrypt, "e2": crypt.Sign, "e3": crypt.Plain}, opened.Actions)
		assert.Equal(t, []string{"e3", "free"}, opened.Unsigned)
	})
	t.Run("unless it is not known", func(t *testing.T) {
		_, err := seal(source{Item: layout.Read(extra), read: map[string]wire.Protection{"e1": wire.Encrypt, "e2": wire.Sign}})
		refusedWith(t, err, crypt.ErrFormat, "e3", "declare it")
	})
	t.Run("a source's error is an item that does not fit", func(t *testing.T) {
		reason := errors.New("a year beyond 9999")
		_, err := seal(source{Item: layout.Read(item), err: reason})
		refusedWith(t, err, crypt.ErrFormat, "text", "a year beyond 9999")
		assert.ErrorIs(t, err, reason)
	})
	t.Run("nothing is returned when anything failed", func(t *testing.T) {
		out := wire.Sealed{Slab: []byte("untouched")}
		err := e.(wire.Sealer).SealItem(t.Context(), layout.Read(extra), &out)
		require.Error(t, err)
		assert.Equal(t, wire.Sealed{Slab: []byte("untouched")}, out)
	})
	t.Run("what is only signed has no randomness", func(t *testing.T) {
		sealed, err := seal(layout.Read(with(item, crypt.Item{"text": nil})))
		require.NoError(t, err)
		assert.False(t, sealed.Fresh)
		assert.Empty(t, sealed.Value)
		again, err := seal(layout.Read(with(item, crypt.Item{"text": nil})))
		require.NoError(t, err)
		assert.Equal(t, sealed, again)
	})
	t.Run("an encryption key is not needed where nothing is encrypted", func(t *testing.T) {
		p := static(t, func(c *provider.StaticConfig) { c.Encrypt = secret.Key{} })
		e := encryptor(t, ddbec.Format(p), schema)
		stored, err := e.EncryptItem(t.Context(), with(item, crypt.Item{"text": nil}))
		require.NoError(t, err)
		d, err := provider.ParseDescription(stored[ddbec.DescriptionField].(*avB).Value)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"dynaseal-actions": "p4:free"}, d.Map())
	})
}
