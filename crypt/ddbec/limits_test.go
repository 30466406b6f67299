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
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/stretchr/testify/assert"
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
			size := allocated(func() { c = itemtest.Copy(item) })
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
	v := newVictim(t, keys(t), "1")
	other := newVictim(t, keys(t), "2")
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
