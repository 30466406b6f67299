package mapper_test

import (
	"reflect"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Decrypted bytes that are as short as values can be may not become much more memory than they are.
func TestMemoryOfHostileValues(t *testing.T) {
	const members, factor = 20_000, 16
	const mapFactor = 32 // Go's smallest map has room for eight members; an attribute value is behind a pointer
	many := func(v av) av { return avL(slices.Repeat([]av{v}, members)...) }
	for name, tt := range map[string]struct {
		typ    reflect.Type
		stored av
		factor int
	}{
		"any from nulls":            {reflect.TypeFor[any](), many(null), factor},
		"any from maps":             {reflect.TypeFor[any](), many(avM(item{"k": null})), mapFactor},
		"any from numbers":          {reflect.TypeFor[any](), many(avN("7")), factor},
		"Numbers":                   {reflect.TypeFor[[]mapper.Number](), many(avN("7")), factor},
		"strings from nulls":        {reflect.TypeFor[[]string](), many(null), factor},
		"attribute value of nulls":  {reflect.TypeFor[types.AttributeValue](), many(null), mapFactor},
		"attribute value of maps":   {reflect.TypeFor[Hoarder](), many(avM(item{"k": null})), mapFactor},
		"array of another length":   {reflect.TypeFor[[3][1 << 10]int](), many(null), factor},
		"strings from empty ones":   {reflect.TypeFor[[]string](), many(avS("")), factor},
		"undeclared members":        {reflect.TypeFor[City](), avM(item{"undeclared": many(null)}), factor},
		"a number instead of a map": {reflect.TypeFor[map[string]any](), avN(strings.Repeat("7", 1000)), factor},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := mapper.Compile(holder(tt.typ, ""), mapper.Options{})
			require.NoError(t, err)
			stored := layoutOf(p).Read(item{"v": tt.stored})
			defer stored.Release()
			var e ddbec.Encoder
			e.Reset(ddbec.ForVerification)
			require.NoError(t, stored.Write(1, &e))
			b, err := e.Bytes()
			require.NoError(t, err)
			h := held(p.Type(), nil)
			used := allocated(func() {
				value, err := ddbec.Parse(b)
				require.NoError(t, err)
				var r ddbec.Reader
				r.Reset(value)
				sink := p.Sink(h.Interface())
				defer sink.Release()
				require.NoError(t, sink.Set(1, wire.Encrypt, &r))
				_ = sink.Finish() // an error is as good
			})
			assert.LessOrEqual(t, used, uint64(tt.factor*len(b)+4<<10))
		})
	}
}

// Hoarder keeps all that is stored.
type Hoarder struct{ v types.AttributeValue }

func (h Hoarder) MarshalDDB() (types.AttributeValue, error)  { return h.v, nil }
func (h *Hoarder) UnmarshalDDB(v types.AttributeValue) error { h.v = v; return nil }

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}
