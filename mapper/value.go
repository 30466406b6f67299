package mapper

import (
	"reflect"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

var attributeValueType = reflect.TypeFor[types.AttributeValue]()

// attributeValue is the SDK's interface.
func (k *codec) attributeValue() {
	k.readsNull = true
	k.encode = func(v reflect.Value, e *encoder) *Error {
		return k.writeValue(v.Interface().(types.AttributeValue), e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		value, err := d.value(k.typ)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(value))
		return nil
	}
}

// isAttributeValue reports whether t is one of the SDK's types of attribute value, which an interface may
// hold a pointer to.
func isAttributeValue(t reflect.Type) bool {
	return t.Kind() == reflect.Struct && reflect.PointerTo(t).Implements(attributeValueType)
}

// oneAttributeValue is one of the types behind the interface.
func (k *codec) oneAttributeValue() {
	k.readsNull = true
	k.kind = attribute.KindOf(reflect.New(k.typ).Interface().(types.AttributeValue))
	k.encode = func(v reflect.Value, e *encoder) *Error {
		return k.writeValue(v.Addr().Interface().(types.AttributeValue), e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != k.kind {
			return k.mismatch(d.r.Kind())
		}
		value, err := d.value(k.typ)
		if err != nil {
			return err
		}
		v.Set(reflect.ValueOf(value).Elem())
		return nil
	}
}

// value is what d stands on as an attribute value that shares nothing.
func (d *decoder) value(t reflect.Type) (types.AttributeValue, *Error) {
	r := copied{Reader: d.r, depth: d.depth}
	stored := d.r.Kind()
	value := attribute.Read(&r)
	if r.refused != "" {
		return nil, &Error{Type: t, Kind: stored.String(), Reason: r.refused}
	}
	return value, nil
}

// copied is a Reader that attribute.Read does not know, and therefore copies from. It stops at what no
// user's method is to meet: members without a type, and more levels than DynamoDB nests.
type copied struct {
	wire.Reader
	depth   int
	refused string
}

func (c *copied) Kind() wire.Kind {
	k := c.Reader.Kind()
	if k == 0 {
		c.refused = "a value without a type is stored"
	}
	return k
}

func (c *copied) Enter() {
	c.depth++
	c.Reader.Enter()
}

func (c *copied) Next() bool {
	if c.depth > wire.MaxDepth {
		c.refused = tooDeep
		return false
	}
	return c.Reader.Next()
}

func (c *copied) Leave() {
	c.depth--
	c.Reader.Leave()
}
