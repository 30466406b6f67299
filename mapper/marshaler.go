package mapper

import (
	"errors"
	"fmt"
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
)

// Marshaler is a type that says itself how it is stored; T or *T may have the method. The type is an
// [Unmarshaler] too. The answer is checked as any other value; it may share memory with the receiver. An
// error's text is never shown, since it may hold the value. A nil pointer, slice or map is not asked,
// since there is nothing in it.
//
// The method is asked anew for every item, and may then answer [ErrOmit]. It can be asked twice where it
// fails.
type Marshaler interface {
	MarshalDDB() (types.AttributeValue, error)
}

// Unmarshaler is read from what a [Marshaler] answered. The receiver is a zero T. The value belongs to
// it, and is of any type: who writes to the table decides. NULL is one, except that it makes a *T nil.
type Unmarshaler interface {
	UnmarshalDDB(types.AttributeValue) error
}

// ErrOmit is what a [Marshaler], or the function of a [TypeCodec], answers for a value that is not to be
// stored, wrapped or as it is: the field or the member of a map is left out. From a member of a list or
// a set it is an error.
var ErrOmit = errors.New("mapper: the value is to be left out")

// awsMarshaler and awsUnmarshaler are what the SDK's package attributevalue asks.
type (
	awsMarshaler interface {
		MarshalDynamoDBAttributeValue() (types.AttributeValue, error)
	}
	awsUnmarshaler interface {
		UnmarshalDynamoDBAttributeValue(types.AttributeValue) error
	}
)

// methods are a pair of methods by which a type says how it is stored.
type methods struct {
	marshal, unmarshal     string
	marshaler, unmarshaler reflect.Type
}

var (
	ourMethods = methods{"MarshalDDB", "UnmarshalDDB", reflect.TypeFor[Marshaler](), reflect.TypeFor[Unmarshaler]()}
	awsMethods = methods{"MarshalDynamoDBAttributeValue", "UnmarshalDynamoDBAttributeValue",
		reflect.TypeFor[awsMarshaler](), reflect.TypeFor[awsUnmarshaler]()}
)

// on reports whether t has either method, by name: another signature under it is a mistake to report.
func (m methods) on(t reflect.Type) bool {
	p := reflect.PointerTo(t)
	_, marshals := p.MethodByName(m.marshal)
	_, unmarshals := p.MethodByName(m.unmarshal)
	return marshals || unmarshals
}

// marshalsItself reports whether only a method of t knows what it is stored as.
func marshalsItself(t reflect.Type) bool { return ourMethods.on(t) || awsMethods.on(t) }

// isOneValue reports whether methods, and not its Go kind, say how t is stored.
func isOneValue(t reflect.Type) bool { return marshalsItself(t) || hasText(t) || hasBinary(t) }

// paired reports whether t has both methods, and fails otherwise.
func (c *compiler) paired(t reflect.Type, path string, m methods) bool {
	for _, method := range []string{m.marshal, m.unmarshal} {
		if promoted(t, method) {
			c.fail(t, path, "its "+method+" is an embedded field's and would lose the others: give that field a name in place of embedding it")
			return false
		}
	}
	p := reflect.PointerTo(t)
	_, marshals := p.MethodByName(m.marshal)
	_, unmarshals := p.MethodByName(m.unmarshal)
	switch {
	case p.Implements(m.marshaler) && p.Implements(m.unmarshaler):
		return true
	case !unmarshals:
		c.fail(t, path, "it has "+m.marshal+" and could not be read back: give it "+m.unmarshal+" too")
	case !marshals:
		c.fail(t, path, "it has "+m.unmarshal+" and would be stored without it: give it "+m.marshal+" too")
	default:
		c.fail(t, path, "its "+m.marshal+" and "+m.unmarshal+" do not have the parameters and results that they are called with")
	}
	return false
}

// marshaler is a type that says itself how it is stored.
func (c *compiler) marshaler(k *codec, path string, m methods) {
	if !c.paired(k.typ, path, m) {
		return
	}
	k.readsNull, k.asks = true, asked
	k.encode = func(v reflect.Value, e *encoder) *Error {
		var value types.AttributeValue
		var err error
		switch v := v.Addr().Interface().(type) {
		case Marshaler:
			value, err = v.MarshalDDB()
		case awsMarshaler:
			value, err = v.MarshalDynamoDBAttributeValue()
		}
		if err != nil {
			return k.failed(m.marshal, err)
		}
		return k.writeValue(value, e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		stored := d.r.Kind()
		value, err := d.value(k.typ)
		if err != nil {
			return err
		}
		v.SetZero()
		var refused error
		switch v := v.Addr().Interface().(type) {
		case Unmarshaler:
			refused = v.UnmarshalDDB(value)
		case awsUnmarshaler:
			refused = v.UnmarshalDynamoDBAttributeValue(value)
		}
		if refused != nil {
			return &Error{Type: k.typ, Kind: stored.String(), Reason: notShown(m.unmarshal, refused)}
		}
		return nil
	}
}

// notShown is how an error of a user's function is reported.
func notShown(what string, err error) string {
	return fmt.Sprintf("%s failed with a %T, which is not shown since it may hold the value", what, err)
}

// failed is the answer err of what, a user's method or function.
func (k *codec) failed(what string, err error) *Error {
	if errors.Is(err, ErrOmit) {
		return &Error{Type: k.typ, Reason: what + " leaves it out, which only a field or a member of a map can be", leftOut: true}
	}
	return unfit(k.typ, notShown(what, err))
}

// writeValue writes what a user made.
func (k *codec) writeValue(v types.AttributeValue, e *encoder) *Error {
	if err := attribute.Write(v, e.w); err != nil {
		return unfit(k.typ, err.Error())
	}
	return nil
}

// asked is codec.asks of a type whose methods may always leave a value out.
func asked(reflect.Value, *encoder) bool { return true }

// mayLeaveOut reports whether v is to be asked.
func (k *codec) mayLeaveOut(v reflect.Value, e *encoder) bool {
	return k.asks != nil && (k.isNil == nil || !k.isNil(v)) && k.asks(v, e)
}

// leavesOut asks v, records the answer on t, and reports whether v is to be left out. Where v fails, t is
// not complete and v is still to be written.
func (k *codec) leavesOut(v reflect.Value, e *encoder, t *tape) bool {
	w, depth := e.w, e.depth
	t.start(nobody{})
	e.w = t
	err := k.encode(v, e)
	e.w, e.depth = w, depth
	t.Writer, t.complete = nil, err == nil
	return err != nil && err.leftOut
}

// writeAsked writes v as a member of a map, unless v says that it is to be left out. done is false where v
// is still to be written.
func (k *codec) writeAsked(name string, v reflect.Value, e *encoder) (done bool, err *Error) {
	if k.asks == nil { // nearly always, and then without a call
		return false, nil
	}
	return k.ask(name, v, e)
}

func (k *codec) ask(name string, v reflect.Value, e *encoder) (done bool, err *Error) {
	if !k.mayLeaveOut(v, e) {
		return false, nil
	}
	t := new(tape)
	defer t.clear()
	switch {
	case k.leavesOut(v, e, t):
		return true, nil
	case !t.complete:
		return false, nil
	}
	e.w.Key(name)
	t.play(e.w)
	return true, k.refusal(e.w)
}
