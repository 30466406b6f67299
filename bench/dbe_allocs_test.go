//go:build !race && !ddb_slow

// The race detector makes sync.Pool forget, and without shortcuts keys are derived as the standard library
// does: allocations are counted without either.

package bench

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

// The budgets of allocations, the raw AES keyring's among them.
func TestDBEAllocations(t *testing.T) {
	for name, budget := range map[string]struct{ write, read float64 }{"dbe6700": {32, 29}, "dbe6701": {160, 90}} {
		t.Run(name, func(t *testing.T) {
			d := newDBEItem(t, suites[name], "customers", NewCustomer())
			write := testing.AllocsPerRun(100, func() {
				if _, err := d.codec.Encode(t.Context(), &d.value); err != nil {
					panic(err)
				}
			})
			read := testing.AllocsPerRun(100, func() {
				if _, err := d.codec.Decode(t.Context(), d.stored); err != nil {
					panic(err)
				}
			})
			t.Logf("write %v, read %v", write, read)
			assert.LessOrEqual(t, write, budget.write)
			assert.LessOrEqual(t, read, budget.read)
		})
	}
}
