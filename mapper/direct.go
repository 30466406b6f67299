package mapper

import (
	"reflect"
	"strconv"
	"time"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// direct is a way from memory to attribute value and back without events and reflection, for the
// commonest types. It takes what is usual and gives up on all else, a refusal or an unusual spelling,
// which encode and decode of the codec then decide on: so every rule has one place, and without the
// direct way (package fastpath) nothing changes but speed.
type direct struct {
	encode func(p unsafe.Pointer, w *attribute.Writer) attribute.Value // nil: gave up
	decode func(p unsafe.Pointer, v attribute.Value) bool              // false: gave up, p may be half written
	levels int                                                         // of nesting, 1 for a scalar
}

// scalar is the direct way of a type T that is stored as an attribute value of Go type V.
func scalar[T any, V any](encode func(v T, w *attribute.Writer) attribute.Value, decode func(v *V) (T, bool)) *direct {
	return &direct{
		levels: 1,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value { return encode(*(*T)(p), w) },
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			s, ok := any(v).(*V)
			if !ok || s == nil {
				return false
			}
			t, ok := decode(s)
			if ok {
				*(*T)(p) = t
			}
			return ok
		},
	}
}

func directString() *direct {
	return &direct{
		levels: 1,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value { return w.MakeS(*(*string)(p)) },
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			s, ok := v.(*types.AttributeValueMemberS)
			if !ok || s == nil {
				return false
			}
			*(*string)(p) = s.Value
			return true
		},
	}
}

func directBool() *direct {
	return scalar(
		func(v bool, w *attribute.Writer) attribute.Value { return w.MakeBool(v) },
		func(v *types.AttributeValueMemberBOOL) (bool, bool) { return v.Value, true })
}

func directInt(k reflect.Kind) *direct {
	switch k {
	case reflect.Int8:
		return signed[int8]()
	case reflect.Int16:
		return signed[int16]()
	case reflect.Int32:
		return signed[int32]()
	case reflect.Int64:
		return signed[int64]()
	case reflect.Uint:
		return unsigned[uint]()
	case reflect.Uint8:
		return unsigned[uint8]()
	case reflect.Uint16:
		return unsigned[uint16]()
	case reflect.Uint32:
		return unsigned[uint32]()
	case reflect.Uint64:
		return unsigned[uint64]()
	}
	return signed[int]()
}

func signed[T int | int8 | int16 | int32 | int64]() *direct {
	return scalar(
		func(v T, w *attribute.Writer) attribute.Value { return w.MakeInt(int64(v)) },
		func(v *types.AttributeValueMemberN) (T, bool) {
			n, ok := shortInteger(v.Value)
			return T(n), ok && int64(T(n)) == n
		})
}

func unsigned[T uint | uint8 | uint16 | uint32 | uint64]() *direct {
	return scalar(
		func(v T, w *attribute.Writer) attribute.Value { return w.MakeUint(uint64(v)) },
		func(v *types.AttributeValueMemberN) (T, bool) {
			n, ok := shortInteger(v.Value)
			return T(n), ok && n >= 0 && int64(T(n)) == n
		})
}

// shortInteger reads up to 18 digits, which no int64 is too small for.
func shortInteger(text string) (n int64, ok bool) {
	digits := text
	if len(text) > 0 && text[0] == '-' {
		digits = text[1:]
	}
	if len(digits) == 0 || len(digits) > 18 {
		return 0, false
	}
	for i := range len(digits) {
		c := digits[i] - '0'
		if c > 9 {
			return 0, false
		}
		n = 10*n + int64(c)
	}
	if len(digits) < len(text) {
		n = -n
	}
	return n, true
}

func directFloat(k reflect.Kind) *direct {
	if k == reflect.Float32 {
		return scalar(
			func(v float32, w *attribute.Writer) attribute.Value { return w.MakeFloat(float64(v), 32) },
			func(v *types.AttributeValueMemberN) (float32, bool) {
				f, ok := shortDecimal(v.Value, 32)
				return float32(f), ok
			})
	}
	return scalar(
		func(v float64, w *attribute.Writer) attribute.Value { return w.MakeFloat(v, 64) },
		func(v *types.AttributeValueMemberN) (float64, bool) { return shortDecimal(v.Value, 64) })
}

// shortDecimal reads a number without an exponent that is not zero nor rounds to it.
func shortDecimal(text string, bits int) (float64, bool) {
	for i := range len(text) {
		if c := text[i]; (c < '0' || c > '9') && c != '.' && c != '-' {
			return 0, false
		}
	}
	if len(text) > 64 {
		return 0, false
	}
	f, err := strconv.ParseFloat(text, bits)
	return f, err == nil && f != 0
}

func directBytes() *direct {
	return scalar(
		func(v []byte, w *attribute.Writer) attribute.Value {
			if v == nil {
				return nil
			}
			return w.MakeB(v)
		},
		func(v *types.AttributeValueMemberB) ([]byte, bool) { return copyOf(v.Value), true })
}

// directTime is that of the formats that are text.
func directTime(f tags.TimeFormat) *direct {
	return scalar(
		func(v time.Time, w *attribute.Writer) attribute.Value {
			text, reason := appendTime(w.Scratch(), v, f)
			if reason != "" {
				return nil
			}
			return w.MakeText(text)
		},
		func(v *types.AttributeValueMemberS) (time.Time, bool) {
			if t, ok := plainTime(v.Value); ok {
				return t, true
			}
			var room [40]byte
			t, reason := parseTime(append(room[:0], v.Value...), f)
			return t, reason == "" && hasFourDigitYear(t)
		})
}

