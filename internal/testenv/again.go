package testenv

import (
	"os"
	"os/exec"
	"testing"
)

// Again runs the test that calls it once more, in a process with that setting, such as GODEBUG=fips140=only, which is
// a process's own. What fails there fails here.
func Again(t *testing.T, setting string) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	child := exec.CommandContext(t.Context(), self, "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), setting)
	if out, err := child.CombinedOutput(); err != nil {
		t.Fatalf("with %s: %v\n%s", setting, err, out)
	}
}
