package ddb_test

import (
	"maps"
	"net/netip"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	Payment interface{ Pays() string }
	Card    struct {
		_      struct{} `ddb:"kind,entity=card"`
		Number string   `ddb:"number"`
	}
	Cash struct {
		_    struct{} `ddb:"kind,entity=cash"`
		Then Payment
	}
	Stamps struct {
		By *string `ddb:"by"`
		*Origin
	}
	Origin struct {
		Host string `ddb:"host,sign"`
		Port int    `ddb:"port,plain"`
	}
	Pair[A, B any] struct {
		First  A
		Second B
	}

	// Shipment has a field of every kind that is easily lost.
	Shipment struct {
		_       struct{} `ddb:"kind,entity=shipment"`
		ID      string   `ddb:"id,pk"`
		By      Payment
		Steps   []Payment                      `ddb:",sign"`
		Ports   map[int]string                 `ddb:"ports"`
		Hosts   map[netip.Addr][]int           `ddb:",sign"`
		Days    map[time.Time]struct{}         `ddb:"days,time=date"`
		Tags    map[string]bool                `ddb:"tags,set,plain"`
		Name    **string                       `ddb:"name"`
		Age     **int                          `ddb:"age,plain"`
		Pairs   [2]Pair[string, map[int8]bool] `ddb:"pairs"`
		Generic Pair[Payment, *Pair[int, []byte]]
		*Stamps
	}
)

func (Card) Pays() string  { return "card" }
func (*Cash) Pays() string { return "cash" }

func shipments(f crypt.Format) ddb.Config {
	return ddb.Config{Encryption: f, Variants: []ddb.Variant{ddb.VariantOf[Card](), ddb.VariantOf[*Cash]()}}
}

func fullShipment() Shipment {
	day := time.Date(2026, 11, 27, 0, 0, 0, 0, time.UTC)
	return Shipment{
		ID: "s-1", By: &Cash{Then: Card{Number: "secret"}}, Steps: []Payment{Card{Number: "1"}, nil, &Cash{}},
		Ports: map[int]string{80: "a", -1: ""}, Hosts: map[netip.Addr][]int{netip.MustParseAddr("::1"): {1, 2}},
		Days: map[time.Time]struct{}{day: {}, day.AddDate(0, 0, 1): {}}, Tags: map[string]bool{"x": true, "y": true},
		Name: new(new("n")), Age: new(*int),
		Pairs:   [2]Pair[string, map[int8]bool]{{"a", map[int8]bool{1: true, 2: false}}, {}},
		Generic: Pair[Payment, *Pair[int, []byte]]{Card{Number: "2"}, &Pair[int, []byte]{7, []byte("b")}},
		Stamps:  &Stamps{By: new("b"), Origin: &Origin{Host: "h", Port: 1}},
	}
}

func TestShapesThroughACodec(t *testing.T) {
	roundTrip(t, shipments(format(t)), fullShipment())
	roundTrip(t, shipments(format(t)), Shipment{ID: "x"})
	roundTrip(t, shipments(format(t)), Shipment{ID: "x", Stamps: &Stamps{Origin: &Origin{}}})
	roundTrip(t, shipments(nil), PlainShipment{ID: "x", By: &Cash{}, Stamp: &Stamp{"h"}})

	codec, err := ddb.NewCodec[Shipment]("shipments", shipments(format(t)))
	require.NoError(t, err)
	actions := maps.Collect(codec.Schema().Attributes())
	for attribute, want := range map[string]crypt.Action{
		"kind": crypt.Sign, "id": crypt.Sign, "By": crypt.Encrypt, "Steps": crypt.Sign, "host": crypt.Sign, "port": crypt.Plain, "by": crypt.Encrypt,
	} {
		assert.Equal(t, want, actions[attribute], attribute)
	}
}

type (
	PlainShipment struct {
		_  struct{} `ddb:"kind,entity=shipment"`
		ID string   `ddb:"id,pk"`
		By Payment  `ddb:",plain"`
		*Stamp
	}
	Stamp struct{ Host string }
)

