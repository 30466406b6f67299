package dbe_test

import (
	"bytes"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/attribute"
	wiredbe "github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sameNumber reports values that are one and the same to DynamoDB, such as N 1 and N 1.0.
func sameNumber(a, b types.AttributeValue) bool {
	x, err := encodeValue(a)
	if err != nil {
		return false
	}
	y, err := encodeValue(b)
	return err == nil && bytes.Equal(x, y)
}

func encodeValue(v types.AttributeValue) ([]byte, error) {
	var e wiredbe.Encoder
	e.Reset(wiredbe.ForVerification)
	if err := attribute.Write(v, &e); err != nil {
		return nil, err
	}
	return e.Bytes()
}

func TestEveryBitIsCovered(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		t.Parallel()
		v := newVictim(t, s, version, "1")
		v.opens(t)
		altered := 0
		for name, value := range v.stored {
			if name == "free" {
				continue
			}
			itemtest.Flips(value, func(c types.AttributeValue) {
				if sameNumber(value, c) {
					return
				}
				altered++
				v.refuses(t, with(v.stored, crypt.Item{name: c}), "%s: %v", name, c)
			})
		}
		assert.Greater(t, altered, 4000)
	})
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
		&avL{Value: []types.AttributeValue{v}}, &avL{}, &avM{Value: crypt.Item{"k": v}}, &avM{}, nil, (*avS)(nil), &types.UnknownUnionMember{},
	}
	return slices.DeleteFunc(all, func(o types.AttributeValue) bool {
		return fmt.Sprintf("%T", o) == fmt.Sprintf("%T", v) && o != (*avS)(nil)
	})
}

func TestAlteredItems(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		v := newVictim(t, s, version, "1")
		for name, value := range v.stored {
			if name == "free" {
				continue
			}
			v.refuses(t, with(v.stored, crypt.Item{name: nil}), "%s taken out", name)
			for _, other := range otherTypes(value) {
				item := with(v.stored, crypt.Item{name: &avNULL{Value: true}})
				item[name] = other
				v.refuses(t, item, "%s as %T", name, other)
			}
			v.refuses(t, with(v.stored, crypt.Item{name: nil, name + "x": value}), "%s renamed", name)
			v.refuses(t, with(v.stored, crypt.Item{name + "x": value}), "%s twice", name)
			if b, ok := value.(*avB); ok {
				for _, c := range [][]byte{nil, b.Value[:len(b.Value)-1], b.Value[1:], append(slices.Clone(b.Value), 0), slices.Concat(b.Value, b.Value)} {
					v.refuses(t, with(v.stored, crypt.Item{name: &avB{Value: c}}), "%s cut or longer", name)
				}
			}
		}
		opened := decrypted(t, v.enc, with(v.stored, crypt.Item{"free": &avN{Value: "7"}, "aws_dbe_b_x": &avS{Value: "a beacon"}, "aws_dbe_v_1": &avS{Value: " "}}))
		assert.Equal(t, with(v.plain, crypt.Item{"free": &avN{Value: "7"}}), opened.Item)
		opened = decrypted(t, v.enc, with(v.stored, crypt.Item{"free": nil}))
		assert.Empty(t, opened.Unsigned)
	})
}

