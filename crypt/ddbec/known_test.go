package ddbec_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The worked item of 1.16, which AWS's Python client accepts.
func workedItem() (crypt.Item, crypt.SchemaConfig) {
	return crypt.Item{
		"pk":     &avS{Value: "k1"},
		"secret": &avS{Value: "héllo"},
		"n":      &avN{Value: "-12.34"},
		"tags":   &avSS{Value: []string{"b", "a"}},
		"free":   &avS{Value: "for all to read"},
	}, table(actions{"secret": crypt.Encrypt, "n": crypt.Encrypt, "tags": crypt.Sign, "free": crypt.Plain})
}

func TestWorkedItem(t *testing.T) {
	var stringToSign []byte
	p := static(t, func(c *provider.StaticConfig) {
		signer := c.Sign
		c.Sign = signerFunc(func(ctx context.Context, sts []byte) ([]byte, error) {
			stringToSign = append(stringToSign, sts...)
			return signer.Sign(ctx, sts)
		})
	})
	item, schema := workedItem()
	ivs := append(count(0x10, 16), count(0, 16)...) // of n, then of secret
	got, err := ddbec.WithIVs(encryptor(t, ddbec.Format(p), schema), ivs).EncryptItem(t.Context(), item)
	require.NoError(t, err)

	assert.Len(t, stringToSign, 416)
	sum := sha256.Sum256(stringToSign)
	assert.Equal(t, "d482b1f406801fb5cbd48abeed9f83b664e72b83ad18fb04227f791f9fcb3f1a", hex.EncodeToString(sum[:]))
	want := with(item, crypt.Item{
		"secret":             &avB{Value: unhex(t, "000102030405060708090a0b0c0d0e0f96ea7a45d58def7191267852788dec6d")},
		"n":                  &avB{Value: unhex(t, "101112131415161718191a1b1c1d1e1fb91206d0bfefe6ca686ab06ab6a8d0c6")},
		"*amzn-ddb-map-sig*": &avB{Value: unhex(t, "7d2792f58c8a34f5dc89692b32d51b38d9343062e0bedb4cc7c33a0fa407e2ef")},
	})
	description := got["*amzn-ddb-map-desc*"]
	delete(got, "*amzn-ddb-map-desc*")
	assert.Equal(t, want, got)

	d, err := provider.ParseDescription(description.(*avB).Value)
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding", "dynaseal-actions": "p4:free"}, d.Map())
}

func TestWorkedItemOpens(t *testing.T) {
	item, schema := workedItem()
	stored := with(item, crypt.Item{
		"secret":              &avB{Value: unhex(t, "000102030405060708090a0b0c0d0e0f96ea7a45d58def7191267852788dec6d")},
		"n":                   &avB{Value: unhex(t, "101112131415161718191a1b1c1d1e1fb91206d0bfefe6ca686ab06ab6a8d0c6")},
		"*amzn-ddb-map-sig*":  &avB{Value: unhex(t, "7d2792f58c8a34f5dc89692b32d51b38d9343062e0bedb4cc7c33a0fa407e2ef")},
		"*amzn-ddb-map-desc*": &avB{Value: unhex(t, "0000000000000015616d7a6e2d6464622d6d61702d73796d2d6d6f6465000000112f4342432f504b43533550616464696e67")},
	})
	opened, err := encryptor(t, ddbec.Format(keys(t)), schema).DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, crypt.Opened{Item: item, Unsigned: []string{"free"}}, opened)
}
