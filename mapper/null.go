package mapper

import "reflect"

// isSQLNull reports whether t holds a value or nothing as sql.NullString and sql.Null[T] do. Package
// database/sql is told by its path, so that no program links it for this.
func isSQLNull(t reflect.Type) bool {
	return t.PkgPath() == "database/sql" && t.Kind() == reflect.Struct && t.NumField() == 2 &&
		t.Field(1).Name == "Valid" && t.Field(1).Type.Kind() == reflect.Bool
}

// sqlNull is as a pointer, nil where the value is not valid.
func (c *compiler) sqlNull(k *codec, w words, path string) {
	const value, valid = 0, 1
	to := c.codec(k.typ.Field(value).Type, w, path)
	k.kind = to.kind
	k.isNil = func(v reflect.Value) bool { return !v.Field(valid).Bool() }
	k.empty = k.isNil
	if to.emptySet != nil {
		k.emptySet = func(v reflect.Value) bool { return k.isNil(v) || to.emptySet(v.Field(value)) }
	}
	if to.asks != nil {
		k.asks = func(v reflect.Value, e *encoder) bool { return to.mayLeaveOut(v.Field(value), e) }
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		if inner := v.Field(value); to.isNil == nil || !to.isNil(inner) {
			return to.write(inner, e)
		}
		return unfit(k.typ, "it is valid and holds nil, whose NULL would be read as not valid")
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		v.SetZero()
		v.Field(valid).SetBool(true)
		return to.decode(v.Field(value), d)
	}
}
