package hierarchy

import (
	"fmt"
	"sync"
	"time"

	"github.com/dynaseal/ddb/crypt"
)

// Limits of what the versions that items name may cost. Whoever can write a table can name any.
const (
	maxVersionLoads = 32               // that are under way at once
	maxAbsent       = 256              // that the store did not have, in absentFor
	maxAbsentOfKey  = 64               // of one branch key, likewise: who may write one tenant's items holds up no other's
	absentFor       = 10 * time.Second // how long such a version is not asked for again
	maxFound        = 10_000           // that are known to be no inventions
)

// absent remembers versions that the store did not have, for a while, and takes a few of them only. A version
// that was there once is not held up: a key in use is loaded anew whatever other items name.
type absent struct {
	now func() time.Time

	mu       sync.Mutex
	until    time.Time
	versions map[entryID]error
	of       map[entryID]int // how many of versions are of a branch key
	seen     map[entryID]struct{}
}

// check reports why the store is not to be asked for a version.
func (a *absent) check(id entryID) error {
	now := a.now()
	a.mu.Lock()
	defer a.mu.Unlock()
	if left := a.until.Sub(now); left <= 0 || left > absentFor { // a clock may be set back
		clear(a.versions)
		clear(a.of)
		a.until = now.Add(absentFor)
	}
	if err := a.versions[id]; err != nil {
		return err
	}
	if _, ok := a.seen[id]; !ok && (len(a.versions) >= maxAbsent || a.of[id.ofKey()] >= maxAbsentOfKey) {
		return fmt.Errorf("%w: version %s of branch key %.64q: in %v items named %d versions that key store %.64q does not have, %d of them of this branch key: further ones are not asked for: try again later, and see who writes such items",
			crypt.ErrKeys, id.version, id.id, absentFor, len(a.versions), id.store, a.of[id.ofKey()])
	}
	return nil
}

// ofKey is what all versions of a branch key have in common.
func (id entryID) ofKey() entryID {
	id.version = version{}
	return id
}

// missed says that the store does not have a version.
func (a *absent) missed(id entryID, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.versions == nil {
		a.versions, a.of = make(map[entryID]error), make(map[entryID]int)
	}
	if a.versions[id] == nil {
		a.of[id.ofKey()]++
	}
	a.versions[id] = err
	delete(a.seen, id)
}

// found says that it does.
func (a *absent) found(id entryID) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.seen == nil || len(a.seen) >= maxFound {
		a.seen = make(map[entryID]struct{})
	}
	a.seen[id] = struct{}{}
}

func (a *absent) clear() {
	a.mu.Lock()
	defer a.mu.Unlock()
	clear(a.versions)
	clear(a.of)
	clear(a.seen)
}
