package mapper

import "reflect"

// patches says of a pointer to a pointer, slice or map that nil is an attribute that is missing, so that
// NULL is a pointer to nil. Members of lists and maps, and fields with the word null, have no such third
// state.
func patches(t reflect.Type, null bool) bool {
	return !null && t.Kind() == reflect.Pointer && isNilKind(t.Elem())
}

func isNilKind(t reflect.Type) bool {
	return t.Kind() == reflect.Pointer || t.Kind() == reflect.Slice || t.Kind() == reflect.Map
}

func nilKindName(t reflect.Type) string {
	if t.Kind() == reflect.Pointer {
		return "pointer"
	}
	return t.Kind().String()
}

func (c *compiler) pointer(k *codec, w words, path string) {
	elem := k.typ.Elem()
	switch {
	case elem.Kind() == reflect.Interface:
		c.fail(k.typ, path, "pointer to an interface: NULL could be either; use one of them")
		return
	case pointsToItself(k.typ):
		c.fail(k.typ, path, "it points to nothing but pointers, which hold no value")
		return
	}
	inner := w
	inner.patch = false
	to := c.codec(elem, inner, path)
	k.kind, k.direct = to.kind, pointerWay(to)
	isNilable := isNilKind(elem)
	if to.emptySet != nil {
		k.emptySet = func(v reflect.Value) bool {
			// A pointer to nil is NULL, or an error.
			return v.IsNil() || !(isNilable && v.Elem().IsNil()) && to.emptySet(v.Elem())
		}
	}
	if to.asks != nil {
		k.asks = func(v reflect.Value, e *encoder) bool { return to.mayLeaveOut(v.Elem(), e) }
	}
	k.encode = func(v reflect.Value, e *encoder) *Error { return to.write(v.Elem(), e) }
	k.decode = func(v reflect.Value, d *decoder) *Error {
		p := reflect.New(elem)
		if err := to.read(p.Elem(), d); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
	switch {
	case !isNilable:
	case w.patch:
		k.readsNull = true // into a pointer to nil
	default:
		k.encode = func(v reflect.Value, e *encoder) *Error {
			if v.Elem().IsNil() {
				return unfit(k.typ, "pointer to a nil "+nilKindName(elem)+", which would be read as nil: use nil")
			}
			return to.write(v.Elem(), e)
		}
	}
}

// pointsToItself reports whether t is such as type P *P.
func pointsToItself(t reflect.Type) bool {
	for seen := map[reflect.Type]bool{}; t.Kind() == reflect.Pointer; t = t.Elem() {
		if seen[t] {
			return true
		}
		seen[t] = true
	}
	return false
}
