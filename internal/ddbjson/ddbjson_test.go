package ddbjson_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
)

func TestEveryTypeBothWays(t *testing.T) {
	for name, c := range map[string]struct {
		text string
		item ddbjson.Item
	}{
		"no attributes":       {`{}`, ddbjson.Item{}},
		"S":                   {`{"a":{"S":"x"}}`, ddbjson.Item{"a": &avS{Value: "x"}}},
		"N as spelt":          {`{"a":{"N":"1.50E3"}}`, ddbjson.Item{"a": &avN{Value: "1.50E3"}}},
		"B":                   {`{"a":{"B":"AP8="}}`, ddbjson.Item{"a": &avB{Value: []byte{0, 255}}}},
		"BOOL":                {`{"a":{"BOOL":true},"b":{"BOOL":false}}`, ddbjson.Item{"a": &avBOOL{Value: true}, "b": &avBOOL{}}},
		"NULL":                {`{"a":{"NULL":true}}`, ddbjson.Item{"a": &avNULL{Value: true}}},
		"sets in their order": {`{"b":{"BS":["AQ==",""]},"n":{"NS":["2","1"]},"s":{"SS":["b","a"]}}`, ddbjson.Item{"s": &avSS{Value: []string{"b", "a"}}, "n": &avNS{Value: []string{"2", "1"}}, "b": &avBS{Value: [][]byte{{1}, {}}}}},
		"documents":           {`{"a":{"L":[{"M":{"k":{"L":[]}}},{"S":""}]}}`, ddbjson.Item{"a": &avL{Value: []types.AttributeValue{&avM{Value: ddbjson.Item{"k": &avL{Value: []types.AttributeValue{}}}}, &avS{}}}}},
		"empty values":        {`{"b":{"B":""},"l":{"L":[]},"m":{"M":{}},"s":{"S":""},"ss":{"SS":[]}}`, ddbjson.Item{"b": &avB{Value: []byte{}}, "l": &avL{Value: []types.AttributeValue{}}, "m": &avM{Value: ddbjson.Item{}}, "s": &avS{}, "ss": &avSS{Value: []string{}}}},
		"characters":          {`{"\"\\\u0000é😀<&":{"S":"\u000a\u001f/` + "\u2028" + `"}}`, ddbjson.Item{"\"\\\x00é😀<&": &avS{Value: "\n\x1f/\u2028"}}},
	} {
		t.Run(name, func(t *testing.T) {
			item, err := ddbjson.Unmarshal([]byte(c.text))
			require.NoError(t, err)
			assert.Equal(t, c.item, item)
			text, err := ddbjson.Marshal(c.item)
			require.NoError(t, err)
			assert.Equal(t, c.text, string(text))
		})
	}
}

func TestUnmarshalAcceptsOtherSpellings(t *testing.T) {
	item, err := ddbjson.Unmarshal([]byte(" {\n\"\\u0061\" : { \"S\":\"\\ud83d\\ude00\\\\ud800\\/\"} } "))
	require.NoError(t, err)
	assert.Equal(t, ddbjson.Item{"a": &avS{Value: `😀\ud800/`}}, item)
}

