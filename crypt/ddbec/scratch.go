package ddbec

import (
	"crypto/cipher"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
)

// scratch is what one call works in.
type scratch struct {
	slots              []wire.Slot
	attrs              []attr  // of the item, in Java's order
	inPython           []*attr // the same in Python's, where that is another
	dialects           bool    // the dialects' strings to sign may differ
	verified           ddbec.Dialect
	encoder            ddbec.Encoder
	kept               ddbec.Encoder // values one behind the other: to encrypt, or as Python signed them
	hasher             ddbec.Hasher
	plain              []byte // the decrypted values of a large item
	text, other        []byte // the string to sign, the hint; the other dialect's string to sign
	given, description []byte // the provider's description, the item's
	entries            []ddbec.Entry
	values             []ddbec.Value
	reader, signed     ddbec.Reader
	alias              bool // the item is signed under an alias of the table
	encrypts, decrypts chain
	block              cipher.Block // of the item, nil if nothing in it is encrypted

	// Where there are previous schemas:
	now     []crypt.Action // of the attributes under the schema of now
	schemas []int          // under which the item may have been written: 0 is that of now
	schema  int            // under which it was
}

// Most attributes of an item whose scratch is kept.
const maxPooledAttrs = 256

func (e *encryptor) acquire() *scratch {
	if s, ok := e.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{}
}

// release leaves in s nothing of the item that is secret, and no key but that of items one behind the other.
func (e *encryptor) release(s *scratch) {
	s.encoder.Wipe()
	s.kept.Wipe()
	s.plain, s.text, s.other = canonical.Wiped(s.plain), canonical.Wiped(s.text), canonical.Wiped(s.other)
	s.given, s.description = canonical.Wiped(s.given), canonical.Wiped(s.description)
	clear(s.attrs)
	clear(s.entries[:cap(s.entries)])
	clear(s.values)
	s.reader.Reset(ddbec.Value{})
	s.reader.Share(false)
	s.signed.Reset(ddbec.Value{})
	s.inPython, s.dialects = nil, false
	s.now, s.schemas, s.schema = s.now[:0], s.schemas[:0], 0
	s.encrypts.release(s.block)
	s.decrypts.release(s.block)
	s.block = nil
	s.slots, s.attrs, s.entries, s.values = s.slots[:0], s.attrs[:0], s.entries[:0], s.values[:0]
	if cap(s.attrs) <= maxPooledAttrs {
		e.pool.Put(s)
	}
}

// room makes room for the attributes of s.slots.
func (s *scratch) room() { s.attrs = slices.Grow(s.attrs, len(s.slots)) }

// add adds one of the attributes that there is room for. What lies behind the last is zero, see release.
func (s *scratch) add(slot wire.Slot, name string, hash *ddbec.Hash, action crypt.Action) *attr {
	s.attrs = s.attrs[:len(s.attrs)+1]
	a := &s.attrs[len(s.attrs)-1]
	a.slot, a.name, a.nameHash, a.action = slot, name, hash, action
	return a
}

// inOrder brings the attributes into the order of the string to sign.
func (e *encryptor) inOrder(s *scratch) {
	n := len(s.attrs)
	if e.sorted && (n == 0 || int(s.attrs[n-1].slot) < len(e.declared)) {
		return // slots ascend, which is Python's order and here Java's too, and none is undeclared
	}
	slices.SortFunc(s.attrs, byText)
	if slices.IsSortedFunc(s.attrs, byCodePoint) {
		return
	}
	for i := range s.attrs {
		s.inPython = append(s.inPython, &s.attrs[i])
	}
	slices.SortFunc(s.inPython, func(a, b *attr) int { return byCodePoint(*a, *b) })
	s.dialects = true
}

func byText(a, b attr) int { return canonical.CompareText(a.name, b.name) }

func byCodePoint(a, b attr) int { return strings.Compare(a.name, b.name) }

// stringToSign appends the string to sign of the attributes as they are protected now, in d (1.8).
func (e *encryptor) stringToSign(dst []byte, s *scratch, d ddbec.Dialect) []byte {
	dst = slices.Grow(dst, len(e.tables[0])+len(s.attrs)*ddbec.SignedSize)
	dst = append(dst, e.tables[0][:]...)
	for i := range s.attrs {
		a := &s.attrs[i]
		if d == ddbec.Python && s.inPython != nil {
			a = s.inPython[i]
		}
		hash := &a.hash
		if d == ddbec.Python && a.python != nil {
			hash = a.python
		}
		if a.action == crypt.Encrypt || a.action == crypt.Sign {
			dst = ddbec.AppendSigned(dst, a.nameHash, a.action == crypt.Encrypt, hash)
		}
	}
	return dst
}
