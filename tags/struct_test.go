package tags_test

import (
	"cmp"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/tags"
)

type Visit struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,sign,time=ms" json:"at"`
	Name    string    `ddb:"name,encrypt"`
	Ward    string    `json:"ward" ddb:",sign"`
	Notes   []string  `ddb:"notes,encrypt,omitempty"`
	Seen    int       `ddb:"seen,plain,omitzero"`
	Codes   []int     `ddb:"codes,set,null"`
	Open    *bool     `ddb:"open,bool=number"`
	Any     any
	Hidden  string `ddb:"-"`
	Dash    string `ddb:"'-',plain"`
	Quoted  string `ddb:"'last, ''first'' ',sign"`
	Empty   string `ddb:""`
	private chan int
	_       struct{}
}

func TestRoot(t *testing.T) {
	assert.Nil(t, Visit{}.private, "an unexported field, of a type that could not be stored, is skipped")
	got, err := tags.Root(reflect.TypeFor[Visit](), tags.Options{})
	require.NoError(t, err)

	str := reflect.TypeFor[string]()
	want := []tags.Field{
		{Name: "patient", Path: "Visit.Patient", Index: []int{0}, Type: str, Key: tags.PartitionKey},
		{Name: "at", Path: "Visit.At", Index: []int{1}, Type: reflect.TypeFor[time.Time](), Key: tags.SortKey, Action: tags.Sign, Time: tags.TimeMillis},
		{Name: "name", Path: "Visit.Name", Index: []int{2}, Type: str, Action: tags.Encrypt},
		{Name: "Ward", Path: "Visit.Ward", Index: []int{3}, Type: str, Action: tags.Sign},
		{Name: "notes", Path: "Visit.Notes", Index: []int{4}, Type: reflect.TypeFor[[]string](), Action: tags.Encrypt, OmitEmpty: true},
		{Name: "seen", Path: "Visit.Seen", Index: []int{5}, Type: reflect.TypeFor[int](), Action: tags.Plain, OmitZero: true},
		{Name: "codes", Path: "Visit.Codes", Index: []int{6}, Type: reflect.TypeFor[[]int](), Set: true, Null: true},
		{Name: "open", Path: "Visit.Open", Index: []int{7}, Type: reflect.TypeFor[*bool](), BoolNumber: true},
		{Name: "Any", Path: "Visit.Any", Index: []int{8}, Type: reflect.TypeFor[any]()},
		{Name: "-", Path: "Visit.Dash", Index: []int{10}, Type: str, Action: tags.Plain},
		{Name: "last, 'first' ", Path: "Visit.Quoted", Index: []int{11}, Type: str, Action: tags.Sign},
		{Name: "Empty", Path: "Visit.Empty", Index: []int{12}, Type: str},
	}
	assert.Equal(t, want, got)
}

// TestAccepted holds what the rules must not refuse.
func TestAccepted(t *testing.T) {
	type recursive []recursive
	for _, c := range []struct {
		name  string
		value any
		tag   string
		field string // as field() renders it
	}{
		{"every time format: ns", time.Time{}, "f,time=ns", "time=ns"},
		{"us", time.Time{}, "f,time=us", "time=us"},
		{"ms", time.Time{}, "f,time=ms", "time=ms"},
		{"s", time.Time{}, "f,time=s", "time=s"},
		{"instant", time.Time{}, "f,time=instant", "time=instant"},
		{"rfc3339nano", time.Time{}, "f,time=rfc3339nano", "time=rfc3339nano"},
		{"date", time.Time{}, "f,time=date", "time=date"},
		{"unixtime", time.Time{}, "f,unixtime", "unixtime"},
		{"unixmilli", time.Time{}, "f,unixmilli", "unixmilli"},
		{"quoted value", time.Time{}, "f,time='ms'", "time=ms"},
		{"pointer to a time", new(time.Time), "f,time=s,null", "null time=s"},
		{"list of times", []time.Time{}, "f,time=s", "time=s"},
		{"set of times", [2]time.Time{}, "f,set,unixtime", "set unixtime"},
		{"set of text", []text{}, "f,set", "set"},
		{"set of text by pointer receiver", []octets{}, "f,set", "set"},
		{"set of byte strings", [][]byte{}, "f,set", "set"},
		{"set of byte arrays", [][16]byte{}, "f,set", "set"},
		{"set of floats", []celsius{}, "f,set,omitempty,omitzero", "omitempty omitzero set"},
		{"omitempty on a time", time.Time{}, "f,omitempty", "omitempty"},
		{"omitzero on a struct", audit{}, "f,omitzero", "omitzero"},
		{"null on a map", map[string]int{}, "f,null", "null"},
		{"bool=number", true, "f,bool=number,omitempty", "omitempty bool=number"},
		{"string sort key", "", "f,sk", "sk"},
		{"integer sort key", uint8(0), "f,sk,sign", "sk sign"},
		{"bytes as sort key", []byte{}, "f,sk", "sk"},
		{"array of bytes as sort key", [16]byte{}, "f,sk", "sk"},
		{"time as sort key", time.Time{}, "f,sk,unixmilli", "sk unixmilli"},
		{"text as sort key", text{}, "f,sk", "sk"},
		{"text by pointer receiver as sort key", octets{}, "f,sk", "sk"},
		{"bool as number as sort key", true, "f,sk,bool=number", "sk bool=number"},
		{"type without an end", recursive{}, "f,encrypt", "encrypt"},
		{"skipped channel", make(chan int), "-", ""},
		{"embedded struct with a name", struct{ audit }{}, "f", "none"},
		{"name that is the word that follows", []int{}, "set,set", "set"},
		{"name that is a word, quoted", 0, "'encrypt'", "none"},
		{"name that is a word with a value, quoted", 0, "'time=ms'", "none"},
		{"name that is a word only with a value", time.Time{}, "time", "none"},
		{"longest name", 0, strings.Repeat("a", 65535), "none"},
		{"longest name of a key", 0, strings.Repeat("a", 255) + ",sk", "sk"},
		{"name with spaces, dots and brackets", 0, "a b.c[0]#:=", "none"},
		{"name beyond ASCII", 0, "Größe😀", "none"},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := tags.Root(tagged(c.value, c.tag), tags.Options{})
			require.NoError(t, err)
			if c.field == "" {
				assert.Len(t, fields, 1)
				return
			}
			require.Len(t, fields, 2)
			assert.Equal(t, c.field, words(fields[1], " "))
		})
	}
	t.Run("name too long", func(t *testing.T) {
		typ := tagged(0, strings.Repeat("a", 65536))
		_, err := tags.Root(typ, tags.Options{})
		assert.ErrorContains(t, err, `: name of 65536 bytes (DynamoDB takes 65535)`)
		assert.Less(t, len(err.Error()), 400, "a message does not repeat a long name")
	})
}

