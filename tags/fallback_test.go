package tags_test

import (
	"encoding/json"
	"math/big"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

var foreign = tags.Options{Fallback: "dynamodbav"}

func avTagged(v any, tag string) reflect.Type {
	return rawTagged(reflect.TypeOf(v), reflect.StructTag(`json:"x" dynamodbav:`+strconv.Quote(tag)))
}

func TestFallbackTags(t *testing.T) {
	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  string // name, words
	}{
		{"name", "", "f", "f none"},
		{"no name", "", "", "F none"},
		{"omitempty", 0, "f,omitempty", "f omitempty"},
		{"omitempty without a name", []string{}, ",omitempty", "F omitempty"},
		{"omitempty on what is never empty", audit{}, "f,omitempty", "f none"},
		{"a name that is a word of ours", "", "encrypt", "encrypt none"},
		{"a name with quotes and spaces", "", " it's ", " it's  none"},
		{"time", time.Time{}, "f", "f time=rfc3339nano"},
		{"times", []time.Time{}, "f,omitempty", "f omitempty time=rfc3339nano"},
		{"unixtime", time.Time{}, "f,unixtime", "f unixtime"},
		{"strings", []string{}, "f,stringset", "f set"},
		{"texts", []text{}, "f,omitempty,stringset", "f omitempty set"},
		{"numbers", []int{}, "f,numberset", "f set"},
		{"floats", [2]float64{}, "f,numberset", "f set"},
		{"numbers as text", []json.Number{}, "f,numberset", "f set"},
		{"big numbers", []big.Int{}, "f,numberset", "f set"},
		{"binaries", [][]byte{}, "f,binaryset", "f set"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := tags.Root(avTagged(c.value, c.tag), foreign)
			require.NoError(t, err)
			assert.Equal(t, c.want, fields[1].Name+" "+words(fields[1], " "))
		})
	}
	t.Run("skip", func(t *testing.T) {
		for _, tag := range []string{"-", "-,omitempty"} {
			fields, err := tags.Root(avTagged(make(chan int), tag), foreign)
			require.NoError(t, err)
			assert.Len(t, fields, 1)
		}
	})
	t.Run("a ddb tag decides alone", func(t *testing.T) {
		type item struct {
			ID   string    `ddb:"id,pk" dynamodbav:"-"`
			At   time.Time `ddb:"at" dynamodbav:"x,unixtime"`
			Bare time.Time
			Name string `ddb:"-" dynamodbav:"name"`
		}
		fields, err := tags.Root(reflect.TypeFor[item](), foreign)
		require.NoError(t, err)
		require.Len(t, fields, 3)
		assert.Equal(t, "at", fields[1].Name)
		assert.Zero(t, fields[1].Time)
		assert.Equal(t, tags.TimeRFC3339Nano, fields[2].Time)
	})
	t.Run("embedded and nested", func(t *testing.T) {
		type base struct {
			At time.Time `dynamodbav:"at,unixtime"`
		}
		type item struct {
			ID string `ddb:"id,pk"`
			base
			Named base `dynamodbav:"named"`
		}
		fields, err := tags.Root(reflect.TypeFor[item](), foreign)
		require.NoError(t, err)
		assert.Equal(t, "at unixtime", fields[1].Name+" "+words(fields[1], " "))
		assert.Equal(t, "named", fields[2].Name)
		fields, err = tags.Nested(reflect.TypeFor[base](), foreign)
		require.NoError(t, err)
		assert.Equal(t, tags.UnixSeconds, fields[0].Time)
	})
	t.Run("without the option", func(t *testing.T) {
		fields, err := tags.Root(avTagged(time.Time{}, "f,string"), tags.Options{})
		require.NoError(t, err)
		assert.Equal(t, "F none", fields[1].Name+" "+words(fields[1], " "))
	})
}

