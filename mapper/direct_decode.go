package mapper

import (
	"reflect"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// decode sets what lies at p; false: it gave up, and p may be half written.
func (d *direct) decode(p unsafe.Pointer, v attribute.Value) bool {
	switch d.kind {
	case directString:
		s, ok := v.(*types.AttributeValueMemberS)
		if !ok || s == nil {
			return false
		}
		*(*string)(p) = s.Value
		return true
	case directBool:
		b, ok := v.(*types.AttributeValueMemberBOOL)
		if !ok || b == nil {
			return false
		}
		*(*bool)(p) = b.Value
		return true
	case directInt, directUint, directFloat, directUnix:
		n, ok := v.(*types.AttributeValueMemberN)
		return ok && n != nil && d.decodeNumber(p, n.Value)
	case directBytes:
		b, ok := v.(*types.AttributeValueMemberB)
		if !ok || b == nil {
			return false
		}
		*(*[]byte)(p) = copyOf(b.Value)
		return true
	case directTime:
		s, ok := v.(*types.AttributeValueMemberS)
		return ok && s != nil && d.decodeTime((*time.Time)(p), s.Value)
	case directPointer:
		return d.decodePointer(p, v)
	case directStrings:
		l, ok := v.(*types.AttributeValueMemberL)
		return ok && l != nil && decodeStrings((*[]string)(p), l.Value)
	case directList:
		l, ok := v.(*types.AttributeValueMemberL)
		return ok && l != nil && d.decodeList(p, l.Value)
	case directStringMap:
		m, ok := v.(*types.AttributeValueMemberM)
		return ok && m != nil && decodeStringMap((*map[string]string)(p), m.Value)
	case directDocument:
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok || m == nil {
			return false
		}
		_, ok = decodeFields(d.fields, p, m.Value)
		return ok
	}
	return false
}

func (d *direct) decodeNumber(p unsafe.Pointer, text string) bool {
	if d.kind == directFloat {
		f, ok := shortDecimal(text, int(8*d.size))
		switch {
		case !ok:
		case d.size == 4:
			*(*float32)(p) = float32(f)
		default:
			*(*float64)(p) = f
		}
		return ok
	}
	n, ok := shortInteger(text)
	if !ok {
		return false
	}
	if d.kind == directUnix {
		*(*time.Time)(p), ok = unixTime(n, d.time)
		return ok
	}
	d.setInt(p, n)
	if d.kind == directUint {
		return n >= 0 && d.uint(p) == uint64(n)
	}
	return d.int(p) == n
}

// setInt writes the low bits of n, which signed and unsigned integers have alike.
func (d *direct) setInt(p unsafe.Pointer, n int64) {
	switch d.size {
	case 1:
		*(*int8)(p) = int8(n)
	case 2:
		*(*int16)(p) = int16(n)
	case 4:
		*(*int32)(p) = int32(n)
	default:
		*(*int64)(p) = n
	}
}

func (d *direct) decodeTime(t *time.Time, text string) bool {
	var ok bool
	if *t, ok = usualTime(text); ok {
		return true
	}
	var room [40]byte
	var reason string
	*t, reason = parseTime(append(room[:0], text...), d.time)
	return reason == "" && hasFourDigitYear(*t)
}

// usualTime reads 2006-01-02T15:04:05Z, with up to 9 digits of a fraction of a second.
func usualTime(s string) (t time.Time, ok bool) {
	const layout = "2006-01-02T15:04:05Z"
	const last = len(layout) - 1
	if len(s) < len(layout) || s[4] != '-' || s[7] != '-' || s[10] != 'T' || s[13] != ':' || s[16] != ':' || s[len(s)-1] != 'Z' {
		return t, false
	}
	century, ok1 := twoDigits(s, 0)
	year, ok2 := twoDigits(s, 2)
	month, ok3 := twoDigits(s, 5)
	day, ok4 := twoDigits(s, 8)
	hour, ok5 := twoDigits(s, 11)
	minute, ok6 := twoDigits(s, 14)
	second, ok7 := twoDigits(s, 17)
	if !(ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && ok7) || hour > 23 || minute > 59 || second > 59 {
		return t, false
	}
	ns := 0
	if fraction := s[last : len(s)-1]; len(fraction) > 0 {
		if fraction[0] != '.' || len(fraction) < 2 || len(fraction) > 10 {
			return t, false
		}
		for i := 1; i < 10; i++ {
			ns *= 10
			if i < len(fraction) {
				digit := fraction[i] - '0'
				if digit > 9 {
					return t, false
				}
				ns += int(digit)
			}
		}
	}
	t = time.Date(100*century+year, time.Month(month), day, hour, minute, second, ns, time.UTC)
	// Date takes the 31st of June for the 1st of July.
	return t, month >= 1 && month <= 12 && day >= 1 && (day <= 28 || t.Day() == day)
}

func twoDigits(s string, at int) (n int, ok bool) {
	a, b := s[at]-'0', s[at+1]-'0'
	return 10*int(a) + int(b), a <= 9 && b <= 9
}

func (d *direct) decodePointer(p unsafe.Pointer, v attribute.Value) bool {
	var to unsafe.Pointer
	if d.elem.kind == directString {
		to = unsafe.Pointer(new(string))
	} else {
		to = reflect.New(d.typ).UnsafePointer()
	}
	if !d.elem.decode(to, v) {
		return false
	}
	*(*unsafe.Pointer)(p) = to
	return true
}

func decodeStrings(list *[]string, stored []attribute.Value) bool {
	members := make([]string, len(stored))
	for i, v := range stored {
		s, ok := v.(*types.AttributeValueMemberS)
		if !ok || s == nil {
			return false
		}
		members[i] = s.Value
	}
	*list = members
	return true
}

func (d *direct) decodeList(p unsafe.Pointer, stored []attribute.Value) bool {
	list := reflect.MakeSlice(d.typ, len(stored), len(stored))
	first := list.UnsafePointer()
	for i, v := range stored {
		if !d.elem.decode(unsafe.Add(first, uintptr(i)*d.size), v) {
			return false
		}
	}
	reflect.NewAt(d.typ, p).Elem().Set(list)
	return true
}

func decodeStringMap(m *map[string]string, stored map[string]attribute.Value) bool {
	members := make(map[string]string, len(stored))
	for key, v := range stored {
		s, ok := v.(*types.AttributeValueMemberS)
		if !ok || s == nil {
			return false
		}
		members[key] = s.Value
	}
	*m = members
	return true
}

// decodeFields sets the fields of the struct at p, those that are missing or NULL to zero, and says how many were
// there. It gives up where one of them does, and on items without a key.
func decodeFields(fields []directField, p unsafe.Pointer, stored map[string]attribute.Value) (found int, ok bool) {
	for i := range fields {
		f := &fields[i]
		at := unsafe.Add(p, f.offset)
		v, there := stored[f.name]
		if there {
			found++
		}
		if f.kind == directString { // the commonest first
			if s, ok := v.(*types.AttributeValueMemberS); ok && s != nil {
				*(*string)(at) = s.Value
				continue
			}
		}
		if f.clear {
			f.zero(at)
		}
		switch {
		case there && f.decode(at, v):
		case f.isKey || there && attribute.KindOf(v) != wire.Null:
			return 0, false
		default:
			f.zero(at)
		}
	}
	return found, true
}

func (f *directField) zero(p unsafe.Pointer) { reflect.NewAt(f.goType, p).Elem().SetZero() }
