package hierarchy_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

func TestOfTwoRotationsOneWins(t *testing.T) {
	w := newWorld(t)
	first := w.create("k")
	var second hierarchy.BranchKey
	slow := w.over(map[string][]hook{"GetItem": {func(do func() error) error {
		err := do()
		require.NoError(t, w.store.Rotate(t.Context(), "k"), "between its reading and its writing")
		second = w.active("k")
		return err
	}}})
	err := slow.Rotate(t.Context(), "k")
	assertErrors(t, err, "the slow one", hierarchy.ErrRaced)
	assert.NotErrorIs(t, err, crypt.ErrKeys)
	sameKey(t, second, w.active("k"), "the winner's")
	assert.NotEqual(t, first.Version, second.Version)
	assert.Len(t, all(t, w.ddb.Client(), "k"), 4, "nothing of the loser's")
}

// The version tells whose write it was where the active one is another's already.
func TestALostAnswerAndThenAnotherRotation(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	s := w.over(map[string][]hook{"TransactWriteItems": {func(do func() error) error {
		_ = do()
		require.NoError(t, w.store.Rotate(t.Context(), "k"))
		return errCut
	}}})
	require.NoError(t, s.Rotate(t.Context(), "k"))
	assert.Len(t, all(t, w.ddb.Client(), "k"), 5)
}

func TestManyRotateAtOnce(t *testing.T) {
	w := newWorld(t)
	first := w.create("k")
	const writers, rotations = 8, 4
	var wins sync.Map
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() {
			for j := range rotations {
				switch err := w.store.Rotate(t.Context(), "k"); {
				case err == nil:
					wins.Store(fmt.Sprint(i, " ", j), true)
				case !errors.Is(err, hierarchy.ErrRaced):
					t.Error(err)
				}
				if _, err := w.store.Active(t.Context(), "k"); err != nil {
					t.Error(err)
				}
				if _, err := w.store.Version(t.Context(), "k", first.Version); err != nil {
					t.Error(err)
				}
			}
		})
	}
	group.Wait()
	won := 0
	wins.Range(func(any, any) bool { won++; return true })
	assert.Positive(t, won)
	assert.Equal(t, 3+won, len(versionsOf(t, w, "k"))+2, "each winner's version is there, and nothing else")
}

// versionsOf checks that every version of a branch key opens, and returns their names.
func versionsOf(t *testing.T, w *world, id string) []string {
	t.Helper()
	var versions []string
	for _, it := range all(t, w.ddb.Client(), id) {
		if version, ok := strings.CutPrefix(textOf(t, it["type"]), "branch:version:"); ok {
			_, err := w.store.Version(t.Context(), id, version)
			require.NoError(t, err)
			versions = append(versions, version)
		}
	}
	return versions
}

func TestManyCreateOneKey(t *testing.T) {
	w := newWorld(t)
	const writers = 8
	results := make([]error, writers)
	var group sync.WaitGroup
	for i := range writers {
		group.Go(func() { _, results[i] = w.store.CreateKey(t.Context(), newKey) })
	}
	group.Wait()
	won := 0
	for _, err := range results {
		if err == nil {
			won++
		} else if !errors.Is(err, hierarchy.ErrExists) && !errors.Is(err, hierarchy.ErrRaced) {
			t.Error(err)
		}
	}
	assert.Equal(t, 1, won)
	assert.Len(t, versionsOf(t, w, "new"), 1)
}
