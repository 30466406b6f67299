package ddbec_test

import (
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func entries(m map[string]string) (list []ddbec.Entry) {
	for name, value := range maps.All(m) {
		list = append(list, ddbec.Entry{Name: []byte(name), Value: []byte(value)})
	}
	return list
}

func entryMap(b []byte) map[string]string {
	m := map[string]string{}
	for e := range ddbec.Entries(b) {
		m[string(e.Name)] = string(e.Value)
	}
	return m
}

func TestDescription(t *testing.T) {
	for name, c := range map[string]struct {
		in   map[string]string
		want string
	}{
		"empty":         {map[string]string{}, "00000000"},
		"sorted":        {map[string]string{"b": "2", "a": ""}, "00000000" + "0000000161" + "00000000" + "0000000162" + "0000000132"},
		"symmetric":     {map[string]string{"amzn-ddb-map-sym-mode": "/CBC/PKCS5Padding"}, "0000000000000015616d7a6e2d6464622d6d61702d73796d2d6d6f6465000000112f4342432f504b43533550616464696e67"},
		"an empty name": {map[string]string{"": "x"}, "00000000" + "00000000" + "0000000178"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ddbec.AppendDescription([]byte{}, entries(c.in))
			require.NoError(t, err)
			assert.Equal(t, c.want, hex.EncodeToString(got))
			require.NoError(t, ddbec.CheckDescription(got))
			assert.Equal(t, c.in, entryMap(got))
		})
	}
}

func TestDescriptionOfPeers(t *testing.T) {
	b := unhex(t, "00000000 00000001 62 00000001 31 00000001 61 00000001 32 00000001 62 00000001 33")
	require.NoError(t, ddbec.CheckDescription(b))
	assert.Equal(t, map[string]string{"a": "2", "b": "3"}, entryMap(b))
	v, ok := ddbec.LookupEntry(b, "b")
	assert.True(t, ok)
	assert.Equal(t, "3", string(v), "of entries with one name the last counts")
	_, ok = ddbec.LookupEntry(b, "c")
	assert.False(t, ok)
	_, ok = ddbec.LookupEntry(nil, "a")
	assert.False(t, ok)
}

func TestCheckDescriptionRefuses(t *testing.T) {
	for name, in := range map[string][]byte{
		"nothing":                    {},
		"half a version":             {0, 0},
		"version 1":                  unhex(t, "00000001"),
		"a name's length cut":        unhex(t, "00000000 000000"),
		"a name cut":                 unhex(t, "00000000 00000002 61"),
		"a name without a value":     unhex(t, "00000000 00000001 61"),
		"a value cut":                unhex(t, "00000000 00000001 61 00000002 62"),
		"a length of ffffffff":       unhex(t, "00000000 ffffffff 61"),
		"invalid UTF-8 in a name":    unhex(t, "00000000 00000001 ff 00000000"),
		"invalid UTF-8 in a value":   unhex(t, "00000000 00000001 61 00000001 ff"),
		"257 entries":                append(make([]byte, 4), make([]byte, 8*257)...),
		"more than 64 KiB in all":    append(unhex(t, "00000000 00000000 00010000"), make([]byte, 65536)...),
		"many entries, the last cut": append(make([]byte, 4), make([]byte, 8*3+5)...),
	} {
		t.Run(name, func(t *testing.T) { assert.Error(t, ddbec.CheckDescription(in)) })
	}
	assert.NoError(t, ddbec.CheckDescription(append(make([]byte, 4), make([]byte, 8*256)...)), "256 entries")
}

func TestAppendDescriptionRefuses(t *testing.T) {
	for name, in := range map[string][]ddbec.Entry{
		"an entry twice":       {{Name: []byte("canary")}, {Name: []byte("b")}, {Name: []byte("canary")}},
		"a name not UTF-8":     {{Name: []byte("canary\xff")}},
		"a value not UTF-8":    {{Name: []byte("a"), Value: []byte("canary\xff")}},
		"257 entries":          slices.Repeat([]ddbec.Entry{{}}, 257),
		"more than 64 KiB":     {{Value: []byte(strings.Repeat("canary", 12000))}},
		"one byte over 64 KiB": {{Value: make([]byte, 64<<10-12+1)}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := ddbec.AppendDescription([]byte("kept"), in)
			require.Error(t, err)
			assert.NotContains(t, err.Error(), "canary")
			assert.Equal(t, "kept", string(got))
		})
	}
	b, err := ddbec.AppendDescription(nil, []ddbec.Entry{{Value: make([]byte, 64<<10-12)}})
	require.NoError(t, err)
	assert.NoError(t, ddbec.CheckDescription(b), "64 KiB exactly")
}

func FuzzParseDescription(f *testing.F) {
	f.Add([]byte{0, 0, 0, 0})
	f.Add(unhex(f, "0000000000000015616d7a6e2d6464622d6d61702d73796d2d6d6f6465000000112f4342432f504b43533550616464696e67"))
	f.Add(unhex(f, "00000000 00000001 62 00000001 31 00000001 61 00000001 32 00000001 62 00000001 33"))
	f.Fuzz(func(t *testing.T, in []byte) {
		if ddbec.CheckDescription(in) != nil {
			return
		}
		m := entryMap(in)
		for name, value := range m {
			got, ok := ddbec.LookupEntry(in, name)
			assert.True(t, ok)
			assert.Equal(t, value, string(got))
		}
		b, err := ddbec.AppendDescription(nil, entries(m))
		require.NoError(t, err)
		require.NoError(t, ddbec.CheckDescription(b))
		assert.Equal(t, m, entryMap(b))
	})
}
