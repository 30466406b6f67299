//go:build !race && !ddb_slow

// The race detector makes sync.Pool forget, and so allocations cannot be counted. The budgets are those of the
// fast way.

package ddbec_test

import (
	"testing"

	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAllocations(t *testing.T) {
	item, e, layout := measured(t)
	src := layout.Read(item)
	var sealed wire.Sealed
	seal := testing.AllocsPerRun(200, func() {
		if err := e.(wire.Sealer).SealItem(t.Context(), src, &sealed); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, seal, 4.0, "slab, ranges and marks, signature, the provider's request")

	stored, err := e.EncryptItem(t.Context(), item)
	require.NoError(t, err)
	it := layout.Read(stored)
	sink := sinkFunc(func(wire.Slot, wire.Protection, wire.Reader) error { return nil })
	open := testing.AllocsPerRun(200, func() {
		if _, err := e.(wire.Sealer).OpenItem(t.Context(), it, sink); err != nil {
			panic(err)
		}
	})
	assert.LessOrEqual(t, open, 2.0, "plaintext, the provider's request")
}
