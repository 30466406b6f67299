package dbe_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What is allocated in all bounds what is held at once: three times the item.
func TestMemoryOfLargeItems(t *testing.T) {
	const size = 380 << 10
	many := crypt.Item{}
	as := actions{"e": crypt.Encrypt}
	for i := range 60 {
		name := fmt.Sprint("f", i)
		many[name], as[name] = &avS{Value: strings.Repeat("x", size/60)}, crypt.Action(1+i%2)
	}
	list := make([]types.AttributeValue, size/40)
	for i := range list {
		list[i] = &avS{Value: strings.Repeat("x", 34)}
	}
	for name, item := range map[string]crypt.Item{
		"one attribute": {"e": &avB{Value: make([]byte, size)}},
		"60 attributes": many,
		"a list":        {"e": &avL{Value: list}},
	} {
		t.Run(name, func(t *testing.T) {
			item["pk"], item["sk"] = &avS{Value: "k"}, &avS{Value: "s"}
			schema := table(as)
			e := encryptor(t, of(t, keyring.SuiteHMAC), schema)
			stored := encrypted(t, e, item)
			src, it := layoutOf(t, schema).Read(item), layoutOf(t, schema).Read(stored)
			taken := func(f func()) float64 {
				var before, after runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&before)
				f()
				runtime.ReadMemStats(&after)
				return float64(after.TotalAlloc-before.TotalAlloc) / size
			}
			var sealed wire.Sealed
			write := taken(func() { require.NoError(t, e.(wire.Sealer).SealItem(t.Context(), src, &sealed)) })
			read := taken(func() {
				_, err := e.(wire.Sealer).OpenItem(t.Context(), it, sinkFunc(drop))
				require.NoError(t, err)
			})
			t.Logf("write %.2f, read %.2f", write, read)
			assert.LessOrEqual(t, write, 3.0)
			assert.LessOrEqual(t, read, 3.0)
		})
	}
}
