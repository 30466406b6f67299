package expr

import (
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestReservedWords(t *testing.T) {
	_, text, _ := strings.Cut(reservedWords, "\n")
	words := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	require.Len(t, words, 574)
	assert.True(t, slices.IsSorted(words))
	for _, w := range words {
		assert.Equal(t, len(w), span(w), w)
		assert.True(t, reserved(w), w)
		assert.True(t, reserved(strings.ToLower(w)), w)
		assert.False(t, reserved(w+"_1"), w)
	}
	for _, w := range []string{"", "patient", "ZON", "ONE", "RESERVED"} {
		assert.False(t, reserved(w), w)
	}
}
