package ddbec

import (
	"encoding/binary"
	"unsafe"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/wire"
)

// Reader is a cursor over a parsed value. Text and binaries it lends are parts of the value's bytes,
// strings are copies, unless Share says otherwise. Numbers come as they are spelled in the bytes. The zero Reader stands on nothing.
type Reader struct {
	b     []byte
	at    node
	open  []level
	share bool
}

// node is a value in validated bytes: its kind, and the offset behind its tag. Members of sets have no
// tag.
type node struct {
	kind   wire.Kind
	at     int
	key    int // of the member of a map: the offset of the key's length
	behind int // the offset behind the value, 0 if it was not looked for
}

type level struct {
	in   node
	left int // members that are still to come
	next int // offset of the next member, if the cursor stands before the first
}

var _ wire.Reader = (*Reader)(nil)

// Reset moves r to v.
func (r *Reader) Reset(v Value) {
	r.b, r.open, r.at = v.b, r.open[:0], node{}
	if len(v.b) > 0 {
		r.at = nodeAt(v.b, 0)
	}
}

// Share lets the strings of values that r is reset to from now on share the values' bytes, which nobody
// may then write to, instead of being copies.
func (r *Reader) Share(on bool) { r.share = on }

// keep is b as a string that outlives the reader.
func (r *Reader) keep(b []byte) string {
	if r.share && len(b) > 0 {
		return unsafe.String(&b[0], len(b))
	}
	return string(b)
}

func nodeAt(b []byte, off int) node { return node{kind: kindOf(b[off:]), at: off + tagSize} }

func (n node) count(b []byte) int { return int(binary.BigEndian.Uint32(b[n.at:])) }

// end is the offset behind n. It recurses as deep as the value nests, which Parse bounds.
func (n node) end(b []byte) int {
	if n.behind > 0 {
		return n.behind
	}
	switch n.kind {
	case wire.Null:
		return n.at
	case wire.Bool:
		return n.at + 1
	case wire.String, wire.Number, wire.Binary:
		return n.at + countSize + n.count(b)
	}
	off := n.at + countSize
	for range n.count(b) {
		off = n.member(b, off).end(b)
	}
	return off
}

// member is the member of n that starts at off.
func (n node) member(b []byte, off int) node {
	switch n.kind {
	case wire.List:
		return nodeAt(b, off)
	case wire.Map:
		key := node{kind: wire.String, at: off + tagSize}
		m := nodeAt(b, key.end(b))
		m.key = key.at
		return m
	}
	return node{kind: canonical.MemberKind(n.kind), at: off}
}

func (n node) isContainer() bool { return n.kind >= wire.StringSet }

// Kind is the type of the value r stands on, 0 if it stands on none.
func (r *Reader) Kind() wire.Kind { return r.at.kind }

// Bool is the value of a BOOL.
func (r *Reader) Bool() bool { return r.at.kind == wire.Bool && r.b[r.at.at] == 1 }

// Str is the text of an S or N.
func (r *Reader) Str() string { return r.keep(r.Text()) }

// Text is the text of an S or N, valid as long as the value's bytes.
func (r *Reader) Text() []byte {
	if r.at.kind != wire.String && r.at.kind != wire.Number {
		return nil
	}
	return r.payload(r.at.at)
}

// Binary is the value of a B, valid as long as the value's bytes.
func (r *Reader) Binary() []byte {
	if r.at.kind != wire.Binary {
		return nil
	}
	return r.payload(r.at.at)
}

func (r *Reader) payload(at int) []byte {
	n := int(binary.BigEndian.Uint32(r.b[at:]))
	at += countSize
	return r.b[at : at+n : at+n]
}

// Len is the number of members.
func (r *Reader) Len() int {
	if !r.at.isContainer() {
		return 0
	}
	return r.at.count(r.b)
}

// Enter steps into a set, list or map. It steps into nothing else, but Leave is due all the same.
func (r *Reader) Enter() {
	r.open = append(r.open, level{in: r.at, left: r.Len(), next: r.at.at + countSize})
	r.at = node{}
}

// Next moves to the next member.
func (r *Reader) Next() bool {
	if len(r.open) == 0 {
		return false
	}
	l := &r.open[len(r.open)-1]
	if r.at.kind != 0 {
		l.next = r.at.end(r.b)
	}
	r.at = node{}
	if l.left == 0 {
		if l.in.isContainer() {
			l.in.behind = l.next // known now: the level above need not look for it again
		}
		return false
	}
	l.left--
	r.at = l.in.member(r.b, l.next)
	return true
}

// Key is the key of the member of a map, valid as long as the value's bytes.
func (r *Reader) Key() []byte {
	if r.at.key == 0 {
		return nil
	}
	return r.payload(r.at.key)
}

// KeyStr is Key as a string.
func (r *Reader) KeyStr() string { return r.keep(r.Key()) }

// Leave steps out, back onto the set, list or map.
func (r *Reader) Leave() {
	if len(r.open) == 0 {
		return
	}
	r.at = r.open[len(r.open)-1].in
	r.open = r.open[:len(r.open)-1]
}
