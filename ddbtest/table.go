package ddbtest

import (
	"strings"
	"sync"
	"time"

	"github.com/dynaseal/ddb/internal/attribute"
)

// table holds items by the stored form of their keys. Items are replaced and never modified, so one
// that was read stays as it is.
type table struct {
	input   tableInput
	created time.Time
	keys    keySchema
	indexes map[string]keySchema

	mu    sync.RWMutex
	items map[string]attributes
}

// get returns an item, nil if there is none.
func (t *table) get(key string) attributes {
	t.mu.RLock()
	defer t.mu.RUnlock()
	return t.items[key]
}

// replace puts what next makes of the item there is, nil if there is none, or removes it if that is
// nil. It returns the item before and the one after.
func (t *table) replace(key string, next func(old attributes) (attributes, error)) (old, item attributes, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	old = t.items[key]
	if item, err = next(old); err != nil {
		return nil, nil, err
	}
	t.set(key, item)
	return old, item, nil
}

// set puts an item, or removes it if that is nil, where the table is locked.
func (t *table) set(key string, item attributes) {
	if item == nil {
		delete(t.items, key)
	} else {
		t.items[key] = item
	}
}

// storable returns an item as the table stores it, and its key. What the service refuses is an error.
func (t *table) storable(item attributes) (stored attributes, key string, err error) {
	if stored, err = canonical(item, maxDepth); err != nil {
		return nil, "", err
	}
	if key, err = t.keys.ofItem(stored); err != nil {
		return nil, "", err
	}
	for name, k := range t.indexes {
		if err := k.checkIndexed(name, stored); err != nil {
			return nil, "", err
		}
	}
	if attribute.ItemSize(stored) > attribute.MaxItemSize {
		return nil, "", invalid("Item size has exceeded the maximum allowed size")
	}
	return stored, key, nil
}

// key returns the stored form of a key that came without an item.
func (t *table) key(given attributes) (string, error) {
	key, err := canonical(given, maxDepth)
	if err != nil {
		return "", err
	}
	return t.keys.of(key)
}

// each calls f with every item.
func (t *table) each(f func(item attributes)) {
	t.mu.RLock()
	defer t.mu.RUnlock()
	for _, item := range t.items {
		f(item)
	}
}

// table finds a table by its name or its ARN.
func (s *Server) table(name string) (*table, error) {
	if strings.HasPrefix(name, "arn:") {
		_, name, _ = strings.Cut(name, ":table/")
	}
	if err := checkName(name); err != nil {
		return nil, err
	}
	s.mu.RLock()
	defer s.mu.RUnlock()
	t, ok := s.tables[name]
	if !ok {
		return nil, notFound(name)
	}
	return t, nil
}
