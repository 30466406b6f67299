package dbe

import (
	"bytes"
	"errors"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/wire"
)

// scratch is what one call works in.
type scratch struct {
	slots   []wire.Slot
	present []bool // by slot, of declared attributes
	attrs   []attr // of the item, in canonical order
	fields  int    // how many are encrypted
	old     bool   // read as of another name of the table, or under a previous schema

	values  dbe.Encoder // canonical bytes, one value behind the other
	legend  []byte
	letters []letter // of the attributes in the context, and their letters alone
	spelled []byte
	entries []dbe.Entry // of the context, and all of them serialised
	context []byte
	header  dbe.Header
	keys    dbe.KeySchedule
	hasher  dbe.Hasher

	plain  []byte // the decrypted values of a large item
	parsed []dbe.Value
	reader dbe.Reader
}

// Most attributes of an item whose scratch is kept.
const maxPooledAttrs = 256

func (e *encryptor) acquire() *scratch {
	if s, ok := e.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{present: make([]bool, len(e.declared))}
}

// release leaves nothing of the item and no key in s.
func (e *encryptor) release(s *scratch) {
	s.values.Wipe()
	s.header.Wipe()
	s.keys.Wipe()
	s.hasher.Wipe()
	s.legend, s.context, s.plain = canonical.Wiped(s.legend), canonical.Wiped(s.context), canonical.Wiped(s.plain)
	clear(s.present)
	clear(s.attrs[:cap(s.attrs)])
	clear(s.letters[:cap(s.letters)])
	clear(s.entries[:cap(s.entries)])
	clear(s.parsed[:cap(s.parsed)])
	s.reader.Reset(dbe.Value{})
	s.reader.Share(false)
	s.slots, s.attrs, s.letters, s.spelled, s.parsed, s.fields = s.slots[:0], s.attrs[:0], s.letters[:0], s.spelled[:0], s.parsed[:0], 0
	s.entries, s.old = s.entries[:0], false
	if cap(s.attrs) <= maxPooledAttrs && cap(s.slots) <= maxPooledAttrs {
		e.pool.Put(s)
	}
}

// has reports whether a declared attribute is in the item.
func (s *scratch) has(slot wire.Slot) bool { return s.present[slot] }

// errNoName: a Source described an attribute that has no name.
var errNoName = errors.New("an attribute without a name")

// inOrder lists the attributes of s.slots in canonical order: declared ones with their actions, the others
// with none.
func (e *encryptor) inOrder(s *scratch, name func(wire.Slot) string) error {
	s.attrs = slices.Grow(s.attrs, len(s.slots))
	known := len(s.slots)
	for i, slot := range s.slots {
		if int(slot) >= len(e.declared) {
			known = i // slots ascend
			break
		}
		s.present[slot] = true
	}
	for _, slot := range e.order {
		if s.present[slot] {
			s.attrs = append(s.attrs, e.declared[slot])
		}
	}
	for _, slot := range s.slots[known:] {
		n := name(slot)
		if n == "" {
			return errNoName
		}
		s.attrs = append(s.attrs, attr{field: newField(e.schema.Table(), slot, n)})
	}
	if known < len(s.slots) || !fastpath.On {
		slices.SortFunc(s.attrs, func(a, b attr) int { return bytes.Compare(a.path, b.path) })
	}
	return nil
}

// encode appends the canonical bytes of an attribute to s.values.
func (s *scratch) encode(a *attr, mode dbe.Mode, src wire.Source) ([]byte, error) {
	off := len(s.values.All())
	s.values.Next(mode)
	if err := src.Write(a.slot, &s.values); err != nil {
		return nil, err
	}
	b, err := s.values.Bytes()
	a.at = wire.Range{Off: off, Len: len(b)}
	return b, err
}

// valueOf are the canonical bytes that encode made.
func (s *scratch) valueOf(a *attr) []byte { return s.values.All()[a.at.Off : a.at.Off+a.at.Len] }

// canonicalHash is the hash of the item's signed attributes (1.9), valid until the scratch is used again.
// stored is what is stored of an encrypted one.
func (e *encryptor) canonicalHash(s *scratch, header []byte, stored func(*attr) []byte) []byte {
	s.hasher.Reset(header, s.context)
	for i := range s.attrs {
		switch a := &s.attrs[i]; a.action {
		case crypt.Encrypt:
			s.hasher.Encrypted(a.path, stored(a))
		case crypt.Sign, crypt.SignContext:
			s.hasher.Plain(a.path, s.valueOf(a))
		}
	}
	return s.hasher.Sum()
}

// letterOf is an action's letter in the legend, 0 of one that is not signed.
func letterOf(a crypt.Action) byte {
	switch a {
	case crypt.Encrypt:
		return dbe.LegendEncrypt
	case crypt.Sign:
		return dbe.LegendSign
	case crypt.SignContext:
		return dbe.LegendContext
	}
	return 0
}

// actionOf is the inverse of letterOf.
func actionOf(letter byte) crypt.Action {
	switch letter {
	case dbe.LegendEncrypt:
		return crypt.Encrypt
	case dbe.LegendSign:
		return crypt.Sign
	case dbe.LegendContext:
		return crypt.SignContext
	}
	return 0
}
