package bench

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var suites = map[string]keyring.Suite{"dbe6700": keyring.SuiteHMAC, "dbe6701": keyring.SuiteECDSA}

// modern is the modern format under a raw AES key.
func modern(t testing.TB, s keyring.Suite) crypt.Format {
	key, err := secret.New(encryptionKey)
	require.NoError(t, err)
	k, err := keyring.RawAES(floorNamespace, floorKeyName, key)
	require.NoError(t, err)
	f, err := dbe.New(dbe.Config{Keyring: k, Suite: s})
	require.NoError(t, err)
	return f
}

// dbeItem is a struct in the modern format, by the mapper and by the floor.
type dbeItem[T any] struct {
	format crypt.Format
	codec  *ddb.Codec[T]
	value  T
	stored item
	floor  *dbeFloor
	values [][]byte // in the order of the floor's fields
}

func newDBEItem[T any](t testing.TB, s keyring.Suite, table string, v T) *dbeItem[T] {
	d := &dbeItem[T]{format: modern(t, s), value: v}
	var err error
	d.codec, err = ddb.NewCodec[T](table, ddb.Config{Encryption: d.format})
	require.NoError(t, err)
	d.stored, err = d.codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	schema := d.codec.Schema()
	enc, err := d.format.Encryptor(schema)
	require.NoError(t, err)
	plain, err := enc.DecryptItem(t.Context(), d.stored)
	require.NoError(t, err)

	var fields []dbeField
	for name, action := range schema.Attributes() {
		if plain.Item[name] != nil {
			fields = append(fields, dbeField{name: name, encrypted: action == crypt.Encrypt})
		}
	}
	slices.SortFunc(fields, func(a, b dbeField) int {
		if len(a.name) != len(b.name) {
			return len(a.name) - len(b.name)
		}
		return strings.Compare(a.name, b.name)
	})
	for i := range fields {
		kind, value := canonicalOf(t, plain.Item[fields[i].name])
		fields[i].kind = kind
		d.values = append(d.values, value)
	}
	keys := []string{schema.PartitionKey()}
	if schema.SortKey() != "" {
		keys = append(keys, schema.SortKey())
	}
	d.floor, err = newDBEFloor(encryptionKey, s == keyring.SuiteECDSA, table, fields, keys)
	require.NoError(t, err)
	return d
}

// canonicalOf is the type id and the value of the scalars that the items here have.
func canonicalOf(t testing.TB, v types.AttributeValue) (kind [2]byte, value []byte) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return [2]byte{0, 1}, []byte(v.Value)
	case *types.AttributeValueMemberN:
		return [2]byte{0, 2}, []byte(v.Value)
	case *types.AttributeValueMemberB:
		return [2]byte{0xFF, 0xFF}, v.Value
	case *types.AttributeValueMemberBOOL:
		if v.Value {
			return [2]byte{0, 4}, []byte{1}
		}
		return [2]byte{0, 4}, []byte{0}
	}
	require.FailNow(t, "the floor has no such type")
	return kind, nil
}

// The floor must do the format's work, not less: each reads what the other writes.
func TestDBEFloorAndDDBReadEachOther(t *testing.T) {
	for name, suite := range suites {
		t.Run(name, func(t *testing.T) {
			testFloor(t, suite, NewCustomer())
			testFloor(t, suite, filled[wide1]())
			testFloor(t, suite, filled[wide60]())
			testFloor(t, suite, document{ID: "d-1", Data: make([]byte, 100<<10)})
		})
	}
}

func testFloor[T any](t *testing.T, suite keyring.Suite, v T) {
	d := newDBEItem(t, suite, "customers", v)
	stored := make([][]byte, len(d.values))
	for range 5 { // signatures differ
		header, footer, err := d.floor.write(d.values, stored)
		require.NoError(t, err)
		assert.Len(t, header, len(d.stored[dbe.HeaderField].(*types.AttributeValueMemberB).Value))
		assert.Len(t, footer, len(d.stored[dbe.FooterField].(*types.AttributeValueMemberB).Value))
		m := item{dbe.HeaderField: &types.AttributeValueMemberB{Value: header}, dbe.FooterField: &types.AttributeValueMemberB{Value: footer}}
		for i, f := range d.floor.fields {
			m[f.name] = d.stored[f.name]
			if f.encrypted {
				m[f.name] = &types.AttributeValueMemberB{Value: stored[i]}
			}
		}
		got, err := d.codec.Decode(t.Context(), m)
		require.NoError(t, err)
		assert.Equal(t, v, got)
	}

	stored, header, footer := d.parts()
	again := make([][]byte, len(d.values))
	require.NoError(t, d.floor.read(stored, header, footer, again))
	for i := range again {
		assert.Equal(t, string(d.values[i]), string(again[i]))
	}
	footer = slices.Clone(footer)
	footer[len(footer)-1] ^= 1
	assert.Error(t, d.floor.read(stored, header, footer, again))
}

// parts are the stored values in the order of the floor's fields, and the marks.
func (d *dbeItem[T]) parts() (stored [][]byte, header, footer []byte) {
	b := func(name string) []byte { return d.stored[name].(*types.AttributeValueMemberB).Value }
	for i, f := range d.floor.fields {
		value := d.values[i]
		if f.encrypted {
			value = b(f.name)
		}
		stored = append(stored, value)
	}
	return stored, b(dbe.HeaderField), b(dbe.FooterField)
}

// measureDBE measures a struct in the modern format, and what P-384 alone takes of it.
func measureDBE[T any](b *testing.B, table string, v T) {
	for _, name := range []string{"dbe6700", "dbe6701"} {
		d := newDBEItem(b, suites[name], table, v)
		core := newCore(b, d.format, d.codec.Schema(), d.stored)
		stored, header, footer := d.parts()
		out := make([][]byte, len(d.values))
		measure(b, name+"/write/dynaseal", func() error { _, err := d.codec.Encode(b.Context(), &d.value); return err })
		measure(b, name+"/write/core", core.write)
		measure(b, name+"/write/floor", func() error { _, _, err := d.floor.write(d.values, out); return err })
		measure(b, name+"/read/dynaseal", func() error { _, err := d.codec.Decode(b.Context(), d.stored); return err })
		measure(b, name+"/read/core", core.read)
		measure(b, name+"/read/floor", func() error { return d.floor.read(stored, header, footer, out) })
	}
	hash := make([]byte, 48)
	key, public, err := newP384()
	require.NoError(b, err)
	signature, err := appendP384(nil, key, hash)
	require.NoError(b, err)
	measure(b, "dbe6701/write/P384", func() error {
		key, _, err := newP384()
		if err == nil {
			_, err = appendP384(nil, key, hash)
		}
		return err
	})
	measure(b, "dbe6701/read/P384", func() error {
		if !verifyP384(public, hash, signature) {
			return errFloor
		}
		return nil
	})
}

// BenchmarkShape is Item of 100 KB, of 60 attributes and of one.
func BenchmarkShape(b *testing.B) {
	b.Run("100KB", func(b *testing.B) {
		v := NewCustomer()
		v.History = strings.Repeat("x", 100<<10)
		measureDBE(b, "customers", v)
	})
	b.Run("60", func(b *testing.B) { measureDBE(b, "wide", filled[wide60]()) })
	b.Run("1", func(b *testing.B) { measureDBE(b, "wide", filled[wide1]()) })
}
