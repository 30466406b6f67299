package bench

import (
	"slices"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/stretchr/testify/require"
)

// core is the format alone: from values to the slab of the sealed item and back, without the mapper and
// without assembling attribute values, which the floor does not do either.
type core struct {
	b        *testing.B
	sealer   wire.Sealer
	plain    *attribute.Item
	stored   *attribute.Item
	sealed   wire.Sealed
	received int
}

func newCore(b *testing.B, f crypt.Format, schema crypt.Schema, stored item) *core {
	enc, err := f.Encryptor(schema)
	require.NoError(b, err)
	opened, err := enc.DecryptItem(b.Context(), stored)
	require.NoError(b, err)
	var names []string
	for name := range schema.Attributes() {
		names = append(names, name)
	}
	layout := attribute.NewLayout(slices.Clone(names), enc.Marks().All)
	return &core{b: b, sealer: enc.(wire.Sealer), plain: layout.Read(opened.Item), stored: layout.Read(crypt.Item(stored))}
}

func (c *core) write() error {
	c.sealed.Value, c.sealed.Marks = c.sealed.Value[:0], c.sealed.Marks[:0]
	return c.sealer.SealItem(c.b.Context(), c.plain, &c.sealed)
}

func (c *core) read() error {
	_, err := c.sealer.OpenItem(c.b.Context(), c.stored, c)
	return err
}

// Set takes what was verified, as a string where it was encrypted: the floor's values are copies too.
func (c *core) Set(_ wire.Slot, p wire.Protection, r wire.Reader) error {
	if p == wire.Encrypt {
		c.received += len(r.Text())
	}
	return nil
}
