package mapper_test

import (
	"errors"
	"reflect"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/require"
)

type (
	item = map[string]types.AttributeValue
	av   = types.AttributeValue
)

func avS(v string) av     { return &types.AttributeValueMemberS{Value: v} }
func avN(v string) av     { return &types.AttributeValueMemberN{Value: v} }
func avB(v string) av     { return &types.AttributeValueMemberB{Value: []byte(v)} }
func avBool(v bool) av    { return &types.AttributeValueMemberBOOL{Value: v} }
func avL(v ...av) av      { return &types.AttributeValueMemberL{Value: append([]av{}, v...)} }
func avM(v item) av       { return &types.AttributeValueMemberM{Value: v} }
func avSS(v ...string) av { return &types.AttributeValueMemberSS{Value: v} }
func avNS(v ...string) av { return &types.AttributeValueMemberNS{Value: v} }
func avBS(v ...string) av {
	var bs [][]byte
	for _, s := range v {
		bs = append(bs, []byte(s))
	}
	return &types.AttributeValueMemberBS{Value: bs}
}

var null av = &types.AttributeValueMemberNULL{Value: true}

// compilers are both ways to compile: nothing but speed may depend on the fast paths.
var compilers = map[string]func(reflect.Type, mapper.Options) (*mapper.Plan, error){"fast": mapper.Compile, "slow": mapper.CompileSlow}

func layoutOf(p *mapper.Plan) *attribute.Layout {
	var names []string
	for _, a := range p.Attributes() {
		names = append(names, a.Name)
	}
	return attribute.NewLayout(names, nil)
}

// encode is the item of v, a pointer.
func encode(p *mapper.Plan, v any) (item, error) {
	src := p.Source(v)
	defer src.Release()
	a, err := attribute.Assemble(layoutOf(p), src, &wire.Sealed{}, new(attribute.Sizes))
	return a.Item, err
}

// decode decodes it into v, a pointer.
func decode(p *mapper.Plan, it item, v any) error {
	sink := p.Sink(v)
	defer sink.Release()
	stored := layoutOf(p).Read(it)
	defer stored.Release()
	for _, s := range stored.Slots(nil) {
		if err := sink.Set(s, wire.Plain, stored.Value(s)); err != nil {
			return err
		}
	}
	return sink.Finish()
}

// decodeBytes decodes an item into v through the canonical bytes that ddbec encrypts.
func decodeBytes(t testing.TB, p *mapper.Plan, it item, v any) error {
	t.Helper()
	sink := p.Sink(v)
	defer sink.Release()
	stored := layoutOf(p).Read(it)
	defer stored.Release()
	for _, s := range stored.Slots(nil) {
		var e ddbec.Encoder
		e.Reset(ddbec.ForVerification)
		require.NoError(t, stored.Write(s, &e))
		b, err := e.Bytes()
		require.NoError(t, err)
		parsed, err := ddbec.Parse(b)
		require.NoError(t, err)
		var r ddbec.Reader
		r.Reset(parsed)
		require.NoError(t, sink.Set(s, wire.Encrypt, &r))
	}
	return sink.Finish()
}

// canonical are v's attributes as the canonical bytes of ddbec, straight from the struct.
func canonical(t testing.TB, p *mapper.Plan, v any) map[string]string {
	t.Helper()
	src := p.Source(v)
	defer src.Release()
	all := map[string]string{}
	for _, s := range src.Slots(nil) {
		var e ddbec.Encoder
		e.Reset(ddbec.ForEncryption)
		require.NoError(t, src.Write(s, &e))
		b, err := e.Bytes()
		require.NoError(t, err)
		all[p.Attributes()[s].Name] = string(b)
	}
	return all
}

func compiled[T any](t *testing.T) *mapper.Plan {
	t.Helper()
	p, err := mapper.Compile(reflect.TypeFor[T](), mapper.Options{})
	require.NoError(t, err)
	return p
}

// holder is the type of an item with a field V of type typ and these words.
func holder(typ reflect.Type, words string) reflect.Type {
	if words != "" {
		words = "," + words
	}
	return reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[string](), Tag: `ddb:"id,pk"`},
		{Name: "V", Type: typ, Tag: reflect.StructTag(`ddb:"v` + words + `"`)},
	})
}

// held is a new holder with v in it, a pointer.
func held(typ reflect.Type, v any) reflect.Value {
	h := reflect.New(typ)
	h.Elem().Field(0).SetString("x")
	if v != nil {
		h.Elem().Field(1).Set(reflect.ValueOf(v))
	}
	return h
}

// encodeField is v as a field with these words stores it, nil if it is left out.
func encodeField(t *testing.T, v any, words string) (av, error) {
	t.Helper()
	typ := holder(reflect.TypeOf(v), words)
	p, err := mapper.Compile(typ, mapper.Options{})
	require.NoError(t, err)
	it, err := encode(p, held(typ, v).Interface())
	return it["v"], err
}

// decodeField is stored as a field of type V with these words holds it.
func decodeField[V any](t *testing.T, stored av, words string) (V, error) {
	t.Helper()
	typ := holder(reflect.TypeFor[V](), words)
	p, err := mapper.Compile(typ, mapper.Options{})
	require.NoError(t, err)
	h := held(typ, nil)
	err = decode(p, item{"id": avS("x"), "v": stored}, h.Interface())
	v, _ := h.Elem().Field(1).Interface().(V)
	return v, err
}

// mapperError is the *mapper.Error in err.
func mapperError(t testing.TB, err error) *mapper.Error {
	t.Helper()
	require.Error(t, err)
	e, ok := errors.AsType[*mapper.Error](err)
	require.True(t, ok, "%v", err)
	return e
}

func pointer[T any](v T) *T { return &v }

// holderOfKey is the type of an item whose partition key is a K.
func holderOfKey[K any]() reflect.Type {
	return reflect.StructOf([]reflect.StructField{{Name: "K", Type: reflect.TypeFor[K](), Tag: `ddb:"k,pk"`}})
}
