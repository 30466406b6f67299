package mapper_test

import (
	"math"
	"net/netip"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Whatever is stored passes through an any unchanged.
func TestAnyIsExact(t *testing.T) {
	for name, stored := range map[string]av{
		"S": avS("s"), "empty S": avS(""), "N": avN("0.1"), "large N": avN("12345678901234567890123456789012345678"), "B": avB("\x00"), "empty B": avB(""),
		"BOOL": avBool(false), "SS": avSS("b", "a"), "NS": avNS("2", "1"), "BS": avBS("b", ""), "L": avL(null, avS("x"), avL()), "M": avM(item{"k": null, "m": avM(item{})}),
		"SS in M": avM(item{"k": avSS("a")}), "NS in L": avL(avNS("1")),
	} {
		t.Run(name, func(t *testing.T) {
			v, err := decodeField[any](t, stored, "")
			require.NoError(t, err)
			type T struct {
				ID string `ddb:"id,pk"`
				V  any    `ddb:"v"`
			}
			it, err := encode(compiled[T](t), &T{"x", v})
			require.NoError(t, err)
			assert.Equal(t, stored, it["v"])
		})
	}
}

func TestAnyIsReadAs(t *testing.T) {
	got, err := decodeField[any](t, avM(item{
		"null": null, "bool": avBool(true), "string": avS("s"), "number": avN("1E2"), "bytes": avB("b"),
		"ss": avSS("a"), "ns": avNS("1.0"), "bs": avBS("b"), "list": avL(avN("1"), null),
	}), "")
	require.NoError(t, err)
	assert.Equal(t, map[string]any{
		"null": nil, "bool": true, "string": "s", "number": mapper.Number("100"), "bytes": []byte("b"),
		"ss": mapper.StringSet{"a"}, "ns": mapper.NumberSet{"1"}, "bs": mapper.BinarySet{[]byte("b")}, "list": []any{mapper.Number("1"), nil},
	}, got)

	named, err := decodeField[Empty](t, avS("s"), "")
	require.NoError(t, err)
	assert.Equal(t, Empty("s"), named)
}

func TestAnyTakesWhatCanBeMapped(t *testing.T) {
	got, err := encodeField(t, []any{
		1, int8(-1), uint64(math.MaxUint64), float32(0.1), 1.5, true, "s", Name("n"), []byte("b"), [2]byte{1, 2}, nil, (*int)(nil), pointer(7), noon,
		[]string{"a"}, map[string]string{"k": "v"}, map[Name]int{"k": 1}, City{Name: "B"}, &City{Name: "C"}, Color(1), netip.MustParseAddr("::1"), 5 * time.Second,
	}, "")
	require.NoError(t, err)
	assert.Equal(t, avL(
		avN("1"), avN("-1"), avN("18446744073709551615"), avN("0.1"), avN("1.5"), avBool(true), avS("s"), avS("n"), avB("b"), avB("\x01\x02"), null, null, avN("7"), avS("2026-11-24T12:00:00.123456789Z"),
		avL(avS("a")), avM(item{"k": avS("v")}), avM(item{"k": avN("1")}), avM(item{"name": avS("B")}), avM(item{"name": avS("C")}), avS("red"), avS("::1"), avN("5000000000"),
	), got)

	for reason, v := range map[string]any{
		"no attribute value can hold it": []any{func() {}},
		"pointer to an interface":        []any{pointer(any(1))},
		"encrypt inside a document": []any{struct {
			A int `ddb:"a,encrypt"`
		}{}},
		"empty set": []any{mapper.StringSet{}},
	} {
		for range 2 { // what was compiled is remembered, mistakes too
			_, err := encodeField(t, v, "")
			assert.ErrorContains(t, err, reason)
			assert.Equal(t, "struct{…}.V[0]", mapperError(t, err).Path)
		}
	}
}
