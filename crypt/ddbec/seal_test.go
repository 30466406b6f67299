package ddbec_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sealed is the item as the tests of refusals start from.
func sealable() (crypt.Item, crypt.SchemaConfig) {
	c := table(actions{"text": crypt.Encrypt, "mark": crypt.Sign, "free": crypt.Plain, "photo": crypt.Sign})
	c.SortKey = "sk"
	return crypt.Item{
		"pk": &avS{Value: canary}, "sk": &avN{Value: "7391"},
		"text": &avS{Value: canary}, "mark": &avS{Value: canary}, "free": &avS{Value: canary},
	}, c
}

func TestEncryptItemRefuses(t *testing.T) {
	item, schema := sealable()
	for name, c := range map[string]struct {
		change    crypt.Item
		unknown   crypt.Action
		attribute string
		detail    string
	}{
		"a missing partition key":                 {change: crypt.Item{"pk": nil}, attribute: "pk", detail: "missing"},
		"a missing sort key":                      {change: crypt.Item{"sk": nil}, attribute: "sk", detail: "missing"},
		"a key that is a BOOL":                    {change: crypt.Item{"pk": &avBOOL{Value: true}}, attribute: "pk", detail: "S, N or B"},
		"a key that is a set":                     {change: crypt.Item{"sk": &avSS{Value: []string{canary}}}, attribute: "sk", detail: "S, N or B"},
		"an empty string key":                     {change: crypt.Item{"pk": &avS{}}, attribute: "pk", detail: "empty"},
		"an empty binary key":                     {change: crypt.Item{"pk": &avB{}}, attribute: "pk", detail: "empty"},
		"an undeclared attribute":                 {change: crypt.Item{"extra": &avS{Value: canary}}, attribute: "extra", detail: "declare it"},
		"an undeclared attribute, Refuse":         {change: crypt.Item{"extra": &avS{Value: canary}}, unknown: crypt.Refuse, attribute: "extra", detail: "declare it"},
		"an attribute without a name":             {change: crypt.Item{"": &avS{Value: canary}}, unknown: crypt.Sign, detail: "name"},
		"a name that is not UTF-8":                {change: crypt.Item{"x\xff": &avS{Value: canary}}, unknown: crypt.Sign, attribute: "x\xff", detail: "UTF-8"},
		"an encrypted item, its signature":        {change: crypt.Item{"*amzn-ddb-map-sig*": &avB{Value: []byte(canary)}}, unknown: crypt.Encrypt, attribute: "*amzn-ddb-map-sig*", detail: "already encrypted"},
		"an encrypted item, its description":      {change: crypt.Item{"*amzn-ddb-map-desc*": &avS{Value: canary}}, unknown: crypt.Plain, attribute: "*amzn-ddb-map-desc*", detail: "already encrypted"},
		"an item of the modern format":            {change: crypt.Item{"aws_dbe_head": &avB{Value: []byte(canary)}}, unknown: crypt.Plain, attribute: "aws_dbe_head", detail: "modern format"},
		"another reserved name":                   {change: crypt.Item{"*amzn-ddb-map-x": &avS{Value: canary}}, unknown: crypt.Sign, attribute: "*amzn-ddb-map-x", detail: "legacy format"},
		"an empty set, signed":                    {change: crypt.Item{"mark": &avSS{}}, attribute: "mark", detail: "empty set"},
		"an empty set, plain":                     {change: crypt.Item{"free": &avBS{}}, attribute: "free", detail: "empty set"},
		"a set with a member twice, encrypted":    {change: crypt.Item{"text": &avSS{Value: []string{canary, canary}}}, attribute: "text", detail: "twice"},
		"a number of 39 digits, encrypted":        {change: crypt.Item{"text": &avN{Value: strings.Repeat("7391", 10)}}, attribute: "text", detail: "38"},
		"a number out of range, plain":            {change: crypt.Item{"free": &avN{Value: "7391E200"}}, attribute: "free", detail: "range"},
		"no number":                               {change: crypt.Item{"mark": &avN{Value: canary}}, attribute: "mark", detail: "number"},
		"a string that is not UTF-8, plain":       {change: crypt.Item{"free": &avS{Value: canary + "\xff"}}, attribute: "free", detail: "UTF-8"},
		"a NULL that is false":                    {change: crypt.Item{"text": &avNULL{}}, attribute: "text", detail: "NULL"},
		"no value, nested":                        {change: crypt.Item{"text": &avL{Value: []attribute.Value{nil}}}, attribute: "text", detail: "type"},
		"more than 400 KB, encrypted":             {change: crypt.Item{"text": &avS{Value: strings.Repeat(canary, 41000)}}, detail: "400 KB"},
		"more than 400 KB only when encrypted":    {change: crypt.Item{"text": &avB{Value: make([]byte, 400<<10-40)}}, detail: "400 KB"},
		"more than 400 KB, signed":                {change: crypt.Item{"mark": &avS{Value: strings.Repeat(canary, 41000)}}, detail: "400 KB"},
		"more than 400 KB, one plain, one signed": {change: crypt.Item{"free": &avS{Value: strings.Repeat(canary, 20000)}, "mark": &avS{Value: strings.Repeat(canary, 21000)}}, detail: "400 KB"},
	} {
		t.Run(name, func(t *testing.T) {
			schema.Unknown = c.unknown
			e := encryptor(t, ddbec.Format(keys(t)), schema)
			in := with(item, c.change)
			before := itemtest.Copy(in)
			out, err := e.EncryptItem(t.Context(), in)
			assert.Nil(t, out)
			refusedWith(t, err, crypt.ErrFormat, c.attribute, c.detail)
			assert.Equal(t, before, in)
		})
	}
	t.Run("a value that is nil", func(t *testing.T) {
		in := itemtest.Copy(item)
		in["mark"] = nil
		_, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), in)
		refusedWith(t, err, crypt.ErrFormat, "mark", "type")
	})
	t.Run("nil", func(t *testing.T) {
		_, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), nil)
		refusedWith(t, err, crypt.ErrFormat, "pk", "missing")
	})
}

