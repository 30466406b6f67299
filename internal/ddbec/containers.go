package ddbec

import (
	"encoding/binary"
	"unicode/utf8"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/wire"
)

// Key writes the key of the next member of the open map.
func (e *Encoder) Key(k string) {
	if !utf8.ValidString(k) {
		e.fail(errUTF8)
	}
	if e.beginKey(len(k)) {
		appendCounted(e, k)
		e.members[len(e.members)-1].text = len(e.buf)
	}
}

// KeyText is Key of bytes.
func (e *Encoder) KeyText(k []byte) {
	if !utf8.Valid(k) {
		e.fail(errUTF8)
	}
	if e.beginKey(len(k)) {
		appendCounted(e, k)
		e.members[len(e.members)-1].text = len(e.buf)
	}
}

func (e *Encoder) beginKey(length int) bool {
	if e.err != nil {
		return false
	}
	if len(e.open) == 0 || e.open[len(e.open)-1].kind != wire.Map || e.open[len(e.open)-1].keyed {
		e.fail(errEvents)
		return false
	}
	if length == 0 && e.mode == ForStorage {
		e.fail(errEmptyKey)
		return false
	}
	f := &e.open[len(e.open)-1]
	f.keyed = true
	f.count++
	e.members = append(e.members, member{start: len(e.buf)})
	e.buf = append(e.buf, 0, tagString)
	return true
}

// BeginSet opens an SS, NS or BS.
func (e *Encoder) BeginSet(k wire.Kind, _ int) {
	switch k {
	case wire.StringSet:
		e.openFrame(k, tagStringSet)
	case wire.NumberSet:
		e.openFrame(k, tagNumberSet)
	case wire.BinarySet:
		e.openFrame(k, tagBinarySet)
	default:
		e.fail(errEvents)
	}
}

// BeginList opens an L.
func (e *Encoder) BeginList(int) { e.openFrame(wire.List, tagList) }

// BeginMap opens an M.
func (e *Encoder) BeginMap(int) { e.openFrame(wire.Map, tagMap) }

func (e *Encoder) openFrame(k wire.Kind, tag byte) {
	if !e.begin(k, tag) {
		return
	}
	if e.mode == ForStorage && len(e.open)+1 >= wire.MaxDepth {
		e.fail(errTooDeep) // DynamoDB takes a scalar on the last level and nothing that holds more
		return
	}
	e.buf = append(e.buf, 0, 0, 0, 0)
	e.open = append(e.open, frame{kind: k, body: len(e.buf), first: len(e.members)})
}

// EndSet closes a set, its members in order.
func (e *Encoder) EndSet() {
	f, ok := e.close()
	if !ok || canonical.MemberKind(f.kind) == 0 {
		e.fail(errEvents)
		return
	}
	if f.count == 0 && e.mode == ForStorage {
		e.fail(errEmptySet)
		return
	}
	e.order(f)
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

// close takes the innermost open frame and writes its count.
func (e *Encoder) close() (frame, bool) {
	if e.err != nil || len(e.open) == 0 {
		return frame{}, false
	}
	f := e.open[len(e.open)-1]
	e.open = e.open[:len(e.open)-1]
	binary.BigEndian.PutUint32(e.buf[f.body-countSize:], uint32(f.count))
	return f, true
}
