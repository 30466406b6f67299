package ddbec_test

import (
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// An item is measured as it lies in memory when it comes from the SDK.
func TestOpeningTakesAtMost16TimesTheItem(t *testing.T) {
	numbers := make([]string, 20000)
	for i := range numbers {
		numbers[i] = fmt.Sprintf("%dE120", i+1)
	}
	many := crypt.Item{}
	for i := range 50000 {
		many[fmt.Sprint(i)] = &avBOOL{}
	}
	texts := make([]string, 40000)
	for i := range texts {
		texts[i] = fmt.Sprint(len(texts) - i)
	}
	for name, item := range map[string]crypt.Item{
		"short spellings of long numbers": {"x": &avNS{Value: numbers}},
		"many undeclared attributes":      many,
		"many members":                    {"x": &avSS{Value: texts}},
		"many empty lists":                {"x": &avL{Value: repeated(&avL{}, 100000)}},
		"one large text":                  {"x": &avS{Value: strings.Repeat("x", 400<<10)}},
		"one large ciphertext":            {"x": &avB{Value: make([]byte, 400<<10)}},
		"a large description":             {desc: &avB{Value: append(make([]byte, 4), make([]byte, 8*256)...)}},
	} {
		t.Run(name, func(t *testing.T) {
			item := with(item, crypt.Item{"pk": &avS{Value: "x"}, sig: &avB{Value: make([]byte, 32)}})
			e := encryptor(t, ddbec.Format(keys(t)), table(nil))
			var c crypt.Item
			size := allocated(func() { c = copyItem(item) })
			for _, v := range c { // texts are shared by a copy
				size += uint64(attribute.Size(v))
			}
			got := allocated(func() {
				_, err := e.DecryptItem(t.Context(), c)
				assert.Error(t, err)
			})
			assert.LessOrEqual(t, got, 16*size)
		})
	}
}

func repeated(v attribute.Value, n int) []attribute.Value {
	all := make([]attribute.Value, n)
	for i := range all {
		all[i] = v
	}
	return all
}

func TestManyGoroutinesShareAnEncryptor(t *testing.T) {
	v := newVictim(t, 5, "1")
	other := newVictim(t, 5, "2")
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			for range 10 {
				want := v
				if i%2 == 1 {
					want = other
				}
				stored, err := v.enc.EncryptItem(t.Context(), want.plain)
				if !assert.NoError(t, err) {
					return
				}
				for _, item := range []crypt.Item{stored, want.stored} {
					opened, err := v.enc.DecryptItem(t.Context(), item)
					assert.NoError(t, err)
					assert.Equal(t, want.plain, opened.Item)
				}
				_, err = v.enc.DecryptItem(t.Context(), with(stored, crypt.Item{"sS": &avS{}}))
				assert.ErrorIs(t, err, crypt.ErrAuth)
			}
		})
	}
	wg.Wait()
}

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

func TestAllocations(t *testing.T) {
	item, e, layout := measured(t)
	src := layout.Read(item)
	var sealed wire.Sealed
	seal := testing.AllocsPerRun(200, func() {
		if err := e.(wire.Sealer).SealItem(t.Context(), src, &sealed); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, seal, 6.0, "slab, ranges and marks, signature, the provider's request, two for the AES key")

	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	it := layout.Read(stored)
	sink := sinkFunc(func(wire.Slot, wire.Protection, wire.Reader) error { return nil })
	open := testing.AllocsPerRun(200, func() {
		if _, err := e.(wire.Sealer).OpenItem(t.Context(), it, sink); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, open, 3.0, "the provider's request, two for the AES key")
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

// FuzzOpenItem alters a stored item: it reads as it was written, or not at all.
func FuzzOpenItem(f *testing.F) {
	plain := crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: canary}, "s": &avB{Value: []byte(canary)}}
	as := actions{"e": crypt.Encrypt, "s": crypt.Sign}
	e := encryptor(f, ddbec.Format(keys(f)), table(as))
	stored, err := e.EncryptItem(f.Context(), plain)
	require.NoError(f, err)
	bytes := func(name string) []byte { return stored[name].(*avB).Value }
	f.Add("k", bytes("e"), []byte(canary), bytes(sig), bytes(desc), "", []byte{})
	f.Add("k", bytes("e"), []byte(canary), bytes(sig), bytes(desc), "extra", []byte("x"))
	f.Add("k", bytes("e"), bytes("e"), bytes(sig), []byte{0, 0, 0, 0}, "aws_dbe_head", []byte("x"))
	f.Fuzz(func(t *testing.T, pk string, ciphertext, signed, signature, description []byte, name string, value []byte) {
		item := crypt.Item{"pk": &avS{Value: pk}, "e": &avB{Value: ciphertext}, "s": &avB{Value: signed}, sig: &avB{Value: signature}, desc: &avB{Value: description}}
		want := copyItem(plain)
		if _, taken := item[name]; !taken && name != "" {
			item[name] = &avB{Value: value}
			want[name] = &avB{Value: value}
		}
		opened, err := e.DecryptItem(t.Context(), item)
		if err != nil {
			var class *crypt.Error
			require.ErrorAs(t, err, &class)
			require.NotErrorIs(t, err, crypt.ErrKeys)
			return
		}
		require.Equal(t, want, opened.Item)
	})
}
