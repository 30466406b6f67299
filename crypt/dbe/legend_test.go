package dbe_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Items as written under one schema, read under another (1.11).
func TestReadersWithAnotherSchema(t *testing.T) {
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "a": &avS{Value: canary}, "b": &avN{Value: "7391"}}
	type schema = crypt.SchemaConfig
	for name, c := range map[string]struct {
		writer, reader actions
		change         func(*schema) // of the reader
		refused        string        // "": it opens
		stale          bool
		unsigned       []string
		actions        actions
	}{
		"the same":                     {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt, "b": crypt.Sign}},
		"encrypt becomes sign":         {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Sign, "b": crypt.Sign}, stale: true},
		"sign becomes encrypt":         {writer: actions{"a": crypt.Sign, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt, "b": crypt.Encrypt}, stale: true},
		"sign becomes context":         {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt, "b": crypt.SignContext}, stale: true},
		"context becomes sign":         {writer: actions{"a": crypt.Encrypt, "b": crypt.SignContext}, reader: actions{"a": crypt.Encrypt, "b": crypt.Sign}, stale: true},
		"context becomes encrypt":      {writer: actions{"a": crypt.SignContext, "b": crypt.SignContext}, reader: actions{"a": crypt.SignContext, "b": crypt.Encrypt}, stale: true},
		"an attribute is added":        {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt, "b": crypt.Sign, "c": crypt.Encrypt, "d": crypt.Plain}},
		"attributes are taken out":     {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{}, actions: actions{"a": crypt.Encrypt, "b": crypt.Sign}},
		"one in the context is":        {writer: actions{"a": crypt.SignContext, "b": crypt.SignContext}, reader: actions{"b": crypt.SignContext}, actions: actions{"a": crypt.SignContext}},
		"a plain one is, and is named": {writer: actions{"a": crypt.Encrypt, "b": crypt.Plain}, reader: actions{"a": crypt.Encrypt}, change: func(c *schema) { c.Unsigned = []string{"b"} }, unsigned: []string{"b"}, actions: actions{"b": crypt.Plain}},
		"a plain one is, by a prefix":  {writer: actions{"a": crypt.Plain, "b": crypt.Plain}, reader: actions{}, change: func(c *schema) { c.Unsigned = []string{"a*", "b"} }, unsigned: []string{"a", "b"}, actions: actions{"a": crypt.Plain, "b": crypt.Plain}},
		"unknown ones are plain":       {writer: actions{"a": crypt.Encrypt, "b": crypt.Plain}, reader: actions{"a": crypt.Encrypt}, change: func(c *schema) { c.Unknown = crypt.Plain }, unsigned: []string{"b"}, actions: actions{"b": crypt.Plain}},
		"unknown ones are encrypted":   {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt}, change: func(c *schema) { c.Unknown = crypt.Encrypt }, actions: actions{"b": crypt.Sign}},
		"a plain one is taken out":     {writer: actions{"a": crypt.Encrypt, "b": crypt.Plain}, reader: actions{"a": crypt.Encrypt}, refused: "attributes"},
		"encrypt becomes plain":        {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Plain, "b": crypt.Sign}, refused: "attributes"},
		"sign becomes unsigned":        {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt}, change: func(c *schema) { c.Unsigned = []string{"b"} }, refused: "attributes"},
		"plain becomes sign":           {writer: actions{"a": crypt.Encrypt, "b": crypt.Plain}, reader: actions{"a": crypt.Encrypt, "b": crypt.Sign}, refused: "attributes"},
		"unknown ones are refused":     {writer: actions{"a": crypt.Encrypt, "b": crypt.Sign}, reader: actions{"a": crypt.Encrypt}, change: func(c *schema) { c.Unknown = crypt.Refuse }, refused: "undeclared"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, s := range suites {
				stored := encrypted(t, encryptor(t, of(t, s), table(c.writer)), item)
				reader := table(c.reader)
				if c.change != nil {
					c.change(&reader)
				}
				opened, err := encryptor(t, of(t, s), reader).DecryptItem(t.Context(), stored)
				if c.refused != "" {
					refused(t, err, crypt.ErrFormat)
					assert.ErrorContains(t, err, c.refused)
					assert.Zero(t, opened)
					continue
				}
				require.NoError(t, err)
				assert.Equal(t, item, opened.Item)
				assert.Equal(t, c.stale, opened.Stale)
				assert.Equal(t, c.unsigned, opened.Unsigned)
				assert.Equal(t, c.actions, opened.Actions)
			}
		})
	}
}

// What is unsigned is exchanged for what is signed: the number fits, and the names do not.
func TestAttributesExchangedOverTheScope(t *testing.T) {
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "a": &avS{Value: "x"}, "b": &avS{Value: "y"}}
	stored := encrypted(t, encryptor(t, of(t, keyring.SuiteHMAC), table(actions{"a": crypt.Sign, "b": crypt.Plain})), item)
	_, err := encryptor(t, of(t, keyring.SuiteHMAC), table(actions{"a": crypt.Plain, "b": crypt.Sign})).DecryptItem(t.Context(), stored)
	refused(t, err, crypt.ErrAuth)
}

