package dbe_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/asn1"
	"encoding/binary"
	"errors"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func header(change func(*dbe.Header)) *dbe.Header {
	h := &dbe.Header{
		Version: 1, Flavor: 1, MessageID: [32]byte{1, 2, 3}, Legend: []byte("ess"),
		Context:  []dbe.Entry{{Key: "a", Value: ""}, {Key: "ü", Value: "v"}},
		DataKeys: []dbe.DataKey{{"id", []byte("info"), []byte("ciphertext")}, {"", nil, nil}},
	}
	change(h)
	return h
}

func appended(t testing.TB, h *dbe.Header) []byte {
	t.Helper()
	b, err := h.Append([]byte("before"))
	require.NoError(t, err)
	b = append(bytes.TrimPrefix(b, []byte("before")), h.Commitment[:]...)
	assert.Equal(t, h.Size(), len(b))
	return b
}

func TestHeaderRoundTrips(t *testing.T) {
	for name, change := range map[string]func(*dbe.Header){
		"of version 1":     func(*dbe.Header) {},
		"of version 2":     func(h *dbe.Header) { h.Version, h.Flavor, h.Legend = 2, 0, []byte("cec") },
		"without context":  func(h *dbe.Header) { h.Context = nil },
		"of 255 data keys": func(h *dbe.Header) { h.DataKeys = slices.Repeat(h.DataKeys[:1], 255) },
		"of long parts": func(h *dbe.Header) {
			h.Context[1].Value = strings.Repeat("v", 65535)
			h.DataKeys[0].Ciphertext = make([]byte, 65535)
		},
		"of 65535 attributes": func(h *dbe.Header) { h.Legend = bytes.Repeat([]byte("s"), 65535) },
	} {
		t.Run(name, func(t *testing.T) {
			want := header(change)
			b := appended(t, want)
			var got dbe.Header
			require.NoError(t, got.Parse(b))
			assert.Equal(t, b, appended(t, &got))
			for n := range min(len(b), 300) {
				assert.Error(t, got.Parse(b[:n]), "cut at %d", n)
			}
			assert.Error(t, got.Parse(append(b, 0)), "a byte behind")
			got.Wipe()
			assert.Empty(t, got.Context)
			assert.Zero(t, got.MessageID)
		})
	}
}

func TestHeaderRefuses(t *testing.T) {
	for name, change := range map[string]func(*dbe.Header){
		"version 0":              func(h *dbe.Header) { h.Version = 0 },
		"version 3":              func(h *dbe.Header) { h.Version = 3 },
		"suite 0x6702":           func(h *dbe.Header) { h.Flavor = 2 },
		"another letter":         func(h *dbe.Header) { h.Legend = []byte("esx") },
		"no data key":            func(h *dbe.Header) { h.DataKeys = nil },
		"256 data keys":          func(h *dbe.Header) { h.DataKeys = make([]dbe.DataKey, 256) },
		"65536 attributes":       func(h *dbe.Header) { h.Legend = bytes.Repeat([]byte("s"), 65536) },
		"a context key twice":    func(h *dbe.Header) { h.Context[1].Key = "a" },
		"descending keys":        func(h *dbe.Header) { h.Context[0].Key = "\U00010000" },
		"an empty key":           func(h *dbe.Header) { h.Context[0].Key = "" },
		"a key not UTF-8":        func(h *dbe.Header) { h.Context[1].Key = "\xff" },
		"a value not UTF-8":      func(h *dbe.Header) { h.Context[1].Value = "\xff" },
		"a long value":           func(h *dbe.Header) { h.Context[1].Value = strings.Repeat("v", 65536) },
		"a provider id not UTF8": func(h *dbe.Header) { h.DataKeys[1].ProviderID = "\xff" },
		"a long ciphertext":      func(h *dbe.Header) { h.DataKeys[1].Ciphertext = make([]byte, 65536) },
		"400 KB": func(h *dbe.Header) {
			h.DataKeys = slices.Repeat([]dbe.DataKey{{Ciphertext: make([]byte, 65535)}}, 7)
		},
	} {
		t.Run(name, func(t *testing.T) {
			h := header(change)
			got, err := h.Append([]byte("before"))
			require.Error(t, err)
			assert.Equal(t, "before", string(got))
		})
	}
	t.Run("parsed", func(t *testing.T) {
		b := appended(t, header(func(*dbe.Header) {}))
		alter := func(old, new string) []byte {
			require.Equal(t, 1, bytes.Count(b, []byte(old)))
			return bytes.Replace(b, []byte(old), []byte(new), 1)
		}
		two := appended(t, header(func(h *dbe.Header) { h.Context = []dbe.Entry{{Key: "b"}, {Key: "c"}} }))
		require.NoError(t, new(dbe.Header).Parse(two))
		for name, in := range map[string][]byte{
			"nothing":                  nil,
			"version 0":                append([]byte{0}, b[1:]...),
			"suite 0x6702":             append([]byte{1, 2}, b[2:]...),
			"another letter":           alter("\x00\x03ess", "\x00\x03Ess"),
			"a legend that lies":       alter("\x00\x03ess", "\x00\x02ess"),
			"65535 letters claimed":    alter("\x00\x03ess", "\xff\xffess"),
			"fewer entries claimed":    alter("\x00\x02\x00\x01a", "\x00\x01\x00\x01a"),
			"65535 entries claimed":    alter("\x00\x02\x00\x01a", "\xff\xff\x00\x01a"),
			"no data key claimed":      alter("\x02\x00\x02id", "\x00\x00\x02id"),
			"255 data keys claimed":    alter("\x02\x00\x02id", "\xff\x00\x02id"),
			"a context key twice":      bytes.Replace(two, []byte("\x00\x01c"), []byte("\x00\x01b"), 1),
			"keys that descend":        bytes.Replace(two, []byte("\x00\x01c"), []byte("\x00\x01a"), 1),
			"a provider id not UTF-8":  alter("\x00\x02id", "\x00\x02\xff\xff"),
			"a length of an info lies": alter("\x00\x04info", "\x00\x05info"),
			"over 400 KB":              append(b, make([]byte, 400<<10)...),
		} {
			var h dbe.Header
			assert.Error(t, h.Parse(in), name)
		}
	})
}

