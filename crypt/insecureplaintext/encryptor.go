package insecureplaintext

import (
	"context"
	"iter"
	"maps"
	"slices"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/wire"
)

// encryptor lets plaintext through beside an encryptor, for one table.
type encryptor struct {
	crypt.ItemEncryptor
	config Config
	writes bool
	schema crypt.Schema
	marks  []string
	names  []string // declared, by slot
}

func (e *encryptor) fail(op, attribute, detail string) error {
	return &crypt.Error{Op: op, Table: e.schema.Table(), Attribute: attribute, Detail: detail, Err: crypt.ErrFormat}
}

// ended says that plaintext is no longer let through, if it is not.
func (e *encryptor) ended(op string) error {
	if e.config.Now().Before(e.config.Until) {
		return nil
	}
	return e.fail(op, "", "plaintext, which was let through until "+e.config.Until.UTC().Format(time.RFC3339)+" (insecureplaintext.Config.Until): rewrite the item encrypted, or extend the date")
}

const undeclared = "undeclared, and the schema refuses undeclared attributes: declare it"

// EncryptItem copies item, or encrypts it.
func (e *encryptor) EncryptItem(ctx context.Context, item crypt.Item) (crypt.Item, error) {
	if !e.writes {
		return e.ItemEncryptor.EncryptItem(ctx, item)
	}
	if err := e.mayWrite(ctx, maps.Keys(item)); err != nil {
		return nil, err
	}
	if err := e.checkItem("encrypt", item); err != nil {
		return nil, err
	}
	return maps.Clone(item), nil
}

// mayWrite refuses to write plaintext that would be taken for something else.
func (e *encryptor) mayWrite(ctx context.Context, names iter.Seq[string]) error {
	if err := ctx.Err(); err != nil {
		return &crypt.Error{Op: "encrypt", Table: e.schema.Table(), Err: err}
	}
	if err := e.ended("encrypt"); err != nil {
		return err
	}
	for name := range names {
		if e.isMark(name) {
			return e.fail("encrypt", name, "the name is reserved for the marks of an encryption format: the item is encrypted already, or the attribute is to be renamed")
		}
	}
	return nil
}

func (e *encryptor) isMark(name string) bool {
	return crypt.Reserved(name) || slices.Contains(e.marks, name)
}

// checkItem refuses an item without its keys, or with attributes that the schema refuses.
func (e *encryptor) checkItem(op string, item crypt.Item) error {
	for _, key := range []string{e.schema.PartitionKey(), e.schema.SortKey()} {
		if _, ok := item[key]; !ok && key != "" {
			return e.fail(op, key, missingKey)
		}
	}
	if e.schema.Unknown() != crypt.Refuse {
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(item)) {
		if !e.isDeclared(name) {
			return e.fail(op, name, undeclared)
		}
	}
	return nil
}

func (e *encryptor) isDeclared(name string) bool {
	_, found := slices.BinarySearch(e.names, name)
	return found
}

const missingKey = "the key attribute is missing: is it an item of this table, and read whole?"

// DecryptItem copies an item that is plaintext; another one is for the encryptor to verify or refuse.
func (e *encryptor) DecryptItem(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
	for name := range item {
		if e.isMark(name) {
			return e.ItemEncryptor.DecryptItem(ctx, item)
		}
	}
	if err := e.mayRead(ctx); err != nil {
		return crypt.Opened{}, err
	}
	if err := e.checkItem("decrypt", item); err != nil {
		return crypt.Opened{}, err
	}
	opened := crypt.Opened{Item: maps.Clone(item), Unsigned: slices.Sorted(maps.Keys(item)), Stale: true}
	for _, name := range opened.Unsigned {
		if !e.isDeclared(name) {
			if opened.Actions == nil {
				opened.Actions = make(map[string]crypt.Action)
			}
			opened.Actions[name] = crypt.Plain
		}
	}
	e.config.OnRead(e.schema.Table())
	return opened, nil
}

func (e *encryptor) mayRead(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return &crypt.Error{Op: "decrypt", Table: e.schema.Table(), Err: err}
	}
	return e.ended("decrypt")
}

// sealingEncryptor is encryptor beside a Sealer.
type sealingEncryptor struct {
	*encryptor
	sealer wire.Sealer
}

var _ wire.Sealer = (*sealingEncryptor)(nil)

// SealItem leaves src as it is, or seals it.
func (e *sealingEncryptor) SealItem(ctx context.Context, src wire.Source, out *wire.Sealed) error {
	if !e.writes {
		return e.sealer.SealItem(ctx, src, out)
	}
	slots := src.Slots(nil)
	if err := e.mayWrite(ctx, e.undeclaredOf(slots, src)); err != nil {
		return err
	}
	if err := e.checkSlots("encrypt", slots, src); err != nil {
		return err
	}
	*out = wire.Sealed{}
	return nil
}

// undeclaredOf are the names that are not the schema's.
func (e *sealingEncryptor) undeclaredOf(slots []wire.Slot, src wire.Source) iter.Seq[string] {
	return func(yield func(string) bool) {
		for _, s := range slots {
			if int(s) >= len(e.names) && !yield(src.Name(s)) {
				return
			}
		}
	}
}

// checkSlots is checkItem.
func (e *sealingEncryptor) checkSlots(op string, slots []wire.Slot, src wire.Source) error {
	for _, key := range []string{e.schema.PartitionKey(), e.schema.SortKey()} {
		if slot, declared := slices.BinarySearch(e.names, key); declared && !slices.Contains(slots, wire.Slot(slot)) {
			return e.fail(op, key, missingKey)
		}
	}
	if e.schema.Unknown() == crypt.Refuse {
		for name := range e.undeclaredOf(slots, src) {
			return e.fail(op, name, undeclared)
		}
	}
	return nil
}

// OpenItem hands on an item that is plaintext; another one is for the sealer to verify or refuse.
func (e *sealingEncryptor) OpenItem(ctx context.Context, item wire.Stored, sink wire.Sink) (wire.Result, error) {
	slots := item.Slots(nil)
	for _, mark := range e.marks {
		if _, present := item.Mark(mark); present {
			return e.sealer.OpenItem(ctx, item, sink)
		}
	}
	for name := range e.undeclaredOf(slots, item) {
		if e.isMark(name) {
			return e.sealer.OpenItem(ctx, item, sink)
		}
	}
	if err := e.mayRead(ctx); err != nil {
		return wire.Result{}, err
	}
	if err := e.checkSlots("decrypt", slots, item); err != nil {
		return wire.Result{}, err
	}
	e.config.OnRead(e.schema.Table())
	for _, s := range slots {
		if err := sink.Set(s, wire.Plain, item.Value(s)); err != nil {
			return wire.Result{}, err
		}
	}
	return wire.Result{Unsigned: slots, Stale: true}, nil
}
