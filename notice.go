package ddb

import (
	"context"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// Notice is what was out of the ordinary about an item of an encrypted table that was read, see
// [Config.Notice]. It belongs to whom it is given.
type Notice struct {
	// Table is the table's name as NewTable was given it, Key the item's key attributes: [Codec.KeyIn] makes
	// a Key of them.
	Table string
	Key   crypt.Item

	// Stale says that Put would write the item otherwise: it is in a format, or protected by tags, that
	// is only read any more. A Modify that changes nothing rewrites it.
	Stale bool

	// Unsigned names, in order, the attributes that no signature covers, but for T's plain fields: who
	// can write to the table may have added or changed them. Undeclared ones never reach T except in an
	// [Unknown]; declared ones are here only where plaintext is let through, or [Config.Previous] has a
	// shape in which they were plain.
	Unsigned []string
}

// tell gives notice of an item that was read, if there is anything to say.
func (c *Codec[T]) tell(ctx context.Context, item crypt.Item, stale bool, unsigned []string) {
	unsigned = slices.DeleteFunc(slices.Clone(unsigned), func(name string) bool {
		slot, declared := c.shape.layout.Slot(name)
		return declared && c.shape.action[slot] == crypt.Plain
	})
	if !stale && len(unsigned) == 0 {
		return
	}
	c.notice(ctx, Notice{Table: c.name, Key: c.shape.keyOf(item), Stale: stale, Unsigned: slices.Sorted(slices.Values(unsigned))})
}

// names are the names of slots.
func names(slots []wire.Slot, it *attribute.Item) (names []string) {
	for _, s := range slots {
		names = append(names, it.Name(s))
	}
	return names
}
