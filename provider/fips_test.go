package provider_test

import (
	"crypto"
	"crypto/fips140"
	"os"
	"os/exec"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The mode is a process's own, so the test runs itself in one.
func TestUnderFIPS140Only(t *testing.T) {
	if !fips140.Enforced() {
		self, err := os.Executable()
		require.NoError(t, err)
		child := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
		child.Env = append(os.Environ(), "GODEBUG=fips140=only")
		out, err := child.CombinedOutput()
		require.NoError(t, err, "%s", out)
		return
	}
	_, err := provider.NewHMAC(crypto.SHA256, key(t, canary[:13]))
	require.ErrorContains(t, err, "FIPS 140")
	assert.NotContains(t, err.Error(), canary[:8])
	m := hmacOf(t, crypto.SHA256, canary[:14])
	signature, err := m.Sign(t.Context(), []byte("x"))
	require.NoError(t, err)
	assert.NoError(t, m.Verify(t.Context(), []byte("x"), signature))
}
