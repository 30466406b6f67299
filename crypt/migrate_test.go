package crypt_test

import (
	"context"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func keys(t testing.TB, first byte) provider.Provider {
	t.Helper()
	var halves [2]secret.Key
	for i := range halves {
		b := make([]byte, 32)
		for j := range b {
			b[j] = first + byte(i)
		}
		var err error
		halves[i], err = secret.New(b)
		require.NoError(t, err)
	}
	p, err := provider.Static(halves[0], halves[1])
	require.NoError(t, err)
	return p
}

// named is the legacy format with marks of its own.
func named(t testing.TB, p provider.Provider, prefix string) crypt.Format {
	t.Helper()
	f, err := ddbec.New(ddbec.Config{Provider: p, SignatureField: prefix + "sig", DescriptionField: prefix + "desc"})
	require.NoError(t, err)
	return f
}

// byMaps hides that an encryptor is a Sealer.
type byMaps struct{ crypt.Format }

func (f byMaps) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	e, err := f.Format.Encryptor(s)
	return struct{ crypt.ItemEncryptor }{e}, err
}

func encryptorOf(t testing.TB, f crypt.Format) crypt.ItemEncryptor {
	t.Helper()
	s, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "patient", Actions: actions{"name": crypt.Encrypt, "seen": crypt.Plain}})
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}

func visit() crypt.Item {
	return crypt.Item{"patient": &types.AttributeValueMemberS{Value: "p-17"}, "name": &types.AttributeValueMemberS{Value: "Ada"}, "seen": &types.AttributeValueMemberBOOL{Value: true}}
}

func TestMigrateReadsWhatEitherWroteAndWritesOne(t *testing.T) {
	for name, wrap := range map[string]func(crypt.Format) crypt.Format{
		"sealers": func(f crypt.Format) crypt.Format { return f },
		"maps":    func(f crypt.Format) crypt.Format { return byMaps{f} },
	} {
		t.Run(name, func(t *testing.T) {
			old, new := wrap(ddbec.Format(keys(t, 1))), wrap(named(t, keys(t, 9), "new-"))
			both := encryptorOf(t, crypt.Migrate(new, old))
			_, sealer := both.(wire.Sealer)
			assert.Equal(t, name == "sealers", sealer)
			assert.Equal(t, crypt.Marks{All: []string{"new-desc", "new-sig", ddbec.DescriptionField, ddbec.SignatureField}, Seal: "new-sig"}, both.Marks())

			for _, from := range []struct {
				format crypt.Format
				stale  bool
			}{{new, false}, {old, true}} {
				stored, err := encryptorOf(t, from.format).EncryptItem(t.Context(), visit())
				require.NoError(t, err)
				assert.True(t, both.Claims(stored))
				opened, err := both.DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.Equal(t, visit(), opened.Item)
				assert.Equal(t, from.stale, opened.Stale)
				assert.Equal(t, []string{"seen"}, opened.Unsigned)
			}

			stored, err := both.EncryptItem(t.Context(), visit())
			require.NoError(t, err)
			opened, err := encryptorOf(t, new).DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			assert.Equal(t, visit(), opened.Item)
		})
	}
}

