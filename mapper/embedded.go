package mapper

import "reflect"

// structOf is the struct type that t is, or points to as an embedded pointer.
func structOf(t reflect.Type) reflect.Type {
	if t.Kind() == reflect.Pointer {
		return t.Elem()
	}
	return t
}

// isBehindPointer reports whether index leads through an embedded pointer of t.
func isBehindPointer(t reflect.Type, index []int) bool {
	for _, i := range index[:len(index)-1] {
		if t = structOf(t).Field(i).Type; t.Kind() == reflect.Pointer {
			return true
		}
	}
	return false
}

// omittedBehind leaves a field out where its embedded pointer is nil, and where omitted says so.
func omittedBehind(omitted func(reflect.Value) bool) func(reflect.Value) bool {
	return func(v reflect.Value) bool { return !v.IsValid() || omitted != nil && omitted(v) }
}

// reach is the field of v through embedded pointers. Where one is nil it gets a new struct if allocate
// says so; otherwise there is no field.
func (f *field) reach(v reflect.Value, allocate bool) reflect.Value {
	for _, i := range f.index {
		if v.Kind() == reflect.Pointer {
			switch {
			case !v.IsNil():
			case allocate:
				v.Set(reflect.New(v.Type().Elem()))
			default:
				return reflect.Value{}
			}
			v = v.Elem()
		}
		v = v.Field(i)
	}
	return v
}

// place is the field of v to read into. Memory behind embedded pointers is new, if clear was called before.
func (f *field) place(v reflect.Value) reflect.Value {
	if f.behind {
		return f.reach(v, true)
	}
	return f.of(v)
}

// clear sets the field to zero: the outermost embedded pointer, where it lies behind one.
func (f *field) clear(v reflect.Value) {
	if f.entity != "" {
		return // blank
	}
	for _, i := range f.index {
		if v = v.Field(i); v.Kind() == reflect.Pointer {
			break
		}
	}
	v.SetZero()
}
