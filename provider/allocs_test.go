//go:build !race

// The race detector makes sync.Pool forget, and so allocations cannot be counted.

package provider_test

import (
	"crypto"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestHMACAllocations(t *testing.T) {
	m := hmacOf(t, crypto.SHA256, canary)
	message := make([]byte, 1184)
	signature, err := m.Sign(t.Context(), message)
	require.NoError(t, err)
	ctx := t.Context()
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() { _, _ = m.Sign(ctx, message) }), 1.0)
	assert.Zero(t, testing.AllocsPerRun(200, func() { _ = m.Verify(ctx, message, signature) }))
}
