package attribute

import (
	"bytes"
	"math"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/wire"
)

// ValueSource is a Source that can make attribute values itself, which saves the events.
type ValueSource interface {
	wire.Source

	// AttributeValue makes the value of a slot with m; nil: Write is to describe it.
	AttributeValue(s wire.Slot, m *Maker) Value
}

// Maker makes the values of one item in the form that events have them, allocated together. Its methods
// return nil for what may be refused or is not in canonical form: events then decide. The caller puts the
// values where they belong.
type Maker struct {
	slabs
	size int // as DynamoDB counts, of all values
}

// Wipe readies m for a pool: its values belong to those who have them.
func (m *Maker) Wipe() { *m = Maker{} }

// Size is the size of all values made, as [Size] counts; a Writer's counts the names of an item's attributes too.
func (m *Maker) Size() int { return m.size }

// MakeS makes an S.
func (m *Maker) MakeS(v string) Value {
	if !fastpath.ValidString(v) {
		return nil
	}
	return m.makeS(v)
}

// MakeText makes an S of ASCII that does not outlive the call.
func (m *Maker) MakeText(v []byte) Value { return m.makeS(m.keep(v)) }

func (m *Maker) makeS(v string) *types.AttributeValueMemberS {
	m.size += len(v)
	p := m.newS()
	p.Value = v
	return p
}

// MakeInt makes an N.
func (m *Maker) MakeInt(v int64) Value {
	var room [20]byte
	return m.makeN(strconv.AppendInt(room[:0], v, 10), -1)
}

// MakeUint makes an N.
func (m *Maker) MakeUint(v uint64) Value {
	var room [20]byte
	return m.makeN(strconv.AppendUint(room[:0], v, 10), -1)
}

// MakeFloat makes an N of a float of so many bits.
func (m *Maker) MakeFloat(v float64, bits int) Value {
	if n, places, ok := fewPlaces(v); ok && (bits == 64 || n == 0) {
		return m.makeDecimal(n, places)
	}
	if size := math.Abs(v); !(1e-7 <= size && size < 1e21) { // many zeros, or no number
		return nil
	}
	var room [32]byte
	text := strconv.AppendFloat(room[:0], v, 'f', -1, bits)
	return m.makeN(text, bytes.IndexByte(text, '.'))
}

// fewPlaces is v as n/10^places with up to 15 digits, at most 3 of them behind the point, the last of which
// is not zero. No other number of 15 digits is v, so there is no shorter one.
func fewPlaces(v float64) (n int64, places int, ok bool) {
	const scale, most = 1000, 1e15
	scaled := v * scale
	if !(-most < scaled && scaled < most) {
		return 0, 0, false
	}
	n = int64(scaled + math.Copysign(0.5, scaled)) // rounded
	if float64(n)/scale != v {
		return 0, 0, false
	}
	for places = 3; places > 0 && n%10 == 0; places-- {
		n /= 10
	}
	return n, places, true
}

// makeDecimal makes an N of n/10^places.
func (m *Maker) makeDecimal(n int64, places int) Value {
	var room [24]byte
	text := strconv.AppendInt(room[:0], n, 10)
	if places == 0 {
		return m.makeN(text, -1)
	}
	digits := 0 // where they start
	if n < 0 {
		digits = 1
	}
	for len(text)-digits <= places { // a zero before the point
		text = append(text, 0)
		copy(text[digits+1:], text[digits:])
		text[digits] = '0'
	}
	point := len(text) - places
	text = append(text, 0)
	copy(text[point+1:], text[point:])
	text[point] = '.'
	return m.makeN(text, point)
}

// MakeInteger makes an N of an integer in canonical form, which does not outlive the call.
func (m *Maker) MakeInteger(canonical []byte) Value { return m.makeN(canonical, -1) }

// makeN makes an N of a number in canonical form with its point there, -1 for none.
func (m *Maker) makeN(canonical []byte, point int) Value {
	text := m.keep(canonical)
	m.size += decimalSize(text, point)
	p := (*types.AttributeValueMemberN)(m.newS())
	p.Value = text
	return p
}

// MakeBool makes a BOOL.
func (m *Maker) MakeBool(v bool) Value {
	m.size++
	p := m.newBool()
	p.Value = v
	return p
}

// MakeNull makes a NULL.
func (m *Maker) MakeNull() Value {
	m.size++
	return &types.AttributeValueMemberNULL{Value: true}
}

// MakeB makes a B.
func (m *Maker) MakeB(v []byte) Value {
	m.size += len(v)
	p := m.newB()
	p.Value = m.keepBinary(v)
	return p
}

// MakeL makes an L of values of m, which it keeps.
func (m *Maker) MakeL(members []Value) Value {
	m.size += containerSize + len(members)
	p := m.newL()
	p.Value = members
	return p
}

// MakeM makes an M of values of m under keys of so many bytes. The keys are those of an M, see IsKey.
func (m *Maker) MakeM(members map[string]Value, keys int) Value {
	m.size += containerSize + len(members) + keys
	p := m.newM()
	p.Value = members
	return p
}

// MakeStrings makes an L of S.
func (m *Maker) MakeStrings(list []string) Value {
	members := make([]Value, len(list))
	for i, v := range list {
		if !fastpath.ValidString(v) {
			return nil
		}
		members[i] = m.makeS(v)
	}
	return m.MakeL(members)
}

// MakeStringMap makes an M of S.
func (m *Maker) MakeStringMap(values map[string]string) Value {
	members := make(map[string]Value, len(values))
	keys := 0
	for key, v := range values {
		if !IsKey(key) || !fastpath.ValidString(v) {
			return nil
		}
		members[key] = m.makeS(v)
		keys += len(key)
	}
	return m.MakeM(members, keys)
}

// IsKey reports whether key can be that of an M's member.
func IsKey(key string) bool { return key != "" && fastpath.ValidString(key) }
