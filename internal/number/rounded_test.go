package number_test

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/number"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRounded(t *testing.T) {
	for in, want := range map[string]string{
		"1234": "1234", "1.2300": "1.23", "0": "0", "-0": "0", "12340000": "12340000", "1E9": "1000000000",
		"12344": "12340", "12345": "12340", "12355": "12360", "12346": "12350", "123450": "123400", "123451": "123500", "1234.5": "1234", "1235.5": "1236",
		"99994": "99990", "99995": "100000", "-99999": "-100000", "9999.9": "10000", "0.99999": "1", "0.0099999": "0.01", "-.000123456": "-0.0001235", "1.00005": "1", "10005E-9": "0.000010",
		"19999999": "20000000", "1.9999501": "2", "12.345": "12.34", "1234567E3": "1235000000",
	} {
		t.Run(in, func(t *testing.T) {
			want, err := number.Canonical(nil, want)
			require.NoError(t, err)
			got, err := number.Rounded([]byte("kept:"), in, 4)
			require.NoError(t, err)
			assert.Equal(t, "kept:"+string(want), string(got))
		})
	}
	for in, want := range map[string]error{"": number.ErrSyntax, "1234x": number.ErrSyntax, "12345E1020": number.ErrRange, strings.Repeat("1", 1025): number.ErrRange} {
		got, err := number.Rounded([]byte("kept"), in, 4)
		assert.ErrorIs(t, err, want, in)
		assert.Equal(t, "kept", string(got))
	}
}

// Integers rounded with nothing but the arithmetic of math/big.
func TestRoundedIsHalfToEven(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 2000 {
		text := make([]byte, 1+r.IntN(12))
		for i := range text {
			text[i] = "0123456789999555000"[r.IntN(19)]
		}
		digits := 1 + r.IntN(6)
		n, ok := new(big.Int).SetString(string(text), 10)
		require.True(t, ok)
		unit := new(big.Int).Exp(big.NewInt(10), big.NewInt(int64(max(0, len(n.String())-digits))), nil)
		q, m := new(big.Int).QuoRem(n, unit, new(big.Int))
		if half := m.Lsh(m, 1).Cmp(unit); half > 0 || half == 0 && q.Bit(0) == 1 {
			q.Add(q, big.NewInt(1))
		}
		got, err := number.Rounded(nil, text, digits)
		require.NoError(t, err)
		assert.Equal(t, q.Mul(q, unit).String(), string(got), "%s to %d", text, digits)
	}
}