func TestEncryptItemTakesEmptySetsWhereTheyAreEncrypted(t *testing.T) {
	item, schema := sealable()
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	in := with(item, crypt.Item{"text": &avM{Value: crypt.Item{"": &avNS{Value: []string{}}}}})
	out, err := e.EncryptItem(t.Context(), in)
	require.NoError(t, err)
	opened, err := e.DecryptItem(t.Context(), out)
	require.NoError(t, err)
	assert.Equal(t, in, opened.Item)
}

func TestEncryptorRefuses(t *testing.T) {
	schemaOf := func(c crypt.SchemaConfig) crypt.Schema {
		s, err := crypt.NewSchema(c)
		require.NoError(t, err)
		return s
	}
	for name, c := range map[string]struct {
		format crypt.Format
		schema crypt.Schema
		detail []string
	}{
		"context actions, every one":     {ddbec.Format(keys(t)), schemaOf(table(actions{"a": crypt.SignContext, "b": crypt.SignContext})), []string{`"a"`, `"b"`, "modern format"}},
		"a declared name that is a mark": {format(t, ddbec.Config{Provider: keys(t), SignatureField: "a"}), schemaOf(table(actions{"a": crypt.Plain})), []string{`"a"`, "mark"}},
		"a key that is a mark":           {format(t, ddbec.Config{Provider: keys(t), DescriptionField: "pk"}), schemaOf(table(nil)), []string{`"pk"`, "mark"}},
		"no provider":                    {ddbec.Format(nil), schemaOf(table(nil)), []string{"Provider"}},
		"the zero schema":                {ddbec.Format(keys(t)), crypt.Schema{}, []string{"NewSchema"}},
	} {
		t.Run(name, func(t *testing.T) {
			e, err := c.format.Encryptor(c.schema)
			require.Error(t, err)
			assert.Nil(t, e)
			for _, d := range c.detail {
				assert.Contains(t, err.Error(), d)
			}
		})
	}
}

func TestNewRefuses(t *testing.T) {
	for name, c := range map[string]ddbec.Config{
		"no provider":                  {},
		"one name for both marks":      {Provider: keys(t), SignatureField: "x", DescriptionField: "x"},
		"a default name for the other": {Provider: keys(t), SignatureField: ddbec.DescriptionField},
		"a name of the modern format":  {Provider: keys(t), SignatureField: "aws_dbe_foot"},
		"a name that is not UTF-8":     {Provider: keys(t), DescriptionField: "\xff"},
		"a name too long":              {Provider: keys(t), DescriptionField: strings.Repeat("x", 65536)},
		"a prefix that is not UTF-8":   {Provider: keys(t), DescriptionPrefix: "\xff"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := ddbec.New(c)
			assert.Error(t, err)
			assert.Nil(t, f)
		})
	}
}

