package mapper_test

import (
	"reflect"
	"testing"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	Audit struct {
		By   string  `ddb:"by"`
		Note *string `ddb:"note"`
		*Origin
		cache string
		Kept  string `ddb:"-"`
	}
	Origin struct {
		Host  string `ddb:"host,omitempty"`
		Ports []int  `ddb:"ports,set"`
		Place
	}
	Place struct {
		City **string `ddb:"city"`
		*Position
	}
	Position struct{ X, Y int }
	// unexported is embedded as a value; what it embeds is exported.
	unexported struct {
		Z int
		*Audit
	}
)

func TestEmbeddedPointers(t *testing.T) {
	type T struct {
		ID string `ddb:"id,pk"`
		unexported
		Doc struct {
			*Audit
			Last int `ddb:"last"`
		} `ddb:"doc"`
	}
	var nothing, full, ends T
	nothing.ID, full.ID, ends.ID = "x", "x", "x"
	full.Z = 3
	full.Audit = &Audit{By: "b", Note: pointer("n"), Origin: &Origin{"h", []int{1}, Place{pointer(pointer("c")), &Position{1, 2}}}}
	full.Doc.Audit = &Audit{By: "d", Origin: &Origin{Place: Place{City: new(*string)}}}
	ends.Audit = &Audit{Origin: &Origin{Place: Place{Position: &Position{0, 2}}}}
	for how, compile := range compilers {
		p, err := compile(reflect.TypeFor[T](), mapper.Options{})
		require.NoError(t, err)
		for name, tt := range map[string]struct {
			value  T
			stored item
		}{
			"nil": {nothing, item{"id": avS("x"), "Z": avN("0"), "doc": avM(item{"last": avN("0")})}},
			"full": {full, item{
				"id": avS("x"), "Z": avN("3"), "by": avS("b"), "note": avS("n"), "host": avS("h"), "ports": avNS("1"), "city": avS("c"), "X": avN("1"), "Y": avN("2"),
				"doc": avM(item{"last": avN("0"), "by": avS("d"), "city": null}),
			}},
			"the innermost alone": {ends, item{
				"id": avS("x"), "Z": avN("0"), "by": avS(""), "X": avN("0"), "Y": avN("2"), "doc": avM(item{"last": avN("0")}),
			}},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				it, err := encode(p, &tt.value)
				require.NoError(t, err)
				assert.Equal(t, tt.stored, it)

				old := Audit{By: "old", cache: "cache", Kept: "kept", Origin: &Origin{Host: "old", Place: Place{Position: &Position{8, 9}}}}
				was := old
				for _, read := range []T{{}, {unexported: unexported{Audit: &old}}, {unexported: unexported{Audit: old.child()}}} {
					read.Doc.Audit = &old
					require.NoError(t, decode(p, it, &read))
					assert.Equal(t, tt.value, read, "what was there does not show through")
					assert.Equal(t, was, old, "written to no memory it referred to")
					assert.Equal(t, &Origin{Host: "old", Place: Place{Position: &Position{8, 9}}}, old.Origin)
				}
				var fromBytes T
				require.NoError(t, decodeBytes(t, p, it, &fromBytes))
				assert.Equal(t, tt.value, fromBytes)
				assert.Equal(t, canonical(t, p, &tt.value), canonical(t, p, &fromBytes))
			})
		}
	}
}

func (a *Audit) child() *Audit { return &Audit{Origin: a.Origin} }

func TestStoredAttributesAllocateEmbeddedPointers(t *testing.T) {
	type T struct {
		ID string `ddb:"id,pk"`
		*Audit
	}
	p := compiled[T](t)
	for name, tt := range map[string]struct {
		stored item
		want   *Audit
	}{
		"none":           {item{"undeclared": avS("x")}, nil},
		"NULL":           {item{"by": null}, &Audit{}},
		"NULL below":     {item{"host": null}, &Audit{Origin: &Origin{}}},
		"NULL far below": {item{"Y": null}, &Audit{Origin: &Origin{Place: Place{Position: &Position{}}}}},
		"two":            {item{"note": avS("n"), "Y": avN("1"), "X": avN("2")}, &Audit{Note: pointer("n"), Origin: &Origin{Place: Place{Position: &Position{2, 1}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			read := T{Audit: &Audit{By: "old"}}
			require.NoError(t, decode(p, tt.stored, &read))
			assert.Equal(t, tt.want, read.Audit)
		})
	}
	var read T
	err := decode(p, item{"by": avS("secret"), "X": avS("secret")}, &read)
	assert.EqualError(t, err, `mapper: decode: T.Audit.Origin.Place.Position.X (int): attribute "X": S cannot be read into int, which is stored as N`)
	assert.Zero(t, read)

	_, err = encode(p, &T{Audit: &Audit{By: "secret\xff"}})
	e := mapperError(t, err)
	assert.Equal(t, "T.Audit.By", e.Path)
	assert.NotContains(t, err.Error(), "secret")

	// A Sink that is given up leaves nothing behind, and a Plan's next use starts anew.
	read = T{Audit: &Audit{By: "old"}}
	sink := p.Sink(&read)
	sink.Release()
	assert.Zero(t, read)
}

func TestOmittedFieldsBehindEmbeddedPointers(t *testing.T) {
	type Stamps struct {
		Zero  Ticks `ddb:",omitzero"`
		Empty []int `ddb:",omitempty"`
		Null  []int `ddb:",null"`
	}
	type T struct {
		ID string `ddb:"id,pk"`
		*Stamps
	}
	p := compiled[T](t)
	it, err := encode(p, &T{ID: "x"})
	require.NoError(t, err)
	assert.Equal(t, item{"id": avS("x")}, it)
	it, err = encode(p, &T{ID: "x", Stamps: &Stamps{Zero: 7, Empty: []int{}}})
	require.NoError(t, err)
	assert.Equal(t, item{"id": avS("x"), "Null": null}, it)
	it, err = encode(p, &T{ID: "x", Stamps: &Stamps{Zero: 1, Empty: []int{1}, Null: []int{}}})
	require.NoError(t, err)
	assert.Equal(t, item{"id": avS("x"), "Zero": avN("1"), "Empty": avL(avN("1")), "Null": avL()}, it)
}

// Ticks is zero at seven.
type Ticks int

func (t Ticks) IsZero() bool { return t == 7 }
