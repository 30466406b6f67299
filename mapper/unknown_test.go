package mapper_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type Keeper struct {
	ID   string         `ddb:"id,pk"`
	Rest mapper.Unknown `ddb:",unknown"`
	Name string         `ddb:"name"`
}

// keep decodes it into v, undeclared attributes with the given protections.
func keep(p *mapper.Plan, it item, protection map[string]wire.Protection, v any) error {
	sink := p.Sink(v)
	defer sink.Release()
	stored := layoutOf(p).Read(it)
	defer stored.Release()
	for _, s := range slices.Backward(stored.Slots(nil)) { // formats have other orders
		if int(s) < len(p.Attributes()) {
			_ = sink.Set(s, wire.Plain, stored.Value(s))
		} else {
			sink.SetUndeclared(stored.Name(s), protection[stored.Name(s)], stored.Value(s))
		}
	}
	return sink.Finish()
}

func TestUnknownKeepsWhatIsNotDeclared(t *testing.T) {
	p, err := mapper.Compile(reflect.TypeFor[Keeper](), mapper.Options{})
	require.NoError(t, err)
	assert.True(t, p.KeepsUndeclared())
	assert.Len(t, p.Attributes(), 2, "it is no attribute itself")
	it := item{
		"id": avS("1"), "name": avS("Ada"), "b": avB("\x00\x01"), "n": avN("12345678901234567890.5"), "ss": avSS("b", "a"), "null": null,
		"m": avM(item{"l": avL(avBool(true), avBS("x"), avNS("1"))}),
	}
	protection := map[string]wire.Protection{"b": wire.Encrypt, "n": wire.Sign, "ss": wire.Plain, "null": wire.SignContext, "m": wire.Plain}
	v := Keeper{ID: "old"}
	require.NoError(t, keep(p, it, protection, &v))
	assert.Equal(t, 5, v.Rest.Len())
	assert.Equal(t, []string{"b", "n", "null"}, slices.Collect(first(v.Rest.Signed())))
	assert.Equal(t, item{"m": it["m"], "ss": it["ss"]}, maps.Collect(v.Rest.Unsigned()))
	for range v.Rest.Signed() {
		break
	}

	got, err := encode(p, &v)
	require.NoError(t, err)
	assert.Equal(t, it, got)
	src := p.Source(&v)
	for _, s := range src.Slots(nil) {
		assert.Equal(t, protection[src.Name(s)], src.Protection(s))
	}
	src.Release()

	t.Run("as an own copy", func(t *testing.T) {
		read := it["b"].(*types.AttributeValueMemberB)
		read.Value[0] = 9
		kept := maps.Collect(v.Rest.Signed())["b"]
		assert.Equal(t, avB("\x00\x01"), kept)
		read.Value[0] = 0
	})
	t.Run("and forgets it with the next item", func(t *testing.T) {
		w := v
		require.NoError(t, keep(p, item{"id": avS("2")}, nil, &w))
		assert.Equal(t, Keeper{ID: "2"}, w)
		assert.Equal(t, 5, v.Rest.Len())
	})
	t.Run("Delete changes no copy", func(t *testing.T) {
		w, x := v, v
		w.Rest.Delete("n")
		w.Rest.Delete("absent")
		x.Rest.Delete("b")
		assert.Equal(t, []string{"b", "null"}, slices.Collect(first(w.Rest.Signed())))
		assert.Equal(t, []string{"n", "null"}, slices.Collect(first(x.Rest.Signed())))
		assert.Equal(t, 5, v.Rest.Len())
		for name := range maps.Collect(w.Rest.Signed()) {
			w.Rest.Delete(name)
		}
		for name := range w.Rest.Unsigned() {
			w.Rest.Delete(name)
		}
		assert.Equal(t, mapper.Unknown{}, w.Rest)
		var zero mapper.Unknown
		zero.Delete("n")
		assert.Zero(t, zero.Len())
	})
	t.Run("in silence", func(t *testing.T) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
			for _, text := range []string{fmt.Sprintf(verb, v.Rest), fmt.Sprintf(verb, &v.Rest), fmt.Sprintf(verb, v)} {
				assert.NotContains(t, text, "12345")
				assert.Contains(t, text, "ddb.Unknown(5 attributes)")
			}
		}
	})
}

