package fastpath_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/stretchr/testify/assert"
)

func TestValidAgreesWithTheStandardLibrary(t *testing.T) {
	for _, text := range []string{"", "a", "ä", "\xff", "𐀀", "\xc3", "\xed\xa0\x80", "\xf4\x90\x80\x80"} {
		for before := range 70 {
			for _, after := range []int{0, 1, 7, 8, 31, 33} {
				s := strings.Repeat("x", before) + text + strings.Repeat("y", after)
				assert.Equal(t, utf8.ValidString(s), fastpath.ValidString(s), "%q behind %d and before %d", text, before, after)
				assert.Equal(t, utf8.ValidString(s), fastpath.Valid([]byte(s)), "%q behind %d and before %d", text, before, after)
			}
		}
	}
}
