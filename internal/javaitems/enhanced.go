package javaitems

import (
	"math"
	"math/big"
	"time"

	"github.com/dynaseal/ddb"
)

// The beans of the enhanced client. It leaves out what is null at the top, and stores NULL for what is
// null in a document, unless that is @DynamoDbIgnoreNulls.
type (
	// EnhancedScalars has a property of each type that is stored as one value.
	EnhancedScalars struct {
		ID             string     `ddb:"id,pk"`
		Text           *string    `ddb:"text"`
		Letter         string     `ddb:"letter"`
		Letters        *string    `ddb:"letters"`
		Builder        *string    `ddb:"builder"`
		Flag           bool       `ddb:"flag"`
		BoxedFlag      *bool      `ddb:"boxedFlag"`
		AtomicFlag     *bool      `ddb:"atomicFlag"`
		Tiny           int8       `ddb:"tiny"`
		Small          int16      `ddb:"small"`
		Number         int32      `ddb:"number"`
		BoxedNumber    *int32     `ddb:"boxedNumber"`
		OptionalNumber *int32     `ddb:"optionalNumber"`
		AtomicNumber   *int32     `ddb:"atomicNumber"`
		Big            int64      `ddb:"big"`
		AtomicBig      *int64     `ddb:"atomicBig"`
		Single         float32    `ddb:"single"`
		Real           float64    `ddb:"real"`
		BigInteger     *big.Int   `ddb:"bigInteger"`
		BigDecimal     ddb.Number `ddb:"bigDecimal,omitempty"`
		SdkNumber      ddb.Number `ddb:"sdkNumber,omitempty"`
		Bytes          []byte     `ddb:"bytes"`
		Buffer         []byte     `ddb:"buffer"`
		SdkBytes       []byte     `ddb:"sdkBytes"`
		UUID           UUID       `ddb:"uuid,omitzero"`
		Size           Size       `ddb:"size,omitempty"`
		SpokenState    string     `ddb:"spokenState,omitempty"`
		Locale         string     `ddb:"locale,omitempty"`
		URI            string     `ddb:"uri,omitempty"`
		URL            string     `ddb:"url,omitempty"`
	}

	// EnhancedTimes has a property of each type for times.
	EnhancedTimes struct {
		ID             string               `ddb:"id,pk"`
		Instant        time.Time            `ddb:"instant,omitempty,time=instant"`
		OffsetDateTime *OffsetDateTime      `ddb:"offsetDateTime"`
		ZonedDateTime  string               `ddb:"zonedDateTime,omitempty"`
		LocalDateTime  *LocalDateTime       `ddb:"localDateTime"`
		LocalDate      time.Time            `ddb:"localDate,omitempty,time=date"`
		LocalTime      string               `ddb:"localTime,omitempty"`
		MonthDay       string               `ddb:"monthDay,omitempty"`
		Duration       *time.Duration       `ddb:"duration"`
		Period         string               `ddb:"period,omitempty"`
		ZoneID         string               `ddb:"zoneId,omitempty"`
		ZoneOffset     string               `ddb:"zoneOffset,omitempty"`
		InstantSet     []time.Time          `ddb:"instantSet,set,time=instant"`
		InstantList    []time.Time          `ddb:"instantList,time=instant"`
		InstantMap     map[time.Time]string `ddb:"instantMap,time=instant"`
	}

	// EnhancedSets has a set of each kind of member.
	EnhancedSets struct {
		ID       string       `ddb:"id,pk"`
		Texts    []string     `ddb:"texts,set"`
		Numbers  []int32      `ddb:"numbers,set"`
		Decimals []ddb.Number `ddb:"decimals,set"`
		Bytes    [][]byte     `ddb:"bytes,set"`
		UUIDs    []UUID       `ddb:"uuids,set"`
		Sizes    []Size       `ddb:"sizes,set"`
	}

	// EnhancedAddress is a document.
	EnhancedAddress struct {
		Street   *string    `ddb:"street,null"`
		Unit     *string    `ddb:"unit,null"`
		Verified bool       `ddb:"verified"`
		Since    *time.Time `ddb:"since,null,time=instant"`
		Labels   []string   `ddb:"labels,set,null"`
	}

	// EnhancedAddressIgnoringNulls is the same document in a property with @DynamoDbIgnoreNulls.
	EnhancedAddressIgnoringNulls struct {
		Street   *string   `ddb:"street"`
		Unit     *string   `ddb:"unit"`
		Verified bool      `ddb:"verified"`
		Since    time.Time `ddb:"since,omitempty,time=instant"`
		Labels   []string  `ddb:"labels,set"`
	}

	// EnhancedSpan is flattened into the item, and a document.
	EnhancedSpan struct {
		Low  *int32 `ddb:"low"`
		High *int32 `ddb:"high"`
	}

	// EnhancedDocuments has documents, lists and maps.
	EnhancedDocuments struct {
		ID                   string                        `ddb:"id,pk"`
		Address              *EnhancedAddress              `ddb:"address"`
		AddressIgnoringNulls *EnhancedAddressIgnoringNulls `ddb:"addressIgnoringNulls"`
		PreservedSpan        *EnhancedSpan                 `ddb:"preservedSpan"`
		AddressList          []EnhancedAddress             `ddb:"addressList"`
		AddressMap           map[string]EnhancedAddress    `ddb:"addressMap"`
		Texts                []*string                     `ddb:"texts"`
		Matrix               [][]int32                     `ddb:"matrix"`
		TextMap              map[string]*string            `ddb:"textMap"`
		NumberKeys           map[int32]string              `ddb:"numberKeys"`
		UUIDKeys             map[UUID]ddb.StringSet        `ddb:"uuidKeys"`
		FlagMap              map[string]bool               `ddb:"flagMap"`
		EnhancedSpan
	}

	// EnhancedVersions has what the extensions for versions and timestamps generate.
	EnhancedVersions struct {
		ID      string    `ddb:"id,pk"`
		Version int64     `ddb:"version,version"`
		Changed time.Time `ddb:"changed,time=instant"`
	}
)