func first[K, V any](seq func(func(K, V) bool)) func(func(K) bool) {
	return func(yield func(K) bool) {
		seq(func(k K, _ V) bool { return yield(k) })
	}
}

func TestUnknownRefusesWhatCannotBeStored(t *testing.T) {
	p, err := mapper.Compile(reflect.TypeFor[Keeper](), mapper.Options{})
	require.NoError(t, err)
	deep := avL()
	for range 40 {
		deep = avL(deep)
	}
	for name, value := range map[string]av{
		"no type": nil, "no number": avN("secret"), "a set with a member twice": avSS("secret", "secret"), "an empty set": avSS(), "text that is no UTF-8": avS("secret\xff"), "too deep": deep,
	} {
		t.Run(name, func(t *testing.T) {
			v := Keeper{Name: "old"}
			err := keep(p, item{"id": avS("1"), "x": value}, nil, &v)
			require.ErrorContains(t, err, `Keeper.Rest (mapper.Unknown): attribute "x": `)
			assert.NotContains(t, err.Error(), "secret")
			assert.Zero(t, v)
		})
	}
}

// Mistakes of tags elsewhere neither hide a wrong type nor make a right one wrong.
func TestUnknownBesideOtherMistakes(t *testing.T) {
	type wrong struct {
		ID   string         `ddb:"id,pk,encrpyt"`
		Rest map[string]any `ddb:",unknown"`
	}
	type right struct {
		ID   string         `ddb:"id,pk,encrpyt"`
		Rest mapper.Unknown `ddb:",unknown"`
	}
	_, err := mapper.Compile(reflect.TypeFor[wrong](), mapper.Options{})
	require.ErrorContains(t, err, `unknown word "encrpyt"`)
	require.ErrorContains(t, err, "wrong.Rest (map[string]interface {}): undeclared attributes need a field of type ddb.Unknown")
	_, err = mapper.Compile(reflect.TypeFor[right](), mapper.Options{})
	require.ErrorContains(t, err, `unknown word "encrpyt"`)
	require.NotContains(t, err.Error(), "right.Rest")
}

func TestUnknownHasItsPlace(t *testing.T) {
	type otherType struct {
		ID   string        `ddb:"id,pk"`
		Rest map[string]av `ddb:",unknown"`
	}
	type untagged struct {
		ID   string `ddb:"id,pk"`
		Rest mapper.Unknown
	}
	type inside struct {
		ID  string `ddb:"id,pk"`
		Doc struct {
			Rest []mapper.Unknown
		}
	}
	for want, typ := range map[string]reflect.Type{
		"otherType.Rest (map[string]types.AttributeValue): undeclared attributes need a field of type ddb.Unknown": reflect.TypeFor[otherType](),
		`untagged.Rest (mapper.Unknown): it holds what an item has beside its declared attributes`:                 reflect.TypeFor[untagged](),
		`inside.Doc.Rest[…] (mapper.Unknown): it holds`:                                                            reflect.TypeFor[inside](),
	} {
		_, err := mapper.Compile(typ, mapper.Options{})
		if !assert.Error(t, err) {
			continue
		}
		assert.True(t, strings.Contains(strings.ReplaceAll(err.Error(), "[]", "[…]"), want), err.Error())
	}
	p, err := mapper.Compile(reflect.TypeFor[struct {
		ID string `ddb:"id,pk"`
		X  any
	}](), mapper.Options{})
	require.NoError(t, err)
	assert.False(t, p.KeepsUndeclared())
	_, err = encode(p, &struct {
		ID string `ddb:"id,pk"`
		X  any
	}{X: mapper.Unknown{}})
	require.Error(t, err)
	sink := p.Sink(&struct {
		ID string `ddb:"id,pk"`
		X  any
	}{})
	sink.SetUndeclared("x", wire.Sign, new(attribute.Reader))
	require.NoError(t, sink.Finish(), "there is no place for it")
	sink.Release()
}
