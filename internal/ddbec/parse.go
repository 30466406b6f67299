package ddbec

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
	errShort    = errors.New("ddbec: value ends early")
	errTrailing = errors.New("ddbec: bytes after the value")
	errTag      = errors.New("ddbec: unknown type of value")
	errBool     = errors.New("ddbec: boolean is neither 0 nor 1")
	errCount    = errors.New("ddbec: more members claimed than bytes are left")
	errKey      = errors.New("ddbec: map key is no string")
	errText     = errors.New("ddbec: text is not valid UTF-8")
	errDecimal  = errors.New("ddbec: number is not a decimal of at most 1 KB")
	errDepth    = errors.New("ddbec: value nests deeper than 256 levels")
	errTwice    = errors.New("ddbec: map has a key twice")
)

// MaxDepth is how deeply a parsed value may nest. DynamoDB sees a ciphertext as a binary and bounds nothing
// inside, and peers write and read whatever their stack holds.
const MaxDepth = 256

// Value is canonical bytes that [Parse] accepted; a [Reader] goes over them. The zero Value is none.
type Value struct{ b []byte }

// Parse checks that b is exactly one value (1.5): known types, lengths and counts within b, nothing
// behind it, valid text and numbers, keys once, at most [MaxDepth] levels. Members may be in any
// order, those of sets may come twice, and sets may be empty, as peers write them. The Value shares b.
func Parse(b []byte) (Value, error) {
	p := parser{b: b}
	end, err := p.value(0, 1)
	if err != nil {
		return Value{}, err
	}
	if end != len(b) {
		return Value{}, errTrailing
	}
	return Value{b}, nil
}

type parser struct {
	b       []byte
	keys    []span // of maps whose keys come in an order of their own
	decimal [number.MaxText]byte
}

type span struct{ off, end int }

// value checks the value at off and returns the offset behind it.
func (p *parser) value(off, depth int) (int, error) {
	if depth > MaxDepth {
		return 0, errDepth
	}
	if len(p.b)-off < tagSize {
		return 0, errShort
	}
	k := kindOf(p.b[off:])
	off += tagSize
	switch k {
	case wire.Null:
		return off, nil
	case wire.Bool:
		if off == len(p.b) {
			return 0, errShort
		}
		if p.b[off] > 1 {
			return 0, errBool
		}
		return off + 1, nil
	case wire.String, wire.Number, wire.Binary:
		return p.scalar(k, off)
	case wire.StringSet, wire.NumberSet, wire.BinarySet:
		return p.set(canonical.MemberKind(k), off)
	case wire.List:
		return p.list(off, depth)
	case wire.Map:
		return p.dictionary(off, depth)
	}
	return 0, errTag
}

// kindOf is the kind of the value that b starts with, 0 if its tag is unknown.
func kindOf(b []byte) wire.Kind {
	if b[0] != 0 {
		return 0
	}
	switch b[1] {
	case tagNull:
		return wire.Null
	case tagBool:
		return wire.Bool
	case tagString:
		return wire.String
	case tagNumber:
		return wire.Number
	case tagBinary:
		return wire.Binary
	case tagStringSet:
		return wire.StringSet
	case tagNumberSet:
		return wire.NumberSet
	case tagBinarySet:
		return wire.BinarySet
	case tagList:
		return wire.List
	case tagMap:
		return wire.Map
	}
	return 0
}

// count reads a count of members that take at least the given bytes each.
func (p *parser) count(off, least int) (n, next int, err error) {
	if len(p.b)-off < countSize {
		return 0, 0, errShort
	}
	claimed := binary.BigEndian.Uint32(p.b[off:])
	off += countSize
	if uint64(claimed)*uint64(least) > uint64(len(p.b)-off) {
		return 0, 0, errCount
	}
	return int(claimed), off, nil
}

// scalar checks a length and its bytes: a text, a number or a binary.
func (p *parser) scalar(k wire.Kind, off int) (int, error) {
	n, off, err := p.count(off, 1)
	if err != nil {
		return 0, err
	}
	data := p.b[off : off+n]
	switch k {
	case wire.String:
		if !fastpath.Valid(data) {
			return 0, errText
		}
	case wire.Number:
		if _, err := number.Canonical(p.decimal[:0], data); err != nil {
			return 0, errDecimal
		}
	}
	return off + n, nil
}

func (p *parser) set(member wire.Kind, off int) (int, error) {
	n, off, err := p.count(off, minSetMember)
	for ; err == nil && n > 0; n-- {
		off, err = p.scalar(member, off)
	}
	return off, err
}

func (p *parser) list(off, depth int) (int, error) {
	n, off, err := p.count(off, minListEntry)
	for ; err == nil && n > 0; n-- {
		off, err = p.value(off, depth+1)
	}
	return off, err
}

func (p *parser) dictionary(off, depth int) (int, error) {
	n, off, err := p.count(off, minMapEntry)
	if err != nil {
		return 0, err
	}
	entries := off
	ascending := true
	var before []byte
	for i := range n {
		if len(p.b)-off < tagSize {
			return 0, errShort
		}
		if kindOf(p.b[off:]) != wire.String {
			return 0, errKey
		}
		start := off + tagSize + countSize
		if off, err = p.scalar(wire.String, off+tagSize); err != nil {
			return 0, err
		}
		key := p.b[start:off]
		ascending = ascending && (i == 0 || canonical.CompareText(before, key) < 0)
		before = key
		if off, err = p.value(off, depth+1); err != nil {
			return 0, err
		}
	}
	if !ascending && p.keyTwice(entries, n) {
		return 0, errTwice
	}
	return off, nil
}

// keyTwice looks for a key twice among n valid entries.
func (p *parser) keyTwice(off, n int) bool {
	p.keys = p.keys[:0]
	for range n {
		key := node{kind: wire.String, at: off + tagSize}
		end := key.end(p.b)
		p.keys = append(p.keys, span{key.at + countSize, end})
		off = nodeAt(p.b, end).end(p.b)
	}
	slices.SortFunc(p.keys, func(a, b span) int { return canonical.CompareText(p.b[a.off:a.end], p.b[b.off:b.end]) })
	for i := 1; i < n; i++ {
		a, b := p.keys[i-1], p.keys[i]
		if string(p.b[a.off:a.end]) == string(p.b[b.off:b.end]) {
			return true
		}
	}
	return false
}

// Scalar is the kind of canonical bytes, and the length of their text or binary if they have one.
func Scalar(canonical []byte) (k wire.Kind, length int) {
	n := nodeAt(canonical, 0)
	switch n.kind {
	case wire.String, wire.Number, wire.Binary:
		return n.kind, n.count(canonical)
	}
	return n.kind, 0
}