func TestMigrateNeverTriesAnotherReader(t *testing.T) {
	old, new := ddbec.Format(keys(t, 1)), named(t, keys(t, 9), "new-")
	both := encryptorOf(t, crypt.Migrate(new, old))
	one, err := encryptorOf(t, old).EncryptItem(t.Context(), visit())
	require.NoError(t, err)
	other, err := encryptorOf(t, new).EncryptItem(t.Context(), visit())
	require.NoError(t, err)
	with := func(base crypt.Item, change func(crypt.Item)) crypt.Item {
		item := maps.Clone(base)
		change(item)
		return item
	}
	for name, c := range map[string]struct {
		item crypt.Item
		want error
	}{
		"no mark":            {visit(), crypt.ErrFormat},
		"empty":              {crypt.Item{}, crypt.ErrFormat},
		"nil":                {nil, crypt.ErrFormat},
		"all marks of two":   {with(one, func(i crypt.Item) { maps.Copy(i, other) }), crypt.ErrFormat},
		"a lone mark of two": {with(one, func(i crypt.Item) { i["new-desc"] = other["new-desc"] }), crypt.ErrFormat},
		"a mark of no type":  {with(one, func(i crypt.Item) { i["new-sig"] = nil }), crypt.ErrFormat},
		"a lone signature":   {with(one, func(i crypt.Item) { delete(i, ddbec.DescriptionField) }), crypt.ErrFormat},
		"a lone description": {with(one, func(i crypt.Item) { delete(i, ddbec.SignatureField) }), crypt.ErrFormat},
		"marks under new name": {with(other, func(i crypt.Item) {
			i["new-sig"], i["new-desc"] = one[ddbec.SignatureField], one[ddbec.DescriptionField]
		}), crypt.ErrAuth},
		"altered": {with(one, func(i crypt.Item) { i["patient"] = &types.AttributeValueMemberS{Value: "p-18"} }), crypt.ErrAuth},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := both.DecryptItem(t.Context(), c.item)
			require.ErrorIs(t, err, c.want)
			assert.Zero(t, opened)
		})
	}
}

func TestMigrateRefusesToEncryptTwice(t *testing.T) {
	old, new := named(t, keys(t, 1), "old-"), named(t, keys(t, 9), "new-")
	both := encryptorOf(t, crypt.Migrate(new, old))
	stored, err := encryptorOf(t, old).EncryptItem(t.Context(), visit())
	require.NoError(t, err)
	_, err = both.EncryptItem(t.Context(), stored)
	require.ErrorIs(t, err, crypt.ErrFormat)
	assert.ErrorContains(t, err, `"old-`)
}

func TestMigrateRefusesAtConstruction(t *testing.T) {
	s, err := crypt.NewSchema(valid())
	require.NoError(t, err)
	legacy := ddbec.Format(keys(t, 1))
	for name, c := range map[string]struct {
		format crypt.Format
		want   []string
	}{
		"nil":                {crypt.Migrate(nil, nil), []string{"format 1 of 2: it is nil", "format 2 of 2: it is nil"}},
		"a migration inside": {crypt.Migrate(named(t, keys(t, 9), "new-"), crypt.Migrate(legacy)), []string{"format 2 of 2: it is itself made of formats"}},
		"the same marks":     {crypt.Migrate(legacy, ddbec.Format(keys(t, 9))), []string{`format 2 of 2: mark "*amzn-ddb-map-desc*"`, "*amzn-ddb-map-sig*"}},
		"a part that fails":  {crypt.Migrate(legacy, ddbec.Format(nil)), []string{"format 2 of 2: ddbec: new format: no Provider"}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := c.format.Encryptor(s)
			require.Error(t, err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
		})
	}
}

// A schema that both formats share may ask for the modern format's context: the legacy one signs.
func TestMigrateSignsWhatTheLegacyFormatHasNoContextFor(t *testing.T) {
	s, err := crypt.NewSchema(valid())
	require.NoError(t, err)
	_, err = ddbec.Format(keys(t, 1)).Encryptor(s)
	require.ErrorContains(t, err, "action context")
	e, err := crypt.Migrate(ddbec.Format(keys(t, 1))).Encryptor(s)
	require.NoError(t, err)
	item := visit()
	item["at"] = &types.AttributeValueMemberN{Value: "1"}
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	stored["at"] = &types.AttributeValueMemberN{Value: "2"}
	_, err = e.DecryptItem(t.Context(), stored)
	require.ErrorIs(t, err, crypt.ErrAuth)
}

func TestMigrateHonoursTheContext(t *testing.T) {
	e := encryptorOf(t, crypt.Migrate(ddbec.Format(keys(t, 1))))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := e.EncryptItem(ctx, visit())
	require.ErrorIs(t, err, context.Canceled)
}
