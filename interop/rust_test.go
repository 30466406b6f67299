package interop_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// TestRust runs the driver of AWS's Rust client alone: that no request ends it, and what else the tests of
// clients against each other do not ask of it.
func TestRust(t *testing.T) {
	command := testenv.Need(t, "DDB_PEER_RUST")
	keys, err := generate.Pairs()
	require.NoError(t, err)
	keys["aes"] = protocol.Key{Type: "aes", Material: make([]byte, 32)}
	peer, err := peers.Start(t.Context(), "rust", command, protocol.Request{Keys: keys})
	require.NoError(t, err)
	ask := func(t *testing.T, op string, by dbeCase, item crypt.Item) protocol.Answer {
		answers, err := peer.Run([]protocol.Request{by.request(t, op, item)})
		require.NoError(t, err)
		return answers[0]
	}

	t.Run("plaintext", func(t *testing.T) {
		by := rustCase().with(dbeCase{"plaintextOverride": "FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ"})
		stored := ask(t, protocol.Encrypt, by, rustItem())
		require.True(t, stored.OK, stored.Error)
		assert.Empty(t, divergence.Difference(rustItem(), answered(t, stored)))
		assert.True(t, ask(t, protocol.Decrypt, by, rustItem()).OK)
		assert.False(t, ask(t, protocol.Decrypt, rustCase(), rustItem()).OK)
	})

	t.Run("refusals", func(t *testing.T) {
		for name, change := range map[string]dbeCase{
			"no keyring":         {"keyring": nil},
			"a keyring of none":  {"keyring": dbeCase{"type": "none"}},
			"a key of none":      {"keyring": dbeCase{"type": "raw-aes", "key": "none"}},
			"another type's key": {"keyring": dbeCase{"type": "raw-aes", "key": "wrap"}},
			"no such padding":    {"keyring": dbeCase{"type": "raw-rsa", "key": "wrap", "padding": "none"}},
			"no such curve":      {"keyring": dbeCase{"type": "raw-ecdh", "scheme": "discovery", "curve": "SM2", "recipient": "p256"}},
			"another curve":      {"keyring": dbeCase{"type": "raw-ecdh", "scheme": "discovery", "curve": "P-384", "recipient": "p256"}},
			"no such suite":      {"suite": "0478"},
			"no such action":     {"actions": dbeCase{"k": "NONE"}},
			"signed or not":      {"allowedUnsigned": []string{"signed"}},
			"no such policy":     {"plaintextOverride": "NONE"},
			"a legacy reader":    {"legacy": dbeCase{}},
		} {
			answer := ask(t, protocol.Encrypt, rustCase().with(change), rustItem())
			assert.False(t, answer.OK, name)
			assert.Equal(t, protocol.ClassConfig, answer.Class, "%s: %s", name, answer.Error)
		}
		stored := answered(t, ask(t, protocol.Encrypt, rustCase(), rustItem()))
		assert.Empty(t, divergence.Difference(rustItem(), answered(t, ask(t, protocol.Decrypt, rustCase(), stored))))
		delete(stored, "free")
		delete(stored, ":free")
		for name := range stored {
			altered := maps.Clone(stored)
			delete(altered, name)
			assert.False(t, ask(t, protocol.Decrypt, rustCase(), altered).OK, name)
			altered[name] = &types.AttributeValueMemberB{Value: []byte{1, 0, 255, 255, 255, 255, 255, 255}}
			assert.False(t, ask(t, protocol.Decrypt, rustCase(), altered).OK, name)
		}
	})

	t.Run("an item deeper than any stored one", func(t *testing.T) {
		const levels = 4000 // encoding/json itself ends at 10,000 brackets
		deep := strings.Repeat(`{"L":[`, levels) + strings.Repeat(`]}`, levels)
		r := rustCase().request(t, protocol.Encrypt, rustItem())
		r.Item = json.RawMessage(`{"k":{"S":"key"},"encrypted":` + deep + `}`)
		answers, err := peer.Run([]protocol.Request{r, {Op: "none"}, r})
		require.NoError(t, err)
		for i, answer := range answers {
			assert.False(t, answer.OK, i)
		}
	})

	t.Run("benchmark", func(t *testing.T) {
		r := rustCase().request(t, protocol.Bench, rustItem())
		r.Warm, r.Each, r.Runs = 1, 2, 3
		answers, err := peer.Run([]protocol.Request{r})
		require.NoError(t, err)
		require.True(t, answers[0].OK, answers[0].Error)
		assert.Len(t, answers[0].EncryptMicros, r.Runs)
		assert.Len(t, answers[0].DecryptMicros, r.Runs)
	})
	assert.NoError(t, peer.Close())
}

// dbeCase is a case of the modern format, or a keyring in one.
type dbeCase map[string]any

func (c dbeCase) with(changes dbeCase) dbeCase {
	changed := maps.Clone(c)
	maps.Copy(changed, changes)
	return changed
}

func (c dbeCase) request(t *testing.T, op string, item crypt.Item) protocol.Request {
	t.Helper()
	encodedCase, err := json.Marshal(c)
	require.NoError(t, err)
	encodedItem, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	return protocol.Request{Op: op, Format: "dbe", Case: encodedCase, Item: encodedItem}
}

func rustCase() dbeCase {
	return dbeCase{
		"logicalTableName": "T", "partitionKey": "k",
		"actions": dbeCase{
			"k": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT", "context": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT",
			"encrypted": "ENCRYPT_AND_SIGN", "signed": "SIGN_ONLY", "free": "DO_NOTHING", ":free": "DO_NOTHING",
		},
		"allowedUnsigned": []string{"free"}, "unsignedPrefix": ":",
		"keyring": dbeCase{"type": "raw-aes", "key": "aes", "keyNamespace": "n", "keyName": "aes"},
	}
}

func rustItem() crypt.Item {
	return crypt.Item{
		"k":         &types.AttributeValueMemberS{Value: "key"},
		"context":   &types.AttributeValueMemberN{Value: "7"},
		"encrypted": &types.AttributeValueMemberSS{Value: []string{"b", "naïve 🔑"}},
		"signed":    &types.AttributeValueMemberNULL{Value: true},
		"free":      &types.AttributeValueMemberBOOL{},
		":free":     &types.AttributeValueMemberN{Value: "1"},
	}
}
