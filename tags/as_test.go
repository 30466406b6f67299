package tags_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/dynaseal/ddb/tags"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// storedAs are registered: instant as a time, code as a string, flag as a bool, box as a pointer.
type (
	instant struct{ NS int64 }
	code    struct{ C chan int }
	flag    struct{ On int }
	box     struct{ V string }
	loop    []loop

	codeless struct{}
	serial   int // as an int
	marked   int // as its marshaler says
)

func (marked) MarshalDDB() (any, error) { return nil, nil }

func storedAs(t reflect.Type) reflect.Type {
	switch t {
	case reflect.TypeFor[instant]():
		return reflect.TypeFor[time.Time]()
	case reflect.TypeFor[code]():
		return reflect.TypeFor[string]()
	case reflect.TypeFor[serial]():
		return reflect.TypeFor[int]()
	case reflect.TypeFor[codeless]():
		return reflect.TypeFor[string]()
	case reflect.TypeFor[flag]():
		return reflect.TypeFor[bool]()
	case reflect.TypeFor[box]():
		return reflect.TypeFor[*string]()
	case reflect.TypeFor[link](): // a list of itself
		return reflect.TypeFor[[]link]()
	}
	return t
}

func TestWordsFitWhatATypeIsStoredAs(t *testing.T) {
	for _, c := range []struct {
		value any
		tag   string
	}{
		{instant{}, "f,time=ms"}, {&instant{}, "f,unixtime"}, {[]instant{}, "f,unixmilli,omitempty"}, {[2]instant{}, "f,set"},
		{instant{}, "f,omitempty"}, {code{}, "f,omitempty"}, {[]code{}, "f,set"}, {[]code{}, "f,set,binary"}, {code{}, "f,binary"},
		{flag{}, "f,bool=number"}, {box{}, "f,null"}, {[]code{}, "f,null"}, {map[string]code{}, "f"}, {loop{}, "f"}, {[0]code{}, "f,omitempty"}, {[1 << 59]codeless{}, "f,set"}, {link{}, "f,null"},
	} {
		typ := tagged(c.value, c.tag)
		fields, err := tags.Root(typ, tags.Options{As: storedAs})
		require.NoError(t, err, "%T %s", c.value, c.tag)
		assert.Equal(t, reflect.TypeOf(c.value), fields[1].Type, "the field keeps its type")
	}
	for _, c := range []struct {
		value any
		tag   string
		want  string
	}{
		{instant{}, "f,bool=number", "bool on type tags_test.instant (it fits bool and pointers to it)"},
		{code{}, "f,null", "null on type tags_test.code (it is never nil: null fits pointers, slices, maps and interfaces)"},
		{serial(0), "f,version", "version on type tags_test.serial (it fits integers)"},
		{marked(0), "f,version", "version on type tags_test.marked (it fits integers)"},
		{marked(0), "f,ttl", "ttl on type tags_test.marked (it fits time.Time and integers, seconds since 1970)"},
		{[]box{}, "f,set", "set on type []tags_test.box (it fits slices, arrays, map[T]bool and map[T]struct{} of strings, numbers, byte strings and types with MarshalText)"},
		{link{}, "f,binary", "binary on type tags_test.link (it fits strings, bytes, types with MarshalBinary, pointers to these and slices and arrays of them)"},
	} {
		typ := tagged(c.value, c.tag)
		_, err := tags.Root(typ, tags.Options{As: storedAs})
		assert.Equal(t, prefixed(c.tag, []string{c.want}), messages(t, typ, err))
	}
}

func TestExpiryIsSecondsWhateverTheType(t *testing.T) {
	for _, v := range []any{instant{}, time.Time{}} {
		fields, err := tags.Root(tagged(v, "f,ttl"), tags.Options{As: storedAs})
		require.NoError(t, err)
		assert.Equal(t, tags.UnixSeconds, fields[1].Time, "%T", v)
	}
	fields, err := tags.Root(tagged(serial(0), "f,ttl"), tags.Options{As: storedAs})
	require.NoError(t, err)
	assert.Zero(t, fields[1].Time)
}

func TestKeysAreWhatTheyAreStoredAs(t *testing.T) {
	root := func(v any, tag string) error {
		_, err := tags.Root(keyed(v, tag), tags.Options{As: storedAs})
		return err
	}
	require.NoError(t, root(code{}, "f,pk"))
	require.NoError(t, root(instant{}, "f,pk,time=ms"))
	_, err := tags.Root(keyed(link{}, "f,pk"), tags.Options{})
	require.NoError(t, err, "B")
	assert.ErrorContains(t, root(box{}, "f,pk"), "a partition key cannot be of type tags_test.box (it may be nil")
	assert.ErrorContains(t, root(flag{}, "f,pk"), "add bool=number")
	assert.ErrorContains(t, root(ours(""), "f,pk"), "its method could answer with any type of attribute value")
	assert.ErrorContains(t, root("", "f,pk,json"), "json on a partition key (one value has many JSON texts: remove it)")
}

func TestRegisteredTypesAreNotFlattened(t *testing.T) {
	type Code = code
	_, err := tags.Root(reflect.TypeFor[struct {
		ID string `ddb:"id,pk"`
		Code
	}](), tags.Options{As: storedAs})
	assert.ErrorContains(t, err, "embedded tags_test.code is one value and cannot be flattened")
	_, err = tags.Root(reflect.TypeFor[struct {
		ID string `ddb:"id,pk"`
		oursToo
	}](), tags.Options{})
	assert.ErrorContains(t, err, "embedded tags_test.oursToo is one value and cannot be flattened")
}