func TestTransplants(t *testing.T) {
	every(t, func(t *testing.T, s keyring.Suite, version int) {
		v, other := newVictim(t, s, version, "1"), newVictim(t, s, version, "2")
		twin := encrypted(t, v.enc, v.plain) // the same item, written again
		for name, value := range v.stored {
			for _, from := range []crypt.Item{other.stored, twin} {
				if name != "free" && !sameNumber(value, from[name]) {
					v.refuses(t, with(v.stored, crypt.Item{name: from[name]}), "%s of another item", name)
				}
			}
			for name2, value2 := range v.stored {
				if name < name2 && name != "free" && name2 != "free" && !sameNumber(value, value2) {
					v.refuses(t, with(v.stored, crypt.Item{name: value2, name2: value}), "%s and %s exchanged", name, name2)
				}
			}
		}
		for _, from := range []crypt.Item{other.stored, twin} {
			v.refuses(t, with(v.stored, crypt.Item{head: from[head], foot: from[foot]}), "header and footer of another item")
		}
		v.refuses(t, with(v.stored, crypt.Item{"pk": &avS{Value: "k2"}}), "moved to another key")
		v.refuses(t, with(v.stored, crypt.Item{"sk": &avN{Value: "18"}}), "moved to another key")
		for name, change := range map[string]func(*crypt.SchemaConfig){
			"another table":         func(c *crypt.SchemaConfig) { c.Table = "Tbm" },
			"another sort key":      func(c *crypt.SchemaConfig) { c.SortKey = "sS" },
			"no sort key":           func(c *crypt.SchemaConfig) { c.SortKey = "" },
			"another partition key": func(c *crypt.SchemaConfig) { c.PartitionKey = "sS" },
		} {
			c := v.schema
			change(&c)
			opened, err := encryptor(t, v.format, c).DecryptItem(t.Context(), v.stored)
			assert.Error(t, err, name)
			assert.Zero(t, opened, name)
		}
		opened, err := encryptor(t, format(t, dbe.Config{Keyring: rawAES(t, 2), Suite: s}), v.schema).DecryptItem(t.Context(), v.stored)
		refused(t, err, crypt.ErrFormat, "written for another key")
		assert.Zero(t, opened)
		k, err := keyring.RawAES("dynaseal", "key-1", key(t, 2))
		require.NoError(t, err)
		_, err = encryptor(t, format(t, dbe.Config{Keyring: k, Suite: s}), v.schema).DecryptItem(t.Context(), v.stored)
		refused(t, err, crypt.ErrAuth, "another key of the same name")
	})
}

func TestMarks(t *testing.T) {
	v := newVictim(t, keyring.SuiteHMAC, 1, "1")
	for name, c := range map[string]struct {
		changes           crypt.Item
		attribute, detail string
	}{
		"plaintext":         {crypt.Item{head: nil, foot: nil}, head, "plaintext"},
		"a lone footer":     {crypt.Item{head: nil}, head, "beside the other mark"},
		"a lone header":     {crypt.Item{foot: nil}, foot, "beside the other mark"},
		"a header of S":     {crypt.Item{head: &avS{Value: canary}}, head, "type B"},
		"a footer of S":     {crypt.Item{foot: &avS{Value: canary}}, foot, "type B"},
		"no header in it":   {crypt.Item{head: &avB{Value: []byte(canary)}}, head, "no header"},
		"no footer in it":   {crypt.Item{foot: &avB{Value: []byte(canary)}}, foot, "no footer"},
		"a legacy mark":     {crypt.Item{"*amzn-ddb-map-desc*": &avB{}}, "*amzn-ddb-map-desc*", "legacy"},
		"an unknown mark":   {crypt.Item{"aws_dbe_x": &avB{}}, "aws_dbe_x", "no such attribute"},
		"attributes more":   {crypt.Item{"more": &avS{Value: canary}}, head, "attributes"},
		"attributes fewer":  {crypt.Item{"sS": nil}, head, "attributes"},
		"an empty key":      {crypt.Item{"": &avS{Value: canary}}, "", "name"},
		"plain text for it": {crypt.Item{"éS": &avS{Value: canary}}, "éS", "stored unencrypted"},
		"17 bytes":          {crypt.Item{"éS": &avB{Value: []byte("1234567" + canary)}}, "éS", "cut short"},
	} {
		t.Run(name, func(t *testing.T) {
			opened, err := v.enc.DecryptItem(t.Context(), with(v.stored, c.changes))
			refusedWith(t, err, crypt.ErrFormat, c.attribute, c.detail)
			assert.Zero(t, opened)
		})
	}
}

// remade is the item with its header altered, and the commitment as it was.
func remade(t *testing.T, stored crypt.Item, change func(*wiredbe.Header)) crypt.Item {
	t.Helper()
	var h wiredbe.Header
	require.NoError(t, h.Parse(bytesOf(t, stored, head)))
	change(&h)
	b, err := h.Append(nil)
	require.NoError(t, err)
	return with(stored, crypt.Item{head: &avB{Value: append(b, h.Commitment[:]...)}})
}

