package testenv_test

import (
	"testing"

	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/stretchr/testify/assert"
)

const name = "DDB_TESTENV_TEST"

func TestNeed(t *testing.T) {
	for label, c := range map[string]struct {
		value, noSkip string
		want          outcome
	}{
		"set":                        {value: "here", want: outcome{value: "here"}},
		"set, no skips":              {value: "here", noSkip: "1", want: outcome{value: "here"}},
		"unset":                      {want: outcome{skipped: true}},
		"unset, no skips":            {noSkip: "1", want: outcome{failed: true}},
		"unset, no skips turned off": {noSkip: "0", want: outcome{skipped: true}},
	} {
		t.Run(label, func(t *testing.T) {
			t.Setenv(name, c.value)
			t.Setenv(testenv.NoSkip, c.noSkip)
			fake := &recorder{TB: t}
			fake.value = testenv.Need(fake, name)
			assert.Equal(t, c.want, fake.outcome)
		})
	}
}

type outcome struct {
	value           string
	skipped, failed bool
}

// recorder notes how a test would end, and lets it go on.
type recorder struct {
	testing.TB
	outcome
}

func (r *recorder) Helper()               {}
func (r *recorder) Skipf(string, ...any)  { r.skipped = !r.failed }
func (r *recorder) Fatalf(string, ...any) { r.failed = true }
