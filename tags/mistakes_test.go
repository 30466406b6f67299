package tags_test

import (
	"errors"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

// tagged returns the type of an item whose field F has the type of v and the ddb tag. Tags that go vet
// would refuse in source can only be made so.
func tagged(v any, tag string) reflect.Type {
	return rawTagged(reflect.TypeOf(v), reflect.StructTag(`ddb:`+strconv.Quote(tag)))
}

func rawTagged(t reflect.Type, tag reflect.StructTag) reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "ID", Type: reflect.TypeFor[string](), Tag: `ddb:"id,pk"`},
		{Name: "F", Type: t, Tag: tag},
	})
}

// keyed is tagged without the other field, for tags that are the key themselves.
func keyed(v any, tag string) reflect.Type {
	return reflect.StructOf([]reflect.StructField{
		{Name: "F", Type: reflect.TypeOf(v), Tag: reflect.StructTag(`ddb:` + strconv.Quote(tag))},
	})
}

// messages are the texts of the joined errors, after checking that each is an *Error of t.
func messages(t *testing.T, typ reflect.Type, err error) []string {
	t.Helper()
	if err == nil {
		return nil
	}
	joined, ok := err.(interface{ Unwrap() []error })
	require.True(t, ok, "every error is joined")
	var texts []string
	for _, one := range joined.Unwrap() {
		mistake, ok := errors.AsType[*tags.Error](one)
		require.True(t, ok)
		assert.Equal(t, typ, mistake.Type)
		assert.NotEmpty(t, mistake.Problem)
		assert.NotEmpty(t, mistake.Fix)
		texts = append(texts, one.Error())
	}
	return texts
}

type (
	celsius float64
	text    struct{ v string }
	octets  []byte
	audit   struct{ By string }
	status  bool
)

func (t text) MarshalText() ([]byte, error)    { return []byte(t.v), nil }
func (o *octets) MarshalText() ([]byte, error) { return *o, nil }

// ours and theirs say themselves how they are stored, packed and link are B.
type (
	ours    string
	oursToo struct{ V string }
	theirs  string
	packed  []string
	link    struct{ Host string }
)

func (ours) MarshalDDB() (any, error)                       { return nil, nil }
func (*oursToo) MarshalDDB() (any, error)                   { return nil, nil }
func (*theirs) MarshalDynamoDBAttributeValue() (any, error) { return nil, nil }
func (packed) MarshalBinary() ([]byte, error)               { return nil, nil }
func (*link) MarshalBinary() ([]byte, error)                { return nil, nil }

func (s status) MarshalText() ([]byte, error) { return []byte("on"), nil }

