package mapper_test

import (
	"database/sql"
	"errors"
	"reflect"
	"strconv"
	"testing"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Coin is stored as its worth, Postmark as its text, Void as nothing a set or key could be.
type (
	Coin     struct{ cents int }
	Postmark struct{ text string }
	Void     struct{ b bool }
)

func coins() mapper.Options {
	return mapper.Options{
		Codecs: []mapper.TypeCodec{
			mapper.CodecFor(func(c Coin) (int, error) {
				if c.cents < 0 {
					return 0, mapper.ErrOmit
				}
				return c.cents, nil
			}, func(n int) (Coin, error) { return Coin{n}, nil }),
			mapper.CodecFor(func(s Postmark) (string, error) {
				if s.text == "secret" {
					return "", errors.New("cannot write secret")
				}
				return s.text, nil
			}, func(s string) (Postmark, error) {
				_, err := strconv.Atoi(s)
				return Postmark{s}, err
			}),
			mapper.CodecFor(func(v Void) (bool, error) { return v.b, nil }, func(b bool) (Void, error) { return Void{b}, nil }),
		},
		Variants: []mapper.Variant{mapper.VariantOf[Card]()},
	}
}

func TestShapesOfForeignTypes(t *testing.T) {
	assertRoundTrip(t, coins(), map[Coin]int{{5}: 1}, "", avM(item{"5": avN("1")}))
	assertRoundTrip(t, coins(), map[Postmark]Coin{{"1"}: {7}}, "", avM(item{"1": avN("7")}))
	assertRoundTrip(t, coins(), map[Coin]struct{}{{5}: {}}, "", avNS("5"))
	assertRoundTrip(t, coins(), map[Postmark]bool{{"1"}: true}, "set", avSS("1"))
	assertRoundTrip(t, coins(), pointer(&Coin{5}), "", avN("5"))
	assertRoundTrip(t, coins(), map[int]sql.Null[Coin]{1: {V: Coin{5}, Valid: true}, 2: {}}, "", avM(item{"1": avN("5"), "2": null}))
	assertRoundTrip(t, coins(), pointer(&map[Coin]struct{}{{5}: {}}), "", avNS("5"))
	assertRoundTrip(t, coins(), []Payment{Card{Number: "1"}}, "", avL(avM(item{"kind": avS("card"), "number": avS("1")})))

	for name, typ := range map[string]reflect.Type{
		"keys that are bools": reflect.TypeFor[map[Void]int](), "members that are bools": reflect.TypeFor[map[Void]struct{}](),
		"keys that may be nothing": reflect.TypeFor[map[sql.NullString]int](), "members that may be nothing": reflect.TypeFor[map[sql.NullInt64]struct{}](),
		"keys that marshal themselves": reflect.TypeFor[map[Temperature]int](),
	} {
		_, err := mapper.Compile(holder(typ, ""), coins())
		e := mapperError(t, err)
		assert.Contains(t, e.Reason, "its keys ", name)
		assert.Len(t, flatten(err), 1)
	}
	o := coins()
	o.Codecs = append(o.Codecs, mapper.CodecFor(func(Card) (int, error) { return 0, nil }, func(int) (Card, error) { return Card{}, nil }))
	_, err := mapper.Compile(holder(reflect.TypeFor[Payment](), ""), o)
	assert.ErrorContains(t, err, "a variant that methods or a codec store as another value")
}

func TestMembersOfMapsThatLeaveThemselvesOut(t *testing.T) {
	typ := holder(reflect.TypeFor[map[int]Coin](), "")
	p, err := mapper.Compile(typ, coins())
	require.NoError(t, err)
	it, err := encode(p, held(typ, map[int]Coin{1: {-1}, 2: {2}}).Interface())
	require.NoError(t, err)
	assert.Equal(t, avM(item{"2": avN("2")}), it["v"])

	for name, v := range map[string]any{
		"a key": map[Coin]int{{-1}: 1}, "a member of a set": map[Coin]struct{}{{-1}: {}}, "a failing key": map[Postmark]int{{"secret"}: 1},
	} {
		typ := holder(reflect.TypeOf(v), "")
		p, err := mapper.Compile(typ, coins())
		require.NoError(t, err)
		_, err = encode(p, held(typ, v).Interface())
		e := mapperError(t, err)
		assert.Equal(t, "struct{…}.V[…]", e.Path, name)
		assert.Contains(t, e.Reason, "the encode function of its codec")
		assert.NotContains(t, err.Error(), "secret")
	}
	stamps := holder(reflect.TypeFor[map[Postmark]int](), "")
	p, err = mapper.Compile(stamps, coins())
	require.NoError(t, err)
	err = decode(p, item{"v": avM(item{"secret": avN("1")})}, held(stamps, nil).Interface())
	e := mapperError(t, err)
	assert.Equal(t, "a key of the map: the decode function of its codec failed with a *strconv.NumError, which is not shown since it may hold the value", e.Reason)
}

// What is renamed behind an embedded pointer, or is undeclared beside it, is found.
func TestEmbeddedPointersOfEveryWord(t *testing.T) {
	type Base struct {
		Name string `ddb:"name,was=title"`
		Coin Coin   `ddb:"coin"`
	}
	type T struct {
		_  struct{} `ddb:"kind,entity=t"`
		ID string   `ddb:"id,pk"`
		*Base
		Doc struct {
			_ struct{} `ddb:"kind,entity=doc"`
			*Base
		}
		Rest mapper.Unknown `ddb:",unknown"`
	}
	for how, compile := range compilers {
		t.Run(how, func(t *testing.T) {
			p, err := compile(reflect.TypeFor[T](), coins())
			require.NoError(t, err)
			var v T
			require.NoError(t, decode(p, item{"kind": avS("t"), "id": avS("x"), "title": avS("a"), "Doc": avM(item{"kind": avS("doc"), "title": avS("b")})}, &v))
			assert.Equal(t, &Base{Name: "a"}, v.Base)
			assert.Equal(t, &Base{Name: "b"}, v.Doc.Base)
			v.Base.Coin.cents, v.Doc.Base.Coin.cents = -1, 3
			it, err := encode(p, &v)
			require.NoError(t, err)
			assert.Equal(t, item{"kind": avS("t"), "id": avS("x"), "name": avS("a"), "Doc": avM(item{"kind": avS("doc"), "name": avS("b"), "coin": avN("3")})}, it)
			v.Base = nil
			it, err = encode(p, &v)
			require.NoError(t, err)
			assert.NotContains(t, it, "name")
			assert.NotContains(t, it, "title")

			err = decode(p, item{"kind": avS("t"), "title": avS("a"), "name": avS("secret")}, &v)
			assert.ErrorContains(t, err, "with different values")
			assert.Zero(t, v)
			require.NoError(t, decode(p, item{"kind": avS("t"), "title": avS("a"), "name": avS("a"), "Doc": null}, &v))
			assert.Equal(t, &Base{Name: "a"}, v.Base)
		})
	}
}
