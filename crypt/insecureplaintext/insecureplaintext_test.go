package insecureplaintext_test

import (
	"context"
	"maps"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var end = time.Date(2027, 1, 31, 0, 0, 0, 0, time.UTC)

// counted is a Config on the day before its end, and what it counts.
func counted() (c insecureplaintext.Config, read map[string]int, clock *time.Time) {
	read, clock = make(map[string]int), new(end.Add(-24*time.Hour))
	return insecureplaintext.Config{Until: end, OnRead: func(table string) { read[table]++ }, Now: func() time.Time { return *clock }}, read, clock
}

func legacy(t testing.TB) crypt.Format {
	t.Helper()
	k, err := secret.New(make([]byte, 32))
	require.NoError(t, err)
	p, err := provider.Static(k, k)
	require.NoError(t, err)
	f, err := ddbec.New(ddbec.Config{Provider: p, SignatureField: "sig", DescriptionField: ddbec.DescriptionField})
	require.NoError(t, err)
	return f
}

func schema(t testing.TB, unknown crypt.Action) crypt.Schema {
	t.Helper()
	s, err := crypt.NewSchema(crypt.SchemaConfig{
		Table: "visits", PartitionKey: "patient", SortKey: "at", Unknown: unknown,
		Actions: map[string]crypt.Action{"name": crypt.Encrypt, "seen": crypt.Plain},
	})
	require.NoError(t, err)
	return s
}

func visit() crypt.Item {
	return crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: "p-17"}, "at": &types.AttributeValueMemberN{Value: "7"},
		"name": &types.AttributeValueMemberS{Value: "Ada"}, "seen": &types.AttributeValueMemberBOOL{Value: true},
	}
}

func with(item crypt.Item, name string, v types.AttributeValue) crypt.Item {
	item = maps.Clone(item)
	item[name] = v
	return item
}

// Both ways of an encryptor are tested: as Table uses it, and through maps.
type byMaps struct{ crypt.Format }

func (f byMaps) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	e, err := f.Format.Encryptor(s)
	return struct{ crypt.ItemEncryptor }{e}, err
}

func bothWays(t *testing.T, test func(t *testing.T, legacy crypt.Format)) {
	t.Run("sealer", func(t *testing.T) { test(t, legacy(t)) })
	t.Run("maps", func(t *testing.T) { test(t, byMaps{legacy(t)}) })
}

func TestAllowRead(t *testing.T) {
	bothWays(t, func(t *testing.T, legacy crypt.Format) {
		c, read, clock := counted()
		f, err := insecureplaintext.AllowRead(legacy, c)
		require.NoError(t, err)
		e, err := f.Encryptor(schema(t, 0))
		require.NoError(t, err)
		_, sealer := e.(wire.Sealer)
		_, wasSealer := legacy.(byMaps)
		assert.Equal(t, !wasSealer, sealer)

		stored, err := e.EncryptItem(t.Context(), visit())
		require.NoError(t, err)
		assert.True(t, e.Claims(stored), "it writes encrypted")
		opened, err := e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		assert.Equal(t, crypt.Opened{Item: visit(), Unsigned: []string{"seen"}}, opened)
		assert.Empty(t, read)

		plain := with(visit(), "extra", &types.AttributeValueMemberNULL{Value: true})
		opened, err = e.DecryptItem(t.Context(), plain)
		require.NoError(t, err)
		assert.Equal(t, crypt.Opened{
			Item: plain, Stale: true, Unsigned: []string{"at", "extra", "name", "patient", "seen"}, Actions: map[string]crypt.Action{"extra": crypt.Plain},
		}, opened)
		assert.Equal(t, map[string]int{"visits": 1}, read)
		opened.Item["name"] = nil
		assert.NotNil(t, plain["name"], "the item is a copy")

		for name, item := range map[string]crypt.Item{
			"a lone mark":                      with(visit(), "sig", stored["sig"]),
			"a mark of another type":           with(visit(), "sig", &types.AttributeValueMemberS{Value: "x"}),
			"a mark of no type":                with(visit(), ddbec.DescriptionField, nil),
			"the legacy format's default mark": with(visit(), ddbec.SignatureField, &types.AttributeValueMemberB{}),
			"a mark of the modern format":      with(visit(), "aws_dbe_head", &types.AttributeValueMemberB{}),
			"a reserved name":                  with(visit(), "aws_dbe_b_name", &types.AttributeValueMemberS{Value: "beacon"}),
			"no partition key":                 {"at": visit()["at"]},
			"no sort key":                      {"patient": visit()["patient"]},
			"nothing":                          {},
		} {
			t.Run(name, func(t *testing.T) {
				opened, err := e.DecryptItem(t.Context(), item)
				require.ErrorIs(t, err, crypt.ErrFormat)
				assert.Zero(t, opened)
			})
		}
		forged := with(stored, "patient", &types.AttributeValueMemberS{Value: "p-18"})
		_, err = e.DecryptItem(t.Context(), forged)
		require.ErrorIs(t, err, crypt.ErrAuth, "what fails is not read as plaintext")

		*clock = end
		_, err = e.DecryptItem(t.Context(), visit())
		require.ErrorIs(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, "2027-01-31")
		_, err = e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"visits": 1}, read)
	})
}

