package tags_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

// FuzzTag parses any struct tag on fields of several types: no panic, the same answer every time, no
// field that reflect would read otherwise, and an accepted tag written anew parses to the same field.
func FuzzTag(f *testing.F) {
	for _, tag := range []string{
		`ddb:"name,encrypt,omitempty" json:"name"`, `ddb:"'a,''b',sk"`, `ddb:"at,time='ms'"`, `ddb:"-"`, `ddb:"'-',plain"`, `ddb:",set,null"`, `ddb:"a,was=b"`, `ddb:"a,was='b,''c'"`,
		`ddb:name`, `ddb:"name`, `json:"a",ddb:"b"`, `ddb:"\xff"`, `ddb:"a\nb"`, `ddb:"a" ddb:"b"`, `ddb:"it's"`, "\x7f:\"\"ddb:\"b\"", `ddb:"a,Encrypt, sign,encrpyt,time=,bool=x"`, ``,
	} {
		for kind := range fuzzTypes {
			f.Add(tag, uint8(kind))
		}
	}
	f.Fuzz(func(t *testing.T, tag string, kind uint8) {
		if len(tag) > 512 {
			return // reflect keeps every type that StructOf makes
		}
		typ := rawTagged(fuzzTypes[int(kind)%len(fuzzTypes)], reflect.StructTag(tag))
		fields, err := tags.Root(typ, tags.Options{})
		again, err2 := tags.Root(typ, tags.Options{})
		require.Equal(t, err, err2)
		require.Equal(t, fields, again)
		if err != nil {
			for _, text := range messages(t, typ, err) {
				require.Less(t, len(text), 2000, "messages are bounded, tags are not")
			}
			return
		}
		text, tagged := reflect.StructTag(tag).Lookup("ddb")
		if text == "-" {
			require.Len(t, fields, 1)
			return
		}
		require.Len(t, fields, 2)
		if !tagged {
			assert.Equal(t, tags.Field{Name: "F", Path: fields[1].Path, Index: []int{1}, Type: typ.Field(1).Type}, fields[1])
		}
		if fields[1].Unknown { // its tag has no name to write
			return
		}
		rendered := "'" + strings.ReplaceAll(fields[1].Name, "'", "''") + "'"
		if w := words(fields[1], ","); w != "none" {
			rendered += "," + w
		}
		same, err := tags.Root(rawTagged(fields[1].Type, reflect.StructTag("ddb:"+strconv.Quote(rendered))), tags.Options{})
		require.NoError(t, err)
		assert.Equal(t, fields[1], same[1])
	})
}

var fuzzTypes = []reflect.Type{
	reflect.TypeFor[string](), reflect.TypeFor[time.Time](), reflect.TypeFor[[]string](), reflect.TypeFor[*bool](), reflect.TypeFor[audit](),
}
