package dbe

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/itemwise"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
)

// encryptor is the format for one table. It is immutable but for its pool.
type encryptor struct {
	settings
	schema           crypt.Schema
	version          byte              // of headers that are written
	declared         []attr            // by slot
	order            []wire.Slot       // of declared attributes, canonical
	keys             []wire.Slot       // of partition key and sort key
	tables           []string          // the logical name, and its aliases
	scopes           []scope           // of the schema, and of the previous ones
	context          []dbe.Entry       // the entries that every item has, all but the table's name
	required         []string          // the context keys that every item has
	stored, unsealed *attribute.Layout // of items with marks, and without: there a mark is an attribute like others
	encrypt, decrypt report.Report
	random           func([]byte) // fills with randomness: crypto/rand, but in tests of known answers

	pool sync.Pool // of *scratch
}

// attr is an attribute of an item, or of the schema.
type attr struct {
	*field
	action crypt.Action
	at     wire.Range // its canonical bytes in scratch.values
	stored []byte     // of an encrypted attribute that is read: what is stored
}

// field is what all items share of an attribute. It is immutable.
type field struct {
	slot       wire.Slot
	name       string
	path       []byte // canonical (1.4)
	contextKey string // of the attribute, if it is in the context
}

// randomBytes never fails: crypto/rand ends the process instead.
func randomBytes(b []byte) { rand.Read(b) }

var (
	_ crypt.ItemEncryptor = (*encryptor)(nil)
	_ wire.Sealer         = (*encryptor)(nil)
)

// Encryptor makes the encryptor of one table.
func (f format) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	if f.err != nil {
		return nil, f.err
	}
	if s.IsZero() {
		return nil, errors.New("dbe: new encryptor: the schema is the zero Schema: make it with crypt.NewSchema")
	}
	e := &encryptor{
		settings: f.settings,
		schema:   s,
		version:  dbe.Version1,
		tables:   append([]string{s.Table()}, s.Aliases()...),
		encrypt:  report.Report{Op: "encrypt", Table: s.Table()},
		decrypt:  report.Report{Op: "decrypt", Table: s.Table()},
		random:   randomBytes,
	}
	var names []string
	for name, action := range s.Attributes() {
		names = append(names, name)
		a := attr{field: newField(s.Table(), wire.Slot(len(e.declared)), name), action: action}
		if action == crypt.SignContext {
			e.version = dbe.Version2
		}
		e.declared = append(e.declared, a)
		e.order = append(e.order, a.slot)
	}
	slices.SortFunc(e.order, func(a, b wire.Slot) int { return bytes.Compare(e.declared[a].path, e.declared[b].path) })
	e.stored = attribute.NewLayout(names, e.Marks().All)
	e.unsealed = attribute.NewLayout(names, nil)
	e.setKeys()
	for _, schema := range append([]crypt.Schema{s}, s.Previous()...) {
		e.scopes = append(e.scopes, newScope(schema, names))
	}
	if err := e.check(); err != nil {
		return nil, err
	}
	return e, nil
}

func newField(table string, slot wire.Slot, name string) *field {
	return &field{slot, name, dbe.AppendPath(nil, table, name), dbe.ContextAttribute + name}
}

// setKeys notes the key attributes and what of the context is the same in every item (1.6).
func (e *encryptor) setKeys() {
	e.required = []string{dbe.ContextTable}
	if e.version == dbe.Version2 {
		e.required = append(e.required, dbe.ContextLegend)
	}
	for _, key := range []struct{ entry, name string }{{dbe.ContextPartitionName, e.schema.PartitionKey()}, {dbe.ContextSortName, e.schema.SortKey()}} {
		if key.name == "" {
			continue
		}
		slot, _ := e.stored.Slot(key.name)
		e.keys = append(e.keys, slot)
		e.context = append(e.context, dbe.Entry{Key: key.entry, Value: key.name})
		e.required = append(e.required, key.entry)
		a := &e.declared[slot]
		if e.version == dbe.Version1 {
			e.required = append(e.required, a.contextKey)
		} else if a.action == crypt.Sign {
			a.action = crypt.SignContext // keys are, if any attribute is
		}
	}
}

// check reports every mistake of the schema that this format makes one of.
func (e *encryptor) check() error {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("dbe: new encryptor: table %.128q: %s", e.schema.Table(), fmt.Sprintf(format, args...)))
	}
	for _, a := range e.declared {
		if hasContextPrefix(a.name) {
			fail("attribute %.128q: names that begin with %s are the format's own: rename it", a.name, dbe.ContextPrefix)
		}
		if a.action == crypt.Plain && e.isKey(a.slot) {
			fail("attribute %.128q: a key cannot be plain, the format signs it: use Sign", a.name)
		}
		if a.action == crypt.SignContext && dbe.CheckContextEntry(a.contextKey, "") != nil {
			fail("attribute %.128q: the name is too long for the encryption context", a.name)
		}
	}
	for _, entry := range e.context {
		if err := dbe.CheckContextEntry(entry.Key, entry.Value); err != nil {
			fail("%v", err)
		}
	}
	for _, table := range e.tables {
		if err := dbe.CheckContextEntry(dbe.ContextTable, table); err != nil {
			fail("name %.128q: %v", table, err)
		}
	}
	if e.schema.Unknown() == crypt.SignContext && e.version == dbe.Version1 {
		fail("unknown attributes are of action context, and no declared one is: declare one")
	}
	return errors.Join(errs...)
}

// Marks names the two attributes of the format. The footer is the seal: with the message id, which is
// random, it changes with every write.
func (e *encryptor) Marks() crypt.Marks {
	return crypt.Marks{All: []string{HeaderField, FooterField}, Seal: FooterField}
}

// Claims reports whether item carries a mark.
func (e *encryptor) Claims(item crypt.Item) bool {
	_, header := item[HeaderField]
	_, footer := item[FooterField]
	return header || footer
}

// EncryptItem is SealItem over a map.
func (e *encryptor) EncryptItem(ctx context.Context, item crypt.Item) (crypt.Item, error) {
	src := e.unsealed.Read(item)
	defer src.Release()
	return itemwise.Encrypt(ctx, e, e.unsealed, src, e.encrypt)
}

// DecryptItem is OpenItem into a map.
func (e *encryptor) DecryptItem(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
	return itemwise.Decrypt(ctx, e, e.stored, item)
}

// isOwn reports whether an attribute belongs to the format.
func isOwn(name string) bool { return strings.HasPrefix(name, dbe.Prefix) }

// isSearched reports whether an attribute is one by which AWS's clients search: a beacon, or their version.
func isSearched(name string) bool {
	return strings.HasPrefix(name, "aws_dbe_b_") || strings.HasPrefix(name, "aws_dbe_v_")
}

func hasContextPrefix(name string) bool { return strings.HasPrefix(name, dbe.ContextPrefix) }

// reserved says why an attribute of that name cannot be in an item, "" if it can.
func reserved(name string) string {
	switch {
	case isOwn(name):
		return "already encrypted: this item carries a mark of the modern format (Database Encryption SDK): decrypt it first"
	case crypt.Reserved(name):
		return "this item carries a mark of the legacy format (DynamoDB Encryption Client): it is not for the modern format"
	}
	return ""
}
