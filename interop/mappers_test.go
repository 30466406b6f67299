package interop_test

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/javaitems"
	"github.com/dynaseal/ddb/internal/testenv"
)

const mapperItems = "../testdata/mappers/java.json"

// The stored items, which the tests of internal/javaitems read, are what the Java libraries write.
func TestJavaMappersWrite(t *testing.T) {
	generated := runMappers(t, "generate", nil)
	if *update {
		require.NoError(t, os.WriteFile(mapperItems, generated, 0o644))
	}
	stored, err := os.ReadFile(mapperItems)
	require.NoError(t, err)
	require.JSONEq(t, string(stored), string(generated))
}

// What Go writes, the Java libraries read as the beans that the items were made of, and write again.
func TestJavaMappersReadGo(t *testing.T) {
	cases, err := javaitems.Cases()
	require.NoError(t, err)
	require.Len(t, cases, javaitems.Count)
	var requests []mapping
	for _, c := range cases {
		item, err := c.Encode(t.Context(), c.Want)
		require.NoError(t, err, c.Name)
		requests = append(requests, newMapping(t, c.Name, item))
	}
	for i, answer := range readByJava(t, requests) {
		t.Run(cases[i].Name, func(t *testing.T) {
			require.Empty(t, answer.Error)
			assert.Empty(t, answer.Differs, "properties that are not what they were in the bean")
			if strings.Contains(answer.Case, "/Versions/") {
				return // Java counts every write, the one of what it read too
			}
			assert.True(t, attribute.EqualItems(requests[i].attributes(t), answer.attributes(t)), "Go wrote %s, Java of it %s", requests[i].Item, answer.Item)
		})
	}
}

// Fields that differ from Java's, where a value comes back all the same, and where it does not.
func TestJavaMappersReadMisfits(t *testing.T) {
	items, err := javaitems.Load(mapperItems)
	require.NoError(t, err)
	misfits, err := javaitems.Misfits()
	require.NoError(t, err)
	misfits = slices.DeleteFunc(misfits, func(m javaitems.Misfit) bool { return m.Java == javaitems.Never })
	var requests []mapping
	for _, m := range misfits {
		i := slices.IndexFunc(items, func(i javaitems.Item) bool { return i.Name == m.Case() })
		item, err := items[i].Attributes()
		require.NoError(t, err)
		written, err := m.Encode(t.Context(), m.Want)
		require.NoError(t, err)
		item[m.Name()] = written[m.Name()]
		requests = append(requests, newMapping(t, m.Case(), item))
	}
	for i, answer := range readByJava(t, requests) {
		m := misfits[i]
		t.Run(m.Attribute, func(t *testing.T) {
			switch {
			case m.Java == javaitems.Refused:
				assert.NotEmpty(t, answer.Error)
			case m.Java == javaitems.Other:
				assert.Empty(t, answer.Error)
				assert.Equal(t, []string{m.Name()}, answer.Differs)
			default:
				assert.Empty(t, answer.Error)
				assert.Empty(t, answer.Differs)
			}
		})
	}
}

// mapping is what a Java library is given to read, and what it answers.
type mapping struct {
	Case    string          `json:"case"`
	Item    json.RawMessage `json:"item"`
	Differs []string        `json:"differs,omitempty"`
	Error   string          `json:"error,omitempty"`
}

func newMapping(t *testing.T, name string, item crypt.Item) mapping {
	text, err := ddbjson.Marshal(item)
	require.NoError(t, err, name)
	return mapping{Case: name, Item: text}
}

func (m mapping) attributes(t *testing.T) crypt.Item {
	item, err := ddbjson.Unmarshal(m.Item)
	require.NoError(t, err)
	return item
}

func readByJava(t *testing.T, requests []mapping) []mapping {
	var input bytes.Buffer
	encoder := json.NewEncoder(&input)
	for _, r := range requests {
		require.NoError(t, encoder.Encode(r))
	}
	output := json.NewDecoder(bytes.NewReader(runMappers(t, "read", input.Bytes())))
	answers := make([]mapping, len(requests))
	for i := range answers {
		require.NoError(t, output.Decode(&answers[i]))
		require.Equal(t, requests[i].Case, answers[i].Case)
	}
	require.False(t, output.More())
	return answers
}

// runMappers runs the program in javamappers and returns what it prints.
func runMappers(t *testing.T, mode string, input []byte) []byte {
	// exec: the shell becomes the program, so that killing the child ends it.
	command := exec.CommandContext(t.Context(), "sh", "-c", "exec "+testenv.Need(t, "DDB_MAPPERS_JAVA")+" "+mode)
	var stray bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(input), &stray
	output, err := command.Output()
	require.NoError(t, err, "%s", &stray)
	return output
}
