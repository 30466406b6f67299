package mapper

import (
	"reflect"

	"github.com/dynaseal/ddb/internal/wire"
)

// codec is a Go type with its words compiled: one closure a direction. Containers hold the codec of
// their members by pointer, so that a recursive type refers to itself before it is complete.
type codec struct {
	typ  reflect.Type
	kind wire.Kind // what is written; 0: depends on the value

	// isNil reports whether there is nothing in v, so that NULL is written; nil: there always is.
	isNil func(v reflect.Value) bool

	// readsNull says that decode takes NULL too, which is the zero value of other types.
	readsNull bool

	isVariant bool     // what is stored says which of several types it is
	parts     []*codec // what it is compiled of

	// encode writes v, which is addressable and not nil. What the Writer refused of it is for the caller
	// to report, but for members whose place only encode knows.
	encode func(v reflect.Value, e *encoder) *Error

	// decode sets v to what the reader stands on, which is not NULL unless readsNull. v is addressable and may hold
	// anything; memory that it refers to is not written to. After an error v is to be dropped.
	decode func(v reflect.Value, d *decoder) *Error

	// direct is the fast way of encode and decode where there is one, else nil.
	direct *direct

	// empty is what omitempty leaves out; nil: what encoding/json does for the Go kind.
	empty func(v reflect.Value) bool

	// emptySet reports whether v is a set without members, which DynamoDB does not store; nil: no set.
	emptySet func(v reflect.Value) bool

	// asks reports whether v, which is not nil, may say itself that it is to be left out; nil: it never
	// does. It does so by an Error that encode returns, see ErrOmit.
	asks func(v reflect.Value, e *encoder) bool
}

// encoder is the state of writing one attribute.
type encoder struct {
	w     wire.Writer
	types *dynamicTypes
	depth int
}

// write writes v, as NULL where it is nil, and reports what the Writer refused of it.
func (k *codec) write(v reflect.Value, e *encoder) *Error {
	if k.isNil != nil && k.isNil(v) {
		e.w.Null()
	} else if err := k.encode(v, e); err != nil {
		return err
	}
	return k.refusal(e.w)
}

// refusal is what w refused of the value just written.
func (k *codec) refusal(w wire.Writer) *Error {
	if err := w.Err(); err != nil {
		return unfit(k.typ, err.Error())
	}
	return nil
}

// enter counts a list or map in. A value that contains itself ends here.
func (k *codec) enter(e *encoder) *Error {
	if e.depth++; e.depth >= wire.MaxDepth {
		return unfit(k.typ, tooDeep+"; does it contain itself?")
	}
	return nil
}

const tooDeep = "nested deeper than 32 levels, which DynamoDB does not store"

// decoder is the state of reading one attribute.
type decoder struct {
	r     wire.Reader
	depth int
	text  [64]byte // numbers in plain spelling
}

// read sets v, to its zero value where NULL is stored.
func (k *codec) read(v reflect.Value, d *decoder) *Error {
	if d.r.Kind() == wire.Null && !k.readsNull {
		v.SetZero()
		return nil
	}
	return k.decode(v, d)
}

// enter steps into a set, list or map.
func (d *decoder) enter(t reflect.Type) *Error {
	if d.depth++; d.depth > wire.MaxDepth {
		return &Error{Type: t, Kind: d.r.Kind().String(), Reason: tooDeep}
	}
	d.r.Enter()
	return nil
}

func (d *decoder) leave() {
	d.depth--
	d.r.Leave()
}

// unfit is a stored value of a fitting type that t cannot hold.
func (d *decoder) unfit(t reflect.Type, reason string) *Error {
	return &Error{Type: t, Kind: d.r.Kind().String(), Reason: reason}
}
