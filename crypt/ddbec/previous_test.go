package ddbec_test

import (
	"context"
	"crypto"
	"maps"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// after is the table with these actions now, and those before.
func after(t testing.TB, unknown crypt.Action, now actions, before ...actions) crypt.SchemaConfig {
	t.Helper()
	c := crypt.SchemaConfig{Table: "visits", PartitionKey: "id", Actions: now, Unknown: unknown}
	for _, old := range before {
		s, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "id", Actions: old})
		require.NoError(t, err)
		c.Previous = append(c.Previous, s)
	}
	return c
}

func TestItemsOfPreviousSchemas(t *testing.T) {
	const (
		encrypt = crypt.Encrypt
		sign    = crypt.Sign
		plain   = crypt.Plain
	)
	item := crypt.Item{"id": &avS{Value: "1"}, "a": &avS{Value: "one"}, "b": &avB{Value: make([]byte, 48)}, "c": &avN{Value: "3"}}
	was := actions{"a": encrypt, "b": sign, "c": plain}
	for name, c := range map[string]struct {
		now     actions
		unknown crypt.Action
		without error // previous schemas
		actions map[string]crypt.Action
	}{
		"nothing changed":           {now: actions{"a": encrypt, "b": sign, "c": plain}},
		"encrypted to signed":       {now: actions{"a": sign, "b": sign, "c": plain}, without: crypt.ErrAuth},
		"encrypted to plain":        {now: actions{"a": plain, "b": sign, "c": plain}, without: crypt.ErrAuth},
		"signed to encrypted":       {now: actions{"a": encrypt, "b": encrypt, "c": plain}, without: crypt.ErrAuth},
		"plain to encrypted":        {now: actions{"a": encrypt, "b": sign, "c": encrypt}, without: crypt.ErrFormat},
		"plain to signed":           {now: actions{"a": encrypt, "b": sign, "c": sign}, without: crypt.ErrAuth},
		"all of them":               {now: actions{"a": plain, "b": encrypt, "c": sign}, without: crypt.ErrAuth},
		"taken out":                 {now: actions{"b": sign}, actions: actions{"a": encrypt, "c": plain}},
		"taken out, and refused":    {now: actions{"b": sign}, unknown: crypt.Refuse, without: crypt.ErrFormat, actions: actions{"a": encrypt, "c": plain}},
		"taken out, and all signed": {now: actions{"b": sign}, unknown: sign, without: crypt.ErrAuth, actions: actions{"a": encrypt, "c": plain}},
	} {
		t.Run(name, func(t *testing.T) {
			f := ddbec.Format(keys(t))
			stored, err := encryptor(t, f, after(t, 0, was)).EncryptItem(t.Context(), item)
			require.NoError(t, err)

			opened, err := encryptor(t, f, after(t, c.unknown, c.now)).DecryptItem(t.Context(), stored)
			require.ErrorIs(t, err, c.without)
			if err == nil {
				assert.False(t, opened.Stale)
			}

			now := encryptor(t, f, after(t, c.unknown, c.now, actions{"z": encrypt}, was))
			opened, err = now.DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			assert.Equal(t, item, opened.Item)
			assert.Equal(t, c.without != nil, opened.Stale)
			assert.Equal(t, c.actions, opened.Actions)
			assert.Equal(t, []string{"c"}, opened.Unsigned)

			for _, name := range []string{"id", "a", "b"} {
				forged := maps.Clone(stored)
				forged[name] = &avB{Value: append([]byte{1}, make([]byte, 47)...)}
				_, err = now.DecryptItem(t.Context(), forged)
				require.ErrorIs(t, err, crypt.ErrAuth, name)
			}
			again, err := now.EncryptItem(t.Context(), crypt.Item{"id": item["id"], "b": item["b"]})
			require.NoError(t, err)
			opened, err = now.DecryptItem(t.Context(), again)
			require.NoError(t, err)
			assert.False(t, opened.Stale, "what is written now is of now")
		})
	}
}

// The past counts towards the tries like everything else, and costs an item of now nothing.
func TestPreviousSchemasCountTowardsTheTries(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	asked := 0
	p := static(t, func(c *provider.StaticConfig) {
		c.Verify = verifierFunc(func(ctx context.Context, text, signature []byte) error {
			asked++
			return h.Verify(ctx, text, signature)
		})
	})
	old := []actions{{"a": crypt.Encrypt, "b": crypt.Encrypt}, {"a": crypt.Sign, "b": crypt.Encrypt}, {"a": crypt.Encrypt, "b": crypt.Sign}}
	now := encryptor(t, ddbec.Format(p), after(t, 0, actions{"a": crypt.Sign, "b": crypt.Sign}, old...))
	item := crypt.Item{"id": &avS{Value: "1"}, "a": &avB{Value: make([]byte, 32)}, "b": &avB{Value: make([]byte, 32)}}
	try := func(s crypt.SchemaConfig) (int, error) {
		stored, err := encryptor(t, ddbec.Format(keys(t)), s).EncryptItem(t.Context(), item)
		require.NoError(t, err)
		asked = 0
		_, err = now.DecryptItem(t.Context(), stored)
		return asked, err
	}
	n, err := try(after(t, 0, actions{"a": crypt.Sign, "b": crypt.Sign}))
	require.NoError(t, err)
	assert.Equal(t, 1, n)
	n, err = try(after(t, 0, old[0]))
	require.NoError(t, err)
	assert.Equal(t, 2, n)
	n, err = try(after(t, 0, old[2]))
	require.ErrorIs(t, err, crypt.ErrAuth, "a verifier that is elsewhere is asked twice at most")
	assert.Equal(t, 2, n)
}

func TestPreviousSchemasAreChecked(t *testing.T) {
	s, err := crypt.NewSchema(after(t, 0, actions{"a": crypt.Sign}, actions{"b": crypt.SignContext}))
	require.NoError(t, err)
	_, err = ddbec.Format(keys(t)).Encryptor(s)
	require.ErrorContains(t, err, `"b": action context`)
}
