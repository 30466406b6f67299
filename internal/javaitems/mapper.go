package javaitems

import (
	"math"
	"math/big"
	"time"

	"github.com/dynaseal/ddb"
)

// The beans of DynamoDBMapper. Where Java may have null the field can be left out; where it may have an
// empty value as well, the field is a pointer. DynamoDBMapper stores no empty string.
type (
	// Size is an enum, stored by its name.
	Size string

	// MapperScalars has a property of each type that is stored as one value.
	MapperScalars struct {
		ID           string     `ddb:"id,pk"`
		Text         string     `ddb:"text,omitempty"`
		Letter       string     `ddb:"letter,omitempty"`
		Flag         bool       `ddb:"flag,bool=number"`
		BoxedFlag    *bool      `ddb:"boxedFlag,bool=number"`
		NativeFlag   bool       `ddb:"nativeFlag"`
		TypedFlag    *bool      `ddb:"typedFlag"`
		YesNo        *YesNo     `ddb:"yesNo"`
		TrueFalse    string     `ddb:"trueFalse,omitempty"`
		Tiny         int8       `ddb:"tiny"`
		Small        int16      `ddb:"small"`
		Number       int32      `ddb:"number"`
		BoxedNumber  *int32     `ddb:"boxedNumber"`
		Big          int64      `ddb:"big"`
		Single       float32    `ddb:"single"`
		Real         float64    `ddb:"real"`
		BigInteger   *big.Int   `ddb:"bigInteger"`
		BigDecimal   ddb.Number `ddb:"bigDecimal,omitempty"`
		NumberAsText string     `ddb:"numberAsText,omitempty"`
		Bytes        []byte     `ddb:"bytes"`
		Buffer       []byte     `ddb:"buffer"`
		UUID         UUID       `ddb:"uuid,omitzero"`
		Size         Size       `ddb:"size,omitempty"`
		TypedSize    Size       `ddb:"typedSize,omitempty"`
		Currency     string     `ddb:"currency,omitempty"`
		Locale       string     `ddb:"locale,omitempty"`
		TimeZone     string     `ddb:"timeZone,omitempty"`
		URI          string     `ddb:"uri,omitempty"`
		URL          string     `ddb:"url,omitempty"`
	}

	// MapperTimes has a property of each type and annotation for times.
	MapperTimes struct {
		ID            string      `ddb:"id,pk"`
		Date          time.Time   `ddb:"date,omitempty,time=ms"`
		Calendar      time.Time   `ddb:"calendar,omitempty,time=ms"`
		DateTime      time.Time   `ddb:"dateTime,omitempty,time=ms"`
		EpochDate     time.Time   `ddb:"epochDate,omitempty,unixmilli"`
		EpochCalendar time.Time   `ddb:"epochCalendar,omitempty,unixmilli"`
		Stamp         time.Time   `ddb:"stamp,omitempty,time=ms"`
		StampInZone   string      `ddb:"stampInZone,omitempty"`
		Patterned     *SpacedTime `ddb:"patterned"`
		DateSet       []time.Time `ddb:"dateSet,set,time=ms"`
		DateList      []time.Time `ddb:"dateList,time=ms"`
	}

	// MapperSets has a set of each kind of member.
	MapperSets struct {
		ID       string       `ddb:"id,pk"`
		Texts    []string     `ddb:"texts,set"`
		Numbers  []int32      `ddb:"numbers,set"`
		Decimals []ddb.Number `ddb:"decimals,set"`
		Bytes    [][]byte     `ddb:"bytes,set"`
		Buffers  [][]byte     `ddb:"buffers,set"`
		Flags    []int8       `ddb:"flags,set"`
		UUIDs    []UUID       `ddb:"uuids,set"`
	}

	// MapperAddress is a document.
	MapperAddress struct {
		Street   string    `ddb:"street,omitempty"`
		Unit     string    `ddb:"unit,omitempty"`
		Verified bool      `ddb:"verified,bool=number"`
		Since    time.Time `ddb:"since,omitempty,time=ms"`
		Labels   []string  `ddb:"labels,set"`
	}

	// MapperSpan is flattened into the item.
	MapperSpan struct {
		Lowest  *int32 `ddb:"lowest"`
		Highest *int32 `ddb:"highest"`
	}

	// MapperDocuments has documents, lists and maps.
	MapperDocuments struct {
		ID          string                   `ddb:"id,pk"`
		Address     *MapperAddress           `ddb:"address"`
		AddressList []MapperAddress          `ddb:"addressList"`
		AddressMap  map[string]MapperAddress `ddb:"addressMap"`
		Texts       []*string                `ddb:"texts"`
		Matrix      [][]int32                `ddb:"matrix"`
		TextMap     map[string]*string       `ddb:"textMap"`
		SetMap      map[string]ddb.StringSet `ddb:"setMap"`
		FlagMap     map[string]int8          `ddb:"flagMap"`
		MapperSpan
		JSON      *MapperNote `ddb:"json,json"`
		Delimited string      `ddb:"delimited,omitempty"`
	}

	// MapperNote is stored as JSON.
	MapperNote struct {
		Text   *string  `json:"text"`
		Stars  int32    `json:"stars"`
		Labels []string `json:"labels"`
	}

	// MapperSchemas serves ConversionSchemas.V1 and V2_COMPATIBLE, which store booleans as numbers.
	MapperSchemas struct {
		ID        string   `ddb:"id,pk"`
		Flag      bool     `ddb:"flag,bool=number"`
		BoxedFlag *bool    `ddb:"boxedFlag,bool=number"`
		FlagSet   []int8   `ddb:"flagSet,set"`
		TextSet   []string `ddb:"textSet,set"`
		NumberSet []int32  `ddb:"numberSet,set"`
	}

	// MapperSchemaDocuments is what V2_COMPATIBLE has and V1 does not.
	MapperSchemaDocuments struct {
		ID       string          `ddb:"id,pk"`
		FlagList []int8          `ddb:"flagList"`
		FlagMap  map[string]int8 `ddb:"flagMap"`
		Document *MapperAddress  `ddb:"document"`
	}

	// MapperV2Schemas serves ConversionSchemas.V2.
	MapperV2Schemas struct {
		ID        string   `ddb:"id,pk"`
		Flag      bool     `ddb:"flag"`
		BoxedFlag *bool    `ddb:"boxedFlag"`
		FlagSet   []bool   `ddb:"flagSet"`
		TextSet   []string `ddb:"textSet,set"`
		NumberSet []int32  `ddb:"numberSet,set"`
	}

	// MapperV2Address is MapperAddress by ConversionSchemas.V2.
	MapperV2Address struct {
		Street   string    `ddb:"street,omitempty"`
		Unit     string    `ddb:"unit,omitempty"`
		Verified bool      `ddb:"verified"`
		Since    time.Time `ddb:"since,omitempty,time=ms"`
		Labels   []string  `ddb:"labels,set"`
	}

	// MapperV2SchemaDocuments is MapperSchemaDocuments by ConversionSchemas.V2.
	MapperV2SchemaDocuments struct {
		ID       string           `ddb:"id,pk"`
		FlagList []bool           `ddb:"flagList"`
		FlagMap  map[string]bool  `ddb:"flagMap"`
		Document *MapperV2Address `ddb:"document"`
	}

	// MapperVersions has a version that DynamoDBMapper counts.
	MapperVersions struct {
		ID      string `ddb:"id,pk"`
		Version int64  `ddb:"version,version"`
		Text    string `ddb:"text,omitempty"`
	}
)

