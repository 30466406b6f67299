package crypttest_test

import (
	"context"
	"crypto"
	"go/parser"
	"go/token"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A format that can do less says so, and passes.
func TestAPartialFormatPasses(t *testing.T) {
	h, err := provider.NewHMAC(crypto.SHA256, key(t, 0))
	require.NoError(t, err)
	p, err := provider.NewStatic(provider.StaticConfig{Sign: h, Verify: h})
	require.NoError(t, err)
	t.Run("it signs only", func(t *testing.T) {
		crypttest.TestProvider(t, p, crypttest.ProviderConfig{SignOnly: true})
		crypttest.TestFormat(t, ddbec.Format(p), crypttest.Config{SignOnly: true})
	})
	t.Run("and is told apart from one that encrypts", func(t *testing.T) {
		assert.NotEmpty(t, crypttest.CheckProvider(t.Context(), p, crypttest.ProviderConfig{}))
		assert.NotEmpty(t, crypttest.CheckFormat(t.Context(), ddbec.Format(p), crypttest.Config{}))
	})
	t.Run("it knows texts only", func(t *testing.T) {
		texts := damaged(ddbec.Format(static(t, 0)), func(f *fault, _ crypt.Schema) {
			f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
				for name, v := range item {
					if _, ok := v.(*avS); !ok && name != "pk" && name != "sk" {
						return nil, &crypt.Error{Op: "encrypt", Table: "t", Attribute: name, Err: crypt.ErrFormat}
					}
				}
				return f.ItemEncryptor.EncryptItem(ctx, item)
			}
		})
		crypttest.TestFormat(t, texts, crypttest.Config{Supports: func(v value) bool { _, ok := v.(*avS); return ok }})
		assert.NotEmpty(t, crypttest.CheckFormat(t.Context(), texts, crypttest.Config{}))
	})
	t.Run("it has other names", func(t *testing.T) {
		f, err := ddbec.New(ddbec.Config{Provider: static(t, 0), SignatureField: "signature", DescriptionField: "description", DescriptionPrefix: "my-"})
		require.NoError(t, err)
		crypttest.TestFormat(t, f, crypttest.Config{})
	})
	t.Run("its reader is another", func(t *testing.T) {
		h, err := provider.NewHMAC(crypto.SHA256, key(t, 32))
		require.NoError(t, err)
		writer, err := provider.NewStatic(provider.StaticConfig{Encrypt: key(t, 0), Sign: h})
		require.NoError(t, err)
		crypttest.TestProvider(t, writer, crypttest.ProviderConfig{Reader: static(t, 0)})
	})
}

func TestSkip(t *testing.T) {
	sound := ddbec.Format(static(t, 0))
	broken := reschemed(sound, func(c *crypt.SchemaConfig) { c.Table = "any" })
	assert.Empty(t, crypttest.CheckFormat(t.Context(), broken, crypttest.Config{Skip: []string{"moved-to-another-table", "table-aliases"}}))
	failures := crypttest.CheckFormat(t.Context(), sound, crypttest.Config{Skip: []string{"no-such-check"}})
	assert.Equal(t, []crypttest.Failure{{Check: "skip", Detail: `there is no check "no-such-check"`}}, failures)
}

// What gives nothing at all, or panics, fails and does not end the process.
func TestUselessOnesFail(t *testing.T) {
	for name, f := range map[string]crypt.Format{
		"nil":        nil,
		"nothing":    formatFunc(func(crypt.Schema) (crypt.ItemEncryptor, error) { return nil, nil }),
		"an error":   ddbec.Format(nil),
		"it panics":  formatFunc(func(crypt.Schema) (crypt.ItemEncryptor, error) { panic("no") }),
		"it is void": formatFunc(func(crypt.Schema) (crypt.ItemEncryptor, error) { return &fault{}, nil }),
	} {
		checks, _ := crypttest.Names()
		assert.Greater(t, len(crypttest.CheckFormat(t.Context(), f, crypttest.Config{Secrets: [][]byte{keyBytes(0)}})), len(checks)*3/4, name)
	}
	for name, p := range map[string]provider.Provider{"nil": nil, "it panics": &faultyProvider{}} {
		assert.Len(t, crypttest.CheckProvider(t.Context(), p, crypttest.ProviderConfig{}), 9, name)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	assert.NotEmpty(t, crypttest.CheckFormat(ended, ddbec.Format(static(t, 0)), crypttest.Config{}), "nothing was checked")
}

func TestTheDocumentationNamesEveryCheck(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "doc.go", nil, parser.ParseComments|parser.PackageClauseOnly)
	require.NoError(t, err)
	words := strings.FieldsFunc(f.Doc.Text(), func(r rune) bool { return strings.ContainsRune(" \n,:", r) })
	format, provider := crypttest.Names()
	for _, name := range append(format, provider...) {
		assert.Contains(t, words, name)
	}
}
