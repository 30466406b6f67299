package mapper_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/mapper"
	"github.com/dynaseal/ddb/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	// Payment is what the fields hold.
	Payment interface{ Pays() string }

	Card struct {
		_      struct{} `ddb:"kind,entity=card"`
		Number string   `ddb:"number"`
	}
	Transfer struct {
		_    struct{} `ddb:"kind,entity=transfer"`
		IBAN string   `ddb:"iban"`
		Then Payment  `ddb:"then"`
		Plan Plans    `ddb:"plan,omitempty"`
	}
	Plans []map[string]Payment

	// Walker is a Payment by its pointer, and no variant unless a test makes it one.
	Walker struct {
		_ struct{} `ddb:"kind,entity=walker"`
		N int
	}
	Named    struct{ A int }
	SameName struct {
		_ struct{} `ddb:"kind,entity=card"`
	}
	OtherName struct {
		_ struct{} `ddb:"type,entity=other"`
	}
	TextVariant struct {
		_ struct{} `ddb:"kind,entity=text"`
	}
	WrongVariant struct {
		_ struct{} `ddb:"kind,entity=wrong"`
		A chan int
	}
	DeepVariant struct {
		_ struct{} `ddb:"kind,entity=deep"`
		A *any
	}
)

func (Card) Pays() string         { return "card" }
func (*Transfer) Pays() string    { return "transfer" }
func (*Walker) Pays() string      { return "walker" }
func (Named) Pays() string        { return "named" }
func (SameName) Pays() string     { return "same" }
func (OtherName) Pays() string    { return "other" }
func (TextVariant) Pays() string  { return "text" }
func (WrongVariant) Pays() string { return "wrong" }
func (DeepVariant) Pays() string  { return "deep" }

func (TextVariant) MarshalText() ([]byte, error)  { return nil, nil }
func (*TextVariant) UnmarshalText(b []byte) error { return nil }

func payments() mapper.Options {
	return mapper.Options{Variants: []mapper.Variant{mapper.VariantOf[Card](), mapper.VariantOf[*Transfer](), mapper.VariantOf[PurchaseLine]()}}
}

type Bill struct {
	ID    string             `ddb:"id,pk"`
	By    Payment            `ddb:"by"`
	Null  Payment            `ddb:"nothing,null"`
	Parts []Payment          `ddb:"parts"`
	Map   map[string]Payment `ddb:"map"`
	Fixed [1]Payment         `ddb:"fixed,omitzero"`
	Inner struct{ P Payment }
	Any   any `ddb:"any"`
	*Sub
}

type Sub struct {
	Second Payment `ddb:"second"`
}

func TestVariants(t *testing.T) {
	card := func(n string) av { return avM(item{"kind": avS("card"), "number": avS(n)}) }
	for how, compile := range compilers {
		p, err := compile(reflect.TypeFor[Bill](), payments())
		require.NoError(t, err)
		transfer := &Transfer{IBAN: "i", Then: &Transfer{Then: Card{Number: "3"}}, Plan: Plans{{"k": Card{Number: "4"}, "n": nil}}}
		v := Bill{
			ID: "x", By: Card{Number: "1"}, Null: nil, Parts: []Payment{transfer, nil, Card{}}, Map: map[string]Payment{"k": Card{Number: "2"}},
			Fixed: [1]Payment{Card{Number: "5"}}, Sub: &Sub{&Transfer{}},
		}
		v.Inner.P = Card{Number: "6"}
		stored := item{
			"id": avS("x"), "by": card("1"), "nothing": null,
			"parts": avL(avM(item{"kind": avS("transfer"), "iban": avS("i"), "then": avM(item{"kind": avS("transfer"), "iban": avS(""), "then": card("3")}),
				"plan": avL(avM(item{"k": card("4"), "n": null}))}), null, card("")),
			"map": avM(item{"k": card("2")}), "fixed": avL(card("5")), "Inner": avM(item{"P": card("6")}),
			"second": avM(item{"kind": avS("transfer"), "iban": avS("")}),
		}
		for name, tt := range map[string]struct {
			value  Bill
			stored item
		}{
			"values":  {v, stored},
			"nothing": {Bill{ID: "x"}, item{"id": avS("x"), "nothing": null, "Inner": avM(item{})}},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				it, err := encode(p, &tt.value)
				require.NoError(t, err)
				assert.Equal(t, tt.stored, it)
				old := &Transfer{IBAN: "old", Then: &Transfer{IBAN: "old"}}
				read := Bill{By: old, Null: old, Inner: struct{ P Payment }{old}, Sub: &Sub{old}}
				require.NoError(t, decode(p, it, &read))
				assert.Equal(t, tt.value, read)
				assert.Equal(t, &Transfer{IBAN: "old", Then: &Transfer{IBAN: "old"}}, old, "written to no memory it referred to")
				var fromBytes Bill
				require.NoError(t, decodeBytes(t, p, it, &fromBytes))
				assert.Equal(t, tt.value, fromBytes)
				assert.Equal(t, canonical(t, p, &tt.value), canonical(t, p, &fromBytes))
			})
		}
		t.Run("what cannot be written/"+how, func(t *testing.T) {
			_, err := encode(p, &Bill{ID: "x", Parts: []Payment{&Walker{N: 7}}})
			assert.EqualError(t, err, `mapper: encode: Bill.Parts[0] (*mapper_test.Walker): attribute "parts": it is held by a mapper_test.Payment and would not be read back: name it in Config.Variants`)
			_, err = encode(p, &Bill{ID: "x", By: &Card{Number: "1"}})
			assert.ErrorContains(t, err, "(*mapper_test.Card)", "a pointer is another variant")
			looped := &Transfer{}
			looped.Then = looped
			_, err = encode(p, &Bill{ID: "x", By: looped})
			assert.ErrorContains(t, err, "does it contain itself?")
			plans := Plans{{}}
			plans[0]["k"] = &Transfer{Plan: plans}
			_, err = encode(p, &Bill{ID: "x", By: &Transfer{Plan: plans}})
			assert.ErrorContains(t, err, "does it contain itself?")
			it, err := encode(p, &Bill{ID: "x", By: (*Transfer)(nil)})
			require.NoError(t, err)
			assert.Equal(t, null, it["by"], "nothing but nil can be meant")
		})
	}
}

