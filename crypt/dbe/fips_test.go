package dbe_test

import (
	"crypto/fips140"
	"os"
	"os/exec"
	"testing"

	"github.com/dynaseal/ddb/crypt/dbe"
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
	f, err := dbe.New(dbe.Config{Manager: managerFunc{}})
	assert.ErrorContains(t, err, "FIPS 140")
	assert.Nil(t, f)
}
