package dbe_test

import (
	"crypto/fips140"
	"testing"

	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/stretchr/testify/assert"
)

// The mode is a process's own, so the test runs itself in one.
func TestUnderFIPS140Only(t *testing.T) {
	if !fips140.Enforced() {
		testenv.Again(t, "GODEBUG=fips140=only")
		return
	}
	f, err := dbe.New(dbe.Config{Manager: managerFunc{}})
	assert.ErrorContains(t, err, "FIPS 140")
	assert.Nil(t, f)
}