func TestMistakesInATag(t *testing.T) {
	const words = "pk, sk, encrypt, sign, context, plain, ttl, version, unknown, was, entity, omitempty, omitzero, null, set, binary, json, time, unixtime, unixmilli and bool"
	const times = "it fits time.Time, pointers to it, slices and arrays of it and maps with it as key"
	const sets = "it fits slices, arrays, map[T]bool and map[T]struct{} of strings, numbers, byte strings and types with MarshalText"
	const quoteAll = "put all of it in single quotes and double the quote inside"
	const timeChoices = "write time=ns, time=us, time=ms, time=s, time=instant, time=rfc3339nano or time=date"
	const binaries = "it fits strings, bytes, types with MarshalBinary, pointers to these and slices and arrays of them"
	const boolFits = "it fits bool and pointers to it"
	const stored = `skip the field with ddb:"-", or give its type a MarshalText method`
	const isWord = "begin the tag with a comma for the word; put the name in single quotes if it is meant"
	const skips = `"-" skips the field, and words follow it (write ddb:"-" alone to skip, '-' in quotes for an attribute of that name)`

	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  []string // without `ddb: type struct{…}, field F, tag "…": `
	}{
		{"unknown word, near one", "", "f,encrpyt", []string{`unknown word "encrpyt" (did you mean "encrypt"?)`}},
		{"unknown word, near two", "", "f,k", []string{`unknown word "k" (did you mean "pk" or "sk"?)`}},
		{"unknown word, near none", "", "f,colour", []string{`unknown word "colour" (the words are ` + words + `)`}},
		{"unknown word with a value", "", "f,tme=ms", []string{`unknown word "tme" (did you mean "time"?)`}},
		{"planned word gsi", "", "f,gsi=by-ward:pk", []string{`unknown word "gsi" (the words are ` + words + `)`}},
		{"wrong case", "", "f,OmitEmpty", []string{`unknown word "OmitEmpty" (words are lower case: write "omitempty")`}},
		{"space before a word", "", "f, encrypt", []string{`space around word " encrypt" (write "encrypt")`}},
		{"space after a word", "", "f,encrypt ", []string{`space around word "encrypt " (write "encrypt")`}},
		{"space and typo", "", "f, encrpyt", []string{`unknown word " encrpyt" (did you mean "encrypt"?)`}},
		{"quoted word", "", "f,'encrypt'", []string{`unknown word "'encrypt'" (did you mean "encrypt"?)`}},
		{"empty word", "", "f,,encrypt", []string{`empty word (remove the comma)`}},
		{"trailing comma", "", "f,", []string{`empty word (remove the comma)`}},
		{"value of a word without", "", "f,encrypt=yes", []string{`word "encrypt" takes no value (write "encrypt")`}},
		{"empty value of a word without", "", "f,sign=", []string{`word "sign" takes no value (write "sign")`}},
		{"missing value", time.Time{}, "f,time", []string{`word "time" lacks its value (` + timeChoices + `)`}},
		{"empty value", time.Time{}, "f,time=", []string{`word "time" lacks its value (` + timeChoices + `)`}},
		{"empty quoted value", true, "f,bool=''", []string{`word "bool" lacks its value (write bool=number)`}},
		{"unknown time", time.Time{}, "f,time=min", []string{`unknown value "min" of word "time" (` + timeChoices + `)`}},
		{"unknown bool", true, "f,bool=string", []string{`unknown value "string" of word "bool" (write bool=number)`}},
		{"space after =", time.Time{}, "f,time= ms", []string{`unknown value " ms" of word "time" (` + timeChoices + `)`}},

		{"repeated word", "", "f,sign,omitempty,sign", []string{`word "sign" repeated (keep one)`}},
		{"repeated with another value", time.Time{}, "f,time=ms,time=s", []string{`word "time" repeated (keep one)`}},
		{"two actions", "", "f,encrypt,sign", []string{`contradictory words encrypt and sign (keep one)`}},
		{"sign and plain", "", "f,sign,plain", []string{`contradictory words sign and plain (keep one)`}},
		{"three actions", "", "f,plain,sign,encrypt", []string{`contradictory words plain, sign and encrypt (keep one)`}},
		{"context and plain", "", "f,context,plain", []string{`contradictory words context and plain (keep one)`}},
		{"context that may be left out", "", "f,context,omitempty", []string{`contradictory words context and omitempty (keep one)`}},
		{"context that was renamed", "", "f,context,was=g", []string{`contradictory words context and was (keep one)`}},
		{"two numbers for a time", time.Time{}, "f,unixtime,unixmilli", []string{`contradictory words unixtime and unixmilli (keep one)`}},
		{"string and number for a time", time.Time{}, "f,time=ms,unixtime", []string{`contradictory words time and unixtime (keep one)`}},
		{"null and omitempty", []string{}, "f,null,omitempty", []string{`contradictory words null and omitempty (keep one)`}},
		{"json and binary", "", "f,json,binary", []string{`contradictory words json and binary (keep one)`}},
		{"json and set", []string{}, "f,set,json", []string{`contradictory words set and json (keep one)`}},
		{"json and a time", time.Time{}, "f,json,time=ms", []string{`contradictory words json and time (keep one)`}},
		{"json and bool=number", true, "f,json,bool=number", []string{`contradictory words json and bool (keep one)`}},
		{"null and omitzero", []string{}, "f,omitzero,null", []string{`contradictory words omitzero and null (keep one)`}},

		{"set on a string", "", "f,set", []string{`set on type string (` + sets + `)`}},
		{"set on a struct", audit{}, "f,set", []string{`set on type tags_test.audit (` + sets + `)`}},
		{"set on bytes", []byte{}, "f,set", []string{`set on type []uint8 (` + sets + `)`}},
		{"set on an array of bytes", [4]byte{}, "f,set", []string{`set on type [4]uint8 (` + sets + `)`}},
		{"set of bools", []bool{}, "f,set", []string{`set on type []bool (` + sets + `)`}},
		{"set of pointers", []*string{}, "f,set", []string{`set on type []*string (` + sets + `)`}},
		{"set of anything", []any{}, "f,set", []string{`set on type []interface {} (` + sets + `)`}},
		{"set of structs", []audit{}, "f,set", []string{`set on type []tags_test.audit (` + sets + `)`}},
		{"set of lists", [][]string{}, "f,set", []string{`set on type [][]string (` + sets + `)`}},
		{"set on a map of numbers", map[string]int{}, "f,set", []string{`set on type map[string]int (` + sets + `)`}},
		{"set on a map of structs", map[string]audit{}, "f,set", []string{`set on type map[string]tags_test.audit (` + sets + `)`}},
		{"set on a map of bools that are text", map[string]status{}, "f,set", []string{`set on type map[string]tags_test.status (` + sets + `)`}},
		{"set on a map with keys that are no members", map[bool]struct{}{}, "f,set", []string{`set on type map[bool]struct {} (` + sets + `)`}},
		{"set on a slice that is text", octets{}, "f,set", []string{`set on type tags_test.octets (` + sets + `)`}},
		{"time on a string", "", "f,time=ms", []string{`time on type string (` + times + `)`}},
		{"time on a type that embeds time.Time", struct{ time.Time }{}, "f,time=ms", []string{`time on type struct{…} (` + times + `)`}},
		{"unixtime on an integer", int64(0), "f,unixtime", []string{`unixtime on type int64 (` + times + `)`}},
		{"unixmilli on a map of times", map[string]time.Time{}, "f,unixmilli", []string{`unixmilli on type map[string]time.Time (` + times + `)`}},
		{"bool=number on a string", "", "f,bool=number", []string{`bool on type string (` + boolFits + `)`}},
		{"bool=number on bools", []bool{}, "f,bool=number", []string{`bool on type []bool (` + boolFits + `)`}},
		{"bool=number on a bool that is text", status(true), "f,bool=number", []string{`bool on type tags_test.status (` + boolFits + `)`}},
		{"binary on an integer", 0, "f,binary", []string{`binary on type int (` + binaries + `)`}},
		{"binary on a struct", audit{}, "f,binary", []string{`binary on type tags_test.audit (` + binaries + `)`}},
		{"binary on a time", time.Time{}, "f,binary", []string{`binary on type time.Time (` + binaries + `)`}},
		{"binary on a map of strings", map[string]string{}, "f,binary", []string{`binary on type map[string]string (` + binaries + `)`}},
		{"binary on lists of lists", [][]string{}, "f,binary", []string{`binary on type [][]string (` + binaries + `)`}},
		{"binary on a type that marshals itself", ours(""), "f,binary", []string{`binary on type tags_test.ours (` + binaries + `)`}},
		{"set of what marshals itself", []ours{}, "f,set", []string{`set on type []tags_test.ours (` + sets + `)`}},
		{"set of what attributevalue marshals", []theirs{}, "f,set", []string{`set on type []tags_test.theirs (` + sets + `)`}},
		{"set on bytes by MarshalBinary", packed{}, "f,set", []string{`set on type tags_test.packed (` + sets + `)`}},
		{"omitempty on a struct that marshals itself", oursToo{}, "f,omitempty", []string{`omitempty on type tags_test.oursToo (it is never empty: use omitzero)`}},
		{"omitempty on a struct", audit{}, "f,omitempty", []string{`omitempty on type tags_test.audit (it is never empty: use omitzero)`}},
		{"omitempty on an array", [16]byte{}, "f,omitempty", []string{`omitempty on type [16]uint8 (it is never empty: use omitzero)`}},
		{"null on a string", "", "f,null", []string{`null on type string (it is never nil: null fits pointers, slices, maps and interfaces)`}},

		{"channel", make(chan int), "f", []string{`chan int cannot be stored (` + stored + `)`}},
		{"function", func() {}, "f", []string{`func() cannot be stored (` + stored + `)`}},
		{"complex number", complex64(0), "f", []string{`complex64 cannot be stored (` + stored + `)`}},
		{"uintptr", uintptr(0), "f", []string{`uintptr cannot be stored (` + stored + `)`}},
		{"channels deep inside", map[string][]*chan int{}, "f,encrypt", []string{`map[string][]*chan int cannot be stored (` + stored + `)`}},

		{"reserved name of the legacy format", "", "*amzn-ddb-map-desc*", []string{`name "*amzn-ddb-map-desc*" is reserved (names beginning with *amzn-ddb-map- belong to the encryption formats: rename it)`}},
		{"reserved name of the modern format", "", "'aws_dbe_x'", []string{`name "aws_dbe_x" is reserved (names beginning with aws_dbe_ belong to the encryption formats: rename it)`}},
		{"name that is no UTF-8", "", "a\xff", []string{`name "a\xff" is not valid UTF-8 (DynamoDB stores names as UTF-8)`}},
		{"space before the name", "", " f", []string{`space around name " f" (remove it, or put the name in single quotes if it is meant)`}},
		{"forgotten comma", "", "encrypt", []string{`name "encrypt" is a word (` + isWord + `)`}},
		{"forgotten name before two words", "", "plain,omitempty", []string{`name "plain" is a word (` + isWord + `)`}},
		{"forgotten comma before a value", time.Time{}, "time=ms", []string{`name "time=ms" is a word (` + isWord + `)`}},
		{"name taken", "", "id", []string{`attribute "id" is field ID already (rename one, or skip one with ddb:"-")`}},

		{"empty quoted name", "", "'',encrypt", []string{`empty name (leave the quotes out for the Go field's name)`}},
		{"unterminated name", "", "'f,encrypt", []string{`unterminated quote (close it with a single quote; a quote inside is doubled)`}},
		{"unterminated doubled quote", "", "'f''", []string{`unterminated quote (close it with a single quote; a quote inside is doubled)`}},
		{"unterminated value", time.Time{}, "f,time='ms", []string{`unterminated quote (close it with a single quote; a quote inside is doubled)`}},
		{"text after a quote", "", "'f'x,encrypt", []string{`text after a closing quote (put all of it in the quotes; a quote inside is doubled)`}},
		{"quote inside a name", "", "it's,encrypt", []string{`quote inside "it's" (` + quoteAll + `)`}},
		{"quote inside a value", time.Time{}, "f,time=m's", []string{`quote inside "m's" (` + quoteAll + `)`}},
		{"skip and encrypt", "", "-,encrypt", []string{skips}},
		{"skip and a comma", "", "-,", []string{skips}},

		{"several at once", "", "f,encrpyt,sign,sign,null, plain", []string{
			`unknown word "encrpyt" (did you mean "encrypt"?)`,
			`word "sign" repeated (keep one)`,
			`space around word " plain" (write "plain")`,
			`contradictory words sign and plain (keep one)`,
			`null on type string (it is never nil: null fits pointers, slices, maps and interfaces)`,
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := tagged(c.value, c.tag)
			fields, err := tags.Root(typ, tags.Options{})
			assert.Nil(t, fields)
			assert.Equal(t, prefixed(c.tag, c.want), messages(t, typ, err))
		})
	}
}

