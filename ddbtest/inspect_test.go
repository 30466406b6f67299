package ddbtest_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// started is a server with a table of a string key.
func started(t *testing.T) (*ddbtest.Server, engine, string) {
	s := ddbtest.Start()
	t.Cleanup(s.Close)
	e := engine{s.Client(), s.URL(), true}
	return s, e, *e.newTable(t, dynamodb.CreateTableInput{})
}

func TestStored(t *testing.T) {
	s, e, table := started(t)
	it := item{"pk": &avS{Value: "a"}, "b": &avB{Value: []byte{1, 2}}, "n": &avN{Value: "1.0"}, "l": &avL{Value: []types.AttributeValue{&avB{Value: []byte{3}}}}}
	e.roundTrip(t, &table, it)
	want := item{"pk": it["pk"], "b": it["b"], "n": &avN{Value: "1"}, "l": it["l"]}

	got := s.Stored(table, item{"pk": it["pk"]})
	require.Equal(t, want, got)
	got["b"].(*avB).Value[0] = 9
	got["l"].(*avL).Value[0].(*avB).Value[0] = 9
	delete(got, "n")
	assert.Equal(t, want, s.Stored(table, it), "what was returned is a copy, and an item finds itself")

	for name, found := range map[string]item{
		"another key": s.Stored(table, item{"pk": &avS{Value: "b"}}), "no key": s.Stored(table, nil), "wrong type": s.Stored(table, item{"pk": &avN{Value: "1"}}),
		"no value": s.Stored(table, item{"pk": nil}), "no table": s.Stored("gone", it),
	} {
		assert.Nil(t, found, name)
	}
}

func TestOverwrite(t *testing.T) {
	s, e, table := started(t)
	key := item{"pk": &avS{Value: "a"}}
	stored := e.roundTrip(t, &table, item{"pk": key["pk"], "v": &avB{Value: []byte{1}}, "w": &avS{Value: "x"}})
	tampered := item{"pk": key["pk"], "v": &avB{Value: []byte{2}}}
	require.NoError(t, s.Overwrite(table, tampered))
	tampered["v"].(*avB).Value[0] = 3
	out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &table, Key: key})
	require.NoError(t, err)
	assert.Equal(t, item{"pk": key["pk"], "v": &avB{Value: []byte{2}}}, out.Item, "a copy, and the whole item")
	require.NoError(t, s.Overwrite(table, stored))
	assert.Equal(t, stored, s.Stored(table, key))

	for name, c := range map[string]struct {
		table string
		item  item
		want  string
	}{
		"no table":       {"gone", stored, `ddbtest: overwrite: table "gone": Requested resource not found`},
		"no key":         {table, item{"v": &avS{Value: canary}}, "Missing the key pk"},
		"no value":       {table, item{"pk": key["pk"], "v": nil}, "AttributeValue is empty"},
		"invalid number": {table, item{"pk": key["pk"], "v": &avN{Value: canary}}, "cannot be converted into a number"},
		"invalid UTF-8":  {table, item{"pk": key["pk"], "v": &avS{Value: canary + "\xff"}}, "not UTF-8"},
		"invalid name":   {table, item{"pk": key["pk"], "\xff": &avS{Value: canary}}, "not UTF-8"},
		"too large":      {table, item{"pk": key["pk"], "v": &avS{Value: strings.Repeat("x", 400<<10)}}, "Item size"},
	} {
		err := s.Overwrite(c.table, c.item)
		require.ErrorContains(t, err, c.want, name)
		assert.NotContains(t, err.Error(), canary, name)
	}
	assert.Equal(t, stored, s.Stored(table, key), "a refused item changes nothing")
}

// failures notes what a test would have failed with.
type failures []string

func (f *failures) Helper() {}
func (f *failures) Errorf(format string, args ...any) {
	*f = append(*f, fmt.Sprintf(format, args...))
}

func TestNoPlaintextFinds(t *testing.T) {
	const text = "123-45-6789"
	encoded := func(before string) *avS {
		return &avS{Value: base64.StdEncoding.EncodeToString([]byte(before + text + " behind"))}
	}
	for name, v := range map[string]types.AttributeValue{
		"string":                   &avS{Value: "ssn " + text},
		"binary":                   &avB{Value: []byte("ssn " + text)},
		"member of a string set":   &avSS{Value: []string{"a", text}},
		"member of a binary set":   &avBS{Value: [][]byte{[]byte(text)}},
		"list":                     &avL{Value: []types.AttributeValue{&avS{Value: text}}},
		"map":                      &avM{Value: item{"a": &avM{Value: item{"b": &avS{Value: text}}}}},
		"name in a map":            &avM{Value: item{"a " + text: &avNULL{Value: true}}},
		"base64":                   encoded(""),
		"base64, a byte before":    encoded("a"),
		"base64, two bytes before": encoded("ab"),
		"base64 in a binary":       &avB{Value: []byte(encoded("abcd").Value)},
		"base64 for URLs":          &avS{Value: base64.URLEncoding.EncodeToString([]byte("a" + text))},
	} {
		t.Run(name, func(t *testing.T) {
			s, e, table := started(t)
			e.roundTrip(t, &table, item{"pk": &avS{Value: "a"}, "v": v})
			var f failures
			ddbtest.NoPlaintext(&f, s, "elsewhere", text)
			require.Len(t, f, 1)
			assert.Contains(t, f[0], fmt.Sprintf("table %q", table))
			assert.Contains(t, f[0], `attribute "v"`)
			assert.Contains(t, f[0], "text 2")
			assert.NotContains(t, f[0], text)

			f = nil
			ddbtest.NoPlaintext(&f, s, "987-65-4321", "elsewhere")
			assert.Empty(t, f)
		})
	}
	t.Run("number, key and name", func(t *testing.T) {
		s, e, table := started(t)
		e.roundTrip(t, &table, item{"pk": &avS{Value: "key 4711"}, "a 4711": &avN{Value: "47110"}, "b": &avNS{Value: []string{"-0.4711"}}})
		var f failures
		ddbtest.NoPlaintext(&f, s, "4711")
		require.Len(t, f, 4)
		assert.NotContains(t, fmt.Sprint(f), "4711")
	})
}

func TestNoPlaintextProvesSomething(t *testing.T) {
	s, e, table := started(t)
	var f failures
	ddbtest.NoPlaintext(&f, s, "secret")
	assert.Len(t, f, 1, "nothing is stored")
	e.roundTrip(t, &table, item{"pk": &avS{Value: "a"}})
	f = nil
	ddbtest.NoPlaintext(&f, s)
	assert.Len(t, f, 1, "nothing to look for")
	f = nil
	ddbtest.NoPlaintext(&f, s, "a", "")
	assert.Len(t, f, 1, "an empty text is in everything")
	ddbtest.NoPlaintext(t, s, "secret")
}
