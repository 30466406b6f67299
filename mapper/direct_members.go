package mapper

import (
	"reflect"
	"unsafe"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

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
