package mapper

import (
	"reflect"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/tags"
)

// encode makes the value of what lies at p, NULL where that is nil; nil: it gave up.
func (d *direct) encode(p unsafe.Pointer, m *attribute.Maker) attribute.Value {
	switch d.kind {
	case directString:
		return m.MakeS(*(*string)(p))
	case directBool:
		return m.MakeBool(*(*bool)(p))
	case directInt:
		return m.MakeInt(d.int(p))
	case directUint:
		return m.MakeUint(d.uint(p))
	case directFloat:
		if d.size == 4 {
			return m.MakeFloat(float64(*(*float32)(p)), 32)
		}
		return m.MakeFloat(*(*float64)(p), 64)
	case directBytes:
		if b := *(*[]byte)(p); b != nil {
			return m.MakeB(b)
		}
		return m.MakeNull()
	case directTime:
		return d.encodeTime(*(*time.Time)(p), m)
	case directUnix:
		var room [40]byte
		if text, reason := appendTime(room[:0], *(*time.Time)(p), d.time); reason == "" {
			return m.MakeInteger(text)
		}
		return nil
	case directPointer:
		if to := *(*unsafe.Pointer)(p); to != nil {
			return d.elem.encode(to, m)
		}
		return m.MakeNull()
	case directStrings:
		if list := *(*[]string)(p); list != nil {
			return m.MakeStrings(list)
		}
		return m.MakeNull()
	case directList:
		return d.encodeList(p, m)
	case directStringMap:
		if members := *(*map[string]string)(p); members != nil {
			return m.MakeStringMap(members)
		}
		return m.MakeNull()
	case directDocument:
		members := make(map[string]attribute.Value, len(d.fields))
		names, ok := encodeFields(d.fields, p, members, m)
		if !ok {
			return nil
		}
		return m.MakeM(members, names)
	}
	return nil
}

func (d *direct) int(p unsafe.Pointer) int64 {
	switch d.size {
	case 1:
		return int64(*(*int8)(p))
	case 2:
		return int64(*(*int16)(p))
	case 4:
		return int64(*(*int32)(p))
	}
	return *(*int64)(p)
}

func (d *direct) uint(p unsafe.Pointer) uint64 {
	switch d.size {
	case 1:
		return uint64(*(*uint8)(p))
	case 2:
		return uint64(*(*uint16)(p))
	case 4:
		return uint64(*(*uint32)(p))
	}
	return *(*uint64)(p)
}

func (d *direct) encodeList(p unsafe.Pointer, m *attribute.Maker) attribute.Value {
	list := *(*[]byte)(p) // as long as the slice, whatever its members
	if list == nil {
		return m.MakeNull()
	}
	members := make([]attribute.Value, len(list))
	first := unsafe.Pointer(unsafe.SliceData(list))
	for i := range members {
		v := d.elem.encode(unsafe.Add(first, uintptr(i)*d.size), m)
		if v == nil {
			return nil
		}
		members[i] = v
	}
	return m.MakeL(members)
}

// encodeFields puts the fields of the struct at p into a map; names is the length of their names. It gives up
// where one of them does, and on keys that are not usual.
func encodeFields(fields []directField, p unsafe.Pointer, into map[string]attribute.Value, m *attribute.Maker) (names int, ok bool) {
	for i := range fields {
		f := &fields[i]
		at := unsafe.Add(p, f.offset)
		if f.canOmit && f.isOmitted(at) {
			if f.isKey {
				return 0, false
			}
			continue
		}
		var v attribute.Value
		if f.kind == directString { // the commonest first
			v = m.MakeS(*(*string)(at))
		} else {
			v = f.encode(at, m)
		}
		if v == nil || f.isKey && !isUsualKey(v) {
			return 0, false
		}
		into[f.name] = v
		names += len(f.name)
	}
	return names, true
}

func (f *directField) isOmitted(p unsafe.Pointer) bool {
	if f.ifNil {
		return *(*unsafe.Pointer)(p) == nil
	}
	return f.omitted(reflect.NewAt(f.goType, p).Elem())
}

// isUsualKey reports whether v is a key that DynamoDB stores, a partition key or a sort key. It does not
// take the longest of them.
func isUsualKey(v attribute.Value) bool {
	const limit = 1 << 10
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return 0 < len(v.Value) && len(v.Value) <= limit
	case *types.AttributeValueMemberB:
		return 0 < len(v.Value) && len(v.Value) <= limit
	case *types.AttributeValueMemberN:
		return true
	}
	return false
}

func (d *direct) encodeTime(t time.Time, m *attribute.Maker) attribute.Value {
	var room [40]byte
	text, ok := appendUsualTime(&room, t, d.time)
	if !ok {
		var reason string
		if text, reason = appendTime(room[:0], t, d.time); reason != "" {
			return nil
		}
	}
	return m.MakeText(text)
}

// appendUsualTime is appendTime of times in UTC in the formats that cut nothing.
func appendUsualTime(room *[40]byte, t time.Time, f tags.TimeFormat) (text []byte, ok bool) {
	if t.Location() != time.UTC || f != tags.TimeRFC3339Nano && f != tags.TimeNanos {
		return nil, false
	}
	year, month, day := t.Date()
	if year < 0 || year > 9999 {
		return nil, false
	}
	hour, minute, second := t.Clock()
	copy(room[:], "0000-00-00T00:00:00.000000000Z")
	putTwoDigits(room, 0, year/100)
	putTwoDigits(room, 2, year%100)
	putTwoDigits(room, 5, int(month))
	putTwoDigits(room, 8, day)
	putTwoDigits(room, 11, hour)
	putTwoDigits(room, 14, minute)
	putTwoDigits(room, 17, second)
	const point, digits = 19, 9
	end := point + 1 + digits
	ns := uint32(t.Nanosecond())
	for at := end - 2; ns > 0; at -= 2 { // the tenth of a second is alone
		putTwoDigits(room, at, int(ns%100))
		ns /= 100
	}
	room[point] = '.'
	if f == tags.TimeRFC3339Nano { // which writes no zeros at the end
		for room[end-1] == '0' && end > point+1 {
			end--
		}
		if end == point+1 {
			end = point
		}
		room[end] = 'Z'
	}
	return room[:end+1], true
}

func putTwoDigits(room *[40]byte, at, n int) {
	room[at], room[at+1] = byte('0'+n/10), byte('0'+n%10)
}