func TestMarksAndClaims(t *testing.T) {
	_, schema := sealable()
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	assert.Equal(t, crypt.Marks{All: []string{"*amzn-ddb-map-desc*", "*amzn-ddb-map-sig*"}, Seal: "*amzn-ddb-map-sig*"}, e.Marks())
	assert.True(t, e.Claims(crypt.Item{"*amzn-ddb-map-sig*": &avS{}}))
	assert.True(t, e.Claims(crypt.Item{"*amzn-ddb-map-desc*": nil}))
	assert.False(t, e.Claims(crypt.Item{"aws_dbe_head": &avB{}, "pk": &avS{}}))
	assert.False(t, e.Claims(nil))
}

// What goes wrong with the provider while an item is encrypted.
func TestEncryptionMaterials(t *testing.T) {
	item, schema := sealable()
	outage := errors.New("the key service sleeps")
	signer := signerFunc(func(context.Context, []byte) ([]byte, error) { return []byte("signature"), nil })
	good := provider.EncryptionMaterials{Encrypt: key(t, count(0, 32)), Sign: signer}
	description := func(m map[string]string) provider.Description {
		d, err := provider.NewDescription(m)
		require.NoError(t, err)
		return d
	}
	for name, c := range map[string]struct {
		change func(*provider.EncryptionMaterials)
		err    error
		class  error
		cause  error
	}{
		"an outage":                       {err: outage, class: crypt.ErrKeys, cause: outage},
		"a deadline of the service's own": {err: context.DeadlineExceeded, class: crypt.ErrKeys, cause: context.DeadlineExceeded},
		"an error with a class":           {err: errors.Join(crypt.ErrFormat, outage), class: crypt.ErrFormat, cause: outage},
		"no signer":                       {change: func(m *provider.EncryptionMaterials) { m.Sign = nil }, class: crypt.ErrKeys},
		"no encryption key":               {change: func(m *provider.EncryptionMaterials) { m.Encrypt = secret.Key{} }, class: crypt.ErrKeys},
		"a key of no AES length":          {change: func(m *provider.EncryptionMaterials) { m.Encrypt = key(t, []byte(canary)) }, class: crypt.ErrKeys},
		"a signer that fails": {change: func(m *provider.EncryptionMaterials) {
			m.Sign = signerFunc(func(context.Context, []byte) ([]byte, error) { return nil, outage })
		}, class: crypt.ErrKeys, cause: outage},
		"an empty signature": {change: func(m *provider.EncryptionMaterials) {
			m.Sign = signerFunc(func(context.Context, []byte) ([]byte, error) { return nil, nil })
		}, class: crypt.ErrKeys},
		"a description without room": {change: func(m *provider.EncryptionMaterials) {
			m.Description = description(map[string]string{"x": strings.Repeat(canary, 6550)})
		}, class: crypt.ErrKeys},
	} {
		t.Run(name, func(t *testing.T) {
			m := good
			if c.change != nil {
				c.change(&m)
			}
			p := providerFunc{encrypt: func(context.Context, provider.Request) (provider.EncryptionMaterials, error) { return m, c.err }}
			out, err := encryptor(t, ddbec.Format(p), schema).EncryptItem(t.Context(), item)
			assert.Nil(t, out)
			refused(t, err, c.class)
			if c.cause != nil {
				assert.ErrorIs(t, err, c.cause)
			}
		})
	}
	t.Run("a long signature", func(t *testing.T) {
		m := good
		m.Sign = signerFunc(func(context.Context, []byte) ([]byte, error) { return make([]byte, 512), nil })
		p := providerFunc{encrypt: func(context.Context, provider.Request) (provider.EncryptionMaterials, error) { return m, nil }}
		out, err := encryptor(t, ddbec.Format(p), schema).EncryptItem(t.Context(), item)
		require.NoError(t, err)
		assert.Equal(t, &avB{Value: make([]byte, 512)}, out[ddbec.SignatureField])
	})
}

func TestRequestOfBothDirections(t *testing.T) {
	item, schema := sealable()
	item["sk"] = &avN{Value: "1.50"}
	static := keys(t)
	check := func(r provider.Request, sortKey string) {
		assert.Equal(t, []string{"Tbl", "pk", "sk"}, []string{r.Table, r.PartitionKey, r.SortKey})
		got, err := r.Keys()
		require.NoError(t, err)
		assert.Equal(t, crypt.Item{"pk": &avS{Value: canary}, "sk": &avN{Value: sortKey}}, got)
	}
	p := providerFunc{
		encrypt: func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
			check(r, "1.5") // as DynamoDB will return it
			assert.Empty(t, r.Description.Map())
			return static.EncryptionMaterials(ctx, r)
		},
		decrypt: func(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
			check(r, "1.50") // as it came
			assert.Equal(t, map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", "dynaseal-actions": "p4:free"}, r.Description.Map())
			return static.DecryptionMaterials(ctx, r)
		},
	}
	e := encryptor(t, ddbec.Format(p), schema)
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	_, err = e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
}