func TestDowngrades(t *testing.T) {
	for _, s := range suites {
		v := newVictim(t, s, 1, "1")
		both := encryptor(t, format(t, dbe.Config{Keyring: rawAES(t, 1), Suite: s, AcceptSuites: suites}), v.schema)
		footer := bytesOf(t, v.stored, foot)
		longer := append(slices.Clone(footer), make([]byte, 103)...)
		for name, item := range map[string]crypt.Item{
			"the other suite":                 remade(t, v.stored, func(h *wiredbe.Header) { h.Flavor = 1 - h.Flavor }),
			"the other suite without its key": remade(t, v.stored, func(h *wiredbe.Header) { h.Flavor = 1 - h.Flavor; h.Context = nil }),
			"the other version":               remade(t, v.stored, func(h *wiredbe.Header) { h.Version = 2 }),
			"the other version, keys in place": remade(t, v.stored, func(h *wiredbe.Header) {
				h.Version = 2
				h.Legend = bytes.ReplaceAll(h.Legend, []byte("s"), []byte("c"))
			}),
			"signed only":             remade(t, v.stored, func(h *wiredbe.Header) { h.Legend = bytes.ReplaceAll(h.Legend, []byte("e"), []byte("s")) }),
			"encrypted":               remade(t, v.stored, func(h *wiredbe.Header) { h.Legend = bytes.ReplaceAll(h.Legend, []byte("s"), []byte("e")) }),
			"another data key before": remade(t, v.stored, func(h *wiredbe.Header) { h.DataKeys = append([]wiredbe.DataKey{{ProviderID: "x"}}, h.DataKeys...) }),
			"its data key twice":      remade(t, v.stored, func(h *wiredbe.Header) { h.DataKeys = append(h.DataKeys, h.DataKeys[0]) }),
			"context more":            remade(t, v.stored, func(h *wiredbe.Header) { h.Context = append(h.Context, wiredbe.Entry{Key: "z", Value: "1"}) }),
			"another table stored":    remade(t, v.stored, func(h *wiredbe.Header) { h.Context = []wiredbe.Entry{{Key: wiredbe.ContextTable, Value: "Other"}} }),
			"its own table stored": remade(t, v.stored, func(h *wiredbe.Header) {
				h.Context = append(h.Context, wiredbe.Entry{Key: wiredbe.ContextTable, Value: "Tbl"})
			}),
		} {
			for _, f := range [][]byte{footer, footer[:48], longer, slices.Repeat(footer[:48], 2), append(slices.Repeat(footer[:48], 2), footer[48:]...)} {
				item = with(item, crypt.Item{foot: &avB{Value: f}})
				opened, err := both.DecryptItem(t.Context(), item)
				require.Error(t, err, "%v: %s", s, name)
				require.Zero(t, opened)
				require.NotErrorIs(t, err, crypt.ErrKeys, "%v: %s", s, name)
			}
		}
	}
}

