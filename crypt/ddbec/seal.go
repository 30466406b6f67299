package ddbec

import (
	"context"
	"crypto/cipher"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
)

// SealItem protects src. It refuses, before it asks for keys, what the format or DynamoDB cannot store;
// an item that outgrows 400 KB only by what is stored unencrypted is for who assembles it to refuse, as
// EncryptItem does. On an error out is left as it was.
func (e *encryptor) SealItem(ctx context.Context, src wire.Source, out *wire.Sealed) error {
	s := e.acquire()
	defer e.release(s)
	sealed, err := e.seal(ctx, src, s)
	if err != nil {
		return err
	}
	*out = sealed
	return nil
}

func (e *encryptor) seal(ctx context.Context, src wire.Source, s *scratch) (none wire.Sealed, _ error) {
	if err := e.encrypt.Context(ctx); err != nil {
		return none, err
	}
	if err := e.assign(src, s); err != nil {
		return none, err
	}
	if err := e.serialize(src, s); err != nil {
		return none, err
	}
	m, err := e.encryptionMaterials(ctx, src)
	if err != nil {
		return none, err
	}
	description, err := e.describe(m, s)
	if err != nil {
		return none, err
	}
	block, err := e.cipher(e.encrypt, m.Encrypt, s)
	if err != nil {
		return none, err
	}
	r := new(room)
	sealed := wire.Sealed{Fresh: block != nil}
	sealed.Slab, sealed.Value = e.encryptAll(block, s, r, len(description)+maxLocalSignature)

	s.text = e.stringToSign(s.text[:0], s, e.dialect)
	signature, err := m.Sign.Sign(ctx, s.text)
	if ended := e.encrypt.Context(ctx); ended != nil {
		return none, ended
	}
	if err == nil && len(signature) == 0 {
		err = errors.New("it returned an empty signature")
	}
	if err != nil {
		return none, e.encrypt.Keys("the provider's Signer failed", err)
	}
	sealed.Marks = append(r.marks[:0],
		wire.Mark{Name: e.description, Range: wire.Range{Off: len(sealed.Slab), Len: len(description)}},
		wire.Mark{Name: e.signature, Range: wire.Range{Off: len(sealed.Slab) + len(description), Len: len(signature)}})
	sealed.Slab = append(append(sealed.Slab, description...), signature...)
	return sealed, nil
}

// room is what a Sealed of usual size points to beside its slab, in one allocation.
type room struct {
	marks  [2]wire.Mark
	ranges [16]wire.Range
}

// maxLocalSignature is the longest signature of an HMAC, in bytes; a longer one costs an allocation.
const maxLocalSignature = 64

// assign lists the item's attributes with their actions.
func (e *encryptor) assign(src wire.Source, s *scratch) error {
	s.slots = src.Slots(s.slots)
	s.room()
	for _, slot := range s.slots {
		if int(slot) < len(e.declared) {
			d := &e.declared[slot]
			s.add(slot, d.name, d.nameHash, d.action)
			continue
		}
		name := src.Name(slot)
		action, problem := e.actionOfUndeclared(name, src.Protection(slot))
		if problem != "" {
			return e.encrypt.Format(name, problem, nil)
		}
		s.add(slot, name, new(ddbec.HashName(name)), action)
	}
	e.inOrder(s)
	return nil
}

// unknown is what the schema says of an undeclared attribute, 0 if nothing.
func unknown(s crypt.Schema, name string) crypt.Action {
	if s.IsUnsigned(name) {
		return crypt.Plain
	}
	return s.Unknown()
}

// actionOfUndeclared is how an undeclared attribute is written, or why it is not.
func (e *encryptor) actionOfUndeclared(name string, read wire.Protection) (_ crypt.Action, problem string) {
	if problem := e.reserved(name); problem != "" {
		return 0, problem
	}
	if name == "" || len(name) > crypt.MaxNameLength || !utf8.ValidString(name) {
		return 0, "the name is empty, too long or not valid UTF-8"
	}
	action := unknown(e.schema, name)
	if action == 0 {
		action = crypt.Action(read)
	}
	switch action {
	case crypt.Encrypt, crypt.Sign, crypt.Plain:
		return action, ""
	case crypt.Refuse:
		return 0, "undeclared, and the schema refuses undeclared attributes: declare it"
	}
	return 0, "undeclared: declare it, or say by Unknown how undeclared attributes are protected"
}

