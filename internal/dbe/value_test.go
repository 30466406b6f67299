package dbe_test

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM

	values = map[string]attribute.Value
)

var modes = []dbe.Mode{dbe.ForStorage, dbe.ForEncryption, dbe.ForVerification}

func encode(v attribute.Value, m dbe.Mode) ([]byte, error) {
	var e dbe.Encoder
	e.Reset(m)
	if err := attribute.Write(v, &e); err != nil {
		return nil, err
	}
	return e.Bytes()
}

func decode(t testing.TB, b []byte) attribute.Value {
	t.Helper()
	v, err := dbe.Parse(b)
	require.NoError(t, err)
	var r dbe.Reader
	r.Reset(v)
	return attribute.Read(&r)
}

// spaced is the hex of the bytes that text spells with spaces.
func spaced(text string) string { return strings.ReplaceAll(text, " ", "") }

// Rows of 1.5, each type in its smallest forms and one larger.
func TestCanonicalBytesOfEveryType(t *testing.T) {
	for name, c := range map[string]struct {
		v    attribute.Value
		want string
	}{
		"NULL":                     {&avNULL{Value: true}, "0000"},
		"BOOL true":                {&avBOOL{Value: true}, "0004 01"},
		"BOOL false":               {&avBOOL{}, "0004 00"},
		"S":                        {&avS{Value: "héllo"}, "0001 68c3a96c6c6f"},
		"S empty":                  {&avS{}, "0001"},
		"N":                        {&avN{Value: "-12.3400"}, "0002 2d31322e3334"},
		"B":                        {&avB{Value: []byte{0, 255}}, "ffff 00ff"},
		"B empty":                  {&avB{}, "ffff"},
		"SS":                       {&avSS{Value: []string{"b", "a"}}, "0101 00000002 00000001 61 00000001 62"},
		"SS empty":                 {&avSS{}, "0101 00000000"},
		"NS":                       {&avNS{Value: []string{"2", "10", "1.50"}}, "0102 00000003 00000003 312e35 00000002 3130 00000001 32"},
		"NS ordered as normalised": {&avNS{Value: []string{"1E1", "9"}}, "0102 00000002 00000002 3130 00000001 39"},
		"BS":                       {&avBS{Value: [][]byte{{0x80}, {1, 0}, {1}, {}}}, "01ff 00000004 00000000 00000001 01 00000002 0100 00000001 80"},
		"L":                        {&avL{Value: []attribute.Value{&avS{Value: "b"}, &avNULL{Value: true}, &avBOOL{}}}, "0300 00000003 0001 00000001 62 0000 00000000 0004 00000001 00"},
		"L empty":                  {&avL{}, "0300 00000000"},
		"M":                        {&avM{Value: values{"b": &avBOOL{Value: true}, "a": &avN{Value: "1"}}}, "0200 00000002 0001 00000001 61 0002 00000001 31 0001 00000001 62 0004 00000001 01"},
		"M empty":                  {&avM{}, "0200 00000000"},
		"nested": {&avM{Value: values{"z": &avL{Value: []attribute.Value{&avSS{Value: []string{"y", "x"}}}}, "m": &avM{Value: values{}}}},
			"0200 00000002 0001 00000001 6d 0200 00000004 00000000 0001 00000001 7a 0300 00000018 00000001 0101 0000000e 00000002 00000001 78 00000001 79"},
		"astral before U+E000": {&avSS{Value: []string{"\uE000", "\U00010000"}}, "0101 00000002 00000004 f0908080 00000003 ee8080"},
		"keys in UTF-16 order": {&avM{Value: values{"\uFFFF": &avNULL{Value: true}, "\U00010000": &avNULL{Value: true}}}, "0200 00000002 0001 00000004 f0908080 0000 00000000 0001 00000003 efbfbf 0000 00000000"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := encode(c.v, dbe.ForEncryption)
			require.NoError(t, err)
			assert.Equal(t, spaced(c.want), hex.EncodeToString(got))
			again, err := encode(decode(t, got), dbe.ForEncryption)
			require.NoError(t, err)
			assert.Equal(t, got, again, "read and written again")
		})
	}
}

func lists(levels int, inner attribute.Value) attribute.Value {
	for range levels {
		inner = &avL{Value: []attribute.Value{inner}}
	}
	return inner
}

func TestEncoderRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		v                                 attribute.Value
		storage, encryption, verification bool // refused
	}{
		"text that is not UTF-8":       {&avS{Value: "canary\xff"}, true, true, true},
		"a key that is not UTF-8":      {&avM{Value: values{"canary\xff": &avBOOL{}}}, true, true, true},
		"a member that is not UTF-8":   {&avSS{Value: []string{"canary\xff"}}, true, true, true},
		"39 digits":                    {&avN{Value: strings.Repeat("7", 39)}, true, true, true},
		"1E126":                        {&avN{Value: "1E126"}, true, true, true},
		"1E-131":                       {&avN{Value: "1E-131"}, true, true, true},
		"no number":                    {&avN{Value: "canary"}, true, true, true},
		"strings twice":                {&avSS{Value: []string{"canary", "a", "canary"}}, true, true, true},
		"numbers twice, spelled apart": {&avNS{Value: []string{"1", "1.0"}}, true, true, true},
		"binaries twice":               {&avBS{Value: [][]byte{{1}, {1}}}, true, true, true},
		"an empty set":                 {&avNS{}, true, false, false},
		"an empty key":                 {&avM{Value: values{"": &avBOOL{}}}, true, true, false},
		"a key of 65536 bytes":         {&avM{Value: values{strings.Repeat("k", 65536): &avBOOL{}}}, true, true, true},
		"33 levels":                    {lists(32, &avBOOL{}), true, true, true},
		"32 levels of lists":           {lists(31, &avL{}), true, false, false},
		"32 levels":                    {lists(31, &avBOOL{}), false, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			for i, refused := range []bool{c.storage, c.encryption, c.verification} {
				_, err := encode(c.v, modes[i])
				if !refused {
					assert.NoError(t, err)
					continue
				}
				require.Error(t, err)
				assert.NotContains(t, err.Error(), "canary")
			}
		})
	}
}

func TestEncoderRefusesWhatIsNotOneValue(t *testing.T) {
	for name, events := range map[string]func(*dbe.Encoder){
		"nothing":                 func(*dbe.Encoder) {},
		"two values":              func(e *dbe.Encoder) { e.Null(); e.Null() },
		"an open list":            func(e *dbe.Encoder) { e.BeginList(0) },
		"a list closed as a map":  func(e *dbe.Encoder) { e.BeginList(0); e.EndMap() },
		"a map closed as a list":  func(e *dbe.Encoder) { e.BeginMap(0); e.EndList() },
		"a list closed as a set":  func(e *dbe.Encoder) { e.BeginList(0); e.EndSet() },
		"what was not open":       func(e *dbe.Encoder) { e.EndList() },
		"a member without a key":  func(e *dbe.Encoder) { e.BeginMap(0); e.Null(); e.EndMap() },
		"a key without a member":  func(e *dbe.Encoder) { e.BeginMap(0); e.Key("k"); e.EndMap() },
		"two keys for one member": func(e *dbe.Encoder) { e.BeginMap(0); e.Key("k"); e.KeyText([]byte("l")); e.Null(); e.EndMap() },
		"a key twice": func(e *dbe.Encoder) {
			e.BeginMap(0)
			e.Key("k")
			e.Null()
			e.KeyText([]byte("k"))
			e.Null()
			e.EndMap()
		},
		"a key in a list":        func(e *dbe.Encoder) { e.BeginList(0); e.Key("k"); e.EndList() },
		"a key at the top":       func(e *dbe.Encoder) { e.Key("k") },
		"a set of lists":         func(e *dbe.Encoder) { e.BeginSet(wire.List, 0); e.EndSet() },
		"a number among strings": func(e *dbe.Encoder) { e.BeginSet(wire.StringSet, 0); e.Number([]byte("1")); e.EndSet() },
		"a list in a set":        func(e *dbe.Encoder) { e.BeginSet(wire.StringSet, 0); e.BeginList(0); e.EndList(); e.EndSet() },
	} {
		t.Run(name, func(t *testing.T) {
			for _, m := range modes {
				var e dbe.Encoder
				e.Reset(m)
				events(&e)
				_, err := e.Bytes()
				assert.Error(t, err)
				assert.Equal(t, err, e.Err(), "the first refusal stays")
			}
		})
	}
}

func TestEncoderHoldsValuesUntilWiped(t *testing.T) {
	var e dbe.Encoder
	e.Reset(dbe.ForStorage)
	require.NoError(t, attribute.Write(&avSS{Value: []string{"zsecret", "asecret"}}, &e))
	e.Next(dbe.ForEncryption)
	require.NoError(t, attribute.Write(&avBOOL{Value: true}, &e))
	held := e.All()
	require.Contains(t, string(held), "secret")
	b, err := e.Bytes()
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 4, 1}, b)
	e.Drop()
	assert.Len(t, e.All(), len(held)-3)
	e.Wipe()
	assert.Equal(t, make([]byte, len(held)), held)
}

