package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"maps"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/interop/protocol"
)

// fields are those of a case in the modern format.
type fields map[string]any

const dbeItem = `{"k":{"S":"key"},"a":{"N":"1.50"},"b":{"SS":["é","\ud83d\ude00"]},"p-x":{"S":"free"},"star*":{"BOOL":true}}`

func plainDBE() fields {
	return fields{
		"logicalTableName": "T",
		"partitionKey":     "k",
		"actions":          fields{"k": "SIGN_ONLY", "a": "ENCRYPT_AND_SIGN", "b": "SIGN_ONLY", "p-x": "DO_NOTHING"},
		"suite":            "6700",
		"allowedUnsigned":  []string{"star*", "aws_dbe_x", "aws-crypto-x"},
		"unsignedPrefix":   "p-",
		"keyring":          fields{"type": "raw-aes", "key": "aes"},
	}
}

func (f fields) with(changes fields) fields {
	f = maps.Clone(f)
	for name, value := range changes {
		if f[name] = value; value == nil {
			delete(f, name)
		}
	}
	return f
}

func (f fields) request(t *testing.T, op, item string) string {
	encoded, err := json.Marshal(f)
	require.NoError(t, err)
	return fmt.Sprintf(`{"op":%q,"format":"dbe","id":"x","case":%s,"item":%s}`, op, encoded, item)
}

// dbeSetup has a key of each type: "public" is the public half of "rsa" alone.
var dbeSetup = sync.OnceValues(func() (string, error) {
	keys := map[string]protocol.Key{
		"aes": {Type: "aes", Material: make([]byte, 24)},
		"mac": {Type: "hmac", Material: make([]byte, 32)},
	}
	add := func(name, kind string, private any, public any) error {
		key := protocol.Key{Type: kind}
		var err error
		if key.PrivateDER, err = x509.MarshalPKCS8PrivateKey(private); err != nil {
			return err
		}
		key.PublicDER, err = x509.MarshalPKIXPublicKey(public)
		keys[name] = key
		return err
	}
	pair, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return "", err
	}
	if err := add("rsa", "rsa", pair, &pair.PublicKey); err != nil {
		return "", err
	}
	for name, curve := range map[string]elliptic.Curve{"sender": elliptic.P256(), "recipient": elliptic.P256(), "p384": elliptic.P384()} {
		pair, err := ecdsa.GenerateKey(curve, rand.Reader)
		if err != nil {
			return "", err
		}
		if err := add(name, "ec", pair, &pair.PublicKey); err != nil {
			return "", err
		}
	}
	for of, name := range map[string]string{"rsa": "public", "recipient": "recipient's public"} {
		key := keys[of]
		key.PrivateDER = nil
		keys[name] = key
	}
	line, err := json.Marshal(protocol.Request{Op: protocol.Setup, Keys: keys})
	return string(line), err
})

func askDBE(t *testing.T, line string) protocol.Answer {
	t.Helper()
	setup, err := dbeSetup()
	require.NoError(t, err)
	return ask(t, setup, line)[1]
}

func agreement(scheme string, more fields) fields {
	return fields{"type": "raw-ecdh", "curve": "P-256", "scheme": scheme}.with(more)
}