func TestStoredContextIsBounded(t *testing.T) {
	h := dbe.Header{Version: dbe.Version1, Legend: []byte{dbe.LegendSign}, DataKeys: []dbe.DataKey{{ProviderID: "p"}}}
	for i := range dbe.MaxStoredContext {
		h.Context = append(h.Context, dbe.Entry{Key: fmt.Sprintf("%05d", i)})
	}
	b, err := h.Append(nil)
	require.NoError(t, err)
	b = append(b, make([]byte, 32)...) // the commitment
	require.NoError(t, new(dbe.Header).Parse(b))

	at := 2 + 32 + 2 + 1 // where the count stands
	require.Equal(t, uint16(dbe.MaxStoredContext), binary.BigEndian.Uint16(b[at:]))
	binary.BigEndian.PutUint16(b[at:], dbe.MaxStoredContext+1)
	require.ErrorContains(t, new(dbe.Header).Parse(b), "more than 1024 entries")
	h.Context = append(h.Context, dbe.Entry{Key: "1"})
	_, err = h.Append(nil)
	require.ErrorContains(t, err, "more than 1024 entries")
}

func TestFooter(t *testing.T) {
	for name, c := range map[string]struct {
		keys, size int
		flavor     byte
	}{
		"one key":               {1, 48, 0},
		"three keys":            {3, 144, 0},
		"one key and signature": {1, 151, 1},
		"all keys":              {255, 255*48 + 103, 1},
	} {
		t.Run(name, func(t *testing.T) {
			b := bytes.Repeat([]byte{7}, c.size)
			f, err := dbe.ParseFooter(b, c.keys, c.flavor)
			require.NoError(t, err)
			got, err := f.Append(nil)
			require.NoError(t, err)
			assert.Equal(t, b, got)
			for _, size := range []int{0, c.size - 1, c.size + 1, c.size + 48, c.size - 48, c.size + 103} {
				_, err := dbe.ParseFooter(make([]byte, max(0, size)), c.keys, c.flavor)
				assert.Error(t, err, size)
			}
			_, err = dbe.ParseFooter(b, c.keys, 1-c.flavor)
			assert.Error(t, err, "the other suite")
		})
	}
	for _, f := range []dbe.Footer{{}, {Tags: make([]byte, 47)}, {Tags: make([]byte, 48), Signature: make([]byte, 102)}, {Signature: make([]byte, 103)}} {
		_, err := f.Append(nil)
		assert.Error(t, err)
	}
	_, err := dbe.ParseFooter(nil, 0, 0)
	assert.Error(t, err)
}

