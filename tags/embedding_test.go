package tags_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

type (
	level0 struct {
		ID string `ddb:"id,pk"`
		A0 int    `ddb:"a0"`
		Level1
		B0 int `ddb:"b0"`
	}
	Level1 struct {
		A1 int `ddb:"a1"`
		Level2
		B1 int `ddb:"b1"`
		C1 int `ddb:"c1"`
	}
	Level2 struct {
		A2 int `ddb:"a2"`
		B2 int `ddb:"b2"`
		level3
		C2 int `ddb:"c2"`
	}
	level3 struct {
		A3 int `ddb:"a3"`
		Level4
		B3 int `ddb:"b3"`
		C3 int `ddb:"c3"`
	}
	Level4 struct {
		A4 int `ddb:"a4"`
		Level5
		B4 int `ddb:"b4"`
		C4 int `ddb:"c4"`
	}
	Level5 struct {
		A5 int `ddb:"a5"`
		B5 int `ddb:"b5"`
	}
)

// TestEmbeddingDepth writes a number of its own through every index path: paths that shared an array
// would reach the wrong field (guregu/dynamo from depth three, style.md 4.1).
func TestEmbeddingDepth(t *testing.T) {
	fields, err := tags.Root(reflect.TypeFor[level0](), tags.Options{})
	require.NoError(t, err)

	var names []string
	var v level0
	for i, f := range fields {
		names = append(names, f.Name)
		if f.Name != "id" {
			reflect.ValueOf(&v).Elem().FieldByIndex(f.Index).SetInt(int64(i))
		}
	}
	assert.Equal(t, []string{"id", "a0", "a1", "a2", "b2", "a3", "a4", "a5", "b5", "b4", "c4", "b3", "c3", "c2", "b1", "c1", "b0"}, names)
	assert.Equal(t, []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}, []int{
		v.A0, v.A1, v.A2, v.B2, v.A3, v.A4, v.A5, v.B5, v.B4, v.C4, v.B3, v.C3, v.C2, v.B1, v.C1, v.B0,
	})
	assert.Equal(t, "level0.Level1.Level2.level3.Level4.Level5.B5", fields[8].Path)

	for i := range fields { // a caller may append to and write through what it got
		fields[i].Index = append(fields[i].Index, -1)
		fields[i].Index[0] = -1
	}
	again, err := tags.Root(reflect.TypeFor[level0](), tags.Options{})
	require.NoError(t, err)
	assert.Equal(t, []int{2, 1, 2, 1, 1, 1}, again[8].Index)
}

func TestEmbeddedKinds(t *testing.T) {
	type Name string
	type Named struct{ By string }
	type lower struct {
		By2 string
	}
	type number int
	type item struct {
		ID    string `ddb:"id,pk"`
		Name  `ddb:",sign"`
		Named `ddb:"audit,encrypt"`
		Visit `ddb:"-"`
		lower
		number
		time.Time `ddb:"at,time=ms"`
		*Level5   `ddb:"five"`
		error     `ddb:"-"`
	}
	fields, err := tags.Root(reflect.TypeFor[item](), tags.Options{})
	require.NoError(t, err)
	var names []string
	for _, f := range fields {
		names = append(names, f.Name+" "+f.Path)
	}
	assert.Equal(t, []string{"id item.ID", "Name item.Name", "audit item.Named", "By2 item.lower.By2", "at item.Time", "five item.Level5"}, names)
	assert.Equal(t, reflect.TypeFor[Named](), fields[2].Type)
	assert.Equal(t, tags.Encrypt, fields[2].Action)
	assert.Equal(t, item{}.number, number(0), "an unexported embedded number is skipped")
}

