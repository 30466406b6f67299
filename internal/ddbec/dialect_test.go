package ddbec_test

import (
	"encoding/hex"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func encodeIn(d ddbec.Dialect, v attribute.Value, m ddbec.Mode) (text string, differs bool, err error) {
	var e ddbec.Encoder
	e.Reset(m)
	e.In(d)
	if err := attribute.Write(v, &e); err != nil {
		return "", false, err
	}
	b, err := e.Bytes()
	return hex.EncodeToString(b), e.Differs(), err
}

// Rows of 1.3 and 1.4: Python's bytes of what is stored, and whether Java's are others.
func TestPythonsBytes(t *testing.T) {
	astral, high := "\U00010000", "\uFFFF"
	for name, c := range map[string]struct {
		v       attribute.Value
		want    string // "": as Java
		differs bool
	}{
		"U+FFFF before astral":    {&avSS{Value: []string{astral, high}}, "005300000002" + "00000003efbfbf" + "00000004f0908080", true},
		"map keys":                {&avM{Value: map[string]attribute.Value{astral: &avBOOL{}, high: &avBOOL{}}}, "004d00000002" + "007300000003efbfbf003f00" + "007300000004f0908080003f00", true},
		"binary by plain bytes":   {&avBS{Value: [][]byte{{0x80}, {1}, {1, 0}, {}}}, "004200000004" + "00000000" + "0000000101" + "000000020100" + "0000000180", true},
		"binaries in one half":    {&avBS{Value: [][]byte{{0x81}, {0x80}, {0x80, 1}}}, "", false},
		"texts on one side":       {&avSS{Value: []string{high, "\uE000", "a"}}, "", false},
		"numbers as strings":      {&avNS{Value: []string{"9", "-1", "10"}}, "", false},
		"a negative zero":         {&avN{Value: "-0.00"}, "006e00000002" + "2d30", true},
		"a zero":                  {&avN{Value: "0E5"}, "", false},
		"28 digits":               {&avN{Value: "-" + strings.Repeat("7", 28)}, "", true}, // may differ, and does not
		"29 digits":               {&avN{Value: strings.Repeat("7", 29)}, "006e0000001d" + strings.Repeat("37", 27) + "3830", true},
		"deep in documents":       {&avL{Value: []attribute.Value{&avL{Value: []attribute.Value{&avN{Value: "-0"}}}, &avBOOL{}}}, "004c00000002" + "004c00000001" + "006e00000002" + "2d30" + "003f00", true},
		"equal once rounded":      {&avNS{Value: []string{strings.Repeat("7", 28) + "1", strings.Repeat("7", 28) + "2"}}, "004e00000002" + strings.Repeat("0000001d"+strings.Repeat("37", 28)+"30", 2), true},
		"a member behind the set": {&avL{Value: []attribute.Value{&avBS{Value: [][]byte{{0x80}, {1}}}, &avBS{Value: [][]byte{{1}}}}}, "004c00000002" + "004200000002" + "0000000101" + "0000000180" + "004200000001" + "0000000101", true},
	} {
		t.Run(name, func(t *testing.T) {
			java, differs, err := encodeIn(ddbec.Java, c.v, ddbec.ForVerification)
			require.NoError(t, err)
			assert.Equal(t, c.differs, differs)
			python, _, err := encodeIn(ddbec.Python, c.v, ddbec.ForVerification)
			require.NoError(t, err)
			if c.want == "" {
				assert.Equal(t, java, python)
				return
			}
			assert.NotEqual(t, java, python)
			assert.Equal(t, c.want, python)
		})
	}
}

func TestTheDialectIsOfOneValue(t *testing.T) {
	set := &avBS{Value: [][]byte{{0x80}, {1}}}
	var e ddbec.Encoder
	e.Reset(ddbec.ForVerification)
	e.In(ddbec.Python)
	require.NoError(t, attribute.Write(set, &e))
	e.Next(ddbec.ForVerification)
	assert.False(t, e.Differs())
	require.NoError(t, attribute.Write(set, &e))
	b, err := e.Bytes()
	require.NoError(t, err)
	assert.Equal(t, "004200000002"+"0000000180"+"0000000101", hex.EncodeToString(b))
}

// What is stored comes back from DynamoDB without the sign of a zero. What is encrypted is written alike.
func TestPythonsNumbersAsTheyAreWritten(t *testing.T) {
	for _, d := range []ddbec.Dialect{ddbec.Java, ddbec.Python} {
		for _, m := range []ddbec.Mode{ddbec.ForStorage, ddbec.ForEncryption} {
			text, _, err := encodeIn(d, &avN{Value: "-0"}, m)
			require.NoError(t, err)
			assert.Equal(t, "006e00000001"+"30", text)
			text, _, err = encodeIn(d, &avN{Value: strings.Repeat("7", 29)}, m)
			if d == ddbec.Python && m == ddbec.ForStorage {
				assert.ErrorContains(t, err, "more than 28 digits")
				continue
			}
			require.NoError(t, err)
			assert.Equal(t, "006e0000001d"+strings.Repeat("37", 29), text)
		}
	}
}
