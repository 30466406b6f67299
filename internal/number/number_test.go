package number_test

import (
	"math/big"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/number"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCanonical(t *testing.T) {
	for in, want := range map[string]string{
		"0": "0", "-0": "0", "+0": "0", "0.000": "0", "00": "0", "0E9": "0", "-0e-9": "0",
		"1E5": "100000", "1E-7": "0.0000001", "-12.3400": "-12.34", "007": "7", "100": "100",
		"1.0": "1", "+5": "5", ".5": "0.5", "5.": "5", "-.5e1": "-5", "12.5e-1": "1.25", "0012.500": "12.5",
		"1.23e2": "123", "120e-1": "12", "10.01": "10.01", "0.10": "0.1", "1e+2": "100", "-100": "-100",
		"1E125": "1" + strings.Repeat("0", 125), "1E-130": "0." + strings.Repeat("0", 129) + "1",
		strings.Repeat("9", 1000): strings.Repeat("9", 1000),
	} {
		t.Run(in, func(t *testing.T) {
			got, err := number.Canonical([]byte("kept:"), in)
			require.NoError(t, err)
			assert.Equal(t, "kept:"+want, string(got))
			again, err := number.Canonical(nil, []byte(want))
			require.NoError(t, err)
			assert.Equal(t, want, string(again))
		})
	}
}

func TestCanonicalRefuses(t *testing.T) {
	for in, want := range map[string]error{
		"": number.ErrSyntax, "-": number.ErrSyntax, ".": number.ErrSyntax, "-.": number.ErrSyntax, "1e": number.ErrSyntax, "1e+": number.ErrSyntax, "e5": number.ErrSyntax,
		"abc": number.ErrSyntax, "NaN": number.ErrSyntax, "Infinity": number.ErrSyntax, " 5 ": number.ErrSyntax, "1_0": number.ErrSyntax, "0x1": number.ErrSyntax,
		"٣": number.ErrSyntax, "1.2.3": number.ErrSyntax, "--1": number.ErrSyntax, "1-": number.ErrSyntax, "1e5.0": number.ErrSyntax, "1 ": number.ErrSyntax,
		"1E999999999999999999999": number.ErrRange, "1E-2000": number.ErrRange, "1E1100": number.ErrRange, strings.Repeat("1", 1025): number.ErrRange,
	} {
		t.Run(in, func(t *testing.T) {
			got, err := number.Canonical([]byte("kept"), in)
			assert.ErrorIs(t, err, want)
			assert.Equal(t, "kept", string(got))
			if len(in) > 3 {
				assert.NotContains(t, err.Error(), in)
			}
		})
	}
}

func TestNegativeZero(t *testing.T) {
	for text, want := range map[string]bool{
		"-0": true, "-0.00": true, "-.0": true, "-0E7": true, "-00": true,
		"": false, "-": false, "0": false, "+0": false, "-1": false, "-0.01": false, "-x": false, "--0": false,
	} {
		assert.Equal(t, want, number.NegativeZero(text), text)
	}
}

func TestStorableBoundaries(t *testing.T) {
	nines := strings.Repeat("9", 38)
	for in, want := range map[string]error{
		nines: nil, "-" + nines: nil, nines + "0": nil, nines + "9": number.ErrDigits, "0." + nines: nil, "1" + strings.Repeat("0", 40): nil,
		"9." + strings.Repeat("9", 37) + "E125": nil, "1E126": number.ErrRange, "-1E126": number.ErrRange, "1E-130": nil, "1E-131": number.ErrRange,
		"0E999": nil, "0." + strings.Repeat("0", 200): nil, "10E125": number.ErrRange, "0.1E126": nil, "x": number.ErrSyntax,
	} {
		t.Run(in, func(t *testing.T) {
			_, err := number.Storable(nil, in)
			if want == nil {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, want)
			}
		})
	}
}

func TestCompare(t *testing.T) {
	ordered := []string{"-1E20", "-100.5", "-100", "-1.01", "-1", "-0.1", "-0.01", "0", "1E-9", "0.1", "0.11", "1", "1.01", "9.99", "10", "100", "1E20"}
	for i, a := range ordered {
		for j, b := range ordered {
			assert.Equal(t, new(big.Int).SetInt64(int64(i-j)).Sign(), number.Compare(a, b), "%s ? %s", a, b)
		}
	}
	assert.Zero(t, number.Compare("1E2", "100.0"))
	assert.Zero(t, number.Compare("-0", "0"))
	for _, none := range []string{"", "seventy", "1x", "-", "1e", strings.Repeat("7", number.MaxText+1)} {
		assert.Zero(t, number.Compare(none, none), "no number: %.10s", none)
		assert.Zero(t, number.Compare(none, "0"), "%.10s ? 0", none)
		assert.Equal(t, -1, number.Compare(none, "0.1"), "%.10s ? 0.1", none)
		assert.Equal(t, 1, number.Compare(none, "-0.1"), "%.10s ? -0.1", none)
	}
}

func TestCanonicalDoesNotAllocate(t *testing.T) {
	dst := make([]byte, 0, 64)
	for _, in := range []string{"1234567", "-12.3400", "1E5"} {
		text := []byte(in)
		assert.Zero(t, testing.AllocsPerRun(100, func() { _, _ = number.Canonical(dst, text) }), in)
	}
}

func FuzzCanonical(f *testing.F) {
	for _, s := range []string{"0", "-1.50", "1E5", "1e-130", ".5", "5.", "NaN", "007", "1E1000", "-0.0e7", "0e10000000000000000000"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, in string) {
		got, err := number.Canonical(nil, in)
		if err != nil {
			require.Empty(t, got)
			return
		}
		require.LessOrEqual(t, len(got), number.MaxText)
		again, err := number.Canonical(nil, got)
		require.NoError(t, err)
		require.Equal(t, string(got), string(again))
		mantissa, _, _ := strings.Cut(strings.ToLower(in), "e")
		if strings.Trim(mantissa, "+-0.") == "" { // zero, with an exponent that math/big may not take
			require.Equal(t, "0", string(got))
			return
		}
		want, ok := new(big.Rat).SetString(in)
		require.True(t, ok)
		have, ok := new(big.Rat).SetString(string(got))
		require.True(t, ok)
		require.Zero(t, want.Cmp(have))
		require.Zero(t, number.Compare(in, string(got)))
	})
}

func BenchmarkCanonical(b *testing.B) {
	for _, in := range []string{"1234567", "1299.95", "1E5"} {
		b.Run(in, func(b *testing.B) {
			b.ReportAllocs()
			dst, text := make([]byte, 0, 64), []byte(in)
			for b.Loop() {
				_, _ = number.Canonical(dst, text)
			}
		})
	}
}
