package ddb_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// called is a provider that says it makes a call for each item, as one of a key management service does.
type called struct{ provider.Provider }

func (c called) EncryptionMaterials(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
	ctx, done := crypt.StartCall(ctx, crypt.Call{Service: crypt.KMS, Operation: "GenerateDataKey", Key: "k"})
	m, err := c.Provider.EncryptionMaterials(ctx, r)
	done(err)
	return m, err
}

func (c called) DecryptionMaterials(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
	crypt.CacheHit(ctx)
	ctx, done := crypt.StartCall(ctx, crypt.Call{Service: crypt.KeyStore, Operation: "GetItem", Key: "k"})
	m, err := c.Provider.DecryptionMaterials(ctx, r)
	done(err)
	return m, err
}

func metered(t *testing.T) crypt.Format {
	p, err := provider.Static(key(t, 1), key(t, 101))
	require.NoError(t, err)
	return ddbec.Format(called{p})
}

// tracer notes operations.
type tracer struct {
	mu    sync.Mutex
	calls []string
}

func (t *tracer) StartCall(ctx context.Context, c crypt.Call) (context.Context, func(error)) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.calls = append(t.calls, c.Operation)
	return ctx, nil
}

func (t *tracer) take() (calls []string) {
	calls, t.calls = t.calls, nil
	return calls
}

func TestCapacityCountsWhatEachCallCosts(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		trace := &tracer{}
		visits := newTable[Visit](t, client, ddb.Config{Encryption: metered(t), Tracer: trace})
		var total ddb.Meter
		visits = visits.With(ddb.Capacity(&total), ddb.Capacity(nil), ddb.Capacity(&total))
		v := ada()
		at := visits.KeyOf(&v)
		for _, c := range []struct {
			name  string
			call  func(*ddb.Table[Visit]) error
			want  ddb.Usage
			calls []string
		}{
			{"put", func(visits *ddb.Table[Visit]) error { return visits.Put(t.Context(), &v) }, ddb.Usage{Write: 1, Keys: crypt.Usage{KeyCalls: 1}}, []string{"GenerateDataKey"}},
			{"replace", func(visits *ddb.Table[Visit]) error { return visits.Replace(t.Context(), &v) }, ddb.Usage{Write: 1, Keys: crypt.Usage{KeyCalls: 1}}, []string{"GenerateDataKey"}},
			{"get", func(visits *ddb.Table[Visit]) error { _, err := visits.Get(t.Context(), at); return err }, ddb.Usage{Read: 0.5, Keys: crypt.Usage{StoreCalls: 1, CacheHits: 1}}, []string{"GetItem"}},
			{"consistent get", func(visits *ddb.Table[Visit]) error {
				_, err := visits.With(ddb.Consistent()).Get(t.Context(), at)
				return err
			}, ddb.Usage{Read: 1, Keys: crypt.Usage{StoreCalls: 1, CacheHits: 1}}, []string{"GetItem"}},
			{"modify", func(visits *ddb.Table[Visit]) error {
				_, err := visits.Modify(t.Context(), at, func(v *Visit) error { v.Name = "Grace"; return nil })
				return err
			}, ddb.Usage{Read: 1, Write: 1, Keys: crypt.Usage{KeyCalls: 1, StoreCalls: 1, CacheHits: 1}}, []string{"GetItem", "GenerateDataKey"}},
			{"swap", func(visits *ddb.Table[Visit]) error { _, err := visits.Swap(t.Context(), &v); return err }, ddb.Usage{Read: 1, Write: 1, Keys: crypt.Usage{KeyCalls: 1, StoreCalls: 1, CacheHits: 1}}, []string{"GenerateDataKey", "GetItem"}},
			{"take", func(visits *ddb.Table[Visit]) error { _, err := visits.Take(t.Context(), at); return err }, ddb.Usage{Read: 1, Write: 1, Keys: crypt.Usage{StoreCalls: 1, CacheHits: 1}}, []string{"GetItem"}},
			{"delete", func(visits *ddb.Table[Visit]) error { return visits.Delete(t.Context(), at) }, ddb.Usage{Write: 1}, nil},
		} {
			before := total.Usage()
			var meter ddb.Meter
			trace.take()
			require.NoError(t, c.call(visits.With(ddb.Capacity(&meter))), c.name)
			assert.Equal(t, c.want, meter.Usage(), c.name)
			assert.Equal(t, c.calls, trace.take(), c.name)
			after := total.Usage()
			assert.Equal(t, c.want, ddb.Usage{Read: after.Read - before.Read, Write: after.Write - before.Write, Keys: crypt.Usage{
				KeyCalls: after.Keys.KeyCalls - before.Keys.KeyCalls, StoreCalls: after.Keys.StoreCalls - before.Keys.StoreCalls, CacheHits: after.Keys.CacheHits - before.Keys.CacheHits,
			}}, "%s: a view counts in all its meters", c.name)
		}
	})
}

func TestViewsOfAViewCountApart(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		var meters [3]ddb.Meter
		visits := newTable[Visit](t, client, ddb.Config{Encryption: metered(t)}).With(ddb.Capacity(&meters[0]), ddb.Capacity(&meters[1]), ddb.Capacity(&meters[2]))
		var one, two ddb.Meter
		first, second := visits.With(ddb.Capacity(&one)), visits.With(ddb.Capacity(&two))
		v := ada()
		require.NoError(t, first.Put(t.Context(), &v))
		assert.EqualValues(t, 1, one.Usage().Write)
		assert.Zero(t, two.Usage())
		require.NoError(t, second.Put(t.Context(), &v))
		assert.EqualValues(t, 1, two.Usage().Write)
		assert.EqualValues(t, 2, meters[2].Usage().Write)
	})
}

func TestATracerFollowsACodec(t *testing.T) {
	trace := &tracer{}
	codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: metered(t), Tracer: trace})
	require.NoError(t, err)
	v := ada()
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	_, err = codec.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, []string{"GenerateDataKey", "GetItem"}, trace.take())
}

func ExampleCapacity() {
	ctx := context.Background()
	server := ddbtest.Start()
	defer server.Close()
	service := fakekms.Start()
	defer service.Close()
	keys, err := awskms.New(awskms.Config{
		Keys:   []string{service.AddKey(fakekms.Key{Region: "us-east-1"})},
		Client: service.Client("us-east-1"), // kms.NewFromConfig in a service
	})
	if err != nil {
		panic(err)
	}
	visits, err := ddb.NewTable[Visit](server.Client(), "visits", ddb.Config{Encryption: dbe.Format(keys)})
	if err != nil {
		panic(err)
	}
	if _, err := server.Client().CreateTable(ctx, visits.CreateTableInput()); err != nil {
		panic(err)
	}

	var meter ddb.Meter
	visits = visits.With(ddb.Capacity(&meter))
	v := ada()
	if err := visits.Put(ctx, &v); err != nil {
		panic(err)
	}
	if _, err := visits.Get(ctx, visits.KeyOf(&v)); err != nil {
		panic(err)
	}
	used := meter.Usage()
	fmt.Println("capacity units:", used.Write, "written,", used.Read, "read")
	fmt.Println("calls to KMS:", used.Keys.KeyCalls)
	// Output:
	// capacity units: 1 written, 0.5 read
	// calls to KMS: 2
}