func TestForceWrite(t *testing.T) {
	bothWays(t, func(t *testing.T, legacy crypt.Format) {
		c, read, clock := counted()
		f, err := insecureplaintext.ForceWrite(legacy, c)
		require.NoError(t, err)
		e, err := f.Encryptor(schema(t, 0))
		require.NoError(t, err)
		item := visit()
		stored, err := e.EncryptItem(t.Context(), item)
		require.NoError(t, err)
		assert.Equal(t, visit(), stored)
		stored["name"] = nil
		assert.Equal(t, visit(), item)
		_, err = e.DecryptItem(t.Context(), item)
		require.NoError(t, err)
		assert.Equal(t, map[string]int{"visits": 1}, read)

		inner, err := legacy.Encryptor(schema(t, 0))
		require.NoError(t, err)
		encrypted, err := inner.EncryptItem(t.Context(), visit())
		require.NoError(t, err)
		opened, err := e.DecryptItem(t.Context(), encrypted)
		require.NoError(t, err)
		assert.Equal(t, visit(), opened.Item)

		for name, item := range map[string]crypt.Item{
			"encrypted already": encrypted, "no sort key": {"patient": visit()["patient"]}, "nil": nil,
			"a reserved name": with(visit(), "aws_dbe_x", visit()["at"]),
		} {
			t.Run(name, func(t *testing.T) {
				stored, err := e.EncryptItem(t.Context(), item)
				require.ErrorIs(t, err, crypt.ErrFormat)
				assert.Nil(t, stored)
			})
		}
		*clock = end.Add(time.Nanosecond)
		_, err = e.EncryptItem(t.Context(), visit())
		require.ErrorIs(t, err, crypt.ErrFormat)
	})
}

func TestUndeclaredAttributesThatTheSchemaRefuses(t *testing.T) {
	bothWays(t, func(t *testing.T, legacy crypt.Format) {
		c, read, _ := counted()
		f, err := insecureplaintext.ForceWrite(legacy, c)
		require.NoError(t, err)
		e, err := f.Encryptor(schema(t, crypt.Refuse))
		require.NoError(t, err)
		item := with(visit(), "extra", visit()["at"])
		_, err = e.DecryptItem(t.Context(), item)
		require.ErrorIs(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, `"extra"`)
		_, err = e.EncryptItem(t.Context(), item)
		require.ErrorIs(t, err, crypt.ErrFormat)
		assert.Empty(t, read)
	})
}

func TestConstructionRefuses(t *testing.T) {
	good, _, _ := counted()
	without := func(change func(*insecureplaintext.Config)) insecureplaintext.Config {
		c := good
		change(&c)
		return c
	}
	reads, err := insecureplaintext.AllowRead(legacy(t), good)
	require.NoError(t, err)
	for name, c := range map[string]struct {
		format crypt.Format
		config insecureplaintext.Config
		want   []string
	}{
		"everything missing":   {nil, insecureplaintext.Config{}, []string{"no format", "no Until", "no OnRead"}},
		"no end":               {legacy(t), without(func(c *insecureplaintext.Config) { c.Until = time.Time{} }), []string{"no Until"}},
		"no hook":              {legacy(t), without(func(c *insecureplaintext.Config) { c.OnRead = nil }), []string{"no OnRead"}},
		"beside a migration":   {crypt.Migrate(legacy(t)), good, []string{"beside two"}},
		"beside itself":        {reads, good, []string{"beside two"}},
		"a format that is bad": {ddbec.Format(nil), good, nil},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := insecureplaintext.AllowRead(c.format, c.config)
			if c.want == nil {
				require.NoError(t, err)
				_, err = f.Encryptor(schema(t, 0))
				assert.Error(t, err)
				return
			}
			require.Error(t, err)
			for _, want := range c.want {
				assert.ErrorContains(t, err, want)
			}
			_, err = insecureplaintext.ForceWrite(c.format, c.config)
			assert.Error(t, err)
		})
	}
	t.Run("a migration to it", func(t *testing.T) {
		_, err := crypt.Migrate(reads).Encryptor(schema(t, 0))
		assert.ErrorContains(t, err, "plaintext cannot be read during a migration")
	})
}

func TestTheContextIsHonoured(t *testing.T) {
	bothWays(t, func(t *testing.T, legacy crypt.Format) {
		c, read, _ := counted()
		f, err := insecureplaintext.ForceWrite(legacy, c)
		require.NoError(t, err)
		e, err := f.Encryptor(schema(t, 0))
		require.NoError(t, err)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err = e.DecryptItem(ctx, visit())
		require.ErrorIs(t, err, context.Canceled)
		_, err = e.EncryptItem(ctx, visit())
		require.ErrorIs(t, err, context.Canceled)
		assert.Empty(t, read)
	})
}
