package mapper_test

import (
	"math"
	"math/big"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func rat(text string) *big.Rat {
	r, ok := new(big.Rat).SetString(text)
	if !ok {
		panic(text)
	}
	return r
}

func TestBigRat(t *testing.T) {
	_, err := encodeField(t, rat("12345678901234567890123456789012345678e-168"), "")
	assert.ErrorContains(t, err, "number is out of range", "it begins behind 1E-130")
	for text, stored := range map[string]string{
		"0": "0", "1/2": "0.5", "-1/8": "-0.125", "7": "7", "1e125": "1" + strings.Repeat("0", 125), "-1e-130": "-0." + strings.Repeat("0", 129) + "1",
		"9999999999999999999999999999999999999.9": "9999999999999999999999999999999999999.9", "3/5": "0.6",
	} {
		got, err := encodeField(t, rat(text), "")
		require.NoError(t, err, text)
		assert.Equal(t, avN(stored), got)
		back, err := decodeField[big.Rat](t, got, "")
		require.NoError(t, err)
		assert.Zero(t, back.Cmp(rat(text)), text)
	}
	smallest := "12345678901234567890123456789012345678e-167" // 38 digits from 1E-130 on
	got, err := encodeField(t, *rat(smallest), "omitempty")
	require.NoError(t, err)
	back, err := decodeField[*big.Rat](t, got, "")
	require.NoError(t, err)
	assert.Zero(t, back.Cmp(rat(smallest)))
	got, err = encodeField(t, big.Rat{}, "omitempty")
	require.NoError(t, err)
	assert.Nil(t, got)
	got, err = encodeField(t, []big.Rat{*rat("1/2"), *rat("2")}, "set")
	require.NoError(t, err)
	assert.Equal(t, avNS("0.5", "2"), got)

	huge := new(big.Rat).SetFrac(big.NewInt(1), new(big.Int).Lsh(big.NewInt(1), 1<<20))
	for r, want := range map[*big.Rat]string{
		rat("1/3"):                          "a fraction that no decimal number equals: round it",
		rat("1e126"):                        "number is out of range",
		rat("1e-131"):                       "number is out of range",
		huge:                                "number is out of range",
		new(big.Rat).Inv(huge):              "number is out of range",
		rat("1" + strings.Repeat("1", 38)):  "more than 38 significant digits",
		rat("0." + strings.Repeat("1", 39)): "more than 38 significant digits",
	} {
		_, err := encodeField(t, r, "")
		assert.ErrorContains(t, err, want)
	}
	for _, text := range []string{"1/2", "0x1", "", "NaN", "1e9999", strings.Repeat("1", 2000)} {
		_, err := decodeField[big.Rat](t, avN(text), "")
		assert.Error(t, err, text)
	}
	_, err = decodeField[big.Rat](t, avS("1"), "")
	assert.ErrorContains(t, err, "S cannot be read into big.Rat, which is stored as N")
}

func float(text string, prec uint) *big.Float {
	f, _, err := big.ParseFloat(text, 10, prec, big.ToNearestEven)
	if err != nil {
		panic(err)
	}
	return f
}

func TestBigFloat(t *testing.T) {
	for _, tt := range []struct {
		f      *big.Float
		stored string
	}{
		{new(big.Float), "0"},
		{big.NewFloat(0.1), "0.1"},
		{big.NewFloat(-1.5), "-1.5"},
		{big.NewFloat(math.Pi), "3.141592653589793"},
		{float("0.1", 24), "0.1"},
		{float("0.1", 113), "0.1"},
		{float("0.1", 128), "0.1"},
		{float("3.14159265358979323846264338327950288", 113), "3.1415926535897932384626433832795028"},
		{float("1e125", 128), "1" + strings.Repeat("0", 125)},
		{float("1e-130", 64), "0." + strings.Repeat("0", 129) + "1"},
		{new(big.Float).SetPrec(1000).SetInt64(7), "7"},
		{new(big.Float).SetMantExp(big.NewFloat(1), 100), "12676506002282294" + strings.Repeat("0", 14)}, // the shortest of 53 bits
	} {
		got, err := encodeField(t, tt.f, "")
		require.NoError(t, err, tt.stored)
		assert.Equal(t, avN(tt.stored), got)
		back, err := decodeField[*big.Float](t, got, "")
		require.NoError(t, err)
		assert.EqualValues(t, 128, back.Prec())
		rounded := new(big.Float).SetPrec(tt.f.Prec()).Set(back)
		assert.Zero(t, rounded.Cmp(tt.f), "%s reads back as %s", tt.f.Text('g', 40), back.Text('g', 40))
		again, err := encodeField(t, back, "")
		require.NoError(t, err)
		assert.Equal(t, got, again, "what was read is stored as it was")
	}
	got, err := encodeField(t, big.Float{}, "omitempty")
	require.NoError(t, err)
	assert.Nil(t, got)

	third := new(big.Float).SetPrec(128).Quo(float("1", 128), float("3", 128))
	odd := new(big.Float).SetPrec(200).Add(float("1", 200), new(big.Float).SetMantExp(float("1", 200), -150))
	for _, tt := range []struct {
		f    *big.Float
		want string
	}{
		{new(big.Float).SetInf(true), "not a finite number"},
		{odd, "more than 128 bits of precision"},
		{third, "38"},
		{new(big.Float).SetMantExp(big.NewFloat(1), 1<<30), "out of range"},
		{new(big.Float).SetMantExp(big.NewFloat(1), -1<<30), "out of range"},
		{float("1e126", 64), "out of range"},
		{float("1e-131", 64), "out of range"},
	} {
		_, err := encodeField(t, tt.f, "")
		assert.ErrorContains(t, err, tt.want)
	}
	for _, text := range []string{"Inf", "0x1p2", "", "1_0", "1e999", strings.Repeat("1", 39), "1e-131"} {
		_, err := decodeField[big.Float](t, avN(text), "")
		assert.Error(t, err, text)
	}
	_, err = mapper.Compile(holderOfKey[big.Float](), mapper.Options{})
	assert.ErrorContains(t, err, "floats that are equal can be stored differently")
}

func TestTypesOfAttributevalue(t *testing.T) {
	second := noon.Truncate(time.Second)
	unix := attributevalue.UnixTime(second)
	type Document struct {
		At attributevalue.UnixTime `ddb:"at"`
	}
	for _, tt := range []struct {
		name   string
		value  any
		words  string
		stored av
	}{
		{"Number", attributevalue.Number("1E3"), "", avN("1000")},
		{"zero Number", attributevalue.Number(""), "", avN("0")},
		{"Numbers in a set", []attributevalue.Number{"0.1"}, "set", avNS("0.1")},
		{"UnixTime", unix, "", avN("1795521600")},
		{"UnixTime in milliseconds", unix, "unixmilli", avN("1795521600000")},
		{"pointer to a UnixTime", &unix, "", avN("1795521600")},
		{"UnixTimes in a set", []attributevalue.UnixTime{unix}, "set", avNS("1795521600")},
		{"zero UnixTime", attributevalue.UnixTime{}, "omitempty", nil},
		{"UnixTime in a document", Document{unix}, "", avM(item{"at": avN("1795521600")})},
		{"value", Holder{avM(item{"a": avSS("x"), "b": null, "c": avL(avN("1.5"), avBool(true), avB(""))})}, "",
			avM(item{"V": avM(item{"a": avSS("x"), "b": null, "c": avL(avN("1.5"), avBool(true), avB(""))})})},
		{"value that is NULL", Holder{null}, "", avM(item{"V": null})},
		{"no value", Holder{}, "", avM(item{})},
		{"values", []types.AttributeValue{avS("a"), null}, "", avL(avS("a"), null)},
		{"values in a map", map[string]types.AttributeValue{"k": avN("1")}, "", avM(item{"k": avN("1")})},
		{"string value", &types.AttributeValueMemberS{Value: "s"}, "", avS("s")},
		{"NULL value", types.AttributeValueMemberNULL{Value: true}, "", null},
		{"nil string value", (*types.AttributeValueMemberS)(nil), "null", null},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if strings.HasPrefix(tt.name, "Number") || tt.name == "zero Number" {
				got, err := encodeField(t, tt.value, tt.words)
				require.NoError(t, err)
				assert.Equal(t, tt.stored, got)
				return
			}
			assertRoundTrip(t, mapper.Options{}, tt.value, tt.words, tt.stored)
		})
	}
	_, err := encodeField(t, attributevalue.UnixTime(noon), "")
	assert.ErrorContains(t, err, "unixtime would cut its precision", "as attributevalue would, silently")
	_, err = encodeField(t, attributevalue.UnixTime{}, "")
	assert.ErrorContains(t, err, "zero time")
	_, err = decodeField[attributevalue.UnixTime](t, avN("1.5"), "")
	assert.ErrorContains(t, err, "the number has a fraction")
	n, err := decodeField[attributevalue.Number](t, avN("1E3"), "")
	require.NoError(t, err)
	assert.EqualValues(t, "1000", n)
	_, err = mapper.Compile(holderOfKey[attributevalue.UnixTime](), mapper.Options{})
	require.NoError(t, err)
}

