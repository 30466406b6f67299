package mostrecent

import (
	"fmt"
	"sync"
	"time"
)

// misses bounds what items can have asked of the store: once it lacked limit of the versions that were asked for in a
// window it is asked for no other until that ends, but for those that it was already seen to have. Calls that were
// under way then, each for an item that somebody is reading, come on top: were they counted as misses before they
// are, many tenants' first items could not be read at once.
type misses struct {
	limit    int
	window   time.Duration
	capacity int
	now      func() time.Time

	mu      sync.Mutex
	began   time.Time // of the window
	lacking map[id]struct{}
	count   [2]int           // of lacking, by whether the version could well have been there
	highest map[string]int64 // version seen, by name: those below it could
}

func newMisses(c Config) *misses {
	return &misses{
		limit: c.MaxMisses, window: c.MissWindow, capacity: c.Capacity, now: c.Now,
		lacking: make(map[id]struct{}), highest: make(map[string]int64),
	}
}

// check says why the store is not asked for a version that is not in the cache.
func (m *misses) check(i id) error {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.began) >= m.window {
		m.reset()
		m.began = now
	}
	if _, ok := m.lacking[i]; ok {
		return fmt.Errorf("%w, and the store is not asked again within %v", ErrNoVersion, m.window)
	}
	if m.count[m.kind(i)] >= m.limit {
		return fmt.Errorf("items name %d versions that do not exist: the store is asked for no other within %v, see MaxMisses", m.limit, m.window)
	}
	return nil
}

// kind is 1 of a version that could well be there, 0 of any other.
func (m *misses) kind(i id) int {
	if highest, ok := m.highest[i.name]; ok && i.number <= highest {
		return 1
	}
	return 0
}

// lacks remembers a version that the store lacks.
func (m *misses) lacks(i id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.lacking[i]; !ok {
		m.lacking[i] = struct{}{}
		m.count[m.kind(i)]++
	}
}

// has remembers a version that the store has.
func (m *misses) has(i id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	highest, ok := m.highest[i.name]
	if !ok && len(m.highest) >= m.capacity {
		clear(m.highest)
	}
	m.highest[i.name] = max(highest, i.number)
}

func (m *misses) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.reset()
}

func (m *misses) reset() {
	clear(m.lacking)
	m.count = [2]int{}
}