func TestUnmarshalRefuses(t *testing.T) {
	nested := func(levels int) string {
		return `{"a":` + strings.Repeat(`{"L":[`, levels) + strings.Repeat(`]}`, levels) + `}`
	}
	_, err := ddbjson.Unmarshal([]byte(nested(ddbjson.MaxDepth)))
	require.NoError(t, err)

	for name, c := range map[string]struct {
		text string
		want error
	}{
		"nothing":                    {"", ddbjson.ErrSyntax},
		"no object":                  {`[]`, ddbjson.ErrSyntax},
		"null":                       {`null`, ddbjson.ErrSyntax},
		"not closed":                 {`{"a":{"S":"secret"}`, ddbjson.ErrSyntax},
		"text behind":                {`{} {}`, ddbjson.ErrSyntax},
		"comma behind":               {`{"a":{"S":"x"},}`, ddbjson.ErrSyntax},
		"value is a string":          {`{"a":"secret"}`, ddbjson.ErrSyntax},
		"value is null":              {`{"a":null}`, ddbjson.ErrNoType},
		"no type":                    {`{"a":{}}`, ddbjson.ErrNoType},
		"null under a type":          {`{"a":{"S":null}}`, ddbjson.ErrNoType},
		"null list":                  {`{"a":{"L":null}}`, ddbjson.ErrNoType},
		"null in a list":             {`{"a":{"L":[null]}}`, ddbjson.ErrNoType},
		"no type in a map":           {`{"a":{"M":{"b":{}}}}`, ddbjson.ErrNoType},
		"two types":                  {`{"a":{"S":"secret","N":"1"}}`, ddbjson.ErrManyTypes},
		"one type twice":             {`{"a":{"S":"secret","S":"secret"}}`, ddbjson.ErrManyTypes},
		"two types, one null":        {`{"a":{"S":"secret","N":null}}`, ddbjson.ErrManyTypes},
		"unknown type":               {`{"a":{"X":"secret"}}`, ddbjson.ErrSyntax},
		"unknown type of array":      {`{"a":{"LL":[]}}`, ddbjson.ErrSyntax},
		"type in lower case":         {`{"a":{"s":"secret"}}`, ddbjson.ErrSyntax},
		"attribute twice":            {`{"a":{"S":"secret"},"a":{"S":"secret"}}`, ddbjson.ErrSyntax},
		"attribute twice by escape":  {`{"a":{"S":"x"},"\u0061":{"S":"x"}}`, ddbjson.ErrSyntax},
		"map key twice":              {`{"a":{"M":{"k":{"S":"x"},"k":{"S":"x"}}}}`, ddbjson.ErrSyntax},
		"string is a number":         {`{"a":{"S":4711}}`, ddbjson.ErrSyntax},
		"number is a JSON number":    {`{"a":{"N":4711}}`, ddbjson.ErrSyntax},
		"bool is a string":           {`{"a":{"BOOL":"true"}}`, ddbjson.ErrSyntax},
		"list is an object":          {`{"a":{"L":{}}}`, ddbjson.ErrSyntax},
		"list is a string":           {`{"a":{"L":"secret"}}`, ddbjson.ErrSyntax},
		"map is an array":            {`{"a":{"M":[]}}`, ddbjson.ErrSyntax},
		"string is an object":        {`{"a":{"S":{}}}`, ddbjson.ErrSyntax},
		"set of numbers":             {`{"a":{"SS":[4711]}}`, ddbjson.ErrSyntax},
		"null in a set":              {`{"a":{"SS":[null]}}`, ddbjson.ErrSyntax},
		"object in a set":            {`{"a":{"SS":[{"S":"x"}]}}`, ddbjson.ErrSyntax},
		"base64 without padding":     {`{"a":{"B":"AA"}}`, ddbjson.ErrSyntax},
		"base64 for URLs":            {`{"a":{"B":"_-8="}}`, ddbjson.ErrSyntax},
		"base64 with a line break":   {`{"a":{"B":"AA=\n="}}`, ddbjson.ErrSyntax},
		"base64 with spare bits":     {`{"a":{"B":"AB=="}}`, ddbjson.ErrSyntax},
		"base64 in a set":            {`{"a":{"BS":["secret!"]}}`, ddbjson.ErrSyntax},
		"invalid UTF-8":              {"{\"a\":{\"S\":\"secret\xff\"}}", ddbjson.ErrSyntax},
		"high surrogate alone":       {`{"a":{"S":"secret\ud800"}}`, ddbjson.ErrSyntax},
		"high surrogate, then text":  {`{"a":{"S":"\ud800secret"}}`, ddbjson.ErrSyntax},
		"low surrogate alone":        {`{"a":{"S":"\udc00"}}`, ddbjson.ErrSyntax},
		"surrogates in wrong order":  {`{"a":{"S":"\udc00\ud800"}}`, ddbjson.ErrSyntax},
		"surrogate in a name":        {`{"\ud800":{"S":"secret"}}`, ddbjson.ErrSyntax},
		"too deep":                   {nested(ddbjson.MaxDepth + 1), ddbjson.ErrLimit},
		"too deep, maps":             {`{"a":` + strings.Repeat(`{"M":{"k":`, ddbjson.MaxDepth+1) + `{"S":"x"}` + strings.Repeat(`}}`, ddbjson.MaxDepth+1) + `}`, ddbjson.ErrLimit},
		"too long":                   {`{"a":{"S":"` + strings.Repeat("x", ddbjson.MaxSize) + `"}}`, ddbjson.ErrLimit},
		"deep beyond package json's": {strings.Repeat(`[`, 20_000), ddbjson.ErrSyntax},
	} {
		t.Run(name, func(t *testing.T) {
			item, err := ddbjson.Unmarshal([]byte(c.text))
			require.ErrorIs(t, err, c.want)
			assert.Nil(t, item)
			assert.NotContains(t, err.Error(), "secret")
			assert.NotContains(t, err.Error(), "4711")
		})
	}
}

