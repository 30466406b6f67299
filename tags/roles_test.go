package tags_test

import (
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

type level int8

func (level) MarshalText() ([]byte, error) { return nil, nil }

func TestVersion(t *testing.T) {
	for _, v := range []any{0, int8(0), uint64(0), celsiusCount(0)} {
		fields, err := tags.Root(tagged(v, "f,version"), tags.Options{})
		require.NoError(t, err)
		assert.True(t, fields[1].Version)
	}
	const integers = `it fits integers`
	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  []string
	}{
		{"on a string", "", "f,version", []string{`version on type string (` + integers + `)`}},
		{"on a pointer", new(int), "f,version", []string{`version on type *int (` + integers + `)`}},
		{"on a float", 1.5, "f,version", []string{`version on type float64 (` + integers + `)`}},
		{"on an integer that is text", level(0), "f,version", []string{`version on type tags_test.level (` + integers + `)`}},
		{"encrypted", 0, "f,encrypt,version", []string{`contradictory words encrypt and version (keep one)`}},
		{"on a key", 0, "f,sk,version", []string{`version on a sort key (a key never changes: remove it)`}},
		{"with a value", 0, "f,version=2", []string{`word "version" takes no value (write "version")`}},
		{"without its comma", 0, "version", []string{`name "version" is a word (begin the tag with a comma for the word; put the name in single quotes if it is meant)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := tagged(c.value, c.tag)
			_, err := tags.Root(typ, tags.Options{})
			assert.Equal(t, prefixed(c.tag, c.want), messages(t, typ, err))
		})
	}
	t.Run("twice", func(t *testing.T) {
		type audit struct {
			V int `ddb:"v,version"`
		}
		type item struct {
			ID string `ddb:"id,pk"`
			audit
			W int `ddb:"w,version"`
		}
		_, err := tags.Root(reflect.TypeFor[item](), tags.Options{})
		assert.EqualError(t, err, `ddb: type item, field W, tag "w,version": second version, after field audit.V (an item has one: keep version on one field)`)
	})
	t.Run("inside a document", func(t *testing.T) {
		type doc struct {
			V int `ddb:"v,version"`
			W int `ddb:"w,version"`
		}
		_, err := tags.Nested(reflect.TypeFor[doc](), tags.Options{})
		const inside = `: version inside a document (it belongs to the item as a whole: put it on a top-level field)`
		assert.Equal(t, []string{
			`ddb: type doc, field V, tag "v,version"` + inside,
			`ddb: type doc, field W, tag "w,version"` + inside,
		}, messages(t, reflect.TypeFor[doc](), err))
	})
}

type celsiusCount uint16

func TestWas(t *testing.T) {
	for tag, want := range map[string]string{"f,was=tel": "tel", "f,was='tel, home',encrypt": "tel, home", ",was=encrypt": "encrypt", "was,was=x": "x"} {
		fields, err := tags.Root(tagged("", tag), tags.Options{})
		require.NoError(t, err, tag)
		assert.Equal(t, want, fields[1].Was)
	}
	for _, c := range []struct{ name, tag, want string }{
		{"without a name", "f,was", `word "was" lacks its name (write was=NAME)`},
		{"with an empty name", "f,was=''", `word "was" lacks its name (write was=NAME)`},
		{"with its own name", "f,was=f", `was names the attribute itself (give the name before, or remove it)`},
		{"with a name that is taken", "f,was=id", `attribute "id" is field ID already (rename one, or skip one with ddb:"-")`},
		{"with a reserved name", "f,was=aws_dbe_head", `name "aws_dbe_head" is reserved (names beginning with aws_dbe_ belong to the encryption formats: rename it)`},
		{"with no UTF-8", "f,was=a\xff", `name "a\xff" is not valid UTF-8 (DynamoDB stores names as UTF-8)`},
		{"on a key", "f,sk,was=x", `was on a sort key (items are found by it: copy them into a new table instead)`},
		{"without its comma", "was=x", `name "was=x" is a word (begin the tag with a comma for the word; put the name in single quotes if it is meant)`},
		{"beside unknown", ",unknown,was=x", `unknown with a name or other words (write ddb:",unknown")`},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := tagged("", c.tag)
			_, err := tags.Root(typ, tags.Options{})
			assert.Equal(t, prefixed(c.tag, []string{c.want}), messages(t, typ, err))
		})
	}
	type claimed struct {
		ID string `ddb:"id,pk"`
		A  string `ddb:"a,was=x"`
		B  string `ddb:"b,was=x"`
		C  string `ddb:"x"`
	}
	typ := reflect.TypeFor[claimed]()
	_, err := tags.Root(typ, tags.Options{})
	assert.Equal(t, []string{
		`ddb: type claimed, field B, tag "b,was=x": attribute "x" is field A already (rename one, or skip one with ddb:"-")`,
		`ddb: type claimed, field C, tag "x": attribute "x" is field A already (rename one, or skip one with ddb:"-")`,
	}, messages(t, typ, err))
	type doc struct {
		A string `ddb:"a,was=x"`
	}
	fields, err := tags.Nested(reflect.TypeFor[doc](), tags.Options{})
	require.NoError(t, err)
	assert.Equal(t, "x", fields[0].Was)
}

func TestUnknown(t *testing.T) {
	type rest struct{ _ int }
	fields, err := tags.Root(tagged(rest{}, ",unknown"), tags.Options{})
	require.NoError(t, err)
	assert.True(t, fields[1].Unknown)
	assert.Empty(t, fields[1].Name)
	const alone = `unknown with a name or other words (write ddb:",unknown")`
	for _, c := range []struct{ name, tag, want string }{
		{"with a name", "rest,unknown", alone},
		{"with an action", ",unknown,sign", alone},
		{"without its comma", "unknown", `name "unknown" is a word (begin the tag with a comma for the word; put the name in single quotes if it is meant)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := tagged(rest{}, c.tag)
			_, err := tags.Root(typ, tags.Options{})
			assert.Equal(t, prefixed(c.tag, []string{c.want}), messages(t, typ, err))
		})
	}
	type twice struct {
		ID   string `ddb:"id,pk"`
		A, B rest   `ddb:",unknown"`
	}
	_, err = tags.Root(reflect.TypeFor[twice](), tags.Options{})
	assert.EqualError(t, err, `ddb: type twice, field B, tag ",unknown": second unknown, after field A (an item has one: keep unknown on one field)`)
	type doc struct {
		Rest rest `ddb:",unknown"`
	}
	_, err = tags.Nested(reflect.TypeFor[doc](), tags.Options{})
	assert.EqualError(t, err, `ddb: type doc, field Rest, tag ",unknown": unknown inside a document (it belongs to the item as a whole: put it on a top-level field)`)
}

