package dbe

import (
	"encoding/binary"
	"unsafe"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/wire"
)

// Reader is a cursor over a parsed value. Text and binaries it lends are parts of the value's bytes,
// strings are copies, unless Share says otherwise. The zero Reader stands on nothing.
type Reader struct {
	b     []byte
	at    node
	open  []level
	share bool
}

// node is a value in validated bytes: its kind, and where it lies without type id and length.
type node struct {
	kind wire.Kind
	span
	key span // of the member of a map
}

type level struct {
	in   node
	left int // members that are still to come
	next int // offset of the next one
}

var _ wire.Reader = (*Reader)(nil)

// Reset moves r to v.
func (r *Reader) Reset(v Value) {
	r.b, r.open, r.at = v.b, r.open[:0], node{}
	if len(v.b) > 0 {
		r.at = node{kind: kindOf(v.b[0], v.b[1]), span: span{TypeSize, len(v.b)}}
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

func (n node) isContainer() bool { return n.kind >= wire.StringSet }

// counted is the span behind the length at off.
func (r *Reader) counted(off int) span {
	return span{off + countSize, off + countSize + int(binary.BigEndian.Uint32(r.b[off:]))}
}

// member is the member of n that starts at off.
func (r *Reader) member(n node, off int) node {
	if k := canonical.MemberKind(n.kind); k != 0 {
		return node{kind: k, span: r.counted(off)}
	}
	var m node
	if n.kind == wire.Map {
		m.key = r.counted(off + TypeSize)
		off = m.key.end
	}
	m.kind = kindOf(r.b[off], r.b[off+1])
	m.span = r.counted(off + TypeSize)
	return m
}

func (r *Reader) bytes(s span) []byte { return r.b[s.off:s.end:s.end] }

// Kind is the type of the value r stands on, 0 if it stands on none.
func (r *Reader) Kind() wire.Kind { return r.at.kind }

// Bool is the value of a BOOL.
func (r *Reader) Bool() bool { return r.at.kind == wire.Bool && r.b[r.at.off] == 1 }

// Str is the text of an S or N.
func (r *Reader) Str() string { return r.keep(r.Text()) }

// Text is the text of an S or N, valid as long as the value's bytes.
func (r *Reader) Text() []byte {
	if r.at.kind != wire.String && r.at.kind != wire.Number {
		return nil
	}
	return r.bytes(r.at.span)
}

// Binary is the value of a B, valid as long as the value's bytes.
func (r *Reader) Binary() []byte {
	if r.at.kind != wire.Binary {
		return nil
	}
	return r.bytes(r.at.span)
}

// Len is the number of members.
func (r *Reader) Len() int {
	if !r.at.isContainer() {
		return 0
	}
	return int(binary.BigEndian.Uint32(r.b[r.at.off:]))
}

// Enter steps into a set, list or map. It steps into nothing else, but Leave is due all the same.
func (r *Reader) Enter() {
	r.open = append(r.open, level{in: r.at, left: r.Len(), next: r.at.off + countSize})
	r.at = node{}
}

// Next moves to the next member.
func (r *Reader) Next() bool {
	if len(r.open) == 0 {
		return false
	}
	l := &r.open[len(r.open)-1]
	r.at = node{}
	if l.left == 0 {
		return false
	}
	l.left--
	r.at = r.member(l.in, l.next)
	l.next = r.at.end
	return true
}

// Key is the key of the member of a map, valid as long as the value's bytes.
func (r *Reader) Key() []byte {
	if r.at.key.end == 0 {
		return nil
	}
	return r.bytes(r.at.key)
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
