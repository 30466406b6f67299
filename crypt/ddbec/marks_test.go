package ddbec_test

import (
	"cmp"
	"context"
	"crypto"
	"maps"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Java writes no description that would be empty: of an item that is only signed, by an HMAC, under a
// static provider without entries of its own.
func TestItemsWithoutADescription(t *testing.T) {
	item, schema := sealable()
	delete(item, "text")
	delete(schema.Actions, "text")
	signOnly := static(t, func(c *provider.StaticConfig) { c.Encrypt = secret.Key{} })
	for name, c := range map[string]ddbec.Config{
		"default marks": {Provider: signOnly},
		"own marks":     {Provider: signOnly, SignatureField: "sig", DescriptionField: "desc"},
	} {
		t.Run(name, func(t *testing.T) {
			e := encryptor(t, format(t, c), schema)
			marks := e.Marks()
			written, err := e.EncryptItem(t.Context(), item)
			require.NoError(t, err)
			assert.Contains(t, written, marks.All[0], "ours has one all the same, with the hint")
			bare := with(written, crypt.Item{marks.All[0]: nil})
			assert.True(t, e.Claims(bare))
			opened, err := e.DecryptItem(t.Context(), bare)
			require.NoError(t, err)
			assert.Equal(t, item, opened.Item)
			assert.Equal(t, []string{"free"}, opened.Unsigned)

			c := c
			c.Provider = keys(t)
			opened, err = encryptor(t, format(t, c), schema).DecryptItem(t.Context(), bare)
			require.NoError(t, err, "a key to encrypt with makes no difference")
			assert.Equal(t, item, opened.Item)

			newer := schema
			newer.Actions = actions{"free": crypt.Plain}
			opened, err = encryptor(t, format(t, c), newer).DecryptItem(t.Context(), bare)
			require.NoError(t, err, "nor do undeclared attributes, that no hint names")
			assert.Equal(t, item, opened.Item)

			for _, name := range []string{"pk", "sk", "mark"} {
				itemtest.Flips(bare[name], func(v attributeValue) {
					_, err := e.DecryptItem(t.Context(), with(bare, crypt.Item{name: v}))
					require.Error(t, err, name)
				})
			}
			_, err = e.DecryptItem(t.Context(), with(bare, crypt.Item{marks.Seal: nil}))
			refused(t, err, crypt.ErrFormat)

			c.Provider = wrapped(t, func(*provider.WrappedConfig) {})
			_, err = encryptor(t, format(t, c), schema).DecryptItem(t.Context(), bare)
			refused(t, err, crypt.ErrFormat, "there is no key to unwrap")
			c.Provider = static(t, func(s *provider.StaticConfig) { s.Description = map[string]string{"stage": canary} })
			_, err = encryptor(t, format(t, c), schema).DecryptItem(t.Context(), bare)
			refused(t, err, crypt.ErrFormat, "the provider's entries are missing")
		})
	}
}

// Names of Java programs' own, over every kind of materials: what is written is read under these names and
// under no others.
func TestOwnNamesOverEveryProvider(t *testing.T) {
	item, schema := sealable()
	names := map[string]ddbec.Config{
		"the default":                  {},
		"own marks":                    {SignatureField: "sig", DescriptionField: "desc"},
		"own marks and prefix":         {SignatureField: "sig", DescriptionField: "desc", DescriptionPrefix: "my-"},
		"an own signature":             {SignatureField: "sig"},
		"an own description":           {DescriptionField: "desc"},
		"an own prefix":                {DescriptionPrefix: "my-"},
		"the names exchanged":          {SignatureField: ddbec.DescriptionField, DescriptionField: ddbec.SignatureField},
		"a prefix that is the default": {DescriptionPrefix: "amzn-ddb-map-"},
	}
	same := map[string]string{"the default": "a prefix that is the default", "a prefix that is the default": "the default"}
	for kind, p := range grid(t) {
		t.Run(kind, func(t *testing.T) {
			for writer, w := range names {
				w.Provider = p
				stored, err := encryptor(t, format(t, w), schema).EncryptItem(t.Context(), item)
				require.NoError(t, err, writer)
				for reader, r := range names {
					r.Provider = p
					opened, err := encryptor(t, format(t, r), schema).DecryptItem(t.Context(), stored)
					if reader == writer || same[writer] == reader {
						require.NoError(t, err, "%s reads %s", reader, writer)
						require.Equal(t, item, opened.Item)
						continue
					}
					require.ErrorIs(t, err, crypt.ErrFormat, "%s reads %s", reader, writer)
					require.Zero(t, opened)
				}
			}
		})
	}
}

// Under a prefix of its own, entries of the default one are any other's.
func TestEntriesOfAnotherPrefixDecideNothing(t *testing.T) {
	item, schema := sealable()
	e := encryptor(t, format(t, ddbec.Config{Provider: keys(t), DescriptionPrefix: "my-"}), schema)
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	entries := entriesOf(t, stored)
	maps.Copy(entries, map[string]string{"amzn-ddb-map-sym-mode": "/CTR/NoPadding", "amzn-ddb-map-signingAlg": "HmacSHA1"})
	opened, err := e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, entries)}))
	require.NoError(t, err)
	assert.Equal(t, item, opened.Item)
	for _, alg := range []string{"HmacSHA1", "HmacSHA512"} {
		entries["my-signingAlg"] = alg
		_, err = e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: description(t, entries)}))
		refusedWith(t, err, crypt.ErrFormat, desc, "my-signingAlg")
	}
}

