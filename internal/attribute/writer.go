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
)

// Sizes counts the attribute values of an item by type, and the bytes of formatted text and binary.
// The sizes of one item are a good guess of the next one's.
type Sizes struct{ S, N, B, Bool, L, M, Text, Binary int }

// Writer builds attribute values as DynamoDB would return them: numbers in canonical form. It refuses
// what the service would refuse or change. Values of one Writer share slabs, which live as long as
// one of them does; a Writer serves one item and is then dropped.
type Writer struct {
	s    []types.AttributeValueMemberS
	n    []types.AttributeValueMemberN
	b    []types.AttributeValueMemberB
	bool []types.AttributeValueMemberBOOL
	l    []types.AttributeValueMemberL
	m    []types.AttributeValueMemberM
	text strings.Builder
	bin  []byte
	used Sizes

	scratch [96]byte // canonical numbers
	format  [96]byte // what Scratch lends
	open    []frame
	value   Value
	err     error
}

// frame is a list, map or set that is being filled.
type frame struct {
	kind wire.Kind
	list *types.AttributeValueMemberL
	m    map[string]Value
	key  string
	set  []string
	bins [][]byte
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
	w.s = make([]types.AttributeValueMemberS, 0, h.S)
	w.n = make([]types.AttributeValueMemberN, 0, h.N)
	w.b = make([]types.AttributeValueMemberB, 0, h.B)
	w.bool = make([]types.AttributeValueMemberBOOL, 0, h.Bool)
	w.l = make([]types.AttributeValueMemberL, 0, h.L)
	w.m = make([]types.AttributeValueMemberM, 0, h.M)
	w.bin = make([]byte, 0, h.Binary)
	w.text.Reset()
	w.text.Grow(h.Text)
	clear(w.open)
	w.open = w.open[:0]
	w.used, w.value, w.err = Sizes{}, nil, nil
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

// grow returns the next element of a slab; a full one is left to the values that point into it.
func grow[T any](slab *[]T, used *int) *T {
	if len(*slab) == cap(*slab) {
		*slab = make([]T, 0, max(8, min(2*cap(*slab), 256)))
	}
	*used++
	*slab = (*slab)[:len(*slab)+1]
	return &(*slab)[len(*slab)-1]
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
	case wire.Map:
		f.m[f.key] = v
	default:
		w.fail(errors.New("set with a member of another type"))
	}
}

// set returns the open set of kind k, nil if what is open is something else.
func (w *Writer) set(k wire.Kind) *frame {
	if len(w.open) == 0 {
		return nil
	}
	if f := &w.open[len(w.open)-1]; f.kind == k {
		return f
	}
	return nil
}

// Null writes NULL.
func (w *Writer) Null() {
	if w.err == nil {
		w.put(&types.AttributeValueMemberNULL{Value: true})
	}
}

// Bool writes a BOOL.
func (w *Writer) Bool(v bool) {
	if w.err == nil {
		p := grow(&w.bool, &w.used.Bool)
		p.Value = v
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
	if f := w.set(wire.StringSet); f != nil {
		f.set = append(f.set, v)
		return
	}
	p := grow(&w.s, &w.used.S)
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
	w.used.Text += len(v)
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
	if f := w.set(wire.NumberSet); f != nil {
		f.set = append(f.set, w.keep(c))
		return
	}
	p := grow(&w.n, &w.used.N)
	p.Value = w.keep(c)
	w.put(p)
}

// Binary writes a B, or a member of a BS.
func (w *Writer) Binary(v []byte) {
	if w.err != nil {
		return
	}
	w.used.Binary += len(v)
	w.bin = append(w.bin, v...)
	c := w.bin[len(w.bin)-len(v) : len(w.bin) : len(w.bin)]
	if f := w.set(wire.BinarySet); f != nil {
		f.bins = append(f.bins, c)
		return
	}
	p := grow(&w.b, &w.used.B)
	p.Value = c
	w.put(p)
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
	f := frame{kind: k}
	if k == wire.BinarySet {
		f.bins = make([][]byte, 0, hint)
	} else {
		f.set = make([]string, 0, hint)
	}
	w.begin(f)
}

// EndSet closes a set. Canonical numbers are equal as text, so one comparison serves all kinds.
func (w *Writer) EndSet() {
	f, ok := w.end()
	if !ok {
		return
	}
	if len(f.set)+len(f.bins) == 0 {
		w.fail(errEmptySet)
		return
	}
	var duplicate bool
	switch f.kind {
	case wire.StringSet:
		duplicate = hasDuplicate(f.set)
		w.put(&types.AttributeValueMemberSS{Value: f.set})
	case wire.NumberSet:
		duplicate = hasDuplicate(f.set)
		w.put(&types.AttributeValueMemberNS{Value: f.set})
	case wire.BinarySet:
		members := make([]string, len(f.bins))
		for i, b := range f.bins {
			members[i] = string(b)
		}
		duplicate = hasDuplicate(members)
		w.put(&types.AttributeValueMemberBS{Value: f.bins})
	}
	if duplicate {
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
	p := grow(&w.l, &w.used.L)
	p.Value = make([]Value, 0, hint)
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
	f := &w.open[len(w.open)-1]
	if _, ok := f.m[k]; ok {
		w.fail(errors.New("map with a key twice"))
		return
	}
	if k == "" {
		w.fail(errors.New("map with an empty key, which DynamoDB does not store"))
		return
	}
	f.key = k
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
		p := grow(&w.m, &w.used.M)
		p.Value = f.m
		w.put(p)
	}
}

// Scratch lends room to format a value.
func (w *Writer) Scratch() []byte { return w.format[:0] }

// Err is the first refusal.
func (w *Writer) Err() error { return w.err }
