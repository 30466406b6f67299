package dbe_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/require"
)

// measured is the item of the floors in bench/: 12 attributes, 5 of them encrypted.
func measured(t testing.TB) (crypt.Item, crypt.SchemaConfig, *attribute.Layout) {
	item, as := crypt.Item{"pk": &avS{Value: "customer"}, "sk": &avS{Value: "order"}}, actions{}
	for i := range 5 {
		name := fmt.Sprint("signed", i)
		item[name], as[name] = &avS{Value: strings.Repeat("s", 24)}, crypt.Sign
	}
	for i := range 5 {
		name := fmt.Sprint("encrypted", i)
		item[name], as[name] = &avS{Value: strings.Repeat("e", 32<<i)}, crypt.Encrypt
	}
	return item, table(as), layoutOf(t, table(as))
}

// layoutOf is the layout of stored items.
func layoutOf(t testing.TB, c crypt.SchemaConfig) *attribute.Layout {
	t.Helper()
	s, err := crypt.NewSchema(c)
	require.NoError(t, err)
	var names []string
	for name := range s.Attributes() {
		names = append(names, name)
	}
	return attribute.NewLayout(names, []string{head, foot})
}

// sinkFunc is a Sink made of a function.
type sinkFunc func(wire.Slot, wire.Protection, wire.Reader) error

func (f sinkFunc) Set(s wire.Slot, p wire.Protection, r wire.Reader) error { return f(s, p, r) }

func drop(wire.Slot, wire.Protection, wire.Reader) error { return nil }

func BenchmarkSealItem(b *testing.B) {
	item, schema, layout := measured(b)
	for _, suite := range suites {
		e := encryptor(b, of(b, suite), schema)
		b.Run(suite.String(), func(b *testing.B) {
			src := layout.Read(item)
			b.ReportAllocs()
			for b.Loop() {
				var sealed wire.Sealed
				if err := e.(wire.Sealer).SealItem(b.Context(), src, &sealed); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpenItem(b *testing.B) {
	item, schema, layout := measured(b)
	for _, suite := range suites {
		e := encryptor(b, of(b, suite), schema)
		b.Run(suite.String(), func(b *testing.B) {
			it := layout.Read(encrypted(b, e, item))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.(wire.Sealer).OpenItem(b.Context(), it, sinkFunc(drop)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
