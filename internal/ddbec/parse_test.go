package ddbec_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

// Rows of 1.5.
func TestParseRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"empty input":                       "",
		"one byte":                          "00",
		"first byte not 00":                 "0173 00000000",
		"unknown tag":                       "0078 00000000",
		"BOOL without byte":                 "003f",
		"BOOL byte 2":                       "003f02",
		"trailing byte after NULL":          "000000",
		"trailing byte after BOOL":          "003f0100",
		"trailing bytes after S":            "0073 00000001 61 00",
		"Java's zeros instead of text":      "0073 0000000a 78",
		"length cut":                        "0073 000000",
		"length beyond input, S":            "0073 00000002 61",
		"length beyond input, N":            "006e 00000002 31",
		"length beyond input, B":            "0062 00000002 61",
		"length 7fffffff":                   "0062 7fffffff 61",
		"length ffffffff":                   "0062 ffffffff 61",
		"length beyond input in a BS":       "0042 00000001 7fffffff",
		"SS count beyond input":             "0053 00000002 00000001 61",
		"SS count ffffffff":                 "0053 ffffffff 00000001 61",
		"NS count beyond input":             "004e 00000002 00000001 31",
		"L count beyond input":              "004c 00000002 0000",
		"L count 7fffffff":                  "004c 7fffffff 0000",
		"M count beyond input":              "004d 00000002 0073 00000001 61 0000",
		"M count ffffffff":                  "004d ffffffff 0073 00000001 61 0000",
		"M cut behind a key":                "004d 00000001 0073 00000002 6162",
		"M cut in a key":                    "004d 00000001 0073 00000003 6162",
		"N empty":                           "006e 00000000",
		"N no number":                       "006e 00000003 616263",
		"N NaN":                             "006e 00000003 4e614e",
		"N with a space":                    "006e 00000002 3120",
		"N in an NS no number":              "004e 00000001 00000001 61",
		"M key is a number":                 "004d 00000001 006e 00000001 31 0000",
		"M key is a list":                   "004d 00000001 004c 00000000 0000",
		"M key twice, side by side":         "004d 00000002 0073 00000001 61 0000 0073 00000001 61 0000",
		"M key twice, apart":                "004d 00000003 0073 00000001 61 0000 0073 00000001 62 0000 0073 00000001 61 0000",
		"M key twice, deeper":               "004c 00000001 004d 00000002 0073 00000000 0000 0073 00000000 0000",
		"invalid UTF-8 in S":                "0073 00000001 ff",
		"surrogate in S":                    "0073 00000003 eda080",
		"invalid UTF-8 in a key":            "004d 00000001 0073 00000001 ff 0000",
		"invalid UTF-8 in an SS":            "0053 00000001 00000001 ff",
		"member of a list is no value":      "004c 00000001 0061",
		"257 levels":                        strings.Repeat("004c 00000001", 256) + "0000",
		"20,000 levels":                     strings.Repeat("004c 00000001", 20000) + "0000",
		"a number that 1 KB does not spell": "006e 00000006 3145 39393939",
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ddbec.Parse(unhex(t, in))
			assert.Error(t, err)
		})
	}
}

func TestParseTakesWhatPeersWrite(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want attribute.Value
	}{
		"empty sets":             {"004c 00000003 0053 00000000 004e 00000000 0042 00000000", &avL{Value: []attribute.Value{&avSS{Value: []string{}}, &avNS{Value: []string{}}, &avBS{Value: [][]byte{}}}}},
		"a number kept twice":    {"004e 00000002 00000001 31 00000001 31", &avNS{Value: []string{"1", "1"}}},
		"Python's -0":            {"006e 00000002 2d30", &avN{Value: "-0"}},
		"a number not canonical": {"006e 00000004 312e3530", &avN{Value: "1.50"}},
		"a number of 100 digits": {"006e 00000064" + strings.Repeat("37", 100), &avN{Value: strings.Repeat("7", 100)}},
		"Python's order of keys": {"004d 00000002 0073 00000003 efbfbf 0000 0073 00000004 f0908080 003f00", &avM{Value: map[string]attribute.Value{"\uffff": &avNULL{Value: true}, "\U00010000": &avBOOL{}}}},
		"keys in any order":      {"004d 00000003 0073 00000001 62 0000 0073 00000001 61 0000 0073 00000001 63 0000", &avM{Value: map[string]attribute.Value{"a": &avNULL{Value: true}, "b": &avNULL{Value: true}, "c": &avNULL{Value: true}}}},
		"members in any order":   {"0053 00000002 00000001 62 00000001 61", &avSS{Value: []string{"b", "a"}}},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := ddbec.Parse(unhex(t, c.in))
			require.NoError(t, err)
			var r ddbec.Reader
			r.Reset(v)
			assert.Equal(t, c.want, attribute.Read(&r))
		})
	}
	_, err := ddbec.Parse(unhex(t, strings.Repeat("004c 00000001", 31)+"0000"))
	assert.NoError(t, err, "32 levels")
}

func everyType() *avM {
	return &avM{Value: map[string]attribute.Value{
		"s": &avS{Value: "ä𐀀"}, "n": &avN{Value: "-12.5"}, "b": &avB{Value: []byte{0, 255}}, "t": &avBOOL{Value: true}, "z": &avNULL{Value: true},
		"ss": &avSS{Value: []string{"a", "b"}}, "ns": &avNS{Value: []string{"10", "2"}}, "bs": &avBS{Value: [][]byte{{}, {1}}},
		"l": &avL{Value: []attribute.Value{&avS{Value: ""}, &avL{Value: []attribute.Value{}}, &avM{Value: map[string]attribute.Value{"k": &avN{Value: "1"}}}}},
		"e": &avM{Value: map[string]attribute.Value{}},
	}}
}

