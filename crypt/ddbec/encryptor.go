package ddbec

import (
	"context"
	"crypto/rand"
	"slices"
	"sync"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/wire"
)

// encryptor is the format for one table. It is immutable but for its pool.
type encryptor struct {
	names
	schema           crypt.Schema
	declared         []attr // by slot
	keys             []int  // slots of partition key and sort key
	table            ddbec.Hash
	hint             []byte // the hint's entries for declared attributes
	symModeEntry     ddbec.Entry
	actionsEntry     []byte            // its name
	stored, unsealed *attribute.Layout // of items with marks, and without: there a mark is an attribute like others
	encrypt, decrypt report
	random           func([]byte) // fills with randomness; a test's seam

	pool sync.Pool // of *scratch
}

// attr is an attribute of an item, or of the schema.
type attr struct {
	slot     wire.Slot
	name     string
	nameHash ddbec.Hash
	action   crypt.Action // 0: undeclared, and not yet found out
	hash     ddbec.Hash   // of the stored value
	at       wire.Range   // of an encrypted attribute: its plaintext, later its ciphertext
	shaped   bool         // stored as a binary that could be a ciphertext
}

// randomBytes never fails: crypto/rand ends the process instead.
func randomBytes(b []byte) { rand.Read(b) }

var (
	_ crypt.ItemEncryptor = (*encryptor)(nil)
	_ wire.Sealer         = (*encryptor)(nil)
)

// Marks names the two attributes of the format. The signature is the seal: with every random IV it
// changes.
func (e *encryptor) Marks() crypt.Marks {
	return crypt.Marks{All: []string{e.description, e.signature}, Seal: e.signature}
}

// Claims reports whether item carries a mark.
func (e *encryptor) Claims(item crypt.Item) bool {
	_, signature := item[e.signature]
	_, description := item[e.description]
	return signature || description
}

// EncryptItem is SealItem over a map.
func (e *encryptor) EncryptItem(ctx context.Context, item crypt.Item) (crypt.Item, error) {
	src := e.unsealed.Read(item)
	defer src.Release()
	var sealed wire.Sealed
	if err := e.SealItem(ctx, src, &sealed); err != nil {
		return nil, err
	}
	out, _, err := attribute.Assemble(e.unsealed, src, &sealed, attribute.Sizes{})
	if err != nil {
		return nil, e.encrypt.format("", "", err)
	}
	if attribute.ItemSize(out) > attribute.MaxItemSize {
		return nil, e.encrypt.format("", tooLarge, nil)
	}
	return out, nil
}

// DecryptItem is OpenItem into a map.
func (e *encryptor) DecryptItem(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
	src := e.stored.Read(item)
	defer src.Release()
	sink := &collector{Collector: attribute.NewCollector(src), declared: len(e.declared), name: src.Name}
	result, err := e.OpenItem(ctx, src, sink)
	if err != nil {
		return crypt.Opened{}, err
	}
	opened := crypt.Opened{Item: sink.Item, Stale: result.Stale, Actions: sink.actions}
	for _, slot := range result.Unsigned {
		opened.Unsigned = append(opened.Unsigned, src.Name(slot))
	}
	slices.Sort(opened.Unsigned)
	return opened, nil
}

// collector also notes how undeclared attributes were protected.
type collector struct {
	*attribute.Collector
	declared int
	name     func(wire.Slot) string
	actions  map[string]crypt.Action
}

// Set adds a verified attribute.
func (c *collector) Set(s wire.Slot, p wire.Protection, r wire.Reader) error {
	if int(s) >= c.declared {
		if c.actions == nil {
			c.actions = make(map[string]crypt.Action)
		}
		c.actions[c.name(s)] = crypt.Action(p)
	}
	return c.Collector.Set(s, p, r)
}

// scratch is what one call works in.
type scratch struct {
	slots              []wire.Slot
	attrs              []attr // of the item, in the order of the string to sign
	encoder            ddbec.Encoder
	plain              []byte // all plaintexts of the item
	text               []byte // the string to sign, the hint
	given, description []byte // the provider's description, the item's
	entries            []ddbec.Entry
	values             []ddbec.Value
	reader             ddbec.Reader
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
	if cap(s.attrs) > maxPooledAttrs {
		return
	}
	s.encoder.Wipe()
	s.plain, s.text = ddbec.Wiped(s.plain), ddbec.Wiped(s.text)
	s.given, s.description = ddbec.Wiped(s.given), ddbec.Wiped(s.description)
	clear(s.attrs[:cap(s.attrs)])
	clear(s.entries[:cap(s.entries)])
	clear(s.values[:cap(s.values)])
	s.reader.Reset(ddbec.Value{})
	s.slots, s.attrs, s.entries, s.values = s.slots[:0], s.attrs[:0], s.entries[:0], s.values[:0]
	e.pool.Put(s)
}

// hashBinary hashes a binary as it is stored.
func (s *scratch) hashBinary(b []byte) ddbec.Hash {
	s.encoder.Reset(ddbec.ForVerification)
	s.encoder.Binary(b)
	canonical, _ := s.encoder.Bytes() // of one binary: never refused
	return ddbec.HashValue(canonical)
}

// inOrder brings the attributes into the order of the string to sign.
func (s *scratch) inOrder() {
	slices.SortFunc(s.attrs, func(a, b attr) int { return ddbec.CompareText(a.name, b.name) })
}

// stringToSign builds the string to sign of the attributes as they are protected now (1.8).
func (e *encryptor) stringToSign(s *scratch) []byte {
	s.text = slices.Grow(s.text[:0], len(e.table)+len(s.attrs)*ddbec.SignedSize)
	s.text = append(s.text, e.table[:]...)
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action == crypt.Encrypt || a.action == crypt.Sign {
			s.text = ddbec.AppendSigned(s.text, &a.nameHash, a.action == crypt.Encrypt, &a.hash)
		}
	}
	return s.text
}