func TestHostilePublicKeys(t *testing.T) {
	v := newVictim(t, keyring.SuiteECDSA, 1, "1")
	other := newVictim(t, keyring.SuiteECDSA, 1, "2")
	entry := func(stored crypt.Item) (value string) {
		remade(t, stored, func(h *wiredbe.Header) { value = h.Context[0].Value })
		return value
	}
	point, err := base64.StdEncoding.DecodeString(entry(v.stored))
	require.NoError(t, err)
	spelled := func(b ...byte) string { return base64.StdEncoding.EncodeToString(b) }
	offCurve := slices.Clone(point)
	for x := new(big.Int); x != nil; x, _ = elliptic.UnmarshalCompressed(elliptic.P384(), offCurve) {
		offCurve[48]++
	}
	for name, value := range map[string]string{
		"empty":              "",
		"no Base64":          "*" + entry(v.stored)[1:],
		"a line break":       entry(v.stored)[:32] + "\n" + entry(v.stored)[32:],
		"infinity":           spelled(0),
		"off the curve":      spelled(offCurve...),
		"x beyond the field": spelled(append([]byte{2}, bytes.Repeat([]byte{255}, 48)...)...),
		"uncompressed":       spelled(append([]byte{4}, make([]byte, 96)...)...),
		"the other y":        spelled(append([]byte{point[0] ^ 1}, point[1:]...)...),
		"of another curve":   spelled(append([]byte{2}, make([]byte, 32)...)...),
		"of another item":    entry(other.stored),
	} {
		item := remade(t, v.stored, func(h *wiredbe.Header) { h.Context[0].Value = value })
		opened, err := v.enc.DecryptItem(t.Context(), item)
		require.Error(t, err, name)
		require.Zero(t, opened)
		require.NotErrorIs(t, err, crypt.ErrKeys, name)
	}
}

func TestSignaturesOfOtherForms(t *testing.T) {
	v := newVictim(t, keyring.SuiteECDSA, 1, "1")
	footer := bytesOf(t, v.stored, foot)
	tag, signature := footer[:48], footer[48:]
	for name, f := range map[string][]byte{
		"no signature":     tag,
		"zeros":            append(slices.Clone(tag), make([]byte, 103)...),
		"signature first":  slices.Concat(signature, tag),
		"signature twice":  slices.Concat(footer, signature),
		"r and s as bytes": slices.Concat(tag, signature[:96]),
	} {
		v.refuses(t, with(v.stored, crypt.Item{foot: &avB{Value: f}}), name)
	}
}

func TestLengthsThatLie(t *testing.T) {
	v := newVictim(t, keyring.SuiteECDSA, 2, "1")
	header := bytesOf(t, v.stored, head)
	for at := range len(header) - 1 {
		for _, n := range []uint16{0, 1, 255, 256, 1 << 15, 1<<16 - 1} {
			lying := slices.Clone(header)
			binary.BigEndian.PutUint16(lying[at:], n)
			if !bytes.Equal(lying, header) {
				v.refuses(t, with(v.stored, crypt.Item{head: &avB{Value: lying}}), at)
			}
		}
	}
}

func TestManyDataKeys(t *testing.T) {
	rings := make([]keyring.Keyring, keyring.MaxEncryptedDataKeys)
	for i := range rings {
		rings[i] = rawAES(t, byte(i))
	}
	for _, s := range suites {
		all, err := keyring.Multi(rings[0], rings[1:]...)
		require.NoError(t, err)
		schema := table(actions{"e": crypt.Encrypt})
		e := encryptor(t, format(t, dbe.Config{Keyring: all, Suite: s}), schema)
		item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "e": &avS{Value: canary}}
		stored := encrypted(t, e, item)
		d, err := dbe.Describe(stored)
		require.NoError(t, err)
		assert.Len(t, d.DataKeys, 255)
		for _, i := range []int{0, 100, 254} {
			one := encryptor(t, format(t, dbe.Config{Keyring: rings[i], Suite: s}), schema)
			assert.Equal(t, item, decrypted(t, one, stored).Item)
		}

		// The tags of other recipients are not this reader's to verify.
		footer := bytesOf(t, stored, foot)
		footer[48] ^= 1
		altered := with(stored, crypt.Item{foot: &avB{Value: footer}})
		assert.Equal(t, item, decrypted(t, encryptor(t, format(t, dbe.Config{Keyring: rings[0], Suite: s}), schema), altered).Item)
		_, err = encryptor(t, format(t, dbe.Config{Keyring: rings[1], Suite: s}), schema).DecryptItem(t.Context(), altered)
		refused(t, err, crypt.ErrAuth)

		more, err := keyring.Multi(all, rings[0])
		require.NoError(t, err)
		_, err = encryptor(t, format(t, dbe.Config{Keyring: more, Suite: s}), schema).EncryptItem(t.Context(), item)
		refused(t, err, crypt.ErrKeys, "256 data keys")
	}
}
