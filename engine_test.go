package ddb_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

type (
	avS  = types.AttributeValueMemberS
	avN  = types.AttributeValueMemberN
	avB  = types.AttributeValueMemberB
	avSS = types.AttributeValueMemberSS

	avAny = types.AttributeValue
)

// onEngines runs a test on ddbtest and on Amazon's DynamoDB Local, which is at DDB_ENDPOINT.
func onEngines(t *testing.T, test func(t *testing.T, client *dynamodb.Client)) {
	t.Run("ddbtest", func(t *testing.T) {
		server := ddbtest.Start()
		t.Cleanup(server.Close)
		test(t, server.Client())
	})
	t.Run("DynamoDB Local", func(t *testing.T) {
		endpoint := testenv.Need(t, "DDB_ENDPOINT")
		test(t, dynamodb.New(dynamodb.Options{
			Region: "us-east-1", BaseEndpoint: &endpoint, Credentials: localCredentials{},
		}))
	})
}

type localCredentials struct{}

func (localCredentials) Retrieve(context.Context) (aws.Credentials, error) {
	return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
}

func key(t testing.TB, b byte) secret.Key {
	raw := make([]byte, 32)
	for i := range raw {
		raw[i] = b + byte(i)
	}
	k, err := secret.New(raw)
	require.NoError(t, err)
	return k
}

func format(t testing.TB) crypt.Format {
	p, err := provider.Static(key(t, 1), key(t, 101))
	require.NoError(t, err)
	return ddbec.Format(p)
}

// newTable makes a table that no other test uses, with the library's default format.
func newTable[T any](t *testing.T, client *dynamodb.Client, cfg ddb.Config) *ddb.Table[T] {
	name := tableName(t)
	table, err := ddb.NewTable[T](client, name, cfg)
	require.NoError(t, err)
	_, err = client.CreateTable(t.Context(), table.CreateTableInput())
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = client.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	})
	return table
}

var tables atomic.Int64

func tableName(t *testing.T) string {
	clean := strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' {
			return r
		}
		return '-'
	}, t.Name())
	n := time.Now().UnixNano() + tables.Add(1)
	return clean[:min(len(clean), 120)] + "-" + strings.ToLower(strings.TrimLeft(time.Unix(0, n).UTC().Format("150405.000000000"), "0"))
}

// stored is an item as it lies in the table.
func stored(t *testing.T, client *dynamodb.Client, table string, key crypt.Item) crypt.Item {
	yes := true
	out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key, ConsistentRead: &yes})
	require.NoError(t, err)
	return out.Item
}

// overwrite stores an item behind the library's back.
func overwrite(t *testing.T, client *dynamodb.Client, table string, item crypt.Item) {
	_, err := client.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: &table, Item: item})
	require.NoError(t, err)
}

// losing is a client whose answers to writes get lost: the first attempt of its first write reaches
// the service, and the answer does not come back. then runs before the SDK sends it again.
func losing(client *dynamodb.Client, then func()) *dynamodb.Client {
	return through(client, &disturbed{apply: true, then: then, answer: func() (*http.Response, error) { return nil, errConnection{} }})
}

// throttling is a client whose first write is refused before the service sees it.
func throttling(client *dynamodb.Client, then func()) *dynamodb.Client {
	return through(client, &disturbed{then: then, answer: func() (*http.Response, error) {
		const body = `{"__type":"com.amazonaws.dynamodb.v20120810#ProvisionedThroughputExceededException","message":"slow down"}`
		return &http.Response{
			StatusCode: http.StatusBadRequest, Header: http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}})
}

func through(client *dynamodb.Client, d *disturbed) *dynamodb.Client {
	o := client.Options()
	o.HTTPClient = d
	o.Retryer = retry.NewStandard(func(s *retry.StandardOptions) {
		s.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
	})
	return dynamodb.New(o)
}

// disturbed is an HTTP client that answers the first write itself, after the service or in its place.
type disturbed struct {
	apply  bool
	then   func()
	answer func() (*http.Response, error)
	done   atomic.Bool
}

func (d *disturbed) Do(r *http.Request) (*http.Response, error) {
	op := r.Header.Get("X-Amz-Target")
	write := strings.HasSuffix(op, ".PutItem") || strings.HasSuffix(op, ".UpdateItem") || strings.HasSuffix(op, ".DeleteItem")
	if !write || !d.done.CompareAndSwap(false, true) {
		return http.DefaultClient.Do(r)
	}
	if d.apply {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			return nil, err
		}
		resp.Body.Close()
	}
	if d.then != nil {
		d.then()
	}
	return d.answer()
}

// errConnection is an error that the SDK sends again after.
type errConnection struct{}

func (errConnection) Error() string   { return "connection reset by test" }
func (errConnection) Timeout() bool   { return true }
func (errConnection) Temporary() bool { return true }