func TestEmbeddingMistakes(t *testing.T) {
	type ID struct {
		ID string `ddb:"id,pk"`
	}
	type Other struct{ Name string }
	type lower struct{ Low string }
	type number int
	type hidden struct {
		ID
		*lower
	}
	type keyed struct {
		*Other
		*Keyed
	}
	type Selfish struct {
		ID
		*Other
		*Selfish
	}
	type textPointer struct {
		ID
		*Instant
	}
	type storesNothing struct {
		ID
		*Opaque
	}
	type instant struct {
		ID
		time.Time
	}
	type words struct {
		ID
		Other `ddb:",encrypt"`
	}
	type unexported struct {
		ID
		lower `ddb:"low"`
	}
	type unexportedNumber struct {
		ID
		number `ddb:",sign"`
	}
	type twice struct {
		ID
		Other
		Name string
	}
	type sameDepth struct {
		ID
		Other
		Another struct{ Name string } `ddb:"-"`
		Page[string]
		Of int
	}
	type unexportedField struct {
		ID
		name string `ddb:"name,encrypt"`
	}
	type blank struct {
		ID
		_ struct{} `ddb:"kind"`
	}
	assert.Zero(t, unexported{}.lower.Low+unexportedField{}.name)
	assert.Zero(t, unexportedNumber{}.number)

	const named = `name it, as in ddb:"audit", or skip it with ddb:"-"`
	for _, c := range []struct {
		name string
		typ  reflect.Type
		want string
	}{
		{"pointer to an unexported type", reflect.TypeFor[hidden](), `ddb: type hidden, field lower: embedded pointer to the unexported type tags_test.lower, which reading cannot allocate (embed the struct itself, or export its type; or skip it with ddb:"-")`},
		{"key behind a pointer", reflect.TypeFor[keyed](), `ddb: type keyed, field Keyed.Deeper.ID, tag "id,pk": partition key behind the embedded pointer Keyed, which may be nil (a key is always there: embed the struct itself)`},
		{"pointer to the type itself", reflect.TypeFor[Selfish](), `ddb: type Selfish, field Selfish: embedded *tags_test.Selfish contains itself and has no end (` + named + `)`},
		{"pointers in a circle", reflect.TypeFor[circle](), `ddb: type circle, field Left.Right.Left: embedded *tags_test.Left contains itself and has no end (` + named + `)`},
		{"pointer to text", reflect.TypeFor[textPointer](), `ddb: type textPointer, field Instant: embedded *tags_test.Instant is one value and cannot be flattened (` + named + `)`},
		{"pointer to what stores nothing", reflect.TypeFor[storesNothing](), `ddb: type storesNothing, field Opaque: embedded *tags_test.Opaque stores none of its fields, so its value would be lost (export them, or skip it with ddb:"-")`},
		{"time.Time", reflect.TypeFor[instant](), `ddb: type instant, field Time: embedded time.Time is one value and cannot be flattened (` + named + `)`},
		{"words without a name", reflect.TypeFor[words](), `ddb: type words, field Other, tag ",encrypt": words on an embedded struct without a name (put them on its fields; or name it to store it as one attribute)`},
		{"unexported struct with a name", reflect.TypeFor[unexported](), `ddb: type unexported, field lower, tag "low": tag on an unexported field (export the field or remove the tag)`},
		{"unexported number with a tag", reflect.TypeFor[unexportedNumber](), `ddb: type unexportedNumber, field number, tag ",sign": tag on an unexported field (export the field or remove the tag)`},
		{"outer field with the name of an embedded one", reflect.TypeFor[twice](), `ddb: type twice, field Name: attribute "Name" is field Other.Name already (rename one, or skip one with ddb:"-")`},
		{"embedded generic struct", reflect.TypeFor[sameDepth](), `ddb: type sameDepth, field Of: attribute "Of" is field Page.Of already (rename one, or skip one with ddb:"-")`},
		{"unexported field", reflect.TypeFor[unexportedField](), `ddb: type unexportedField, field name, tag "name,encrypt": tag on an unexported field (export the field or remove the tag)`},
		{"blank field", reflect.TypeFor[blank](), `ddb: type blank, field _, tag "kind": tag on a blank field (name the field or remove the tag)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := tags.Root(c.typ, tags.Options{})
			assert.Equal(t, []string{c.want}, messages(t, c.typ, err))
		})
	}

	t.Run("too deep", func(t *testing.T) {
		typ := reflect.TypeFor[ID]()
		for range 66 {
			typ = reflect.StructOf([]reflect.StructField{{Name: "E", Type: typ, Anonymous: true}})
		}
		_, err := tags.Root(typ, tags.Options{})
		assert.ErrorContains(t, err, `: embedded more than 64 deep (`+named+`)`)
	})
}

type (
	circle struct {
		ID string `ddb:"id,pk"`
		*Left
	}
	Left struct {
		L string
		*Right
	}
	Right struct {
		R string
		*Left
	}
	Keyed  struct{ *Deeper }
	Deeper struct {
		ID string `ddb:"id,pk"`
	}
	Instant struct{ time.Time }
	Opaque  struct{ n int }
)

func TestEmbeddedPointersAreFlattened(t *testing.T) {
	type item struct {
		ID string `ddb:"id,pk"`
		*Level4
		level3b
	}
	fields, err := tags.Root(reflect.TypeFor[item](), tags.Options{})
	require.NoError(t, err)
	var names []string
	for _, f := range fields {
		names = append(names, f.Path)
	}
	assert.Equal(t, []string{"item.ID", "item.Level4.A4", "item.Level4.Level5.A5", "item.Level4.Level5.B5", "item.Level4.B4", "item.Level4.C4",
		"item.level3b.Audit.By", "item.level3b.C"}, names)
	assert.Equal(t, []int{1, 1, 1}, fields[3].Index)
	assert.Equal(t, "B5", reflect.TypeFor[item]().FieldByIndex(fields[3].Index).Name)
	_, err = tags.Nested(reflect.TypeFor[Keyed](), tags.Options{})
	assert.ErrorContains(t, err, "pk inside a document")
	assert.NotContains(t, err.Error(), "behind")
	_, _ = item{}.level3b, Opaque{}.n
}

type (
	level3b struct {
		*Audit
		C int
	}
	Audit struct{ By string }
)

type hiddenDose struct{ mg int }

func TestAnEmbeddedStructThatStoresNothingIsRefused(t *testing.T) {
	type prescription struct {
		ID string `ddb:"id,pk"`
		hiddenDose
	}
	_, err := tags.Root(reflect.TypeFor[prescription](), tags.Options{})
	assert.ErrorContains(t, err, "stores none of its fields")
	_ = prescription{hiddenDose: hiddenDose{mg: 1}}.mg

	type skipped struct {
		ID         string `ddb:"id,pk"`
		hiddenDose `ddb:"-"`
	}
	_, err = tags.Root(reflect.TypeFor[skipped](), tags.Options{})
	assert.NoError(t, err)
	_ = skipped{}.hiddenDose
}
