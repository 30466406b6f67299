package mapper_test

import (
	"flag"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
)

var hostileReads = flag.Int("hostile.reads", 20_000, "how many damaged items are read")

// itemsPerValue is how often the item of one random value is damaged anew.
const itemsPerValue = 50

// checkedReads is how many reads there are for each whose value is written and read again.
const checkedReads = 10

// maxDamaged is where an item that was only ever made larger is dropped: bytes and values together.
const maxDamaged = 16 << 10

// What FuzzDecode finds by chance, made on purpose: items of random values, damaged a little more before
// every read until one is refused.
func TestDecodeDamagedItems(t *testing.T) {
	habitats := habitatsOf(t)
	r := newRandom(*conformanceSeed)
	r.nils = true
	began, reads, refused, unfit, n := time.Now(), 0, 0, 0, 0
	for ; reads < *hostileReads; n++ {
		h := habitats[n%len(habitats)]
		v := h.new()
		r.fill(reflect.ValueOf(v).Elem(), nil, 0)
		for range itemsPerValue {
			it, err := h.encode(v)
			if err != nil {
				unfit++ // such as an empty set in an interface
				break
			}
			for _, name := range slices.Sorted(maps.Keys(it)) {
				if name != "id" && !r.oneIn(4) {
					delete(it, name) // a smaller item is read faster
				}
			}
			for ok := true; ok && !t.Failed(); reads++ {
				r.damage(it)
				if weight(avM(it), maxDamaged) <= 0 {
					break
				}
				if ok = h.read(t, it, reads%checkedReads == 0); !ok {
					refused++
				}
			}
			if t.Failed() {
				t.Fatalf("-conformance.seed=%d, value %d: %s", *conformanceSeed, n, shown(avM(it)))
			}
		}
	}
	assert.Less(t, unfit, n/2, "values that could not be encoded to begin with")
	t.Logf("%d reads, %d refused, of %d values, %d unfit, in %v", reads, refused, n, unfit, time.Since(began))
}

// damage changes one place of an item.
func (r *random) damage(it item) {
	names := slices.Sorted(maps.Keys(it))
	switch name := pick(r, append(names, "a")...); {
	case r.oneIn(20):
		delete(it, name)
	case r.oneIn(20):
		it[name] = it[pick(r, names...)]
	default:
		it[name] = r.damaged(it[name])
	}
	if it["id"] == nil {
		it["id"] = avS("x")
	}
}

// damaged is v with one place changed. Containers of v are changed in place.
func (r *random) damaged(v av) av {
	switch v := v.(type) {
	case *types.AttributeValueMemberL:
		if n := len(v.Value); n > 0 && !r.oneIn(4) {
			switch i := r.IntN(n); r.IntN(8) {
			case 0:
				v.Value = append(v.Value, v.Value[i])
			case 1:
				v.Value = v.Value[:i]
			default:
				v.Value[i] = r.damaged(v.Value[i])
			}
			return v
		}
	case *types.AttributeValueMemberM:
		if len(v.Value) > 0 && !r.oneIn(4) {
			r.damageMap(v.Value)
			return v
		}
	case *types.AttributeValueMemberSS:
		if len(v.Value) > 0 && !r.oneIn(3) {
			return avSS(r.damagedTexts(v.Value)...)
		}
	case *types.AttributeValueMemberNS:
		if len(v.Value) > 0 && !r.oneIn(3) {
			return avNS(r.damagedTexts(v.Value)...)
		}
	case *types.AttributeValueMemberS:
		if !r.oneIn(4) {
			return pick(r, avS, avS, avS, avN, avB)(r.damagedText(v.Value))
		}
	case *types.AttributeValueMemberN:
		if !r.oneIn(4) {
			return pick(r, avN, avN, avN, avS, avB)(r.damagedText(v.Value))
		}
	case *types.AttributeValueMemberB:
		if !r.oneIn(4) {
			return pick(r, avB, avB, avB, avS)(r.damagedText(string(v.Value)))
		}
	}
	switch r.IntN(6) {
	case 0:
		return null
	case 1:
		return avL(v)
	case 2:
		return avM(item{"a": v, r.text(): v})
	}
	data := make([]byte, r.IntN(40))
	for i := range data {
		data[i] = byte(r.Uint32())
	}
	return (&grower{data: data, left: 20}).value()
}

func (r *random) damageMap(m item) {
	names := slices.Sorted(maps.Keys(m))
	name := pick(r, names...)
	switch r.IntN(10) {
	case 0:
		delete(m, name)
	case 1:
		m[r.damagedText(name)] = m[name]
	case 2:
		m[r.text()] = m[pick(r, names...)]
	default:
		m[name] = r.damaged(m[name])
	}
}

func (r *random) damagedTexts(all []string) []string {
	all = slices.Clone(all)
	i := r.IntN(len(all))
	switch r.IntN(4) {
	case 0:
		return append(all, all[i])
	case 1:
		return all[:i]
	}
	all[i] = r.damagedText(all[i])
	return all
}

func (r *random) damagedText(s string) string {
	at := r.IntN(len(s) + 1)
	switch r.IntN(8) {
	case 0:
		return s[:at]
	case 1:
		return s[at:]
	case 2:
		return s[:at] + pick(r, "0", "9", "-", "+", ".", "e", "E1", "E-9", "E999999999", "\x00", "\xff", ":", "T", "Z", ",", " ", "é", `"`, "\\ud800", "{", "]", "null") + s[at:]
	case 3:
		return r.digits()
	case 4:
		return r.text()
	case 5:
		if len(s) < 100 {
			return strings.Repeat(s, pick(r, 2, 3, 50)) + s[:at]
		}
	case 6:
		return r.time(nil).Format(pick(r, time.RFC3339Nano, time.RFC3339, time.DateOnly, time.RFC1123))
	}
	if at == len(s) {
		return ""
	}
	return s[:at] + string([]byte{s[at] ^ 1<<r.IntN(8)}) + s[at+1:]
}

// weight is what v leaves of the bytes and values that may be. Damaged items share values, so that few
// may be very many.
func weight(v av, left int) int {
	left--
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return left - len(v.Value)
	case *types.AttributeValueMemberN:
		return left - len(v.Value)
	case *types.AttributeValueMemberB:
		return left - len(v.Value)
	case *types.AttributeValueMemberL:
		for i := 0; i < len(v.Value) && left > 0; i++ {
			left = weight(v.Value[i], left)
		}
	case *types.AttributeValueMemberSS:
		return left - len(strings.Join(v.Value, ","))
	case *types.AttributeValueMemberNS:
		return left - len(strings.Join(v.Value, ","))
	case *types.AttributeValueMemberM:
		for key, m := range v.Value {
			if left -= len(key); left <= 0 {
				break
			}
			left = weight(m, left)
		}
	}
	return left
}
