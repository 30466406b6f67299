// Package testenv reads the environment of tests that need something from outside the repository: an
// engine, a peer, the official vectors.
package testenv

import (
	"os"
	"testing"
)

// NoSkip is the environment variable that, set to 1, turns a missing variable from a skip into a
// failure. CI sets it, so that no test is left out unseen.
const NoSkip = "DDB_NO_SKIP"

// Need returns the value of the environment variable name. If it is unset or empty the test is
// skipped, and says which variable to set.
func Need(t testing.TB, name string) string {
	t.Helper()
	if v := os.Getenv(name); v != "" {
		return v
	}
	if os.Getenv(NoSkip) == "1" {
		t.Fatalf("%s is not set, and %s=1 allows no skip", name, NoSkip)
	}
	t.Skipf("%s is not set", name)
	return ""
}
