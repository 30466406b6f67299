package ddbec_test

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	sig  = ddbec.SignatureField
	desc = ddbec.DescriptionField
)

// description is a stored material description of these entries.
func description(t testing.TB, m map[string]string) *avB {
	t.Helper()
	d, err := provider.NewDescription(m)
	require.NoError(t, err)
	return &avB{Value: d.AppendTo(nil)}
}

// entriesOf are the entries of an item's description.
func entriesOf(t testing.TB, item crypt.Item) map[string]string {
	t.Helper()
	d, err := provider.ParseDescription(item[desc].(*avB).Value)
	require.NoError(t, err)
	return d.Map()
}

// What does not fit the format is told before anybody is asked for keys.
func TestDecryptItemRefusesBeforeItAsksForKeys(t *testing.T) {
	item, schema := sealable()
	good, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), item)
	require.NoError(t, err)
	unasked := ddbec.Format(providerFunc{decrypt: func(context.Context, provider.Request) (provider.DecryptionMaterials, error) {
		t.Error("the provider was asked")
		return provider.DecryptionMaterials{}, errors.New("asked")
	}})
	for name, c := range map[string]struct {
		change    crypt.Item
		unknown   crypt.Action
		attribute string
		detail    string
	}{
		"no marks":                            {change: crypt.Item{sig: nil, desc: nil}, attribute: sig, detail: "plaintext"},
		"no signature":                        {change: crypt.Item{sig: nil}, attribute: sig, detail: "missing"},
		"a signature that is a string":        {change: crypt.Item{sig: &avS{Value: canary}}, attribute: sig, detail: "type B"},
		"a description that is a string":      {change: crypt.Item{desc: &avS{Value: canary}}, attribute: desc, detail: "type B"},
		"a mark of the modern format too":     {change: crypt.Item{"aws_dbe_foot": &avB{Value: []byte(canary)}}, attribute: "aws_dbe_foot", detail: "modern format"},
		"only marks of the modern format":     {change: crypt.Item{sig: nil, desc: nil, "aws_dbe_head": &avB{}}, attribute: "aws_dbe_head", detail: "modern format"},
		"a reserved name":                     {change: crypt.Item{"*amzn-ddb-map-x": &avS{Value: canary}}, unknown: crypt.Plain, attribute: "*amzn-ddb-map-x", detail: "legacy format"},
		"another mode":                        {change: crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-sym-mode": "/CTR/NoPadding" + canary})}, attribute: desc, detail: "amzn-ddb-map-sym-mode"},
		"another signing algorithm":           {change: crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-signingAlg": "HmacMD5" + canary})}, attribute: desc, detail: "amzn-ddb-map-signingAlg"},
		"an empty mode":                       {change: crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-sym-mode": ""})}, attribute: desc, detail: "amzn-ddb-map-sym-mode"},
		"an empty signing algorithm":          {change: crypt.Item{desc: description(t, map[string]string{"amzn-ddb-map-signingAlg": ""})}, attribute: desc, detail: "amzn-ddb-map-signingAlg"},
		"a description of version 1":          {change: crypt.Item{desc: &avB{Value: []byte{0, 0, 0, 1}}}, attribute: desc, detail: "version"},
		"an empty description":                {change: crypt.Item{desc: &avB{}}, attribute: desc, detail: "ends"},
		"a description cut short":             {change: crypt.Item{desc: &avB{Value: []byte("\x00\x00\x00\x00\x00\x00\x00\x0a" + canary[:9])}}, attribute: desc, detail: "ends"},
		"a description over the limit":        {change: crypt.Item{desc: &avB{Value: make([]byte, 64<<10+1)}}, attribute: desc, detail: "65536"},
		"a missing key":                       {change: crypt.Item{"sk": nil}, attribute: "sk", detail: "missing"},
		"an encrypted attribute in plaintext": {change: crypt.Item{"text": &avS{Value: canary}}, attribute: "text", detail: "schema says encrypt"},
		"an encrypted attribute cut short":    {change: crypt.Item{"text": &avB{Value: make([]byte, 16)}}, attribute: "text", detail: "cut short"},
		"one of 33 bytes":                     {change: crypt.Item{"text": &avB{Value: make([]byte, 33)}}, attribute: "text", detail: "cut short"},
		"an undeclared attribute, Refuse":     {change: crypt.Item{"extra": &avS{Value: canary}}, unknown: crypt.Refuse, attribute: "extra", detail: "declare it"},
		"an undeclared string, Encrypt":       {change: crypt.Item{"extra": &avS{Value: canary}}, unknown: crypt.Encrypt, attribute: "extra", detail: "schema says encrypt"},
		"a signed value of no type":           {change: crypt.Item{"mark": &avL{Value: []attribute.Value{nil}}}, attribute: "mark", detail: "type"},
		"a plain value of no type":            {change: crypt.Item{"free": &avNULL{}}, attribute: "free", detail: "NULL"},
		"a number that is none":               {change: crypt.Item{"mark": &avN{Value: canary}}, attribute: "mark", detail: "number"},
		"a string that is not UTF-8, signed":  {change: crypt.Item{"mark": &avS{Value: canary + "\xff"}}, attribute: "mark", detail: "UTF-8"},
		"signed lists nested 40 levels":       {change: crypt.Item{"mark": within(40, &avS{Value: canary})}, attribute: "mark", detail: "32 levels"},
	} {
		t.Run(name, func(t *testing.T) {
			schema := schema
			schema.Unknown = c.unknown
			in := with(good, c.change)
			before := itemtest.Copy(in)
			opened, err := encryptor(t, unasked, schema).DecryptItem(t.Context(), in)
			assert.Zero(t, opened)
			refusedWith(t, err, crypt.ErrFormat, c.attribute, c.detail)
			assert.Equal(t, before, in)
		})
	}
	t.Run("nil", func(t *testing.T) {
		_, err := encryptor(t, unasked, schema).DecryptItem(t.Context(), nil)
		refusedWith(t, err, crypt.ErrFormat, sig, "plaintext")
	})
}

// within is v within n lists.
func within(n int, v attribute.Value) attribute.Value {
	for range n {
		v = &avL{Value: []attribute.Value{v}}
	}
	return v
}

func TestDecryptionMaterials(t *testing.T) {
	item, schema := sealable()
	stored, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), item)
	require.NoError(t, err)
	signedOnly, err := encryptor(t, ddbec.Format(keys(t)), schema).EncryptItem(t.Context(), with(item, crypt.Item{"text": nil}))
	require.NoError(t, err)
	good, err := keys(t).DecryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	outage := errors.New("the key service sleeps")
	for name, c := range map[string]struct {
		m     provider.DecryptionMaterials
		err   error
		class error
	}{
		"an outage":                       {err: outage, class: crypt.ErrKeys},
		"a deadline of the service's own": {err: errors.Join(context.DeadlineExceeded, outage), class: crypt.ErrKeys},
		"an error of class ErrKeys":       {err: errors.Join(crypt.ErrKeys, outage), class: crypt.ErrKeys},
		"an error of class ErrFormat":     {err: errors.Join(crypt.ErrFormat, outage), class: crypt.ErrFormat},
		"no verifier":                     {m: provider.DecryptionMaterials{Decrypt: good.Decrypt}, class: crypt.ErrKeys},
		"no key":                          {m: provider.DecryptionMaterials{Verify: good.Verify}, class: crypt.ErrKeys},
		"a key of no AES length":          {m: provider.DecryptionMaterials{Decrypt: key(t, []byte(canary)), Verify: good.Verify}, class: crypt.ErrKeys},
		"another key":                     {m: provider.DecryptionMaterials{Decrypt: key(t, count(99, 32)), Verify: good.Verify}, class: crypt.ErrAuth},
		"another MAC key":                 {m: provider.DecryptionMaterials{Decrypt: good.Decrypt, Verify: hmacOf(t, 5, count(99, 32))}, class: crypt.ErrAuth},
		"a verifier that fails":           {m: provider.DecryptionMaterials{Decrypt: good.Decrypt, Verify: verifierFunc(func(context.Context, []byte, []byte) error { return outage })}, class: crypt.ErrKeys},
	} {
		t.Run(name, func(t *testing.T) {
			p := providerFunc{decrypt: func(context.Context, provider.Request) (provider.DecryptionMaterials, error) { return c.m, c.err }}
			opened, err := encryptor(t, ddbec.Format(p), schema).DecryptItem(t.Context(), stored)
			assert.Zero(t, opened)
			refused(t, err, c.class)
			if c.err != nil {
				assert.ErrorIs(t, err, outage, "the cause stays reachable")
			}
		})
	}
	t.Run("no key, and nothing to decrypt", func(t *testing.T) {
		p := static(t, func(c *provider.StaticConfig) { c.Encrypt = secret.Key{} })
		opened, err := encryptor(t, ddbec.Format(p), schema).DecryptItem(t.Context(), signedOnly)
		require.NoError(t, err)
		assert.Equal(t, with(item, crypt.Item{"text": nil}), opened.Item)
	})
	t.Run("no key, and the item was altered", func(t *testing.T) {
		p := static(t, func(c *provider.StaticConfig) { c.Encrypt = secret.Key{} })
		_, err := encryptor(t, ddbec.Format(p), schema).DecryptItem(t.Context(), with(stored, crypt.Item{"mark": &avS{}}))
		refused(t, err, crypt.ErrAuth)
	})
	t.Run("a provider of one half", func(t *testing.T) {
		reader := static(t, func(c *provider.StaticConfig) { c.Sign = nil })
		e := encryptor(t, ddbec.Format(reader), schema)
		_, err := e.EncryptItem(t.Context(), item)
		refused(t, err, crypt.ErrKeys)
		assert.ErrorIs(t, err, provider.ErrNoSigner)
		_, err = e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)

		writer := static(t, func(c *provider.StaticConfig) { c.Verify = nil })
		e = encryptor(t, ddbec.Format(writer), schema)
		_, err = e.DecryptItem(t.Context(), stored)
		refused(t, err, crypt.ErrKeys)
		assert.ErrorIs(t, err, provider.ErrNoVerifier)
		_, err = e.EncryptItem(t.Context(), item)
		require.NoError(t, err)
	})
	t.Run("a description of the provider's own", func(t *testing.T) {
		ours := static(t, func(c *provider.StaticConfig) { c.Description = map[string]string{"stage": canary} })
		e := encryptor(t, ddbec.Format(ours), schema)
		described, err := e.EncryptItem(t.Context(), item)
		require.NoError(t, err)
		assert.Equal(t, map[string]string{"stage": canary, "amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", "dynaseal-actions": "p4:free"}, entriesOf(t, described))
		_, err = e.DecryptItem(t.Context(), described)
		require.NoError(t, err)
		_, err = e.DecryptItem(t.Context(), stored)
		refused(t, err, crypt.ErrFormat)
		_, err = encryptor(t, ddbec.Format(keys(t)), schema).DecryptItem(t.Context(), described)
		require.NoError(t, err, "who asks for nothing reads all")
	})
}