func TestParseRefuses(t *testing.T) {
	for name, in := range map[string]string{
		"nothing":                       "",
		"one byte":                      "00",
		"an unknown type":               "0003",
		"a type of the legacy format":   "0073 00000000",
		"NULL with a value":             "0000 00",
		"BOOL without a byte":           "0004",
		"BOOL of two bytes":             "0004 0000",
		"BOOL 2":                        "0004 02",
		"text not UTF-8":                "0001 ff",
		"a surrogate":                   "0001 eda080",
		"no number":                     "0002 61",
		"an empty number":               "0002",
		"a number not normalised":       "0002 312e30",
		"a number with an exponent":     "0002 314531",
		"-0":                            "0002 2d30",
		"39 digits":                     "0002" + strings.Repeat("37", 39),
		"a set cut in its count":        "0101 000000",
		"more members than bytes":       "0101 00000002 00000001 61",
		"4 billion members":             "0101 ffffffff 00000001 61",
		"a member beyond the end":       "0101 00000001 00000002 61",
		"a byte after a set":            "0101 00000001 00000001 61 00",
		"a member twice, side by side":  "0101 00000002 00000001 61 00000001 61",
		"a member twice, apart":         "0101 00000003 00000001 61 00000001 62 00000001 61",
		"a number twice":                "0102 00000002 00000001 31 00000001 31",
		"empty binaries twice":          "01ff 00000002 00000000 00000000",
		"a member not normalised":       "0102 00000001 00000002 3031",
		"a member not UTF-8":            "0101 00000001 00000001 ff",
		"more entries than bytes":       "0300 00000002 0000 00000000",
		"4 billion entries":             "0300 ffffffff 0000 00000000",
		"a byte after a list":           "0300 00000001 0000 00000000 00",
		"an entry of unknown type":      "0300 00000001 0005 00000000",
		"an entry longer than its list": "0300 00000001 0001 00000002 61",
		"an entry with bytes behind":    "0300 00000001 0300 00000005 00000000 00",
		"a BOOL without a byte inside":  "0300 00000001 0004 00000000",
		"a key that is a number":        "0200 00000001 0002 00000001 31 0000 00000000",
		"a key beyond the end":          "0200 00000001 0001 0000000f 61 0000 00000000",
		"a key not UTF-8":               "0200 00000001 0001 00000001 ff 0000 00000000",
		"a key of 65536 bytes":          "0200 00000001 0001 00010000" + strings.Repeat("61", 65536) + "0000 00000000",
		"a map cut behind a key":        "0200 00000001 0001 00000005 6162636465 00",
		"a byte after a map":            "0200 00000001 0001 00000001 61 0000 00000000 00",
		"a key twice, side by side":     "0200 00000002 0001 00000001 61 0000 00000000 0001 00000001 61 0000 00000000",
		"a key twice, apart":            "0200 00000003 0001 00000001 61 0000 00000000 0001 00000001 62 0000 00000000 0001 00000001 61 0004 00000001 00",
		"33 levels":                     deep(32),
		"3,000 levels":                  deep(3000),
	} {
		t.Run(name, func(t *testing.T) {
			_, err := dbe.Parse(unhex(t, spaced(in)))
			assert.Error(t, err)
		})
	}
	_, err := dbe.Parse(unhex(t, deep(31)))
	assert.NoError(t, err, "32 levels")
}

// deep is a NULL in so many lists.
func deep(lists int) string {
	b := []byte{0, 0}
	for range lists {
		length := len(b) - dbe.TypeSize
		next := []byte{3, 0, 0, 0, 0, 1, b[0], b[1]}
		next = binary.BigEndian.AppendUint32(next, uint32(length))
		b = append(next, b[dbe.TypeSize:]...)
	}
	return hex.EncodeToString(b)
}

func TestParseTakesWhatPeersWrite(t *testing.T) {
	for name, c := range map[string]struct {
		in   string
		want attribute.Value
	}{
		"empty sets":           {"0101 00000000", &avSS{Value: []string{}}},
		"an empty key":         {"0200 00000001 0001 00000000 0000 00000000", &avM{Value: values{"": &avNULL{Value: true}}}},
		"members in any order": {"0101 00000002 00000001 62 00000001 61", &avSS{Value: []string{"b", "a"}}},
		"keys in any order":    {"0200 00000002 0001 00000001 62 0000 00000000 0001 00000001 61 0000 00000000", &avM{Value: values{"a": &avNULL{Value: true}, "b": &avNULL{Value: true}}}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, decode(t, unhex(t, spaced(c.in))))
		})
	}
}

