//go:build !race && !ddb_slow

// The race detector makes sync.Pool forget, and without shortcuts keys are derived as the standard library
// does: allocations are counted without either.

package keyring_test

import (
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
)

func TestAllocations(t *testing.T) {
	k, ctx := aes(t, "a"), t.Context()
	m := write(t, k, itemContext)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() {
		_, _ = k.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC, Context: itemContext})
	}), 10.0)
	assert.LessOrEqual(t, testing.AllocsPerRun(200, func() {
		_, _ = k.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC, Context: itemContext}, m.EncryptedDataKeys)
	}), 8.0)
}
