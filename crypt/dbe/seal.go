package dbe

import (
	"context"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider/keyring"
)

// SealItem protects src (1.10). It refuses, before it asks for keys, what the format or DynamoDB cannot
// store; an item that outgrows 400 KB only by what is stored unencrypted is for who assembles it to
// refuse, as EncryptItem does. On an error out is left as it was.
func (e *encryptor) SealItem(ctx context.Context, src wire.Source, out *wire.Sealed) error {
	s := e.acquire()
	defer e.release(s)
	sealed, err := e.seal(ctx, src, s, room(out))
	if err != nil {
		return err
	}
	*out = sealed
	return nil
}

// room is an empty Sealed with the room that one has left for what it points to beside its slab, or with
// room for an item of usual size.
func room(s *wire.Sealed) wire.Sealed {
	value, marks := s.Value[len(s.Value):], s.Marks[len(s.Marks):]
	if cap(marks) == 0 {
		r := new(struct { // one allocation of both
			marks  [2]wire.Mark
			ranges [16]wire.Range
		})
		value, marks = r.ranges[:0], r.marks[:0]
	}
	return wire.Sealed{Value: value, Marks: marks}
}

func (e *encryptor) seal(ctx context.Context, src wire.Source, s *scratch, sealed wire.Sealed) (none wire.Sealed, _ error) {
	if err := e.encrypt.Context(ctx); err != nil {
		return none, err
	}
	if err := e.assign(src, s); err != nil {
		return none, err
	}
	if err := e.serialize(src, s); err != nil {
		return none, err
	}
	m, err := e.encryptionMaterials(ctx, s)
	if err != nil {
		return none, err
	}
	if err := e.describe(m, s); err != nil {
		return none, err
	}
	if sealed, err = e.encryptAll(m, s, sealed); err != nil {
		return none, e.encrypt.Keys("the item's keys do not serve", err)
	}
	if err := e.encrypt.Context(ctx); err != nil {
		return none, err
	}
	return sealed, nil
}

// assign lists the item's attributes with their actions.
func (e *encryptor) assign(src wire.Source, s *scratch) error {
	s.slots = src.Slots(s.slots)
	if err := e.inOrder(s, src.Name); err != nil {
		return e.encrypt.Format("", "", err)
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		if int(a.slot) < len(e.declared) {
			continue
		}
		var problem string
		if a.action, problem = e.actionOfUndeclared(a.name, src.Protection(a.slot)); problem != "" {
			return e.encrypt.Format(a.name, problem, nil)
		}
	}
	return nil
}

// actionOfUndeclared is how an undeclared attribute is written, or why it is not.
func (e *encryptor) actionOfUndeclared(name string, read wire.Protection) (_ crypt.Action, problem string) {
	if problem := reserved(name); problem != "" {
		return 0, problem
	}
	if name == "" || len(name) > crypt.MaxNameLength || !utf8.ValidString(name) {
		return 0, "the name is empty, too long or not valid UTF-8"
	}
	if e.schema.IsUnsigned(name) {
		return crypt.Plain, ""
	}
	action := e.schema.Unknown()
	if action == 0 {
		action = crypt.Action(read)
	}
	switch {
	case action == crypt.Refuse:
		return 0, "undeclared, and the schema refuses undeclared attributes: declare it"
	case action == crypt.Plain && e.schema.Unknown() != crypt.Plain:
		return 0, "undeclared, and read unsigned under another schema: declare it plain, or name it in Unsigned"
	case action == crypt.SignContext && e.version == dbe.Version1:
		return 0, "undeclared, and read in the encryption context, where no declared attribute is: declare it"
	case action < crypt.Encrypt || action > crypt.Plain:
		return 0, "undeclared: declare it, or say by Unknown how undeclared attributes are protected"
	case action != crypt.Plain && hasContextPrefix(name):
		return 0, "names that begin with " + dbe.ContextPrefix + " are the format's own: rename it"
	}
	return action, ""
}

// serialize makes the canonical bytes of every value, which are kept of all but plain ones.
func (e *encryptor) serialize(src wire.Source, s *scratch) error {
	size, signed := 0, 0
	for i := range s.attrs {
		a := &s.attrs[i]
		mode := dbe.ForStorage
		if a.action == crypt.Encrypt {
			mode = dbe.ForEncryption
		}
		b, err := s.encode(a, mode, src)
		if err != nil {
			return e.encrypt.Format(a.name, "", err)
		}
		if problem := e.keyProblem(a.slot, b); problem != "" {
			return e.encrypt.Format(a.name, problem, nil)
		}
		size += len(a.name)
		signed++
		switch a.action {
		case crypt.Encrypt:
			size += len(b) + dbe.GCMOverhead
			s.fields++
		case crypt.Plain:
			s.values.Drop()
			signed--
		}
	}
	for slot := range e.declared {
		a := &e.declared[slot]
		switch {
		case s.has(a.slot):
		case e.isKey(a.slot):
			return e.encrypt.Format(a.name, report.MissingKey, nil)
		case a.action == crypt.SignContext:
			return e.encrypt.Format(a.name, "the attribute is missing, and every item has those of the encryption context: write it, NULL where there is no value", nil)
		}
	}
	switch {
	case size > attribute.MaxItemSize:
		return e.encrypt.Format("", report.TooLarge, nil)
	case signed > dbe.MaxLegend:
		return e.encrypt.Format("", fmt.Sprintf("more than %d attributes are signed", dbe.MaxLegend), nil)
	}
	return nil
}

