package crypttest_test

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
)

func addReadingFaults(add adder) {
	// second tries once more what failed, after a change, and undoes it in what is read.
	second := func(change func(crypt.Item) crypt.Item, undo func(read, stored crypt.Item)) func(*fault, crypt.Schema) {
		return func(f *fault, _ crypt.Schema) {
			f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
				opened, err := f.ItemEncryptor.DecryptItem(ctx, item)
				if err == nil || ctx.Err() != nil {
					return opened, err
				}
				again, err2 := f.ItemEncryptor.DecryptItem(ctx, change(item))
				if err2 != nil {
					return opened, err
				}
				undo(again.Item, item)
				return again, nil
			}
		}
	}
	after := func(change func(item crypt.Item, opened *crypt.Opened, err error) error) func(*fault, crypt.Schema) {
		return func(f *fault, _ crypt.Schema) {
			f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
				opened, err := f.ItemEncryptor.DecryptItem(ctx, item)
				return opened, change(item, &opened, err)
			}
		}
	}
	add("falls through to plaintext", "altered", after(func(item crypt.Item, opened *crypt.Opened, err error) error {
		if errors.Is(err, crypt.ErrAuth) {
			opened.Item = with(item, crypt.Item{sig: nil, desc: nil})
			return nil
		}
		return err
	}))
	add("returns the item beside its error", "altered", after(func(item crypt.Item, opened *crypt.Opened, err error) error {
		if errors.Is(err, crypt.ErrAuth) {
			opened.Item = item
		}
		return err
	}))
	add("says nothing of what failed", "altered", after(func(_ crypt.Item, _ *crypt.Opened, err error) error {
		if errors.Is(err, crypt.ErrAuth) {
			return errors.New("bad item")
		}
		return err
	}))
	add("reads items without marks", "marks-removed", after(func(item crypt.Item, opened *crypt.Opened, err error) error {
		if item[sig] == nil && item[desc] == nil && len(item) > 2 {
			opened.Item = maps.Clone(item)
			return nil
		}
		return err
	}))
	add("reports nothing unsigned", "plain-attributes", after(func(_ crypt.Item, opened *crypt.Opened, err error) error {
		opened.Unsigned = nil
		return err
	}))
	add("reports unsigned attributes in any order", "plain-attributes", after(func(_ crypt.Item, opened *crypt.Opened, err error) error {
		slices.Reverse(opened.Unsigned)
		return err
	}))
	add("reports no actions", "undeclared-attributes", after(func(_ crypt.Item, opened *crypt.Opened, err error) error {
		opened.Actions = nil
		return err
	}))
	add("ignores names", "swapped", second(func(item crypt.Item) crypt.Item {
		return with(item, crypt.Item{"sign text a": item["sign text b"], "sign text b": item["sign text a"]})
	}, func(read, stored crypt.Item) {
		read["sign text a"], read["sign text b"] = stored["sign text a"], stored["sign text b"]
	}))
	add("ignores the partition key", "moved-to-another-item", second(func(item crypt.Item) crypt.Item {
		return with(item, crypt.Item{"pk": &avS{Value: "item 1"}})
	}, func(read, stored crypt.Item) { read["pk"] = stored["pk"] }))
	add("ignores spaces in names", "renamed", second(func(item crypt.Item) crypt.Item {
		c := crypt.Item{}
		for name, v := range item {
			c[strings.TrimSpace(name)] = v
		}
		return c
	}, func(crypt.Item, crypt.Item) {}))
	add("ignores what was absent", "added", second(func(item crypt.Item) crypt.Item {
		return with(item, crypt.Item{"sign absent": nil})
	}, func(read, stored crypt.Item) { read["sign absent"] = stored["sign absent"] }))
	add("ignores what is gone", "removed", func(f *fault, s crypt.Schema) {
		var last memory[crypt.Item]
		f.encrypt = func(ctx context.Context, item crypt.Item) (crypt.Item, error) {
			stored, err := f.ItemEncryptor.EncryptItem(ctx, item)
			last.put(sealOf(stored), stored)
			return stored, err
		}
		second(func(item crypt.Item) crypt.Item {
			whole, _ := last.get(sealOf(item))
			return with(whole, item)
		}, func(read, stored crypt.Item) {
			maps.DeleteFunc(read, func(name string, _ value) bool { return stored[name] == nil })
		})(f, s)
	})
	add("binds the order of sets", "stored-forms", func(f *fault, _ crypt.Schema) {
		var orders memory[string]
		order := func(item crypt.Item) string {
			if set, ok := item["sign texts"].(*avSS); ok && set != nil {
				return strings.Join(set.Value, " ")
			}
			return ""
		}
		rewritten(func(_, stored crypt.Item) { orders.put(sealOf(stored), order(stored)) })(f, crypt.Schema{})
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			if want, ok := orders.get(sealOf(item)); ok && want != order(item) {
				return crypt.Opened{}, crypt.ErrAuth
			}
			return f.ItemEncryptor.DecryptItem(ctx, item)
		}
	})
	add("claims whole items only", "claims", func(f *fault, _ crypt.Schema) {
		f.claims = func(item crypt.Item) bool { return item[sig] != nil && item[desc] != nil }
	})
	add("claims what starts as a mark", "claims", func(f *fault, _ crypt.Schema) {
		f.claims = func(item crypt.Item) bool {
			for name := range item {
				if strings.HasPrefix(name, "*amzn-ddb-map-") {
					return true
				}
			}
			return false
		}
	})
	add("panics on garbage", "marks-hostile", func(f *fault, _ crypt.Schema) {
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			if mark, ok := item[desc]; ok {
				_ = mark.(*avB).Value[0]
			}
			return f.ItemEncryptor.DecryptItem(ctx, item)
		}
	})
	add("believes an unsigned flag", "marks-altered", func(f *fault, _ crypt.Schema) {
		rewritten(func(_, stored crypt.Item) {
			stored[desc] = &avB{Value: append(bytes.Clone(stored[desc].(*avB).Value), 0)}
		})(f, crypt.Schema{})
		f.decrypt = func(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
			b, ok := item[desc].(*avB)
			if !ok || b == nil || len(b.Value) == 0 {
				return f.ItemEncryptor.DecryptItem(ctx, item)
			}
			n := len(b.Value) - 1
			opened, err := f.ItemEncryptor.DecryptItem(ctx, with(item, crypt.Item{desc: &avB{Value: b.Value[:n]}}))
			if b.Value[n] != 0 {
				opened.Unsigned = nil
			}
			return opened, err
		}
	})
}
