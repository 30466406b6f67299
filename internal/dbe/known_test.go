package dbe_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/hex"
	"testing"

	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type knownItem struct {
	name                                                string
	version, flavor                                     byte
	legend                                              string
	header, messageID, ciphertext                       string
	context                                             map[string]string
	serialised, signingKey, dataKey, commitment, footer string
	fields                                              []knownField
	hash                                                string
}

type knownField struct {
	name                       string
	action                     byte
	path, nonce, stored, value string
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

func TestKnownAnswers(t *testing.T) {
	require.Len(t, known, 3)
	for _, item := range known {
		t.Run(item.name, func(t *testing.T) {
			header := unhex(t, item.header)
			var h dbe.Header
			require.NoError(t, h.Parse(header))
			assert.Equal(t, []byte{item.version, item.flavor}, []byte{h.Version, h.Flavor})
			assert.Equal(t, item.legend, string(h.Legend))
			assert.Equal(t, unhex(t, item.messageID), h.MessageID[:])
			assert.Equal(t, unhex(t, item.commitment), h.Commitment[:])
			require.Len(t, h.DataKeys, 1)
			assert.Equal(t, "aws-kms-hierarchy", h.DataKeys[0].ProviderID)
			assert.Equal(t, "bd3842ff-3076-4092-9918-4395730050b8", string(h.DataKeys[0].ProviderInfo))
			assert.Equal(t, unhex(t, item.ciphertext), h.DataKeys[0].Ciphertext)
			for _, e := range h.Context {
				assert.Equal(t, item.context[e.Key], e.Value)
			}
			assert.Len(t, h.Context, int(item.flavor), "the public key alone is stored")

			context, err := dbe.AppendContext(nil, item.context)
			require.NoError(t, err)
			assert.Equal(t, item.serialised, hex.EncodeToString(context))

			var keys dbe.KeySchedule
			require.NoError(t, keys.Derive(unhex(t, item.dataKey), h.MessageID[:]))
			assert.True(t, keys.Committed(header))
			assert.Equal(t, header, keys.AppendCommitment(header[:len(header)-32:len(header)-32], header[:len(header)-32]))

			checkFields(t, item, &keys)
			var hash dbe.Hasher
			hash.Reset(header, context)
			for _, f := range item.fields {
				if f.action == 'e' {
					hash.Encrypted(unhex(t, f.path), unhex(t, f.stored))
				} else {
					hash.Plain(unhex(t, f.path), unhex(t, f.value))
				}
			}
			sum := hash.Sum()
			assert.Equal(t, item.hash, hex.EncodeToString(sum))
			checkFooter(t, item, &keys, sum)
		})
	}
}

func checkFields(t *testing.T, item knownItem, keys *dbe.KeySchedule) {
	require.NoError(t, keys.Fields(2))
	n := 0
	for i, f := range item.fields {
		assert.Equal(t, item.legend[i], f.action)
		path := dbe.AppendPath(nil, "GazelleVectorTable", f.name)
		assert.Equal(t, f.path, hex.EncodeToString(path))
		if f.action != 'e' {
			continue
		}
		gcm, nonce, err := keys.Field(n)
		n++
		require.NoError(t, err)
		assert.Equal(t, f.nonce, hex.EncodeToString(nonce))
		stored, value := unhex(t, f.stored), unhex(t, f.value)
		plain, err := gcm.Open(nil, nonce, stored[dbe.TypeSize:], path)
		require.NoError(t, err)
		assert.Equal(t, value[dbe.TypeSize:], plain)
		assert.Equal(t, stored, gcm.Seal(value[:dbe.TypeSize:dbe.TypeSize], nonce, plain, path))
		_, err = dbe.Parse(value)
		assert.NoError(t, err)
	}
	assert.Equal(t, 2, n)
}

func checkFooter(t *testing.T, item knownItem, keys *dbe.KeySchedule, hash []byte) {
	footer, err := dbe.ParseFooter(unhex(t, item.footer), 1, item.flavor)
	require.NoError(t, err)
	key := unhex(t, item.signingKey)
	assert.True(t, keys.Tagged(footer.Tags, key, hash))
	assert.Equal(t, footer.Tags, keys.AppendTag(nil, key, hash))
	key[0]++
	assert.False(t, keys.Tagged(footer.Tags, key, hash))
	if item.flavor == dbe.FlavorHMAC {
		assert.Nil(t, footer.Signature)
		return
	}
	point, err := base64.StdEncoding.DecodeString(item.context[dbe.ContextPublicKey])
	require.NoError(t, err)
	x, y := elliptic.UnmarshalCompressed(elliptic.P384(), point)
	public, err := ecdsa.ParseUncompressedPublicKey(elliptic.P384(), append(append([]byte{4}, x.FillBytes(make([]byte, 48))...), y.FillBytes(make([]byte, 48))...))
	require.NoError(t, err)
	assert.True(t, dbe.VerifySignature(public, hash, footer.Signature))
	hash[0]++
	assert.False(t, dbe.VerifySignature(public, hash, footer.Signature))
}

func TestKnownContextValues(t *testing.T) {
	for _, item := range known {
		for _, f := range item.fields {
			switch f.action {
			case 's':
				assert.Equal(t, item.context["aws-crypto-attr."+f.name], dbe.ContextValue1(unhex(t, f.value)))
			case 'c':
				value, letter := dbe.ContextValue2(unhex(t, f.value))
				assert.Equal(t, item.context["aws-crypto-attr."+f.name], value)
				assert.Equal(t, item.context["aws-crypto-legend"], string(letter))
			}
		}
	}
}
