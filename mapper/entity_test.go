package mapper_test

import (
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	PurchaseLine struct {
		_    struct{} `ddb:"kind,entity=line"`
		What string
	}
	Purchase struct {
		_     struct{} `ddb:"kind,entity=order"`
		ID    string   `ddb:"id,pk"`
		First PurchaseLine
		Lines []PurchaseLine
		More  map[string]*PurchaseLine
	}
)

func TestEntities(t *testing.T) {
	for how, compile := range compilers {
		t.Run(how, func(t *testing.T) {
			p, err := compile(reflect.TypeFor[Purchase](), mapper.Options{})
			require.NoError(t, err)
			v := Purchase{ID: "x", First: PurchaseLine{What: "a"}, Lines: []PurchaseLine{{What: "b"}, {}}, More: map[string]*PurchaseLine{"k": {What: "c"}, "n": nil}}
			line := func(what string) av { return avM(item{"kind": avS("line"), "What": avS(what)}) }
			stored := item{"kind": avS("order"), "id": avS("x"), "First": line("a"), "Lines": avL(line("b"), line("")), "More": avM(item{"k": line("c"), "n": null})}
			it, err := encode(p, &v)
			require.NoError(t, err)
			assert.Equal(t, stored, it)
			var read, fromBytes Purchase
			require.NoError(t, decode(p, it, &read))
			assert.Equal(t, v, read)
			require.NoError(t, decodeBytes(t, p, it, &fromBytes))
			assert.Equal(t, v, fromBytes)

			// NULL and a missing document are the zero value, which need not say what it is.
			read = Purchase{}
			require.NoError(t, decode(p, item{"kind": avS("order"), "First": null, "Lines": avL(null)}, &read))
			assert.Equal(t, Purchase{Lines: []PurchaseLine{{}}}, read)

			for name, tt := range map[string]struct {
				stored item
				want   []string
			}{
				"missing": {item{"id": avS("x")}, []string{`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": it does not say what it is`}},
				"another": {item{"kind": avS("secret")}, []string{`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": it says that it is something else`}},
				"empty":   {item{"kind": avS("")}, []string{`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": it says that it is something else`}},
				"number":  {item{"kind": avN("7")}, []string{`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": N is stored where S says what it is`}},
				"NULL":    {item{"kind": null}, []string{`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": NULL is stored where S says what it is`}},
				"a document that lacks it": {item{"kind": avS("order"), "Lines": avL(line("a"), avM(item{"What": avS("secret")}))},
					[]string{`mapper: decode: Purchase.Lines[1]._ (mapper_test.PurchaseLine): attribute "Lines": it is no "line": it does not say what it is`}},
				"documents that say something else": {item{"First": avM(item{"kind": avS("secret")}), "More": avM(item{"secret": avM(item{"kind": avL()})})}, []string{
					`mapper: decode: Purchase.First._ (mapper_test.PurchaseLine): attribute "First": it is no "line": it says that it is something else`,
					`mapper: decode: Purchase.More[…]._ (mapper_test.PurchaseLine): attribute "More": it is no "line": L is stored where S says what it is`,
					`mapper: decode: Purchase._ (mapper_test.Purchase): attribute "kind": it is no "order": it does not say what it is`,
				}},
			} {
				t.Run(name, func(t *testing.T) {
					read := Purchase{ID: "old"}
					err := decode(p, tt.stored, &read)
					require.Error(t, err)
					var got []string
					for _, e := range flatten(err) {
						got = append(got, e.Error())
					}
					assert.Equal(t, tt.want, got)
					assert.Zero(t, read)
				})
			}
		})
	}
}

func TestAnEntityIsAnAttribute(t *testing.T) {
	a := compiled[Purchase](t).Attributes()[4]
	assert.Equal(t, "kind", a.Name)
	assert.Equal(t, "order", a.Entity)
	assert.Equal(t, wire.String, a.Kind)
	type Base struct {
		_ struct{} `ddb:"kind,entity=base"`
	}
	type T struct {
		ID string `ddb:"id,pk"`
		Base
		In struct{ Base }
	}
	p := compiled[T](t)
	v := T{ID: "x"}
	it, err := encode(p, &v)
	require.NoError(t, err)
	assert.Equal(t, item{"id": avS("x"), "kind": avS("base"), "In": avM(item{"kind": avS("base")})}, it)
	require.NoError(t, decode(p, it, &v))
	delete(it, "In")
	require.NoError(t, decode(p, it, &v))
}
