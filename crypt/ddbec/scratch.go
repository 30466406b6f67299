package ddbec

import (
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
)

// scratch is what one call works in.
type scratch struct {
	slots              []wire.Slot
	attrs              []attr // of the item, in the order of the string to sign
	encoder            ddbec.Encoder
	secrets            ddbec.Encoder // of the values to encrypt, one behind the other
	hasher             ddbec.Hasher
	plain              []byte // the decrypted values of a large item
	text               []byte // the string to sign, the hint
	given, description []byte // the provider's description, the item's
	entries            []ddbec.Entry
	values             []ddbec.Value
	reader             ddbec.Reader
	alias              bool // the item is signed under an alias of the table
}

// Most attributes of an item whose scratch is kept.
const maxPooledAttrs = 256

func (e *encryptor) acquire() *scratch {
	if s, ok := e.pool.Get().(*scratch); ok {
		return s
	}
	return &scratch{}
}

// release leaves nothing of the item in s.
func (e *encryptor) release(s *scratch) {
	s.encoder.Wipe()
	s.secrets.Wipe()
	s.plain, s.text = ddbec.Wiped(s.plain), ddbec.Wiped(s.text)
	s.given, s.description = ddbec.Wiped(s.given), ddbec.Wiped(s.description)
	clear(s.attrs[:cap(s.attrs)])
	clear(s.entries[:cap(s.entries)])
	clear(s.values[:cap(s.values)])
	s.reader.Reset(ddbec.Value{})
	s.reader.Share(false)
	s.slots, s.attrs, s.entries, s.values = s.slots[:0], s.attrs[:0], s.entries[:0], s.values[:0]
	if cap(s.attrs) <= maxPooledAttrs {
		e.pool.Put(s)
	}
}

// inOrder brings the attributes into the order of the string to sign.
func (e *encryptor) inOrder(s *scratch) {
	n := len(s.attrs)
	if e.sorted && (n == 0 || int(s.attrs[n-1].slot) < len(e.declared)) {
		return // slots ascend, and none is undeclared
	}
	slices.SortFunc(s.attrs, byText)
}

func byText(a, b attr) int { return ddbec.CompareText(a.name, b.name) }

// stringToSign builds the string to sign of the attributes as they are protected now (1.8).
func (e *encryptor) stringToSign(s *scratch) []byte {
	s.text = slices.Grow(s.text[:0], len(e.tables[0])+len(s.attrs)*ddbec.SignedSize)
	s.text = append(s.text, e.tables[0][:]...)
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action == crypt.Encrypt || a.action == crypt.Sign {
			s.text = ddbec.AppendSigned(s.text, a.nameHash, a.action == crypt.Encrypt, &a.hash)
		}
	}
	return s.text
}
