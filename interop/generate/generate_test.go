package generate_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

func TestOneSeedOneRun(t *testing.T) {
	first, second, other := generate.New(7, generate.Kind{}), generate.New(7, generate.Kind{}), generate.New(8, generate.Kind{})
	assert.Equal(t, first.Keys(), second.Keys())
	assert.NotEqual(t, first.Keys(), other.Keys())
	for range 50 {
		assert.Equal(t, first.Sample(), second.Sample())
	}
}

func TestSamples(t *testing.T) {
	const samples = 1000
	g := generate.New(1, generate.Kind{})
	seen := map[string]int{}
	for range samples {
		s := g.Sample()
		require.LessOrEqual(t, len(s.Item), 40)
		require.Contains(t, s.Item, s.Case.PartitionKey)
		seen[fmt.Sprintf("sort key %t", s.Case.SortKey != "")]++
		for name, value := range s.Item {
			seen[fmt.Sprintf("%s %T", s.Case.Action(name), value)]++
		}
		if s.Discover != nil {
			require.Less(t, len(s.Discover.Actions), len(s.Case.Actions))
			require.Equal(t, protocol.Discover, s.Discover.DefaultAction)
			seen["discover"]++
		}
		seen["default "+s.Case.DefaultAction]++
		seen[fmt.Sprintf("marks %t", s.Case.SignatureFieldName != "")]++
		_, err := ddbjson.Marshal(s.Item)
		require.NoError(t, err)
	}
	const kinds, actions = 10, 3
	// kinds under actions, sort key or none, discover, four defaults, marks or none
	assert.Len(t, seen, kinds*actions+2+1+4+2)
	for what, n := range seen {
		assert.Greater(t, n, samples/100, what)
	}
}

func TestKinds(t *testing.T) {
	const samples = 300
	pairs, err := generate.Pairs()
	require.NoError(t, err)
	require.Len(t, generate.Kinds(), 9)
	for _, kind := range generate.Kinds() {
		t.Run(kind.String(), func(t *testing.T) {
			g, again := generate.New(1, kind), generate.New(1, kind)
			keys := maps.Clone(g.Keys())
			maps.Copy(keys, pairs)
			algorithms := map[string]int{}
			for range samples {
				s := g.Sample()
				require.Equal(t, s, again.Sample())
				var p struct {
					Encrypt, Wrap string
					Sign          protocol.Sign
				}
				require.NoError(t, json.Unmarshal(s.Case.Provider, &p))
				for _, name := range []string{p.Encrypt, p.Wrap, p.Sign.Key} {
					if name != "" {
						require.Contains(t, keys, name)
					}
				}
				require.Equal(t, kind.Provider == generate.Static, p.Wrap == "")
				algorithms[p.Sign.Algorithm]++
			}
			assert.Len(t, algorithms, 4)
			for algorithm, n := range algorithms {
				assert.Greater(t, n, samples/10, algorithm)
			}
		})
	}
}