func TestErrorsNameTheAttribute(t *testing.T) {
	_, err := ddbjson.Unmarshal([]byte(`{"a":{"M":{"b":{"L":[{"S":"x"},{}]}}}}`))
	assert.EqualError(t, err, `ddbjson: read: attribute "a": attribute "b": attribute value has no type`)
	_, err = ddbjson.Unmarshal([]byte(`{"` + strings.Repeat("n", 1000) + `":{}}`))
	require.ErrorIs(t, err, ddbjson.ErrNoType)
	assert.Less(t, len(err.Error()), 200)
}

func TestMarshalRefuses(t *testing.T) {
	deep := types.AttributeValue(&avS{})
	for range ddbjson.MaxDepth + 1 {
		deep = &avL{Value: []types.AttributeValue{deep}}
	}
	for name, c := range map[string]struct {
		v    types.AttributeValue
		want error
	}{
		"nil":                    {nil, ddbjson.ErrNoType},
		"nil in a list":          {&avL{Value: []types.AttributeValue{nil}}, ddbjson.ErrNoType},
		"unknown member":         {&types.UnknownUnionMember{Tag: "X"}, ddbjson.ErrNoType},
		"invalid UTF-8":          {&avS{Value: "secret\xff"}, ddbjson.ErrSyntax},
		"invalid UTF-8 in a set": {&avSS{Value: []string{"secret\xff"}}, ddbjson.ErrSyntax},
		"invalid UTF-8 in a key": {&avM{Value: ddbjson.Item{"\xff": &avS{}}}, ddbjson.ErrSyntax},
		"too deep":               {deep, ddbjson.ErrLimit},
	} {
		t.Run(name, func(t *testing.T) {
			text, err := ddbjson.Marshal(ddbjson.Item{"a": c.v})
			require.ErrorIs(t, err, c.want)
			assert.Nil(t, text)
			assert.NotContains(t, err.Error(), "secret")
		})
	}
}

func FuzzUnmarshal(f *testing.F) {
	for _, s := range []string{
		`{}`, `{"a":{"S":"x"}}`, `{"a":{"N":"1"},"b":{"B":"AA=="},"c":{"BOOL":true},"d":{"NULL":true}}`,
		`{"a":{"L":[{"M":{"k":{"SS":["a"]}}},{"NS":["1"]},{"BS":["AA=="]}]}}`, `{"a":{"S":"\ud83d\ude00\ud800"}}`, `{"a":{}}`, `{"a":{"S":"x","N":"1"}}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		item, err := ddbjson.Unmarshal(data)
		if err != nil {
			require.Nil(t, item)
			return
		}
		text, err := ddbjson.Marshal(item)
		require.NoError(t, err)
		again, err := ddbjson.Unmarshal(text)
		require.NoError(t, err)
		require.Equal(t, item, again)
	})
}

func BenchmarkUnmarshal(b *testing.B) {
	data := []byte(`{"patient":{"S":"p-17"},"at":{"S":"2026-11-24T09:30:00.000Z"},"seen":{"N":"2"},"notes":{"L":[{"S":"one"},{"S":"two"}]},"photo":{"B":"/9j/"}}`)
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ddbjson.Unmarshal(data); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkMarshal(b *testing.B) {
	item := ddbjson.Item{"patient": &avS{Value: "p-17"}, "seen": &avN{Value: "2"}, "notes": &avL{Value: []types.AttributeValue{&avS{Value: "one"}}}, "photo": &avB{Value: []byte{1, 2}}}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := ddbjson.Marshal(item); err != nil {
			b.Fatal(err)
		}
	}
}
