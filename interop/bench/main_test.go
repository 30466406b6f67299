package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/testenv"
)

// A run of everything, too short to say anything.
func TestRun(t *testing.T) {
	testenv.Need(t, "DDB_PEER_JAVA")
	testenv.Need(t, "DDB_PEER_DBE_JAVA")
	require.NoError(t, run(t.Context(), counts{rounds: 2, warm: 3, each: 2, slow: 1}))
	assert.Error(t, run(t.Context(), counts{rounds: 1, each: 0, slow: 1}))
}

func TestMedian(t *testing.T) {
	assert.InDelta(t, 2.0, median([]float64{9, 1, 2}), 0)
	assert.InDelta(t, 2.5, median([]float64{9, 1, 2, 3}), 0)
}
