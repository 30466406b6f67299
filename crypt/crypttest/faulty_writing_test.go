package crypttest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dynaseal/ddb/crypt"
)

type adder func(name, check string, damage func(*fault, crypt.Schema))

func addArgumentFaults(add adder) {
	add("sorts the argument's sets", "arguments-unmodified", func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			for _, v := range item {
				if set, ok := v.(*avSS); ok && set != nil {
					slices.Sort(set.Value)
				}
			}
			return f.ItemEncryptor.EncryptItem(ctx, item)
		}
	})
	add("appends to the argument's binaries", "arguments-unmodified", func(f *fault, _ crypt.Schema) {
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			if b, ok := item[sig].(*avB); ok && b != nil {
				_ = append(b.Value, 1)
			}
			return f.ItemEncryptor.DecryptItem(ctx, item)
		}
	})
	add("keeps the argument", "arguments-not-kept", func(f *fault, _ crypt.Schema) {
		var written memory[crypt.Item]
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			if err == nil {
				written.put(sealOf(stored), maps.Clone(item))
			}
			return stored, err
		}
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			opened, err := f.ItemEncryptor.DecryptItem(ctx, item)
			if kept, ok := written.get(sealOf(item)); ok && err == nil {
				opened.Item = kept
			}
			return opened, err
		}
	})
	add("gives one result to all", "results-independent", func(f *fault, _ crypt.Schema) {
		var read memory[crypt.Opened]
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			opened, err := f.ItemEncryptor.DecryptItem(ctx, item)
			if err == nil {
				if before, ok := read.get(sealOf(item)); ok && len(before.Item) == len(opened.Item) {
					return before, nil
				}
				read.put(sealOf(item), opened)
			}
			return opened, err
		}
	})
	add("mixes the items of goroutines", "concurrency", func(f *fault, _ crypt.Schema) {
		var last memory[crypt.Item]
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			last.put("", item)
			time.Sleep(time.Millisecond) // others come between
			item, _ = last.get("")
			return f.ItemEncryptor.EncryptItem(ctx, item)
		}
	})
	add("ignores the context", "context", func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			return f.ItemEncryptor.EncryptItem(context.WithoutCancel(ctx), item)
		}
	})
	add("returns an item when the context ends", "context", func(f *fault, _ crypt.Schema) {
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			opened, err := f.ItemEncryptor.DecryptItem(context.WithoutCancel(ctx), item)
			return opened, errors.Join(err, ctx.Err())
		}
	})
	add("prints the item in its errors", "errors-show-nothing", func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			if s, ok := item["pk"].(*avS); ok && err != nil {
				err = fmt.Errorf("item %x: %w", s.Value, err)
			}
			return stored, err
		}
	})
}

func addWritingFaults(add adder) {
	rewriting := func(change func(crypt.Item) crypt.Item) func(*fault, crypt.Schema) {
		return func(f *fault, _ crypt.Schema) {
			f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
				return f.ItemEncryptor.EncryptItem(ctx, change(item))
			}
		}
	}
	add("rounds numbers", "round-trip", rewriting(func(item crypt.Item) crypt.Item {
		c := maps.Clone(item)
		for name, v := range c {
			if n, ok := v.(*avN); ok && n != nil && len(n.Value) > 30 {
				c[name] = &avN{Value: n.Value[:30]}
			}
		}
		return c
	}))
	add("fills in what is absent", "absent-attributes", func(f *fault, s crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			c := maps.Clone(item)
			for name := range s.Attributes() {
				if _, ok := c[name]; !ok && len(c) > 0 && name != "pk" && name != "sk" {
					c[name] = &avNULL{Value: true}
				}
			}
			return f.ItemEncryptor.EncryptItem(ctx, c)
		}
	})
	add("knows text keys only", "key-types", func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			if _, ok := item["pk"].(*avS); !ok {
				return nil, crypt.ErrFormat
			}
			return f.ItemEncryptor.EncryptItem(ctx, item)
		}
	})
	add("adds an attribute that no mark names", "marks", rewritten(func(_, stored crypt.Item) { stored["version"] = &avN{Value: "1"} }))
	add("has a seal that stays", "marks", func(f *fault, _ crypt.Schema) {
		f.marks = func() crypt.Marks { return crypt.Marks{All: []string{desc, sig}, Seal: desc} }
	})
	add("writes signed text in capitals", "unencrypted-values", rewriting(func(item crypt.Item) crypt.Item {
		if s, ok := item["sign text"].(*avS); ok {
			return with(item, crypt.Item{"sign text": &avS{Value: strings.ToUpper(s.Value)}})
		}
		return item
	}))
	add("writes equal items alike", "randomness", func(f *fault, _ crypt.Schema) {
		var before memory[crypt.Item]
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			a, ok := item["a"].(*avS)
			if !ok || len(item) != 5 {
				return f.ItemEncryptor.EncryptItem(ctx, item)
			}
			if stored, ok := before.get(a.Value); ok {
				return stored, nil
			}
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			before.put(a.Value, stored)
			return stored, err
		}
	})
	add("encrypts what is encrypted", "reserved-names", rewriting(func(item crypt.Item) crypt.Item { return with(item, crypt.Item{sig: nil, desc: nil}) }))
	add("stores what it cannot encrypt", "unstorable-items", openly(func(err error) bool { return !strings.Contains(err.Error(), "400 KB") }))
	add("stores what is too large", "oversize-items", openly(func(err error) bool { return strings.Contains(err.Error(), "400 KB") }))
}

// rewritten changes what is stored.
func rewritten(change func(item, stored crypt.Item)) func(*fault, crypt.Schema) {
	return func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			if err == nil {
				change(item, stored)
			}
			return stored, err
		}
	}
}

// openly returns the item as it is where encrypting fails in a certain way.
func openly(when func(error) bool) func(*fault, crypt.Schema) {
	return func(f *fault, _ crypt.Schema) {
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			if errors.Is(err, crypt.ErrFormat) && when(err) {
				return item, nil
			}
			return stored, err
		}
	}
}
