package bench

import (
	"os"
	"slices"
	"strconv"
	"testing"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/guregu/dynamo/v2"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type item = map[string]types.AttributeValue

func orders(t testing.TB) *ddb.Codec[Order] {
	c, err := ddb.NewCodec[Order]("orders", ddb.Config{})
	require.NoError(t, err)
	return c
}

func customers(t testing.TB) *ddb.Codec[Customer] {
	encryption, err := secret.New(encryptionKey)
	require.NoError(t, err)
	signing, err := secret.New(signingKey)
	require.NoError(t, err)
	keys, err := provider.Static(encryption, signing)
	require.NoError(t, err)
	return customersBy(t, keys)
}

func customersBy(t testing.TB, keys provider.Provider) *ddb.Codec[Customer] {
	c, err := ddb.NewCodec[Customer]("customers", ddb.Config{Encryption: ddbec.Format(keys)})
	require.NoError(t, err)
	return c
}

var (
	encryptionKey = []byte("an AES-256 key for figures only.")
	signingKey    = []byte("an HMAC key, for figures too....")
)

// inTurn rotates the rivals by the round that is run, see run.sh: who is measured first in a process pays for its
// first collections of garbage, some 5 %.
func inTurn[R any](rivals []R) []R {
	round, _ := strconv.Atoi(os.Getenv("ROUND"))
	first := round % len(rivals)
	return append(slices.Clone(rivals[first:]), rivals[:first]...)
}

// marshalers are the rivals: every one makes the same item of the same struct.
func marshalers(t testing.TB) []struct {
	name string
	f    func(*Order) (item, error)
} {
	c := orders(t)
	return []struct {
		name string
		f    func(*Order) (item, error)
	}{
		{"dynaseal", func(o *Order) (item, error) { return c.Encode(t.Context(), o) }},
		{"attributevalue", func(o *Order) (item, error) { return attributevalue.MarshalMap(o) }},
		{"guregu", func(o *Order) (item, error) { return dynamo.MarshalItem(o) }},
		{"hand", func(o *Order) (item, error) { return marshalByHand(o), nil }},
	}
}

func unmarshalers(t testing.TB) []struct {
	name string
	f    func(item, *Order) error
} {
	c := orders(t)
	return []struct {
		name string
		f    func(item, *Order) error
	}{
		{"dynaseal", func(m item, o *Order) (err error) { *o, err = c.Decode(t.Context(), m); return err }},
		{"attributevalue", func(m item, o *Order) error { return attributevalue.UnmarshalMap(m, o) }},
		{"guregu", func(m item, o *Order) error { return dynamo.UnmarshalItem(m, o) }},
		{"hand", unmarshalByHand},
	}
}

func TestRivalsDoTheSame(t *testing.T) {
	o := NewOrder()
	want := marshalByHand(&o)
	for _, r := range marshalers(t) {
		got, err := r.f(&o)
		require.NoError(t, err, r.name)
		assert.Equal(t, want, got, r.name)
	}
	for _, r := range unmarshalers(t) {
		var got Order
		require.NoError(t, r.f(want, &got), r.name)
		assert.Equal(t, o, got, r.name)
	}
}

func BenchmarkMarshal(b *testing.B) {
	o := NewOrder()
	for _, r := range inTurn(marshalers(b)) {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.f(&o); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkUnmarshal(b *testing.B) {
	o := NewOrder()
	m := marshalByHand(&o)
	for _, r := range inTurn(unmarshalers(b)) {
		b.Run(r.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				var got Order
				if err := r.f(m, &got); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFlat(b *testing.B) {
	c, err := ddb.NewCodec[Flat]("flat", ddb.Config{})
	require.NoError(b, err)
	v := NewFlat()
	want, err := attributevalue.MarshalMap(v)
	require.NoError(b, err)
	type rival struct {
		name string
		f    func() (item, error)
	}
	for _, r := range inTurn([]rival{
		{"dynaseal", func() (item, error) { return c.Encode(b.Context(), &v) }},
		{"attributevalue", func() (item, error) { return attributevalue.MarshalMap(&v) }},
		{"guregu", func() (item, error) { return dynamo.MarshalItem(&v) }},
	}) {
		b.Run(r.name, func(b *testing.B) {
			got, err := r.f()
			require.NoError(b, err)
			require.Equal(b, want, got)
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// floorItem are the fields of a Customer in the order the format signs them.
func floorItem(t testing.TB) (f *floor, values [][]byte) {
	c := NewCustomer()
	var names []string
	var encrypted []bool
	add := func(name, v string, enc bool) {
		names, encrypted, values = append(names, name), append(encrypted, enc), append(values, []byte(v))
	}
	add("address", c.Address, true)
	add("balance", c.Balance, true)
	add("city", c.City, false)
	add("country", c.Country, false)
	add("created", c.Created, false)
	add("email", c.Email, true)
	add("history", c.History, true)
	add("order_id", c.OrderID, false)
	add("phone", c.Phone, true)
	add("pk", c.PK, false)
	add("sk", c.SK, false)
	add("status", c.Status, false)
	f, err := newFloor(encryptionKey, signingKey, names, encrypted)
	require.NoError(t, err)
	return f, values
}

// The floor must do the format's work, not less: what it writes is what ddb reads.
func TestFloorWritesWhatDDBReads(t *testing.T) {
	f, values := floorItem(t)
	stored := make([][]byte, len(values))
	signature := f.write(values, stored)
	names := []string{"address", "balance", "city", "country", "created", "email", "history", "order_id", "phone", "pk", "sk", "status"}
	m := item{"*amzn-ddb-map-sig*": &types.AttributeValueMemberB{Value: signature}}
	for i, name := range names {
		if f.fields[i].encrypted {
			m[name] = &types.AttributeValueMemberB{Value: stored[i]}
		} else {
			m[name] = &types.AttributeValueMemberS{Value: string(stored[i])}
		}
	}
	m["*amzn-ddb-map-desc*"] = &types.AttributeValueMemberB{Value: []byte("\x00\x00\x00\x00\x00\x00\x00\x15amzn-ddb-map-sym-mode\x00\x00\x00\x11/CBC/PKCS5Padding")}
	got, err := customers(t).Decode(t.Context(), m)
	require.NoError(t, err)
	assert.Equal(t, NewCustomer(), got)

	again := make([][]byte, len(values))
	require.NoError(t, f.read(stored, signature, again))
	assert.Equal(t, values, again)
}

// The budgets of allocations, which are the same on every machine.
func TestAllocations(t *testing.T) {
	type operation struct {
		name   string
		budget float64
		f      func() error
	}
	order, customer, flat := NewOrder(), NewCustomer(), NewFlat()
	plain, encrypted := orders(t), customers(t)
	flats, err := ddb.NewCodec[Flat]("flat", ddb.Config{})
	require.NoError(t, err)
	storedOrder, err := plain.Encode(t.Context(), &order)
	require.NoError(t, err)
	storedCustomer, err := encrypted.Encode(t.Context(), &customer)
	require.NoError(t, err)
	for _, op := range []operation{
		{"struct of 12 kinds to item", 10, func() error { _, err := plain.Encode(t.Context(), &order); return err }},
		{"item to struct of 12 kinds", 7, func() error { _, err := plain.Decode(t.Context(), storedOrder); return err }},
		{"struct of 12 strings to item", 5, func() error { _, err := flats.Encode(t.Context(), &flat); return err }},
		{"struct to encrypted item", 11, func() error { _, err := encrypted.Encode(t.Context(), &customer); return err }},
		{"encrypted item to struct", 5, func() error { _, err := encrypted.Decode(t.Context(), storedCustomer); return err }},
	} {
		t.Run(op.name, func(t *testing.T) {
			got := testing.AllocsPerRun(200, func() {
				if err := op.f(); err != nil {
					panic(err)
				}
			})
			t.Log(got)
			assert.LessOrEqual(t, got, op.budget)
		})
	}
}

func BenchmarkItem(b *testing.B) {
	c, v := customers(b), NewCustomer()
	f, values := floorItem(b)
	stored := make([][]byte, len(values))
	signature := f.write(values, stored)
	m, err := c.Encode(b.Context(), &v)
	require.NoError(b, err)

	measure(b, "ddbec/write/dynaseal", func() error { _, err := c.Encode(b.Context(), &v); return err })
	out := make([][]byte, len(values))
	measure(b, "ddbec/write/floor", func() error { f.write(values, out); return nil })
	measure(b, "ddbec/read/dynaseal", func() error { _, err := c.Decode(b.Context(), m); return err })
	measure(b, "ddbec/read/floor", func() error { return f.read(stored, signature, out) })

	core := newCore(b, keys(b), c.Schema(), m)
	measure(b, "ddbec/write/core", core.write)
	measure(b, "ddbec/read/core", core.read)

	measureDBE(b, "customers", v)
	measureRivals(b, v)
}

func measure(b *testing.B, name string, op func() error) {
	b.Run(name, func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := op(); err != nil {
				b.Fatal(err)
			}
		}
	})
}