// Entries of the user's are stored beside every provider's own, and survive a reader who knows none.
func TestUserEntriesOverEveryProvider(t *testing.T) {
	item, schema := sealable()
	own := map[string]string{"stage": "prod", "Ω": "größer", "empty": ""}
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	for name, build := range map[string]func(entries map[string]string) provider.Provider{
		"static": func(m map[string]string) provider.Provider {
			return static(t, func(c *provider.StaticConfig) { c.Description = m })
		},
		"wrapped": func(m map[string]string) provider.Provider {
			return wrapped(t, func(c *provider.WrappedConfig) { c.Sign, c.Verify, c.Description = h, h, m })
		},
	} {
		t.Run(name, func(t *testing.T) {
			stored, err := encryptor(t, ddbec.Format(build(own)), schema).EncryptItem(t.Context(), item)
			require.NoError(t, err)
			got := entriesOf(t, stored)
			for entry, value := range own {
				assert.Equal(t, value, got[entry])
			}
			for _, entries := range []map[string]string{own, nil} {
				opened, err := encryptor(t, ddbec.Format(build(entries)), schema).DecryptItem(t.Context(), stored)
				require.NoError(t, err)
				assert.Equal(t, item, opened.Item)
			}
			_, err = encryptor(t, ddbec.Format(build(map[string]string{"stage": canary})), schema).DecryptItem(t.Context(), stored)
			if name == "static" {
				refused(t, err, crypt.ErrFormat)
			} else {
				assert.NoError(t, err, "a wrapped provider goes by the key alone")
			}
		})
	}
}

func TestCustomNames(t *testing.T) {
	item, schema := sealable()
	custom := encryptor(t, format(t, ddbec.Config{Provider: keys(t), SignatureField: "sig", DescriptionField: "desc", DescriptionPrefix: "my-"}), schema)
	assert.Equal(t, crypt.Marks{All: []string{"desc", "sig"}, Seal: "sig"}, custom.Marks())
	stored, err := custom.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	d, err := provider.ParseDescription(stored["desc"].(*avB).Value)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"my-sym-mode": "/CBC/PKCS5Padding", "dynaseal-actions": "p4:free"}, d.Map())
	opened, err := custom.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, item, opened.Item)

	standard := encryptor(t, ddbec.Format(keys(t)), schema)
	_, err = standard.DecryptItem(t.Context(), stored)
	refusedWith(t, err, crypt.ErrFormat, ddbec.SignatureField, "missing")
	usual, err := standard.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	_, err = custom.DecryptItem(t.Context(), usual)
	refusedWith(t, err, crypt.ErrFormat, ddbec.DescriptionField, "default names")

	_, err = custom.EncryptItem(t.Context(), stored)
	refusedWith(t, err, crypt.ErrFormat, "desc", "already encrypted")
	both := with(stored, crypt.Item{ddbec.SignatureField: &avB{Value: []byte(canary)}})
	_, err = custom.DecryptItem(t.Context(), both)
	refusedWith(t, err, crypt.ErrFormat, ddbec.SignatureField, "default names")
}

// An entry of the provider's that readers take for the format's is refused, whether or not the item would
// have one of the format's beside it.
func TestTheFormatsEntriesAreNotTheProviders(t *testing.T) {
	item, schema := sealable()
	longHint := table(actions{strings.Repeat("x", 16<<10): crypt.Plain})
	signer := signerFunc(func(context.Context, []byte) ([]byte, error) { return []byte("signature"), nil })
	for _, prefix := range []string{"", "my-"} {
		names := cmp.Or(prefix, "amzn-ddb-map-")
		for _, entry := range []string{names + "sym-mode", names + "signingAlg", "dynaseal-actions"} {
			for kind, c := range map[string]struct {
				schema crypt.SchemaConfig
				item   crypt.Item
				key    secret.Key
			}{
				"encrypted":      {schema, item, key(t, count(0, 32))},
				"signed only":    {schema, with(item, crypt.Item{"text": nil}), secret.Key{}},
				"without a hint": {longHint, crypt.Item{"pk": &avS{Value: "x"}}, secret.Key{}},
			} {
				t.Run(entry+", "+kind, func(t *testing.T) {
					d, err := provider.NewDescription(map[string]string{entry: canary})
					require.NoError(t, err)
					m := provider.EncryptionMaterials{Encrypt: c.key, Sign: signer, Description: d}
					p := providerFunc{encrypt: func(context.Context, provider.Request) (provider.EncryptionMaterials, error) { return m, nil }}
					out, err := encryptor(t, format(t, ddbec.Config{Provider: p, DescriptionPrefix: prefix}), c.schema).EncryptItem(t.Context(), c.item)
					assert.Nil(t, out)
					refusedWith(t, err, crypt.ErrKeys, "", entry)
				})
			}
		}
	}
	t.Run("a static provider does not know the prefix", func(t *testing.T) {
		p := static(t, func(c *provider.StaticConfig) { c.Description = map[string]string{"my-sym-mode": canary} })
		_, err := encryptor(t, format(t, ddbec.Config{Provider: p, DescriptionPrefix: "my-"}), schema).EncryptItem(t.Context(), item)
		refusedWith(t, err, crypt.ErrKeys, "", "my-sym-mode")
		_, err = encryptor(t, ddbec.Format(p), schema).EncryptItem(t.Context(), item)
		require.NoError(t, err, "under another prefix the name is one like any other")
	})
}
