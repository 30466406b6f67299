package ddbec_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// victim is an item with a signed and an encrypted attribute of every type, and its encryptor.
type victim struct {
	plain, stored crypt.Item
	enc           crypt.ItemEncryptor
	schema        crypt.SchemaConfig
	format        crypt.Format
}

func newVictim(t *testing.T, p provider.Provider, suffix string) *victim {
	t.Helper()
	v := &victim{
		format: ddbec.Format(p),
		plain:  crypt.Item{"pk": &avS{Value: "k" + suffix}, "sk": &avN{Value: "17"}},
	}
	v.schema = table(actions{"absent": crypt.Sign, "absent2": crypt.Encrypt})
	v.schema.SortKey = "sk"
	values := crypt.Item{
		"S": &avS{Value: "text" + suffix}, "N": &avN{Value: "-12.34"}, "B": &avB{Value: []byte{0, 0x7F, 0xFF}}, "BOOL": &avBOOL{Value: true}, "NULL": &avNULL{Value: true},
		"SS": &avSS{Value: []string{suffix, "a", "b"}}, "NS": &avNS{Value: []string{"1", "20"}}, "BS": &avBS{Value: [][]byte{{0x80}, {1}}},
		"L": &avL{Value: []types.AttributeValue{&avS{Value: "x"}, &avBOOL{}}}, "M": &avM{Value: crypt.Item{"k": &avN{Value: "1"}, "l": &avS{Value: "y"}}},
	}
	for kind, value := range values {
		v.plain["s"+kind], v.schema.Actions["s"+kind] = value, crypt.Sign
		v.plain["e"+kind], v.schema.Actions["e"+kind] = itemtest.CopyValue(value), crypt.Encrypt
	}
	v.enc = encryptor(t, v.format, v.schema)
	var err error
	v.stored, err = v.enc.EncryptItem(t.Context(), v.plain)
	require.NoError(t, err)
	return v
}

// opens demands that the untouched item opens.
func (v *victim) opens(t *testing.T) {
	t.Helper()
	opened, err := v.enc.DecryptItem(t.Context(), v.stored)
	require.NoError(t, err)
	require.Equal(t, v.plain, opened.Item)
	require.Empty(t, opened.Unsigned)
}

// refuses demands that an altered item does not.
func (v *victim) refuses(t *testing.T, altered crypt.Item, what ...any) {
	t.Helper()
	opened, err := v.enc.DecryptItem(t.Context(), altered)
	require.Error(t, err, what...)
	require.Zero(t, opened)
}

// otherTypes are values of every other type that hold what v holds as closely as they can.
func otherTypes(v types.AttributeValue) []types.AttributeValue {
	content := "1"
	switch v := v.(type) {
	case *avS:
		content = v.Value
	case *avN:
		content = v.Value
	case *avB:
		content = string(v.Value)
	}
	all := []types.AttributeValue{
		&avS{Value: content}, &avN{Value: content}, &avN{Value: "1"}, &avB{Value: []byte(content)}, &avBOOL{Value: true}, &avBOOL{}, &avNULL{Value: true},
		&avSS{Value: []string{content}}, &avNS{Value: []string{"1"}}, &avBS{Value: [][]byte{[]byte(content)}},
		&avL{Value: []types.AttributeValue{v}}, &avL{}, &avM{Value: crypt.Item{"k": v}}, &avM{},
	}
	return slices.DeleteFunc(all, func(o types.AttributeValue) bool { return fmt.Sprintf("%T", o) == fmt.Sprintf("%T", v) })
}

func TestEveryBitIsCovered(t *testing.T) {
	for name, p := range providers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, p, "1")
			if h, ok := hashes[name]; ok {
				require.Len(t, v.stored[sig].(*avB).Value, h.Size())
			}
			v.opens(t)
			flipped := 0
			for name, value := range v.stored {
				if name == desc {
					continue
				}
				itemtest.Flips(value, func(altered types.AttributeValue) {
					flipped++
					v.refuses(t, with(v.stored, crypt.Item{name: altered}), "a bit of %s", name)
				})
				for _, other := range otherTypes(value) {
					v.refuses(t, with(v.stored, crypt.Item{name: other}), "%s as %T", name, other)
				}
				itemtest.Flips(&avS{Value: name}, func(altered types.AttributeValue) {
					flipped++
					renamed := altered.(*avS).Value
					if _, taken := v.stored[renamed]; !taken {
						v.refuses(t, with(v.stored, crypt.Item{name: nil, renamed: value}), "%s renamed %q", name, renamed)
					}
				})
			}
			assert.Greater(t, flipped, 3000)
			v.opens(t)
		})
	}
}