func TestStoredVariants(t *testing.T) {
	says := func(reason string) string { return `its member "kind" says what it is, and ` + reason }
	const unknown = "names none of Config.Variants that implement the interface"
	deep := avM(item{"kind": avS("card")})
	for range 40 {
		deep = avM(item{"kind": avS("transfer"), "then": deep})
	}
	for name, tt := range map[string]struct {
		stored       av
		path, reason string
	}{
		"no map":                   {avS("secret"), "", "S cannot be read into mapper_test.Payment, which is stored as M"},
		"a list":                   {avL(avS("secret")), "", "L cannot be read into mapper_test.Payment, which is stored as M"},
		"empty":                    {avM(item{}), "", says("is missing")},
		"missing":                  {avM(item{"number": avS("secret")}), "", says("is missing")},
		"number":                   {avM(item{"kind": avN("777")}), "", says("is stored as N in place of S")},
		"NULL":                     {avM(item{"kind": null}), "", says("is stored as NULL in place of S")},
		"map":                      {avM(item{"kind": avM(item{"kind": avS("card")})}), "", says("is stored as M in place of S")},
		"unknown":                  {avM(item{"kind": avS("secret")}), "", says(unknown)},
		"a variant that no fits":   {avM(item{"kind": avS("line")}), "", says(unknown)},
		"another case":             {avM(item{"kind": avS("Card")}), "", says(unknown)},
		"a member of another kind": {avM(item{"kind": avS("card"), "number": avN("777")}), ".Number", "N cannot be read into string"},
		"deep inside":              {avM(item{"kind": avS("transfer"), "then": avM(item{"secret": null})}), ".Then", says("is missing")},
		"in a map":                 {avM(item{"kind": avS("transfer"), "plan": avL(avM(item{"secret": avM(nil)}))}), ".Plan[0][…]", says("is missing")},
		"too deep":                 {deep, ".Then", "nested deeper than 32 levels"},
	} {
		for how, compile := range compilers {
			t.Run(name+"/"+how, func(t *testing.T) {
				p, err := compile(reflect.TypeFor[Bill](), payments())
				require.NoError(t, err)
				for what, read := range map[string]func(v any) error{
					"values": func(v any) error { return decode(p, item{"by": tt.stored}, v) },
					"bytes": func(v any) error {
						if name == "too deep" {
							return decode(p, item{"by": tt.stored}, v)
						}
						return decodeBytes(t, p, item{"by": tt.stored}, v)
					},
				} {
					v := Bill{ID: "old"}
					err := read(&v)
					e := mapperError(t, err)
					assert.Contains(t, e.Path, "Bill.By"+tt.path, what)
					assert.Contains(t, e.Reason, tt.reason, what)
					assert.NotContains(t, err.Error(), "secret")
					assert.NotContains(t, err.Error(), "777")
					assert.Zero(t, v, "nothing half decoded")
				}
			})
		}
	}
}