func TestDBERoundTrip(t *testing.T) {
	aes := fields{"type": "raw-aes", "key": "aes", "keyNamespace": "n", "keyName": "aes"}
	oaep := fields{"type": "raw-rsa", "key": "rsa", "padding": "OAEP_SHA256_MGF1", "keyNamespace": "n", "keyName": "rsa"}
	for name, change := range map[string]fields{
		"no names":        {},
		"names":           {"keyring": aes},
		"6701":            {"suite": "6701"},
		"a number":        {"suite": 6700},
		"no suite":        {"suite": nil},
		"a sort key":      {"sortKey": "b", "actions": fields{"k": "SIGN_ONLY", "b": "SIGN_ONLY"}, "partitionKey": "k"},
		"version 2":       {"actions": fields{"k": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT", "a": "ENCRYPT_AND_SIGN", "b": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"}},
		"PKCS1":           {"keyring": oaep.with(fields{"padding": "PKCS1"})},
		"OAEP SHA-1":      {"keyring": oaep.with(fields{"padding": "OAEP_SHA1_MGF1"})},
		"OAEP SHA-256":    {"keyring": oaep.with(fields{"key": "public"}), "decryptKeyring": oaep},
		"OAEP SHA-384":    {"keyring": oaep.with(fields{"padding": "OAEP_SHA384_MGF1"})},
		"OAEP SHA-512":    {"keyring": oaep.with(fields{"padding": "OAEP_SHA512_MGF1"})},
		"static":          {"keyring": agreement("static", fields{"sender": "sender", "recipient": "recipient's public"})},
		"static, back":    {"keyring": agreement("static", fields{"sender": "sender", "recipient": "recipient"}), "decryptKeyring": agreement("static", fields{"sender": "recipient", "recipient": "sender"})},
		"ephemeral":       {"keyring": agreement("ephemeral", fields{"recipient": "recipient's public"}), "decryptKeyring": agreement("discovery", fields{"recipient": "recipient"})},
		"multi":           {"keyring": fields{"type": "multi", "generator": aes, "children": []fields{oaep}}, "decryptKeyring": oaep},
		"multi in multi":  {"keyring": fields{"type": "multi", "generator": aes, "children": []fields{{"type": "multi", "children": []fields{oaep}}}}},
		"reads plaintext": {"plaintextOverride": "FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ"},
		"no plaintext":    {"plaintextOverride": "FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ"},
		"legacy read":     {"legacy": legacy("FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", nil)},
		"no legacy":       {"legacy": legacy("FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT", nil)},
	} {
		t.Run(name, func(t *testing.T) {
			item := dbeItem
			if change["sortKey"] != nil {
				item = `{"k":{"S":"key"},"b":{"N":"7"},"p-x":{"S":"free"}}`
			}
			by := plainDBE().with(change)
			stored := askDBE(t, by.request(t, "encrypt", item))
			require.True(t, stored.OK, stored.Error)
			assert.Equal(t, `"x"`, string(stored.ID))
			assert.Contains(t, string(stored.Item), "aws_dbe_head")
			assert.NotContains(t, string(stored.Item), `"1.5`)

			opened := askDBE(t, by.request(t, "decrypt", string(stored.Item)))
			require.True(t, opened.OK, opened.Error)
			assert.JSONEq(t, strings.Replace(item, "1.50", "1.5", 1), string(opened.Item))

			moved := askDBE(t, by.with(fields{"logicalTableName": "U"}).request(t, "decrypt", string(stored.Item)))
			assert.Equal(t, protocol.ClassAuth, moved.Class, moved.Error)
			other := askDBE(t, by.with(fields{"suite": "6701"}).request(t, "decrypt", string(stored.Item)))
			assert.True(t, other.OK, "a reader takes both suites: %s", other.Error)
		})
	}
}

func legacy(policy string, change fields) fields {
	return fields{
		"policy":   policy,
		"actions":  fields{"k": "SIGN_ONLY", "a": "ENCRYPT_AND_SIGN", "b": "SIGN_ONLY"},
		"provider": fields{"type": "symmetric", "encryptionKey": "aes", "macKey": "mac"},
	}.with(change)
}

func TestDBEOverrides(t *testing.T) {
	const force, allow, forbid = "FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", "FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", "FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT"
	for name, change := range map[string]fields{
		"symmetric":               {},
		"symmetric, RSA":          {"provider": fields{"type": "symmetric", "encryptionKey": "aes", "signingKey": "rsa"}},
		"wrapped by AES":          {"provider": fields{"type": "wrapped", "encryptionKey": "aes", "macKey": "mac"}},
		"wrapped by RSA":          {"provider": fields{"type": "wrapped", "encryptionKey": "rsa", "signingKey": "rsa"}},
		"the actions of the case": {"actions": nil},
	} {
		t.Run(name, func(t *testing.T) {
			by := func(policy string) fields { return plainDBE().with(fields{"legacy": legacy(policy, change)}) }
			stored := askDBE(t, by(force).request(t, "encrypt", dbeItem))
			require.True(t, stored.OK, stored.Error)
			assert.Contains(t, string(stored.Item), "*amzn-ddb-map-sig*")
			assert.NotContains(t, string(stored.Item), "aws_dbe_")
			for _, policy := range []string{force, allow} {
				opened := askDBE(t, by(policy).request(t, "decrypt", string(stored.Item)))
				require.True(t, opened.OK, opened.Error)
			}
			refused := askDBE(t, by(forbid).request(t, "decrypt", string(stored.Item)))
			assert.Equal(t, protocol.ClassFormat, refused.Class, refused.Error)
		})
	}

	clear := plainDBE().with(fields{"plaintextOverride": "FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ"})
	for _, op := range []string{"encrypt", "decrypt"} {
		answer := askDBE(t, clear.request(t, op, dbeItem))
		require.True(t, answer.OK, answer.Error)
		assert.JSONEq(t, dbeItem, string(answer.Item))
	}
	refused := askDBE(t, plainDBE().request(t, "decrypt", dbeItem))
	assert.Equal(t, protocol.ClassFormat, refused.Class)
}

