package crypt

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/internal/wire"
)

// Composite is a Format made of others. A composite is not made part of another one: what each reader
// accepts would no longer be plain to see.
type Composite interface {
	Format

	// Formats are those it is made of.
	Formats() []Format
}

// contextless is a format that has no encryption context, and in a migration takes [SignContext] for
// [Sign], which is all that it can do.
type contextless interface{ WithoutContext() Format }

// Migrate returns the format that writes as write does and reads what write or any of readers wrote. The
// marks of an item say which: any mark claims it, an item with marks of two formats is an error
// that wraps [ErrFormat], and so is one that has none. A failed verification is final, no other reader
// is tried after it. What a reader other than write read is Opened.Stale. It is how a table moves
// to another format, in three deployments:
//
//	crypt.Migrate(ddbec.Format(p), dbe.Format(k)) // all programs read both, and write the old one
//	crypt.Migrate(dbe.Format(k), ddbec.Format(p)) // they write the new one; stale items are rewritten
//	dbe.Format(k)                                 // and read no other
//
// These are the policies FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT, FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT
// and FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT of AWS's clients. As there, reading plaintext
// beside them is not possible: a [Composite] among the formats is an error of Encryptor, as are two
// formats with a mark in common. (Keys change within one format, by a provider or keyring that reads
// both.)
func Migrate(write Format, readers ...Format) Format {
	return migration{append([]Format{write}, readers...)}
}

type migration struct{ formats []Format }

var _ Composite = migration{}

// Formats are the writer and then the readers.
func (m migration) Formats() []Format { return slices.Clone(m.formats) }

// Encryptor makes the encryptors of all formats.
func (m migration) Encryptor(s Schema) (ItemEncryptor, error) {
	e := &migrating{}
	var errs []error
	owner := make(map[string]bool)
	for i, f := range m.formats {
		enc, err := part(f, s)
		if err != nil {
			errs = append(errs, fmt.Errorf("crypt: migrate: format %d of %d: %w", i+1, len(m.formats), err))
			continue
		}
		marks := enc.Marks()
		for _, mark := range marks.All {
			if owner[mark] {
				errs = append(errs, fmt.Errorf("crypt: migrate: format %d of %d: mark %s belongs to an earlier format: an item would not say which of them wrote it", i+1, len(m.formats), quote(mark)))
			}
			owner[mark] = true
			if !Reserved(mark) {
				e.named = append(e.named, mark)
			}
		}
		e.parts = append(e.parts, enc)
		e.marks = append(e.marks, marks.All)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	e.table = s.Table()
	sealing := &sealingMigration{migrating: e}
	for _, enc := range e.parts {
		sealer, ok := enc.(wire.Sealer)
		if !ok {
			return e, nil
		}
		sealing.sealers = append(sealing.sealers, sealer)
	}
	return sealing, nil
}

func part(f Format, s Schema) (ItemEncryptor, error) {
	if f == nil {
		return nil, errors.New("it is nil")
	}
	if _, ok := f.(Composite); ok {
		return nil, errors.New("it is itself made of formats: name them all in one Migrate; plaintext cannot be read during a migration between formats")
	}
	if c, ok := f.(contextless); ok {
		f = c.WithoutContext()
	}
	return f.Encryptor(s)
}

// migrating is a migration for one table. Its first part writes.
type migrating struct {
	table string
	parts []ItemEncryptor
	marks [][]string // of each part
	named []string   // the marks that are not reserved names, which a format knows of itself only
}

// Marks are those of all formats; the seal is the writer's, which an item of another format lacks.
func (m *migrating) Marks() Marks {
	return Marks{All: slices.Concat(m.marks...), Seal: m.parts[0].Marks().Seal}
}

// Claims reports whether item carries a mark of any of the formats.
func (m *migrating) Claims(item Item) bool {
	return slices.ContainsFunc(m.parts, func(e ItemEncryptor) bool { return e.Claims(item) })
}

// EncryptItem is the writer's.
func (m *migrating) EncryptItem(ctx context.Context, item Item) (Item, error) {
	for _, name := range m.named {
		if _, ok := item[name]; ok {
			return nil, m.marked(name)
		}
	}
	return m.parts[0].EncryptItem(ctx, item)
}

func (m *migrating) marked(name string) error {
	return &Error{Op: "encrypt", Table: m.table, Attribute: name, Detail: "already encrypted: it is a mark of one of the migration's formats: decrypt the item first", Err: ErrFormat}
}

// DecryptItem is that of the one format that claims item, or the writer's, which refuses it.
func (m *migrating) DecryptItem(ctx context.Context, item Item) (Opened, error) {
	i, err := m.reader(func(name string) bool { _, ok := item[name]; return ok })
	if err != nil {
		return Opened{}, err
	}
	opened, err := m.parts[i].DecryptItem(ctx, item)
	if err != nil {
		return Opened{}, err
	}
	opened.Stale = opened.Stale || i > 0
	return opened, nil
}

// reader is the part whose marks an item has.
func (m *migrating) reader(has func(mark string) bool) (int, error) {
	found := -1
	for i, marks := range m.marks {
		if !slices.ContainsFunc(marks, has) {
			continue
		}
		if found >= 0 {
			return 0, &Error{Op: "decrypt", Table: m.table, Detail: "the item carries marks of two formats: no client writes such", Err: ErrFormat}
		}
		found = i
	}
	return max(found, 0), nil
}

// sealingMigration is migrating where all formats are Sealers.
type sealingMigration struct {
	*migrating
	sealers []wire.Sealer
}

var _ wire.Sealer = (*sealingMigration)(nil)

// SealItem is the writer's.
func (m *sealingMigration) SealItem(ctx context.Context, src wire.Source, out *wire.Sealed) error {
	if len(m.named) > 0 {
		for _, slot := range src.Slots(nil) {
			if name := src.Name(slot); slices.Contains(m.named, name) {
				return m.marked(name)
			}
		}
	}
	return m.sealers[0].SealItem(ctx, src, out)
}

// OpenItem is that of the one format whose marks item has, or the writer's, which refuses it.
func (m *sealingMigration) OpenItem(ctx context.Context, item wire.Stored, sink wire.Sink) (wire.Result, error) {
	i, err := m.reader(func(name string) bool { _, ok := item.Mark(name); return ok })
	if err != nil {
		return wire.Result{}, err
	}
	result, err := m.sealers[i].OpenItem(ctx, item, sink)
	if err != nil {
		return wire.Result{}, err
	}
	result.Stale = result.Stale || i > 0
	return result, nil
}
