package mapper_test

import (
	"encoding/json"
	"errors"
	"net/netip"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item types. Each has a field for each type that is built from T, under both packages' tags. Where a
// value can be nil the word null says what attributevalue always does. T is not a byte.

// Single has what holds one T at a time.
type Single[T any] struct {
	ID      string `ddb:"id,pk" dynamodbav:"id"`
	Value   T
	Skipped T `ddb:"-" dynamodbav:"-"`
	Common[T]
}

// Omitting is for a T that can be empty.
type Omitting[T any] struct {
	ID       string `ddb:"id,pk" dynamodbav:"id"`
	Value    T      `ddb:",omitempty" dynamodbav:",omitempty"`
	Pointer  *T     `ddb:",omitempty" dynamodbav:",omitempty"`
	Document struct {
		Value   T  `ddb:",omitempty" dynamodbav:",omitempty"`
		Pointer *T `ddb:",omitempty" dynamodbav:",omitempty"`
	} `ddb:"document" dynamodbav:"document"`
}

// SingleNil is Single for a T that can be nil.
type SingleNil[T any] struct {
	ID    string `ddb:"id,pk" dynamodbav:"id"`
	Value T      `ddb:",null"`
	Common[T]
}

// Common is embedded, so that its fields are attributes of the item.
type Common[T any] struct {
	Pointer  *T           `ddb:"pointer,null" dynamodbav:"pointer"`
	Left     *T           `ddb:"left,omitempty" dynamodbav:"left,omitempty"`
	Map      map[string]T `ddb:"map,null" dynamodbav:"map"`
	Named    map[Name]T   `ddb:"named,null" dynamodbav:"named"`
	Pointers []*T         `ddb:"pointers,null" dynamodbav:"pointers"`
	Document Document1[T] `ddb:"document" dynamodbav:"document"`
	Tree     *Branch[T]   `ddb:"tree,null" dynamodbav:"tree"`
}

// Document1 is a document with one T.
type Document1[T any] struct {
	Name  string `ddb:"name" dynamodbav:"name"`
	Value T      `ddb:"value" dynamodbav:"value"`
	Extra Pair[string, *T]
}

type Pair[A, B any] struct {
	A A
	B B
}

// Branch is a recursive type.
type Branch[T any] struct {
	Left, Right *Branch[T]             `ddb:",omitempty" dynamodbav:",omitempty"`
	Values      map[string]*T          `ddb:",null"`
	Branches    map[string][]Branch[T] `ddb:",null"`
}

// SingleAny is for an interface, which nothing points to.
type SingleAny[T any] struct {
	ID    string       `ddb:"id,pk" dynamodbav:"id"`
	Value T            `ddb:",null"`
	Map   map[string]T `ddb:"map,null" dynamodbav:"map"`
	Named map[Name]T   `ddb:"named,null" dynamodbav:"named"`
	Pair  Pair[T, T]   `ddb:"pair" dynamodbav:"pair"`
}

// Many has what holds several.
type Many[T any] struct {
	ID        string              `ddb:"id,pk" dynamodbav:"id"`
	Slice     []T                 `ddb:",null"`
	Array     [3]T                `ddb:"array" dynamodbav:"array"`
	None      [0]T                `ddb:"none" dynamodbav:"none"`
	ToSlice   *[]T                `ddb:",null"`
	Slices    [][2]T              `ddb:",null"`
	Maps      []map[string]T      `ddb:",null"`
	InMap     map[string][]T      `ddb:",null"`
	Documents []Document1[T]      `ddb:"documents,null" dynamodbav:"documents"`
	Inner     Pair[[]T, Name]     `ddb:"inner" dynamodbav:"inner"`
	Pairs     map[Name]Pair[T, T] `ddb:",null"`
}

// ManyAny is for an interface.
type ManyAny[T any] struct {
	ID     string         `ddb:"id,pk" dynamodbav:"id"`
	Slice  []T            `ddb:",null"`
	Array  [3]T           `ddb:"array" dynamodbav:"array"`
	Slices [][2]T         `ddb:",null"`
	Maps   []map[string]T `ddb:",null"`
	InMap  map[string][]T `ddb:",null"`
	Pairs  []Pair[T, T]   `ddb:",null"`
}

// Keyed has maps whose keys are no plain strings.
type Keyed[T any] struct {
	ID     string                 `ddb:"id,pk" dynamodbav:"id"`
	Int    map[int]T              `ddb:",null"`
	Int8   map[int8][]T           `ddb:",null"`
	Uint32 map[uint32]*T          `ddb:",null"`
	Named  map[Weekday]T          `ddb:",null"`
	Text   map[netip.AddrPort]T   `ddb:",null"`
	Slice  []map[int64]T          `ddb:",null"`
	Nested map[uint16]map[Small]T `ddb:",null"`
}

// Flattened embeds a pointer.
type Flattened[T any] struct {
	ID string `ddb:"id,pk" dynamodbav:"id"`
	*Document1[T]
	Inner struct {
		*Pair[T, string]
		Last int
	} `ddb:"inner" dynamodbav:"inner"`
}

// Heat has attributevalue's methods.
type Heat struct{ C int }

func (h Heat) MarshalDynamoDBAttributeValue() (types.AttributeValue, error) {
	return avL(avN(strconv.Itoa(h.C)), avS("C")), nil
}

func (h *Heat) UnmarshalDynamoDBAttributeValue(v types.AttributeValue) error {
	l, ok := v.(*types.AttributeValueMemberL)
	if !ok || len(l.Value) != 2 {
		return errors.New("no temperature")
	}
	return attributevalue.Unmarshal(l.Value[0], &h.C)
}

// Sets of strings, numbers and byte strings: the words of attributevalue differ.
type (
	StringSets[T any] struct {
		ID    string `ddb:"id,pk" dynamodbav:"id"`
		Slice []T    `ddb:",set,null" dynamodbav:",stringset"`
		Array [3]T   `ddb:",set" dynamodbav:",stringset"`
		Left  []T    `ddb:",set,omitempty" dynamodbav:",stringset,omitempty"`
		Inner struct {
			Set []T `ddb:",set,null" dynamodbav:",stringset"`
		}
	}
	NumberSets[T any] struct {
		ID    string `ddb:"id,pk" dynamodbav:"id"`
		Slice []T    `ddb:",set,null" dynamodbav:",numberset"`
		Array [3]T   `ddb:",set" dynamodbav:",numberset"`
		Left  []T    `ddb:",set,omitempty" dynamodbav:",numberset,omitempty"`
		Inner struct {
			Set []T `ddb:",set,null" dynamodbav:",numberset"`
		}
	}
	BinarySets[T any] struct {
		ID    string `ddb:"id,pk" dynamodbav:"id"`
		Slice []T    `ddb:",set,null" dynamodbav:",binaryset"`
		Array [3]T   `ddb:",set" dynamodbav:",binaryset"`
		Left  []T    `ddb:",set,omitempty" dynamodbav:",binaryset,omitempty"`
		Inner struct {
			Set []T `ddb:",set,null" dynamodbav:",binaryset"`
		}
	}
)

// Times has those words for times that mean what attributevalue does.
type Times struct {
	ID      string       `ddb:"id,pk" dynamodbav:"id"`
	Value   time.Time    `ddb:",time=rfc3339nano"`
	Pointer *time.Time   `ddb:",time=rfc3339nano,null"`
	Slice   []time.Time  `ddb:",time=rfc3339nano,null"`
	Array   [2]time.Time `ddb:",time=rfc3339nano"`
	Unix    time.Time    `ddb:",unixtime" dynamodbav:",unixtime"`
	UnixPtr *time.Time   `ddb:",unixtime,null" dynamodbav:",unixtime"`
	Nested  map[string]struct {
		At   time.Time  `ddb:"at,time=rfc3339nano" dynamodbav:"at"`
		Left *time.Time `ddb:"left,time=rfc3339nano" dynamodbav:"left,omitempty"`
		Unix *time.Time `ddb:"unix,unixtime" dynamodbav:"unix,unixtime,omitempty"`
	} `ddb:",null"`
}

type (
	Switch      bool
	Small       int8
	Weekday     int
	Millis      int64
	Bits        uint16
	Mask        uint64
	Single32    float32
	Celsius     float64
	Words       []string
	Counts      map[string]int
	Coordinates [2]float64
	Hash        [32]byte
	Callback    interface{}
	Price       struct {
		Amount   json.Number `ddb:"amount" dynamodbav:"amount"`
		Currency string      `ddb:"currency,omitempty" dynamodbav:"currency,omitempty"`
	}
	Dossier struct {
		Price
		Nick   []string       `ddb:"nick,null" dynamodbav:"nick"`
		Scores map[string]int `ddb:"scores,null" dynamodbav:"scores"`
	}
)

// conformance are the item types on which both packages agree.
var conformance = []family{
	emptiable[string](), emptiable[Name](), emptiable[bool](), emptiable[Switch](),
	emptiable[int](), emptiable[int8](), emptiable[int16](), emptiable[int32](), emptiable[int64](), emptiable[Small](), emptiable[Weekday](), emptiable[Millis](), emptiable[time.Duration](),
	emptiable[uint](), emptiable[uint16](), emptiable[uint32](), emptiable[uint64](), emptiable[Bits](), emptiable[Mask](),
	emptiable[float32](), emptiable[float64](), emptiable[Single32](), emptiable[Celsius](), emptiable[json.Number](),
	emptiable[attributevalue.Number](), built[attributevalue.UnixTime](), built[Heat](),
	ofType[Keyed[string]](), ofType[Keyed[float64]](), ofType[Keyed[City1]](), ofType[Flattened[Name]](), ofType[Flattened[uint32]](),
	built[Digest](), built[Hash](), built[[1]byte](), built[Coordinates](), built[[2][2]string](), built[[3]Weekday](),
	built[City1](), built[Price](), built[Dossier](), built[[2]struct{}](), built[Pair[int8, *bool]](), built[Pair[Pair[string, uint16], []float32]](), built[Branch[Celsius]](),
	ofType[Single[byte]](), ofType[Single[Octet]](),
	nilable[Words](), nilable[Counts](), nilable[Blob](), nilable[[]int64](), nilable[map[Name]Blob](), nilable[map[string]any](), nilable[[]any](), anything[any](), anything[Callback](), nilable[[][]string](), nilable[[]Price](),
	ofType[SingleNil[[]byte]](),
	ofType[StringSets[string]](), ofType[StringSets[Name]](),
	ofType[NumberSets[int]](), ofType[NumberSets[int8]](), ofType[NumberSets[Millis]](), ofType[NumberSets[uint64]](), ofType[NumberSets[float32]](), ofType[NumberSets[Celsius]](), ofType[NumberSets[json.Number]](),
	ofType[BinarySets[[]byte]](), ofType[BinarySets[Blob]](), ofType[BinarySets[Digest]](), ofType[BinarySets[[3]byte]](),
	ofType[Times](),
	built[netip.Addr]().withText(), built[netip.Prefix]().withText(), built[UUID]().withText(),
}

// City1 is City under the tags of both.
type City1 struct {
	Name  string  `ddb:"name" dynamodbav:"name"`
	Zip   string  `ddb:"zip,omitempty" dynamodbav:"zip,omitempty"`
	Twins []City1 `ddb:"twins,null" dynamodbav:"twins"`
}
