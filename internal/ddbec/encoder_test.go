package ddbec_test

import (
	"encoding/hex"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
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
)

func encode(v attribute.Value, m ddbec.Mode) ([]byte, error) {
	var e ddbec.Encoder
	e.Reset(m)
	if err := attribute.Write(v, &e); err != nil {
		return nil, err
	}
	return e.Bytes()
}

// Rows of 1.2, each type in its smallest forms and one larger.
func TestCanonicalBytesOfEveryType(t *testing.T) {
	for name, c := range map[string]struct {
		v    attribute.Value
		want string
	}{
		"NULL":          {&avNULL{Value: true}, "0000"},
		"BOOL true":     {&avBOOL{Value: true}, "003f01"},
		"BOOL false":    {&avBOOL{}, "003f00"},
		"S":             {&avS{Value: "héllo"}, "00730000000668c3a96c6c6f"},
		"S empty":       {&avS{}, "007300000000"},
		"N":             {&avN{Value: "-12.34"}, "006e000000062d31322e3334"},
		"B":             {&avB{Value: []byte{0, 255}}, "00620000000200ff"},
		"B empty":       {&avB{}, "006200000000"},
		"SS":            {&avSS{Value: []string{"b", "a"}}, "0053000000020000000161" + "0000000162"},
		"SS empty":      {&avSS{}, "005300000000"},
		"NS as strings": {&avNS{Value: []string{"2", "10", "1.50"}}, "004e00000003" + "00000003312e35" + "000000023130" + "0000000132"},
		"NS empty":      {&avNS{}, "004e00000000"},
		"BS":            {&avBS{Value: [][]byte{{1, 0}, {1}, {}}}, "004200000003" + "00000000" + "0000000101" + "000000020100"},
		"BS empty":      {&avBS{}, "004200000000"},
		"L in order":    {&avL{Value: []attribute.Value{&avS{Value: "b"}, &avNULL{Value: true}}}, "004c00000002" + "00730000000162" + "0000"},
		"L empty":       {&avL{}, "004c00000000"},
		"M":             {&avM{Value: map[string]attribute.Value{"b": &avBOOL{Value: true}, "a": &avN{Value: "1"}}}, "004d00000002" + "00730000000161" + "006e0000000131" + "00730000000162" + "003f01"},
		"M empty":       {&avM{}, "004d00000000"},
		"nested": {&avM{Value: map[string]attribute.Value{"z": &avL{Value: []attribute.Value{&avSS{Value: []string{"y", "x"}}}}, "": &avM{Value: map[string]attribute.Value{}}}},
			"004d00000002" + "007300000000" + "004d00000000" + "0073000000017a" + "004c00000001" + "005300000002" + "0000000178" + "0000000179"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := encode(c.v, ddbec.ForEncryption)
			require.NoError(t, err)
			assert.Equal(t, c.want, hex.EncodeToString(got))

			v, err := ddbec.Parse(got)
			require.NoError(t, err)
			var r ddbec.Reader
			r.Reset(v)
			again, err := encode(attribute.Read(&r), ddbec.ForEncryption)
			require.NoError(t, err)
			assert.Equal(t, c.want, hex.EncodeToString(again), "read and written again")
		})
	}
}

// Rows of 1.3.
func TestNumbersInPlainSpelling(t *testing.T) {
	for in, want := range map[string]string{
		"1E5": "100000", "1E-7": "0.0000001", "-12.3400": "-12.34", "007": "7", "100": "100", "0.0": "0", "-0": "0", "+5": "5", ".5": "0.5",
		strings.Repeat("1", 38): strings.Repeat("1", 38),
	} {
		t.Run(in, func(t *testing.T) {
			for _, m := range []ddbec.Mode{ddbec.ForStorage, ddbec.ForEncryption, ddbec.ForVerification} {
				got, err := encode(&avN{Value: in}, m)
				require.NoError(t, err)
				assert.Equal(t, want, string(got[6:]))
				assert.Equal(t, len(want), int(got[5]))
			}
		})
	}
	wide := strings.Repeat("1", 200)
	got, err := encode(&avN{Value: wide}, ddbec.ForVerification)
	require.NoError(t, err, "a peer's number hashes as the peer hashed it")
	assert.Equal(t, wide, string(got[6:]))
	for _, in := range []string{"", "abc", "NaN", "Infinity", " 5 ", "1_0", "٣", "1E1025", strings.Repeat("1", 1025)} {
		_, err := encode(&avN{Value: in}, ddbec.ForVerification)
		assert.Error(t, err, in)
	}
}