func prefixed(tag string, want []string) []string {
	var all []string
	for _, text := range want {
		all = append(all, `ddb: type struct{…}, field F, tag `+strconv.Quote(tag)+`: `+text)
	}
	return all
}

func TestMistakesOnAKey(t *testing.T) {
	const types = "use a string, an integer, []byte, [N]byte, time.Time or a type with MarshalText"
	const float = "floats that are equal can be stored differently: " + types
	const maybe = "it may be nil, a key is always there: " + types
	for _, c := range []struct {
		name  string
		value any
		tag   string
		want  []string
	}{
		{"encrypt", "", "f,pk,encrypt", []string{`encrypt on a partition key (DynamoDB finds items by their keys, which are signed and never encrypted: remove it)`}},
		{"plain", "", "f,plain,pk", []string{`plain on a partition key (keys are always signed: remove it)`}},
		{"omitempty", "", "f,pk,omitempty", []string{`omitempty on a partition key (a key is always stored: remove it)`}},
		{"omitzero", "", "f,pk,omitzero", []string{`omitzero on a partition key (a key is always stored: remove it)`}},
		{"null", []byte{}, "f,pk,null", []string{`null on a partition key (a key is always stored: remove it)`}},
		{"set", []string{}, "f,pk,set", []string{
			`set on a partition key (a key is one string, number or byte string: remove it)`,
			`a partition key cannot be of type []string (` + types + `)`,
		}},
		{"both keys", "", "f,pk,sk", []string{`contradictory words pk and sk (keep one)`}},
		{"both keys, the other way", "", "f,sk,pk", []string{`contradictory words sk and pk (keep one)`}},
		{"float32", float32(0), "f,pk", []string{`a partition key cannot be of type float32 (` + float + `)`}},
		{"float64", 0.5, "f,pk", []string{`a partition key cannot be of type float64 (` + float + `)`}},
		{"named float", celsius(0), "f,pk", []string{`a partition key cannot be of type tags_test.celsius (` + float + `)`}},
		{"bool", true, "f,pk", []string{`a partition key cannot be of type bool (add bool=number to store it as 1 or 0)`}},
		{"slice", []string{}, "f,pk", []string{`a partition key cannot be of type []string (` + types + `)`}},
		{"array", [2]string{}, "f,pk", []string{`a partition key cannot be of type [2]string (` + types + `)`}},
		{"map", map[string]string{}, "f,pk", []string{`a partition key cannot be of type map[string]string (` + types + `)`}},
		{"struct", audit{}, "f,pk", []string{`a partition key cannot be of type tags_test.audit (` + types + `)`}},
		{"pointer", new(string), "f,pk", []string{`a partition key cannot be of type *string (` + maybe + `)`}},
		{"pointer to bool", new(bool), "f,pk,bool=number", []string{`a partition key cannot be of type *bool (` + maybe + `)`}},
		{"complex", complex128(0), "f,pk", []string{`complex128 cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`}},
		{"times", []time.Time{}, "f,pk,time=ms", []string{`a partition key cannot be of type []time.Time (` + types + `)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := keyed(c.value, c.tag)
			_, err := tags.Root(typ, tags.Options{})
			assert.Equal(t, prefixed(c.tag, c.want), messages(t, typ, err))
		})
	}
	t.Run("interface", func(t *testing.T) {
		type anyKey struct {
			ID any `ddb:"id,pk"`
		}
		_, err := tags.Root(reflect.TypeFor[anyKey](), tags.Options{})
		assert.EqualError(t, err, `ddb: type anyKey, field ID, tag "id,pk": a partition key cannot be of type interface {} (`+maybe+`)`)
	})
	t.Run("long name", func(t *testing.T) {
		_, err := tags.Root(keyed("", strings.Repeat("a", 256)+",pk"), tags.Options{})
		assert.ErrorContains(t, err, `: partition key with a name of 256 bytes (DynamoDB takes 255 for keys)`)
	})
	t.Run("sort key", func(t *testing.T) {
		typ := tagged(0.5, "f,sk,encrypt")
		_, err := tags.Root(typ, tags.Options{})
		assert.Equal(t, []string{
			`ddb: type struct{…}, field F, tag "f,sk,encrypt": encrypt on a sort key (DynamoDB finds items by their keys, which are signed and never encrypted: remove it)`,
			`ddb: type struct{…}, field F, tag "f,sk,encrypt": a sort key cannot be of type float64 (` + float + `)`,
		}, messages(t, typ, err))
	})
}

func TestMalformedStructTags(t *testing.T) {
	const malformed = `malformed struct tag (write ddb:"name,word", without spaces around the colon; go vet shows where)`
	for _, c := range []struct {
		name, tag, want string
	}{
		{"no quotes", `ddb:name,encrypt`, malformed},
		{"space after the colon", `ddb: "name,encrypt"`, malformed},
		{"space before the colon", `ddb :"name,encrypt"`, malformed},
		{"no colon", `ddb "name,encrypt"`, malformed},
		{"equals sign", `ddb="name,encrypt"`, malformed},
		{"no closing quote", `ddb:"name,encrypt`, malformed},
		{"quote in the middle", `ddb:"na"me,encrypt"`, malformed},
		{"single quotes", `ddb:'name,encrypt'`, malformed},
		{"curly quotes", `ddb:“name,encrypt”`, malformed},
		{"another tag lacks its quote", `json:"name ddb:"name,encrypt"`, malformed},
		{"bad escape", `ddb:"na\me"`, malformed},
		{"line break", "ddb:\"name,\nencrypt\"", malformed},
		{"tab between tags", "json:\"a\"\tddb:\"name,encrypt\"", malformed},
		{"bytes that are no UTF-8", "ddb:\"na\xffme\"", malformed},
		{"wrong case, malformed", `DDB:name`, malformed},
		{"comma between tags", `json:"a",ddb:"name,encrypt"`, `tag key ",ddb" (write ddb:"…", separated from other keys by a space)`},
		{"wrong case", `DDB:"name,encrypt"`, `tag key "DDB" (write ddb:"…", separated from other keys by a space)`},
		{"two of ours", `ddb:"name" ddb:"name,encrypt"`, `two ddb tags (write one, with the words of both)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			typ := rawTagged(reflect.TypeFor[string](), reflect.StructTag(c.tag))
			_, err := tags.Root(typ, tags.Options{})
			require.Error(t, err)
			texts := messages(t, typ, err)
			require.Len(t, texts, 1)
			assert.True(t, strings.HasPrefix(texts[0], `ddb: type struct{…}, field F, tag "`), texts[0])
			assert.True(t, strings.HasSuffix(texts[0], `: `+c.want), texts[0])
			mistake, _ := errors.AsType[*tags.Error](err)
			assert.Equal(t, c.tag, mistake.Tag)
		})
	}
	for _, c := range []struct{ name, tag string }{
		{"malformed tag of others", `json:name`},
		{"well-formed tag that mentions ours", `note:"see ddb: below" json:"name"`},
		{"no tag", ``},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := tags.Root(rawTagged(reflect.TypeFor[string](), reflect.StructTag(c.tag)), tags.Options{})
			require.NoError(t, err)
			assert.Equal(t, "F", fields[1].Name)
		})
	}
}

