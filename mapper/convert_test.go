package mapper_test

import (
	"math"
	"reflect"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	Digest2 [4]byte
	Flag    bool
)

// writeValue is v as a field of type V with these words stores it.
func writeValue[V any](t *testing.T, v any, words string) (av, error) {
	t.Helper()
	p, err := mapper.Compile(holder(reflect.TypeFor[V](), words), mapper.Options{})
	require.NoError(t, err)
	w := attribute.NewWriter(attribute.Sizes{})
	if err := p.WriteValue(1, v, w); err != nil {
		return nil, err
	}
	return w.Value()
}

func TestWriteValue(t *testing.T) {
	takes := func(got av, err error) func(av) {
		return func(want av) {
			t.Helper()
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}
	takes(writeValue[int64](t, 3, ""))(avN("3"))
	takes(writeValue[int8](t, uint64(127), ""))(avN("127"))
	takes(writeValue[uint8](t, 255, ""))(avN("255"))
	takes(writeValue[uint64](t, uint8(1), ""))(avN("1"))
	takes(writeValue[float64](t, 3, ""))(avN("3"))
	takes(writeValue[float64](t, float32(0.5), ""))(avN("0.5"))
	takes(writeValue[float64](t, uint(7), ""))(avN("7"))
	takes(writeValue[float32](t, 0.5, ""))(avN("0.5"))
	takes(writeValue[Name](t, "n", ""))(avS("n"))
	takes(writeValue[string](t, Name("n"), ""))(avS("n"))
	takes(writeValue[mapper.Number](t, "1.50", ""))(avN("1.5"))
	takes(writeValue[mapper.Number](t, -5, ""))(avN("-5"))
	takes(writeValue[mapper.Number](t, uint64(math.MaxUint64), ""))(avN("18446744073709551615"))
	takes(writeValue[[]byte](t, Blob("b"), ""))(avB("b"))
	takes(writeValue[Digest](t, [4]byte{1, 2, 3, 4}, ""))(avB("\x01\x02\x03\x04"))
	takes(writeValue[[1]byte](t, [1]byte{1}, ""))(avB("\x01"))
	takes(writeValue[[]byte](t, []Octet{1}, ""))(avB("\x01"))
	takes(writeValue[Digest2](t, Digest{1, 2, 3, 4}, ""))(avB("\x01\x02\x03\x04"))
	takes(writeValue[bool](t, true, "bool=number"))(avN("1"))
	takes(writeValue[bool](t, Flag(true), ""))(avBool(true))
	takes(writeValue[time.Time](t, noon, ""))(avS("2026-11-24T12:00:00.123456789Z"))
	takes(writeValue[time.Time](t, second, "unixtime,omitempty"))(avN("1795521600"))
	takes(writeValue[Color](t, Color(1), ""))(avS("red"))
	takes(writeValue[Color](t, 2, ""))(avS("green"))
	takes(writeValue[any](t, 1, ""))(avN("1"))
	takes(writeValue[*int](t, nil, ""))(null)
	takes(writeValue[*int](t, pointer(1), ""))(avN("1"))
	takes(writeValue[[]string](t, []string{"a"}, "set"))(avSS("a"))
	takes(writeValue[string](t, "", "omitempty"))(avS(""))

	refuses := func(_ av, err error) {
		t.Helper()
		require.ErrorContains(t, err, "does not convert to it without loss")
		assert.Equal(t, "v", mapperError(t, err).Attribute)
		assertSilent(t, err)
	}
	refuses(writeValue[int8](t, 128, ""))
	refuses(writeValue[int64](t, uint64(math.MaxUint64), ""))
	refuses(writeValue[int](t, 1.0, ""))
	refuses(writeValue[int](t, canary, ""))
	refuses(writeValue[int](t, nil, ""))
	refuses(writeValue[uint](t, -1, ""))
	refuses(writeValue[uint8](t, 256, ""))
	refuses(writeValue[uint](t, "1", ""))
	refuses(writeValue[float64](t, int64(math.MaxInt64), ""))
	refuses(writeValue[float64](t, uint64(math.MaxUint64), ""))
	refuses(writeValue[float32](t, 0.1, ""))
	refuses(writeValue[float64](t, "1", ""))
	refuses(writeValue[string](t, 1, ""))
	refuses(writeValue[string](t, mapper.Number("1"), ""))
	refuses(writeValue[string](t, Grumpy("1"), ""))
	refuses(writeValue[string](t, []byte(canary), ""))
	refuses(writeValue[string](t, pointer(canary), ""))
	refuses(writeValue[int](t, Color(1), ""))
	refuses(writeValue[time.Time](t, "2026-11-24T12:00:00Z", ""))
	refuses(writeValue[[]byte](t, canary, ""))
	refuses(writeValue[[2]byte](t, [3]byte{}, ""))
	refuses(writeValue[[1]byte](t, [1]Octet{}, ""))
	refuses(writeValue[bool](t, 1, ""))
	refuses(writeValue[City](t, struct{ Name string }{}, ""))
	refuses(writeValue[[]string](t, []Name{"a"}, ""))

	_, err := writeValue[string](t, "\xff", "")
	assert.ErrorContains(t, err, "struct{…}.V (string)")
	_, err = writeValue[[]string](t, []string{}, "set")
	assert.ErrorContains(t, err, "empty set")
	p := compiled[Bird](t)
	assert.ErrorContains(t, p.WriteValue(99, 1, attribute.NewWriter(attribute.Sizes{})), "no attribute in slot 99")
}