// words renders the words of f as its tag would have them, "none" for none.
func words(f tags.Field, separator string) string {
	var given []string
	for _, w := range []struct {
		given bool
		word  string
	}{
		{f.Key != 0, f.Key.String()},
		{f.Action != 0, f.Action.String()},
		{f.TTL, "ttl"},
		{f.Version, "version"},
		{f.Unknown, "unknown"},
		{f.Was != "", "was='" + strings.ReplaceAll(f.Was, "'", "''") + "'"},
		{f.OmitEmpty, "omitempty"},
		{f.OmitZero, "omitzero"},
		{f.Null, "null"},
		{f.Set, "set"},
		{f.BoolNumber, "bool=number"},
		{f.Time != 0, f.Time.String()},
	} {
		if w.given {
			given = append(given, w.word)
		}
	}
	return cmp.Or(strings.Join(given, separator), "none")
}

func TestAllMistakesAtOnce(t *testing.T) {
	type Embedded struct {
		Inner string `ddb:"inner,sgin"`
	}
	type Wrong struct {
		Name  string  `ddb:"name,encrpyt"`
		Key   float64 `ddb:"key,pk"`
		Also  string  `ddb:"also,pk,encrypt"`
		Name2 string  `ddb:"name"`
		Ch    chan int
		Embedded
	}
	typ := reflect.TypeFor[Wrong]()
	fields, err := tags.Root(typ, tags.Options{})
	assert.Nil(t, fields)
	assert.Equal(t, []string{
		`ddb: type Wrong, field Name, tag "name,encrpyt": unknown word "encrpyt" (did you mean "encrypt"?)`,
		`ddb: type Wrong, field Key, tag "key,pk": a partition key cannot be of type float64 (floats that are equal can be stored differently: use a string, an integer, []byte, [N]byte, time.Time or a type with MarshalText)`,
		`ddb: type Wrong, field Also, tag "also,pk,encrypt": encrypt on a partition key (DynamoDB finds items by their keys, which are signed and never encrypted: remove it)`,
		`ddb: type Wrong, field Also, tag "also,pk,encrypt": second partition key, after field Key (a table has one: keep pk on one field)`,
		`ddb: type Wrong, field Name2, tag "name": attribute "name" is field Name already (rename one, or skip one with ddb:"-")`,
		`ddb: type Wrong, field Ch: chan int cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`,
		`ddb: type Wrong, field Embedded.Inner, tag "inner,sgin": unknown word "sgin" (did you mean "sign"?)`,
	}, messages(t, typ, err))
	assert.Equal(t, strings.Join(messages(t, typ, err), "\n"), err.Error())
}

