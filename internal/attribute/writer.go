package attribute

import (
	"errors"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

var (
	errUTF8      = errors.New("string is not valid UTF-8, which DynamoDB stores otherwise than given: declare it []byte")
	errDuplicate = errors.New("set with a member twice")
	errEmptySet  = errors.New("empty set, which DynamoDB does not store")
	errMixedSet  = errors.New("set with a member of another type")
	errSameKey   = errors.New("map with a key twice")
	errEmptyKey  = errors.New("map with an empty key, which DynamoDB does not store")
)

// Sizes counts the attribute values of an item by type, S and N together, and the bytes of formatted
// text and binary. The sizes of one item are a good guess of the next one's.
type Sizes struct{ Text, B, Bool, L, M, TextBytes, BinaryBytes int }

// Writer builds attribute values as DynamoDB would return them: numbers in canonical form. It refuses
// what the service would refuse or change. Values of one Writer share slabs, which live as long as
// one of them does; a Writer serves one item and is then dropped.
type Writer struct {
	s    []types.AttributeValueMemberS // S, and N: the types differ in name only
	b    []types.AttributeValueMemberB
	bool []types.AttributeValueMemberBOOL
	l    []types.AttributeValueMemberL
	m    []types.AttributeValueMemberM
	rare []rare
	text strings.Builder
	bin  []byte
	used Sizes
	size int // as DynamoDB counts, of all values

	scratch [96]byte // canonical numbers
	format  [96]byte // what Scratch lends
	open    []frame
	strings []string // of the open set
	bins    [][]byte // of the open set
	value   Value
	err     error
}

// rare has a value of each of the types that items have few of: one allocation in place of four.
type rare struct {
	b    types.AttributeValueMemberB
	l    types.AttributeValueMemberL
	m    types.AttributeValueMemberM
	bool types.AttributeValueMemberBOOL
}

// The most that is allocated by a guess.
const (
	maxGuess      = 128
	maxGuessBytes = 2 << 10
)

// maxShared is the longest text or binary that shares a slab, in bytes. Longer ones would keep much
// alive, and cost more to move than to allocate.
const maxShared = 256

// maxRare is how many values of each type are allocated as rare; more would waste room.
const maxRare = 4

// frame is a list, map or set that is being filled.
type frame struct {
	kind wire.Kind
	n    int // members of a map so far
	list *types.AttributeValueMemberL
	m    map[string]Value
	key  string
}

var _ wire.Writer = (*Writer)(nil)

// NewWriter returns a Writer with room for values of these sizes, and more where they are exceeded.
func NewWriter(h Sizes) *Writer {
	w := new(Writer)
	w.reset(h)
	return w
}

// reset readies w for another item. The slabs of the one before belong to its values.
func (w *Writer) reset(h Sizes) {
	w.s = slab[types.AttributeValueMemberS](min(h.Text, maxGuess))
	if most := max(h.B, h.Bool, h.L, h.M); most <= maxRare {
		w.rare = slab[rare](most)
		w.b, w.bool, w.l, w.m = nil, nil, nil, nil
	} else {
		w.rare = nil
		w.b = slab[types.AttributeValueMemberB](min(h.B, maxGuess))
		w.bool = slab[types.AttributeValueMemberBOOL](min(h.Bool, maxGuess))
		w.l = slab[types.AttributeValueMemberL](min(h.L, maxGuess))
		w.m = slab[types.AttributeValueMemberM](min(h.M, maxGuess))
	}
	w.bin = slab[byte](min(h.BinaryBytes, maxGuessBytes))
	w.text.Reset()
	if h.TextBytes > 0 {
		w.text.Grow(min(h.TextBytes, maxGuessBytes))
	}
	clear(w.open)
	w.open, w.strings, w.bins = w.open[:0], nil, nil
	w.used, w.size, w.value, w.err = Sizes{}, 0, nil, nil
}

func slab[T any](n int) []T {
	if n == 0 {
		return nil
	}
	return make([]T, 0, n)
}

// Value returns the value written since the last call, or the first refusal.
func (w *Writer) Value() (Value, error) {
	v := w.value
	w.value = nil
	switch {
	case w.err != nil:
		return nil, w.err
	case v == nil || len(w.open) > 0:
		return nil, errNoType
	}
	return v, nil
}

// Sizes of all that was written.
func (w *Writer) Sizes() Sizes { return w.used }

// Size is the size of all values written, as [Size] counts.
func (w *Writer) Size() int { return w.size }

// grow returns the next element of a slab; a full one is left to the values that point into it.
func grow[T any](slab *[]T, used *int) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, max(8, min(2*cap(*slab), 256)))
	}
	*used++
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
}