func TestTTL(t *testing.T) {
	for tag, v := range map[string]any{"f,ttl": time.Time{}, "f,ttl,unixtime,plain": time.Time{}, "f,ttl,sign": int64(0), "f,ttl,omitempty": uint32(0)} {
		fields, err := tags.Root(tagged(v, tag), tags.Options{})
		require.NoError(t, err, tag)
		f := fields[1]
		assert.True(t, f.TTL && f.OmitZero, tag)
		assert.Equal(t, f.Type == reflect.TypeFor[time.Time](), f.Time == tags.UnixSeconds, tag)
	}
	const seconds = `it fits time.Time and integers, seconds since 1970`
	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  []string
	}{
		{"on a string", "", "f,ttl", []string{`ttl on type string (` + seconds + `)`}},
		{"on a pointer", new(time.Time), "f,ttl", []string{`ttl on type *time.Time (` + seconds + `)`}},
		{"on a duration that is text", level(0), "f,ttl", []string{`ttl on type tags_test.level (` + seconds + `)`}},
		{"encrypted", 0, "f,ttl,encrypt", []string{`contradictory words ttl and encrypt (keep one)`}},
		{"as text", time.Time{}, "f,ttl,time=s", []string{`contradictory words ttl and time (keep one)`}},
		{"in milliseconds", time.Time{}, "f,unixmilli,ttl", []string{`contradictory words unixmilli and ttl (keep one)`}},
		{"that counts versions", 0, "f,ttl,version", []string{`contradictory words ttl and version (keep one)`}},
		{"on a key", 0, "f,sk,ttl", []string{`ttl on a sort key (a key is always stored, a ttl need not be: remove it)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := tagged(c.value, c.tag)
			_, err := tags.Root(typ, tags.Options{})
			assert.Equal(t, prefixed(c.tag, c.want), messages(t, typ, err))
		})
	}
	t.Run("twice", func(t *testing.T) {
		type item struct {
			ID string    `ddb:"id,pk"`
			A  int       `ddb:"a,ttl"`
			B  time.Time `ddb:"b,ttl"`
		}
		_, err := tags.Root(reflect.TypeFor[item](), tags.Options{})
		assert.EqualError(t, err, `ddb: type item, field B, tag "b,ttl": second ttl, after field A (an item has one: keep ttl on one field)`)
	})
}
