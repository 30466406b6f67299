package dbe_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
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

	actions = map[string]crypt.Action
)

const (
	head = dbe.HeaderField
	foot = dbe.FooterField
)

var suites = []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA}

func key(t testing.TB, b byte) secret.Key {
	t.Helper()
	k, err := secret.New(bytes.Repeat([]byte{b}, 32))
	require.NoError(t, err)
	return k
}

// rawAES is a keyring whose key is 32 times b.
func rawAES(t testing.TB, b byte) keyring.Keyring {
	t.Helper()
	k, err := keyring.RawAES("dynaseal", fmt.Sprint("key-", b), key(t, b))
	require.NoError(t, err)
	return k
}

// table describes the table "Tbl" with partition key "pk" and sort key "sk".
func table(a actions) crypt.SchemaConfig {
	return crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", SortKey: "sk", Actions: a}
}

func format(t testing.TB, c dbe.Config) crypt.Format {
	t.Helper()
	f, err := dbe.New(c)
	require.NoError(t, err)
	return f
}

// of is the format under a suite, over the keyring of key 1.
func of(t testing.TB, s keyring.Suite) crypt.Format {
	t.Helper()
	return format(t, dbe.Config{Keyring: rawAES(t, 1), Suite: s})
}

func encryptor(t testing.TB, f crypt.Format, c crypt.SchemaConfig) crypt.ItemEncryptor {
	t.Helper()
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}

func encrypted(t testing.TB, e crypt.ItemEncryptor, item crypt.Item) crypt.Item {
	t.Helper()
	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	return stored
}

func decrypted(t testing.TB, e crypt.ItemEncryptor, stored crypt.Item) crypt.Opened {
	t.Helper()
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	return opened
}

// with is item with changes; a nil value takes the attribute out.
func with(item crypt.Item, changes crypt.Item) crypt.Item {
	c := maps.Clone(item)
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(name string, _ types.AttributeValue) bool {
		v, changed := changes[name]
		return changed && v == nil
	})
	return c
}

func bytesOf(t testing.TB, item crypt.Item, name string) []byte {
	t.Helper()
	b, ok := item[name].(*avB)
	require.True(t, ok, name)
	return slices.Clone(b.Value)
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

// managerFunc is a manager made of functions.
type managerFunc struct {
	encrypt func(context.Context, keyring.Request) (keyring.EncryptionMaterials, error)
	decrypt func(context.Context, keyring.DecryptionRequest) (keyring.DecryptionMaterials, error)
}

func (m managerFunc) EncryptionMaterials(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
	return m.encrypt(ctx, r)
}

func (m managerFunc) DecryptionMaterials(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
	return m.decrypt(ctx, r)
}
