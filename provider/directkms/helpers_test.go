package directkms_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/require"
)

type (
	avS = types.AttributeValueMemberS
	avN = types.AttributeValueMemberN
	avB = types.AttributeValueMemberB
)

const (
	east, west = "us-east-1", "us-west-2"

	envKey  = "amzn-ddb-env-key"
	envAlg  = "amzn-ddb-env-alg"
	sigAlg  = "amzn-ddb-sig-alg"
	wrapAlg = "amzn-ddb-wrap-alg"

	// canary is planted in values of keys. No error may sing.
	canary = "CANARY7391"
)

// start is a KMS with one key in the east.
func start(t testing.TB) (s *fakekms.Server, key string) {
	t.Helper()
	s = fakekms.Start()
	t.Cleanup(s.Close)
	return s, s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/orders"}})
}

func newProvider(t testing.TB, c directkms.Config) provider.Provider {
	t.Helper()
	p, err := directkms.New(t.Context(), c)
	require.NoError(t, err)
	return p
}

func encryptor(t testing.TB, p provider.Provider, c crypt.SchemaConfig) crypt.ItemEncryptor {
	t.Helper()
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	e, err := ddbec.Format(p).Encryptor(s)
	require.NoError(t, err)
	return e
}

// orders is the schema of a table with both keys.
func orders() crypt.SchemaConfig {
	return crypt.SchemaConfig{Table: "orders", PartitionKey: "id", SortKey: "at", Actions: map[string]crypt.Action{"card": crypt.Encrypt, "total": crypt.Sign}}
}

// order is an item of that table.
func order(id string) crypt.Item {
	return crypt.Item{"id": &avS{Value: id}, "at": &avN{Value: "17"}, "card": &avS{Value: "4111"}, "total": &avN{Value: "99.5"}}
}

// request names an item.
func request(t testing.TB, entries map[string]string, pk, sk types.AttributeValue) provider.Request {
	t.Helper()
	d, err := provider.NewDescription(entries)
	require.NoError(t, err)
	return provider.Request{Table: "Tbl", PartitionKey: "pk", SortKey: "sk", Description: d, Keys: func() (crypt.Item, error) {
		return crypt.Item{"pk": pk, "sk": sk}, nil
	}}
}

// refused demands an error of one class that shows no value.
func refused(t testing.TB, err, class error, what ...any) {
	t.Helper()
	require.ErrorIs(t, err, class, what...)
	for _, other := range []error{crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys} {
		require.True(t, other == class || !errors.Is(err, other), "two classes: %v", err)
	}
	for _, text := range []string{err.Error(), fmt.Sprintf("%+v", err), fmt.Sprintf("%#v", err)} {
		require.NotContains(t, text, canary, what...)
	}
}

// operations are the names of the calls since the log was emptied, which this does again.
func operations(s *fakekms.Server) []string {
	var names []string
	for _, c := range s.Calls() {
		names = append(names, c.Operation)
	}
	s.ResetCalls()
	return names
}

// clientFunc is a client that answers Decrypt by a function, and GenerateDataKey by another.
type clientFunc struct {
	directkms.Client
	decrypt  func(*kms.DecryptInput) (*kms.DecryptOutput, error)
	generate func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error)
}

func (c clientFunc) Decrypt(_ context.Context, in *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	return c.decrypt(in)
}

func (c clientFunc) GenerateDataKey(_ context.Context, in *kms.GenerateDataKeyInput, _ ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	return c.generate(in)
}

func hmacOf(key, text []byte) []byte {
	h := hmac.New(sha256.New, key)
	h.Write(text)
	return h.Sum(nil)
}
