package ddb

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/wire"
)

// readForWrite reads an item that is about to be replaced: consistently, as it lies in the table and
// opened.
func (t *Table[T]) readForWrite(ctx context.Context, key crypt.Item) (v T, read crypt.Item, from *opened, err error) {
	if read, err = t.fetch(ctx, key, true); err != nil {
		return v, nil, nil, err
	}
	from = &opened{}
	v, err = t.open(ctx, key, read, from)
	return v, read, from, err
}

// guarded is the condition that the item is still the one read, and meets the user's conditions. The
// seal vouches for all that is signed; what is not is compared attribute by attribute, since it may
// be updated without a new seal. An item without a seal has it still, where there could be one: others
// may be about to encrypt it, or add to it in clear.
func (t *Table[T]) guarded(read crypt.Item, from *opened, when []Cond[T]) (*expression, error) {
	e := newExpression(t.shape)
	switch seals := t.sealsOf(read); {
	case read == nil:
		e.missing(t.shape.keys[0].name)
	case len(seals) > 0:
		for _, name := range seals {
			e.unchanged(name, read)
		}
		for _, name := range t.unsigned(read, from) {
			e.unchanged(name, read)
		}
	default:
		for name := range read {
			e.unchanged(name, read)
		}
		for _, name := range t.absent(read) {
			e.missing(name)
		}
	}
	if err := addAll(e, when); err != nil {
		return nil, err
	}
	return e, checkLength(e.text)
}

// maxExpression is DynamoDB's limit on the text of an expression, in bytes.
const maxExpression = 4096

func checkLength(text string) error {
	if len(text) > maxExpression {
		return fmt.Errorf("expression of %d bytes over the item's attributes, DynamoDB's limit is %d: the item has too many attributes for this operation, use Put or Replace", len(text), maxExpression)
	}
	return nil
}

// sealsOf names what changes with every write, if the item has it: the seal, or every mark where another
// format than the writer's wrote the item.
func (t *Table[T]) sealsOf(read crypt.Item) (names []string) {
	if t.enc == nil {
		return nil
	}
	marks := t.enc.Marks()
	if _, ok := read[marks.Seal]; ok {
		return []string{marks.Seal}
	}
	for _, mark := range marks.All {
		if _, ok := read[mark]; ok {
			names = append(names, mark)
		}
	}
	return names
}

// unsigned names the attributes that no signature covered, declared and not, and those that a previous
// shape left unsigned and the item lacks: programs that have that shape may add them.
func (t *Table[T]) unsigned(read crypt.Item, from *opened) (names []string) {
	for slot, a := range t.shape.action {
		s := wire.Slot(slot)
		name := t.shape.name(s)
		if a == crypt.Plain || slices.Contains(from.unsigned, s) || read[name] == nil && t.shape.wasPlain(name) {
			names = append(names, name)
		}
	}
	for _, k := range from.undeclared {
		if k.protection == wire.Plain {
			names = append(names, k.name)
		}
	}
	return names
}

// wasPlain reports whether a previous shape leaves an attribute unsigned.
func (sh *shape) wasPlain(name string) bool {
	for _, previous := range sh.schema.Previous() {
		for declared, a := range previous.Attributes() {
			if declared == name && a == crypt.Plain {
				return true
			}
		}
	}
	return false
}

// absent names the marks and declared attributes that an item of an encrypted table lacks.
func (t *Table[T]) absent(read crypt.Item) (names []string) {
	if t.enc == nil {
		return nil
	}
	return slices.DeleteFunc(slices.Concat(t.enc.Marks().All, t.shape.layout.Names()), func(name string) bool {
		_, has := read[name]
		return has
	})
}

// conflict tells why a guarded write was refused. If the item is still the one read, or still missing, it
// was the user's condition. If it is another the write is worth another try, unless an earlier attempt
// may have made it so: then what was read is gone, and trying again would apply the call twice.
func (t *Table[T]) conflict(ctx context.Context, key, read crypt.Item, when []Cond[T], sent attempts, failed *types.ConditionalCheckFailedException) (again bool, err error) {
	same := read == nil && len(failed.Item) == 0 || read != nil && attribute.EqualItems(read, failed.Item)
	if same {
		return false, t.conditionError(ctx, key, refusal(t.shape, when, failed.Item), failed)
	}
	return sent.unknown == 0, t.conditionError(ctx, key, sent.uncertain(ErrConflict), failed)
}

const (
	maxTries  = 8
	firstWait = 10 * time.Millisecond
	maxWait   = 500 * time.Millisecond
)

// retry calls f until it is done or has failed maxTries times, with random waits between, so that
// writers which met once do not meet again.
func retry(ctx context.Context, f func() (again bool, err error)) error {
	wait := firstWait
	for try := 1; ; try++ {
		again, err := f()
		if !again {
			return err
		}
		if try == maxTries {
			return fmt.Errorf("gave up after %d tries: %w", maxTries, err)
		}
		timer := time.NewTimer(rand.N(wait))
		select {
		case <-ctx.Done():
			timer.Stop()
			return ctx.Err()
		case <-timer.C:
		}
		wait = min(2*wait, maxWait)
	}
}
