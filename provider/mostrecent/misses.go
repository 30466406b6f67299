package mostrecent

import (
	"fmt"
	"sync"
	"time"
)

// misses bounds what items can have asked of the store: once limit of the versions that were asked for in a window
// were found to be no keys it is asked for no other until that ends, but for those that it was already seen to have.
// Calls that were under way then, each for an item that somebody is reading, come on top: were they counted as misses
// before they are, many tenants' first items could not be read at once.
type misses struct {
	limit    int
	share    int // of limit, of one name
	window   time.Duration
	capacity int
	now      func() time.Time

	mu      sync.Mutex
	began   time.Time // of the window
	cleared int       // how often clear was called
	lacking map[id]error
	count   map[budget]int
	highest map[string]int64 // version seen, by name
}

// budget is what a miss counts against: its name's, and that of all names, which is "". Versions that could well
// have been there have budgets of their own.
type budget struct {
	likely bool
	name   string
}

// ofOneName is the part of the misses that one name's items may use up where there are several: a tenant whose items
// name versions that do not exist must not keep others' from being read.
const ofOneName = 8

func newMisses(c Config) *misses {
	m := &misses{
		limit: c.MaxMisses, share: c.MaxMisses, window: c.MissWindow, capacity: c.Capacity, now: c.Now,
		lacking: make(map[id]error), count: make(map[budget]int), highest: make(map[string]int64),
	}
	if c.NameOf != nil {
		m.share = max(1, c.MaxMisses/ofOneName)
	}
	return m
}

// check says why the store is not asked for a version. One that is in the cache, if too old, is fetched anew
// whatever was missed. asked is for lacks.
func (m *misses) check(i id, cached bool) (asked int, _ error) {
	now := m.now()
	m.mu.Lock()
	defer m.mu.Unlock()
	if cached {
		return m.cleared, nil
	}
	if now.Sub(m.began).Abs() >= m.window { // a clock that was set back does not prolong it
		m.reset()
		m.began = now
	}
	if err, ok := m.lacking[i]; ok {
		return 0, fmt.Errorf("%w: the store is not asked again within %v", err, m.window)
	}
	likely := m.likely(i)
	if m.count[budget{likely, ""}] >= m.limit || m.count[budget{likely, i.name}] >= m.share {
		return 0, fmt.Errorf("items name too many versions that do not exist: the store is asked for no other within %v, see MaxMisses", m.window)
	}
	return m.cleared, nil
}

// likely reports whether a version could well be there: it is not above the one after the highest seen, which is
// where a rotation goes.
func (m *misses) likely(i id) bool {
	highest, ok := m.highest[i.name]
	return ok && i.number-1 <= highest
}

// lacks remembers that the store has no keys in a version, and how that was found out.
func (m *misses) lacks(i id, asked int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.lacking[i]; ok || asked != m.cleared {
		return
	}
	m.lacking[i] = err
	likely := m.likely(i)
	m.count[budget{likely, ""}]++
	m.count[budget{likely, i.name}]++
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

// knows reports whether any version of a name was seen.
func (m *misses) knows(name string) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	_, ok := m.highest[name]
	return ok
}

func (m *misses) clear() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.cleared++
	m.reset()
}

func (m *misses) reset() {
	clear(m.lacking)
	clear(m.count)
}
