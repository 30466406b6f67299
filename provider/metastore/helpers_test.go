package metastore_test

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/secret"
)

type (
	avS = types.AttributeValueMemberS
	avN = types.AttributeValueMemberN
	avB = types.AttributeValueMemberB
)

const (
	table = "keys"
	name  = "visits"
)

func key(t testing.TB, first byte, size int) secret.Key {
	t.Helper()
	b := make([]byte, size)
	for i := range b {
		b[i] = first + byte(i)
	}
	k, err := secret.New(b)
	require.NoError(t, err)
	return k
}

// inner protects versions under keys that begin with the bytes first and first+0x20.
func inner(t testing.TB, first byte) crypt.Format {
	t.Helper()
	p, err := provider.WrappedAES(key(t, first, 32), key(t, first+0x20, 32))
	require.NoError(t, err)
	return ddbec.Format(p)
}

// client is a client whose calls a test can watch and have fail.
type client struct {
	*dynamodb.Client

	mu     sync.Mutex
	calls  []string
	faults []fault
}

// fault fails one call of an operation. lost: it is done, and its answer lost.
type fault struct {
	operation string
	err       error
	lost      bool
}

var (
	errThrottled = &types.ProvisionedThroughputExceededException{}
	errDenied    = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	errCut       = errors.New("connection cut")
)

func (c *client) call(operation string, do func() error) error {
	c.mu.Lock()
	c.calls = append(c.calls, operation)
	at := slices.IndexFunc(c.faults, func(f fault) bool { return f.operation == operation })
	var f fault
	if at >= 0 {
		f = c.faults[at]
		c.faults = slices.Delete(c.faults, at, at+1)
	}
	c.mu.Unlock()
	if f.err == nil || f.lost {
		if err := do(); err != nil {
			return err
		}
	}
	return f.err
}

func (c *client) fail(faults ...fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.faults = append(c.faults, faults...)
}

// made are the calls since it was last asked.
func (c *client) made() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	made := c.calls
	c.calls = nil
	return made
}

func (c *client) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (out *dynamodb.GetItemOutput, err error) {
	if in.ConsistentRead == nil || !*in.ConsistentRead {
		return nil, errors.New("the read is not consistent")
	}
	return out, c.call("GetItem", func() error { out, err = c.Client.GetItem(ctx, in, opts...); return err })
}

func (c *client) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (out *dynamodb.PutItemOutput, err error) {
	return out, c.call("PutItem", func() error { out, err = c.Client.PutItem(ctx, in, opts...); return err })
}

func (c *client) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (out *dynamodb.QueryOutput, err error) {
	if in.ConsistentRead == nil || !*in.ConsistentRead {
		return nil, errors.New("the query is not consistent")
	}
	return out, c.call("Query", func() error { out, err = c.Client.Query(ctx, in, opts...); return err })
}

// fixture is a store with its table and its server.
type fixture struct {
	*metastore.Store
	client *client
	server *ddbtest.Server
}

// newStore makes a store of a new server, with its table.
func newStore(t testing.TB, change func(*metastore.Config)) *fixture {
	t.Helper()
	server := ddbtest.Start()
	t.Cleanup(server.Close)
	return storeOn(t, server, change)
}

func storeOn(t testing.TB, server *ddbtest.Server, change func(*metastore.Config)) *fixture {
	t.Helper()
	f := &fixture{client: &client{Client: server.Client()}, server: server}
	c := metastore.Config{Client: f.client, Table: table, Encryption: inner(t, 0)}
	if change != nil {
		change(&c)
	}
	var err error
	f.Store, err = metastore.New(c)
	require.NoError(t, err)
	if server.Stored(c.Table, versionKey(name, 0)) == nil {
		_, err = f.client.CreateTable(t.Context(), f.CreateTableInput())
		if !errors.As(err, new(*types.ResourceInUseException)) {
			require.NoError(t, err)
		}
	}
	return f
}

func versionKey(name string, version int64) crypt.Item {
	return crypt.Item{"N": &avS{Value: name}, "V": &avN{Value: strconv.FormatInt(version, 10)}}
}

// stored is what lies in the table.
func (f *fixture) stored(t testing.TB, name string, version int64) crypt.Item {
	t.Helper()
	item := f.server.Stored(table, versionKey(name, version))
	require.NotNil(t, item)
	return item
}

func (f *fixture) rotate(t testing.TB) int64 {
	t.Helper()
	k, err := f.Rotate(t.Context(), name)
	require.NoError(t, err)
	return k.Version
}
