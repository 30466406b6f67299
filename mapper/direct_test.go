package mapper_test

import (
	"math"
	"math/rand/v2"
	"reflect"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// usual has a field of every type with a direct way.
type usual struct {
	ID      string `ddb:"id,pk"`
	I       int
	I8      int8
	I64     int64
	U       uint
	U16     uint16
	U64     uint64
	F       float64
	F32     float32
	T       bool
	B       []byte
	At      time.Time
	Date    time.Time `ddb:"Date,time=date"`
	Zoned   time.Time `ddb:"Zoned,time=rfc3339nano"`
	Unix    time.Time `ddb:"Unix,unixtime,omitempty"`
	Millis  time.Time `ddb:"Millis,unixmilli,omitempty"`
	P       *string
	Names   []string
	Numbers []int32
	Nested  []inner
	Map     map[string]string
	In      inner
	PIn     *inner
}

type inner struct {
	S     string
	N     int `ddb:",omitempty"`
	P     *float64
	M     map[string]string `ddb:",null"`
	Blobs [][]byte
}

func ways(t testing.TB) (fast, slow *mapper.Plan) {
	fast, err := mapper.Compile(reflect.TypeFor[usual](), mapper.Options{})
	require.NoError(t, err)
	slow, err = mapper.CompileSlow(reflect.TypeFor[usual](), mapper.Options{})
	require.NoError(t, err)
	return fast, slow
}

// agree asserts that both ways decode it alike, and encode what they decoded alike.
func agree(t *testing.T, fast, slow *mapper.Plan, it item) {
	t.Helper()
	var direct, events usual
	errDirect, errEvents := decode(fast, it, &direct), decode(slow, it, &events)
	if errEvents != nil {
		require.EqualError(t, errDirect, errEvents.Error())
	} else {
		require.NoError(t, errDirect)
	}
	require.Equal(t, events, direct)
	decodesWhole(t, fast, it, usual{}, events, errEvents)
	decodesWhole(t, fast, it, fullUsual(), events, errEvents)
	if errEvents != nil {
		return
	}
	again, err := encode(fast, &direct)
	want, errWant := encode(slow, &events)
	if errWant != nil {
		require.EqualError(t, err, errWant.Error())
	}
	require.Equal(t, want, again)
	encodesWhole(t, fast, &direct, want, errWant)
}

func TestTheDirectWayReadsTextsAsEventsDo(t *testing.T) {
	fast, slow := ways(t)
	random := rand.New(rand.NewPCG(7, 7))
	times := []string{"2026-11-24T09:30:00Z", "2026-11-24T09:30:00.5Z", "2024-02-29T23:59:59.999999999Z", "0000-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-11-24T09:30:00+02:00", "2026-11-24", "2023-02-29T00:00:00Z", "2026-06-31T00:00:00Z", "2026-00-10T00:00:00Z", "2026-11-24T24:00:00Z", "2026-11-24T09:30:60Z", "2026-11-24T09:30:00.Z", "2026-11-24T09:30:00.1234567890Z", "2026-11-24T09:30:00.1234567891Z"}
	numbers := []string{"0", "-0", "7", "-7", "127", "128", "-128", "-129", "65535", "65536", "4294967296", "9223372036854775807", "9223372036854775808", "-9223372036854775808", "18446744073709551615", "1.0", "1E3", "1.5", "1700000000", "1700000000123", "253402300799", "253402300800", "-62167219200", "-62167219201", "007", "+5", "", "-", "0.1", "1e400", "1e-400", "16777217", "0x10", "1_0", "Inf", "NaN", "3.4028235e38", "123456789012345678", "1234567890123456789"}
	mutate := func(s string) string {
		b := []byte(s)
		for range random.IntN(3) {
			if len(b) == 0 {
				break
			}
			const letters = "0123456789-:.TZ+eE ,x"
			switch i := random.IntN(len(b)); random.IntN(3) {
			case 0:
				b[i] = letters[random.IntN(len(letters))]
			case 1:
				b = append(b[:i], b[i+1:]...)
			case 2:
				b = append(b[:i], append([]byte{letters[random.IntN(len(letters))]}, b[i:]...)...)
			}
		}
		return string(b)
	}
	for range 5000 {
		it := item{"id": &types.AttributeValueMemberS{Value: "x"}}
		for _, name := range []string{"At", "Date", "Zoned", "Unix"} {
			it[name] = &types.AttributeValueMemberS{Value: mutate(times[random.IntN(len(times))])}
			agree(t, fast, slow, it)
			delete(it, name)
		}
		for _, name := range []string{"I", "I8", "I64", "U", "U16", "U64", "F", "F32", "Unix", "Millis"} {
			it[name] = &types.AttributeValueMemberN{Value: mutate(numbers[random.IntN(len(numbers))])}
			agree(t, fast, slow, it)
			delete(it, name)
		}
	}
}

func TestTheDirectWayReadsStrangeValuesAsEventsDo(t *testing.T) {
	fast, slow := ways(t)
	str := func(s string) av { return &types.AttributeValueMemberS{Value: s} }
	document := func(more item) av {
		m := item{"S": str("x"), "N": &types.AttributeValueMemberN{Value: "3"}}
		for k, v := range more {
			m[k] = v
		}
		return &types.AttributeValueMemberM{Value: m}
	}
	strange := []av{
		nil, (*types.AttributeValueMemberS)(nil), (*types.AttributeValueMemberL)(nil), (*types.AttributeValueMemberM)(nil), null, str(""), str("a"),
		&types.AttributeValueMemberN{Value: "1"}, &types.AttributeValueMemberBOOL{Value: true}, &types.AttributeValueMemberB{}, &types.AttributeValueMemberB{Value: []byte("b")},
		&types.AttributeValueMemberSS{Value: []string{"a", "b"}}, &types.AttributeValueMemberNS{Value: []string{"1", "2"}}, &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
		&types.AttributeValueMemberL{}, &types.AttributeValueMemberL{Value: []av{str("a"), null, nil}}, &types.AttributeValueMemberL{Value: []av{str("a"), str("b")}},
		&types.AttributeValueMemberM{}, document(nil), document(item{"P": null, "M": null}), document(item{"other": str("y"), "Blobs": null}),
		&types.AttributeValueMemberL{Value: []av{document(nil), document(item{"M": &types.AttributeValueMemberM{Value: item{"k": str("v")}}})}},
		&types.UnknownUnionMember{},
	}
	for _, a := range fast.Attributes() {
		if a.Name == "id" {
			continue
		}
		for _, v := range strange {
			agree(t, fast, slow, item{"id": str("x"), a.Name: v})
		}
	}
}

func TestTheDirectWayWritesAsEventsDo(t *testing.T) {
	fast, slow := ways(t)
	half, empty := 0.5, ""
	for name, v := range map[string]usual{
		"zero":                 {ID: "x"},
		"negative zero":        {ID: "x", F: math.Copysign(0, -1), F32: float32(math.Copysign(0, -1))},
		"extremes":             {ID: "x", I: math.MinInt, I8: math.MinInt8, I64: math.MaxInt64, U: math.MaxUint, U64: math.MaxUint64, F: math.MaxFloat64 / 1e190, F32: math.SmallestNonzeroFloat32},
		"no number":            {ID: "x", F: math.NaN()},
		"infinite":             {ID: "x", F32: float32(math.Inf(1))},
		"out of range":         {ID: "x", F: math.MaxFloat64},
		"tiny":                 {ID: "x", F: math.SmallestNonzeroFloat64},
		"exponents":            {ID: "x", F: 1e21, F32: 1e-5},
		"invalid UTF-8":        {ID: "x", Names: []string{"a", "\xff"}},
		"invalid UTF-8 deep":   {ID: "x", In: inner{S: "\xff"}},
		"invalid key":          {ID: "x", Map: map[string]string{"\xff": "v"}},
		"empty key":            {ID: "x", Map: map[string]string{"": "v"}},
		"empty":                {ID: "", B: []byte{}, Names: []string{}, Map: map[string]string{}, Nested: []inner{}, P: &empty, PIn: &inner{}},
		"full":                 {ID: "ä𐀀", T: true, B: []byte{0, 255}, P: &empty, Names: []string{"", "b"}, Numbers: []int32{0, -5}, Nested: []inner{{}, {S: "s", N: 2, P: &half, M: map[string]string{"k": ""}, Blobs: [][]byte{{}, {1}}}}, Map: map[string]string{"ß": "ß"}, In: inner{P: &half}},
		"nil in a list":        {ID: "x", In: inner{Blobs: [][]byte{nil}}},
		"a time with a zone":   {ID: "x", At: time.Date(2026, 1, 2, 3, 4, 5, 6, time.FixedZone("", 3600)), Zoned: time.Date(2026, 1, 2, 3, 4, 5, 60, time.FixedZone("", -3600))},
		"a time out of range":  {ID: "x", At: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"unix times":           {ID: "x", Unix: time.Unix(1<<33, 0), Millis: time.UnixMilli(-5).UTC()},
		"a unix time too fine": {ID: "x", Unix: time.Unix(1, 1)},
		"a unix time too late": {ID: "x", Millis: time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC)},
		"a date that is later": {ID: "x", Date: time.Date(2026, 1, 1, 1, 0, 0, 0, time.UTC)},
	} {
		t.Run(name, func(t *testing.T) {
			want, errWant := encode(slow, &v)
			got, err := encode(fast, &v)
			if errWant != nil {
				assert.EqualError(t, err, errWant.Error())
			} else {
				assert.NoError(t, err)
			}
			assert.Equal(t, want, got)
			encodesWhole(t, fast, &v, want, errWant)
		})
	}
}
