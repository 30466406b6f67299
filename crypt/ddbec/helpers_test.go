package ddbec_test

import (
	"context"
	"crypto"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

type (
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM

	actions        = map[string]crypt.Action
	attributeValue = types.AttributeValue
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// count returns n bytes that count up from first.
func count(first byte, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = first + byte(i)
	}
	return b
}

func key(t testing.TB, b []byte) secret.Key {
	t.Helper()
	k, err := secret.New(b)
	require.NoError(t, err)
	return k
}

func hmacOf(t testing.TB, h crypto.Hash, k []byte) *provider.HMAC {
	t.Helper()
	m, err := provider.NewHMAC(h, key(t, k))
	require.NoError(t, err)
	return m
}

// keys is a static provider whose AES key is 00…1f and whose HMAC-SHA256 key is 20…3f.
func keys(t testing.TB) provider.Provider {
	t.Helper()
	p, err := provider.Static(key(t, count(0, 32)), key(t, count(0x20, 32)))
	require.NoError(t, err)
	return p
}

// static is a provider of the test's own halves over the same keys.
func static(t testing.TB, change func(*provider.StaticConfig)) provider.Provider {
	t.Helper()
	h := hmacOf(t, crypto.SHA256, count(0x20, 32))
	c := provider.StaticConfig{Encrypt: key(t, count(0, 32)), Sign: h, Verify: h}
	change(&c)
	p, err := provider.NewStatic(c)
	require.NoError(t, err)
	return p
}

// table describes the table "Tbl" with partition key "pk".
func table(a actions) crypt.SchemaConfig {
	return crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", Actions: a}
}

func encryptor(t testing.TB, f crypt.Format, c crypt.SchemaConfig) crypt.ItemEncryptor {
	t.Helper()
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}

func format(t testing.TB, c ddbec.Config) crypt.Format {
	t.Helper()
	f, err := ddbec.New(c)
	require.NoError(t, err)
	return f
}

// with is item with changes; a nil value takes the attribute out.
func with(item crypt.Item, changes crypt.Item) crypt.Item {
	c := itemtest.Copy(item)
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(name string, _ types.AttributeValue) bool {
		v, changed := changes[name]
		return changed && v == nil
	})
	return c
}

// providerFunc is a provider made of functions.
type providerFunc struct {
	encrypt func(context.Context, provider.Request) (provider.EncryptionMaterials, error)
	decrypt func(context.Context, provider.Request) (provider.DecryptionMaterials, error)
}

func (p providerFunc) EncryptionMaterials(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
	return p.encrypt(ctx, r)
}

func (p providerFunc) DecryptionMaterials(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
	return p.decrypt(ctx, r)
}

// verifierFunc is a remote Verifier made of a function.
type verifierFunc func(ctx context.Context, stringToSign, signature []byte) error

func (f verifierFunc) Verify(ctx context.Context, stringToSign, signature []byte) error {
	return f(ctx, stringToSign, signature)
}

// localVerifier says that it costs nothing to ask.
type localVerifier struct{ verifierFunc }

func (localVerifier) Local() bool { return true }

// signerFunc is a Signer made of a function.
type signerFunc func(ctx context.Context, stringToSign []byte) ([]byte, error)

func (f signerFunc) Sign(ctx context.Context, stringToSign []byte) ([]byte, error) {
	return f(ctx, stringToSign)
}

// canary is planted in values and keys. No error may sing.
const canary = "CANARY7391"

// refused demands an error of a class that names its table and shows no value.
func refused(t testing.TB, err, class error, what ...any) {
	t.Helper()
	require.ErrorIs(t, err, class, what...)
	for _, other := range []error{crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys} {
		require.True(t, other == class || !errors.Is(err, other), "two classes: %v", err)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		require.NotContains(t, text, canary, what...)
		require.NotContains(t, text, "7391", what...)
	}
	var e *crypt.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Tbl", e.Table)
	if class == crypt.ErrAuth {
		require.Equal(t, `crypt: decrypt: table "Tbl": item failed verification`, err.Error(), "one text for all")
	}
}

// refusedWith also demands the attribute and a part of what to do.
func refusedWith(t testing.TB, err, class error, attribute, detail string) {
	t.Helper()
	refused(t, err, class)
	var e *crypt.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, attribute, e.Attribute)
	require.Contains(t, err.Error(), detail)
}