func TestAttributesRemovedAddedSwappedAndTransplanted(t *testing.T) {
	tested := providers(t)
	maps.Copy(tested, grid(t))
	for name, p := range tested {
		t.Run(name, func(t *testing.T) {
			v, other := newVictim(t, p, "1"), newVictim(t, p, "2")
			v.opens(t)
			names := slices.Sorted(maps.Keys(v.stored))
			for i, name := range names {
				if name == desc {
					continue
				}
				v.refuses(t, with(v.stored, crypt.Item{name: nil}), "without %s", name)
				for _, second := range names[i+1:] {
					if second != desc {
						v.refuses(t, with(v.stored, crypt.Item{name: v.stored[second], second: v.stored[name]}), "%s and %s swapped", name, second)
					}
				}
				if !assert.ObjectsAreEqual(v.stored[name], other.stored[name]) {
					v.refuses(t, with(v.stored, crypt.Item{name: other.stored[name]}), "%s of another item", name)
				}
			}
			v.refuses(t, with(v.stored, crypt.Item{"absent": &avS{Value: "added"}}), "a declared attribute added")
			v.refuses(t, with(v.stored, crypt.Item{"absent2": v.stored["eS"]}), "a ciphertext added")
			v.refuses(t, with(v.stored, crypt.Item{sig: other.stored[sig], desc: other.stored[desc]}), "marks of another item")
			v.refuses(t, with(v.stored, crypt.Item{sig: &avB{}}), "an empty signature")
			signature := v.stored[sig].(*avB).Value
			v.refuses(t, with(v.stored, crypt.Item{sig: &avB{Value: signature[:len(signature)-1]}}), "a signature cut short")
			v.refuses(t, with(v.stored, crypt.Item{sig: &avB{Value: append(slices.Clone(signature), 0)}}), "a signature made longer")
			for _, unknown := range []crypt.Action{crypt.Sign, crypt.Encrypt, crypt.Refuse} {
				strict := v.schema
				strict.Unknown = unknown
				_, err := encryptor(t, v.format, strict).DecryptItem(t.Context(), with(v.stored, crypt.Item{"new": v.stored["eS"]}))
				require.Error(t, err, "an undeclared attribute added, Unknown is %v", unknown)
			}
			for change, f := range map[string]func(*crypt.SchemaConfig){
				"table":                func(c *crypt.SchemaConfig) { c.Table = "Tbl2" },
				"action of an S":       func(c *crypt.SchemaConfig) { c.Actions["sS"] = crypt.Plain },
				"action of a B":        func(c *crypt.SchemaConfig) { c.Actions["eS"] = crypt.Sign },
				"action of a key":      func(c *crypt.SchemaConfig) { c.Actions["pk"] = crypt.Plain },
				"encrypted, now plain": func(c *crypt.SchemaConfig) { c.Actions["eS"] = crypt.Plain },
			} {
				c := v.schema
				c.Actions = maps.Clone(c.Actions)
				f(&c)
				_, err := encryptor(t, v.format, c).DecryptItem(t.Context(), v.stored)
				require.ErrorIs(t, err, crypt.ErrAuth, change)
			}
			v.opens(t)
			opened, err := v.enc.DecryptItem(t.Context(), with(v.stored, crypt.Item{"new": &avS{Value: "added"}}))
			require.NoError(t, err, "an undeclared attribute is found unsigned")
			assert.Equal(t, []string{"new"}, opened.Unsigned)
			assert.Equal(t, actions{"new": crypt.Plain}, opened.Actions)
		})
	}
}

// The description is not signed: whatever becomes of it, the item reads as it was or not at all.
func TestEveryBitOfTheDescription(t *testing.T) {
	for name, p := range providers(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			v := newVictim(t, p, "1")
			writer := v.schema
			writer.Actions = maps.Clone(writer.Actions)
			maps.Copy(writer.Actions, actions{"x1": crypt.Encrypt, "x2": crypt.Sign, "x3": crypt.Plain})
			plain := with(v.plain, crypt.Item{"x1": &avS{Value: "new"}, "x2": &avS{Value: "new"}, "x3": &avS{Value: "new"}})
			stored, err := encryptor(t, v.format, writer).EncryptItem(t.Context(), plain)
			require.NoError(t, err)
			want, err := v.enc.DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			require.Equal(t, plain, want.Item)

			opened, refused := 0, 0
			try := func(altered types.AttributeValue) {
				got, err := v.enc.DecryptItem(t.Context(), with(stored, crypt.Item{desc: altered}))
				if err != nil {
					refused++
					require.Zero(t, got)
					return
				}
				opened++
				require.Equal(t, want, got)
			}
			itemtest.Flips(stored[desc], try)
			b := stored[desc].(*avB).Value
			for n := range len(b) {
				try(&avB{Value: b[:n]})
			}
			assert.NotZero(t, opened)
			assert.NotZero(t, refused)
			again, err := v.enc.DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			require.Equal(t, want, again)
		})
	}
}
