package attribute

import (
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

// Layout is the slots of a table's items: the declared attribute names in byte order, and the names
// of the marks that a format adds. It is immutable and safe for concurrent use.
type Layout struct {
	names []string
	marks []string
	slots map[string]wire.Slot

	pool       sync.Pool // of *Item
	writerPool sync.Pool // of *Writer
}

// NewLayout returns the layout of names, which are sorted and without duplicates, and marks.
func NewLayout(names, marks []string) *Layout {
	l := &Layout{names: slices.Clone(names), marks: slices.Clone(marks), slots: make(map[string]wire.Slot, len(names))}
	for i, name := range l.names {
		l.slots[name] = wire.Slot(i)
	}
	return l
}

// Len is the number of declared attributes, and so the slot of the first undeclared one.
func (l *Layout) Len() int { return len(l.names) }

// Names are the declared attributes in the order of slots. Read only.
func (l *Layout) Names() []string { return l.names }

// Slot is the slot of a declared attribute.
func (l *Layout) Slot(name string) (wire.Slot, bool) {
	s, ok := l.slots[name]
	return s, ok
}

// Item is an item of the SDK's, read by slot. It belongs to one goroutine and keeps the map it was
// read from until Release.
type Item struct {
	layout *Layout
	m      map[string]Value
	values []Value // of the declared slots, nil where absent
	extra  []named // undeclared attributes by name
	slots  []wire.Slot
	reader Reader
}

type named struct {
	name string
	v    Value
}

var _ wire.Stored = (*Item)(nil)

// Read returns m by slot. Release it when done.
func (l *Layout) Read(m map[string]Value) *Item {
	it, ok := l.pool.Get().(*Item)
	if !ok {
		it = &Item{layout: l, values: make([]Value, len(l.names))}
	}
	it.m = m
	found := 0
	for i, name := range l.names {
		v, ok := m[name]
		if !ok {
			continue
		}
		it.values[i] = v
		if v == nil {
			it.values[i] = &types.UnknownUnionMember{} // present, and of no type
		}
		found++
	}
	for _, mark := range l.marks {
		if _, ok := m[mark]; ok {
			found++
		}
	}
	if found < len(m) {
		it.readExtra()
	}
	return it
}

func (it *Item) readExtra() {
	for name, v := range it.m {
		if _, declared := it.layout.slots[name]; !declared && !slices.Contains(it.layout.marks, name) {
			it.extra = append(it.extra, named{name, v})
		}
	}
	slices.SortFunc(it.extra, func(a, b named) int { return strings.Compare(a.name, b.name) })
}

// maxPooled is how many undeclared attributes a pooled Item has room for.
const maxPooled = 256

// Release gives it back; nothing that it returned but attribute values may be used after.
func (it *Item) Release() {
	clear(it.values)
	clear(it.extra)
	it.extra = it.extra[:0]
	if cap(it.extra) > maxPooled {
		it.extra, it.slots = nil, nil
	}
	it.m = nil
	it.reader.Wipe()
	it.layout.pool.Put(it)
}

// Slots appends the slots that are present.
func (it *Item) Slots(dst []wire.Slot) []wire.Slot {
	for i, v := range it.values {
		if v != nil {
			dst = append(dst, wire.Slot(i))
		}
	}
	for i := range it.extra {
		dst = append(dst, wire.Slot(len(it.values)+i))
	}
	return dst
}

// Present are the slots that are present, valid until Release.
func (it *Item) Present() []wire.Slot {
	it.slots = it.Slots(it.slots[:0])
	return it.slots
}

// Name is the attribute name of any slot.
func (it *Item) Name(s wire.Slot) string {
	if int(s) < len(it.values) {
		return it.layout.names[s]
	}
	return it.extra[int(s)-len(it.values)].name
}

// Protection is not known of an item's attributes.
func (it *Item) Protection(wire.Slot) wire.Protection { return 0 }

// Write gives the events of a slot.
func (it *Item) Write(s wire.Slot, w wire.Writer) error { return Write(it.AttributeValue(s), w) }

// AttributeValue is the value of a slot, nil if absent.
func (it *Item) AttributeValue(s wire.Slot) Value {
	if int(s) < len(it.values) {
		return it.values[s]
	}
	return it.extra[int(s)-len(it.values)].v
}

// Value is a cursor over a slot's value, valid until the next call.
func (it *Item) Value(s wire.Slot) wire.Reader {
	it.reader.Reset(it.AttributeValue(s))
	return &it.reader
}

// Mark returns the bytes of an attribute that a format adds, nil where it is no Binary.
func (it *Item) Mark(name string) (b []byte, present bool) {
	v, present := it.m[name]
	if m, ok := v.(*types.AttributeValueMemberB); ok && m != nil {
		b = nonNil(m.Value)
	}
	return b, present
}

// Collector is a Sink that makes an item of what it is given.
type Collector struct {
	Item map[string]Value
	name func(wire.Slot) string
}

var _ wire.Sink = (*Collector)(nil)

// NewCollector returns a Collector of the slots of it.
func NewCollector(it *Item) *Collector {
	return &Collector{make(map[string]Value, len(it.m)), it.Name}
}

// Set adds a verified attribute.
func (c *Collector) Set(s wire.Slot, _ wire.Protection, r wire.Reader) error {
	c.Item[c.name(s)] = Read(r)
	return nil
}