func roundTrip[T any](t *testing.T, cfg ddb.Config, v T) {
	t.Helper()
	codec, err := ddb.NewCodec[T]("shipments", cfg)
	require.NoError(t, err)
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	assert.Equal(t, &avS{Value: "shipment"}, item["kind"])
	got, err := codec.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, v, got)
}

func TestShapesThroughATable(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		table := newTable[Shipment](t, client, shipments(format(t)))
		name := *table.CreateTableInput().TableName
		v := fullShipment()
		require.NoError(t, table.Put(t.Context(), &v))
		got, err := table.Get(t.Context(), table.Key("s-1"))
		require.NoError(t, err)
		assert.Equal(t, fullShipment(), got)

		key := crypt.Item{"id": &avS{Value: "s-1"}}
		before := stored(t, client, name, key)
		assert.Equal(t, &avS{Value: "shipment"}, before["kind"])
		assert.Equal(t, &types.AttributeValueMemberNULL{Value: true}, before["age"])
		assert.ElementsMatch(t, []string{"x", "y"}, before["tags"].(*avSS).Value)
		for _, encrypted := range []string{"By", "ports", "days", "name", "pairs", "Generic", "by"} {
			assert.IsType(t, &avB{}, before[encrypted], encrypted)
		}

		got, err = table.Modify(t.Context(), table.Key("s-1"), func(v *Shipment) error {
			v.By.(*Cash).Then = &Cash{Then: Card{Number: "3"}}
			v.Ports[443] = "new"
			delete(v.Tags, "x")
			v.Name, v.Age = new(*string), nil
			v.Origin = nil
			v.Pairs[1].First = "b"
			return nil
		})
		require.NoError(t, err)
		want := fullShipment()
		want.By.(*Cash).Then = &Cash{Then: Card{Number: "3"}}
		want.Ports[443], want.Tags = "new", map[string]bool{"y": true}
		want.Name, want.Age, want.Origin, want.Pairs[1].First = new(*string), nil, nil, "b"
		assert.Equal(t, want, got)
		got, err = table.Get(t.Context(), table.Key("s-1"))
		require.NoError(t, err)
		assert.Equal(t, want, got)
		after := stored(t, client, name, key)
		for _, gone := range []string{"age", "host", "port"} {
			assert.NotContains(t, after, gone)
		}

		got, err = table.Modify(t.Context(), table.Key("s-1"), func(v *Shipment) error {
			v.Stamps = nil
			v.Steps = append(v.Steps, &Cash{})
			return nil
		})
		require.NoError(t, err)
		assert.Nil(t, got.Stamps)
		assert.NotContains(t, stored(t, client, name, key), "by")

		before = stored(t, client, name, key)
		_, err = table.Modify(t.Context(), table.Key("s-1"), func(v *Shipment) error { v.By = foreign{}; return nil })
		assert.ErrorContains(t, err, "name it in Config.Variants")
		assert.NotContains(t, err.Error(), "secret")
		assert.Equal(t, before, stored(t, client, name, key), "nothing was written")

		old, err := table.Swap(t.Context(), &Shipment{ID: "s-1"})
		require.NoError(t, err)
		assert.Len(t, old.Steps, 4)
		old, err = table.Take(t.Context(), table.Key("s-1"))
		require.NoError(t, err)
		assert.Equal(t, Shipment{ID: "s-1"}, old)
	})
}

type foreign struct{}

func (foreign) Pays() string { return "secret" }