// reseal signs item anew, with a ciphertext of the given plaintext in "text": what a holder of the keys
// could store.
func reseal(t *testing.T, item crypt.Item, plaintext []byte) crypt.Item {
	t.Helper()
	block, err := aes.NewCipher(count(0, 32))
	require.NoError(t, err)
	ciphertext := make([]byte, 16+len(plaintext))
	cipher.NewCBCEncrypter(block, ciphertext[:16]).CryptBlocks(ciphertext[16:], plaintext)
	out := with(item, crypt.Item{"text": &avB{Value: ciphertext}})

	signing := static(t, func(c *provider.StaticConfig) {
		mac := c.Sign
		c.Verify = verifierFunc(func(ctx context.Context, sts, _ []byte) error {
			b, err := mac.Sign(ctx, sts)
			require.NoError(t, err)
			out[sig] = &avB{Value: b}
			return provider.ErrSignature
		})
	})
	_, schema := sealable()
	_, err = encryptor(t, ddbec.Format(signing), schema).DecryptItem(t.Context(), out)
	require.Error(t, err)
	return out
}

// Rows of 1.5 and 1.15 behind a valid signature: one answer to all.
func TestPlaintextsAreCheckedBehindTheSignature(t *testing.T) {
	item, schema := sealable()
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	padded := func(s string) []byte {
		n := 16 - len(s)%16
		return append([]byte(s), strings.Repeat(string(rune(n)), n)...)
	}
	t.Run("a sound one", func(t *testing.T) {
		opened, err := e.DecryptItem(t.Context(), reseal(t, stored, padded("\x00s\x00\x00\x00\x02ok")))
		require.NoError(t, err)
		assert.Equal(t, &avS{Value: "ok"}, opened.Item["text"])
	})
	zeros := make([]byte, 16)
	for name, plaintext := range map[string][]byte{
		"padding 0":                   append([]byte("\x00s\x00\x00\x00\x05"), zeros[:10]...),
		"padding 17":                  append([]byte("\x00s\x00\x00\x00\x02ok\x11\x11\x11\x11\x11\x11\x11"), 0x11),
		"padding 255":                 append(zeros[:15:15], 255),
		"padding that disagrees":      append([]byte("\x00s\x00\x00\x00\x02ok\x08\x08\x08\x07\x08\x08\x08"), 0x08),
		"a whole block of padding":    padded(""),
		"trailing bytes":              padded("\x00s\x00\x00\x00\x02okay"),
		"cut short, as Java takes it": padded("\x00s\x00\x00\x00\x0aok"),
		"an unknown tag":              padded("\x00x\x00\x00\x00\x02ok"),
		"no UTF-8":                    padded("\x00s\x00\x00\x00\x01\xff"),
		"NaN":                         padded("\x00n\x00\x00\x00\x03NaN"),
		"a map key twice":             padded("\x00M\x00\x00\x00\x02\x00s\x00\x00\x00\x01a\x00\x00\x00s\x00\x00\x00\x01a\x00\x00"),
		"300 levels":                  padded(strings.Repeat("\x00L\x00\x00\x00\x01", 300) + "\x00\x00"),
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := e.DecryptItem(t.Context(), reseal(t, stored, plaintext))
			assert.Zero(t, opened)
			refused(t, err, crypt.ErrAuth)
		})
	}
	t.Run("no mode in the description", func(t *testing.T) {
		for _, d := range []types.AttributeValue{description(t, nil), nil} {
			_, err := e.DecryptItem(t.Context(), with(stored, crypt.Item{desc: d}))
			refusedWith(t, err, crypt.ErrFormat, desc, "sym-mode is missing")
			_, err = encryptor(t, ddbec.Format(keys(t)), crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", SortKey: "sk"}).DecryptItem(t.Context(), with(stored, crypt.Item{desc: d}))
			refused(t, err, crypt.ErrAuth, "that something is encrypted is known by the signature alone")
		}
	})
}

