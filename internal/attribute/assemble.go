package attribute

import (
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

// Assembled is a new item.
type Assembled struct {
	Item map[string]Value
	Size int    // as ItemSize counts
	Next *Sizes // a guess for the item behind it
}

// Assemble returns src's attributes as a new item: the sealed ones as binaries over sealed's slab,
// the marks, and the others as src writes them, shared where src is itself an item. A nil sealed seals
// nothing. The guess is the Sizes of an item before.
func Assemble(l *Layout, src wire.Source, sealed *wire.Sealed, guess *Sizes) (a Assembled, err error) {
	w := l.writer(guess)
	defer l.release(w)
	w.slots = src.Slots(w.slots[:0])
	var b binaries
	marks := 0
	if sealed != nil {
		marks = len(sealed.Marks)
		b.ranges, b.bytes = sealed.Value, sealed.Slab
		b.slab = make([]types.AttributeValueMemberB, 0, marks+b.count(w.slots))
	}
	a.Item = make(map[string]Value, len(w.slots)+marks)
	w.item(a.Item)
	if stored, ok := src.(*Item); ok {
		for _, s := range w.slots {
			name, v := stored.Name(s), stored.AttributeValue(s)
			if r := b.rangeOf(s); r.Len > 0 {
				v = b.value(r)
			}
			a.Item[name] = v
			a.Size += len(name) + Size(v)
		}
	} else if err := l.write(src, w, &b); err != nil {
		return Assembled{}, err
	}
	a.Next = w.Better(guess)
	a.Size += w.Size()
	if sealed != nil {
		for _, m := range sealed.Marks {
			a.Item[m.Name] = b.value(m.Range)
			a.Size += len(m.Name) + m.Len
		}
	}
	return a, nil
}

// write adds src's attributes to w's item, as src writes them or sealed.
func (l *Layout) write(src wire.Source, w *Writer, b *binaries) error {
	values, _ := src.(ValueSource)
	for _, s := range w.slots {
		name := l.name(s, src)
		if r := b.rangeOf(s); r.Len > 0 {
			w.setAttribute(name, b.value(r), w.size+r.Len)
			continue
		}
		if values != nil {
			before := w.size
			if v := values.AttributeValue(s, &w.Maker); v != nil {
				w.setAttribute(name, v, w.size)
				continue
			}
			w.size = before
		}
		if err := w.writeAttribute(name, s, src); err != nil {
			return err
		}
	}
	return nil
}

// binaries are values over the bytes of a sealed item. The zero binaries are of none.
type binaries struct {
	ranges []wire.Range
	bytes  []byte
	slab   []types.AttributeValueMemberB // large enough: values point into it
}

// rangeOf is where the sealed value of a slot lies, of length 0 if it is not sealed.
func (b *binaries) rangeOf(s wire.Slot) (r wire.Range) {
	if int(s) < len(b.ranges) {
		r = b.ranges[s]
	}
	return r
}

// count is how many of the slots are sealed.
func (b *binaries) count(slots []wire.Slot) (n int) {
	for _, s := range slots {
		if b.rangeOf(s).Len > 0 {
			n++
		}
	}
	return n
}

func (b *binaries) value(r wire.Range) Value {
	b.slab = append(b.slab, types.AttributeValueMemberB{Value: b.bytes[r.Off : r.Off+r.Len : r.Off+r.Len]})
	return &b.slab[len(b.slab)-1]
}

// writer takes a Writer from the pool.
func (l *Layout) writer(guess *Sizes) *Writer {
	w, ok := l.writerPool.Get().(*Writer)
	if !ok {
		return NewWriter(*guess)
	}
	w.Prepare(guess)
	return w
}

// release gives a Writer back without what belongs to the item.
func (l *Layout) release(w *Writer) {
	w.wipe()
	l.writerPool.Put(w)
}

func (l *Layout) name(s wire.Slot, src wire.Source) string {
	if int(s) < len(l.names) {
		return l.names[s]
	}
	return src.Name(s)
}
