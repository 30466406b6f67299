package directkms_test

import (
	"bytes"
	"encoding/base64"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const attacker = "999988887777"

// described is an item's material description.
func described(t testing.TB, item crypt.Item) map[string]string {
	t.Helper()
	d, err := provider.ParseDescription(item[ddbec.DescriptionField].(*avB).Value)
	require.NoError(t, err)
	return d.Map()
}

// redescribed is an item with another description.
func redescribed(t testing.TB, item crypt.Item, entries map[string]string) crypt.Item {
	t.Helper()
	d, err := provider.NewDescription(entries)
	require.NoError(t, err)
	c := itemtest.Copy(item)
	c[ddbec.DescriptionField] = &avB{Value: d.AppendTo(nil)}
	return c
}

// An attacker who can write the table and lets the reader's role use a KMS key of his own account builds
// items that are sound in every other respect.
func TestItemsUnderAForeignKey(t *testing.T) {
	s, key := start(t)
	theirs := s.AddKey(fakekms.Key{Region: east, Account: attacker})
	reader := s.Client(east)
	_, err := reader.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &theirs, NumberOfBytes: aws.Int32(32)})
	require.NoError(t, err, "the reader's role may use the attacker's key")

	forged, err := encryptor(t, newProvider(t, directkms.Config{Client: s.ClientOf(attacker, east), Key: theirs}), orders()).EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	opened, err := encryptor(t, newProvider(t, directkms.Config{Client: reader, DecryptKeys: []string{theirs}}), orders()).DecryptItem(t.Context(), forged)
	require.NoError(t, err, "to who trusts the key the item is sound")
	require.Equal(t, order("o-1"), opened.Item)

	other := s.AddKey(fakekms.Key{Region: east})
	for name, c := range map[string]directkms.Config{
		"writer":          {Client: reader, Key: key},
		"reader":          {Client: reader, DecryptKeys: []string{key}},
		"of several keys": {Client: reader, DecryptKeys: []string{key, other}},
		"by alias":        {Client: reader, Key: "alias/orders"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newProvider(t, c)
			s.ResetCalls()
			_, err := encryptor(t, p, orders()).DecryptItem(t.Context(), forged)
			refused(t, err, crypt.ErrAuth)
			assert.EqualError(t, err, `crypt: decrypt: table "orders": item failed verification`)
			for _, call := range s.Calls() {
				assert.Contains(t, []string{key, other}, call.RequestedKeyID, "the attacker's key is never asked for")
				assert.Equal(t, "IncorrectKeyException", call.Err)
			}
			assert.Len(t, s.Calls(), max(1, len(c.DecryptKeys)))
		})
	}
}