func TestMistakesInAFallbackTag(t *testing.T) {
	const own = ` (give the field a ddb tag)`
	const members = ` (its members are stored otherwise: give the field a ddb tag)`
	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  []string
	}{
		{"string", 0, "f,string", []string{`word "string" of dynamodbav is not understood` + own}},
		{"several", "", "f,omitemptyelem,nullempty,nullemptyelem", []string{
			`word "omitemptyelem" of dynamodbav is not understood` + own,
			`word "nullempty" of dynamodbav is not understood` + own,
			`word "nullemptyelem" of dynamodbav is not understood` + own,
		}},
		{"a typo", "", "f,omitemtpy", []string{`word "omitemtpy" of dynamodbav is not understood` + own}},
		{"a key", "", "f,pk", []string{`word "pk" of dynamodbav is not understood` + own}},
		{"an empty word", "", "f,", []string{`word "" of dynamodbav is not understood` + own}},
		{"a set of other members", []int{}, "f,stringset", []string{`stringset of dynamodbav on type []int` + members}},
		{"numbers as strings", []json.Number{}, "f,stringset", []string{`stringset of dynamodbav on type []json.Number` + members}},
		{"strings as numbers", []string{}, "f,numberset", []string{`numberset of dynamodbav on type []string` + members}},
		{"texts as numbers", []level{}, "f,numberset", []string{`numberset of dynamodbav on type []tags_test.level` + members}},
		{"a set on a string", "", "f,binaryset", []string{`binaryset of dynamodbav on type string` + members}},
		{"unixtime on a number", 0, "f,unixtime", []string{`unixtime on type int (it fits time.Time, pointers to it, slices and arrays of it and maps with it as key)`}},
		{"twice", "", "f,omitempty,omitempty", []string{`word "omitempty" repeated (keep one)`}},
		{"a reserved name", "", "aws_dbe_head", []string{`name "aws_dbe_head" is reserved (names beginning with aws_dbe_ belong to the encryption formats: rename it)`}},
		{"a channel", make(chan int), "f", []string{`chan int cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := avTagged(c.value, c.tag)
			fields, err := tags.Root(typ, foreign)
			assert.Nil(t, fields)
			assert.Equal(t, prefixed(c.tag, c.want), messages(t, typ, err))
		})
	}
	t.Run("malformed", func(t *testing.T) {
		for tag, want := range map[string]string{
			`dynamodbav:f,omitempty`:           `malformed struct tag (write dynamodbav:"name,word", without spaces around the colon; go vet shows where)`,
			`dynamodbav:"f" dynamodbav:"g"`:    `two dynamodbav tags (write one, with the words of both)`,
			`DynamoDBAV:"f"`:                   `tag key "DynamoDBAV" (write dynamodbav:"…", separated from other keys by a space)`,
			`json:"f",dynamodbav:"f,unixtime"`: `tag key ",dynamodbav" (write dynamodbav:"…", separated from other keys by a space)`,
		} {
			_, err := tags.Root(rawTagged(reflect.TypeFor[string](), reflect.StructTag(tag)), foreign)
			assert.ErrorContains(t, err, want)
		}
	})
	t.Run("no key", func(t *testing.T) {
		type item struct {
			ID string `dynamodbav:"id"`
		}
		_, err := tags.Root(reflect.TypeFor[item](), foreign)
		assert.EqualError(t, err, `ddb: type item: no partition key (add pk to the field that is the partition key)`)
	})
	t.Run("an unexported field", func(t *testing.T) {
		type item struct {
			ID   string `ddb:"id,pk"`
			name string `dynamodbav:"name"`
		}
		_, err := tags.Root(reflect.TypeFor[item](), foreign)
		assert.EqualError(t, err, `ddb: type item, field name, tag "name": tag on an unexported field (export the field or remove the tag)`)
		_ = item{}.name
	})
	t.Run("another library", func(t *testing.T) {
		_, err := tags.Root(tagged("", "f"), tags.Options{Fallback: "json"})
		assert.ErrorContains(t, err, `fallback tag "json" (the only one that is understood is dynamodbav)`)
	})
}