func TestDBERefusals(t *testing.T) {
	for name, change := range map[string]fields{
		"no keyring":              {"keyring": nil},
		"an unknown field":        {"table": "T"},
		"an unknown suite":        {"suite": "0578"},
		"a KMS keyring":           {"keyring": fields{"type": "aws-kms", "mode": "strict", "key": "arn"}},
		"a hierarchical keyring":  {"keyring": fields{"type": "hierarchy"}},
		"an unknown key":          {"keyring": fields{"type": "raw-aes", "key": "none"}},
		"a key of another type":   {"keyring": fields{"type": "raw-aes", "key": "mac"}},
		"a namespace of KMS":      {"keyring": fields{"type": "raw-aes", "key": "aes", "keyNamespace": "aws-kms"}},
		"no padding":              {"keyring": fields{"type": "raw-rsa", "key": "rsa"}},
		"another curve":           {"keyring": agreement("static", fields{"sender": "sender", "recipient": "p384"})},
		"no private half":         {"keyring": agreement("static", fields{"sender": "recipient's public", "recipient": "sender"})},
		"an unknown scheme":       {"keyring": agreement("other", nil)},
		"multi of nothing":        {"keyring": fields{"type": "multi"}},
		"a child that is none":    {"keyring": fields{"type": "multi", "generator": fields{"type": "raw-aes", "key": "aes"}, "children": []fields{{}}}},
		"an unknown action":       {"actions": fields{"k": "SIGN"}},
		"a key without an action": {"actions": fields{"a": "SIGN_ONLY"}},
		"a key of version 1":      {"actions": fields{"k": "SIGN_ONLY", "a": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"}},
		"nothing done, unlisted":  {"actions": fields{"k": "SIGN_ONLY", "u": "DO_NOTHING"}},
		"signed and listed":       {"actions": fields{"k": "SIGN_ONLY", "star*": "SIGN_ONLY"}},
		"signed, of the prefix":   {"actions": fields{"k": "SIGN_ONLY", "p-x": "SIGN_ONLY"}},
		"a reserved name":         {"actions": fields{"k": "SIGN_ONLY", "aws_dbe_y": "SIGN_ONLY"}},
		"both overrides":          {"legacy": legacy("FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT", nil), "plaintextOverride": "FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ"},
		"an unknown policy":       {"plaintextOverride": "ALLOW"},
		"a legacy policy":         {"legacy": legacy("ALLOW", nil)},
		"a legacy provider":       {"legacy": legacy("FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", fields{"provider": fields{"type": "other", "macKey": "mac"}})},
		"two signing keys":        {"legacy": legacy("FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", fields{"provider": fields{"type": "symmetric", "encryptionKey": "aes", "macKey": "mac", "signingKey": "rsa"}})},
		"context in legacy":       {"legacy": legacy("FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT", fields{"actions": fields{"k": "SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT"}})},
	} {
		t.Run(name, func(t *testing.T) {
			answer := askDBE(t, plainDBE().with(change).request(t, "encrypt", dbeItem))
			assert.False(t, answer.OK)
			assert.Equal(t, protocol.ClassConfig, answer.Class, answer.Error)
			assert.NotEmpty(t, answer.Error)
		})
	}
	for name, c := range map[string]struct {
		op     string
		change fields
		class  string
	}{
		"a reader writes":    {"encrypt", fields{"keyring": agreement("discovery", fields{"recipient": "recipient"})}, protocol.ClassKeys},
		"no generator":       {"encrypt", fields{"keyring": fields{"type": "multi", "children": []fields{{"type": "raw-aes", "key": "aes"}}}}, protocol.ClassKeys},
		"an unsigned name":   {"encrypt", fields{"unsignedPrefix": "q", "actions": fields{"k": "SIGN_ONLY"}}, protocol.ClassFormat},
		"no key attribute":   {"encrypt", fields{"partitionKey": "z", "actions": fields{"z": "SIGN_ONLY"}}, protocol.ClassFormat},
		"no marks":           {"decrypt", nil, protocol.ClassFormat},
		"no operation":       {"other", nil, protocol.ClassConfig},
		"a bench of no runs": {"bench", nil, protocol.ClassConfig},
	} {
		answer := askDBE(t, plainDBE().with(c.change).request(t, c.op, dbeItem))
		assert.Equal(t, c.class, answer.Class, "%s: %s", name, answer.Error)
	}
}

func TestDBEBench(t *testing.T) {
	by := plainDBE().with(fields{
		"keyring":        agreement("ephemeral", fields{"recipient": "recipient"}),
		"decryptKeyring": agreement("discovery", fields{"recipient": "recipient"}),
	})
	line := strings.Replace(by.request(t, "bench", dbeItem), `"id"`, `"warm":1,"each":2,"runs":3,"id"`, 1)
	answer := askDBE(t, line)
	require.True(t, answer.OK, answer.Error)
	assert.Len(t, answer.EncryptMicros, 3)
	assert.Len(t, answer.DecryptMicros, 3)
}
