//go:build !race

// The race detector makes sync.Pool forget.

package dbe

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestScratchIsLeftClean(t *testing.T) {
	const canary = "CANARY7391"
	k, err := secret.New(bytes.Repeat([]byte{1}, 32))
	require.NoError(t, err)
	ring, err := keyring.RawAES("test", "key", k)
	require.NoError(t, err)
	f, err := New(Config{Keyring: ring, Suite: keyring.SuiteHMAC})
	require.NoError(t, err)
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "t", PartitionKey: "pk", Actions: map[string]crypt.Action{"e": crypt.Encrypt, "c": crypt.SignContext}})
	require.NoError(t, err)
	enc, err := f.Encryptor(schema)
	require.NoError(t, err)
	e := enc.(*encryptor)
	text := func(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
	item := crypt.Item{"pk": text("k"), "c": text(canary), "e": text(strings.Repeat(canary, 1000))}
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	clean(t, e, canary)
	_, err = e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	clean(t, e, canary)

	stored["c"] = text(canary + "!")
	_, err = e.DecryptItem(t.Context(), stored)
	require.Error(t, err)
	clean(t, e, canary)
	item["unknown"] = text(canary)
	_, err = e.EncryptItem(t.Context(), item)
	require.Error(t, err)
	clean(t, e, canary)
}

// clean looks into the scratch that was released last.
func clean(t *testing.T, e *encryptor, canary string) {
	t.Helper()
	s, ok := e.pool.Get().(*scratch)
	require.True(t, ok)
	defer e.pool.Put(s)
	for _, b := range [][]byte{s.plain, s.context, s.legend, s.values.All()} {
		assert.Empty(t, bytes.Trim(b[:cap(b)], "\x00"))
	}
	for _, a := range s.attrs[:cap(s.attrs)] {
		assert.Zero(t, a)
	}
	for _, v := range s.parsed[:cap(s.parsed)] {
		assert.Zero(t, v)
	}
	all := fmt.Sprintf("%+v", *s)
	assert.NotContains(t, all, canary)
	assert.NotContains(t, all, strings.Trim(fmt.Sprint([]byte(canary)), "[]"))
}
