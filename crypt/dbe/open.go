package dbe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
)

// OpenItem verifies item, decrypts and parses all of it, and then gives its attributes to sink (1.11).
// What does not fit the format is refused before keys are asked for; once they are in hand every failure
// is crypt.ErrAuth. An error of sink is returned as it is.
func (e *encryptor) OpenItem(ctx context.Context, item wire.Stored, sink wire.Sink) (wire.Result, error) {
	s := e.acquire()
	defer e.release(s)
	if err := e.verified(ctx, item, s); err != nil {
		return wire.Result{}, err
	}
	result := wire.Result{Stale: e.stale(s)}
	for i := range s.attrs {
		a := &s.attrs[i]
		var r wire.Reader
		if a.action == crypt.Encrypt {
			s.reader.Reset(s.parsed[i])
			r = &s.reader
		} else {
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

// maxTrials is how many verifications an item is worth, over names of its table and schemas.
const maxTrials = 16

// verified leaves in s the attributes as they are protected and the values of those that are encrypted.
// A table with other names, or with schemas that leave other attributes unsigned, has several readings of an
// item; all of it decides which one verifies.
func (e *encryptor) verified(ctx context.Context, item wire.Stored, s *scratch) error {
	if err := e.decrypt.Context(ctx); err != nil {
		return err
	}
	s.slots = item.Slots(s.slots)
	header, footer, err := e.marksOf(item, s)
	if err != nil {
		return err
	}
	if err := e.dropMarks(item, s); err != nil {
		return err
	}
	if err := e.inOrder(s, item.Name); err != nil {
		return e.decrypt.Format("", "", err)
	}
	trials := 0
	var misfit error // of the first reading that does not fit
	failed := false  // a reading that fits did not verify
	unverified := func() error {
		if failed {
			return e.decrypt.Auth()
		}
		return misfit
	}
	var a answer
	for t, table := range e.tables {
		s.moveTo(table, t)
		for i := range e.scopes {
			if err := e.fit(item, s, &e.scopes[i]); err != nil {
				misfit = cmp.Or(misfit, err)
				continue
			}
			if trials++; trials > maxTrials {
				return unverified()
			}
			err := e.verify(ctx, table, header, footer, s, &a)
			switch {
			case err == nil:
				s.old = t > 0 || i > 0
				return e.decrypt.Context(ctx)
			case errors.Is(err, crypt.ErrAuth):
				failed = true
			case errors.Is(err, crypt.ErrFormat): // keys that depend on the context may be of another reading
				misfit = cmp.Or(misfit, err)
			default:
				return err
			}
		}
	}
	return unverified()
}

// moveTo makes the paths of the attributes those of the n-th name of the table.
func (s *scratch) moveTo(table string, n int) {
	if n == 0 {
		return // as inOrder makes them
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		a.field = newField(table, a.slot, a.name)
	}
}

// verify verifies the item as it is laid out in s, and decrypts it.
func (e *encryptor) verify(ctx context.Context, table string, header []byte, footer dbe.Footer, s *scratch, a *answer) error {
	m, err := e.decryptionMaterials(ctx, table, s, a)
	if err != nil {
		return err
	}
	if s.context, err = dbe.AppendContext(s.context[:0], m.Context); err != nil {
		return e.decrypt.Keys("the manager's context is none", err)
	}
	if s.keys.Derive(m.DataKey.Expose(), s.header.MessageID[:]) != nil || !s.keys.Committed(header) {
		return e.decrypt.Auth()
	}
	hash := e.canonicalHash(s, header, func(a *attr) []byte { return a.stored })
	if !s.keys.Tagged(footer.Tags, m.SigningKey.Expose(), hash) {
		return e.decrypt.Auth()
	}
	if footer.Signature != nil && !dbe.VerifySignature(m.PublicKey, hash, footer.Signature) {
		return e.decrypt.Auth()
	}
	if !decryptAll(s) {
		return e.decrypt.Auth()
	}
	return nil
}

// marksOf parses header and footer, and tells apart the ways not to have them.
func (e *encryptor) marksOf(item wire.Stored, s *scratch) (header []byte, none dbe.Footer, _ error) {
	fail := func(attribute, detail string, cause error) ([]byte, dbe.Footer, error) {
		return nil, none, e.decrypt.Format(attribute, detail, cause)
	}
	header, headed := item.Mark(HeaderField)
	footer, footed := item.Mark(FooterField)
	switch {
	case !headed && !footed:
		return fail(HeaderField, "not an item of this format, the attribute is missing: is the item plaintext, or read without all its attributes?", nil)
	case !headed:
		return fail(HeaderField, loneMark, nil)
	case !footed:
		return fail(FooterField, loneMark, nil)
	case header == nil:
		return fail(HeaderField, notBinary, nil)
	case footer == nil:
		return fail(FooterField, notBinary, nil)
	}
	if err := s.header.Parse(header); err != nil {
		return fail(HeaderField, "no header", err)
	}
	if suite := suiteOf(&s.header); !slices.Contains(e.accept, suite) {
		return fail(HeaderField, fmt.Sprintf("written under suite %v, and this reader accepts %v: name it in AcceptSuites if its writers are trusted", suite, e.accept), nil)
	}
	parsed, err := dbe.ParseFooter(footer, len(s.header.DataKeys), s.header.Flavor)
	if err != nil {
		return fail(FooterField, "no footer", err)
	}
	return header, parsed, nil
}

const (
	loneMark  = "the attribute is missing beside the other mark: the item was not written or read whole"
	notBinary = "a mark of the format is not of type B"
)

// fit gives the attributes the actions that the legend has for them if those outside sc are unsigned, and
// makes the canonical bytes of those that are signed only.
func (e *encryptor) fit(item wire.Stored, s *scratch, sc *scope) error {
	s.values.Reset(dbe.ForVerification)
	s.fields, s.letters, s.spelled = 0, s.letters[:0], s.spelled[:0]
	legend := s.header.Legend
	signed := 0
	for i := range s.attrs {
		a := &s.attrs[i]
		if sc.leavesOut(a.slot, a.name) {
			a.action = crypt.Plain
			continue
		}
		if signed++; signed <= len(legend) {
			a.action = actionOf(legend[signed-1])
		}
	}
	if signed != len(legend) {
		return e.decrypt.Format(HeaderField, fmt.Sprintf("the item has %d attributes that are not unsigned, and the header signs %d: the item was read without all its attributes, one was added or removed, or is plain or Unsigned here and not where it was written", signed, len(legend)), nil)
	}
	for i := range s.attrs {
		if err := e.load(item, &s.attrs[i], s); err != nil {
			return err
		}
	}
	for _, key := range e.keys {
		if !s.has(key) {
			return e.decrypt.Format(e.declared[key].name, report.MissingKey, nil)
		}
	}
	return nil
}

// dropMarks takes attributes out of s.slots that belong to the format, and refuses those of another.
func (e *encryptor) dropMarks(item wire.Stored, s *scratch) error {
	kept := s.slots[:0]
	for _, slot := range s.slots {
		if int(slot) < len(e.declared) {
			kept = append(kept, slot)
			continue
		}
		name := item.Name(slot)
		switch {
		case isSearched(name): // covered by nothing, and not handed out
			continue
		case isOwn(name):
			return e.decrypt.Format(name, "the name is the format's own, and it has no such attribute", nil)
		case crypt.Reserved(name):
			return e.decrypt.Format(name, reserved(name), nil)
		case e.schema.Unknown() == crypt.Refuse && !e.schema.IsUnsigned(name):
			return e.decrypt.Format(name, "undeclared, and the schema refuses undeclared attributes: declare it", nil)
		}
		kept = append(kept, slot)
	}
	s.slots = kept
	return nil
}

// load reads what is stored of an attribute.
func (e *encryptor) load(item wire.Stored, a *attr, s *scratch) error {
	if problem := e.letterProblem(a, s.header.Version); problem != "" {
		return e.decrypt.Format(a.name, problem, nil)
	}
	switch a.action {
	case crypt.Encrypt:
		r := item.Value(a.slot)
		if a.stored = r.Binary(); r.Kind() != wire.Binary || len(a.stored) < dbe.TypeSize+dbe.GCMOverhead {
			return e.decrypt.Format(a.name, "the header says that it is encrypted, and it is stored unencrypted or cut short", nil)
		}
		s.fields++
	case crypt.Sign, crypt.SignContext:
		if _, err := s.encode(a, dbe.ForVerification, item); err != nil {
			return e.decrypt.Format(a.name, "", err)
		}
	}
	return nil
}

// letterProblem says why the legend cannot be that of an item which holds a.
func (e *encryptor) letterProblem(a *attr, version byte) string {
	switch {
	case version == dbe.Version1 && a.action == crypt.SignContext:
		return "the header has it in the encryption context, and is of version 1"
	case !e.isKey(a.slot):
		return ""
	case version == dbe.Version1 && a.action != crypt.Sign:
		return "a key attribute that the header does not sign as one"
	case version == dbe.Version2 && a.action != crypt.SignContext:
		return "a key attribute that the header does not have in the encryption context"
	}
	return ""
}

// maxSharedPlain is the largest item whose strings share memory, in bytes of ciphertext.
const maxSharedPlain = 4 << 10

// decryptAll decrypts and parses every encrypted attribute, and reports whether all are sound.
func decryptAll(s *scratch) bool {
	if s.fields == 0 {
		return true
	}
	if s.keys.Fields(s.fields) != nil {
		return false
	}
	size := 0
	for i := range s.attrs {
		size += len(s.attrs[i].stored)
	}
	// Strings of a small item share one allocation, which lives as long as one of them. Of a large item a
	// short string would keep too much alive: they are copied out of a buffer that is used again.
	buffer, shared := &s.plain, size <= maxSharedPlain
	if shared {
		buffer = new([]byte)
	}
	s.reader.Share(shared)
	*buffer = slices.Grow((*buffer)[:0], size)
	s.parsed = append(s.parsed[:0], make([]dbe.Value, len(s.attrs))...)
	field := 0
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action != crypt.Encrypt {
			continue
		}
		gcm, nonce, err := s.keys.Field(field)
		if err != nil {
			return false
		}
		field++
		off := len(*buffer)
		*buffer = append(*buffer, a.stored[:dbe.TypeSize]...)
		if *buffer, err = gcm.Open(*buffer, nonce, a.stored[dbe.TypeSize:], a.path); err != nil {
			return false
		}
		end := len(*buffer)
		if s.parsed[i], err = dbe.Parse((*buffer)[off:end:end]); err != nil {
			return false
		}
	}
	return true
}

// stale reports whether the item is other than the writer would write it.
func (e *encryptor) stale(s *scratch) bool {
	if s.old || s.header.Version != e.version || suiteOf(&s.header) != e.suite {
		return true
	}
	for i := range s.attrs {
		if a := &s.attrs[i]; int(a.slot) < len(e.declared) && a.action != e.declared[a.slot].action {
			return true
		}
	}
	return false
}