// What an item says it is cannot be changed, removed or added by those who write to the table.
func TestAnEntityIsSigned(t *testing.T) {
	type Other struct {
		_  struct{} `ddb:"kind,entity=other"`
		ID string   `ddb:"id,pk"`
	}
	codec, err := ddb.NewCodec[Shipment]("shipments", shipments(format(t)))
	require.NoError(t, err)
	v := fullShipment()
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	for name, change := range map[string]func(crypt.Item){
		"changed": func(it crypt.Item) { it["kind"] = &avS{Value: "other"} },
		"removed": func(it crypt.Item) { delete(it, "kind") },
		"a variant is changed": func(it crypt.Item) {
			steps := *it["Steps"].(*types.AttributeValueMemberL)
			it["Steps"] = &types.AttributeValueMemberL{Value: append([]types.AttributeValue{
				&types.AttributeValueMemberM{Value: crypt.Item{"kind": &avS{Value: "cash"}, "number": &avS{Value: "1"}}}}, steps.Value[1:]...)}
		},
	} {
		t.Run(name, func(t *testing.T) {
			forged := maps.Clone(item)
			change(forged)
			got, err := codec.Decode(t.Context(), forged)
			assert.ErrorIs(t, err, crypt.ErrAuth)
			assert.Zero(t, got)
		})
	}

	// Another type of the same table verifies, and is no Shipment.
	others, err := ddb.NewCodec[Other]("shipments", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	item, err = others.Encode(t.Context(), &Other{ID: "x"})
	require.NoError(t, err)
	_, err = codec.Decode(t.Context(), item)
	var e *mapper.Error
	require.ErrorAs(t, err, &e)
	assert.Equal(t, `it is no "shipment": it says that it is something else`, e.Reason)
	type Bare struct {
		ID string `ddb:"id,pk"`
	}
	bare, err := ddb.NewCodec[Bare]("shipments", ddb.Config{Encryption: format(t)})
	require.NoError(t, err)
	item, err = bare.Encode(t.Context(), &Bare{ID: "x"})
	require.NoError(t, err)
	_, err = codec.Decode(t.Context(), item)
	require.ErrorAs(t, err, &e)
	assert.Equal(t, `it is no "shipment": it does not say what it is`, e.Reason)
}

func TestPlainVariantsDoNotConstruct(t *testing.T) {
	_, err := ddb.NewCodec[PlainShipment]("shipments", shipments(format(t)))
	assert.EqualError(t, err, `ddb: new table "shipments": type ddb_test.PlainShipment, field PlainShipment.By: it is plain and holds an interface, so that anyone who can write to the table would choose the type that is read: take plain out`)
	type T struct {
		ID   string                             `ddb:"id,pk"`
		Deep map[string][]*Pair[int, []Payment] `ddb:",plain"`
		Any  any                                `ddb:",plain"`
		Card Card                               `ddb:",plain"`
	}
	_, err = ddb.NewCodec[T]("shipments", shipments(format(t)))
	assert.ErrorContains(t, err, "field T.Deep: it is plain and holds an interface")
	assert.NotContains(t, err.Error(), "T.Any")
	assert.NotContains(t, err.Error(), "T.Card")
	_, err = ddb.NewCodec[T]("shipments", ddb.Config{})
	assert.ErrorContains(t, err, "name types that implement it in Config.Variants")
}

func TestFieldsBehindEmbeddedPointers(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		table := newTable[Shipment](t, client, shipments(format(t)))
		v := fullShipment()
		require.NoError(t, table.Put(t.Context(), &v))
		host := ddb.F(func(v *Shipment) *string { return &v.Host })
		err := table.Put(t.Context(), &v, host.Eq("h"))
		assert.ErrorContains(t, err, "selector of ddb_test.Shipment panics: it may only return the address of a field, and of none behind an embedded pointer, which is nil")
		allocating := ddb.F(func(v *Shipment) *string { v.Stamps = &Stamps{Origin: &Origin{}}; return &v.Host })
		err = table.Put(t.Context(), &v, allocating.Eq("h"))
		assert.ErrorContains(t, err, "selector of ddb_test.Shipment points to no field of it")
		pointer := ddb.F(func(v *Shipment) **Stamps { return &v.Stamps })
		err = table.Put(t.Context(), &v, pointer.Exists())
		assert.ErrorContains(t, err, "points to no attribute")

		age := ddb.F(func(v *Shipment) ***int { return &v.Age })
		require.NoError(t, table.Put(t.Context(), &v, age.Exists(), age.Eq(new(*int))))
		assert.ErrorIs(t, table.Put(t.Context(), &v, age.Missing()), ddb.ErrCondition)
		assert.ErrorContains(t, table.Put(t.Context(), &v, age.Eq(nil)), "use Missing or Exists")
	})
	type Keys struct {
		ID string `ddb:"id,pk"`
	}
	type T struct {
		*Keys
		Name string
	}
	_, err := ddb.NewCodec[T]("t", ddb.Config{})
	assert.ErrorContains(t, err, "partition key behind the embedded pointer Keys, which may be nil")
}
