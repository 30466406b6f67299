package mapper

import (
	"reflect"
	"strconv"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/tags"
)

// Variant is a type that interfaces can hold. Make one with [VariantOf].
type Variant struct{ typ reflect.Type }

// VariantOf is T as a type that interfaces can hold: a struct type, or a pointer to one, with a blank
// field that says what it is:
//
//	type Card struct {
//		_      struct{} `ddb:"kind,entity=card"`
//		Number string
//	}
//
// A field, member or element of an interface type with methods holds the variants that implement it, as
// an M that says in the attribute kind which of them it is. They share the name of that attribute, each
// with a value of its own.
func VariantOf[T any]() Variant { return Variant{reflect.TypeFor[T]()} }

// kin is a variant taken apart.
type kin struct {
	typ  reflect.Type // what an interface holds
	of   reflect.Type // the struct type: typ, or what it points to
	name string       // of the attribute that says what it is
	says string
}

// variants are the variants of the options; what is wrong with them is reported once.
func (c *compiler) variants() []kin {
	if c.kin != nil || len(c.options.Variants) == 0 {
		return c.kin
	}
	c.kin = []kin{}
	seen := make(map[reflect.Type]bool)
	for _, v := range c.options.Variants {
		const path = "Config.Variants"
		switch {
		case v.typ == nil:
			c.fail(nil, path, "the zero Variant: make one with VariantOf")
			continue
		case structOf(v.typ).Kind() != reflect.Struct:
			c.fail(v.typ, path, "a variant is a struct type or a pointer to one")
			continue
		case seen[v.typ]:
			c.fail(v.typ, path, "twice among the variants: keep one")
			continue
		}
		seen[v.typ] = true
		one := kin{typ: v.typ, of: structOf(v.typ)}
		fields, err := tags.Nested(one.of, c.tags())
		for _, f := range fields {
			if f.Entity != "" {
				one.name, one.says = f.Name, f.Entity
			}
		}
		switch {
		case err != nil:
			c.codec(one.of, words{}, typeName(one.of)) // reports it
		case one.name == "":
			c.fail(v.typ, path, "it does not say what it is: give it a field _ struct{} `ddb:\"kind,entity=NAME\"`")
		default:
			c.kin = append(c.kin, one)
		}
	}
	return c.kin
}

// oneOf is an interface with methods, which holds one of the variants that implement it.
func (c *compiler) oneOf(k *codec, path string) {
	k.kind, k.isVariant = wire.Map, true
	name, fix := "", "name types that implement it in Config.Variants, or use any or a concrete type"
	byType := make(map[reflect.Type]*codec)
	byEntity := make(map[string]*codec)
	for _, v := range c.variants() {
		if !v.typ.Implements(k.typ) {
			if p := reflect.PointerTo(v.typ); p.Implements(k.typ) {
				fix = typeName(v.typ) + " in Config.Variants has the methods on its pointer: name " + typeName(p) + " in its place"
			}
			continue
		}
		if name == "" {
			name = v.name
		}
		if isOneValue(v.of) || c.isRegistered(v.typ) || c.isRegistered(v.of) {
			c.fail(v.typ, path, "a variant that methods or a codec store as another value does not say what it is: take them away")
			continue
		}
		member := c.codec(v.typ, words{}, path+".("+typeName(v.typ)+")")
		switch taken := byEntity[v.says]; {
		case v.name != name:
			c.fail(k.typ, path, "its variants say what they are in attributes of two names, "+strconv.Quote(name)+" and "+strconv.Quote(v.name)+": use one")
		case taken != nil:
			c.fail(k.typ, path, "its variants "+typeName(taken.typ)+" and "+typeName(v.typ)+" both say that they are "+strconv.Quote(v.says)+": give each its own name")
		}
		byType[v.typ], byEntity[v.says] = member, member
	}
	if name == "" {
		c.fail(k.typ, path, "interface with methods: what is stored does not say which type to read it into; "+fix)
		return
	}
	k.encode = func(v reflect.Value, e *encoder) *Error {
		held := v.Elem()
		member, ok := byType[held.Type()]
		if !ok {
			return unfit(held.Type(), "it is held by a "+typeName(k.typ)+" and would not be read back: name it in Config.Variants")
		}
		p := reflect.New(held.Type()).Elem()
		p.Set(held)
		return member.write(p, e)
	}
	k.decode = func(v reflect.Value, d *decoder) *Error {
		if d.r.Kind() != wire.Map {
			return k.mismatch(d.r.Kind())
		}
		member, reason := choose(d, name, byEntity)
		if reason != "" {
			return d.unfit(k.typ, "its member "+strconv.Quote(name)+" says what it is, and "+reason)
		}
		p := reflect.New(member.typ).Elem()
		if err := member.decode(p, d); err != nil {
			return err
		}
		v.Set(p)
		return nil
	}
}

// choose is the variant that the map d stands on says it is, or why it says none.
func choose(d *decoder, name string, byEntity map[string]*codec) (member *codec, reason string) {
	reason = "is missing"
	d.r.Enter()
	defer d.r.Leave()
	for d.r.Next() {
		if string(d.r.Key()) != name {
			continue
		}
		if d.r.Kind() != wire.String {
			return nil, "is stored as " + d.r.Kind().String() + " in place of S"
		}
		if member = byEntity[string(d.r.Text())]; member == nil {
			return nil, "names none of Config.Variants that implement the interface"
		}
		return member, ""
	}
	return nil, reason
}

// holdsVariants reports whether what is stored in k says which of several types it is read into.
func (k *codec) holdsVariants(seen map[*codec]bool) bool {
	if seen[k] {
		return false
	}
	seen[k] = true
	for _, part := range k.parts {
		if part.holdsVariants(seen) {
			return true
		}
	}
	return k.isVariant
}
