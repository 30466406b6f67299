package crypttest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/stretchr/testify/assert"
)

type (
	value  = types.AttributeValue
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avSS   = types.AttributeValueMemberSS
	avNULL = types.AttributeValueMemberNULL
)

const sig, desc = ddbec.SignatureField, ddbec.DescriptionField

// fault is an encryptor that does all as the sound one within, but for what is not nil.
type fault struct {
	crypt.ItemEncryptor
	marks   func() crypt.Marks
	claims  func(crypt.Item) bool
	encrypt func(context.Context, crypt.Item) (crypt.Item, error)
	decrypt func(context.Context, crypt.Item) (crypt.Opened, error)
}

func (f *fault) Marks() crypt.Marks {
	if f.marks != nil {
		return f.marks()
	}
	return f.ItemEncryptor.Marks()
}

func (f *fault) Claims(item crypt.Item) bool {
	if f.claims != nil {
		return f.claims(item)
	}
	return f.ItemEncryptor.Claims(item)
}

func (f *fault) EncryptItem(ctx context.Context, item crypt.Item) (crypt.Item, error) {
	if f.encrypt != nil {
		return f.encrypt(ctx, item)
	}
	return f.ItemEncryptor.EncryptItem(ctx, item)
}

func (f *fault) DecryptItem(ctx context.Context, item crypt.Item) (crypt.Opened, error) {
	if f.decrypt != nil {
		return f.decrypt(ctx, item)
	}
	return f.ItemEncryptor.DecryptItem(ctx, item)
}

// formatFunc is a Format made of a function.
type formatFunc func(crypt.Schema) (crypt.ItemEncryptor, error)

func (f formatFunc) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) { return f(s) }

// damaged is a sound format whose encryptors get a fault.
func damaged(sound crypt.Format, damage func(*fault, crypt.Schema)) crypt.Format {
	return formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		e, err := sound.Encryptor(s)
		if err != nil {
			return nil, err
		}
		f := &fault{ItemEncryptor: e}
		damage(f, s)
		return f, nil
	})
}

// reschemed is a sound format that mistakes its schema.
func reschemed(sound crypt.Format, change func(*crypt.SchemaConfig)) crypt.Format {
	return formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		if s.IsZero() {
			return sound.Encryptor(s)
		}
		c := crypt.SchemaConfig{Table: s.Table(), PartitionKey: s.PartitionKey(), SortKey: s.SortKey(), Actions: maps.Collect(s.Attributes()), Unknown: s.Unknown()}
		change(&c)
		s, err := crypt.NewSchema(c)
		if err != nil {
			return nil, err
		}
		return sound.Encryptor(s)
	})
}

// with is item with changes; a nil value takes the attribute out.
func with(item, changes crypt.Item) crypt.Item {
	c := maps.Clone(item)
	if c == nil {
		c = crypt.Item{}
	}
	maps.Copy(c, changes)
	maps.DeleteFunc(c, func(name string, _ value) bool {
		v, changed := changes[name]
		return changed && v == nil
	})
	return c
}

// sealOf is a key for maps, "" of an item without seal.
func sealOf(item crypt.Item) string {
	if b, ok := item[sig].(*avB); ok && b != nil {
		return string(b.Value)
	}
	return ""
}

// memory is a map that goroutines share.
type memory[T any] struct {
	mu sync.Mutex
	m  map[string]T
}

func (m *memory[T]) get(k string) (T, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.m[k]
	return v, ok
}

func (m *memory[T]) put(k string, v T) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.m == nil {
		m.m = map[string]T{}
	}
	m.m[k] = v
}

// faulty is a format that breaks a promise, and the check that tells.
type faulty struct {
	check  string
	format crypt.Format
	config func(*crypttest.Config)
}

// demand demands that every fault fails its check, and that every check is failed by a fault.
func demand(t *testing.T, all map[string]string, check func(t *testing.T, name string) []crypttest.Failure, checks []string) {
	for _, name := range checks {
		assert.Contains(t, slices.Collect(maps.Values(all)), name, "no fault fails this check")
	}
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			var failed []string
			for _, f := range check(t, name) {
				failed = append(failed, f.Check)
				assert.NotEmpty(t, f.Detail)
				if f.Check == want {
					assert.True(t, strings.HasPrefix(f.Error(), "crypttest: "+want+": "), f.Error())
				}
				if os.Getenv("CRYPTTEST_SHOW") != "" {
					t.Log(f)
				}
			}
			assert.Contains(t, failed, want)
			t.Log(failed)
		})
	}
}

func TestFaultyFormats(t *testing.T) {
	all := faultyFormats(t)
	checks, _ := crypttest.Names()
	wants := map[string]string{}
	for name, f := range all {
		wants[name] = f.check
	}
	demand(t, wants, func(t *testing.T, name string) []crypttest.Failure {
		c := crypttest.Config{Secrets: [][]byte{keyBytes(0), keyBytes(32)}}
		if all[name].config != nil {
			all[name].config(&c)
		}
		return crypttest.CheckFormat(t.Context(), all[name].format, c)
	}, checks)
}

func faultyFormats(t *testing.T) map[string]faulty {
	sound := ddbec.Format(static(t, 0))
	all := map[string]faulty{}
	add := func(name, check string, damage func(*fault, crypt.Schema)) {
		all[name] = faulty{check: check, format: damaged(sound, damage)}
	}
	rescheme := func(name, check string, change func(*crypt.SchemaConfig)) {
		all[name] = faulty{check: check, format: reschemed(sound, change)}
	}
	addArgumentFaults(add)
	addReadingFaults(add)
	addWritingFaults(add)

	rescheme("ignores the table", "moved-to-another-table", func(c *crypt.SchemaConfig) { c.Table = "any" })
	rescheme("leaves one attribute unencrypted", "secrecy", func(c *crypt.SchemaConfig) {
		for name, a := range c.Actions {
			if a == crypt.Encrypt && strings.HasSuffix(name, "numbers") {
				c.Actions[name] = crypt.Sign
			}
		}
	})
	rescheme("leaves the context unsigned", "context-action", func(c *crypt.SchemaConfig) {
		for name, a := range c.Actions {
			if a == crypt.SignContext {
				c.Actions[name] = crypt.Plain
			}
		}
	})
	rescheme("signs whatever is undeclared", "undeclared-refused", func(c *crypt.SchemaConfig) {
		if c.Unknown == 0 || c.Unknown == crypt.Refuse {
			c.Unknown = crypt.Sign
		}
	})
	rescheme("signs no sort key", "moved-to-another-item", func(c *crypt.SchemaConfig) {
		if c.SortKey != "" {
			c.Actions[c.SortKey] = crypt.Plain
		}
	})
	all["has one key for all"] = faulty{"other-keys", sound, func(c *crypttest.Config) { c.OtherKeys = sound }}
	all["takes the zero Schema"] = faulty{check: "schema", format: formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		if s.IsZero() {
			return &fault{}, nil
		}
		return sound.Encryptor(s)
	})}
	all["prints its key"] = faulty{check: "keys-do-not-print", format: formatFunc(func(s crypt.Schema) (crypt.ItemEncryptor, error) {
		e, err := sound.Encryptor(s)
		if err != nil {
			return nil, err
		}
		return &struct {
			crypt.ItemEncryptor
			key []byte
		}{e, keyBytes(0)}, nil
	})}
	return all
}

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
