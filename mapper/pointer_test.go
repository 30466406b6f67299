package mapper_test

import (
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/dynaseal/ddb/mapper"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Ring leads nowhere.
type Ring *Ring

// A pointer to a pointer tells what is missing from what is NULL, as a JSON merge patch does.
func TestPointersToPointers(t *testing.T) {
	type patch struct {
		ID     string              `ddb:"id,pk"`
		Name   **string            `ddb:"name"`
		Age    **int               `ddb:"age,omitempty"`
		At     **time.Time         `ddb:"at,time=s"`
		On     **bool              `ddb:"on,bool=number"`
		City   **City              `ddb:"city"`
		Set    **map[string]bool   `ddb:"tags"`
		Names  **mapper.StringSet  `ddb:"names"`
		Deep   ***[]string         `ddb:"deep"`
		Slice  *[]string           `ddb:"slice"`
		Dict   *map[string]int     `ddb:"dict"`
		Group  *mapper.StringSet   `ddb:"group"`
		List   []**int             `ddb:"list"`
		Map    map[string]**string `ddb:"map"`
		Loose  **string            `ddb:"loose,null"`
		Within struct {
			Inner **string `ddb:"inner"`
		} `ddb:"within"`
	}
	whole := item{
		"id": avS("x"), "name": avS("n"), "age": avN("7"), "at": avS("2026-11-24T12:00:00Z"), "on": avN("1"), "city": avM(item{"name": avS("B")}),
		"tags": avM(item{"a": avBool(true)}), "names": avSS("a"), "deep": avL(avS("d")),
		"slice": avL(), "dict": avM(item{"k": avN("1")}), "group": avSS("g"), "list": avL(avN("1"), null), "map": avM(item{"k": null, "l": avS("l")}),
		"loose": avS("l"), "within": avM(item{"inner": avS("i")}),
	}
	nulls := item{
		"id": avS("x"), "name": null, "age": null, "at": null, "on": null, "city": null, "tags": null, "names": null, "deep": null,
		"slice": null, "dict": null, "group": null,
		"loose": null, "within": avM(item{"inner": null}),
	}
	full := patch{
		ID: "x", Name: pointer(pointer("n")), Age: pointer(pointer(7)), At: pointer(pointer(noon.Truncate(time.Second))), On: pointer(pointer(true)),
		City: pointer(&City{Name: "B"}), Set: pointer(&map[string]bool{"a": true}), Names: pointer(&mapper.StringSet{"a"}),
		Deep: pointer(pointer(&[]string{"d"})), List: []**int{pointer(pointer(1)), nil}, Map: map[string]**string{"k": nil, "l": pointer(pointer("l"))},
		Slice: &[]string{}, Dict: &map[string]int{"k": 1}, Group: &mapper.StringSet{"g"}, Loose: pointer(pointer("l")),
	}
	full.Within.Inner = pointer(pointer("i"))
	empty := patch{
		ID: "x", Name: new(*string), Age: new(*int), At: new(*time.Time), On: new(*bool), City: new(*City), Set: new(*map[string]bool),
		Names: new(*mapper.StringSet), Deep: new(**[]string), Slice: new([]string), Dict: new(map[string]int), Group: new(mapper.StringSet),
	}
	empty.Within.Inner = new(*string)
	for how, compile := range compilers {
		p, err := compile(reflect.TypeFor[patch](), mapper.Options{})
		require.NoError(t, err)
		for name, tt := range map[string]struct {
			value  patch
			stored item
		}{
			"values":  {full, whole},
			"null":    {empty, nulls},
			"missing": {patch{ID: "x"}, item{"id": avS("x"), "loose": null, "within": avM(item{})}},
		} {
			t.Run(name+"/"+how, func(t *testing.T) {
				it, err := encode(p, &tt.value)
				require.NoError(t, err)
				assert.Equal(t, tt.stored, it)
				old := "old"
				read := patch{Name: pointer(&old), Age: pointer(pointer(1)), Within: full.Within}
				require.NoError(t, decode(p, it, &read))
				assert.Equal(t, tt.value, read)
				assert.Equal(t, "old", old)
				assert.Equal(t, "i", **full.Within.Inner)
				var fromBytes patch
				require.NoError(t, decodeBytes(t, p, it, &fromBytes))
				assert.Equal(t, tt.value, fromBytes)
			})
		}
	}
}

func TestPointersToNilPointersWithoutAPlace(t *testing.T) {
	const reason = "pointer to a nil pointer, which would be read as nil: use nil"
	for name, tt := range map[string]struct {
		value any
		words string
		what  string
	}{
		"with null":         {new(*string), "null", "pointer"},
		"in a list":         {[]**int{new(*int)}, "", "pointer"},
		"in a map":          {map[string]**int{"secret": new(*int)}, "", "pointer"},
		"behind another":    {pointer(new(*int)), "", "pointer"},
		"three, with null":  {new(**int), "null", "pointer"},
		"a set":             {new(*mapper.StringSet), "null", "pointer"},
		"a set from a map":  {new(*map[int]struct{}), "null", "pointer"},
		"in a member's map": {[]map[string]**bool{{"secret": new(*bool)}}, "", "pointer"},
		"slice with null":   {new([]string), "null", "slice"},
		"slice in a list":   {[]*[]string{new([]string)}, "", "slice"},
		"map in a map":      {map[string]*map[string]int{"secret": new(map[string]int)}, "", "map"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := encodeField(t, tt.value, tt.words)
			e := mapperError(t, err)
			assert.Equal(t, strings.Replace(reason, "pointer to a nil pointer", "pointer to a nil "+tt.what, 1), e.Reason)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
	got, err := encodeField(t, pointer(&mapper.StringSet{}), "")
	require.NoError(t, err)
	assert.Nil(t, got, "an empty set is left out behind any pointers")
	_, err = decodeField[**int](t, avS("secret"), "")
	assert.EqualError(t, err, `mapper: decode: struct{…}.V (int): attribute "v": S cannot be read into int, which is stored as N`)
}
