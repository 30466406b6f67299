package mapper_test

import (
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func reads[V any](t *testing.T, text string, want V) {
	t.Helper()
	got, err := decodeField[V](t, avN(text), "")
	require.NoError(t, err, text)
	assert.Equal(t, want, got, text)
}

func doesNotRead[V any](t *testing.T, text, reason string) {
	t.Helper()
	_, err := decodeField[V](t, avN(text), "")
	require.ErrorContains(t, err, reason, text)
	if len(text) > 2 {
		assert.NotContains(t, err.Error(), text)
	}
}

func TestIntegersLoseNothing(t *testing.T) {
	reads[int8](t, "127", 127)
	reads[int8](t, "-128", -128)
	reads[int8](t, "+127", 127)
	reads[int8](t, "0127", 127)
	reads[int8](t, "1.27E2", 127)
	reads[int8](t, "12700E-2", 127)
	reads[int8](t, "127.000", 127)
	reads[int8](t, "-0", 0)
	reads[int64](t, "9223372036854775807", math.MaxInt64)
	reads[int64](t, "-9.223372036854775808e18", math.MinInt64)
	reads[uint64](t, "18446744073709551615", math.MaxUint64)
	reads[uint64](t, "-0.0", 0)
	reads[uint16](t, "6.5535E4", 65535)

	doesNotRead[int8](t, "128", "does not fit int8")
	doesNotRead[int8](t, "-129", "does not fit int8")
	doesNotRead[int64](t, "9223372036854775808", "does not fit int64")
	doesNotRead[int64](t, "1E125", "does not fit int64")
	doesNotRead[int](t, "1.5", "has a fraction")
	doesNotRead[int](t, "1E-1", "has a fraction")
	doesNotRead[uint8](t, "256", "does not fit uint8")
	doesNotRead[uint](t, "-1", "does not fit uint")
	doesNotRead[uint64](t, "18446744073709551616", "does not fit uint64")
	doesNotRead[uint](t, "0.25", "has a fraction")
	for _, text := range []string{"", "-", "x77x", "0x77", "7_7", "77 ", "NaN77", "1E", "1E+"} {
		doesNotRead[int](t, text, "not a decimal number")
		doesNotRead[uint](t, text, "not a decimal number")
	}
	doesNotRead[int](t, "1E99999999999", "out of range")
	doesNotRead[int](t, strings.Repeat("7", 2000), "out of range")
}

func TestFloatsAreReadAsTheNearest(t *testing.T) {
	reads[float64](t, "0.1", 0.1)
	reads[float64](t, "0.1000000000000000055511151231257827", 0.1)
	reads[float64](t, "1E3", 1000)
	reads[float64](t, "-0", math.Copysign(0, -1))
	reads[float64](t, "9.9999999999999999999999999999999999999E125", 1e126)
	reads[float64](t, "1E-130", 1e-130)
	reads[float32](t, "0.1", 0.1)
	reads[float32](t, "16777217", 16777216)

	doesNotRead[float32](t, "3.5E38", "does not fit float32")
	doesNotRead[float32](t, "1E-130", "too small for float32")
	doesNotRead[float64](t, "1E400", "does not fit float64")
	doesNotRead[float64](t, "1E-400", "too small for float64")
	for _, text := range []string{"", "NaN", "Inf", "-Infinity", "0x1p-2", "1_000", "1e", "--1", "1.2.3"} {
		doesNotRead[float64](t, text, "not a decimal number")
	}
}

func TestFloatsAreStoredShortest(t *testing.T) {
	tenth := 0.1
	for want, v := range map[string]any{
		"0.1": 0.1, "0.3": float32(0.3), "16777216": float32(1 << 24), "100": 1e2, "0": math.Copysign(0, -1),
		"0.30000000000000004": tenth + 0.2, "1" + strings.Repeat("0", 125): 1e125,
	} {
		got, err := encodeField(t, v, "")
		require.NoError(t, err)
		assert.Equal(t, avN(want), got)
	}
	for _, v := range []float64{1e126, math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-131} {
		_, err := encodeField(t, v, "")
		assert.ErrorContains(t, err, "out of range")
	}
}

func TestNumberIsExact(t *testing.T) {
	reads[mapper.Number](t, "12345678901234567890123456789012345678", "12345678901234567890123456789012345678")
	reads[mapper.Number](t, "1E3", "1000")
	reads[mapper.Number](t, "-0.50", "-0.5")
	reads[mapper.Number](t, strings.Repeat("7", 1000), mapper.Number(strings.Repeat("7", 1000)))
	reads[mapper.Number](t, "1E-130", mapper.Number("0."+strings.Repeat("0", 129)+"1"))
	doesNotRead[mapper.Number](t, "1E9999", "out of range")
	doesNotRead[mapper.Number](t, "seventy", "not a decimal number")
	doesNotRead[big.Int](t, "1.5", "has a fraction")
	doesNotRead[big.Int](t, "seventy", "not a decimal number")

	for text, want := range map[mapper.Number]string{"": "0", "1E3": "1000", "+0.10": "0.1", "-0": "0"} {
		got, err := encodeField(t, text, "")
		require.NoError(t, err)
		assert.Equal(t, avN(want), got)
	}
	for text, reason := range map[mapper.Number]string{
		"seventy": "not a decimal number", "NaN": "not a decimal number", "1E126": "out of range",
		"123456789012345678901234567890123456789": "38 significant digits",
	} {
		_, err := encodeField(t, text, "")
		assert.ErrorContains(t, err, reason)
		assert.NotContains(t, err.Error(), string(text))
	}
}

func TestNumberRat(t *testing.T) {
	for text, want := range map[mapper.Number]*big.Rat{
		"": new(big.Rat), "0.1": big.NewRat(1, 10), "-1E3": big.NewRat(-1000, 1), "12.5": big.NewRat(25, 2),
	} {
		got, err := text.Rat()
		require.NoError(t, err)
		assert.Zero(t, want.Cmp(got), string(text))
	}
	for _, text := range []mapper.Number{"1/3", "0x10", "seventy", "1E999999999", "1_0"} {
		_, err := text.Rat()
		require.Error(t, err)
		assert.NotContains(t, err.Error(), string(text))
	}
}

func TestBoolsAreNoOtherNumbers(t *testing.T) {
	for _, text := range []string{"2", "-1", "0.5", "10", "yes", ""} {
		_, err := decodeField[bool](t, avN(text), "bool=number")
		assert.ErrorContains(t, err, "stored as 0 or 1", text)
	}
}
