package interop_test

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

const (
	dbeVectorsDir  = "../testdata/dbe"
	dbeTamperedMax = 2  // altered items beside the others, of each kind and writer
	dbeSlack       = 60 // bytes that a chosen vector may be longer than the smallest
)

// dbeVersions say who wrote, in the files.
var dbeVersions = map[divergence.Client]string{
	divergence.Go:   "dynaseal",
	divergence.Java: "java 3.9.0",
	divergence.Rust: "rust 1.3.0",
}

// dbeVector is one item of a file; testdata/dbe/README.md describes it.
type dbeVector struct {
	Writer      string           `json:"writer"`
	Combination string           `json:"combination"`
	Case        protocol.DBECase `json:"case"`
	Plaintext   json.RawMessage  `json:"plaintext"`
	Stored      json.RawMessage  `json:"stored"`
	Expect      string           `json:"expect"`
}

// writeVectors writes a file with two items of each combination, of Java and in turns of ours and of Rust, and
// some altered ones.
func (c *dbeCorpus) writeVectors(t *testing.T) {
	require.NoError(t, os.MkdirAll(dbeVectorsDir, 0o755))
	f := flipper{rand.New(rand.NewPCG(c.seed, 3))}
	of := map[generate.Combination][]*dbeSample{}
	var order []generate.Combination
	for _, s := range c.samples {
		if s.classes != 0 {
			continue
		}
		if of[s.Combination] == nil {
			order = append(order, s.Combination)
		}
		of[s.Combination] = append(of[s.Combination], s)
	}
	var lines []string
	shown, altered := map[string]int{}, map[divergence.Client]int{}
	for i, combination := range order {
		for _, writer := range c.clients {
			if writer != divergence.Java && (writer == divergence.Go) != (parity(i, i/2, i/4) == 0) {
				continue
			}
			s := c.choose(t, of[combination], writer, shown)
			lines = append(lines, s.vector(t, writer, s.stored[writer], expectAccepted))
			if altered[writer] < dbeTamperedMax && i >= 2 {
				if item, what := f.flipDBE(t, s, s.stored[writer]); what != othersTag && what != "name" {
					altered[writer]++
					lines = append(lines, s.vector(t, writer, item, "refused"))
				}
			}
		}
	}
	c.writeLines(t, lines)
}

func parity(of ...int) int {
	odd := 0
	for _, n := range of {
		odd ^= n & 1
	}
	return odd
}

// choose picks a small item of those that writer wrote, which shows most of what no vector does so far.
func (c *dbeCorpus) choose(t *testing.T, samples []*dbeSample, writer divergence.Client, shown map[string]int) *dbeSample {
	size := func(s *dbeSample) int { return len(s.vector(t, writer, s.stored[writer], expectAccepted)) }
	smallest := size(slices.MinFunc(samples, func(a, b *dbeSample) int { return cmp.Compare(size(a), size(b)) }))
	news := func(s *dbeSample) int {
		n := 0
		for _, f := range s.features() {
			if shown[f] < perFeature {
				n++
			}
		}
		return n
	}
	var chosen *dbeSample
	for _, s := range samples {
		if size(s) <= smallest+dbeSlack && (chosen == nil || news(s) > news(chosen)) {
			chosen = s
		}
	}
	for _, f := range chosen.features() {
		shown[f]++
	}
	return chosen
}

// features names what s shows: types under each action, and the form of the case.
func (s *dbeSample) features() []string {
	features := []string{
		fmt.Sprintf("sort key %t", s.Case.SortKey != ""),
		fmt.Sprintf("prefix %t", s.Case.UnsignedPrefix != ""),
		fmt.Sprintf("other actions %t", len(s.Reader.Actions) != len(s.Case.Actions)),
	}
	for name, value := range s.Item {
		features = append(features, fmt.Sprintf("%s %T", s.Case.Actions[name], value))
	}
	return features
}

// vector is a line of a file: stored, by the case of a reader.
func (s *dbeSample) vector(t *testing.T, writer divergence.Client, stored crypt.Item, expect string) string {
	v := dbeVector{
		Writer:      dbeVersions[writer],
		Combination: fmt.Sprintf("%s, version %d, %s", s.Combination.Suite, s.Combination.Version, s.Combination.Keyring),
		Case:        s.Reader,
		Expect:      expect,
	}
	v.Case.Keyring, v.Case.DecryptKeyring = cmp.Or(s.Reader.DecryptKeyring, s.Reader.Keyring), nil
	var err error
	v.Plaintext, err = ddbjson.Marshal(s.Item)
	require.NoError(t, err)
	v.Stored, err = ddbjson.Marshal(stored)
	require.NoError(t, err)
	line, err := json.Marshal(v)
	require.NoError(t, err)
	return string(line)
}

func (c *dbeCorpus) writeLines(t *testing.T, lines []string) {
	keys := maps.Clone(c.keys)
	maps.DeleteFunc(keys, func(name string, _ protocol.Key) bool {
		return !slices.ContainsFunc(lines, func(line string) bool { return strings.Contains(line, fmt.Sprintf(":%q", name)) })
	})
	encodedKeys, err := json.Marshal(keys)
	require.NoError(t, err)
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"seed\":\"%d\",\n\"keys\":%s,\n\"vectors\":[\n%s\n]}\n", c.seed, encodedKeys, strings.Join(lines, ",\n"))
	require.True(t, json.Valid(b.Bytes()))
	require.NoError(t, os.WriteFile(filepath.Join(dbeVectorsDir, strings.ToLower(string(c.kind))+".json"), b.Bytes(), 0o644))
}