func (w *Writer) newB() *types.AttributeValueMemberB {
	if i := w.used.B; i < cap(w.rare) {
		w.used.B++
		return &w.rare[:cap(w.rare)][i].b
	}
	return grow(&w.b, &w.used.B)
}

func (w *Writer) newBool() *types.AttributeValueMemberBOOL {
	if i := w.used.Bool; i < cap(w.rare) {
		w.used.Bool++
		return &w.rare[:cap(w.rare)][i].bool
	}
	return grow(&w.bool, &w.used.Bool)
}

func (w *Writer) newL() *types.AttributeValueMemberL {
	if i := w.used.L; i < cap(w.rare) {
		w.used.L++
		return &w.rare[:cap(w.rare)][i].l
	}
	return grow(&w.l, &w.used.L)
}

func (w *Writer) newM() *types.AttributeValueMemberM {
	if i := w.used.M; i < cap(w.rare) {
		w.used.M++
		return &w.rare[:cap(w.rare)][i].m
	}
	return grow(&w.m, &w.used.M)
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) put(v Value) {
	if len(w.open) == 0 {
		w.value = v
		return
	}
	switch f := &w.open[len(w.open)-1]; f.kind {
	case wire.List:
		f.list.Value = append(f.list.Value, v)
		w.size++
	case wire.Map:
		f.m[f.key] = v
		if f.n++; f.n != len(f.m) {
			w.fail(errSameKey)
		}
		w.size += 1 + len(f.key)
	default:
		w.fail(errMixedSet)
	}
}

// inSet reports whether what is open is a set of kind k.
func (w *Writer) inSet(k wire.Kind) bool {
	return len(w.open) > 0 && w.open[len(w.open)-1].kind == k
}

// Null writes NULL.
func (w *Writer) Null() {
	if w.err == nil {
		w.size++
		w.put(&types.AttributeValueMemberNULL{Value: true})
	}
}

// Bool writes a BOOL.
func (w *Writer) Bool(v bool) {
	if w.err == nil {
		p := w.newBool()
		p.Value = v
		w.size++
		w.put(p)
	}
}

// String writes an S, or a member of an SS.
func (w *Writer) String(v string) {
	if w.err != nil {
		return
	}
	if !utf8.ValidString(v) {
		w.fail(errUTF8)
		return
	}
	w.size += len(v)
	if w.inSet(wire.StringSet) {
		w.strings = append(w.strings, v)
		return
	}
	p := grow(&w.s, &w.used.Text)
	p.Value = v
	w.put(p)
}

// Text is String of bytes that do not outlive the call.
func (w *Writer) Text(v []byte) {
	if w.err == nil {
		w.String(w.keep(v))
	}
}

func (w *Writer) keep(v []byte) string {
	if len(v) > maxShared {
		return string(v)
	}
	w.used.TextBytes += len(v)
	w.text.Write(v)
	all := w.text.String()
	return all[len(all)-len(v):]
}

// Number writes an N, or a member of an NS, in canonical form.
func (w *Writer) Number(v []byte) {
	if w.err != nil {
		return
	}
	c, err := number.Storable(w.scratch[:0], v)
	if err != nil {
		w.fail(err)
		return
	}
	text := w.keep(c)
	w.size += numberSize(text)
	if w.inSet(wire.NumberSet) {
		w.strings = append(w.strings, text)
		return
	}
	p := (*types.AttributeValueMemberN)(grow(&w.s, &w.used.Text))
	p.Value = text
	w.put(p)
}

// Binary writes a B, or a member of a BS.
func (w *Writer) Binary(v []byte) {
	if w.err != nil {
		return
	}
	w.size += len(v)
	c := w.keepBinary(v)
	if w.inSet(wire.BinarySet) {
		w.bins = append(w.bins, c)
		return
	}
	p := w.newB()
	p.Value = c
	w.put(p)
}