// Providers that bind the table's name must try the others, of which none is written under.
func TestRequestNamesAliasesToReadersOnly(t *testing.T) {
	item, schema := sealable()
	schema.Aliases = []string{"a", "b"}
	static := keys(t)
	asked := 0
	p := providerFunc{
		encrypt: func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
			assert.Empty(t, r.Aliases)
			return static.EncryptionMaterials(ctx, r)
		},
		decrypt: func(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
			asked++
			assert.Equal(t, []string{"a", "b"}, r.Aliases)
			clear(r.Aliases) // its own
			return static.DecryptionMaterials(ctx, r)
		},
	}
	e := encryptor(t, ddbec.Format(p), schema)
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	for range 2 {
		_, err = e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
	}
	assert.Equal(t, 2, asked)
}

// What is bound as -0 would be read as 0.
func TestKeysOfARequestAreNeverNegativeZero(t *testing.T) {
	static := keys(t)
	p := providerFunc{encrypt: func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
		if _, err := r.Keys(); err != nil {
			return provider.EncryptionMaterials{}, err
		}
		return static.EncryptionMaterials(ctx, r)
	}}
	for text, ok := range map[string]bool{"-0": false, "-0.00": false, "-0E7": false, "0": true, "0.0": true, "-1": true} {
		item, schema := sealable()
		item["pk"] = &avN{Value: text}
		_, err := encryptor(t, ddbec.Format(p), schema).EncryptItem(t.Context(), item)
		if ok {
			assert.NoError(t, err, text)
			continue
		}
		refused(t, err, crypt.ErrFormat, text)
		assert.ErrorContains(t, err, `"pk" is -0`)
	}
}

func TestContextEndsBeforeAndWithinTheProvider(t *testing.T) {
	item, schema := sealable()
	static := keys(t)
	good, err := encryptor(t, ddbec.Format(static), schema).EncryptItem(t.Context(), item)
	require.NoError(t, err)

	for name, when := range map[string]string{"before": "", "in the provider": "provider", "in the signer or verifier": "mac"} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			at := func(place string) {
				if place == when {
					cancel()
				}
			}
			asked := 0
			p := providerFunc{
				encrypt: func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
					asked++
					at("provider")
					m, err := static.EncryptionMaterials(ctx, r)
					signer := m.Sign
					m.Sign = signerFunc(func(ctx context.Context, sts []byte) ([]byte, error) {
						at("mac")
						return signer.Sign(ctx, sts)
					})
					return m, err
				},
				decrypt: func(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
					asked++
					at("provider")
					m, err := static.DecryptionMaterials(ctx, r)
					verifier := m.Verify
					m.Verify = verifierFunc(func(ctx context.Context, sts, sig []byte) error {
						at("mac")
						return verifier.Verify(ctx, sts, sig)
					})
					return m, err
				},
			}
			if when == "" {
				cancel()
			}
			e := encryptor(t, ddbec.Format(p), schema)
			out, err := e.EncryptItem(ctx, item)
			assert.Nil(t, out)
			require.ErrorIs(t, err, context.Canceled)
			assert.NotErrorIs(t, err, crypt.ErrKeys)

			ctx, cancel = context.WithCancel(t.Context())
			if when == "" {
				cancel()
			}
			opened, err := e.DecryptItem(ctx, good)
			assert.Zero(t, opened)
			require.ErrorIs(t, err, context.Canceled)
			assert.NotErrorIs(t, err, crypt.ErrAuth)
			if when == "" {
				assert.Zero(t, asked)
			}
			cancel()
		})
	}
}

// Results belong to the caller: nothing of one call shows in another's.
func TestResultsAreIndependent(t *testing.T) {
	item, schema := sealable()
	before := itemtest.Copy(item)
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	first, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	kept := itemtest.Copy(first)
	second, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	assert.NotEqual(t, first["text"], second["text"], "a fresh IV each time")
	for _, v := range second {
		if b, ok := v.(*avB); ok {
			b.Value = append(b.Value, "more"...)
			clear(b.Value)
		}
	}
	assert.Equal(t, kept, first)
	assert.Equal(t, before, item)
	opened, err := e.DecryptItem(t.Context(), first)
	require.NoError(t, err)
	assert.Equal(t, kept, first)
	assert.Equal(t, item, opened.Item)
}
