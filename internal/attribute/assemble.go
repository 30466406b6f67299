package attribute

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

// Assembled is a new item.
type Assembled struct {
	Item  map[string]Value
	Size  int   // as ItemSize counts
	Sizes Sizes // of what was written, zero where nothing was
}

// Assemble returns src's attributes as a new item: the sealed ones as binaries over sealed's slab,
// the marks, and the others as src writes them, shared where src is itself an item. The hint is the
// Sizes of an item before.
func Assemble(l *Layout, src wire.Source, sealed *wire.Sealed, hint Sizes) (a Assembled, err error) {
	scratch, ok := l.slotPool.Get().(*[]wire.Slot)
	if !ok {
		scratch = new([]wire.Slot)
	}
	defer l.slotPool.Put(scratch)
	slots := src.Slots((*scratch)[:0])
	*scratch = slots

	b := binaries{sealed: sealed, slab: make([]types.AttributeValueMemberB, 0, sealedCount(slots, sealed))}
	a.Item = make(map[string]Value, len(slots)+len(sealed.Marks))
	if stored, ok := src.(*Item); ok {
		for _, s := range slots {
			name, v := stored.Name(s), stored.AttributeValue(s)
			if r, ok := sealedRange(s, sealed); ok {
				v = b.value(r)
			}
			a.Item[name] = v
			a.Size += len(name) + Size(v)
		}
	} else if err := l.write(src, slots, hint, &b, &a); err != nil {
		return Assembled{}, err
	}
	for _, m := range sealed.Marks {
		a.Item[m.Name] = b.value(m.Range)
		a.Size += len(m.Name) + m.Len
	}
	return a, nil
}

// write adds src's attributes to a, as src writes them or sealed.
func (l *Layout) write(src wire.Source, slots []wire.Slot, hint Sizes, b *binaries, a *Assembled) error {
	w := l.writer(hint)
	defer l.release(w)
	w.item(a.Item)
	values, _ := src.(ValueSource)
	for i, s := range slots {
		name := l.name(s, src)
		w.attribute(name)
		if r, ok := sealedRange(s, b.sealed); ok {
			w.size += r.Len
			w.put(b.value(r))
			continue
		}
		if values != nil {
			size := w.size
			if v := values.AttributeValue(s, w); v != nil {
				w.put(v)
				continue
			}
			w.size = size
		}
		if err := src.Write(s, w); err != nil {
			return err
		}
		if err := w.attributeDone(i + 1); err != nil {
			return fmt.Errorf("attribute %q: %w", name, err)
		}
	}
	a.Sizes, a.Size = w.Sizes(), w.Size()
	return nil
}

func sealedRange(s wire.Slot, sealed *wire.Sealed) (r wire.Range, ok bool) {
	if int(s) < len(sealed.Value) {
		r = sealed.Value[s]
	}
	return r, r.Len > 0
}

// sealedCount is how many binaries over the slab the item has.
func sealedCount(slots []wire.Slot, sealed *wire.Sealed) int {
	n := len(sealed.Marks)
	for _, s := range slots {
		if _, ok := sealedRange(s, sealed); ok {
			n++
		}
	}
	return n
}

// binaries are values over the bytes of a sealed item.
type binaries struct {
	sealed *wire.Sealed
	slab   []types.AttributeValueMemberB // large enough: values point into it
}

func (b *binaries) value(r wire.Range) Value {
	b.slab = append(b.slab, types.AttributeValueMemberB{Value: b.sealed.Bytes(r)})
	return &b.slab[len(b.slab)-1]
}

// writer takes a Writer from the pool.
func (l *Layout) writer(hint Sizes) *Writer {
	w, ok := l.writerPool.Get().(*Writer)
	if !ok {
		return NewWriter(hint)
	}
	w.reset(hint)
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