func TestWritingUndeclaredAttributes(t *testing.T) {
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "c": &avS{Value: canary}, "u": &avS{Value: canary}}
	for name, c := range map[string]struct {
		unknown  crypt.Action
		unsigned []string
		as       crypt.Action // 0: refused
	}{
		"refused by name":         {},
		"refused":                 {unknown: crypt.Refuse},
		"encrypted":               {unknown: crypt.Encrypt, as: crypt.Encrypt},
		"signed":                  {unknown: crypt.Sign, as: crypt.Sign},
		"in the context":          {unknown: crypt.SignContext, as: crypt.SignContext},
		"plain":                   {unknown: crypt.Plain, as: crypt.Plain},
		"named unsigned":          {unsigned: []string{"u"}, as: crypt.Plain},
		"unsigned by prefix":      {unknown: crypt.Encrypt, unsigned: []string{"u*"}, as: crypt.Plain},
		"named, and else refused": {unknown: crypt.Refuse, unsigned: []string{"u"}, as: crypt.Plain},
	} {
		t.Run(name, func(t *testing.T) {
			schema := table(actions{"c": crypt.SignContext})
			schema.Unknown, schema.Unsigned = c.unknown, c.unsigned
			e := encryptor(t, of(t, keyring.SuiteHMAC), schema)
			stored, err := e.EncryptItem(t.Context(), item)
			if c.as == 0 {
				refusedWith(t, err, crypt.ErrFormat, "u", "declare it")
				return
			}
			require.NoError(t, err)
			opened := decrypted(t, e, stored)
			assert.Equal(t, item, opened.Item)
			assert.Equal(t, actions{"u": c.as}, opened.Actions)
			assert.False(t, opened.Stale)
		})
	}
}

// kept is an item whose undeclared attributes know how they were read, as Modify has it.
type kept struct {
	wire.Source
	as wire.Protection
}

func (k kept) Protection(wire.Slot) wire.Protection { return k.as }

func TestUndeclaredAttributesKeepTheirProtection(t *testing.T) {
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "u": &avS{Value: canary}}
	for version, declared := range map[int]actions{1: {}, 2: {"pk": crypt.SignContext}} {
		schema := table(declared)
		e := encryptor(t, of(t, keyring.SuiteHMAC), schema)
		for as, opens := range map[wire.Protection]bool{0: false, wire.Encrypt: true, wire.Sign: true, wire.SignContext: version == 2, wire.Plain: false, wire.Refuse: false, 9: false} {
			t.Run(fmt.Sprint("version ", version, ", ", crypt.Action(as)), func(t *testing.T) {
				src := layoutOf(t, schema).Read(item)
				defer src.Release()
				var sealed wire.Sealed
				err := e.(wire.Sealer).SealItem(t.Context(), kept{src, as}, &sealed)
				if !opens {
					refusedWith(t, err, crypt.ErrFormat, "u", "undeclared")
					assert.Zero(t, sealed)
					return
				}
				require.NoError(t, err)
				assert.True(t, sealed.Fresh)
				stored := with(item, nil)
				for _, m := range sealed.Marks {
					stored[m.Name] = &avB{Value: sealed.Bytes(m.Range)}
				}
				if as == wire.Encrypt {
					stored["u"] = &avB{Value: sealed.Bytes(sealed.Value[2])}
				}
				assert.Equal(t, actions{"u": crypt.Action(as)}, decrypted(t, e, stored).Actions)
			})
		}
	}
}

// Each name of a table costs a question to the manager, and only items that the names before it do not fit
// ask it.
func TestAliases(t *testing.T) {
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	var asked []string
	f := format(t, dbe.Config{Suite: keyring.SuiteHMAC, Manager: managerFunc{
		inner.EncryptionMaterials,
		func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
			asked = append(asked, r.Reproduced["aws-crypto-table-name"])
			return inner.DecryptionMaterials(ctx, r)
		},
	}})
	as := actions{"e": crypt.Encrypt, "c": crypt.SignContext}
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "e": &avS{Value: canary}, "c": &avS{Value: canary}}
	reader := table(as)
	reader.Aliases = []string{"one", "two"}
	e := encryptor(t, f, reader)
	for name, want := range map[string][]string{"Tbl": {"Tbl"}, "one": {"Tbl", "one"}, "two": {"Tbl", "one", "two"}, "three": {"Tbl", "one", "two"}} {
		writer := table(as)
		writer.Table = name
		stored := encrypted(t, encryptor(t, of(t, keyring.SuiteHMAC), writer), item)
		asked = nil
		opened, err := e.DecryptItem(t.Context(), stored)
		assert.Equal(t, want, asked)
		if name == "three" {
			refused(t, err, crypt.ErrAuth)
			continue
		}
		require.NoError(t, err)
		assert.Equal(t, item, opened.Item)
		assert.Equal(t, name != "Tbl", opened.Stale)
	}
	asked = nil
	_, err = encryptor(t, format(t, dbe.Config{Keyring: rawAES(t, 2), Suite: keyring.SuiteHMAC}), reader).DecryptItem(t.Context(), encrypted(t, e, item))
	refused(t, err, crypt.ErrFormat, "another key is told at once")
	assert.Empty(t, asked)
}
