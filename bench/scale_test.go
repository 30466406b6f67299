package bench

import (
	"crypto/rand"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// document holds one large value, as text and as bytes.
type document struct {
	ID   string `ddb:"id,pk"`
	Text string `ddb:"text,omitempty"`
	Data []byte `ddb:"data,omitempty"`
}

func keys(t testing.TB) crypt.Format {
	encryption, err := secret.New(encryptionKey)
	require.NoError(t, err)
	signing, err := secret.New(signingKey)
	require.NoError(t, err)
	p, err := provider.Static(encryption, signing)
	require.NoError(t, err)
	return ddbec.Format(p)
}

// ways are the tables that are measured: without and with encryption.
func ways(t testing.TB) map[string]ddb.Config {
	return map[string]ddb.Config{
		"plain": {}, "ddbec": {Encryption: keys(t)},
		"dbe6700": {Encryption: modern(t, keyring.SuiteHMAC)}, "dbe6701": {Encryption: modern(t, keyring.SuiteECDSA)},
	}
}

// BenchmarkSize is one value of 1 KB to 390 KB: the time of a byte does not grow with the size.
func BenchmarkSize(b *testing.B) {
	for way, cfg := range ways(b) {
		c, err := ddb.NewCodec[document]("documents", cfg)
		require.NoError(b, err)
		for _, kb := range []int{1, 10, 100, 390} {
			v := document{ID: "d-1", Data: make([]byte, kb<<10)}
			rand.Read(v.Data)
			stored, err := c.Encode(b.Context(), &v)
			require.NoError(b, err)
			b.Run(fmt.Sprintf("%s/write/%dKB", way, kb), func(b *testing.B) {
				b.SetBytes(int64(kb << 10))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Encode(b.Context(), &v); err != nil {
						b.Fatal(err)
					}
				}
			})
			b.Run(fmt.Sprintf("%s/read/%dKB", way, kb), func(b *testing.B) {
				b.SetBytes(int64(kb << 10))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := c.Decode(b.Context(), stored); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkWidth is 1 to 60 attributes beside the key: the time of an attribute does not grow with their
// number.
func BenchmarkWidth(b *testing.B) {
	for way, cfg := range ways(b) {
		measureWidth[wide1](b, way, cfg)
		measureWidth[wide5](b, way, cfg)
		measureWidth[wide60](b, way, cfg)
	}
}

func measureWidth[T any](b *testing.B, way string, cfg ddb.Config) {
	c, err := ddb.NewCodec[T]("wide", cfg)
	require.NoError(b, err)
	v := filled[T]()
	stored, err := c.Encode(b.Context(), &v)
	require.NoError(b, err)
	name := strings.TrimPrefix(reflect.TypeFor[T]().Name(), "wide")
	b.Run(fmt.Sprintf("%s/write/%s", way, name), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Encode(b.Context(), &v); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run(fmt.Sprintf("%s/read/%s", way, name), func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.Decode(b.Context(), stored); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// filled is a T with a value in each field.
func filled[T any]() (v T) {
	fill(reflect.ValueOf(&v).Elem())
	return v
}

func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.Struct:
		for _, f := range v.Fields() {
			fill(f)
		}
	case reflect.String:
		v.SetString("twenty-four bytes of text")
	case reflect.Int64:
		v.SetInt(123456)
	case reflect.Bool:
		v.SetBool(true)
	}
}

// BenchmarkCompile is what a cold start pays once a type.
func BenchmarkCompile(b *testing.B) {
	cfg := ddb.Config{Encryption: keys(b)}
	b.Run("Order", func(b *testing.B) { compileAll[Order](b, ddb.Config{}) })
	b.Run("Customer", func(b *testing.B) { compileAll[Customer](b, cfg) })
	b.Run("wide60", func(b *testing.B) { compileAll[wide60](b, ddb.Config{}) })
}

func compileAll[T any](b *testing.B, cfg ddb.Config) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ddb.NewCodec[T]("orders", cfg); err != nil {
			b.Fatal(err)
		}
	}
}

// What is allocated in all bounds what is held at once.
func TestALargeItemTakesAtMostThreeTimesItsSize(t *testing.T) {
	const size = 390 << 10
	text := strings.Repeat("0123456789abcdef", size/16)
	values := map[string]document{"text": {ID: "d-1", Text: text}, "bytes": {ID: "d-1", Data: []byte(text)}}
	for way, cfg := range ways(t) {
		c, err := ddb.NewCodec[document]("documents", cfg)
		require.NoError(t, err)
		for kind, v := range values {
			t.Run(way+" "+kind, func(t *testing.T) {
				stored, err := c.Encode(t.Context(), &v)
				require.NoError(t, err)
				write := testing.Benchmark(func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						_, err = c.Encode(b.Context(), &v)
					}
				})
				require.NoError(t, err)
				read := testing.Benchmark(func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						_, err = c.Decode(b.Context(), stored)
					}
				})
				require.NoError(t, err)
				t.Logf("allocated: %.2f times the item to write it, %.2f to read it", float64(write.AllocedBytesPerOp())/size, float64(read.AllocedBytesPerOp())/size)
				assert.LessOrEqual(t, write.AllocedBytesPerOp(), int64(3*size))
				assert.LessOrEqual(t, read.AllocedBytesPerOp(), int64(3*size))
			})
		}
	}
}
