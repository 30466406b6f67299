package generate_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

func TestOneSeedOneRun(t *testing.T) {
	first, second, other := generate.New(7), generate.New(7), generate.New(8)
	assert.Equal(t, first.Keys(), second.Keys())
	assert.NotEqual(t, first.Keys(), other.Keys())
	for range 50 {
		assert.Equal(t, first.Sample(), second.Sample())
	}
}

func TestSamples(t *testing.T) {
	const samples = 1000
	g := generate.New(1)
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
