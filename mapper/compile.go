package mapper

import (
	"cmp"
	"encoding/json"
	"errors"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/feature/dynamodb/attributevalue"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/tags"
)

// Compile compiles the type of an item, a struct whose tags package tags understands. All mistakes of
// the type and of every type below it are reported at once: the error joins (errors.Join) a
// [*tags.Error] for each mistake in a tag and an [*Error] for each type that cannot be mapped.
//
// Compile keeps nothing: whoever uses a type more than once keeps its Plan.
func Compile(t reflect.Type, o Options) (*Plan, error) { return compile(t, o, fastpath.On) }

// Options change how types are mapped. The zero Options are those of a table that asks for nothing
// special.
type Options struct {
	Codecs []TypeCodec // of types that are stored as others, at most one for a type

	// FallbackTag is the key of another library's tag that is read where a field has no ddb tag, see
	// [tags.Options]; "": none.
	FallbackTag string

	Variants []Variant // the types that interfaces with methods can hold
}

func compile(t reflect.Type, o Options, fast bool) (*Plan, error) {
	o.Codecs, o.Variants = slices.Clone(o.Codecs), slices.Clone(o.Variants)
	c := newCompiler(o, fast)
	c.variants()
	fields, err := tags.Root(t, c.tags())
	if err != nil {
		c.errs = append(c.errs, err)
		c.survey(t, rootName(t))
		return nil, errors.Join(c.errs...)
	}
	p := &Plan{typ: t, pointer: reflect.PointerTo(t), types: dynamicTypes{options: o, fast: fast}}
	fields, p.unknown = c.cutUnknown(fields)
	fields = withOldNames(fields)
	p.fields = c.fields(t, fields, "")
	p.link(fields)
	if len(c.errs) > 0 {
		return nil, errors.Join(c.errs...)
	}
	p.describe(fields, c)
	return p, nil
}

// variant is a type with the words that change how it is stored.
type variant struct {
	typ reflect.Type
	words
}

// words are those of a field's words that its codec depends on.
type words struct {
	time       tags.TimeFormat
	boolNumber bool
	set        bool
	binary     bool
	json       bool
	patch      bool
}

func wordsOf(f tags.Field) words {
	return words{f.Time, f.BoolNumber, f.Set, f.Binary, f.JSON, patches(f.Type, f.Null)}
}

// ofMembers are the words that say how the members of a slice or an array are stored.
func (w words) ofMembers() words { return words{time: w.time, binary: w.binary} }

// compiler compiles the types of one tree.
type compiler struct {
	options    Options
	fast       bool
	codecs     map[variant]*codec
	registered map[reflect.Type]TypeCodec
	errs       []error
	surveying  bool // tags has reported what cannot be stored
	surveyed   map[reflect.Type]bool
	building   *codec // whose parts are being compiled; nil: fields of the item
	kin        []kin  // see variants; nil: not looked at
}

func newCompiler(o Options, fast bool) *compiler {
	c := &compiler{options: o, fast: fast, codecs: make(map[variant]*codec), surveyed: make(map[reflect.Type]bool)}
	c.register()
	return c
}

// tags are the options of package tags that c's mean.
func (c *compiler) tags() tags.Options {
	return tags.Options{As: c.as, Fallback: c.options.FallbackTag}
}

func (c *compiler) fail(t reflect.Type, path, reason string) {
	c.errs = append(c.errs, &Error{Op: "compile", Type: t, Path: path, Reason: reason})
}

// survey looks for mistakes below a struct whose own tags are wrong and whose fields are therefore not
// known.
func (c *compiler) survey(t reflect.Type, path string) {
	if t == nil || structOf(t).Kind() != reflect.Struct || c.surveyed[structOf(t)] {
		return
	}
	t, c.surveying = structOf(t), true
	c.surveyed[t] = true // it may embed itself
	for sf := range t.Fields() {
		tag, own := sf.Tag.Lookup("ddb")
		if !own {
			tag = sf.Tag.Get(c.options.FallbackTag)
		}
		name, rest, _ := strings.Cut(tag, ",")
		given := strings.Split(rest, ",")
		switch {
		case name == "-":
		case slices.Contains(given, "unknown"):
			c.checkUnknown(sf.Type, path+"."+sf.Name)
		case sf.Anonymous && name == "": // flattened, if it is a struct
			c.survey(sf.Type, path+"."+sf.Name)
		case sf.IsExported():
			c.codec(sf.Type, words{json: slices.Contains(given, "json")}, path+"."+sf.Name)
		}
	}
}

var (
	stringType     = reflect.TypeFor[string]()
	timeType       = reflect.TypeFor[time.Time]()
	numberType     = reflect.TypeFor[Number]()
	jsonNumberType = reflect.TypeFor[json.Number]()
	awsNumberType  = reflect.TypeFor[attributevalue.Number]()
	unixTimeType   = reflect.TypeFor[attributevalue.UnixTime]()
	bigIntType     = reflect.TypeFor[big.Int]()
	bigRatType     = reflect.TypeFor[big.Rat]()
	bigFloatType   = reflect.TypeFor[big.Float]()
)

