package mapper_test

import (
	"encoding/json"
	"math"
	"math/big"
	"math/rand/v2"
	"net/netip"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/mapper"
)

// random makes values of any type: what attributevalue and the mapper both can hold, edges first.
type random struct {
	*rand.Rand
	nils bool // also where attributevalue stores nil as something else
}

func newRandom(seed uint64) *random { return &random{Rand: rand.New(rand.NewPCG(seed, 0))} }

// oneIn is true once in n.
func (r *random) oneIn(n int) bool { return r.IntN(n) == 0 }

func pick[T any](r *random, all ...T) T { return all[r.IntN(len(all))] }

// maxRandomDepth ends recursive types: below it pointers are nil, slices and maps empty.
const maxRandomDepth = 4

// fill sets v, a field with these words in its ddb tag.
func (r *random) fill(v reflect.Value, words []string, depth int) {
	if special, ok := specials[v.Type()]; ok {
		if held := special(r); held != nil {
			v.Set(reflect.ValueOf(held).Convert(v.Type()))
		}
		return
	}
	switch v.Kind() {
	case reflect.String:
		v.SetString(r.text())
	case reflect.Bool:
		v.SetBool(r.oneIn(2))
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		v.SetInt(r.int(v.Type().Bits()))
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		v.SetUint(uint64(r.int(64)) >> (64 - v.Type().Bits()))
	case reflect.Float32, reflect.Float64:
		v.SetFloat(r.float(v.Type().Bits()))
	case reflect.Pointer:
		r.pointer(v, words, depth)
	case reflect.Slice:
		r.slice(v, words, depth)
	case reflect.Array:
		r.members(v, words, depth)
	case reflect.Map:
		r.mapping(v, depth)
	case reflect.Interface:
		if held := r.any(depth); held != nil && v.NumMethod() == 0 {
			v.Set(reflect.ValueOf(held))
		}
	case reflect.Struct:
		r.structure(v, words, depth)
	default:
		panic("no random " + v.Type().String())
	}
}

func (r *random) structure(v reflect.Value, words []string, depth int) {
	if v.Type() == reflect.TypeFor[time.Time]() {
		v.Set(reflect.ValueOf(r.time(words)))
		return
	}
	for i, sf := range slices.Collect(v.Type().Fields()) {
		name, rest, _ := strings.Cut(sf.Tag.Get("ddb"), ",")
		switch {
		case !sf.IsExported() || name == "-":
		case name == "id" && rest == "pk":
			v.Field(i).SetString("x")
		default:
			words := strings.Split(rest, ",")
			r.fill(v.Field(i), words, depth+1)
			for !r.nils && isNilValue(v.Field(i)) && !slices.Contains(words, "null") && !slices.Contains(words, "omitempty") {
				r.fill(v.Field(i), words, 0) // attributevalue stores NULL where the mapper leaves out
			}
		}
	}
}

// pointer is nil or points to something: to nil it may not, which attributevalue stores as empty.
func (r *random) pointer(v reflect.Value, words []string, depth int) {
	if depth > maxRandomDepth || r.oneIn(4) {
		return
	}
	v.Set(reflect.New(v.Type().Elem()))
	for r.fill(v.Elem(), words, depth+1); !r.nils && isNilValue(v.Elem()); {
		r.fill(v.Elem(), words, 0)
	}
}

func isNilValue(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return v.IsNil()
	}
	return false
}

func (r *random) slice(v reflect.Value, words []string, depth int) {
	isSet := slices.Contains(words, "set")
	n := r.IntN(5)
	switch {
	case depth > maxRandomDepth && !isSet:
		n = 0
	case isSet && n == 0, r.oneIn(5):
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), n, n))
	r.members(v, words, depth)
}

// members fills a slice or an array: those of a set are not nil and differ.
func (r *random) members(v reflect.Value, words []string, depth int) {
	isSet := slices.Contains(words, "set")
	for i := 0; i < v.Len(); {
		m := v.Index(i)
		m.SetZero()
		r.fill(m, words, depth+1)
		if !isSet || !isNilValue(m) && !contains(v.Slice(0, i), m) {
			i++
		}
	}
}

