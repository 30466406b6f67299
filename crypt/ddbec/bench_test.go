package ddbec_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/require"
)

// measured is the item of the floors in bench/: 12 attributes, 5 of them encrypted.
func measured(t testing.TB) (crypt.Item, crypt.ItemEncryptor, *attribute.Layout) {
	item, as := crypt.Item{"pk": &avS{Value: "customer"}}, actions{}
	for i := range 6 {
		name := fmt.Sprint("signed", i)
		item[name], as[name] = &avS{Value: strings.Repeat("s", 24)}, crypt.Sign
	}
	for i := range 5 {
		name := fmt.Sprint("encrypted", i)
		item[name], as[name] = &avS{Value: strings.Repeat("e", 32<<i)}, crypt.Encrypt
	}
	e := encryptor(t, ddbec.Format(keys(t)), table(as))
	var names []string
	s, err := crypt.NewSchema(table(as))
	require.NoError(t, err)
	for name := range s.Attributes() {
		names = append(names, name)
	}
	return item, e, attribute.NewLayout(names, e.Marks().All)
}

func BenchmarkSealItem(b *testing.B) {
	item, e, layout := measured(b)
	src := layout.Read(item)
	b.ReportAllocs()
	for b.Loop() {
		var sealed wire.Sealed
		if err := e.(wire.Sealer).SealItem(b.Context(), src, &sealed); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenItem(b *testing.B) {
	item, e, layout := measured(b)
	stored, err := e.EncryptItem(b.Context(), item)
	require.NoError(b, err)
	it := layout.Read(stored)
	sink := sinkFunc(func(wire.Slot, wire.Protection, wire.Reader) error { return nil })
	b.ReportAllocs()
	for b.Loop() {
		if _, err := e.(wire.Sealer).OpenItem(b.Context(), it, sink); err != nil {
			b.Fatal(err)
		}
	}
}
