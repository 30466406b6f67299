package ddbec

import (
	"context"
	"crypto/cipher"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider"
)

// OpenItem verifies item, decrypts and parses all of it, and then gives its attributes to sink. What
// does not fit the format is refused before keys are asked for; once they are in hand every failure
// is crypt.ErrAuth, but for keys that are missing: crypt.ErrKeys. An error of sink is returned as it is.
func (e *encryptor) OpenItem(ctx context.Context, item wire.Stored, sink wire.Sink) (wire.Result, error) {
	s := e.acquire()
	defer e.release(s)
	if err := e.verified(ctx, item, s); err != nil {
		return wire.Result{}, err
	}
	result := wire.Result{Stale: s.alias || s.verified != e.dialect || s.schema > 0}
	for i := range s.attrs {
		a := &s.attrs[i]
		var r wire.Reader
		switch {
		case a.action == crypt.Encrypt:
			s.reader.Reset(s.values[i])
			r = &s.reader
		case s.signedByPython(a):
			s.signed.Reset(s.values[i]) // what was signed: digits that Python rounds away are anybody's
			r = &s.signed
		default:
			r = item.Value(a.slot)
		}
		if a.action == crypt.Plain {
			result.Unsigned = append(result.Unsigned, a.slot)
		}
		if err := sink.Set(a.slot, wire.Protection(a.action), r); err != nil {
			return wire.Result{}, err
		}
	}
	slices.Sort(result.Unsigned)
	return result, nil
}

// verified leaves in s the attributes as they are protected and the values of those that are encrypted.
func (e *encryptor) verified(ctx context.Context, item wire.Stored, s *scratch) error {
	if err := e.decrypt.Context(ctx); err != nil {
		return err
	}
	s.slots = item.Slots(s.slots)
	m, err := e.marksOf(item, s)
	if err != nil {
		return err
	}
	if err := e.checkEntries(&m); err != nil {
		return err
	}
	if err := e.collect(item, s); err != nil {
		return err
	}
	if !m.symMode && len(e.previous) == 0 && slices.ContainsFunc(s.attrs, func(a attr) bool { return a.action == crypt.Encrypt }) {
		return e.decrypt.Format(e.description, "material description: entry "+e.symMode+" is missing, and attributes are encrypted", nil)
	}
	materials, err := e.decryptionMaterials(ctx, item, m.parsed)
	if err != nil {
		return err
	}
	if known, ok := materials.Verify.(provider.AlgorithmVerifier); ok && !m.names(known.Algorithm()) {
		return e.decrypt.Auth() // keys are in hand: no word on what is wrong
	}
	if err := e.verify(ctx, materials.Verify, m, s); err != nil {
		return err
	}
	block, err := e.cipher(e.decrypt, materials.Decrypt, s)
	if err != nil {
		return err
	}
	s.values = append(s.values, make([]ddbec.Value, len(s.attrs))...)
	if block != nil && !m.symMode || !decryptAll(block, s) || !parseSigned(item, s) {
		return e.decrypt.Auth()
	}
	return nil
}

// marks are the values of an item's marks.
type marks struct {
	signature   []byte
	description []byte // checked; nil: the item has none
	parsed      provider.Description

	// What the description says, see checkEntries:
	symMode   bool   // the mode of encryption
	algorithm []byte // of the signature; nil: nothing
}

// marksOf reads the marks, and tells apart the ways not to have them.
func (e *encryptor) marksOf(item wire.Stored, s *scratch) (none marks, _ error) {
	for _, slot := range s.slots {
		if int(slot) < len(e.declared) {
			continue
		}
		if name := item.Name(slot); crypt.Reserved(name) {
			return none, e.decrypt.Format(name, e.reserved(name), nil)
		}
	}
	signature, signed := item.Mark(e.signature)
	description, described := item.Mark(e.description)
	switch {
	case !signed && !described:
		return none, e.decrypt.Format(e.signature, "not an item of this format, the attribute is missing: is the item plaintext, or read without all its attributes?", nil)
	case !signed:
		return none, e.decrypt.Format(e.signature, "the attribute is missing beside the other mark: the item was not written or read whole", nil)
	case signature == nil:
		return none, e.decrypt.Format(e.signature, notBinary, nil)
	case !described:
		return marks{signature: signature}, nil // Java writes no description that would be empty
	case description == nil:
		return none, e.decrypt.Format(e.description, notBinary, nil)
	}
	parsed, err := provider.ParseDescription(description)
	if err != nil {
		return none, e.decrypt.Format(e.description, "no material description", err)
	}
	return marks{signature: signature, description: description, parsed: parsed}, nil
}

const notBinary = "a mark of the format is not of type B"

