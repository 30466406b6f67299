package dbe_test

import (
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func FuzzHeader(f *testing.F) {
	for _, item := range known {
		f.Add(unhex(f, item.header))
	}
	f.Add(appended(f, header(func(*dbe.Header) {})))
	f.Fuzz(func(t *testing.T, in []byte) {
		var h dbe.Header
		if h.Parse(in) == nil {
			assert.Equal(t, in, appended(t, &h))
		}
	})
}

func FuzzFooter(f *testing.F) {
	for _, item := range known {
		f.Add(unhex(f, item.footer), 1, item.flavor)
	}
	f.Fuzz(func(t *testing.T, in []byte, keys int, flavor byte) {
		if footer, err := dbe.ParseFooter(in, keys, flavor); err == nil {
			got, err := footer.Append(nil)
			require.NoError(t, err)
			assert.Equal(t, in, got)
		}
	})
}

func FuzzContext(f *testing.F) {
	f.Add("", "", "", "")
	f.Add("a", "1", "b", "2")
	f.Add("ä", "\x00", "\U00010000", "v")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		context := map[string]string{k1: v1, k2: v2}
		b, err := dbe.AppendContext(nil, context)
		if err != nil {
			return
		}
		// A header holds a context as it is authenticated.
		h := header(func(h *dbe.Header) { h.Legend, h.Context = nil, nil })
		empty := appended(t, h)
		at := 2 + dbe.MessageIDSize + 2
		var got dbe.Header
		require.NoError(t, got.Parse(append(append(append([]byte{}, empty[:at]...), b...), empty[at+2:]...)))
		read := map[string]string{}
		for _, e := range got.Context {
			read[e.Key] = e.Value
		}
		assert.Equal(t, context, read)
	})
}

func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{"0000", "000401", "000161", "000231", "010100000001000000016101", "0300000000010000 00000000", deep(3)} {
		f.Add(unhex(f, spaced(seed)))
	}
	for _, item := range known {
		for _, field := range item.fields {
			f.Add(unhex(f, field.value))
		}
	}
	b, err := encode(everyType(), dbe.ForStorage)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := dbe.Parse(in)
		if err != nil {
			return
		}
		var r dbe.Reader
		r.Reset(v)
		canonical, err := encode(attribute.Read(&r), dbe.ForVerification)
		require.NoError(t, err, "what is parsed can be written")
		require.Len(t, canonical, len(in), "it differs in the order of members alone")
		assert.Equal(t, canonical, func() []byte {
			b, err := encode(decode(t, canonical), dbe.ForVerification)
			require.NoError(t, err)
			return b
		}())
	})
}