// Nothing reaches the sink before every attribute is known to be sound.
func TestNothingIsReleasedEarly(t *testing.T) {
	item, schema := sealable()
	schema.Actions = actions{"aaa": crypt.Encrypt, "text": crypt.Encrypt, "mark": crypt.Sign, "free": crypt.Plain, "photo": crypt.Sign}
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	layout := attribute.NewLayout([]string{"aaa", "free", "mark", "photo", "pk", "sk", "text"}, e.Marks().All)
	set := 0
	sink := sinkFunc(func(wire.Slot, wire.Protection, wire.Reader) error { set++; return nil })
	bad := reseal(t, stored, make([]byte, 16))
	_, err = e.(wire.Sealer).OpenItem(t.Context(), layout.Read(bad), sink)
	refused(t, err, crypt.ErrAuth)
	assert.Zero(t, set)

	_, err = e.(wire.Sealer).OpenItem(t.Context(), layout.Read(stored), sink)
	require.NoError(t, err)
	assert.Equal(t, 5, set)
}

type sinkFunc func(wire.Slot, wire.Protection, wire.Reader) error

func (f sinkFunc) Set(s wire.Slot, p wire.Protection, r wire.Reader) error { return f(s, p, r) }

func TestOpenItemTellsTheSinkHowEachAttributeWasProtected(t *testing.T) {
	item, schema := sealable()
	writer := schema
	writer.Unknown = crypt.Encrypt
	stored, err := encryptor(t, ddbec.Format(keys(t)), writer).EncryptItem(t.Context(), with(item, crypt.Item{"extra": &avS{Value: "x"}}))
	require.NoError(t, err)
	stored["zzz"] = &avS{Value: "added on the server's side"}

	e := encryptor(t, ddbec.Format(keys(t)), schema)
	layout := attribute.NewLayout([]string{"free", "mark", "photo", "pk", "sk", "text"}, e.Marks().All)
	it := layout.Read(stored)
	got := map[string]wire.Protection{}
	values := map[string]string{}
	result, err := e.(wire.Sealer).OpenItem(t.Context(), it, sinkFunc(func(s wire.Slot, p wire.Protection, r wire.Reader) error {
		got[it.Name(s)] = p
		values[it.Name(s)] = r.Str()
		return nil
	}))
	require.NoError(t, err)
	assert.Equal(t, map[string]wire.Protection{"pk": wire.Sign, "sk": wire.Sign, "text": wire.Encrypt, "mark": wire.Sign, "free": wire.Plain, "extra": wire.Encrypt, "zzz": wire.Plain}, got)
	assert.Equal(t, map[string]string{"pk": canary, "sk": "7391", "text": canary, "mark": canary, "free": canary, "extra": "x", "zzz": "added on the server's side"}, values)
	assert.Equal(t, wire.Result{Unsigned: []wire.Slot{0, 7}}, result)

	full := errors.New("the sink is full")
	result, err = e.(wire.Sealer).OpenItem(t.Context(), it, sinkFunc(func(wire.Slot, wire.Protection, wire.Reader) error { return full }))
	assert.Equal(t, full, err)
	assert.Zero(t, result)
}