// codec compiles t, or returns what was compiled. path is for messages.
func (c *compiler) codec(t reflect.Type, w words, path string) *codec {
	if (isSetType(t) || isMapSet(t)) && !c.isRegistered(t) {
		w.set = true
	}
	k, ok := c.codecs[variant{t, w}]
	if !ok {
		k = &codec{typ: t}
		if canBeNil(t) {
			k.isNil = reflect.Value.IsNil
		}
		c.codecs[variant{t, w}] = k
		outer := c.building
		c.building = k
		c.build(k, w, path)
		c.building = outer
		if !c.fast {
			k.direct = nil
		}
	}
	if c.building != nil {
		c.building.parts = append(c.building.parts, k)
	}
	return k
}

func canBeNil(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map, reflect.Interface:
		return true
	}
	return false
}

// build decides what says how k's type is stored.
func (c *compiler) build(k *codec, w words, path string) {
	t := k.typ
	f, isRegistered := c.registered[t]
	switch {
	case w.json:
		c.json(k, path)
	case isRegistered:
		c.foreign(k, f, w, path)
	case t == attributeValueType:
		k.attributeValue()
	case t == unknownType:
		c.fail(t, path, `it holds what an item has beside its declared attributes: give one field of the item the tag ddb:",unknown"`)
	case t.Kind() == reflect.Interface && t.NumMethod() > 0:
		c.oneOf(k, path)
	case t.Kind() == reflect.Interface:
		c.anything(k)
	case t.Kind() == reflect.Pointer:
		c.pointer(k, w, path)
	case ourMethods.on(t):
		c.marshaler(k, path, ourMethods)
	case t == unixTimeType: // its methods would cut its precision
		k.time(cmp.Or(w.time, tags.UnixSeconds))
	case awsMethods.on(t):
		c.marshaler(k, path, awsMethods)
	case t == timeType:
		k.time(cmp.Or(w.time, tags.TimeNanos))
	case isNumberText(t) && !w.binary:
		k.number()
	case t == bigIntType:
		k.bigInt()
	case t == bigRatType:
		k.bigRat()
	case t == bigFloatType:
		k.bigFloat()
	case isSQLNull(t):
		c.sqlNull(k, w, path)
	case isAttributeValue(t):
		k.oneAttributeValue()
	case w.binary:
		c.asBinary(k, w, path)
	case hasText(t):
		c.text(k, path)
	case hasBinary(t):
		c.binary(k, path)
	default:
		c.byKind(k, w, path)
	}
}

func (c *compiler) byKind(k *codec, w words, path string) {
	switch t := k.typ; t.Kind() {
	case reflect.String:
		k.string()
	case reflect.Bool:
		k.bool(w.boolNumber)
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		k.int()
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64:
		k.uint()
	case reflect.Float32, reflect.Float64:
		k.float()
	case reflect.Slice, reflect.Array:
		switch {
		case c.isBytes(t):
			k.bytes()
		case w.set:
			c.set(k, w, path)
		default:
			c.list(k, w, path)
		}
	case reflect.Map:
		if w.set {
			c.mapSet(k, w, path)
		} else {
			c.mapping(k, w, path)
		}
	case reflect.Struct:
		c.structure(k, path)
	default:
		if !c.surveying {
			c.fail(t, path, "no attribute value can hold it: give it a MarshalText method, or leave it out")
		}
	}
}

// isBytes reports whether t is stored as B.
func isBytes(t reflect.Type) bool {
	return t.Elem().Kind() == reflect.Uint8 && !isOneValue(t.Elem())
}

func (c *compiler) isBytes(t reflect.Type) bool { return isBytes(t) && !c.isRegistered(t.Elem()) }

// isPlainString reports whether elem, with its words, is what the fast paths take it for.
func (c *compiler) isPlainString(elem *codec, w words) bool {
	return elem.typ == stringType && !w.binary && !c.isRegistered(stringType)
}

// dynamicTypes are the codecs of types that were met in interfaces. Safe for concurrent use; the types
// of a program are few, so none is forgotten.
type dynamicTypes struct {
	options Options
	fast    bool
	codecs  sync.Map // reflect.Type → *codec, or error
}

func (ts *dynamicTypes) registered(t reflect.Type) bool {
	return slices.ContainsFunc(ts.options.Codecs, func(c TypeCodec) bool { return c.typ == t })
}

func (ts *dynamicTypes) codec(t reflect.Type) (*codec, error) {
	known, ok := ts.codecs.Load(t)
	if !ok {
		c := newCompiler(ts.options, ts.fast)
		k := c.codec(t, words{}, typeName(t))
		if known = k; len(c.errs) > 0 {
			known = errors.Join(c.errs...)
		}
		known, _ = ts.codecs.LoadOrStore(t, known)
	}
	if err, ok := known.(error); ok {
		return nil, err
	}
	return known.(*codec), nil
}
