package dbe

import (
	"bytes"
	"encoding/binary"
	"slices"
	"unicode/utf8"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/wire"
)

// Key writes the key of the next member of the open map.
func (e *Encoder) Key(k string) { appendKey(e, k, utf8.ValidString(k)) }

// KeyText is Key of bytes.
func (e *Encoder) KeyText(k []byte) { appendKey(e, k, utf8.Valid(k)) }

func appendKey[T ~string | ~[]byte](e *Encoder, k T, valid bool) {
	switch f := e.innermost(); {
	case e.err != nil:
	case f == nil || f.kind != wire.Map || f.keyed:
		e.fail(errEvents)
	case !valid:
		e.fail(errUTF8)
	case len(k) == 0 && e.mode != ForVerification:
		e.fail(errEmptyKey)
	case len(k) > maxKey:
		e.fail(errLongKey)
	default:
		e.room(len(k))
		f.keyed = true
		f.count++
		e.members = append(e.members, member{start: len(e.buf), text: len(k)})
		e.buf = binary.BigEndian.AppendUint16(e.buf, uint16(typeString))
		e.buf = binary.BigEndian.AppendUint32(e.buf, uint32(len(k)))
		e.buf = append(e.buf, k...)
	}
}

// innermost is the open frame that is being filled, nil if none is.
func (e *Encoder) innermost() *frame {
	if len(e.open) == 0 {
		return nil
	}
	return &e.open[len(e.open)-1]
}

// BeginSet opens an SS, NS or BS.
func (e *Encoder) BeginSet(k wire.Kind, _ int) {
	switch k {
	case wire.StringSet:
		e.openFrame(k, typeStringSet)
	case wire.NumberSet:
		e.openFrame(k, typeNumberSet)
	case wire.BinarySet:
		e.openFrame(k, typeBinarySet)
	default:
		e.fail(errEvents)
	}
}

// BeginList opens an L.
func (e *Encoder) BeginList(int) { e.openFrame(wire.List, typeList) }

// BeginMap opens an M.
func (e *Encoder) BeginMap(int) { e.openFrame(wire.Map, typeMap) }

func (e *Encoder) openFrame(k wire.Kind, t typeID) {
	if _, ok := e.begin(k, t); !ok {
		return
	}
	if e.mode == ForStorage && len(e.open)+1 >= MaxDepth {
		e.fail(errTooDeep) // DynamoDB takes a scalar on the last level and nothing that holds more
		return
	}
	e.buf = append(e.buf, 0, 0, 0, 0)
	e.open = append(e.open, frame{kind: k, body: len(e.buf), first: len(e.members)})
}

// EndSet closes a set, its members in order.
func (e *Encoder) EndSet() {
	f, ok := e.close()
	switch {
	case !ok || canonical.MemberKind(f.kind) == 0:
		e.fail(errEvents)
	case f.count == 0 && e.mode == ForStorage:
		e.fail(errEmptySet)
	default:
		e.order(f)
	}
}

// EndList closes a list.
func (e *Encoder) EndList() {
	if f, ok := e.close(); !ok || f.kind != wire.List {
		e.fail(errEvents)
	}
}

// EndMap closes a map, its entries in the order of their keys.
func (e *Encoder) EndMap() {
	f, ok := e.close()
	if !ok || f.kind != wire.Map || f.keyed {
		e.fail(errEvents)
		return
	}
	e.order(f)
}

// close takes the innermost open frame and writes its count and length.
func (e *Encoder) close() (frame, bool) {
	if e.err != nil || len(e.open) == 0 {
		return frame{}, false
	}
	f := e.open[len(e.open)-1]
	e.open = e.open[:len(e.open)-1]
	binary.BigEndian.PutUint32(e.buf[f.body-countSize:], uint32(f.count))
	if len(e.open) > 0 {
		e.end(f.body - 2*countSize)
	}
	return f, true
}

// member is an entry of an open set or map, as offsets of buf. text is the length of a map's key.
type member struct{ start, text, end int }

// order sorts what f holds and drops its members (1.5): texts as Java does, binaries by their bytes.
func (e *Encoder) order(f frame) {
	all := e.members[f.first:]
	e.members = e.members[:f.first]
	for i := range all {
		all[i].end = len(e.buf)
		if i+1 < len(all) {
			all[i].end = all[i+1].start
		}
	}
	text := func(m member) []byte {
		if f.kind == wire.Map {
			return e.buf[m.start+TypeSize+countSize:][:m.text]
		}
		return e.buf[m.start+countSize : m.end]
	}
	compare := func(a, b member) int { return compareMembers(f.kind, text(a), text(b)) }
	sorted := slices.IsSortedFunc(all, compare)
	if !sorted {
		slices.SortFunc(all, compare)
	}
	for i := 1; i < len(all); i++ {
		if compare(all[i-1], all[i]) != 0 {
			continue
		}
		if f.kind == wire.Map {
			e.fail(errSameKey)
		}
		e.fail(errDuplicate)
	}
	if sorted || e.err != nil {
		return
	}
	e.spare = append(e.spare[:0], e.buf[f.body:]...)
	e.buf = e.buf[:f.body]
	for _, m := range all {
		e.buf = append(e.buf, e.spare[m.start-f.body:m.end-f.body]...)
	}
	if cap(e.spare) > maxSpare {
		e.spare = canonical.Wiped(e.spare)
	}
}

// compareMembers orders members of a set, or keys of a map.
func compareMembers(k wire.Kind, a, b []byte) int {
	if k == wire.BinarySet {
		return bytes.Compare(a, b)
	}
	return canonical.CompareText(a, b)
}