func everyType() *avM {
	return &avM{Value: values{
		"s": &avS{Value: "ä𐀀"}, "n": &avN{Value: "-12.5"}, "b": &avB{Value: []byte{0, 255}}, "t": &avBOOL{Value: true}, "z": &avNULL{Value: true},
		"ss": &avSS{Value: []string{"a", "b"}}, "ns": &avNS{Value: []string{"10", "2"}}, "bs": &avBS{Value: [][]byte{{}, {1}}},
		"l": &avL{Value: []attribute.Value{&avS{Value: ""}, &avL{Value: []attribute.Value{}}, &avM{Value: values{"k": &avN{Value: "1"}}}}},
		"e": &avM{Value: values{}},
	}}
}

func TestReader(t *testing.T) {
	b, err := encode(everyType(), dbe.ForStorage)
	require.NoError(t, err)
	assert.Equal(t, everyType(), decode(t, b))

	v, err := dbe.Parse(b)
	require.NoError(t, err)
	var r dbe.Reader
	assert.False(t, r.Next())
	r.Leave()
	assert.Nil(t, r.Key())
	r.Reset(v)
	assert.Equal(t, wire.Map, r.Kind())
	var keys []string
	for r.Enter(); r.Next(); {
		keys = append(keys, r.KeyStr())
		if k := r.Kind(); k < wire.StringSet {
			assert.Equal(t, k == wire.String || k == wire.Number, r.Text() != nil)
			assert.Equal(t, k == wire.Binary, r.Binary() != nil)
			assert.Equal(t, k == wire.Bool, r.Bool())
			assert.Zero(t, r.Len())
			r.Enter()
			assert.False(t, r.Next())
			r.Leave()
			assert.Equal(t, k, r.Kind())
		}
		if r.Kind() == wire.List {
			assert.Equal(t, 3, r.Len())
			r.Enter()
			require.True(t, r.Next())
			assert.Nil(t, r.Key())
			r.Leave()
			assert.Equal(t, []byte("l"), r.Key())
		}
	}
	assert.False(t, r.Next(), "past the last there is nothing")
	assert.Zero(t, r.Kind())
	r.Leave()
	assert.Equal(t, wire.Map, r.Kind())
	assert.Equal(t, []string{"b", "bs", "e", "l", "n", "ns", "s", "ss", "t", "z"}, keys)
}

func TestParsingTakesAtMost16TimesTheInput(t *testing.T) {
	const members = 40000
	entries := []byte{2, 0}
	entries = binary.BigEndian.AppendUint32(entries, members)
	for i := range members { // descending keys, which take the most
		entries = append(entries, 0, 1, 0, 0, 0, 5)
		entries = fmt.Appendf(entries, "%05d", members-i)
		entries = append(entries, 0, 0, 0, 0, 0, 0)
	}
	for name, in := range map[string][]byte{
		"keys in descending order": entries,
		"claims 4 billion":         append([]byte{3, 0, 255, 255, 255, 255}, make([]byte, 6*members)...),
	} {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, _ = dbe.Parse(in)
			runtime.ReadMemStats(&after)
			assert.LessOrEqual(t, after.TotalAlloc-before.TotalAlloc, uint64(16*len(in)))
		})
	}
}

func TestContextValues(t *testing.T) {
	for name, c := range map[string]struct {
		v      attribute.Value
		v1, v2 string
		letter string
	}{
		"S":     {&avS{Value: "text"}, "AAF0ZXh0", "text", "S"},
		"N":     {&avN{Value: "1.0"}, "AAIx", "1", "N"},
		"NULL":  {&avNULL{Value: true}, "AAA=", "null", "L"},
		"true":  {&avBOOL{Value: true}, "AAQB", "true", "L"},
		"false": {&avBOOL{}, "AAQA", "false", "L"},
		"B":     {&avB{Value: []byte{1}}, "//8B", "//8B", "B"},
		"SS":    {&avSS{Value: []string{"a"}}, "AQEAAAABAAAAAWE=", "AQEAAAABAAAAAWE=", "B"},
		"L":     {&avL{}, "AwAAAAAA", "AwAAAAAA", "B"},
	} {
		t.Run(name, func(t *testing.T) {
			b, err := encode(c.v, dbe.ForVerification)
			require.NoError(t, err)
			assert.Equal(t, c.v1, dbe.ContextValue1(b))
			v2, letter := dbe.ContextValue2(b)
			assert.Equal(t, []string{c.v2, c.letter}, []string{v2, string(letter)})
		})
	}
}
