package divergence_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/protocol"
)

const (
	ones28 = "1111111111111111111111111111"
	ones29 = ones28 + "1"
	ones38 = ones28 + "1111111111"
)

func number(text string) types.AttributeValue { return &types.AttributeValueMemberN{Value: text} }

func binaries(members ...string) types.AttributeValue {
	set := &types.AttributeValueMemberBS{}
	for _, m := range members {
		set.Value = append(set.Value, []byte(m))
	}
	return set
}

func strings(members ...string) types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: members}
}

func list(elements ...types.AttributeValue) types.AttributeValue {
	return &types.AttributeValueMemberL{Value: elements}
}

func TestClassesOfAValue(t *testing.T) {
	for name, c := range map[string]struct {
		value             types.AttributeValue
		signed, encrypted divergence.Classes
	}{
		"28 digits":                       {value: number(ones28)},
		"29 digits":                       {number(ones29), divergence.WideSigned, divergence.WideEncrypted},
		"28 digits and zeros":             {value: number(ones28 + "000.000")},
		"28 digits and an exponent":       {value: number("-0.0" + ones28 + "E+20")},
		"29 digits in a set":              {&types.AttributeValueMemberNS{Value: []string{"1", ones29}}, divergence.WideSigned, divergence.WideEncrypted},
		"0":                               {value: number("0.00")},
		"-0":                              {number("-0.00"), divergence.NegativeZero, 0},
		"last digit at 1E-165":            {number("1" + ones28 + "E-165"), divergence.WideSigned, divergence.WideEncrypted},
		"last digit at 1E-166":            {number("1E-166"), divergence.RangeSigned, divergence.RangeEncrypted},
		"39 digits spelled":               {number("1" + zeros38), divergence.RangeSigned | divergence.LargeSigned, divergence.RangeEncrypted},
		"39 digits, spelled shorter":      {number("1E38"), divergence.LargeSigned, 0},
		"38 digits spelled":               {value: number("1" + zeros38[1:])},
		"binaries all with the high bit":  {value: binaries("\x80", "\xFF", "\x80\x01")},
		"binaries all without":            {value: binaries("", "\x00", "\x7F\x80", "\x7F")},
		"binaries with and without":       {binaries("\x80", "\x01"), divergence.BinarySetOrder, 0},
		"high bits behind the difference": {value: binaries("\x01\x80", "\x02\x01")},
		"high bit at the difference":      {binaries("\x01\x80", "\x01\x01"), divergence.BinarySetOrder, 0},
		"astral and low":                  {value: strings("\U00010000", "\uD7FF", "a")},
		"astral and U+E000":               {strings("\U00010000", "\uE000"), divergence.AstralOrder, 0},
		"astral behind U+E000":            {value: strings("\uE000\U00010000", "\uE000a")},
		"map keys": {
			&types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"\U0001F600": number("1"), "\uFFFD": number("1")}},
			divergence.AstralOrder, 0,
		},
		"in documents": {
			list(list(binaries("\x80", "\x01"), number("-0")), &types.AttributeValueMemberM{Value: map[string]types.AttributeValue{"k": number(ones38)}}),
			divergence.BinarySetOrder | divergence.NegativeZero | divergence.WideSigned, divergence.WideEncrypted,
		},
	} {
		t.Run(name, func(t *testing.T) {
			item := crypt.Item{"k": number("1"), "a": c.value}
			for action, want := range map[string]divergence.Classes{
				protocol.SignOnly:       c.signed,
				protocol.EncryptAndSign: c.encrypted,
				protocol.DoNothing:      0,
			} {
				got, err := divergence.Of(item, protocol.Case{DefaultAction: action, Actions: map[string]string{"k": protocol.SignOnly}})
				require.NoError(t, err)
				assert.Equal(t, want.String(), got.String(), action)
			}
		})
	}
}

const zeros38 = "00000000000000000000000000000000000000"