// Values that the items of both libraries share.
const (
	first  = "0190f3c2-7a1e-7c3d-9b8a-0123456789ab"
	second = "ffffffff-ffff-4fff-bfff-ffffffffffff"

	epoch  = "1970-01-01T00:00:00Z"
	millis = "2026-03-29T01:30:05.120Z"
	whole  = "2026-11-27T06:50:00Z"
	early  = "1969-12-31T23:59:59.999Z"

	bigInteger   = "12345678901234567890"
	leastInteger = "-99999999999999999999999999999999999999"
	roundNumber  = "100000000000000000000"
)

func uuid(text string) (u UUID) {
	if err := u.UnmarshalText([]byte(text)); err != nil {
		panic(err)
	}
	return u
}

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

func integer(text string) *big.Int {
	i, _ := new(big.Int).SetString(text, 10)
	return i
}

func mapperCases() []expectation {
	v1 := MapperSchemas{"c-1", true, new(true), []int8{1, 0}, []string{"b", "a"}, []int32{2, 1}}
	v1Documents := MapperSchemaDocuments{"c-2", []int8{1, 0}, map[string]int8{"yes": 1}, new(mapperAddress("Main St 1", "4b"))}
	v2Document := MapperV2Address(mapperAddress("Main St 1", "4b"))
	return []expectation{
		expect("mapper/Scalars/typical", MapperScalars{
			ID: "p-17", Text: "Grüße, 世界", Letter: "ß",
			Flag: true, BoxedFlag: new(true), NativeFlag: true, TypedFlag: new(true), YesNo: new(YesNo(true)), TrueFalse: "true",
			Tiny: 7, Small: 1234, Number: 42, BoxedNumber: new(int32(42)), Big: 1_000_000_007, Single: 0.1, Real: 0.1,
			BigInteger: integer(bigInteger), BigDecimal: "19.9", NumberAsText: "42",
			Bytes: []byte{0, 1, 0xff}, Buffer: []byte{2, 3},
			UUID: uuid(first), Size: "LARGE", TypedSize: "SMALL", Currency: "EUR", Locale: "fr-CA", TimeZone: "Europe/Berlin",
			URI: "urn:isbn:0451450523", URL: "https://example.com/a?b=c#d",
		}),
		expect("mapper/Scalars/limits", MapperScalars{
			ID: "p-18", Letter: "\x00",
			BoxedFlag: new(false), TypedFlag: new(false), YesNo: new(YesNo(false)), TrueFalse: "false",
			Tiny: math.MinInt8, Small: math.MinInt16, Number: math.MinInt32, BoxedNumber: new(int32(0)), Big: math.MinInt64,
			Single: math.MaxFloat32, Real: 1e-100,
			BigInteger: integer(leastInteger), BigDecimal: roundNumber, NumberAsText: "-1",
			Bytes: []byte{}, Buffer: []byte{},
			UUID: uuid(second), Locale: "zh-TW", TimeZone: "GMT+05:30",
		}),
		expect("mapper/Scalars/nulls", MapperScalars{ID: "p-19"}),
		expect("mapper/Times/millis", mapperTimes("t-1774747805120", millis, "2026-03-28T21:30:05.120Z")),
		expect("mapper/Times/whole", mapperTimes("t-1795762200000", whole, "2026-11-27T01:50:00.000Z")),
		expect("mapper/Times/early", mapperTimes("t--1", early, "1969-12-31T18:59:59.999Z")),
		expect("mapper/Times/nulls", MapperTimes{ID: "t-0"}),
		expect("mapper/Sets/typical", MapperSets{
			ID: "s-1", Texts: []string{"b", "a", "ü"}, Numbers: []int32{3, -1, 20}, Decimals: []ddb.Number{"0.5", "1000"},
			Bytes: [][]byte{{2}, {1, 0xff}}, Buffers: [][]byte{{9}, {8, 7}}, Flags: []int8{1, 0}, UUIDs: []UUID{uuid(second), uuid(first)},
		}),
		expect("mapper/Sets/nulls", MapperSets{ID: "s-2"}),
		expect("mapper/Documents/typical", MapperDocuments{
			ID:          "d-1",
			Address:     new(mapperAddress("Main St 1", "4b")),
			AddressList: []MapperAddress{mapperAddress("Main St 2", ""), mapperAddress("Main St 3", "5")},
			AddressMap:  map[string]MapperAddress{"home": mapperAddress("Main St 4", "1"), "work": mapperAddress("Main St 5", "2")},
			Texts:       []*string{new("x"), new("y"), new("x")},
			Matrix:      [][]int32{{1, 2}, {}},
			TextMap:     map[string]*string{"k": new("v"), "Ü": new("w")},
			SetMap:      map[string]ddb.StringSet{"one": {"a"}, "two": {"b", "c"}},
			FlagMap:     map[string]int8{"yes": 1, "no": 0},
			MapperSpan:  MapperSpan{new(int32(1)), new(int32(9))},
			JSON:        &MapperNote{new(`a "b"`), 4, []string{"x", "y"}},
			Delimited:   "3-7",
		}),
		expect("mapper/Documents/hollow", MapperDocuments{
			ID:          "d-2",
			Address:     &MapperAddress{},
			AddressList: []MapperAddress{},
			AddressMap:  map[string]MapperAddress{},
			Texts:       []*string{new("x"), nil},
			Matrix:      [][]int32{{}},
			TextMap:     map[string]*string{"k": nil},
			SetMap:      map[string]ddb.StringSet{},
			FlagMap:     map[string]int8{},
			MapperSpan:  MapperSpan{Lowest: new(int32(1))},
			JSON:        &MapperNote{},
			Delimited:   "3-",
		}),
		expect("mapper/Documents/nulls", MapperDocuments{ID: "d-3"}),
		expect("mapper-v1/Schemas/typical", v1),
		expect("mapper-v2compatible/Schemas/typical", v1),
		expect("mapper-v2compatible/SchemaDocuments/typical", v1Documents),
		expect("mapper-v2/Schemas/typical",
			MapperV2Schemas{"c-1", true, new(true), []bool{true, false}, []string{"b", "a"}, []int32{2, 1}}),
		expect("mapper-v2/SchemaDocuments/typical",
			MapperV2SchemaDocuments{"c-2", []bool{true, false}, map[string]bool{"yes": true}, &v2Document}),
		expect("mapper/Versions/first", MapperVersions{"v-1", 1, "x"}),
		expect("mapper/Versions/next", MapperVersions{"v-1", 5, "x"}),
	}
}

func mapperTimes(id, text, inNewYork string) MapperTimes {
	t := at(text)
	return MapperTimes{
		ID: id, Date: t, Calendar: t, DateTime: t, EpochDate: t, EpochCalendar: t, Stamp: t,
		StampInZone: inNewYork, Patterned: new(SpacedTime(t)),
		DateSet: []time.Time{t, at(epoch)}, DateList: []time.Time{t, at(epoch)},
	}
}

func mapperAddress(street, unit string) MapperAddress {
	return MapperAddress{street, unit, true, at(millis), []string{"b", "a"}}
}