// plainTime reads 2006-01-02T15:04:05Z, with up to 9 digits of a fraction of a second.
func plainTime(s string) (t time.Time, ok bool) {
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

// maxDirectLevels keeps the direct way of a deep type from writing what is too deep.
const maxDirectLevels = wire.MaxDepth - 1

// directPointer is that of a pointer to a type with a direct way.
func directPointer(to *codec) *direct {
	if to.direct == nil || to.isNil != nil {
		return nil
	}
	elem := to.typ
	return &direct{
		levels: to.direct.levels,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value {
			if q := *(*unsafe.Pointer)(p); q != nil {
				return to.direct.encode(q, w)
			}
			return nil
		},
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			q := reflect.New(elem).UnsafePointer()
			if !to.direct.decode(q, v) {
				return false
			}
			*(*unsafe.Pointer)(p) = q
			return true
		},
	}
}

// directList is that of a slice whose members have a direct way and are not nil.
func directList(slice reflect.Type, elem *codec) *direct {
	if slice.Kind() != reflect.Slice || elem.direct == nil || elem.isNil != nil || elem.direct.levels >= maxDirectLevels {
		return nil
	}
	size := elem.typ.Size()
	isString := elem.typ == reflect.TypeFor[string]()
	return &direct{
		levels: elem.direct.levels + 1,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value {
			s := *(*[]byte)(p) // as long as the slice, whatever its members
			if s == nil {
				return nil
			}
			l := w.MakeL(len(s))
			if isString {
				for _, member := range *(*[]string)(p) {
					m := w.MakeS(member)
					if m == nil {
						return nil
					}
					w.Add(l, m)
				}
				return l
			}
			first := unsafe.Pointer(unsafe.SliceData(s))
			for i := range len(s) {
				m := elem.direct.encode(unsafe.Add(first, uintptr(i)*size), w)
				if m == nil {
					return nil
				}
				w.Add(l, m)
			}
			return l
		},
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			l, ok := v.(*types.AttributeValueMemberL)
			if !ok || l == nil {
				return false
			}
			n := len(l.Value)
			var s reflect.Value
			var first unsafe.Pointer
			if isString {
				members := make([]string, n)
				*(*[]string)(p) = members
				first = unsafe.Pointer(unsafe.SliceData(members))
			} else {
				s = reflect.MakeSlice(slice, n, n)
				first = s.UnsafePointer()
			}
			for i, m := range l.Value {
				if !elem.direct.decode(unsafe.Add(first, uintptr(i)*size), m) {
					return false
				}
			}
			if !isString {
				reflect.NewAt(slice, p).Elem().Set(s)
			}
			return true
		},
	}
}

// directStringMap is that of maps from strings to strings.
func directStringMap() *direct {
	return &direct{
		levels: 2,
		encode: func(p unsafe.Pointer, w *attribute.Writer) attribute.Value {
			members := *(*map[string]string)(p)
			if members == nil {
				return nil
			}
			m := w.MakeM(len(members))
			for key, s := range members {
				v := w.MakeS(s)
				if v == nil || !attribute.IsKey(key) {
					return nil
				}
				w.Set(m, key, v)
			}
			return m
		},
		decode: func(p unsafe.Pointer, v attribute.Value) bool {
			m, ok := v.(*types.AttributeValueMemberM)
			if !ok || m == nil {
				return false
			}
			members := make(map[string]string, len(m.Value))
			for key, v := range m.Value {
				s, ok := v.(*types.AttributeValueMemberS)
				if !ok || s == nil {
					return false
				}
				members[key] = s.Value
			}
			*(*map[string]string)(p) = members
			return true
		},
	}
}

// directStruct is that of a document all of whose fields have a direct way and none was renamed.
func directStruct(fields []field) *direct {
	d := &direct{levels: 1}
	for i := range fields {
		way := fields[i].codec.direct
		if way == nil || fields[i].was != "" || fields[i].behind {
			return nil
		}
		d.levels = max(d.levels, way.levels)
	}
	if d.levels++; d.levels > maxDirectLevels {
		return nil
	}
	d.encode = func(p unsafe.Pointer, w *attribute.Writer) attribute.Value {
		m := w.MakeM(len(fields))
		for i := range fields {
			f := &fields[i]
			member := unsafe.Add(p, f.offset)
			if f.ifNil && *(*unsafe.Pointer)(member) == nil {
				continue
			}
			if f.omitted != nil && f.omitted(reflect.NewAt(f.codec.typ, member).Elem()) {
				continue
			}
			v := f.codec.direct.encode(member, w)
			if v == nil {
				return nil
			}
			w.Set(m, f.name, v)
		}
		return m
	}
	d.decode = func(p unsafe.Pointer, v attribute.Value) bool {
		m, ok := v.(*types.AttributeValueMemberM)
		if !ok || m == nil {
			return false
		}
		for i := range fields {
			f := &fields[i]
			member := unsafe.Add(p, f.offset)
			if v, ok := m.Value[f.name]; !ok {
				reflect.NewAt(f.codec.typ, member).Elem().SetZero()
			} else if !f.codec.direct.decode(member, v) {
				return false
			}
		}
		return true
	}
	return d
}