func TestClassesOfACase(t *testing.T) {
	item := crypt.Item{"\U00010000": number("1"), "\uE000": number("1")}
	both := map[string]string{"\U00010000": protocol.EncryptAndSign, "\uE000": protocol.SignOnly}
	for name, c := range map[string]struct {
		by   protocol.Case
		want divergence.Classes
	}{
		"both names signed":   {protocol.Case{Actions: both}, divergence.AstralOrder},
		"one name signed":     {protocol.Case{Actions: map[string]string{"\uE000": protocol.SignOnly}}, 0},
		"a signature field":   {protocol.Case{SignatureFieldName: "sig"}, divergence.CustomMarks},
		"a description field": {protocol.Case{MaterialDescriptionFieldName: "desc"}, divergence.CustomMarks},
		"a prefix":            {protocol.Case{DescriptionPrefix: "p-"}, divergence.CustomMarks},
		"ECDSA":               {protocol.Case{Provider: []byte(`{"type":"static","sign":{"key":"p256","algorithm":"SHA384withECDSA"}}`)}, divergence.Elliptic},
		"RSA":                 {protocol.Case{Provider: []byte(`{"type":"static","sign":{"key":"sign","algorithm":"SHA384withRSA"}}`)}, 0},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := divergence.Of(item, c.by)
			require.NoError(t, err)
			assert.Equal(t, c.want.String(), got.String())
		})
	}
}

func TestNoNumber(t *testing.T) {
	for _, text := range []string{"", "-", "x", "1e", "1.2.3", "1E1.0"} {
		_, err := divergence.Of(crypt.Item{"a": number(text)}, protocol.Case{DefaultAction: protocol.SignOnly})
		assert.Error(t, err, text)
	}
}

func TestReads(t *testing.T) {
	const (
		g = divergence.Go
		j = divergence.Java
		p = divergence.Python
		q = divergence.GoPython
	)
	for _, c := range []struct {
		class          divergence.Classes
		writer, reader divergence.Client
		want           bool
	}{
		{0, p, g, true},
		{0, j, p, true},
		{divergence.BinarySetOrder, p, g, true},
		{divergence.BinarySetOrder, q, g, true},
		{divergence.BinarySetOrder, q, p, true},
		{divergence.BinarySetOrder, q, j, false},
		{divergence.NegativeZero, p, g, true},
		{divergence.NegativeZero, q, p, true},
		{divergence.NegativeZero, q, j, true},
		{divergence.NegativeZero, g, p, false},
		{divergence.WideSigned, p, g, true},
		{divergence.RangeSigned, q, p, true},
		{divergence.CustomMarks, q, p, false},
		{divergence.LargeSigned, g, p, true},
		{divergence.BinarySetOrder, p, j, false},
		{divergence.BinarySetOrder, g, p, false},
		{divergence.BinarySetOrder, p, p, true},
		{divergence.BinarySetOrder, g, j, true},
		{divergence.WideEncrypted, j, p, true},
		{divergence.RangeEncrypted, j, p, true},
		{divergence.RangeSigned, j, p, false},
		{divergence.RangeSigned, j, g, true},
		{divergence.CustomMarks, g, j, true},
		{divergence.CustomMarks, g, p, false},
		{divergence.Elliptic, g, j, true},
		{divergence.Elliptic, j, p, false},
	} {
		assert.Equalf(t, c.want, c.class.Reads(c.writer, c.reader), "%s: %s reads %s", c.class, c.reader, c.writer)
	}
}

func TestWrites(t *testing.T) {
	for class, want := range map[divergence.Classes]bool{
		0: true, divergence.BinarySetOrder: true, divergence.WideSigned: true,
		divergence.RangeSigned: false, divergence.CustomMarks: false, divergence.Elliptic: false,
	} {
		assert.Equal(t, want, class.Writes(divergence.Python), class)
		assert.True(t, class.Writes(divergence.Java), class)
		assert.True(t, class.Writes(divergence.Go), class)
	}
}