func TestAnItemWithoutSignedAttributesNeedsASignature(t *testing.T) {
	schema := table(actions{"pk": crypt.Plain})
	e := encryptor(t, ddbec.Format(keys(t)), schema)
	item := crypt.Item{"pk": &avS{Value: canary}}
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, crypt.Opened{Item: item, Unsigned: []string{"pk"}}, opened)
	_, err = e.DecryptItem(t.Context(), with(stored, crypt.Item{sig: &avB{}}))
	refused(t, err, crypt.ErrAuth)
}

func TestRoundTripOfEveryTypeEncryptedSignedAndPlain(t *testing.T) {
	values := crypt.Item{
		"s": &avS{Value: "ä\U00010000"}, "n": &avN{Value: "-12.5"}, "b": &avB{Value: []byte{0, 255}}, "t": &avBOOL{Value: true}, "z": &avNULL{Value: true},
		"ss": &avSS{Value: []string{"a", "\U00010000", "\uffff"}}, "ns": &avNS{Value: []string{"10", "2"}}, "bs": &avBS{Value: [][]byte{{}, {0x80}, {1}}},
		"l": &avL{Value: []attribute.Value{&avS{Value: ""}, &avL{Value: []attribute.Value{}}, &avM{Value: crypt.Item{"k": &avN{Value: "1"}}}}},
		"m": &avM{Value: crypt.Item{"\U00010000": &avS{Value: ""}, "\uffff": &avB{Value: []byte{}}}},
	}
	item, as := crypt.Item{"pk": &avB{Value: []byte{1}}}, actions{}
	prefixes := actions{"e": crypt.Encrypt, "s": crypt.Sign, "p": crypt.Plain}
	for name, v := range values {
		for prefix, a := range prefixes {
			item[prefix+name], as[prefix+name] = v, a
		}
	}
	for _, size := range []int{16, 24, 32} {
		p := static(t, func(c *provider.StaticConfig) { c.Encrypt = key(t, count(7, size)) })
		e := encryptor(t, ddbec.Format(p), table(as))
		stored, err := e.EncryptItem(t.Context(), item)
		require.NoError(t, err)
		for name := range values {
			assert.Zero(t, (len(stored["e"+name].(*avB).Value)-32)%16)
			assert.Same(t, item["s"+name], stored["s"+name])
			assert.Same(t, item["p"+name], stored["p"+name])
		}
		opened, err := e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		assert.Equal(t, item, opened.Item)
		assert.Len(t, opened.Unsigned, len(values))
	}
}