// serialize makes the canonical bytes of every value: kept of those to encrypt, hashed of those to sign,
// checked of the others.
func (e *encryptor) serialize(src wire.Source, s *scratch) error {
	size := 0
	for i := range s.attrs {
		a := &s.attrs[i]
		encoder := &s.encoder
		if a.action == crypt.Encrypt {
			encoder = &s.kept
			encoder.Next(ddbec.ForEncryption)
		} else {
			encoder.Reset(ddbec.ForStorage)
		}
		if a.action == crypt.Sign {
			encoder.In(e.dialect)
		}
		if err := src.Write(a.slot, encoder); err != nil {
			return e.encrypt.Format(a.name, "", err)
		}
		b, err := encoder.Bytes()
		if err != nil {
			return e.encrypt.Format(a.name, "", err)
		}
		kind, length := ddbec.Scalar(b)
		if problem := e.keyProblem(a.slot, kind, length); problem != "" {
			return e.encrypt.Format(a.name, problem, nil)
		}
		a.shaped = kind == wire.Binary && isCiphertext(length)
		size += len(a.name)
		switch a.action {
		case crypt.Sign:
			a.hash = ddbec.HashValue(b)
		case crypt.Encrypt: // hashed when it is a ciphertext
			a.at = wire.Range{Off: len(encoder.All()) - len(b), Len: len(b)}
			size += ciphertextSize(len(b))
		}
	}
	for _, key := range e.keys {
		if !s.has(wire.Slot(key)) {
			return e.encrypt.Format(e.declared[key].name, report.MissingKey, nil)
		}
	}
	if size > attribute.MaxItemSize {
		return e.encrypt.Format("", report.TooLarge, nil)
	}
	return nil
}

func (s *scratch) has(slot wire.Slot) bool {
	for i := range s.attrs {
		if s.attrs[i].slot == slot {
			return true
		}
	}
	return false
}

// keyProblem says why a value cannot be that of a key attribute.
func (e *encryptor) keyProblem(slot wire.Slot, k wire.Kind, length int) string {
	for _, key := range e.keys {
		switch {
		case wire.Slot(key) != slot:
		case k != wire.String && k != wire.Number && k != wire.Binary:
			return "a key attribute is of type S, N or B: give it one of these"
		case length == 0:
			return "a key attribute cannot be empty"
		}
	}
	return ""
}

// encryptAll encrypts the plaintexts into a new slab with room for more bytes, and hashes what is stored.
func (e *encryptor) encryptAll(block cipher.Block, s *scratch, r *room, more int) ([]byte, []wire.Range) {
	size, count, slots := 0, 0, 0
	for i := range s.attrs {
		if a := &s.attrs[i]; a.action == crypt.Encrypt {
			size += ciphertextSize(a.at.Len)
			slots = max(slots, int(a.slot)+1)
			count++
		}
	}
	slab := make([]byte, 0, size+more)
	if count == 0 {
		return slab, nil
	}
	ranges := slices.Grow(r.ranges[:0], slots)[:slots]
	ivs := slab[size-count*blockSize : size] // every IV is used before what is written over it
	e.random(ivs)
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action != crypt.Encrypt {
			continue
		}
		off := len(slab)
		slab = append(slab, ivs[:blockSize]...)
		ivs = ivs[blockSize:]
		slab = pad(append(slab, s.kept.All()[a.at.Off:a.at.Off+a.at.Len]...))
		iv, data := slab[off:off+blockSize], slab[off+blockSize:]
		s.encrypts.crypt(cipher.NewCBCEncrypter, block, iv, data, data)
		a.hash = s.hasher.Binary(slab[off:])
		ranges[a.slot] = wire.Range{Off: off, Len: len(slab) - off}
	}
	return slab, ranges
}

// describe is the material description of the item: the provider's entries and the format's.
func (e *encryptor) describe(m provider.EncryptionMaterials, s *scratch) ([]byte, error) {
	s.given = m.Description.AppendTo(s.given)
	s.entries = slices.AppendSeq(s.entries, ddbec.Entries(s.given))
	for _, entry := range s.entries { // also those that this item does without: a reader would go by them
		switch string(entry.Name) {
		case e.symMode, e.signingAlg, ddbec.EntryActions:
			return nil, e.encrypt.Keys("the provider's description has an entry "+string(entry.Name)+", which is the format's own: rename it", nil)
		}
	}
	if !m.Encrypt.IsZero() {
		s.entries = append(s.entries, e.symModeEntry)
	}
	if signer, ok := m.Sign.(provider.AlgorithmSigner); ok {
		algorithm := signer.SigningAlgorithm()
		if !isSigningAlgorithm(algorithm) {
			return nil, e.encrypt.Keys("the provider's Signer names no algorithm of the format", nil)
		}
		s.entries = append(s.entries, ddbec.Entry{Name: []byte(e.signingAlg), Value: []byte(algorithm)})
	}
	s.text = e.appendItemHint(append(s.text[:0], e.hint...), s.attrs)
	if len(s.text) <= maxHint {
		s.entries = append(s.entries, ddbec.Entry{Name: e.actionsEntry, Value: s.text})
	}
	var err error
	if s.description, err = ddbec.AppendDescription(s.description, s.entries); err != nil {
		return nil, e.encrypt.Keys("the provider's description and the format's entries do not make one", err)
	}
	return s.description, nil
}
