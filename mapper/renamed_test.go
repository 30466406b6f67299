package mapper_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type Contact struct {
	ID    string         `ddb:"id,pk"`
	Phone string         `ddb:"phone,was=tel"`
	Tags  []string       `ddb:"tags,set,was=Zlabels"`
	At    time.Time      `ddb:"at,was=when"`
	Extra any            `ddb:"extra,was=any"`
	Sums  map[string]int `ddb:"sums,was=sigma"`
	Home  Residence      `ddb:"home"`
}

type Residence struct {
	Street string `ddb:"street,was=str"`
	Zip    *int   `ddb:"zip,was=code,omitempty"`
	Any    any    `ddb:"any,was=other"`
}

func contacts(t *testing.T) map[string]*mapper.Plan {
	plans := map[string]*mapper.Plan{}
	for name, compile := range compilers {
		p, err := compile(reflect.TypeFor[Contact](), mapper.Options{})
		require.NoError(t, err)
		plans[name] = p
	}
	return plans
}

func TestOldNamesAreReadAndNeverWritten(t *testing.T) {
	for name, p := range contacts(t) {
		t.Run(name, func(t *testing.T) {
			zip := 12345
			want := Contact{ID: "1", Phone: "555", Tags: []string{"a"}, At: time.Unix(7, 0).UTC(), Extra: "x", Sums: map[string]int{"n": 1}, Home: Residence{Street: "Elm", Zip: &zip, Any: true}}
			written, err := encode(p, &want)
			require.NoError(t, err)
			home := item{"street": avS("Elm"), "zip": avN("12345"), "any": avBool(true)}
			assert.Equal(t, item{"id": avS("1"), "phone": avS("555"), "tags": avSS("a"), "at": avS("1970-01-01T00:00:07.000000000Z"),
				"extra": avS("x"), "sums": avM(item{"n": avN("1")}), "home": avM(home)}, written)

			old := item{}
			for to, from := range map[string]string{"id": "id", "tel": "phone", "Zlabels": "tags", "when": "at", "any": "extra", "sigma": "sums"} {
				old[to] = written[from]
			}
			old["home"] = avM(item{"str": home["street"], "code": home["zip"], "other": home["any"]})
			for what, it := range map[string]item{"the current names": written, "the old names": old, "both": both(written, old)} {
				var got Contact
				require.NoError(t, decode(p, it, &got), what)
				assert.Equal(t, want, got, what)
			}
			var none Contact
			require.NoError(t, decode(p, item{"id": avS("1")}, &none))
			assert.Equal(t, Contact{ID: "1"}, none)
		})
	}
}

func both(a, b item) item {
	all := item{}
	for _, it := range []item{a, b} {
		for name, v := range it {
			all[name] = v
		}
	}
	all["home"] = avM(item{"street": avS("Elm"), "str": avS("Elm"), "zip": avN("12345"), "code": avN("12345.0"), "any": avBool(true), "other": avBool(true)})
	all["tags"], all["Zlabels"] = avSS("a"), avL(avS("a"))
	all["when"] = avS("1970-01-01T01:00:07+01:00")
	return all
}

func TestBothNamesWithDifferentValues(t *testing.T) {
	for name, p := range contacts(t) {
		t.Run(name, func(t *testing.T) {
			for _, c := range []struct {
				it   item
				want []string
			}{
				{item{"phone": avS("secret1"), "tel": avS("secret2")}, []string{"Contact.Phone (string)", `stored as "phone" and as "tel"`}},
				{item{"phone": null, "tel": avS("secret2")}, []string{"Contact.Phone (string)", `stored as "phone" and as "tel"`}},
				{item{"tags": avSS("secret1", "a"), "Zlabels": avSS("a")}, []string{"Contact.Tags ([]string)", `stored as "tags" and as "Zlabels"`}},
				{item{"extra": avN("1"), "any": avS("1")}, []string{"Contact.Extra (interface {})", `stored as "extra" and as "any"`}},
				{item{"home": avM(item{"street": avS("secret1"), "str": avS("secret2")})}, []string{"Contact.Home.Street (string)", `stored as "street" and as "str"`}},
				{item{"home": avM(item{"zip": avN("1"), "code": null})}, []string{"Contact.Home.Zip (*int)", `stored as "zip" and as "code"`}},
				{item{"home": avM(item{"any": avL(avS("secret1")), "other": avL()})}, []string{"Contact.Home.Any (interface {})", `stored as "any" and as "other"`}},
				{item{"phone": avS("secret1"), "tel": avN("1")}, []string{`Contact.Phone (string): attribute "tel": N cannot be read into string`}},
				{item{"phone": avN("1"), "tel": avS("secret1")}, []string{`Contact.Phone (string): attribute "phone": N cannot be read into string`}},
			} {
				c.it["id"] = avS("1")
				v := Contact{ID: "old"}
				err := decode(p, c.it, &v)
				for _, want := range c.want {
					assert.ErrorContains(t, err, want)
				}
				assert.NotContains(t, err.Error(), "secret")
				assert.Zero(t, v)
			}
		})
	}
}

func TestThePlanSaysWhichNamesAreRead(t *testing.T) {
	p, err := mapper.Compile(reflect.TypeFor[Contact](), mapper.Options{})
	require.NoError(t, err)
	current := map[string]string{}
	for i, a := range p.Attributes() {
		c := p.Current(wire.Slot(i))
		current[a.Name] = p.Attributes()[c].Name
		assert.Equal(t, a.Path, p.Attributes()[c].Path)
	}
	assert.Equal(t, map[string]string{"id": "id", "home": "home", "phone": "phone", "tel": "phone", "tags": "tags", "Zlabels": "tags",
		"at": "at", "when": "at", "extra": "extra", "any": "extra", "sums": "sums", "sigma": "sums"}, current)
}