// Rows of 1.4: Java's order.
func TestJavasOrder(t *testing.T) {
	astral, high := "\U00010000", "\uFFFF"
	text := func(members ...string) *avSS { return &avSS{Value: members} }
	keys := func(members ...string) *avM {
		m := map[string]attribute.Value{}
		for _, k := range members {
			m[k] = &avNULL{Value: true}
		}
		return &avM{Value: m}
	}
	for name, c := range map[string]struct {
		v    attribute.Value
		want string
	}{
		"astral before U+FFFF":        {text(high, astral), "005300000002" + "00000004f0908080" + "00000003efbfbf"},
		"astral before U+E000":        {text("\uE000", astral), "005300000002" + "00000004f0908080" + "00000003ee8080"},
		"U+D7FF before astral":        {text(astral, "\uD7FF"), "005300000002" + "00000003ed9fbf" + "00000004f0908080"},
		"the last astral":             {text("\uE000", "\U0010FFFF"), "005300000002" + "00000004f48fbfbf" + "00000003ee8080"},
		"behind a common start":       {text("a"+high, "a"+astral), "005300000002" + "0000000561f0908080" + "0000000461efbfbf"},
		"prefix first":                {text("ab", "a"), "005300000002" + "0000000161" + "000000026162"},
		"map keys":                    {keys(high, astral), "004d00000002" + "007300000004f09080800000" + "007300000003efbfbf0000"},
		"binary by signed bytes":      {&avBS{Value: [][]byte{{0x7F}, {0}, {0xFF}, {0x80}}}, "004200000004" + "0000000180" + "00000001ff" + "0000000100" + "000000017f"},
		"binary, the measured case":   {&avBS{Value: [][]byte{{0x80}, {1}, {1, 0}, {}}}, "004200000004" + "00000000" + "0000000180" + "0000000101" + "000000020100"},
		"numbers as strings":          {&avNS{Value: []string{"9", "-1", "10"}}, "004e00000003" + "000000022d31" + "000000023130" + "0000000139"},
		"numbers after canonical":     {&avNS{Value: []string{"1E1", "9"}}, "004e00000002" + "000000023130" + "0000000139"},
		"nested maps in a sorted map": {&avM{Value: map[string]attribute.Value{"b": keys("d", "c"), "a": text("f", "e")}}, "004d00000002" + "00730000000161" + "005300000002" + "0000000165" + "0000000166" + "00730000000162" + "004d00000002" + "007300000001630000" + "007300000001640000"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := encode(c.v, ddbec.ForStorage)
			require.NoError(t, err)
			assert.Equal(t, c.want, hex.EncodeToString(got))
		})
	}
}

func TestEncoderRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		v                                 attribute.Value
		storage, encryption, verification bool // refused
	}{
		"a string that is not UTF-8":  {&avS{Value: "canary\xff"}, true, true, true},
		"a key that is not UTF-8":     {&avM{Value: map[string]attribute.Value{"canary\xff": &avBOOL{}}}, true, true, true},
		"a member that is not UTF-8":  {&avSS{Value: []string{"canary\xff"}}, true, true, true},
		"39 digits":                   {&avN{Value: strings.Repeat("7", 39)}, true, true, false},
		"1E126":                       {&avN{Value: "1E126"}, true, true, false},
		"short spellings of 1 KB":     {&avL{Value: slices.Repeat([]attribute.Value{&avN{Value: "1E900"}}, 80)}, true, true, true},
		"no number":                   {&avN{Value: "canary"}, true, true, true},
		"a string twice":              {&avSS{Value: []string{"canary", "b", "canary"}}, true, true, false},
		"a number twice in two forms": {&avNS{Value: []string{"1", "1.0"}}, true, true, false},
		"a binary twice":              {&avBS{Value: [][]byte{{1}, {1}}}, true, true, false},
		"an empty set":                {&avSS{}, true, false, false},
		"an empty set in a list":      {&avL{Value: []attribute.Value{&avBS{}}}, true, false, false},
		"an empty key":                {&avM{Value: map[string]attribute.Value{"": &avBOOL{}}}, true, false, false},
		"31 lists":                    {within(31, &avS{Value: "x"}), false, false, false},
		"31 lists and an empty one":   {within(31, &avL{}), true, false, false},
		"32 lists":                    {within(32, &avS{Value: "x"}), true, true, true},
		"NULL that is false":          {&avNULL{}, true, true, true},
		"nil":                         {nil, true, true, true},
		"nil in a list":               {&avL{Value: []attribute.Value{nil}}, true, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			for m, refused := range map[ddbec.Mode]bool{ddbec.ForStorage: c.storage, ddbec.ForEncryption: c.encryption, ddbec.ForVerification: c.verification} {
				_, err := encode(c.v, m)
				assert.Equal(t, refused, err != nil, "mode %d: %v", m, err)
				if err != nil {
					assert.NotContains(t, err.Error(), "canary")
				}
			}
		})
	}
}