// TestTypos changes every word in every way a finger slips. Each result is refused, and the word is
// among those suggested.
func TestTypos(t *testing.T) {
	words := []string{"pk", "sk", "encrypt", "sign", "context", "plain", "ttl", "version", "unknown", "was", "omitempty", "omitzero", "null", "set", "time", "unixtime", "unixmilli", "bool"}
	known := map[string]bool{}
	for _, w := range words {
		known[w] = true
	}
	count := 0
	for _, w := range words {
		for _, typo := range typos(w) {
			if known[typo] {
				continue
			}
			count++
			typ := tagged("", "f,"+typo)
			_, err := tags.Root(typ, tags.Options{})
			mistake, ok := errors.AsType[*tags.Error](err)
			require.True(t, ok, typo)
			assert.Equal(t, `unknown word "`+typo+`"`, mistake.Problem)
			assert.Regexp(t, `^did you mean .*"`+w+`"`, mistake.Fix, typo)
		}
	}
	assert.Greater(t, count, 1800, "typos tried")
}

func typos(w string) []string {
	var all []string
	for i := range w {
		all = append(all, w[:i]+w[i+1:], w[:i+1]+w[i:])
		if i > 0 {
			all = append(all, w[:i-1]+w[i:i+1]+w[i-1:i]+w[i+1:])
		}
		for c := 'a'; c <= 'z'; c++ {
			all = append(all, w[:i]+string(c)+w[i+1:])
		}
	}
	return all
}
