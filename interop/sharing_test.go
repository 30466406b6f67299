package interop_test

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// sharing is a table on DynamoDB Local for Java's DynamoDBMapper with an AttributeEncryptor and for
// ours, and what both are told of it.
type sharing struct {
	client *dynamodb.Client
	java   *peers.Peer
	keys   map[string]protocol.Key

	by     protocol.Case   // provider and marks, for Java
	mapper protocol.Mapper // table and bean, for Java
	cfg    ddb.Config      // for ours
}

func newSharing(t *testing.T) sharing {
	command, endpoint := testenv.Need(t, "DDB_PEER_JAVA_MAPPER"), testenv.Need(t, "DDB_ENDPOINT")
	keys, err := generate.Pairs()
	require.NoError(t, err)
	keys["aes"] = protocol.Key{Type: "aes", Material: []byte("an AES key that tests alone use.")}
	keys["mac"] = protocol.Key{Type: "hmac", Material: []byte("a MAC key that tests alone use..")}
	java, err := peers.Start(context.WithoutCancel(t.Context()), "java mapper", command, protocol.Request{Keys: keys, DynamoDB: &protocol.Endpoint{Endpoint: endpoint}})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, java.Close()) })
	return sharing{
		client: dynamodb.New(dynamodb.Options{Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: localCredentials{}}),
		java:   java,
		keys:   keys,
	}.static(t)
}

type localCredentials struct{}

func (localCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
}

// with returns s under provider, which the protocol spells so.
func (s sharing) with(t *testing.T, spelled string, p provider.Provider, err error) sharing {
	require.NoError(t, err)
	s.by.Provider = json.RawMessage(spelled)
	s.cfg.Encryption = ddbec.Format(p)
	return s
}

func (s sharing) secret(t *testing.T, name string) secret.Key {
	key, err := secret.New(s.keys[name].Material)
	require.NoError(t, err)
	return key
}

func (s sharing) private(t *testing.T, name string) any {
	key, err := x509.ParsePKCS8PrivateKey(s.keys[name].PrivateDER)
	require.NoError(t, err)
	return key
}

func (s sharing) staticProvider(t *testing.T) (provider.Provider, error) {
	return provider.Static(s.secret(t, "aes"), s.secret(t, "mac"))
}

func (s sharing) static(t *testing.T) sharing {
	p, err := s.staticProvider(t)
	return s.with(t, `{"type":"static","encrypt":"aes","sign":{"key":"mac"}}`, p, err)
}

func (s sharing) wrappedAES(t *testing.T) sharing {
	p, err := provider.WrappedAES(s.secret(t, "aes"), s.secret(t, "mac"))
	return s.with(t, `{"type":"wrapped","wrap":"aes","sign":{"key":"mac"}}`, p, err)
}

func (s sharing) wrappedRSA(t *testing.T) sharing {
	wrap, err := provider.WrapRSA(provider.RSAWrapConfig{Private: s.private(t, generate.PairWrap).(*rsa.PrivateKey)})
	require.NoError(t, err)
	signing := s.private(t, generate.PairSign).(*rsa.PrivateKey)
	sign, err := provider.NewSigner(crypto.SHA512, signing)
	require.NoError(t, err)
	verify, err := provider.NewVerifier(crypto.SHA512, &signing.PublicKey)
	require.NoError(t, err)
	p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: wrap, Sign: sign, Verify: verify})
	return s.with(t, `{"type":"wrapped","wrap":"wrap","sign":{"key":"sign","algorithm":"SHA512withRSA"}}`, p, err)
}

func (s sharing) elliptic(t *testing.T) sharing {
	signing := s.private(t, "p384").(*ecdsa.PrivateKey)
	sign, err := provider.NewSigner(crypto.SHA384, signing)
	require.NoError(t, err)
	verify, err := provider.NewVerifier(crypto.SHA384, &signing.PublicKey)
	require.NoError(t, err)
	p, err := provider.NewStatic(provider.StaticConfig{Encrypt: s.secret(t, "aes"), Sign: sign, Verify: verify})
	return s.with(t, `{"type":"static","encrypt":"aes","sign":{"key":"p384","algorithm":"SHA384withECDSA"}}`, p, err)
}

// of returns s with a bean and a name for its table, which openTable makes.
func (s sharing) of(bean string) sharing {
	s.mapper.Bean = bean
	s.mapper.Table = fmt.Sprintf("interop-%d-%d", time.Now().UnixNano(), tables.Add(1))
	return s
}

var tables atomic.Int64

// openTable is our table of s. Every one of a name opens the same.
func openTable[T any](t *testing.T, s sharing) *ddb.Table[T] {
	table, err := ddb.NewTable[T](s.client, s.mapper.Table, s.cfg)
	require.NoError(t, err)
	_, err = s.client.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: &s.mapper.Table})
	if err != nil {
		_, err = s.client.CreateTable(t.Context(), table.CreateTableInput())
		require.NoError(t, err)
		t.Cleanup(func() {
			_, _ = s.client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &s.mapper.Table})
		})
	}
	return table.With(ddb.Consistent())
}

// ask has Java's mapper do op to the bean with v's properties. It returns the bean's after that.
func ask[T any](t *testing.T, s sharing, op string, v T) (after T, refused error) {
	t.Helper()
	by, err := json.Marshal(s.by)
	require.NoError(t, err)
	s.mapper.Value, err = json.Marshal(v)
	require.NoError(t, err)
	answers, err := s.java.Run([]protocol.Request{{Op: op, Case: by, Mapper: &s.mapper}})
	require.NoError(t, err)
	if !answers[0].OK {
		return after, errors.New(answers[0].Error)
	}
	require.NoError(t, json.Unmarshal(answers[0].Value, &after))
	return after, nil
}

// save has Java save v, and returns it as Java then has it.
func save[T any](t *testing.T, s sharing, v T) T {
	t.Helper()
	after, err := ask(t, s, protocol.Save, v)
	require.NoError(t, err)
	return after
}

// load has Java load the item with v's key.
func load[T any](t *testing.T, s sharing, v T) T {
	t.Helper()
	after, err := ask(t, s, protocol.Load, v)
	require.NoError(t, err)
	return after
}

// raw is an item as it is stored.
func (s sharing) raw(t *testing.T, key crypt.Item) crypt.Item {
	out, err := s.client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &s.mapper.Table, Key: key, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)
	return out.Item
}

// store writes an item as it is.
func (s sharing) store(t *testing.T, item crypt.Item) {
	_, err := s.client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &s.mapper.Table, Item: item})
	require.NoError(t, err)
}
