package attribute

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/internal/fastpath"
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
	errEvents    = errors.New("value was not described as one value")
)

// Writer builds attribute values as DynamoDB would return them: numbers in canonical form. It refuses
// what the service would refuse or change. Values of one Writer share slabs; a Writer serves one item
// and is then dropped or wiped.
type Writer struct {
	Maker
	slots []wire.Slot // of the item, while it is assembled

	scratch [96]byte // canonical numbers
	format  [96]byte // what Scratch lends
	open    [wire.MaxDepth]frame
	depth   int      // of the frame that is being filled; 0: the item, or a single value
	deepest int      // of the frames that were used
	strings []string // of the open set
	bins    [][]byte // of the open set
	value   Value
	err     error
}

// frame is a list, map or set that is being filled.
type frame struct {
	kind wire.Kind // 0: a single value
	n    int       // members of a map so far
	list *types.AttributeValueMemberL
	m    map[string]Value
	key  string
}

var _ wire.Writer = (*Writer)(nil)

// NewWriter returns a Writer with room for values of these sizes, and more where they are exceeded.
func NewWriter(h Sizes) *Writer {
	w := new(Writer)
	w.Prepare(&h)
	return w
}

// wipe leaves nothing of an item in w, whose slabs belong to its values, and readies it for Prepare.
func (w *Writer) wipe() {
	w.Wipe()
	clear(w.open[:w.deepest+1])
	w.depth, w.deepest = 0, 0
	if w.strings != nil || w.bins != nil || w.value != nil || w.err != nil {
		w.strings, w.bins, w.value, w.err = nil, nil, nil, nil
	}
	clear(w.scratch[:])
	clear(w.format[:])
}

// item makes w put the values that follow into m, each under the name that attribute gave it.
func (w *Writer) item(m map[string]Value) { w.open[0] = frame{kind: wire.Map, m: m} }

// setAttribute puts v into the item, which has no other of that name. size is then that of all values.
func (w *Writer) setAttribute(name string, v Value, size int) {
	w.open[0].m[name] = v
	w.open[0].n++
	w.size = size + len(name)
}

// writeAttribute puts what src writes for slot s into the item.
func (w *Writer) writeAttribute(name string, s wire.Slot, src wire.Source) error {
	w.open[0].key = name
	before := w.open[0].n
	if err := src.Write(s, w); err != nil {
		return err
	}
	err := w.err
	if err == nil && (w.depth > 0 || w.open[0].n != before+1) {
		err = errEvents
	}
	if err != nil {
		return fmt.Errorf("attribute %q: %w", name, err)
	}
	return nil
}

// Value returns the value written since the last call, or the first refusal.
func (w *Writer) Value() (Value, error) {
	v := w.value
	w.value = nil
	switch {
	case w.err != nil:
		return nil, w.err
	case v == nil || w.depth > 0:
		return nil, errNoType
	}
	return v, nil
}

func (w *Writer) fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

func (w *Writer) put(v Value) {
	switch f := &w.open[w.depth]; f.kind {
	case wire.Map:
		f.m[f.key] = v
		if f.n++; f.n != len(f.m) {
			w.fail(errSameKey)
		}
		w.size += len(f.key)
		if w.depth > 0 {
			w.size++
		}
	case wire.List:
		f.list.Value = append(f.list.Value, v)
		w.size++
	case 0:
		w.value = v
	default:
		w.fail(errMixedSet)
	}
}

// inSet reports whether what is open is a set of kind k.
func (w *Writer) inSet(k wire.Kind) bool { return w.open[w.depth].kind == k }

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
	if !fastpath.ValidString(v) {
		w.fail(errUTF8)
		return
	}
	w.size += len(v)
	if w.inSet(wire.StringSet) {
		w.strings = append(w.strings, v)
		return
	}
	p := w.newS()
	p.Value = v
	w.put(p)
}

// Text is String of bytes that do not outlive the call.
func (w *Writer) Text(v []byte) {
	if w.err == nil {
		w.String(w.keep(v))
	}
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
	p := (*types.AttributeValueMemberN)(w.newS())
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

// begin opens a list, map or set. The frame it returns may hold what was in it before.
func (w *Writer) begin(k wire.Kind) *frame {
	if w.depth+1 >= len(w.open) {
		w.fail(errTooDeep)
		return nil
	}
	w.depth++
	w.deepest = max(w.deepest, w.depth)
	f := &w.open[w.depth]
	f.kind, f.n = k, 0
	return f
}

// end closes what is open. The frame is valid until the next event.
func (w *Writer) end() (*frame, bool) {
	if w.err != nil || w.depth == 0 {
		return nil, false
	}
	w.depth--
	return &w.open[w.depth+1], true
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
	w.begin(k)
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
	if f := w.begin(wire.List); f != nil {
		f.list = w.newL()
		f.list.Value = make([]Value, 0, hint)
		w.size += containerSize
	}
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
	if f := w.begin(wire.Map); f != nil {
		f.m = make(map[string]Value, hint)
		w.size += containerSize
	}
}

// Key names the next member of the open map.
func (w *Writer) Key(k string) {
	switch {
	case w.err != nil || w.depth == 0:
	case k == "":
		w.fail(errEmptyKey)
	case !fastpath.ValidString(k):
		w.fail(errUTF8)
	default:
		w.open[w.depth].key = k
	}
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
