package interop_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/protocol"
)

var update = flag.Bool("update", false, "write what the peers wrote to ../testdata")

const (
	vectorsDir     = "../testdata/ddbec"
	vectorsEach    = 60   // at least, of each writer
	tamperedKept   = 15   // altered ones beside them, of each writer
	perFeature     = 3    // items that show a feature, where there are so many
	largestVector  = 4096 // bytes of stored item, so that the files stay small
	expectAccepted = "ok"
	expectRefused  = "auth"
)

// versions say who wrote, in the files.
var versions = map[divergence.Client]string{
	divergence.Go:     "dynaseal",
	divergence.Java:   "java 2.0.3",
	divergence.Python: "python 3.3.0",
}

// vector is one item of a file; testdata/ddbec/README.md describes it.
type vector struct {
	ID        string          `json:"id"`
	Case      protocol.Case   `json:"case"`
	Plaintext json.RawMessage `json:"plaintext"`
	Stored    json.RawMessage `json:"stored"`
	Expect    string          `json:"expect"`
}

func (c *corpus) writeVectors(t *testing.T) {
	require.NoError(t, os.MkdirAll(vectorsDir, 0o755))
	alterations := c.alterations(t)
	for _, writer := range clients {
		var vectors []vector
		for _, s := range c.selection(t, writer) {
			vectors = append(vectors, newVector(t, s, writer, s.stored[writer], expectAccepted))
		}
		require.GreaterOrEqual(t, len(vectors), vectorsEach)
		kept := 0
		for _, a := range alterations {
			// An altered name is a missing attribute, and a missing key refused as such.
			if a.writer == writer && a.what != "name" && kept < tamperedKept && small(t, a.item) {
				vectors = append(vectors, newVector(t, a.sample, writer, a.item, expectRefused))
				kept++
			}
		}
		require.Equal(t, tamperedKept, kept)
		for i := range vectors {
			vectors[i].ID = fmt.Sprintf("%s-%d", writer, i)
		}
		c.confirm(t, vectors)
		c.writeFile(t, string(writer), versions[writer], vectors)
	}
}

// confirm has our driver read the vectors, so that no file is written that it does not agree with.
func (c *corpus) confirm(t *testing.T, vectors []vector) {
	var jobs []job
	for _, v := range vectors {
		stored, err := ddbjson.Unmarshal(v.Stored)
		require.NoError(t, err)
		jobs = append(jobs, job{request(t, protocol.Decrypt, v.Case, stored), func(answer protocol.Answer) {
			if v.Expect == expectRefused {
				require.Equal(t, protocol.ClassAuth, answer.Class, "%s: %s", v.ID, answer.Error)
				return
			}
			require.True(t, answer.OK, "%s: %s", v.ID, answer.Error)
			plaintext, err := ddbjson.Unmarshal(v.Plaintext)
			require.NoError(t, err)
			require.Empty(t, divergence.Difference(plaintext, answered(t, answer)), v.ID)
		}})
	}
	c.run(t, map[divergence.Client][]job{divergence.Go: jobs})
}

// selection picks small items of writer that show every feature some times. Of our own only what the
// others accepted shows anything.
func (c *corpus) selection(t *testing.T, writer divergence.Client) []*sample {
	var candidates []*sample
	for _, s := range c.samples {
		ours := writer == divergence.Go
		java := s.classes.Reads(writer, divergence.Java)
		python := s.classes.Reads(writer, divergence.Python) || s.classes.Has(divergence.CustomMarks)
		if s.stored[writer] != nil && (!ours || java && python) && small(t, s.stored[writer]) {
			candidates = append(candidates, s)
		}
	}
	shown := map[string]int{}
	var chosen, rest []*sample
	for _, s := range candidates {
		features := s.features(t)
		if !slices.ContainsFunc(features, func(f string) bool { return shown[f] < perFeature }) {
			rest = append(rest, s)
			continue
		}
		for _, f := range features {
			shown[f]++
		}
		chosen = append(chosen, s)
	}
	if missing := vectorsEach - len(chosen); missing > 0 {
		chosen = append(chosen, rest[:min(missing, len(rest))]...)
	}
	return chosen
}

// features names what s shows: keys, classes, types under each action, and the form of the case.
func (s *sample) features(t *testing.T) []string {
	var p protocol.Static
	require.NoError(t, json.Unmarshal(s.Case.Provider, &p))
	features := []string{
		p.Encrypt + " " + p.Sign.Algorithm,
		p.Sign.Key,
		fmt.Sprintf("description %t", len(p.Description) > 0),
		fmt.Sprintf("sort key %t", s.Case.SortKey != ""),
		"default " + s.Case.DefaultAction,
		fmt.Sprintf("discover %t", s.Discover != nil),
	}
	for _, class := range divergence.All() {
		if s.classes.Has(class) {
			features = append(features, class.String())
		}
	}
	for name, value := range s.Item {
		features = append(features, fmt.Sprintf("%s %T", s.Case.Action(name), value))
	}
	return features
}

func small(t *testing.T, item crypt.Item) bool {
	encoded, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	return len(encoded) <= largestVector
}

func newVector(t *testing.T, s *sample, writer divergence.Client, stored crypt.Item, expect string) vector {
	opened, err := divergence.Opened(s.Item, s.Case, writer, divergence.Go)
	require.NoError(t, err)
	v := vector{Case: s.caseFor(divergence.Go), Expect: expect}
	v.Plaintext, err = ddbjson.Marshal(opened)
	require.NoError(t, err)
	v.Stored, err = ddbjson.Marshal(stored)
	require.NoError(t, err)
	return v
}

// writeFile puts each vector on a line of its own.
func (c *corpus) writeFile(t *testing.T, name, writer string, vectors []vector) {
	keys := maps.Clone(c.keys)
	maps.DeleteFunc(keys, func(name string, _ protocol.Key) bool {
		return !slices.ContainsFunc(vectors, func(v vector) bool { return strings.Contains(string(v.Case.Provider), `"`+name+`"`) })
	})
	encodedKeys, err := json.Marshal(keys)
	require.NoError(t, err)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"writer\":%q,\n\"seed\":\"%d\",\n\"keys\":%s,\n\"vectors\":[\n", writer, c.seed, encodedKeys)
	for i, v := range vectors {
		encoded, err := json.Marshal(v)
		require.NoError(t, err)
		b.Write(encoded)
		if i < len(vectors)-1 {
			b.WriteByte(',')
		}
		b.WriteByte('\n')
	}
	b.WriteString("]}\n")
	require.True(t, json.Valid(b.Bytes()))
	require.NoError(t, os.WriteFile(filepath.Join(vectorsDir, name+".json"), b.Bytes(), 0o644))
}