func enhancedCases() []expectation {
	return []expectation{
		expect("enhanced/Scalars/typical", EnhancedScalars{
			ID: "p-17", Text: new("Grüße, 世界"), Letter: "ß", Letters: new("αβ"), Builder: new("built"),
			Flag: true, BoxedFlag: new(true), AtomicFlag: new(true),
			Tiny: 7, Small: 1234, Number: 42, BoxedNumber: new(int32(42)), OptionalNumber: new(int32(42)), AtomicNumber: new(int32(42)),
			Big: 1_000_000_007, AtomicBig: new(int64(1_000_000_007)), Single: 0.1, Real: 0.1,
			BigInteger: integer(bigInteger), BigDecimal: "19.9", SdkNumber: "19.9",
			Bytes: []byte{0, 1, 0xff}, Buffer: []byte{2, 3}, SdkBytes: []byte{4, 5},
			UUID: uuid(first), Size: "LARGE", SpokenState: "on hold", Locale: "fr-CA",
			URI: "urn:isbn:0451450523", URL: "https://example.com/a?b=c#d",
		}),
		expect("enhanced/Scalars/limits", EnhancedScalars{
			ID: "p-18", Text: new(""), Letter: "0", Letters: new(""), Builder: new(""),
			BoxedFlag: new(false), AtomicFlag: new(false),
			Tiny: math.MinInt8, Small: math.MinInt16, Number: math.MinInt32, BoxedNumber: new(int32(0)), AtomicNumber: new(int32(0)),
			Big: math.MinInt64, AtomicBig: new(int64(math.MaxInt64)), Single: math.MaxFloat32, Real: 1e-100,
			BigInteger: integer(leastInteger), BigDecimal: roundNumber, SdkNumber: "0",
			Bytes: []byte{}, Buffer: []byte{}, SdkBytes: []byte{},
			UUID: uuid(second), Locale: "zh-Hant-TW",
		}),
		expect("enhanced/Scalars/nulls", EnhancedScalars{ID: "p-19", Letter: "\x00"}),
		expect("enhanced/Times/whole", enhancedTimes(whole, EnhancedTimes{
			ZonedDateTime: "2026-11-27T07:50+01:00[Europe/Paris]", LocalTime: "06:50", MonthDay: "--11-27",
		}), Seconds()),
		expect("enhanced/Times/seconds", enhancedTimes("2026-11-27T06:50:13Z", EnhancedTimes{
			ZonedDateTime: "2026-11-27T07:50:13+01:00[Europe/Paris]", LocalTime: "06:50:13", MonthDay: "--11-27",
		}), Seconds()),
		expect("enhanced/Times/millis", enhancedTimes(millis, EnhancedTimes{
			ZonedDateTime: "2026-03-29T03:30:05.120+02:00[Europe/Paris]", LocalTime: "01:30:05.120", MonthDay: "--03-29",
		}), Seconds()),
		expect("enhanced/Times/nanos", enhancedTimes("2026-03-29T01:30:05.120000005Z", EnhancedTimes{
			ZonedDateTime: "2026-03-29T03:30:05.120000005+02:00[Europe/Paris]", LocalTime: "01:30:05.120000005", MonthDay: "--03-29",
		}), Seconds()),
		expect("enhanced/Times/early", enhancedTimes(early, EnhancedTimes{
			ZonedDateTime: "1970-01-01T00:59:59.999+01:00[Europe/Paris]", LocalTime: "23:59:59.999", MonthDay: "--12-31",
		}), Seconds()),
		expect("enhanced/Times/nulls", EnhancedTimes{ID: "t-0"}, Seconds()),
		expect("enhanced/Sets/typical", EnhancedSets{
			ID: "s-1", Texts: []string{"b", "a", "ü"}, Numbers: []int32{3, -1, 20}, Decimals: []ddb.Number{"0.5", "1000"},
			Bytes: [][]byte{{2}, {1, 0xff}}, UUIDs: []UUID{uuid(second), uuid(first)}, Sizes: []Size{"SMALL", "LARGE"},
		}),
		expect("enhanced/Sets/nulls", EnhancedSets{ID: "s-2"}),
		expect("enhanced/Documents/typical", EnhancedDocuments{
			ID:      "d-1",
			Address: new(enhancedAddress("Main St 1", new("4b"))),
			AddressIgnoringNulls: &EnhancedAddressIgnoringNulls{
				Street: new("Main St 1"), Verified: true, Since: at(millis), Labels: []string{"b", "a"},
			},
			PreservedSpan: &EnhancedSpan{Low: new(int32(1))},
			AddressList:   []EnhancedAddress{enhancedAddress("Main St 2", nil), enhancedAddress("Main St 3", new(""))},
			AddressMap: map[string]EnhancedAddress{
				"home": enhancedAddress("Main St 4", new("1")), "work": enhancedAddress("Main St 5", new("2")),
			},
			Texts:        []*string{new("x"), new(""), new("x")},
			Matrix:       [][]int32{{1, 2}, {}},
			TextMap:      map[string]*string{"k": new("v"), "Ü": new("")},
			NumberKeys:   map[int32]string{-1: "x", 20: "y"},
			UUIDKeys:     map[UUID]ddb.StringSet{uuid(first): {"a"}, uuid(second): {"b", "c"}},
			FlagMap:      map[string]bool{"yes": true, "no": false},
			EnhancedSpan: EnhancedSpan{new(int32(1)), new(int32(9))},
		}),
		expect("enhanced/Documents/hollow", EnhancedDocuments{
			ID:                   "d-2",
			Address:              &EnhancedAddress{},
			AddressIgnoringNulls: &EnhancedAddressIgnoringNulls{},
			PreservedSpan:        &EnhancedSpan{},
			AddressList:          []EnhancedAddress{},
			AddressMap:           map[string]EnhancedAddress{},
			Texts:                []*string{new("x"), nil},
			Matrix:               [][]int32{{}},
			TextMap:              map[string]*string{"k": nil},
			NumberKeys:           map[int32]string{},
			UUIDKeys:             map[UUID]ddb.StringSet{},
			FlagMap:              map[string]bool{},
			EnhancedSpan:         EnhancedSpan{Low: new(int32(1))},
		}),
		expect("enhanced/Documents/nulls", EnhancedDocuments{ID: "d-3"}),
		expect("enhanced/Versions/first", EnhancedVersions{"v-1", 1, at(millis)}),
		expect("enhanced/Versions/next", EnhancedVersions{"v-1", 5, at(millis)}),
	}
}

// enhancedTimes adds to times, which has the texts of the types that Go has none of, what follows from
// the time.
func enhancedTimes(text string, times EnhancedTimes) EnhancedTimes {
	t := at(text)
	times.ID = "t-" + text
	times.Instant = t
	times.OffsetDateTime = new(OffsetDateTime(t.In(time.FixedZone("", (5*60+30)*60))))
	times.LocalDateTime = new(LocalDateTime(t))
	times.LocalDate = t.Truncate(24 * time.Hour)
	times.Period = "P1Y-2M3D"
	times.ZoneID = "America/Argentina/Ushuaia"
	times.ZoneOffset = "-03:30"
	times.Duration = new(t.Sub(at(epoch)))
	times.InstantSet = []time.Time{t, at(epoch)}
	times.InstantList = []time.Time{t, at(epoch)}
	times.InstantMap = map[time.Time]string{t: "x"}
	return times
}

func enhancedAddress(street string, unit *string) EnhancedAddress {
	return EnhancedAddress{new(street), unit, true, new(at(millis)), []string{"b", "a"}}
}