// within is v within n lists.
func within(n int, v attribute.Value) attribute.Value {
	for range n {
		v = &avL{Value: []attribute.Value{v}}
	}
	return v
}

func TestEncoderRefusesEventsThatAreNoValue(t *testing.T) {
	for name, f := range map[string]func(*ddbec.Encoder){
		"nothing":               func(*ddbec.Encoder) {},
		"two values":            func(e *ddbec.Encoder) { e.Null(); e.Null() },
		"a list left open":      func(e *ddbec.Encoder) { e.BeginList(0) },
		"an end alone":          func(e *ddbec.Encoder) { e.EndList() },
		"a list ended as a map": func(e *ddbec.Encoder) { e.BeginList(0); e.EndMap() },
		"a map ended as a set":  func(e *ddbec.Encoder) { e.BeginMap(0); e.EndSet() },
		"a set ended as a list": func(e *ddbec.Encoder) { e.BeginSet(wire.StringSet, 0); e.EndList() },
		"a member without key":  func(e *ddbec.Encoder) { e.BeginMap(0); e.Null(); e.EndMap() },
		"a key without member":  func(e *ddbec.Encoder) { e.BeginMap(0); e.Key("k"); e.EndMap() },
		"two keys":              func(e *ddbec.Encoder) { e.BeginMap(0); e.Key("k"); e.Key("l") },
		"a key twice": func(e *ddbec.Encoder) {
			e.BeginMap(0)
			e.Key("k")
			e.Null()
			e.KeyText([]byte("k"))
			e.Null()
			e.EndMap()
		},
		"a key outside a map":  func(e *ddbec.Encoder) { e.BeginList(0); e.Key("k") },
		"a number among texts": func(e *ddbec.Encoder) { e.BeginSet(wire.StringSet, 0); e.Number([]byte("1")); e.EndSet() },
		"a list in a set":      func(e *ddbec.Encoder) { e.BeginSet(wire.StringSet, 0); e.BeginList(0) },
		"a set of lists":       func(e *ddbec.Encoder) { e.BeginSet(wire.List, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			var e ddbec.Encoder
			e.Reset(ddbec.ForEncryption)
			f(&e)
			b, err := e.Bytes()
			require.Error(t, err)
			assert.Nil(t, b)
			assert.Equal(t, err, e.Err())
			e.Null()
			assert.Equal(t, err, e.Err(), "the first refusal stays")
			e.Reset(ddbec.ForEncryption)
			e.Null()
			b, err = e.Bytes()
			require.NoError(t, err, "Reset makes it usable again")
			assert.Equal(t, []byte{0, 0}, b)
		})
	}
}

func TestEncoderTakesBytesAsItTakesStrings(t *testing.T) {
	var a, b ddbec.Encoder
	for _, e := range []*ddbec.Encoder{&a, &b} {
		e.Reset(ddbec.ForStorage)
		e.BeginMap(2)
	}
	a.Key("k")
	a.String("v")
	a.EndMap()
	b.KeyText([]byte("k"))
	b.Text([]byte("v"))
	b.EndMap()
	x, err := a.Bytes()
	require.NoError(t, err)
	y, err := b.Bytes()
	require.NoError(t, err)
	assert.Equal(t, x, y)

	b.Reset(ddbec.ForStorage)
	b.Text([]byte("\xff"))
	assert.Error(t, b.Err())
	b.Reset(ddbec.ForStorage)
	b.BeginMap(0)
	b.KeyText([]byte("\xff"))
	assert.Error(t, b.Err())
}

func TestWipeLeavesNothing(t *testing.T) {
	var e ddbec.Encoder
	e.Reset(ddbec.ForStorage)
	require.NoError(t, attribute.Write(&avSS{Value: []string{"zsecret", "asecret"}}, &e))
	held, err := e.Bytes()
	require.NoError(t, err)
	require.Contains(t, string(held), "secret")
	e.Wipe()
	assert.Equal(t, make([]byte, len(held)), held)
	_, err = e.Bytes()
	assert.Error(t, err)
}

func TestEncoderDoesNotAllocateOnceWarm(t *testing.T) {
	var e ddbec.Encoder
	keys := []string{"walter", "ada", "grace", "barbara"}
	write := func() {
		e.Reset(ddbec.ForStorage)
		e.BeginMap(0)
		for _, k := range keys {
			e.Key(k)
			e.BeginSet(wire.StringSet, 0)
			for _, m := range keys {
				e.String(m)
			}
			e.EndSet()
		}
		e.EndMap()
	}
	assert.Zero(t, testing.AllocsPerRun(100, write))
	require.NoError(t, e.Err())
}