type Holder struct{ V types.AttributeValue }

func TestAttributeValuesAreData(t *testing.T) {
	for _, tt := range []struct {
		v    av
		want string
	}{
		{avSS(), "empty set"},
		{avN("x"), "not a decimal number"},
		{avS("\xff"), "not valid UTF-8"},
		{avM(item{"": avS("")}), "empty key"},
		{avL(nil), "no known type"},
		{(*types.AttributeValueMemberS)(nil), "no known type"},
		{&types.AttributeValueMemberNULL{}, "NULL must be true"},
		{&types.UnknownUnionMember{}, "no known type"},
	} {
		_, err := encodeField(t, Holder{tt.v}, "")
		assert.ErrorContains(t, err, tt.want)
		assert.Equal(t, "struct{…}.V.V", mapperError(t, err).Path)
		_, err = encodeField(t, []types.AttributeValue{tt.v}, "")
		assert.ErrorContains(t, err, tt.want)
	}
	stored := avM(item{"V": avL(avB("abc"))})
	got, err := decodeField[Holder](t, stored, "")
	require.NoError(t, err)
	got.V.(*types.AttributeValueMemberL).Value[0].(*types.AttributeValueMemberB).Value[0] = 'x'
	assert.Equal(t, avM(item{"V": avL(avB("abc"))}), stored, "what was read is the struct's own")
	deep := avS("bottom")
	for range 10_000 {
		deep = avL(deep)
	}
	for _, v := range []av{deep, avL(nil), avM(item{"k": &types.UnknownUnionMember{}}), avM(item{"k": nil})} {
		_, err = decodeField[Holder](t, avM(item{"V": v}), "")
		assert.Error(t, err, "%#v", v)
	}
	_, err = decodeField[*types.AttributeValueMemberS](t, avN("1"), "")
	assert.ErrorContains(t, err, "N cannot be read into types.AttributeValueMemberS, which is stored as S")

	got2, err := encodeField(t, []any{&types.AttributeValueMemberN{Value: "1"}, null}, "")
	require.NoError(t, err)
	assert.Equal(t, avL(avN("1"), null), got2, "any takes attribute values as what they are")
}
