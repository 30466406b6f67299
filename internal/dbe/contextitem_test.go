package dbe_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// read are the attributes in a context, as the SDK has them.
func read(t testing.TB, context map[string]string) values {
	t.Helper()
	included, err := dbe.IncludedIn(context)
	require.NoError(t, err)
	byName := func(a, b dbe.Included) int { return strings.Compare(a.Name, b.Name) }
	item := values{}
	for _, a := range included {
		var r dbe.Reader
		r.Reset(a.Value)
		item[a.Name] = attribute.Read(&r)
	}
	assert.True(t, context[dbe.ContextLegend] == "" || slices.IsSortedFunc(included, byName))
	return item
}

func TestIncludedInKnownItems(t *testing.T) {
	for _, item := range known {
		assert.Equal(t, values{"RecNum": &avN{Value: "1"}}, read(t, item.context), item.name)
	}
}

func TestIncludedInAContext(t *testing.T) {
	base := map[string]string{
		"aws-crypto-table-name": "T", "aws-crypto-partition-name": "pk", "aws-crypto-sort-name": "sk",
		"aws-crypto-attr.pk": "AAF0ZXh0", "aws-crypto-attr.sk": "AAIx", "mine": "x",
	}
	changed := func(changes ...string) map[string]string {
		c := map[string]string{}
		for k, v := range base {
			c[k] = v
		}
		for i := 0; i < len(changes); i += 2 {
			if c[changes[i]] = changes[i+1]; changes[i+1] == "-" {
				delete(c, changes[i])
			}
		}
		return c
	}
	keys := values{"pk": &avS{Value: "text"}, "sk": &avN{Value: "1"}}
	assert.Equal(t, keys, read(t, base))
	assert.Equal(t, keys, read(t, changed("aws-crypto-attr.more", "AAIx")), "version 1 includes the keys alone")
	delete(keys, "sk")
	assert.Equal(t, keys, read(t, changed("aws-crypto-sort-name", "-", "aws-crypto-attr.sk", "-")))

	all := changed("aws-crypto-attr.pk", "text", "aws-crypto-attr.sk", "1", "aws-crypto-attr.a", "null", "aws-crypto-attr.b", "true",
		"aws-crypto-attr.c", "false", "aws-crypto-attr.d", "AQEAAAABAAAAAWE=", "aws-crypto-attr.é", "", "aws-crypto-legend", "LLLBSNS")
	assert.Equal(t, values{
		"pk": &avS{Value: "text"}, "sk": &avN{Value: "1"}, "a": &avNULL{Value: true}, "b": &avBOOL{Value: true}, "c": &avBOOL{},
		"d": &avSS{Value: []string{"a"}}, "é": &avS{},
	}, read(t, all))

	for name, c := range map[string]map[string]string{
		"none":                   {},
		"no partition key":       changed("aws-crypto-attr.pk", "-"),
		"no partition key name":  changed("aws-crypto-partition-name", "-"),
		"no sort key":            changed("aws-crypto-attr.sk", "-"),
		"no Base64":              changed("aws-crypto-attr.sk", "AAIx!"),
		"Base64 without padding": changed("aws-crypto-attr.sk", "AAA"),
		"loose Base64":           changed("aws-crypto-attr.sk", "AAE"+"B=="),
		"line end":               changed("aws-crypto-attr.sk", "AAIx\n"),
		"no value":               changed("aws-crypto-attr.sk", "AAk="),
		"trailing bytes":         changed("aws-crypto-attr.sk", "AAAA"),
		"short legend":           changed("aws-crypto-legend", "B"),
		"long legend":            changed("aws-crypto-legend", "BBB"),
		"unknown letter":         changed("aws-crypto-legend", "Bx"),
		"number as text":         changed("aws-crypto-legend", "BB"),
		"text as number":         changed("aws-crypto-legend", "NB", "aws-crypto-attr.sk", "//8B"),
		"literal":                changed("aws-crypto-legend", "LB", "aws-crypto-attr.sk", "//8B"),
		"text that is none":      changed("aws-crypto-legend", "SB", "aws-crypto-attr.pk", "\xff", "aws-crypto-attr.sk", "//8B"),
	} {
		_, err := dbe.IncludedIn(c)
		assert.Error(t, err, name)
	}
}

func FuzzContextValue(f *testing.F) {
	for _, s := range []string{"AAF0ZXh0", "//8B", "AwAAAAAA", "null", "true", "1.5", "text", "AA\nA="} {
		f.Add(s, byte('B'))
		f.Add(s, byte('S'))
		f.Add(s, byte('N'))
		f.Add(s, byte('L'))
		f.Add(s, byte(0))
	}
	f.Fuzz(func(t *testing.T, value string, letter byte) {
		if v, err := dbe.ParseContextValue1(value); err == nil {
			assert.Len(t, dbe.ContextValue1(canonical(t, v)), len(value), "members of sets and maps may be in any order")
		}
		v, err := dbe.ParseContextValue2(value, letter)
		if err != nil {
			return
		}
		text, spelled := dbe.ContextValue2(canonical(t, v))
		assert.Equal(t, string(letter), string(spelled))
		if letter == 'B' {
			assert.Len(t, text, len(value))
		} else {
			assert.Equal(t, value, text)
		}
	})
}

func canonical(t *testing.T, v dbe.Value) []byte {
	t.Helper()
	var r dbe.Reader
	r.Reset(v)
	b, err := encode(attribute.Read(&r), dbe.ForVerification)
	require.NoError(t, err)
	return b
}
