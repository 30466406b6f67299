package javaitems_test

import (
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/javaitems"
)

// The guide's rows name what the tests test, with its Go types and tags, and name all of it.

const (
	guide       = "../../docs/java.md"
	misfitTitle = "## What does not fit"
)

func TestGuideHasEveryAttribute(t *testing.T) {
	fields := storedFields(t)
	fits, _, found := strings.Cut(readGuide(t), misfitTitle)
	require.True(t, found)
	var named []string
	for _, row := range rows(fits) {
		stored, inGo := row[2], row[3]
		for _, name := range attributes(row[0]) {
			f, ok := fields[name]
			if !assert.True(t, ok, "%s is no attribute of a case", name) {
				continue
			}
			named = append(named, name)
			assert.Contains(t, strings.Split(inGo, ", "), f.spelling, name)
			for _, kind := range f.kinds {
				assert.Contains(t, strings.Fields(stored), kind, name)
			}
		}
	}
	for name, f := range fields {
		if !f.nested && !strings.HasSuffix(name, ".id") {
			assert.Contains(t, named, name)
		}
	}
}

func TestGuideHasEveryMisfit(t *testing.T) {
	misfits, err := javaitems.Misfits()
	require.NoError(t, err)
	_, rest, _ := strings.Cut(readGuide(t), misfitTitle)
	table := rows(rest)
	require.Len(t, table, len(misfits))
	for i, m := range misfits {
		assert.Equal(t, []string{"`" + m.Attribute + "`", spelling(m.Field), m.Go.String(), m.Java.String()}, table[i][:4])
	}
}

func readGuide(t *testing.T) string {
	text, err := os.ReadFile(guide)
	require.NoError(t, err)
	return string(text)
}

// rows are the cells of the table rows that begin with code.
func rows(text string) [][]string {
	var all [][]string
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "| `") {
			cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			all = append(all, cells)
		}
	}
	return all
}

// attributes are the names in a cell: "`mapper/Times.date` `.calendar`" are two of one bean.
func attributes(cell string) []string {
	var names []string
	var bean string
	for _, code := range strings.Fields(cell) {
		name := strings.Trim(code, "`")
		if at := strings.Index(name, "."); at > 0 {
			bean, name = name[:at], name[at:]
		}
		names = append(names, bean+name)
	}
	return names
}

// field is an attribute of a case, or a member of its document.
type field struct {
	spelling string
	kinds    []string // of all samples
	nested   bool
}

// storedFields are the attributes of all cases, LIBRARY/BEAN.ATTRIBUTE.MEMBER.
func storedFields(t *testing.T) map[string]*field {
	items, err := javaitems.Load(stored)
	require.NoError(t, err)
	cases, err := javaitems.Cases()
	require.NoError(t, err)
	fields := map[string]*field{}
	for i, c := range cases {
		item, err := items[i].Attributes()
		require.NoError(t, err)
		collect(fields, c.Name[:strings.LastIndex(c.Name, "/")], c.Type, item, false)
	}
	return fields
}

func collect(fields map[string]*field, path string, typ reflect.Type, item map[string]types.AttributeValue, nested bool) {
	for f := range typ.Fields() {
		if f.Anonymous {
			collect(fields, path, f.Type, item, nested)
			continue
		}
		name, _, _ := strings.Cut(f.Tag.Get("ddb"), ",")
		name = strings.Trim(name, "'")
		key := path + "." + name
		if fields[key] == nil {
			fields[key] = &field{spelling: spelling(f), nested: nested}
		}
		kind, members := describe(item[name])
		if kind != "" && !slices.Contains(fields[key].kinds, kind) {
			fields[key].kinds = append(fields[key].kinds, kind)
		}
		if f.Type.Kind() == reflect.Pointer && f.Type.Elem().Kind() == reflect.Struct && members != nil {
			collect(fields, key, f.Type.Elem(), members, true)
		}
	}
}

func describe(v types.AttributeValue) (kind string, members map[string]types.AttributeValue) {
	if v == nil {
		return "", nil
	}
	if m, ok := v.(*types.AttributeValueMemberM); ok {
		members = m.Value
	}
	return strings.TrimPrefix(fmt.Sprintf("%T", v), "*types.AttributeValueMember"), members
}

// spelling is a field's type and the words of its tag.
func spelling(f reflect.StructField) string {
	text := "`" + strings.ReplaceAll(f.Type.String(), "javaitems.", "") + "`"
	if _, words, _ := strings.Cut(f.Tag.Get("ddb"), ","); words != "" {
		text += " `" + words + "`"
	}
	return strings.NewReplacer("mapper.", "ddb.", "uint8", "byte").Replace(text)
}
