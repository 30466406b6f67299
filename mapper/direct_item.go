package mapper

import "github.com/dynaseal/ddb/internal/attribute"

// EncodeItem makes the whole item of v, a *T that is not nil, the direct way. It takes a type all of whose
// fields have one, and of that what is usual and DynamoDB stores, the keys and the item's size included; of
// all else the [Source] of v decides, and item is nil. The guess is the sizes of an item before, next is that of
// the item behind.
func (p *Plan) EncodeItem(v any, guess *attribute.Sizes) (item map[string]attribute.Value, size int, next *attribute.Sizes) {
	if p.item == nil {
		return nil, 0, guess
	}
	base := p.base(v)
	var m attribute.Maker
	m.Prepare(guess)
	item = make(map[string]attribute.Value, len(p.item))
	names, ok := encodeFields(p.item, base, item, &m)
	if size = m.Size() + names; !ok || size > attribute.MaxItemSize {
		return nil, 0, guess
	}
	return item, size, m.Better(guess)
}

// DecodeItem sets v, a *T that is not nil, to what an item holds, the direct way, and says how many of the
// item's attributes T declares. It takes what is usual, the keys included; of all else the [Sink] of v decides,
// and v may be half written.
func (p *Plan) DecodeItem(item map[string]attribute.Value, v any) (declared int, ok bool) {
	if p.item == nil {
		return 0, false
	}
	return decodeFields(p.item, p.base(v), item)
}