func TestKeysOfAType(t *testing.T) {
	type none struct{ A string }
	type sortOnly struct {
		A string `ddb:"a,sk"`
	}
	type twoSort struct {
		A string `ddb:"a,pk"`
		B string `ddb:"b,sk"`
		C string `ddb:"c,sk"`
	}
	for _, c := range []struct {
		name string
		typ  reflect.Type
		want []string
	}{
		{"no partition key", reflect.TypeFor[none](), []string{`ddb: type none: no partition key (add pk to the field that is the partition key)`}},
		{"no field at all", reflect.TypeFor[struct{}](), []string{`ddb: type struct{…}: no partition key (add pk to the field that is the partition key)`}},
		{"sort key alone", reflect.TypeFor[sortOnly](), []string{`ddb: type sortOnly, field A: sort key without a partition key (add pk to the field that is the partition key)`}},
		{"two sort keys", reflect.TypeFor[twoSort](), []string{`ddb: type twoSort, field C, tag "c,sk": second sort key, after field B (a table has one: keep sk on one field)`}},
		{"the key's tag cannot be taken apart", keyed("", "'id,pk"), []string{`ddb: type struct{…}, field F, tag "'id,pk": unterminated quote (close it with a single quote; a quote inside is doubled)`}},
		{"the key's word is in the wrong case", keyed("", "id,PK"), []string{`ddb: type struct{…}, field F, tag "id,PK": unknown word "PK" (words are lower case: write "pk")`}},
		{"not a struct", reflect.TypeFor[*Visit](), []string{`ddb: type *tags_test.Visit: not a struct (give the struct type itself)`}},
		{"nil", nil, []string{`ddb: type nil: not a struct (give the struct type itself)`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			fields, err := tags.Root(c.typ, tags.Options{})
			assert.Nil(t, fields)
			assert.Equal(t, c.want, messages(t, c.typ, err))
		})
	}
}

func TestNested(t *testing.T) {
	type address struct {
		Street string    `ddb:"street,omitempty"`
		Since  time.Time `ddb:",unixtime"`
		ID     any
	}
	fields, err := tags.Nested(reflect.TypeFor[address](), tags.Options{})
	require.NoError(t, err)
	require.Len(t, fields, 3)
	assert.Equal(t, "address.Since", fields[1].Path)
	assert.Equal(t, tags.UnixSeconds, fields[1].Time)

	type wrong struct {
		A string  `ddb:"a,pk"`
		B float64 `ddb:"b,sk,omitempty"`
		C string  `ddb:"c,encrypt"`
		D string  `ddb:"d,sign,set"`
		E string  `ddb:"e,plain"`
		F string  `ddb:"f,pk"`
	}
	const key = " inside a document (keys are top-level attributes: remove it)"
	const action = " inside a document (one action covers a whole top-level attribute: put it there)"
	typ := reflect.TypeFor[wrong]()
	_, err = tags.Nested(typ, tags.Options{})
	assert.Equal(t, []string{
		`ddb: type wrong, field A, tag "a,pk": pk` + key,
		`ddb: type wrong, field B, tag "b,sk,omitempty": sk` + key,
		`ddb: type wrong, field C, tag "c,encrypt": encrypt` + action,
		`ddb: type wrong, field D, tag "d,sign,set": sign` + action,
		`ddb: type wrong, field D, tag "d,sign,set": set on type string (it fits slices, arrays, map[T]bool and map[T]struct{} of strings, numbers, byte strings and types with MarshalText)`,
		`ddb: type wrong, field E, tag "e,plain": plain` + action,
		`ddb: type wrong, field F, tag "f,pk": pk` + key,
	}, messages(t, typ, err))
}

func TestGenericNames(t *testing.T) {
	type local struct{ A string }
	assert.EqualError(t, rootError[Page[Visit]](), `ddb: type Page[tags_test.Visit]: no partition key (add pk to the field that is the partition key)`)
	assert.EqualError(t, rootError[Page[map[string]*local]](), `ddb: type Page[map[string]*tags_test.local]: no partition key (add pk to the field that is the partition key)`)
	assert.EqualError(t, rootError[[]Page[int]](), `ddb: type []tags_test.Page[int]: not a struct (give the struct type itself)`)
	assert.EqualError(t, rootError[Page[chan<- Visit]](), `ddb: type Page[chan<- tags_test.Visit], field Of: chan<- tags_test.Visit cannot be stored (skip the field with ddb:"-", or give its type a MarshalText method)`+
		"\n"+`ddb: type Page[chan<- tags_test.Visit]: no partition key (add pk to the field that is the partition key)`)
}

type Page[T any] struct{ Of T }

func rootError[T any]() error {
	_, err := tags.Root(reflect.TypeFor[T](), tags.Options{})
	return err
}

func TestErrorIsFoundInAJoin(t *testing.T) {
	_, err := tags.Root(tagged("", "f,encrpyt"), tags.Options{})
	mistake, ok := errors.AsType[*tags.Error](fmt.Errorf("ddb: new table: %w", err))
	require.True(t, ok)
	assert.Equal(t, "F", mistake.Field)
	assert.Equal(t, "f,encrpyt", mistake.Tag)
	assert.Equal(t, `unknown word "encrpyt"`, mistake.Problem)
	assert.Equal(t, `did you mean "encrypt"?`, mistake.Fix)
}

func TestStrings(t *testing.T) {
	assert.Equal(t, "none", tags.Key(0).String())
	assert.Equal(t, "sk", tags.SortKey.String())
	assert.Equal(t, "context", tags.Context.String())
	assert.Equal(t, "plain", tags.Plain.String())
	assert.Equal(t, "unixmilli", tags.UnixMillis.String())
	assert.Equal(t, "invalid", tags.Action(5).String())
}
