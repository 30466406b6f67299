package awskms_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const (
	east, west = "us-east-1", "us-west-2"
	stranger   = "444455556666" // an attacker's account
	secretName = "Ada CANARY7391"
)

var suites = []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA}

func start(t testing.TB) *fakekms.Server {
	t.Helper()
	s := fakekms.Start()
	t.Cleanup(s.Close)
	return s
}

// supplier gives clients of every region.
func supplier(s *fakekms.Server) awskms.ClientSupplier {
	return func(region string) (awskms.Client, error) { return s.Client(region), nil }
}

func newKeyring(t testing.TB, c awskms.Config) keyring.Keyring {
	t.Helper()
	k, err := awskms.New(c)
	require.NoError(t, err)
	return k
}

func newDiscovery(t testing.TB, c awskms.DiscoveryConfig) keyring.Keyring {
	t.Helper()
	k, err := awskms.NewDiscovery(c)
	require.NoError(t, err)
	return k
}

// strict is the keyring of one key in the east.
func strict(t testing.TB, s *fakekms.Server, arn string) keyring.Keyring {
	t.Helper()
	return newKeyring(t, awskms.Config{Keys: []string{arn}, Client: s.Client(east)})
}

// encryptor is that of the table "visits" over k.
func encryptor(t testing.TB, k keyring.Keyring, s keyring.Suite) crypt.ItemEncryptor {
	t.Helper()
	return encryptorOf(t, k, s, "visits")
}

func encryptorOf(t testing.TB, k keyring.Keyring, suite keyring.Suite, table string) crypt.ItemEncryptor {
	t.Helper()
	s, err := crypt.NewSchema(crypt.SchemaConfig{Table: table, PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	require.NoError(t, err)
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: suite})
	require.NoError(t, err)
	e, err := f.Encryptor(s)
	require.NoError(t, err)
	return e
}

func visit() crypt.Item {
	return crypt.Item{"patient": &types.AttributeValueMemberS{Value: "p-17"}, "name": &types.AttributeValueMemberS{Value: secretName}}
}

func write(t testing.TB, e crypt.ItemEncryptor) crypt.Item {
	t.Helper()
	stored, err := e.EncryptItem(t.Context(), visit())
	require.NoError(t, err)
	require.NotEqual(t, visit()["name"], stored["name"])
	return stored
}

func reads(t testing.TB, e crypt.ItemEncryptor, stored crypt.Item) {
	t.Helper()
	opened, err := e.DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	require.Equal(t, visit(), opened.Item)
}

// refuses demands an error of that class alone, nothing else, and as many calls to KMS.
func refuses(t testing.TB, e crypt.ItemEncryptor, stored crypt.Item, class error, calls int, says ...string) {
	t.Helper()
	var m crypt.Meter
	opened, err := e.DecryptItem(crypt.Watch(t.Context(), &m, nil), stored)
	isClass(t, err, class)
	assert.Nil(t, opened.Item)
	assert.EqualValues(t, calls, m.Usage().KeyCalls)
	for _, s := range says {
		assert.ErrorContains(t, err, s)
	}
}

func isClass(t testing.TB, err, class error) {
	t.Helper()
	require.ErrorIs(t, err, class)
	for _, other := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
		if other != class {
			assert.NotErrorIs(t, err, other)
		}
	}
	assert.NotContains(t, err.Error(), secretName)
}

// dataKeys are the materials that k gives an item of that context.
func dataKeys(t testing.TB, k keyring.Keyring, entries map[string]string) keyring.EncryptionMaterials {
	t.Helper()
	m, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: entries})
	require.NoError(t, err)
	return m
}

// open has k unwrap data keys.
func open(ctx context.Context, k keyring.Keyring, entries map[string]string, keys ...keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
	return k.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC, Context: entries}, keys)
}

// forger is a keyring whose data keys say something else of themselves.
type forger struct {
	keyring.Keyring
	lie func(*keyring.EncryptionMaterials)
}

func (f forger) OnEncrypt(ctx context.Context, m keyring.EncryptionMaterials) (keyring.EncryptionMaterials, error) {
	m, err := f.Keyring.OnEncrypt(ctx, m)
	if err == nil {
		f.lie(&m)
	}
	return m, err
}

// naming has the data keys of k name another key.
func naming(k keyring.Keyring, info string) keyring.Keyring {
	return forger{k, func(m *keyring.EncryptionMaterials) {
		for i := range m.EncryptedDataKeys {
			m.EncryptedDataKeys[i].ProviderInfo = []byte(info)
		}
	}}
}
