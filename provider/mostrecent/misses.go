package mostrecent

import (
	"fmt"
	"sync"
	"time"
)

// misses bounds what items can have asked of the store. An item's version takes a place before the store is asked
// for it, and gives it back if it exists; so at most limit that do not exist are asked for in a window, and are
// remembered until it ends.
type misses struct {
	limit    int
	window   time.Duration
	capacity int
	now      func() time.Time

	mu      sync.Mutex
	began   time.Time        // of the window
	places  map[id]place     // taken in it
	taken   [2]int           // of places, by whether the version could well exist
	highest map[string]int64 // version seen, by name: those below it could
}

type place struct {
	lacking bool // the store said so
	kind    int  // of taken
}

func newMisses(c Config) *misses {
	return &misses{
		limit: c.MaxMisses, window: c.MissWindow, capacity: c.Capacity, now: c.Now,
		places: make(map[id]place), highest: make(map[string]int64),
	}
}

// enter takes a place for a version that is not in the cache, or says why the store is not asked for it.
func (m *misses) enter(i id) error {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if now.Sub(m.began) >= m.window {
		m.reset()
		m.began = now
	}
	if p, ok := m.places[i]; ok {
		if p.lacking {
			return fmt.Errorf("%w, of which the store is not asked again within %v", ErrNoVersion, m.window)
		}
		return nil
	}
	kind := 0
	if highest, ok := m.highest[i.name]; ok && i.number <= highest {
		kind = 1
	}
	if m.taken[kind] >= m.limit {
		return fmt.Errorf("items name more than %d versions that may not exist: the store is asked for no other within %v, see MaxMisses", m.limit, m.window)
	}
	m.taken[kind]++
	m.places[i] = place{kind: kind}
	return nil
}

// lacks keeps the place of a version that the store lacks.
func (m *misses) lacks(i id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.places[i]; ok {
		p.lacking = true
		m.places[i] = p
	}
}

// exists gives back the place of a version.
func (m *misses) exists(i id) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if p, ok := m.places[i]; ok {
		delete(m.places, i)
		m.taken[p.kind]--
	}
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
	clear(m.places)
	m.taken = [2]int{}
}