// keepBinary is never nil.
func (w *Writer) keepBinary(v []byte) []byte {
	if len(v) > maxShared {
		return append(make([]byte, 0, len(v)), v...)
	}
	w.used.BinaryBytes += len(v)
	if w.bin == nil || len(w.bin)+len(v) > cap(w.bin) {
		w.bin = make([]byte, 0, max(len(v), min(2*cap(w.bin), maxGuessBytes)))
	}
	w.bin = append(w.bin, v...)
	return w.bin[len(w.bin)-len(v) : len(w.bin) : len(w.bin)]
}

func (w *Writer) begin(f frame) {
	if len(w.open)+1 >= wire.MaxDepth {
		w.fail(errTooDeep)
		return
	}
	w.open = append(w.open, f)
}

// end closes the open value of one of the given kinds.
func (w *Writer) end() (frame, bool) {
	if w.err != nil || len(w.open) == 0 {
		return frame{}, false
	}
	f := w.open[len(w.open)-1]
	w.open[len(w.open)-1] = frame{}
	w.open = w.open[:len(w.open)-1]
	return f, true
}

// BeginSet opens an SS, NS or BS.
func (w *Writer) BeginSet(k wire.Kind, hint int) {
	if w.err != nil {
		return
	}
	if k == wire.BinarySet {
		w.bins = make([][]byte, 0, hint)
	} else {
		w.strings = make([]string, 0, hint)
	}
	w.begin(frame{kind: k})
}

// EndSet closes a set. Canonical numbers are equal as text, so one comparison serves all kinds.
func (w *Writer) EndSet() {
	f, ok := w.end()
	if !ok {
		return
	}
	members, bins := w.strings, w.bins
	w.strings, w.bins = nil, nil
	var duplicate bool
	switch f.kind {
	case wire.StringSet:
		duplicate = hasDuplicate(members)
		w.put(&types.AttributeValueMemberSS{Value: members})
	case wire.NumberSet:
		duplicate = hasDuplicate(members)
		w.put(&types.AttributeValueMemberNS{Value: members})
	case wire.BinarySet:
		members = make([]string, len(bins))
		for i, b := range bins {
			members[i] = string(b)
		}
		duplicate = hasDuplicate(members)
		w.put(&types.AttributeValueMemberBS{Value: bins})
	}
	switch {
	case len(members) == 0:
		w.fail(errEmptySet)
	case duplicate:
		w.fail(errDuplicate)
	}
}

func hasDuplicate(members []string) bool {
	const few = 16 // below, comparing all pairs is cheaper than a map
	if len(members) <= few {
		for i, m := range members {
			if slices.Contains(members[:i], m) {
				return true
			}
		}
		return false
	}
	seen := make(map[string]struct{}, len(members))
	for _, m := range members {
		seen[m] = struct{}{}
	}
	return len(seen) < len(members)
}

// BeginList opens an L.
func (w *Writer) BeginList(hint int) {
	if w.err != nil {
		return
	}
	p := w.newL()
	p.Value = make([]Value, 0, hint)
	w.size += containerSize
	w.begin(frame{kind: wire.List, list: p})
}

// EndList closes a list.
func (w *Writer) EndList() {
	if f, ok := w.end(); ok {
		w.put(f.list)
	}
}

// BeginMap opens an M.
func (w *Writer) BeginMap(hint int) {
	if w.err != nil {
		return
	}
	w.size += containerSize
	w.begin(frame{kind: wire.Map, m: make(map[string]Value, hint)})
}

// Key names the next member of the open map.
func (w *Writer) Key(k string) {
	if w.err != nil || len(w.open) == 0 {
		return
	}
	if !utf8.ValidString(k) {
		w.fail(errUTF8)
		return
	}
	if k == "" {
		w.fail(errEmptyKey)
		return
	}
	w.open[len(w.open)-1].key = k
}

// KeyText is Key of bytes that do not outlive the call.
func (w *Writer) KeyText(k []byte) {
	if w.err == nil {
		w.Key(w.keep(k))
	}
}

// EndMap closes a map.
func (w *Writer) EndMap() {
	if f, ok := w.end(); ok {
		p := w.newM()
		p.Value = f.m
		w.put(p)
	}
}

// Scratch lends room to format a value.
func (w *Writer) Scratch() []byte { return w.format[:0] }

// Err is the first refusal.
func (w *Writer) Err() error { return w.err }
