package mapper

import (
	"reflect"
	"slices"
	"strconv"

	"github.com/dynaseal/ddb/internal/wire"
)

// entity is the codec of a blank field that says what a struct of type owner is. It holds no value: the
// name is written, and demanded.
func entity(owner reflect.Type, name string) *codec {
	k := &codec{typ: reflect.TypeFor[struct{}](), kind: wire.String, readsNull: true}
	k.encode = func(_ reflect.Value, e *encoder) *Error {
		e.w.String(name)
		return nil
	}
	k.decode = func(_ reflect.Value, d *decoder) *Error {
		switch {
		case d.r.Kind() != wire.String:
			return d.unfit(owner, noEntity(name)+d.r.Kind().String()+" is stored where S says what it is")
		case string(d.r.Text()) != name:
			return d.unfit(owner, noEntity(name)+"it says that it is something else")
		}
		return nil
	}
	return k
}

func noEntity(name string) string { return "it is no " + strconv.Quote(name) + ": " }

// entityOf is the index of the field that says what the struct is, -1 if none does.
func entityOf(fields []field) int {
	return slices.IndexFunc(fields, func(f field) bool { return f.entity != "" })
}

// missingEntity is the error of a stored struct of type owner that lacks f.
func (f *field) missingEntity(owner reflect.Type) *Error {
	return unfit(owner, noEntity(f.entity)+"it does not say what it is")
}
