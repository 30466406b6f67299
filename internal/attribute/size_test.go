package attribute_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestSizeOfNumbers(t *testing.T) {
	for text, want := range map[string]int{
		"": 1, "0": 1, "7": 2, "-7": 3, "12": 2, "123": 3, "1200": 2, "1000000": 2, "1234567": 5,
		"0.5": 2, "0.05": 2, "0.0012": 2, "12.5": 3, "-12.25": 4,
	} {
		assert.Equal(t, want, attribute.Size(&n{Value: text}), "%q", text)
	}
}

// pairs counts what numberSize does in another way: the pairs of digits, aligned at the point, between the first
// and the last that is not 00.
func pairs(text string) int {
	digits, isNegative := strings.CutPrefix(text, "-")
	whole, fraction, _ := strings.Cut(digits, ".")
	whole = strings.Repeat("0", len(whole)%2) + whole
	fraction += strings.Repeat("0", len(fraction)%2)
	all := whole + fraction
	for strings.HasPrefix(all, "00") {
		all = all[2:]
	}
	for strings.HasSuffix(all, "00") {
		all = all[:len(all)-2]
	}
	n := 1 + len(all)/2
	if isNegative {
		n++
	}
	return n
}

func TestSizeOfRandomNumbers(t *testing.T) {
	random := rand.New(rand.NewPCG(38, 2))
	for range 100_000 {
		text := strconv.FormatUint(random.Uint64()>>random.IntN(64), 10) + strings.Repeat("0", random.IntN(5))
		if random.IntN(2) == 0 {
			text = strings.Repeat("0", random.IntN(5)) + text
			at := random.IntN(len(text))
			text = text[:at+1] + "." + text[at+1:]
		}
		if random.IntN(3) == 0 {
			text = "-" + text
		}
		require.Equal(t, pairs(text), attribute.Size(&n{Value: text}), text)
	}
}