// checkEntries refuses what the description asks for and the format does not do (1.15), and notes in m what it
// says.
func (e *encryptor) checkEntries(m *marks) error {
	var mode []byte
	for entry := range ddbec.Entries(m.description) { // of a name the last counts
		switch string(entry.Name) {
		case e.symMode:
			mode, m.symMode = entry.Value, true
		case e.signingAlg:
			m.algorithm = entry.Value
		}
	}
	switch {
	case m.symMode && string(mode) != ddbec.SymMode:
		return e.decrypt.Format(e.description, "material description: entry "+e.symMode+" is not "+ddbec.SymMode, nil)
	case m.algorithm != nil && !isSigningAlgorithm(string(m.algorithm)):
		return e.decrypt.Format(e.description, "material description: entry "+e.signingAlg+" names no algorithm of the format", nil)
	case !m.names(e.algorithm):
		return e.decrypt.Format(e.description, "material description: entry "+e.signingAlg+" is not the provider's algorithm, "+e.algorithm, nil)
	}
	return nil
}

// isSigningAlgorithm knows what AWS's clients write into signingAlg (1.9). The entry decides nothing:
// the algorithm is the Verifier's.
func isSigningAlgorithm(name string) bool {
	switch name {
	case "HmacSHA224", "HmacSHA256", "HmacSHA384", "HmacSHA512",
		"SHA224withRSA", "SHA256withRSA", "SHA384withRSA", "SHA512withRSA",
		"SHA224withECDSA", "SHA256withECDSA", "SHA384withECDSA", "SHA512withECDSA":
		return true
	}
	return false
}

// names reports whether the description names the algorithm, or none. The Verifier's own verifies, whatever an
// item names; "" is any.
func (m *marks) names(algorithm string) bool {
	return m.algorithm == nil || algorithm == "" || string(m.algorithm) == algorithm
}

// collect lists the item's attributes with their hashes and what is known of their actions.
func (e *encryptor) collect(item wire.Stored, s *scratch) error {
	s.room()
	for _, slot := range s.slots {
		var a *attr
		if int(slot) < len(e.declared) {
			d := &e.declared[slot]
			a = s.add(slot, d.name, d.nameHash, d.action)
		} else {
			name := item.Name(slot)
			a = s.add(slot, name, new(ddbec.HashName(name)), unknown(e.schema, name))
		}
		if a.action == crypt.Refuse && len(e.previous) == 0 {
			return e.decrypt.Format(a.name, refused, nil)
		}
		if err := e.hashStored(item, a, s); err != nil {
			return err
		}
	}
	for _, key := range e.keys {
		if !s.has(wire.Slot(key)) {
			return e.decrypt.Format(e.declared[key].name, report.MissingKey, nil)
		}
	}
	e.inOrder(s)
	return e.fit(s)
}

const (
	refused  = "undeclared, and the schema refuses undeclared attributes: declare it"
	unshaped = "stored unencrypted or cut short, and the schema says encrypt: the item was written under another action"
)

// unfit says why a cannot be stored as it is under its action, "" if it can.
func (a *attr) unfit() string {
	switch {
	case a.action == crypt.Refuse:
		return refused
	case a.action == crypt.Encrypt && !a.shaped:
		return unshaped
	}
	return ""
}

// hashStored hashes the stored value of a.
func (e *encryptor) hashStored(item wire.Stored, a *attr, s *scratch) error {
	if r := item.Value(a.slot); r.Kind() == wire.Binary {
		a.stored = r.Binary()
		a.shaped = isCiphertext(len(a.stored))
		if e.mayBeSigned(a) {
			a.hash = s.hasher.Binary(a.stored)
		}
		return nil
	}
	s.encoder.Reset(ddbec.ForVerification)
	if err := item.Write(a.slot, &s.encoder); err != nil {
		return e.decrypt.Format(a.name, "", err)
	}
	b, err := s.encoder.Bytes()
	if err != nil {
		return e.decrypt.Format(a.name, "", err)
	}
	if !e.mayBeSigned(a) {
		return nil
	}
	a.hash = ddbec.HashValue(b)
	if s.encoder.Differs() {
		hashInPython(item, a, s)
	}
	return nil
}

// maxSharedPlain is the largest item whose strings share memory, in bytes of ciphertext.
const maxSharedPlain = 4 << 10

// decryptAll decrypts and parses every encrypted attribute, and reports whether all are sound.
func decryptAll(block cipher.Block, s *scratch) bool {
	if block == nil {
		return true
	}
	size := 0
	for i := range s.attrs {
		if a := &s.attrs[i]; a.action == crypt.Encrypt {
			size += len(a.stored)
		}
	}
	// Strings of a small item share one allocation, which lives as long as one of them. Of a large item a
	// short string would keep too much alive: they are copied out of a buffer that is used again.
	buffer, shared := &s.plain, size <= maxSharedPlain
	if shared {
		buffer = new([]byte)
	}
	s.reader.Share(shared)
	*buffer = slices.Grow(*buffer, size)
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action != crypt.Encrypt {
			continue
		}
		if !isCiphertext(len(a.stored)) {
			return false
		}
		iv, data := a.stored[:blockSize], a.stored[blockSize:]
		done := len(*buffer)
		*buffer = (*buffer)[:done+len(data)]
		plain := (*buffer)[done:]
		s.decrypts.crypt(cipher.NewCBCDecrypter, block, iv, plain, data)
		text, ok := unpad(plain)
		if !ok {
			return false
		}
		v, err := ddbec.Parse(text)
		if err != nil {
			return false
		}
		s.values[i] = v
	}
	return true
}