func everyTypeReader(t testing.TB) *ddbec.Reader {
	t.Helper()
	b, err := encode(everyType(), ddbec.ForStorage)
	require.NoError(t, err)
	v, err := ddbec.Parse(b)
	require.NoError(t, err)
	r := new(ddbec.Reader)
	r.Reset(v)
	return r
}

func TestReaderReadsEveryType(t *testing.T) {
	assert.Equal(t, everyType(), attribute.Read(everyTypeReader(t)))
}

func TestReaderLeavesEarlyAndStepsOverUnread(t *testing.T) {
	r := everyTypeReader(t)
	assert.Equal(t, wire.Map, r.Kind())
	assert.Equal(t, 10, r.Len())
	r.Enter()
	var keys []string
	for r.Next() {
		keys = append(keys, r.KeyStr())
		if r.Kind() == wire.List {
			r.Enter()
			require.True(t, r.Next())
			require.True(t, r.Next())
			r.Enter()
			assert.False(t, r.Next(), "an empty list")
			r.Leave()
			r.Leave()
			assert.Equal(t, "l", r.KeyStr())
			assert.Equal(t, []byte("l"), r.Key())
			assert.Equal(t, 3, r.Len())
		}
	}
	assert.False(t, r.Next(), "past the last there is nothing")
	assert.Equal(t, wire.Kind(0), r.Kind())
	r.Leave()
	assert.Equal(t, []string{"b", "bs", "e", "l", "n", "ns", "s", "ss", "t", "z"}, keys)
	assert.Equal(t, wire.Map, r.Kind())
}

func TestReaderMethodsThatDoNotFitReturnZero(t *testing.T) {
	check := func(t *testing.T, r *ddbec.Reader) {
		k := r.Kind()
		assert.Equal(t, k == wire.String || k == wire.Number, r.Text() != nil, "Text of %v", k)
		assert.Equal(t, k == wire.Binary, r.Binary() != nil, "Binary of %v", k)
		if k != wire.Bool {
			assert.False(t, r.Bool())
		}
		if k < wire.StringSet {
			assert.Zero(t, r.Len())
			r.Enter()
			assert.False(t, r.Next(), "nothing in a %v", k)
			r.Leave()
			assert.Equal(t, k, r.Kind())
		}
	}
	var none ddbec.Reader
	check(t, &none)
	assert.Nil(t, none.Key())
	assert.False(t, none.Next())
	none.Leave()
	none.Reset(ddbec.Value{})
	check(t, &none)

	r := everyTypeReader(t)
	r.Enter()
	members := 0
	for r.Next() {
		check(t, r)
		members++
	}
	assert.Equal(t, 10, members)
}

func TestReaderDoesNotAllocateOnceWarm(t *testing.T) {
	b, err := encode(everyType(), ddbec.ForStorage)
	require.NoError(t, err)
	var r ddbec.Reader
	assert.Zero(t, testing.AllocsPerRun(100, func() {
		v, err := ddbec.Parse(b)
		if err != nil {
			panic(err)
		}
		r.Reset(v)
		for r.Enter(); r.Next(); {
			_ = r.Key()
		}
		r.Leave()
	}))
}

// allocated is how many bytes f allocates.
func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestParsingTakesAtMost16TimesTheInput(t *testing.T) {
	const members = 40000
	entries := make([]byte, 0, 16*members)
	for i := range members { // descending keys, which take the most
		entries = append(entries, 0, 's', 0, 0, 0, 5)
		entries = fmt.Appendf(entries, "%05d", members-i)
		entries = append(entries, 0, 0)
	}
	count := func(tag byte, n uint32, rest []byte) []byte {
		return append(binary.BigEndian.AppendUint32([]byte{0, tag}, n), rest...)
	}
	for name, in := range map[string][]byte{
		"keys in descending order": count('M', members, entries),
		"a list of NULLs":          count('L', members, make([]byte, 2*members)),
		"empty members":            count('S', members, make([]byte, 4*members)),
		"claims 4 billion":         count('L', 1<<32-1, make([]byte, 2*members)),
		"numbers":                  count('N', members, []byte(strings.Repeat("\x00\x00\x00\x051E900", members))),
	} {
		t.Run(name, func(t *testing.T) {
			got := allocated(func() { _, _ = ddbec.Parse(in) })
			assert.LessOrEqual(t, got, uint64(16*len(in)))
		})
	}
}

func FuzzParseValue(f *testing.F) {
	for _, seed := range []string{"0000", "003f01", "00730000000161", "006e0000000131", "0053000000020000000161", "004c00000001004c000000010000", "004d000000020073000000016100000073000000016200000073"} {
		f.Add(unhex(f, seed))
	}
	b, err := encode(everyType(), ddbec.ForStorage)
	require.NoError(f, err)
	f.Add(b)
	f.Fuzz(func(t *testing.T, in []byte) {
		v, err := ddbec.Parse(in)
		if err != nil {
			return
		}
		var r ddbec.Reader
		r.Reset(v)
		value := attribute.Read(&r)
		canonical, err := encode(value, ddbec.ForVerification)
		if err != nil {
			return // spelled in a way that only decrypted values may be
		}
		w, err := ddbec.Parse(canonical)
		require.NoError(t, err)
		r.Reset(w)
		again, err := encode(attribute.Read(&r), ddbec.ForVerification)
		require.NoError(t, err)
		assert.Equal(t, canonical, again)
	})
}