func (r *random) mapping(v reflect.Value, depth int) {
	if r.oneIn(5) {
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for n := r.IntN(4); n > 0 && depth <= maxRandomDepth; n-- {
		key, member := reflect.New(v.Type().Key()).Elem(), reflect.New(v.Type().Elem()).Elem()
		for r.fill(key, nil, depth+1); key.Kind() == reflect.String && key.Len() == 0; {
			r.fill(key, nil, depth+1)
		}
		r.fill(member, nil, depth+1)
		v.SetMapIndex(key, member)
	}
}

func (r *random) any(depth int) any {
	n := 8
	if depth > maxRandomDepth {
		n = 6
	}
	switch r.IntN(n) {
	case 0:
		return nil
	case 1:
		return r.text()
	case 2:
		return r.oneIn(2)
	case 3:
		return r.int(64)
	case 4:
		return r.float(64)
	case 5:
		return []byte(r.text())
	case 6:
		all := make([]any, r.IntN(4))
		for i := range all {
			all[i] = r.any(depth + 1)
		}
		return all
	}
	m := make(map[string]any)
	for range r.IntN(4) {
		m["k"+r.text()] = r.any(depth + 1)
	}
	return m
}

func (r *random) text() string {
	if r.oneIn(3) {
		return pick(r, "", " ", "\x00", "true", "0", "-1E+5", "NULL", "é", "e\u0301", "日本語", "👩‍👩‍👧", "\u2028<&>\"\\", "\ufffd", "\U0010ffff", strings.Repeat("long ", 100))
	}
	var b strings.Builder
	for range r.IntN(20) {
		c := rune(r.IntN(0x3000))
		if r.oneIn(2) {
			c = ' ' + c%95
		}
		b.WriteRune(c)
	}
	return b.String()
}

func (r *random) int(bits int) int64 {
	lowest := int64(math.MinInt64) >> (64 - bits)
	if r.oneIn(2) {
		return pick(r, 0, 1, -1, lowest, lowest+1, ^lowest, ^lowest-1)
	}
	return int64(r.Uint64()) >> (r.IntN(bits) + 64 - bits)
}

// float is one that DynamoDB can store.
func (r *random) float(bits int) float64 {
	if bits == 32 {
		if r.oneIn(3) {
			return pick(r, 0, math.Copysign(0, -1), 1, -1, 0x1.fffffcp127, math.SmallestNonzeroFloat32, float64(float32(0.1)), 1<<24)
		}
		for {
			if f := math.Float32frombits(r.Uint32()); f-f == 0 {
				return float64(f)
			}
		}
	}
	if r.oneIn(3) {
		return pick(r, 0, math.Copysign(0, -1), 0.1, -0.1, 1<<53, 1e15, 1e21, 9.99e125, -9.99e125, 1e-130, math.MaxInt64, math.Pi)
	}
	f, err := strconv.ParseFloat(strconv.FormatFloat(r.Float64()*10-5, 'f', 1+r.IntN(17), 64)+"e"+strconv.Itoa(r.IntN(230)-120), 64)
	if err != nil {
		panic(err)
	}
	return f
}

// time is one that the format of these words stores without loss.
func (r *random) time(words []string) time.Time {
	t := time.Unix(r.Int64N(1<<32)-1<<30, 0).UTC()
	if r.oneIn(4) {
		t = pick(r, time.Unix(0, 0), time.Unix(-1, 0), time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC), time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC)).UTC()
	}
	switch {
	case slices.Contains(words, "unixtime"), slices.Contains(words, "unixmilli"):
		return t
	case slices.Contains(words, "time=date"):
		return t.Truncate(24 * time.Hour)
	}
	if r.oneIn(8) {
		return time.Time{}
	}
	if !r.oneIn(3) {
		t = t.Add(pick(r, time.Nanosecond, time.Microsecond, 500*time.Millisecond, 999999999, time.Duration(r.IntN(1e9))))
	}
	if y := t.Year(); y > 1 && y < 9999 && r.oneIn(2) {
		t = t.In(time.FixedZone("", 60*(r.IntN(28*60)-14*60)))
	}
	return t
}

