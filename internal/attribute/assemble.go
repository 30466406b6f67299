package attribute

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/wire"
)

// Assemble returns src's attributes as a new item: the sealed ones as binaries over sealed's slab,
// the marks, and the others as src writes them, shared where src is itself an item. A nil sealed
// seals nothing. The Sizes are those of what was written.
func Assemble(l *Layout, src wire.Source, sealed *wire.Sealed, hint Sizes) (map[string]Value, Sizes, error) {
	scratch, ok := l.slotPool.Get().(*[]wire.Slot)
	if !ok {
		scratch = new([]wire.Slot)
	}
	defer l.slotPool.Put(scratch)
	*scratch = src.Slots((*scratch)[:0])
	slots := *scratch
	if sealed == nil {
		sealed = &wire.Sealed{}
	}
	isSealed := func(s wire.Slot) bool { return int(s) < len(sealed.Value) && sealed.Value[s].Len > 0 }
	binaries := len(sealed.Marks)
	for _, s := range slots {
		if isSealed(s) {
			binaries++
		}
	}
	slab := make([]types.AttributeValueMemberB, 0, binaries)
	binary := func(r wire.Range) Value {
		slab = append(slab, types.AttributeValueMemberB{Value: sealed.Bytes(r)})
		return &slab[len(slab)-1]
	}

	stored, _ := src.(*Item)
	var w *Writer
	if stored == nil {
		w = l.writer(hint)
		defer l.release(w)
	}
	item := make(map[string]Value, len(slots)+len(sealed.Marks))
	for _, s := range slots {
		name := l.name(s, src)
		switch {
		case isSealed(s):
			item[name] = binary(sealed.Value[s])
		case stored != nil:
			item[name] = stored.AttributeValue(s)
		default:
			if err := src.Write(s, w); err != nil {
				return nil, Sizes{}, err
			}
			v, err := w.Value()
			if err != nil {
				return nil, Sizes{}, fmt.Errorf("attribute %q: %w", name, err)
			}
			item[name] = v
		}
	}
	for _, m := range sealed.Marks {
		item[m.Name] = binary(m.Range)
	}
	if w == nil {
		return item, Sizes{}, nil
	}
	return item, w.Sizes(), nil
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
	w.reset(Sizes{})
	clear(w.scratch[:])
	clear(w.format[:])
	l.writerPool.Put(w)
}

func (l *Layout) name(s wire.Slot, src wire.Source) string {
	if int(s) < len(l.names) {
		return l.names[s]
	}
	return src.Name(s)
}
