package mostrecent

import (
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// What is remembered of names and misses has a bound, however many items name what.
func TestWhatIsRememberedIsBounded(t *testing.T) {
	m := newMisses(Config{MaxMisses: 10, MissWindow: time.Hour, Capacity: 4, Now: time.Now})
	for i := range 100 {
		m.has(id{strconv.Itoa(i), 7})
		assert.LessOrEqual(t, len(m.highest), 4)
	}
	for i := range 100 {
		missed := id{strconv.Itoa(i), int64(i)}
		if asked, err := m.check(missed, false); err == nil {
			m.lacks(missed, asked, ErrNoVersion)
		}
	}
	assert.LessOrEqual(t, len(m.lacking), 20)
	assert.LessOrEqual(t, len(m.count), 22)
}
