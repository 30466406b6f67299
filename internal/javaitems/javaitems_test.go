package javaitems_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/javaitems"
)

const stored = "../../testdata/mappers/java.json"

func TestItemsOfJava(t *testing.T) {
	items, err := javaitems.Load(stored)
	require.NoError(t, err)
	cases, err := javaitems.Cases()
	require.NoError(t, err)
	require.Len(t, cases, len(items))
	for i, c := range cases {
		t.Run(c.Name, func(t *testing.T) {
			require.Equal(t, items[i].Name, c.Name)
			java, err := items[i].Attributes()
			require.NoError(t, err)

			read, err := c.Decode(t.Context(), java)
			require.NoError(t, err)
			require.Equal(t, c.Want, read)

			written, err := c.Encode(t.Context(), read)
			require.NoError(t, err)
			require.ElementsMatch(t, slices.Collect(maps.Keys(java)), slices.Collect(maps.Keys(written)))
			for name, want := range java {
				t.Run(name, func(t *testing.T) {
					assert.True(t, attribute.Equal(want, written[name]), "Java wrote %+v, Go %+v", want, written[name])
				})
			}
		})
	}
}

func TestMissingItemsAreAnError(t *testing.T) {
	_, err := javaitems.Parse([]byte(`[{"case":"mapper/Scalars/typical"}]`))
	require.EqualError(t, err, "javaitems: 1 items, want 35")
}

func TestMisfits(t *testing.T) {
	items, err := javaitems.Load(stored)
	require.NoError(t, err)
	misfits, err := javaitems.Misfits()
	require.NoError(t, err)
	for _, m := range misfits {
		t.Run(m.Attribute+"/"+m.Sample, func(t *testing.T) {
			i := slices.IndexFunc(items, func(i javaitems.Item) bool { return i.Name == m.Case() })
			require.GreaterOrEqual(t, i, 0)
			java, err := items[i].Attributes()
			require.NoError(t, err)

			read, err := m.Decode(t.Context(), java)
			if m.Go == javaitems.Refused {
				require.Error(t, err)
				return
			}
			require.NoError(t, err)
			require.Equal(t, m.Want, read)

			written, err := m.Encode(t.Context(), read)
			require.NoError(t, err)
			if m.Go == javaitems.Same {
				assert.False(t, attribute.Equal(java[m.Name()], written[m.Name()]), "it fits")
			}
		})
	}
}
