package bench

import (
	"context"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/wholebody"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/stretchr/testify/require"
)

const (
	region     = "us-east-1"
	keyName    = "shared" // of the material, and of a branch key
	metaTable  = "materials"
	branchKeys = "branch-keys"
)

// keyWorld is a KMS, and a DynamoDB with a MetaStore and a branch key store.
type keyWorld struct {
	kms      *fakekms.Server
	client   *kms.Client
	key      string // ARN
	dynamoDB *dynamodb.Client
	meta     *metastore.Store
	branch   *hierarchy.Store
	requests requests // to DynamoDB
}

// requests counts those that are sent.
type requests struct {
	http.RoundTripper
	n atomic.Int64
}

func (r *requests) RoundTrip(q *http.Request) (*http.Response, error) {
	r.n.Add(1)
	return r.RoundTripper.RoundTrip(q)
}

func newKeyWorld(t testing.TB) *keyWorld {
	w := &keyWorld{kms: fakekms.Start(), requests: requests{RoundTripper: http.DefaultTransport}}
	t.Cleanup(w.kms.Close)
	server := ddbtest.Start()
	t.Cleanup(server.Close)
	w.client = w.kms.Client(region)
	w.key = w.kms.AddKey(fakekms.Key{Region: region})
	w.dynamoDB = server.Client(func(o *dynamodb.Options) { o.HTTPClient = wholebody.Client{HTTP: &http.Client{Transport: &w.requests}} })

	inner, err := directkms.New(t.Context(), directkms.Config{Client: w.client, Key: w.key})
	require.NoError(t, err)
	w.meta, err = metastore.New(metastore.Config{Client: w.dynamoDB, Table: metaTable, Encryption: ddbec.Format(inner)})
	require.NoError(t, err)
	_, err = w.dynamoDB.CreateTable(t.Context(), w.meta.CreateTableInput())
	require.NoError(t, err)
	_, err = w.meta.Rotate(t.Context(), keyName)
	require.NoError(t, err)

	w.branch, err = hierarchy.NewStore(hierarchy.Config{
		Table: branchKeys, LogicalName: branchKeys, KMSConfiguration: hierarchy.KeyARN(w.key), KMS: w.client, DynamoDB: w.dynamoDB,
	})
	require.NoError(t, err)
	require.NoError(t, w.branch.CreateTable(t.Context()))
	w.createBranchKey(t, keyName)
	return w
}

func (w *keyWorld) createBranchKey(t testing.TB, id string) {
	_, err := w.branch.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: id, Context: map[string]string{"owner": id}})
	require.NoError(t, err)
}

// mostRecent is a provider over the MetaStore, or over another store, that knows no keys yet.
func (w *keyWorld) mostRecent(t testing.TB, c mostrecent.Config) *mostrecent.Provider {
	if c.Store == nil {
		c.Store = w.meta
	}
	c.Name = keyName
	p, err := mostrecent.New(c)
	require.NoError(t, err)
	return p
}

// hierarchical is a keyring over the branch key store, or over another store, that knows no keys yet.
func (w *keyWorld) hierarchical(t testing.TB, c hierarchy.KeyringConfig) keyring.Keyring {
	if c.Store == nil {
		c.Store = w.branch
	}
	if c.Supplier == nil {
		c.BranchKeyID = keyName
	}
	k, err := hierarchy.NewKeyring(c)
	require.NoError(t, err)
	return k
}

func dbeOf(t testing.TB, k keyring.Keyring, s keyring.Suite) crypt.Format {
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: s})
	require.NoError(t, err)
	return f
}

func customersIn(t testing.TB, f crypt.Format) *ddb.Codec[Customer] {
	c, err := ddb.NewCodec[Customer]("customers", ddb.Config{Encryption: f})
	require.NoError(t, err)
	return c
}

// calls are those that were made for keys.
type calls struct{ kms, store int64 }

// counted are the calls that f makes with the context that it is given. What the context's meter says must be what the
// servers say.
func (w *keyWorld) counted(t testing.TB, f func(context.Context)) calls {
	w.kms.ResetCalls()
	before := w.requests.n.Load()
	var meter crypt.Meter
	f(crypt.Watch(t.Context(), &meter, nil))
	u := meter.Usage()
	require.EqualValues(t, len(w.kms.Calls()), u.KeyCalls, "calls that arrived at KMS")
	require.Equal(t, w.requests.n.Load()-before, u.StoreCalls, "calls that were sent to DynamoDB")
	return calls{u.KeyCalls, u.StoreCalls}
}

// clock stands until it is moved.
type clock struct{ nanoseconds atomic.Int64 }

func newClock() *clock {
	c := new(clock)
	c.pass(time.Duration(time.Date(2026, 11, 27, 12, 0, 0, 0, time.UTC).UnixNano()))
	return c
}

func (c *clock) Now() time.Time       { return time.Unix(0, c.nanoseconds.Load()) }
func (c *clock) pass(d time.Duration) { c.nanoseconds.Add(int64(d)) }
