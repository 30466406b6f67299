package ddbec_test

import (
	"math"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/stretchr/testify/assert"
)

func TestMetaIDs(t *testing.T) {
	for _, c := range []struct {
		name    string
		version int64
		text    string
	}{
		{"materialName", 0, "materialName#0"},
		{"my material name", 5, "my material name#5"},
		{"é\n", math.MaxInt64, "é\n#9223372036854775807"},
		{strings.Repeat("x", ddbec.MaxMaterialName), 10, strings.Repeat("x", ddbec.MaxMaterialName) + "#10"},
	} {
		assert.Equal(t, c.text, ddbec.FormatMetaID(c.name, c.version))
		name, version, ok := ddbec.ParseMetaID(c.text)
		assert.True(t, ok)
		assert.Equal(t, c.name, name)
		assert.Equal(t, c.version, version)
	}
}

func TestWhatIsNoMetaID(t *testing.T) {
	for _, text := range []string{
		"", "name", "name#", "#1", "name#1#2", "a#b#1", "name#-1", "name#-0", "name#+1", "name#01", "name# 1", "name#1 ", "name#0x1", "name#1_0", "name#1.0",
		"name#1e3", "name#9223372036854775808", "name#" + strings.Repeat("9", 1000), "name#٣", "na\xffme#1", strings.Repeat("x", ddbec.MaxMaterialName+1) + "#1",
	} {
		_, version, ok := ddbec.ParseMetaID(text)
		assert.False(t, ok, "%.40q", text)
		assert.Zero(t, version)
	}
	for _, name := range []string{"", "a#b", "na\xffme", strings.Repeat("x", ddbec.MaxMaterialName+1)} {
		assert.Error(t, ddbec.CheckMaterialName(name))
	}
}

func FuzzParseMetaID(f *testing.F) {
	f.Add("materialName#0")
	f.Add("name#9223372036854775807")
	f.Add("a#b#1")
	f.Add("name#007")
	f.Fuzz(func(t *testing.T, text string) {
		if name, version, ok := ddbec.ParseMetaID(text); ok && ddbec.FormatMetaID(name, version) != text {
			t.Fatalf("%q reads as %q and %d", text, name, version)
		}
	})
}
