package mapper_test

import (
	"math"
	"math/big"
	"net/netip"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type Document struct {
	Lat, Lon float64
}

func (d Document) Area() float64 { return d.Lat * d.Lon }

// Area is an interface with methods.
type Area interface{ Area() float64 }

// UUID is an array of bytes with text, as common UUID packages have it.
type UUID [16]byte

func (u UUID) MarshalText() ([]byte, error) {
	const hex = "0123456789abcdef"
	var b []byte
	for _, x := range u {
		b = append(b, hex[x>>4], hex[x&15])
	}
	return b, nil
}

func (u *UUID) UnmarshalText(b []byte) error {
	for i := range u {
		u[i] = unhex(b[2*i])<<4 | unhex(b[2*i+1])
	}
	return nil
}

func unhex(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// What other mappers get wrong: each case is a row of the list of pitfalls.
func TestPitfalls(t *testing.T) {
	refusesType := func(v any, words, reason string) func(*testing.T) {
		return func(t *testing.T) {
			_, err := mapper.Compile(holder(reflect.TypeOf(v), words), mapper.Options{})
			assert.ErrorContains(t, err, reason)
		}
	}
	refusesValue := func(v any, words, reason string) func(*testing.T) {
		return func(t *testing.T) {
			_, err := encodeField(t, v, words)
			assert.ErrorContains(t, err, reason)
		}
	}
	stores := func(v any, words string, want av) func(*testing.T) {
		return func(t *testing.T) {
			got, err := encodeField(t, v, words)
			require.NoError(t, err)
			assert.Equal(t, want, got)
		}
	}

	t.Run("tag omitemtpy (typo)", refusesType("", "omitemtpy", `did you mean "omitempty"?`))
	t.Run("int8 from N 300", refusesStored[int8](avN("300"), "does not fit int8"))
	t.Run("uint8 from N 256", refusesStored[uint8](avN("256"), "does not fit uint8"))
	t.Run("int32 from N 2^40", refusesStored[int32](avN("1099511627776"), "does not fit int32"))
	t.Run("[]int8 from NS 300", refusesStored[[]int8](avNS("300"), "does not fit int8"))
	t.Run("float32 from N 1e300", refusesStored[float32](avN("1E300"), "does not fit float32"))
	t.Run("any from N with 29 digits", func(t *testing.T) {
		got, err := decodeField[any](t, avN("12345678901234567890123456789"), "")
		require.NoError(t, err)
		assert.Equal(t, mapper.Number("12345678901234567890123456789"), got)
	})
	t.Run("*big.Int", stores(new(big.Int).SetBit(new(big.Int), 100, 1), "", avN("1267650600228229401496703205376")))
	t.Run("*big.Int beyond 38 digits", refusesValue(new(big.Int).Add(new(big.Int).Exp(big.NewInt(10), big.NewInt(38), nil), big.NewInt(1)), "", "38 significant digits"))
	t.Run("*big.Int out of range", refusesValue(new(big.Int).SetBit(new(big.Int), 1<<20, 1), "", "out of range"))
	t.Run("big.Float", stores(*big.NewFloat(0.5).SetPrec(128), "", avN("0.5")))
	t.Run("big.Rat", stores(*big.NewRat(1, 8), "", avN("0.125")))
	t.Run("big.Rat that no decimal equals", refusesValue(*big.NewRat(1, 3), "", "no decimal number equals"))
	t.Run("netip.Addr", stores(netip.MustParseAddr("192.0.2.1"), "", avS("192.0.2.1")))
	t.Run("[16]byte UUID with MarshalText", stores(UUID{0xab}, "", avS("ab000000000000000000000000000000")))
	t.Run("[16]byte UUID with MarshalText and binary", stores(UUID{0xab}, "binary", avB("\xab"+strings.Repeat("\x00", 15))))
	t.Run("struct that stores nothing", refusesType(struct{ hidden int }{}, "", "its value would be lost"))
	t.Run("time of a named type", refusesType(Stamp{}, "", "its value would be lost"))
	t.Run("chan field", refusesType(make(chan int), "", "cannot be stored"))
	t.Run("complex field", refusesType(complex64(0), "", "cannot be stored"))
	t.Run("func field", refusesType(func() {}, "", "cannot be stored"))
	t.Run("chan in an any", refusesValue([]any{make(chan int)}, "", "no attribute value can hold it"))
	t.Run("duplicate names", func(t *testing.T) {
		type T struct {
			ID string `ddb:"id,pk"`
			A  int    `ddb:"a"`
			B  int    `ddb:"a"`
		}
		_, err := mapper.Compile(reflect.TypeFor[T](), mapper.Options{})
		assert.ErrorContains(t, err, `attribute "a" is field A already`)
	})
	t.Run("nil slice", stores([]int(nil), "", nil))
	t.Run("nil slice with null", stores([]int(nil), "null", null))
	t.Run("empty set", stores([]int{}, "set", nil))
	t.Run("nil set", stores([]int(nil), "set", nil))
	t.Run("nil set with null", stores([]int(nil), "set,null", null))
	t.Run("zero time.Time with omitempty", stores(time.Time{}, "omitempty", nil))
	t.Run("zero time.Time with unixtime and omitempty", stores(time.Time{}, "unixtime,omitempty", nil))
	t.Run("zero time.Time with unixtime", refusesValue(time.Time{}, "unixtime", "add omitempty"))
	t.Run("time with trailing-zero nanos", stores(noon.Truncate(time.Second/2), "", avS("2026-11-24T12:00:00.000000000Z")))
	t.Run("float32(0.1)", stores(float32(0.1), "", avN("0.1")))
	t.Run("N 1E3 into int", func(t *testing.T) {
		got, err := decodeField[int](t, avN("1E3"), "")
		require.NoError(t, err)
		assert.Equal(t, 1000, got)
	})
	t.Run("duplicate set members", refusesValue([]string{"a", "b", "a"}, "set", "member twice"))
	t.Run("NaN in a set", refusesValue([]float64{1, math.NaN()}, "set", "V[1] (float64)"))
	t.Run("equal numbers in a set", refusesValue([]mapper.Number{"1", "1.0"}, "set", "member twice"))
	t.Run("NaN", refusesValue(math.NaN(), "", "not a finite number"))
	t.Run("Inf", refusesValue(float32(math.Inf(-1)), "", "not a finite number"))
	t.Run("M into non-empty interface", func(t *testing.T) {
		_, err := mapper.Compile(holder(reflect.TypeFor[Area](), ""), mapper.Options{})
		assert.ErrorContains(t, err, "interface with methods")
	})
	t.Run("string with byte 0xff", refusesValue("a\xff", "", "not valid UTF-8"))
	t.Run("bytes with byte 0xff", stores([]byte("a\xff"), "", avB("a\xff")))
	t.Run("case of names", func(t *testing.T) {
		type T struct {
			ID  string `ddb:"id,pk"`
			SSN string
		}
		v := T{SSN: "stale"}
		require.NoError(t, decode(compiled[T](t), item{"id": avS("x"), "ssn": avS("1")}, &v))
		assert.Equal(t, T{ID: "x"}, v)
	})
}

// Stamp is a struct without a field that could be stored.
type Stamp time.Time

func refusesStored[V any](stored av, reason string) func(*testing.T) {
	return func(t *testing.T) {
		_, err := decodeField[V](t, stored, "")
		assert.ErrorContains(t, err, reason)
	}
}

func TestDecodingClearsWhatIsMissing(t *testing.T) {
	type Inner struct {
		Kept, Missing string
		cache         int
	}
	type T struct {
		ID      string `ddb:"id,pk"`
		Missing []string
		Inner   Inner
		Array   [1]Inner
		Pointer *Inner
		Skipped string `ddb:"-"`
		cache   int
	}
	shared := &Inner{Kept: "old", Missing: "old"}
	v := T{ID: "old", Missing: []string{"old"}, Inner: *shared, Array: [1]Inner{*shared}, Pointer: shared, Skipped: "mine", cache: 7}
	v.Inner.cache = 8
	inner := avM(item{"Kept": avS("new")})
	require.NoError(t, decode(compiled[T](t), item{"id": avS("x"), "Inner": inner, "Array": avL(inner), "Pointer": inner}, &v))
	assert.Equal(t, T{
		ID: "x", Inner: Inner{Kept: "new", cache: 8}, Array: [1]Inner{{Kept: "new"}}, Pointer: &Inner{Kept: "new"}, Skipped: "mine", cache: 7,
	}, v)
	assert.Equal(t, &Inner{Kept: "old", Missing: "old"}, shared, "what the struct referred to is not written to")
}

// What is pooled remembers nothing of the item before.
func TestDecodingClearsWhatIsMissingOfEveryItem(t *testing.T) {
	type T struct {
		ID   string `ddb:"id,pk"`
		A, B string
	}
	p := compiled[T](t)
	for range 20 {
		v := T{A: "stale", B: "stale"}
		require.NoError(t, decode(p, item{"id": avS("x"), "A": avS("a"), "B": avS("b")}, &v))
		assert.Equal(t, T{"x", "a", "b"}, v)
		require.NoError(t, decode(p, item{"id": avS("x"), "B": avS("b")}, &v))
		assert.Equal(t, T{"x", "", "b"}, v)
	}
}

// Pile reads text on top of what it holds.
type Pile []byte

func (p Pile) MarshalText() ([]byte, error) { return p, nil }

func (p *Pile) UnmarshalText(b []byte) error { *p = append(*p, b...); return nil }

func TestDecodingReplaces(t *testing.T) {
	type T struct {
		ID   string `ddb:"id,pk"`
		Int  big.Int
		Pile Pile
		Map  map[string]Pile
	}
	old := big.NewInt(77)
	v := T{Int: *old, Pile: append(make(Pile, 0, 16), "old"...)}
	pile := v.Pile[:16]
	require.NoError(t, decode(compiled[T](t), item{
		"id": avS("x"), "Int": avN("5"), "Pile": avS("new"), "Map": avM(item{"a": avS("1"), "b": avS("2"), "c": avS("3")}),
	}, &v))
	assert.Equal(t, "5", v.Int.String())
	assert.Equal(t, "77", old.String(), "digits that a copy shares")
	assert.Equal(t, Pile("new"), v.Pile)
	assert.Equal(t, "old\x00\x00\x00", string(pile[:6]))
	assert.Equal(t, map[string]Pile{"a": Pile("1"), "b": Pile("2"), "c": Pile("3")}, v.Map)
}

func TestDecodingSharesNoMemory(t *testing.T) {
	type T struct {
		ID    string `ddb:"id,pk"`
		Bytes []byte
		Any   any
		List  []string
		Map   map[string]string
	}
	stored := item{"id": avS("x"), "Bytes": avB("abc"), "Any": avL(avB("abc"), avBS("abc")), "List": avL(avS("a")), "Map": avM(item{"k": avS("a")})}
	p := compiled[T](t)
	old := T{Bytes: []byte("old"), List: []string{"old"}, Map: map[string]string{"old": "old"}}
	v := old
	require.NoError(t, decode(p, stored, &v))
	v.Bytes[0], v.Any.([]any)[0].([]byte)[0], v.Any.([]any)[1].(mapper.BinarySet)[0][0] = 'X', 'X', 'X'
	v.List[0], v.Map["k"] = "X", "X"
	assert.Equal(t, item{"id": avS("x"), "Bytes": avB("abc"), "Any": avL(avB("abc"), avBS("abc")), "List": avL(avS("a")), "Map": avM(item{"k": avS("a")})}, stored)
	assert.Equal(t, T{Bytes: []byte("old"), List: []string{"old"}, Map: map[string]string{"old": "old"}}, old)

	it, err := encode(p, &v)
	require.NoError(t, err)
	v.Bytes[1] = 'Y'
	assert.Equal(t, avB("Xbc"), it["Bytes"])
}