func TestOpenedRoundsAsPython(t *testing.T) {
	by := protocol.Case{Actions: map[string]string{"encrypted": protocol.EncryptAndSign, "signed": protocol.SignOnly}}
	for name, c := range map[string]struct{ text, rounded string }{
		"28 digits":              {ones28, ones28},
		"down":                   {ones29, ones28 + "0"},
		"up":                     {ones28 + "6", "11111111111111111111111111120"},
		"half to even, down":     {"11111111111111111111111111125", "11111111111111111111111111120"},
		"half to even, up":       {"11111111111111111111111111155", "11111111111111111111111111160"},
		"just over half":         {"111111111111111111111111111250001", "111111111111111111111111111300000"},
		"carry":                  {"-9999999999999999999999999999.9", "-10000000000000000000000000000"},
		"fraction":               {"0." + ones29, "0." + ones28},
		"zeros are not rounded":  {ones28 + "0000000000", ones28 + "0000000000"},
		"negative with exponent": {"-" + ones29 + "E-50", "-" + ones28 + "E-49"},
	} {
		t.Run(name, func(t *testing.T) {
			original := crypt.Item{
				"encrypted": list(number(c.text), &types.AttributeValueMemberNS{Value: []string{c.text}}),
				"signed":    number(c.text),
			}
			want := crypt.Item{
				"encrypted": list(number(c.rounded), &types.AttributeValueMemberNS{Value: []string{c.rounded}}),
				"signed":    number(c.text),
			}
			for _, pair := range [][2]divergence.Client{{divergence.Python, divergence.Java}, {divergence.Java, divergence.Python}} {
				opened, err := divergence.Opened(original, by, pair[0], pair[1])
				require.NoError(t, err)
				assert.Empty(t, divergence.Difference(want, opened))
			}
			ours, err := divergence.Opened(original, by, divergence.Python, divergence.Go)
			require.NoError(t, err)
			want["signed"] = number(c.rounded)
			assert.Empty(t, divergence.Difference(want, ours))
			opened, err := divergence.Opened(original, by, divergence.Java, divergence.Go)
			require.NoError(t, err)
			assert.Empty(t, divergence.Difference(original, opened))
		})
	}
}

func TestUnverified(t *testing.T) {
	signs := protocol.Case{Actions: map[string]string{"a": protocol.SignOnly}}
	has, lacks := crypt.Item{"a": number("1")}, crypt.Item{"b": number("1")}
	assert.False(t, divergence.Unverified(has, signs, divergence.Java))
	assert.True(t, divergence.Unverified(lacks, signs, divergence.Java))
	assert.False(t, divergence.Unverified(lacks, signs, divergence.Python))
	assert.False(t, divergence.Unverified(lacks, protocol.Case{DefaultAction: protocol.SignOnly}, divergence.Python))
	assert.True(t, divergence.Unverified(has, protocol.Case{}, divergence.Python))
	assert.False(t, divergence.Unverified(has, protocol.Case{}, divergence.Go))
}

func TestRoundedAway(t *testing.T) {
	by := protocol.Case{Actions: map[string]string{"a": protocol.SignOnly, "e": protocol.EncryptAndSign}}
	for name, c := range map[string]struct {
		attribute, before, after string
		want                     bool
	}{
		"the 29th digit":              {"a", ones28 + "0", ones28 + "1", true},
		"the 29th digit, rounding up": {"a", ones28 + "0", ones28 + "9", false},
		"the 28th digit":              {"a", ones28, ones28[:27] + "2", false},
		"not signed only":             {"e", ones28 + "0", ones28 + "1", false},
	} {
		t.Run(name, func(t *testing.T) {
			before, after := crypt.Item{c.attribute: number(c.before)}, crypt.Item{c.attribute: number(c.after)}
			for reader, want := range map[divergence.Client]bool{divergence.Go: c.want, divergence.Python: c.want, divergence.Java: false} {
				away, err := divergence.RoundedAway(before, after, by, reader)
				require.NoError(t, err)
				assert.Equal(t, want, away, reader)
			}
			elliptic := by
			elliptic.Provider = []byte(`{"type":"static","sign":{"key":"p256","algorithm":"SHA256withECDSA"}}`)
			away, err := divergence.RoundedAway(before, after, elliptic, divergence.Python)
			require.NoError(t, err)
			assert.False(t, away, "Python reads none of these")
		})
	}
}

func TestDifference(t *testing.T) {
	a := crypt.Item{
		"number": number("1.50E1"), "set": strings("a", "b"), "bs": binaries("x", "y"),
		"list": list(number("1"), strings("c", "d")), "gone": number("1"), "type": number("1"), "twice": strings("a", "a", "b"),
		"order": list(number("1"), number("2")), "value": &types.AttributeValueMemberS{Value: "a"},
	}
	b := crypt.Item{
		"number": number("+15"), "set": strings("b", "a"), "bs": binaries("y", "x"),
		"list": list(number("1.0"), strings("d", "c")), "new": number("1"), "type": &types.AttributeValueMemberS{Value: "1"}, "twice": strings("a", "b", "b"),
		"order": list(number("2"), number("1")), "value": &types.AttributeValueMemberS{Value: "A"},
	}
	assert.Equal(t, []string{"gone", "order", "twice", "type", "value", "new"}, divergence.Difference(a, b))
}
