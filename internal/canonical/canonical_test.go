package canonical_test

import (
	"bytes"
	"testing"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/stretchr/testify/assert"
)

func TestCompareTextIsUTF16Order(t *testing.T) {
	texts := []string{"", "\x00", "a", "a\x00", "ab", "b", "é", "\u07FF", "\u0800", "\uD7FF", "\U00010000", "\U0001F600", "\U000F0000", "\U0010FFFF", "\uE000", "\uEFFF", "\uF000", "\uFFFF"}
	for i, a := range texts {
		for j, b := range texts {
			got := canonical.CompareText(a, []byte(b))
			assert.Equal(t, i < j, got < 0, "%q %q", a, b)
			assert.Equal(t, i == j, got == 0, "%q %q", a, b)
		}
	}
}

func TestWiped(t *testing.T) {
	small := append(make([]byte, 0, 64), "secret"...)
	assert.NotNil(t, canonical.Wiped(small))
	assert.Equal(t, make([]byte, 6), small)
	large := bytes.Repeat([]byte{1}, 65<<10)
	assert.Nil(t, canonical.Wiped(large), "too large to keep")
	assert.Equal(t, make([]byte, 65<<10), large)
}
