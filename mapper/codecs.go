package mapper

import (
	"reflect"
	"strconv"
)

// TypeCodec stores a type that its user cannot change as another one; [CodecFor] makes it. It is
// immutable and may be used in any number of tables.
type TypeCodec struct {
	typ, stored reflect.Type
	encode      func(v, stored reflect.Value) error // nil if the user gave none
	decode      func(stored, v reflect.Value) error
}

// CodecFor returns the TypeCodec that stores a T as a V is stored, wherever it is: in a field, behind a
// pointer, in slices, maps and sets, in an interface. The words of a field say how the V is stored. It
// goes before any method of T. T is exactly this type.
//
// A nil T is not encoded, since there is nothing in it, and NULL is decoded where V can be nil only: else
// it is the zero T. encode may answer [ErrOmit]. The texts of errors are never shown, since they may
// hold the value. Both functions are called from many goroutines, and encode maybe twice for a value.
func CodecFor[T, V any](encode func(T) (V, error), decode func(V) (T, error)) TypeCodec {
	c := TypeCodec{typ: reflect.TypeFor[T](), stored: reflect.TypeFor[V]()}
	if encode != nil {
		c.encode = func(v, stored reflect.Value) (err error) {
			*stored.Addr().Interface().(*V), err = encode(*v.Addr().Interface().(*T))
			return err
		}
	}
	if decode != nil {
		c.decode = func(stored, v reflect.Value) (err error) {
			*v.Addr().Interface().(*T), err = decode(*stored.Addr().Interface().(*V))
			return err
		}
	}
	return c
}

// register takes the codecs of c's options, and fails for those that cannot be used.
func (c *compiler) register() {
	for i, f := range c.options.Codecs {
		fail := func(reason string) { c.fail(f.typ, "Config.Codecs["+strconv.Itoa(i)+"]", reason) }
		switch _, taken := c.registered[f.typ]; {
		case f.typ == nil:
			fail("the zero TypeCodec: make one with CodecFor")
		case f.encode == nil || f.decode == nil:
			fail("a function is nil: give encode and decode")
		case f.typ == f.stored:
			fail("it is stored as itself: store it as another type")
		case taken:
			fail("it has a codec already: keep one")
		default:
			if c.registered == nil {
				c.registered = make(map[reflect.Type]TypeCodec)
			}
			c.registered[f.typ] = f
			if c.as(f.stored) == nil {
				delete(c.registered, f.typ)
				fail("it is stored as " + typeName(f.stored) + ", which codecs store as it again: break the circle")
			}
		}
	}
}

// as is the type that t is stored as, a pointer to it where only t can be nil; nil if the codecs go in a
// circle.
func (c *compiler) as(t reflect.Type) reflect.Type {
	nilable := false
	for range len(c.registered) + 1 {
		f, ok := c.registered[t]
		if ok {
			nilable = nilable || canBeNil(t)
			t = f.stored
			continue
		}
		switch {
		case isSQLNull(t):
			return reflect.PointerTo(t.Field(0).Type)
		case t == unixTimeType:
			t = timeType
		}
		if nilable && !canBeNil(t) {
			return reflect.PointerTo(t)
		}
		return t
	}
	return nil
}

func (c *compiler) isRegistered(t reflect.Type) bool {
	_, ok := c.registered[t]
	return ok
}

// foreign is a type that f stores as another.
func (c *compiler) foreign(k *codec, f TypeCodec, w words, path string) {
	const encode, decode = "the encode function of its codec", "the decode function of its codec"
	k.asks = asked
	to := c.codec(f.stored, w, path)
	// stored is v as it is stored; ok is false where encode reports why there is nothing such.
	stored := func(v reflect.Value) (s reflect.Value, err error) {
		s = reflect.New(f.stored).Elem()
		return s, f.encode(v, s)
	}
	holds := func(test func(reflect.Value) bool) func(reflect.Value) bool {
		nilT := k.isNil
		return func(v reflect.Value) bool {
			if nilT != nil && nilT(v) {
				return true
			}
			s, err := stored(v)
			return err == nil && test(s)
		}
	}
	k.kind = to.kind
	k.readsNull = to.isNil != nil || to.readsNull
	k.empty = holds(to.isEmpty)
	if to.emptySet != nil {
		k.emptySet = holds(to.emptySet)
	}
	if to.isNil != nil {
		k.isNil = holds(to.isNil)
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		s, err := stored(v)
		if err != nil {
			return k.failed(encode, err)
		}
		return to.write(s, e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		kind := d.r.Kind()
		s := reflect.New(f.stored).Elem()
		if err := to.read(s, d); err != nil {
			return err
		}
		if err := f.decode(s, v); err != nil {
			return &Error{Type: k.typ, Kind: kind.String(), Reason: notShown(decode, err)}
		}
		return nil
	}
}
