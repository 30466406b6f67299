// Package itemwise has the map methods of the formats: thin adaptors of their one implementation.
package itemwise

import (
	"context"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
)

// Encrypt is SealItem over an item of layout l, in which a mark is an attribute like others.
func Encrypt(ctx context.Context, s wire.Sealer, l *attribute.Layout, src wire.Source, r report.Report) (crypt.Item, error) {
	var sealed wire.Sealed
	if err := s.SealItem(ctx, src, &sealed); err != nil {
		return nil, err
	}
	out, err := attribute.Assemble(l, src, &sealed, new(attribute.Sizes))
	if err != nil {
		return nil, r.Format("", "", err)
	}
	if out.Size > attribute.MaxItemSize {
		return nil, r.Format("", report.TooLarge, nil)
	}
	return out.Item, nil
}

// Decrypt is OpenItem into a map; l is the layout of items with marks.
func Decrypt(ctx context.Context, s wire.Sealer, l *attribute.Layout, item crypt.Item) (crypt.Opened, error) {
	src := l.Read(item)
	defer src.Release()
	sink := &collector{Collector: attribute.NewCollector(src), declared: l.Len(), name: src.Name}
	result, err := s.OpenItem(ctx, src, sink)
	if err != nil {
		return crypt.Opened{}, err
	}
	opened := crypt.Opened{Item: sink.Item, Stale: result.Stale, Actions: sink.actions}
	for _, slot := range result.Unsigned {
		opened.Unsigned = append(opened.Unsigned, src.Name(slot))
	}
	slices.Sort(opened.Unsigned)
	return opened, nil
}

// collector also notes how undeclared attributes were protected.
type collector struct {
	*attribute.Collector
	declared int
	name     func(wire.Slot) string
	actions  map[string]crypt.Action
}

// Set adds a verified attribute.
func (c *collector) Set(s wire.Slot, p wire.Protection, r wire.Reader) error {
	if int(s) >= c.declared {
		if c.actions == nil {
			c.actions = make(map[string]crypt.Action)
		}
		c.actions[c.name(s)] = crypt.Action(p)
	}
	return c.Collector.Set(s, p, r)
}
