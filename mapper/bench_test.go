package mapper_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Order has twelve attributes of the kinds that occur, about 1 KB.
type Order struct {
	Customer    string            `ddb:"customer,pk"`
	ID          string            `ddb:"id,sk"`
	Description string            `ddb:"description"`
	Count       int               `ddb:"count"`
	Price       float64           `ddb:"price"`
	Active      bool              `ddb:"active"`
	Created     time.Time         `ddb:"created"`
	Photo       []byte            `ddb:"photo"`
	Tags        []string          `ddb:"tags"`
	Meta        map[string]string `ddb:"meta"`
	Address     Address           `ddb:"address"`
	Note        *string           `ddb:"note"`
}

// Address is a document.
type Address struct {
	Street string `ddb:"street"`
	City   string `ddb:"city"`
	Zip    string `ddb:"zip"`
	Floor  int    `ddb:"floor"`
}

func newOrder() *Order {
	return &Order{
		Customer: "customer#8d2f6c1e-2f0b-4f6e-9a53-0d3c1f9f8f11", ID: "order#2026-11-24T12:00:00Z#000017",
		Description: strings.Repeat("All of what was ordered, in words. ", 14)[:480], Count: 1234567, Price: 1299.95, Active: true,
		Created: noon, Photo: make([]byte, 64), Tags: []string{"gift", "priority", "eu-west-1", "fragile"},
		Meta:    map[string]string{"source": "app", "campaign": "winter-2026", "agent": "ios/19.1", "locale": "de-DE"},
		Address: Address{"Lindenstraße 12", "Berlin", "10969", 3}, Note: pointer("hand it over to the neighbours at no. 17, please"),
	}
}

// writeAll gives the whole order to w.
func writeAll(p *mapper.Plan, v any, w wire.Writer, slots []wire.Slot, reset func()) error {
	src := p.Source(v)
	defer src.Release()
	for _, s := range src.Slots(slots[:0]) {
		reset()
		if err := src.Write(s, w); err != nil {
			return err
		}
	}
	return nil
}

func TestWritingNeedsNoAllocation(t *testing.T) {
	v := newOrder()
	v.Meta = nil // without its fast path a map needs a place for its members
	p := compiled[Order](t)
	src := p.Source(v)
	defer src.Release()
	var e ddbec.Encoder
	slots := src.Slots(nil)
	require.Len(t, slots, 11)
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		for _, s := range slots {
			e.Reset(ddbec.ForEncryption)
			if err := src.Write(s, &e); err != nil {
				t.Error(err)
			}
		}
	}))
}

func BenchmarkEncode(b *testing.B) {
	p, err := mapper.Compile(reflect.TypeFor[Order](), mapper.Options{})
	require.NoError(b, err)
	v := newOrder()
	b.Run("AttributeValues", func(b *testing.B) {
		b.ReportAllocs()
		layout, sizes := layoutOf(p), new(attribute.Sizes)
		for b.Loop() {
			src := p.Source(v)
			a, err := attribute.Assemble(layout, src, &wire.Sealed{}, sizes)
			if err != nil {
				b.Fatal(err)
			}
			sizes = a.Next
			src.Release()
		}
	})
	b.Run("bytes", func(b *testing.B) {
		b.ReportAllocs()
		var e ddbec.Encoder
		slots := make([]wire.Slot, 0, 16)
		reset := func() { e.Reset(ddbec.ForEncryption) }
		for b.Loop() {
			if err := writeAll(p, v, &e, slots, reset); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	p, err := mapper.Compile(reflect.TypeFor[Order](), mapper.Options{})
	require.NoError(b, err)
	it, err := encode(p, newOrder())
	require.NoError(b, err)
	b.ReportAllocs()
	layout := layoutOf(p)
	slots := make([]wire.Slot, 0, 16)
	for b.Loop() {
		v := new(Order)
		sink := p.Sink(v)
		stored := layout.Read(it)
		for _, s := range stored.Slots(slots[:0]) {
			if err := sink.Set(s, wire.Plain, stored.Value(s)); err != nil {
				b.Fatal(err)
			}
		}
		if err := sink.Finish(); err != nil {
			b.Fatal(err)
		}
		stored.Release()
		sink.Release()
	}
}

func BenchmarkCompile(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := mapper.Compile(reflect.TypeFor[Order](), mapper.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}
