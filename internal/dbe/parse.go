package dbe

import (
	"encoding/binary"
	"errors"
	"slices"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/internal/wire"
)

// What makes bytes no value (1.5).
var (
	errShort    = errors.New("dbe: value ends early")
	errTrailing = errors.New("dbe: bytes after the value")
	errType     = errors.New("dbe: unknown type of value")
	errNull     = errors.New("dbe: NULL has a value")
	errBool     = errors.New("dbe: boolean is neither 00 nor 01")
	errCount    = errors.New("dbe: more members claimed than bytes are left")
	errKey      = errors.New("dbe: map key is no string of at most 65535 bytes")
	errText     = errors.New("dbe: text is not valid UTF-8")
	errDecimal  = errors.New("dbe: number is not a normalised decimal")
	errDepth    = errors.New("dbe: value nests deeper than 32 levels")
	errTwice    = errors.New("dbe: set or map has a member twice")
)

// Value is canonical bytes that [Parse] accepted; a [Reader] goes over them. The zero Value is none.
type Value struct{ b []byte }

// Parse checks that b is a type id and exactly one value of that type (1.5): known types, lengths and
// counts that fit to the byte, valid text, numbers normalised, members of sets and keys of maps once, at most
// [MaxDepth] levels. Members may be in any order; sets and keys may be empty, as peers write them. The
// Value shares b.
func Parse(b []byte) (Value, error) {
	if len(b) < TypeSize {
		return Value{}, errShort
	}
	p := parser{b: b}
	if err := p.value(kindOf(b[0], b[1]), TypeSize, len(b), 1); err != nil {
		return Value{}, err
	}
	return Value{b}, nil
}

type parser struct {
	b       []byte
	texts   []span // of members that come in an order of their own
	decimal [number.MaxText]byte
}

type span struct{ off, end int }

// value checks that the bytes from off to end are a value of kind k.
func (p *parser) value(k wire.Kind, off, end, depth int) error {
	if depth > MaxDepth {
		return errDepth
	}
	switch k {
	case wire.Null:
		if off != end {
			return errNull
		}
		return nil
	case wire.Bool:
		if end-off != 1 || p.b[off] > 1 {
			return errBool
		}
		return nil
	case wire.String, wire.Number, wire.Binary:
		return p.scalar(k, off, end)
	case wire.StringSet, wire.NumberSet, wire.BinarySet:
		return p.set(k, off, end)
	case wire.List:
		return p.list(off, end, depth)
	case wire.Map:
		return p.dictionary(off, end, depth)
	}
	return errType
}

func (p *parser) scalar(k wire.Kind, off, end int) error {
	data := p.b[off:end]
	switch k {
	case wire.String:
		if !fastpath.Valid(data) {
			return errText
		}
	case wire.Number:
		if normal, err := number.Storable(p.decimal[:0], data); err != nil || string(normal) != string(data) {
			return errDecimal
		}
	}
	return nil
}

// count reads a count of members that take at least the given bytes each.
func (p *parser) count(off, end, least int) (n, next int, err error) {
	if end-off < countSize {
		return 0, 0, errShort
	}
	claimed := binary.BigEndian.Uint32(p.b[off:])
	off += countSize
	if uint64(claimed)*uint64(least) > uint64(end-off) {
		return 0, 0, errCount
	}
	return int(claimed), off, nil
}

// set checks the members of a set. Empty binaries may not stand in for a count: each has its length.
func (p *parser) set(k wire.Kind, off, end int) error {
	n, off, err := p.count(off, end, minSetMember)
	if err != nil {
		return err
	}
	members, ascending := off, true
	var before []byte
	for i := range n {
		length, at, err := p.count(off, end, 1)
		if err != nil {
			return err
		}
		off = at + length
		if err := p.scalar(canonical.MemberKind(k), at, off); err != nil {
			return err
		}
		text := p.b[at:off]
		ascending = ascending && (i == 0 || compareMembers(k, before, text) < 0)
		before = text
	}
	if off != end {
		return errTrailing
	}
	if !ascending && p.twice(k, members, n) {
		return errTwice
	}
	return nil
}

// entry checks what a list or map holds at off: type id, length and value.
func (p *parser) entry(off, end, depth int) (next int, err error) {
	if end-off < TypeSize {
		return 0, errShort
	}
	k := kindOf(p.b[off], p.b[off+1])
	n, off, err := p.count(off+TypeSize, end, 1)
	if err != nil {
		return 0, err
	}
	return off + n, p.value(k, off, off+n, depth+1)
}

func (p *parser) list(off, end, depth int) error {
	n, off, err := p.count(off, end, minListEntry)
	if err != nil {
		return err
	}
	for range n {
		if off, err = p.entry(off, end, depth); err != nil {
			return err
		}
	}
	if off != end {
		return errTrailing
	}
	return nil
}

func (p *parser) dictionary(off, end, depth int) error {
	n, off, err := p.count(off, end, minMapEntry)
	if err != nil {
		return err
	}
	entries, ascending := off, true
	var before []byte
	for i := range n {
		if end-off < TypeSize || kindOf(p.b[off], p.b[off+1]) != wire.String {
			return errKey
		}
		length, at, err := p.count(off+TypeSize, end, 1)
		if err != nil {
			return err
		}
		if length > maxKey {
			return errKey
		}
		off = at + length
		if err := p.scalar(wire.String, at, off); err != nil {
			return err
		}
		key := p.b[at:off]
		ascending = ascending && (i == 0 || compareMembers(wire.Map, before, key) < 0)
		before = key
		if off, err = p.entry(off, end, depth); err != nil {
			return err
		}
	}
	if off != end {
		return errTrailing
	}
	if !ascending && p.twice(wire.Map, entries, n) {
		return errTwice
	}
	return nil
}

// twice looks for a member twice among n valid ones of a set or map.
func (p *parser) twice(k wire.Kind, off, n int) bool {
	p.texts = p.texts[:0]
	for range n {
		if k == wire.Map {
			off += TypeSize
		}
		end := off + countSize + int(binary.BigEndian.Uint32(p.b[off:]))
		p.texts = append(p.texts, span{off + countSize, end})
		off = end
		if k == wire.Map {
			off += TypeSize + countSize + int(binary.BigEndian.Uint32(p.b[off+TypeSize:]))
		}
	}
	text := func(s span) []byte { return p.b[s.off:s.end] }
	slices.SortFunc(p.texts, func(a, b span) int { return compareMembers(k, text(a), text(b)) })
	for i := 1; i < n; i++ {
		if string(text(p.texts[i-1])) == string(text(p.texts[i])) {
			return true
		}
	}
	return false
}