func TestSignaturesHaveOneSize(t *testing.T) {
	key, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	hash := bytes.Repeat([]byte{5}, dbe.HashSize)
	signings, sizes := 0, map[int]int{}
	sign := func(digest []byte) ([]byte, error) {
		signings++
		der, err := ecdsa.SignASN1(rand.Reader, key, digest)
		sizes[len(der)]++
		return der, err
	}
	const signatures = 300
	for range signatures {
		signature, err := dbe.AppendSignature([]byte("tags"), hash, sign)
		require.NoError(t, err)
		require.Len(t, signature, 4+dbe.SignatureSize)
		require.True(t, dbe.VerifySignature(&key.PublicKey, hash, signature[4:]))
	}
	assert.Greater(t, len(sizes), 1, "the key itself makes several sizes")
	assert.Less(t, signings, signatures*3/2, "most are kept, or their other half is")
}

func TestSignaturesThatCannotBe(t *testing.T) {
	small, err := asn1.Marshal(struct{ R, S *big.Int }{big.NewInt(1), big.NewInt(1)})
	require.NoError(t, err)
	for name, der := range map[string][]byte{"always too small": small, "no DER": []byte("signature"), "bytes behind": append(small, 0)} {
		b, err := dbe.AppendSignature(nil, make([]byte, dbe.HashSize), func([]byte) ([]byte, error) { return der, nil })
		assert.Error(t, err, name)
		assert.Empty(t, b)
	}
	failed := errors.New("no key")
	_, err = dbe.AppendSignature(nil, nil, func([]byte) ([]byte, error) { return nil, failed })
	assert.ErrorIs(t, err, failed)
}

func TestPaths(t *testing.T) {
	path := func(name string) []byte { return dbe.AppendPath(nil, "t", name) }
	assert.Equal(t, []byte("t\x00\x00\x00\x00\x00\x00\x00\x01$\x00\x00\x00\x00\x00\x00\x00\x03\xf0\x90\x80\x80a"), path("\U00010000a"), "three UTF-16 units")
	ascending := []string{"b", "ä", "\uFFFF", "aa", "\U00010000", "aaa", "\U00010000a"}
	assert.True(t, slices.IsSortedFunc(ascending, func(a, b string) int { return bytes.Compare(path(a), path(b)) }))
}

func TestContext(t *testing.T) {
	b, err := dbe.AppendContext([]byte("x"), map[string]string{"b": "2", "a": "1"})
	require.NoError(t, err)
	assert.Equal(t, "x\x00\x02\x00\x01a\x00\x011\x00\x01b\x00\x012", string(b))
	b, err = dbe.AppendContext(nil, nil)
	require.NoError(t, err)
	assert.Equal(t, []byte{0, 0}, b)
	b, err = dbe.AppendKeyringContext(nil, nil)
	require.NoError(t, err)
	assert.Empty(t, b)
	for name, c := range map[string]map[string]string{
		"an empty key":      {"": "v"},
		"a key not UTF-8":   {"\xff": "v"},
		"a value not UTF-8": {"k": "\xff"},
		"a long key":        {strings.Repeat("k", 65536): "v"},
		"a long value":      {"k": strings.Repeat("v", 65536)},
	} {
		b, err := dbe.AppendContext([]byte("x"), c)
		assert.Error(t, err, name)
		assert.Equal(t, "x", string(b))
	}
}

func TestKeyScheduleIsWiped(t *testing.T) {
	var k dbe.KeySchedule
	require.NoError(t, k.Derive(bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)))
	require.NoError(t, k.Fields(3))
	_, nonce, err := k.Field(2)
	require.NoError(t, err)
	require.NotEqual(t, make([]byte, 12), nonce)
	first := k.AppendCommitment(nil, []byte("header"))
	k.Wipe()
	assert.Equal(t, make([]byte, 12), nonce)
	assert.NotEqual(t, first, k.AppendCommitment(nil, []byte("header")))
	require.NoError(t, k.Derive(bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)))
	assert.Equal(t, first, k.AppendCommitment(nil, []byte("header")), "used again")
	assert.Error(t, k.Fields(65536))
}

func TestAnyTagMayMatch(t *testing.T) {
	var k dbe.KeySchedule
	hash := make([]byte, dbe.HashSize)
	keys := [][]byte{bytes.Repeat([]byte{1}, 32), bytes.Repeat([]byte{2}, 32)}
	var tags []byte
	for _, key := range keys {
		tags = k.AppendTag(tags, key, hash)
	}
	for _, key := range keys {
		assert.True(t, k.Tagged(tags, key, hash))
	}
	assert.False(t, k.Tagged(tags, bytes.Repeat([]byte{3}, 32), hash))
	assert.False(t, k.Tagged(nil, keys[0], hash))
}