func TestVariantsThatCannotBeCompiled(t *testing.T) {
	const pathless = `mapper: compile: Config.Variants `
	hold := func(vs ...mapper.Variant) mapper.Options { return mapper.Options{Variants: vs} }
	card := mapper.VariantOf[Card]()
	for name, tt := range map[string]struct {
		options mapper.Options
		want    []string
	}{
		"none": {hold(), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): interface with methods: what is stored does not say which type to read it into; name types that implement it in Config.Variants, or use any or a concrete type`}},
		"none that implements it": {hold(mapper.VariantOf[PurchaseLine]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): interface with methods: what is stored does not say which type to read it into; name types that implement it in Config.Variants, or use any or a concrete type`}},
		"only its pointer implements it": {hold(mapper.VariantOf[PurchaseLine](), mapper.VariantOf[Transfer]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): interface with methods: what is stored does not say which type to read it into; mapper_test.Transfer in Config.Variants has the methods on its pointer: name *mapper_test.Transfer in its place`}},
		"one value twice": {hold(card, mapper.VariantOf[SameName]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): its variants mapper_test.Card and mapper_test.SameName both say that they are "card": give each its own name`}},
		"value and pointer": {hold(card, mapper.VariantOf[*Card]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): its variants mapper_test.Card and *mapper_test.Card both say that they are "card": give each its own name`}},
		"two names": {hold(card, mapper.VariantOf[*OtherName]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.Payment): its variants say what they are in attributes of two names, "kind" and "type": use one`}},
		"text": {hold(card, mapper.VariantOf[TextVariant]()), []string{
			`mapper: compile: struct{…}.V (mapper_test.TextVariant): a variant that methods or a codec store as another value does not say what it is: take them away`}},
		"zero":              {hold(card, mapper.Variant{}), []string{pathless + `(nil): the zero Variant: make one with VariantOf`}},
		"no struct":         {hold(card, mapper.VariantOf[int]()), []string{pathless + `(int): a variant is a struct type or a pointer to one`}},
		"an interface":      {hold(card, mapper.VariantOf[Payment]()), []string{pathless + `(mapper_test.Payment): a variant is a struct type or a pointer to one`}},
		"pointers":          {hold(card, mapper.VariantOf[**Card]()), []string{pathless + `(**mapper_test.Card): a variant is a struct type or a pointer to one`}},
		"twice":             {hold(card, card), []string{pathless + `(mapper_test.Card): twice among the variants: keep one`}},
		"not an entity":     {hold(card, mapper.VariantOf[Named]()), []string{pathless + "(mapper_test.Named): it does not say what it is: give it a field _ struct{} `ddb:\"kind,entity=NAME\"`"}},
		"mistakes in it":    {hold(card, mapper.VariantOf[*WrongVariant]()), []string{`ddb: type WrongVariant, field A: chan int cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`}},
		"mistakes below it": {hold(card, mapper.VariantOf[*DeepVariant]()), []string{`mapper: compile: struct{…}.V.(*mapper_test.DeepVariant).A (*interface {}): pointer to an interface: NULL could be either; use one of them`}},
		"several": {hold(mapper.VariantOf[string](), mapper.VariantOf[Named]()), []string{
			pathless + `(string): a variant is a struct type or a pointer to one`,
			pathless + "(mapper_test.Named): it does not say what it is: give it a field _ struct{} `ddb:\"kind,entity=NAME\"`",
			`mapper: compile: struct{…}.V (mapper_test.Payment): interface with methods: what is stored does not say which type to read it into; name types that implement it in Config.Variants, or use any or a concrete type`,
		}},
	} {
		for how, compile := range compilers {
			t.Run(name+"/"+how, func(t *testing.T) {
				plan, err := compile(holder(reflect.TypeFor[Payment](), ""), tt.options)
				assert.Nil(t, plan)
				require.Error(t, err)
				var got []string
				for _, e := range flatten(err) {
					switch e.(type) {
					case *tags.Error, *mapper.Error:
					default:
						assert.Fail(t, "foreign error", "%T", e)
					}
					got = append(got, e.Error())
				}
				assert.Equal(t, tt.want, got)
			})
		}
	}
	_, err := mapper.Compile(holder(reflect.TypeFor[string](), ""), hold(mapper.VariantOf[int]()))
	assert.ErrorContains(t, err, "Config.Variants (int)", "a variant that nothing needs is checked too")
	_, err = mapper.Compile(holder(reflect.TypeFor[string](), ""), hold(card, mapper.VariantOf[SameName]()))
	assert.NoError(t, err, "types that no interface holds together may say the same")
}

func TestAttributesWithVariants(t *testing.T) {
	type T struct {
		ID     string `ddb:"id,pk"`
		Direct Payment
		Deep   map[string][]*struct{ P **Transfer }
		Tree   *Tree
		Any    any
		Line   PurchaseLine
		Card   Card
	}
	p, err := mapper.Compile(reflect.TypeFor[T](), payments())
	require.NoError(t, err)
	got := map[string]bool{}
	for _, a := range p.Attributes() {
		got[a.Name] = a.Variants
	}
	assert.Equal(t, map[string]bool{"id": false, "Direct": true, "Deep": true, "Tree": false, "Any": false, "Line": false, "Card": false}, got)
}

// Options belong to the caller.
func TestVariantsAreNotKept(t *testing.T) {
	o := payments()
	p, err := mapper.Compile(holder(reflect.TypeFor[any](), ""), o)
	require.NoError(t, err)
	clear(o.Variants)
	h := held(p.Type(), []Payment{Card{Number: "1"}}) // met at run time
	it, err := encode(p, h.Interface())
	require.NoError(t, err)
	assert.Equal(t, avL(avM(item{"kind": avS("card"), "number": avS("1")})), it["v"])
}

func ExampleVariantOf() {
	type Order struct {
		ID string `ddb:"id,pk"`
		By Payment
	}
	_, err := mapper.Compile(reflect.TypeFor[Order](), mapper.Options{
		Variants: []mapper.Variant{mapper.VariantOf[Card](), mapper.VariantOf[*Transfer]()},
	})
	fmt.Println(err)
	// Output: <nil>
}