// digits is a decimal with an exponent or without, of at most 38 digits.
func (r *random) digits() string {
	if r.oneIn(3) {
		return pick(r, "0", "-0", "0.0", "1E3", "1e-7", "-12.50", "9.9999999999999999999999999999999999999E+125", "1E-130", "+7", "007", "12345678901234567890123456789012345678")
	}
	n := strconv.FormatUint(r.Uint64(), 10) + strconv.FormatUint(r.Uint64()>>8, 10)
	n = n[:1+r.IntN(min(len(n), 37))]
	if r.oneIn(2) {
		n = n[:len(n)/2+1] + "." + n[len(n)/2:]
	}
	if r.oneIn(2) {
		n = "-" + n
	}
	if r.oneIn(3) {
		n += "E" + strconv.Itoa(r.IntN(100)-60)
	}
	return n
}

// specials are the types whose values their Go kind does not describe.
var specials = map[reflect.Type]func(*random) any{
	reflect.TypeFor[json.Number](): func(r *random) any { return r.digits() },
	reflect.TypeFor[netip.Addr](): func(r *random) any {
		return pick(r, netip.Addr{}, netip.IPv4Unspecified(), netip.AddrFrom4([4]byte{192, 0, 2, byte(r.IntN(256))}), netip.MustParseAddr("fe80::1%eth0"))
	},
	reflect.TypeFor[netip.AddrPort](): func(r *random) any {
		return netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(256))}), uint16(r.IntN(1<<16)))
	},
	reflect.TypeFor[netip.Prefix](): func(r *random) any {
		return netip.PrefixFrom(netip.AddrFrom4([4]byte{10, byte(r.IntN(256))}), r.IntN(33))
	},
	reflect.TypeFor[mapper.Number](): func(r *random) any { return r.digits() },
	reflect.TypeFor[big.Int](): func(r *random) any {
		return *new(big.Int).Mul(big.NewInt(r.int(64)), big.NewInt(r.int(60)))
	},
	reflect.TypeFor[attributevalue.Number]():   func(r *random) any { return r.digits() },
	reflect.TypeFor[attributevalue.UnixTime](): func(r *random) any { return r.time([]string{"unixtime"}) },
	reflect.TypeFor[Warmth]():                  func(r *random) any { return Warmth{1 + r.IntN(100)} },
	reflect.TypeFor[Temperature]():             func(r *random) any { return pick(r, "1", "-40.5", "none") },
	reflect.TypeFor[Ref]():                     func(r *random) any { return Ref{[]string{"a", r.text()}} },
	reflect.TypeFor[big.Float]():               func(r *random) any { return *big.NewFloat(r.float(64)) },
	reflect.TypeFor[big.Rat]():                 func(r *random) any { return *big.NewRat(r.int(40), pick(r, int64(1), 2, 10, 125)) },
	reflect.TypeFor[Packed]():                  func(r *random) any { return Packed{'a' + byte(r.IntN(26)), '0' + byte(r.IntN(10))} },
	reflect.TypeFor[types.AttributeValueMemberN](): func(r *random) any {
		return types.AttributeValueMemberN{Value: r.digits()}
	},
	reflect.TypeFor[types.AttributeValueMemberSS](): func(r *random) any {
		return types.AttributeValueMemberSS{Value: []string{"a", "b" + r.text()}}
	},
	reflect.TypeFor[types.AttributeValue](): func(r *random) any {
		v, err := attributevalue.Marshal(r.any(0))
		if err != nil {
			panic(err)
		}
		return v
	},
	reflect.TypeFor[Color](): func(r *random) any { return Color(r.IntN(3)) },
}
