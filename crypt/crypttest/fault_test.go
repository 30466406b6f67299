package crypttest_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
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
		c := crypt.SchemaConfig{Table: s.Table(), Aliases: s.Aliases(), PartitionKey: s.PartitionKey(), SortKey: s.SortKey(), Actions: maps.Collect(s.Attributes()), Unknown: s.Unknown()}
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

// demand demands that every fault fails its check, and that every check is failed by a fault. The other checks
// are left out, since a fault may well fail several.
func demand(t *testing.T, checks []string, all map[string]string, check func(t *testing.T, name string, skip []string) []crypttest.Failure) {
	for _, name := range checks {
		assert.Contains(t, slices.Collect(maps.Values(all)), name, "no fault fails this check")
	}
	for name, want := range all {
		t.Run(name, func(t *testing.T) {
			failures := check(t, name, slices.DeleteFunc(slices.Clone(checks), func(c string) bool { return c == want }))
			require.Len(t, failures, 1)
			assert.Equal(t, want, failures[0].Check)
			assert.NotEmpty(t, failures[0].Detail)
			assert.True(t, strings.HasPrefix(failures[0].Error(), "crypttest: "+want+": "), failures[0].Error())
		})
	}
}