// keyProblem says why a value cannot be that of a key attribute.
func (e *encryptor) keyProblem(slot wire.Slot, canonical []byte) string {
	if !e.isKey(slot) {
		return ""
	}
	switch k, length := dbe.Scalar(canonical); {
	case k != wire.String && k != wire.Number && k != wire.Binary:
		return "a key attribute is of type S, N or B: give it one of these"
	case length == 0:
		return "a key attribute cannot be empty"
	}
	return ""
}

// describe makes the header of the item, all but its commitment.
func (e *encryptor) describe(m keyring.EncryptionMaterials, s *scratch) error {
	h := &s.header
	h.Version, h.Flavor = e.version, byte(e.suite)
	e.random(h.MessageID[:])
	for i := range s.attrs {
		if letter := letterOf(s.attrs[i].action); letter != 0 {
			s.legend = append(s.legend, letter)
		}
	}
	h.Legend = s.legend
	for _, k := range m.EncryptedDataKeys {
		h.DataKeys = append(h.DataKeys, dbe.DataKey(k))
	}
	var err error
	if s.entries, err = dbe.ContextEntries(s.entries, m.Context); err != nil {
		return e.encrypt.Keys("the manager's context is none", err)
	}
	s.context = dbe.AppendEntries(s.context, s.entries)
	for _, entry := range s.entries {
		if !slices.Contains(m.Required, entry.Key) {
			h.Context = append(h.Context, entry)
		}
	}
	return nil
}

// encryptAll makes the item's slab: the encrypted values, the header and the footer.
func (e *encryptor) encryptAll(m keyring.EncryptionMaterials, s *scratch, sealed wire.Sealed) (none wire.Sealed, _ error) {
	if err := s.keys.Derive(m.DataKey.Expose(), s.header.MessageID[:]); err != nil {
		return none, err
	}
	sealed.Fresh, sealed.Slab = true, make([]byte, 0, e.slabSize(s))
	if err := e.encryptFields(s, &sealed); err != nil {
		return none, err
	}
	head := len(sealed.Slab)
	slab, err := s.header.Append(sealed.Slab)
	if err != nil {
		return none, err
	}
	slab = s.keys.AppendCommitment(slab, slab[head:])
	foot := len(slab)

	hash := e.canonicalHash(s, slab[head:foot], func(a *attr) []byte {
		r := sealed.Value[a.slot]
		return slab[r.Off : r.Off+r.Len]
	})
	for _, k := range m.SigningKeys {
		slab = s.keys.AppendTag(slab, k.Expose(), hash)
	}
	if e.suite == keyring.SuiteECDSA {
		if slab, err = dbe.AppendSignature(slab, hash, m.Signature.Sign); err != nil {
			return none, err
		}
	}
	sealed.Slab = slab
	sealed.Marks = append(sealed.Marks,
		wire.Mark{Name: HeaderField, Range: wire.Range{Off: head, Len: foot - head}},
		wire.Mark{Name: FooterField, Range: wire.Range{Off: foot, Len: len(slab) - foot}})
	return sealed, nil
}

func (e *encryptor) slabSize(s *scratch) int {
	n := s.header.Size() + dbe.FooterSize(len(s.header.DataKeys), s.header.Flavor)
	for i := range s.attrs {
		if a := &s.attrs[i]; a.action == crypt.Encrypt {
			n += a.at.Len + dbe.GCMOverhead
		}
	}
	return n
}

// encryptFields appends the encrypted values (1.7).
func (e *encryptor) encryptFields(s *scratch, sealed *wire.Sealed) error {
	if s.fields == 0 {
		return nil
	}
	if err := s.keys.Fields(s.fields); err != nil {
		return err
	}
	last := 0
	for i := range s.attrs {
		if a := &s.attrs[i]; a.action == crypt.Encrypt {
			last = max(last, int(a.slot))
		}
	}
	sealed.Value = slices.Grow(sealed.Value, last+1)[:last+1]
	clear(sealed.Value)
	field := 0
	for i := range s.attrs {
		a := &s.attrs[i]
		if a.action != crypt.Encrypt {
			continue
		}
		gcm, nonce, err := s.keys.Field(field)
		if err != nil {
			return err
		}
		field++
		value := s.valueOf(a)
		off := len(sealed.Slab)
		sealed.Slab = append(sealed.Slab, value[:dbe.TypeSize]...)
		sealed.Slab = gcm.Seal(sealed.Slab, nonce, value[dbe.TypeSize:], a.path)
		sealed.Value[a.slot] = wire.Range{Off: off, Len: len(sealed.Slab) - off}
	}
	return nil
}