// A client that goes by the ciphertext alone, as a service that passes calls on might, is found out by its answer.
func TestAnswersOfAnotherKey(t *testing.T) {
	s, key := start(t)
	theirs := s.AddKey(fakekms.Key{Region: east, Account: attacker})
	forged, err := encryptor(t, newProvider(t, directkms.Config{Client: s.ClientOf(attacker, east), Key: theirs}), orders()).EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	client := s.Client(east)
	multi := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	var plaintexts [][]byte
	for name, answer := range map[string]func(*kms.DecryptOutput){
		"the key's name":           func(*kms.DecryptOutput) {},
		"no name":                  func(o *kms.DecryptOutput) { o.KeyId = nil },
		"text that is no ARN":      func(o *kms.DecryptOutput) { o.KeyId = aws.String("alias/orders") },
		"the name in capitals":     func(o *kms.DecryptOutput) { o.KeyId = aws.String("ARN" + key[3:]) },
		"the key, and more":        func(o *kms.DecryptOutput) { o.KeyId = aws.String(key + "0") },
		"another multi-Region key": func(o *kms.DecryptOutput) { o.KeyId = &multi },
		"a key too long":           func(o *kms.DecryptOutput) { o.KeyId = &key; o.Plaintext = make([]byte, 33) },
		"a key too short":          func(o *kms.DecryptOutput) { o.KeyId = &key; o.Plaintext = make([]byte, 31) },
		"no key at all":            func(o *kms.DecryptOutput) { o.KeyId = &key; o.Plaintext = nil },
	} {
		t.Run(name, func(t *testing.T) {
			careless := clientFunc{Client: client, decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
				in.KeyId = nil
				out, err := client.Decrypt(t.Context(), in)
				require.NoError(t, err)
				answer(out)
				plaintexts = append(plaintexts, out.Plaintext)
				return out, nil
			}}
			p := newProvider(t, directkms.Config{Client: careless, Key: key})
			_, err := encryptor(t, p, orders()).DecryptItem(t.Context(), forged)
			refused(t, err, crypt.ErrAuth)

			d, err := provider.ParseDescription(forged[ddbec.DescriptionField].(*avB).Value)
			require.NoError(t, err)
			m, err := p.DecryptionMaterials(t.Context(), provider.Request{
				Table: "orders", PartitionKey: "id", SortKey: "at", Description: d, Keys: func() (crypt.Item, error) { return forged, nil },
			})
			assert.Equal(t, crypt.ErrAuth, err, "before anything is derived")
			assert.Zero(t, m)
		})
	}
	for _, p := range plaintexts {
		assert.Equal(t, len(p), bytes.Count(p, []byte{0}), "cleared, though it was refused")
	}

	for name, answer := range map[string]func(*kms.GenerateDataKeyOutput){
		"the attacker's key": func(o *kms.GenerateDataKeyOutput) { o.KeyId = &theirs },
		"no name":            func(o *kms.GenerateDataKeyOutput) { o.KeyId = nil },
		"a short data key":   func(o *kms.GenerateDataKeyOutput) { o.Plaintext = o.Plaintext[:16] },
		"no ciphertext":      func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = nil },
		"a long ciphertext":  func(o *kms.GenerateDataKeyOutput) { o.CiphertextBlob = make([]byte, 6145) },
	} {
		t.Run("written, "+name, func(t *testing.T) {
			var dataKey []byte
			careless := clientFunc{Client: client, generate: func(in *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
				out, err := client.GenerateDataKey(t.Context(), in)
				require.NoError(t, err)
				answer(out)
				dataKey = out.Plaintext
				return out, nil
			}}
			out, err := encryptor(t, newProvider(t, directkms.Config{Client: careless, Key: key}), orders()).EncryptItem(t.Context(), order("o-1"))
			refused(t, err, crypt.ErrKeys)
			assert.Nil(t, out)
			assert.ErrorContains(t, err, "kms:GenerateDataKey")
			assert.Equal(t, len(dataKey), bytes.Count(dataKey, []byte{0}), "cleared, though it was refused")
		})
	}
}

// What an item is bound to cannot be changed by who can write the table, nor by who can call KMS for another item.
func TestItemsMovedAndMixed(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key})
	e := encryptor(t, p, orders())
	a, err := e.EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	b, err := e.EncryptItem(t.Context(), order("o-2"))
	require.NoError(t, err)
	archive := orders()
	archive.Table = "archive"
	elsewhere := encryptor(t, p, archive)
	withKeyOf := func(item, from crypt.Item) crypt.Item {
		entries := described(t, item)
		entries[envKey] = described(t, from)[envKey]
		return redescribed(t, item, entries)
	}
	changed := func(name string, v types.AttributeValue) crypt.Item {
		c := itemtest.Copy(a)
		c[name] = v
		return c
	}
	flipped := func() crypt.Item {
		entries := described(t, a)
		blob, err := base64.StdEncoding.DecodeString(entries[envKey])
		require.NoError(t, err)
		blob[len(blob)-1] ^= 1
		entries[envKey] = base64.StdEncoding.EncodeToString(blob)
		return redescribed(t, a, entries)
	}
	for name, c := range map[string]struct {
		e    crypt.ItemEncryptor
		item crypt.Item
	}{
		"another table":                   {elsewhere, a},
		"another partition key":           {e, changed("id", &avS{Value: "o-2"})},
		"another sort key":                {e, changed("at", &avN{Value: "18"})},
		"the sort key as text":            {e, changed("at", &avS{Value: "17"})}, // the same context: the signature has the type
		"the partition key as its Base64": {e, changed("id", &avB{Value: []byte("o-1")})},
		"the data key of another item":    {e, withKeyOf(a, b)},
		"a data key that was altered":     {e, flipped()},
		"the marks of another item":       {e, marksOf(b, a)},
		"its total of another item":       {e, changed("total", &avN{Value: "0"})},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := c.e.DecryptItem(t.Context(), c.item)
			refused(t, err, crypt.ErrAuth)
			assert.Zero(t, opened)
		})
	}
	_, err = e.DecryptItem(t.Context(), a)
	assert.NoError(t, err, "and the item itself is sound")
}

// marksOf is an item with the marks of another.
func marksOf(from, item crypt.Item) crypt.Item {
	c := itemtest.Copy(item)
	for _, mark := range []string{ddbec.DescriptionField, ddbec.SignatureField} {
		c[mark] = from[mark]
	}
	return c
}
