package provider_test

import (
	"context"
	"crypto"
	"crypto/hmac"
	"encoding/hex"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "CANARY7391CANARY7391CANARY7391XX" // of 32 bytes, so that it is a key too

func key(t testing.TB, b string) secret.Key {
	t.Helper()
	k, err := secret.New([]byte(b))
	require.NoError(t, err)
	return k
}

func hmacOf(t testing.TB, h crypto.Hash, k string) *provider.HMAC {
	t.Helper()
	m, err := provider.NewHMAC(h, key(t, k))
	require.NoError(t, err)
	return m
}

var hashes = map[crypto.Hash]string{crypto.SHA224: "HmacSHA224", crypto.SHA256: "HmacSHA256", crypto.SHA384: "HmacSHA384", crypto.SHA512: "HmacSHA512"}

// RFC 4231, test case 2.
func TestHMACKnownAnswers(t *testing.T) {
	for h, want := range map[crypto.Hash]string{
		crypto.SHA224: "a30e01098bc6dbbf45690f3a7e9e6d0f8bbea2a39e6148008fd05e44",
		crypto.SHA256: "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
		crypto.SHA384: "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649",
		crypto.SHA512: "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea2505549758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737",
	} {
		m := hmacOf(t, h, "Jefe")
		got, err := m.Sign(t.Context(), []byte("what do ya want for nothing?"))
		require.NoError(t, err)
		assert.Equal(t, want, hex.EncodeToString(got))
		assert.Equal(t, hashes[h], m.Algorithm())
	}
}

func TestHMAC(t *testing.T) {
	for h := range hashes {
		t.Run(hashes[h], func(t *testing.T) {
			m := hmacOf(t, h, canary)
			assert.True(t, m.Local())
			message := []byte("message")
			signature, err := m.Sign(t.Context(), message)
			require.NoError(t, err)
			assert.NoError(t, m.Verify(t.Context(), message, signature))
			for bit := range 8 * len(signature) {
				signature[bit/8] ^= 1 << (bit % 8)
				assert.ErrorIs(t, m.Verify(t.Context(), message, signature), provider.ErrSignature)
				signature[bit/8] ^= 1 << (bit % 8)
			}
			for name, other := range map[string][]byte{"none": nil, "cut short": signature[:len(signature)-1], "longer": append(signature[:len(signature):len(signature)], 0)} {
				assert.ErrorIs(t, m.Verify(t.Context(), message, other), provider.ErrSignature, name)
			}
			assert.ErrorIs(t, m.Verify(t.Context(), []byte("messagf"), signature), provider.ErrSignature)
			assert.ErrorIs(t, hmacOf(t, h, "another").Verify(t.Context(), message, signature), provider.ErrSignature)

			again, err := m.Sign(t.Context(), message)
			require.NoError(t, err)
			clear(again)
			assert.NoError(t, m.Verify(t.Context(), message, signature), "signatures belong to the caller")
		})
	}
}

func TestHMACIsShared(t *testing.T) {
	m := hmacOf(t, crypto.SHA512, canary)
	var wg sync.WaitGroup
	for i := range 64 {
		wg.Go(func() {
			message := fmt.Append(nil, i)
			reference := hmac.New(crypto.SHA512.New, []byte(canary))
			reference.Write(message)
			for range 20 {
				got, err := m.Sign(t.Context(), message)
				assert.NoError(t, err)
				assert.Equal(t, reference.Sum(nil), got)
				assert.NoError(t, m.Verify(t.Context(), message, got))
			}
		})
	}
	wg.Wait()
}

func TestConstructorsRefuse(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	static := func(c provider.StaticConfig) error {
		p, err := provider.NewStatic(c)
		assert.Nil(t, p)
		return err
	}
	newHMAC := func(h crypto.Hash, k secret.Key) error {
		m, err := provider.NewHMAC(h, k)
		assert.Nil(t, m)
		return err
	}
	short := func(encrypt, mac secret.Key) error {
		p, err := provider.Static(encrypt, mac)
		assert.Nil(t, p)
		return err
	}
	for name, err := range map[string]error{
		"an HMAC of MD5":              newHMAC(crypto.MD5, key(t, canary)),
		"an HMAC of SHA-1":            newHMAC(crypto.SHA1, key(t, canary)),
		"an HMAC of nothing":          newHMAC(0, key(t, canary)),
		"an HMAC without key":         newHMAC(crypto.SHA256, secret.Key{}),
		"a static without MAC key":    short(key(t, canary), secret.Key{}),
		"an AES key of 31 bytes":      short(key(t, canary[:31]), key(t, canary)),
		"an AES key of 8 bytes":       static(provider.StaticConfig{Encrypt: key(t, canary[:8]), Sign: h}),
		"neither signer nor verifier": static(provider.StaticConfig{Encrypt: key(t, canary)}),
		"the format's mode":           static(provider.StaticConfig{Sign: h, Description: map[string]string{"amzn-ddb-map-sym-mode": canary}}),
		"the format's algorithm":      static(provider.StaticConfig{Sign: h, Description: map[string]string{"amzn-ddb-map-signingAlg": canary}}),
		"the format's hint":           static(provider.StaticConfig{Sign: h, Description: map[string]string{"dynaseal-actions": canary}}),
		"a description not UTF-8":     static(provider.StaticConfig{Sign: h, Description: map[string]string{"x": canary + "\xff"}}),
		"a description too long":      static(provider.StaticConfig{Sign: h, Description: map[string]string{"x": strings.Repeat(canary, 2100)}}),
	} {
		t.Run(name, func(t *testing.T) {
			require.Error(t, err)
			assert.Contains(t, err.Error(), "provider: new ")
			assert.NotContains(t, err.Error(), canary[:8])
		})
	}
}

func TestStatic(t *testing.T) {
	for _, n := range []int{0, 16, 24, 32} {
		encrypt := secret.Key{}
		if n > 0 {
			encrypt = key(t, canary[:n])
		}
		p, err := provider.Static(encrypt, key(t, "MAC"))
		require.NoError(t, err)
		e, err := p.EncryptionMaterials(t.Context(), provider.Request{})
		require.NoError(t, err)
		d, err := p.DecryptionMaterials(t.Context(), provider.Request{})
		require.NoError(t, err)
		assert.True(t, e.Encrypt.Equal(encrypt))
		assert.True(t, d.Decrypt.Equal(encrypt))
		assert.Empty(t, e.Description.Map())
		signature, err := e.Sign.Sign(t.Context(), []byte("x"))
		require.NoError(t, err)
		assert.Len(t, signature, 32)
		assert.NoError(t, d.Verify.Verify(t.Context(), []byte("x"), signature))
	}
}

func TestStaticOfOneHalf(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	reader, err := provider.NewStatic(provider.StaticConfig{Verify: h})
	require.NoError(t, err)
	_, err = reader.EncryptionMaterials(t.Context(), provider.Request{})
	assert.ErrorIs(t, err, provider.ErrNoSigner)
	writer, err := provider.NewStatic(provider.StaticConfig{Sign: h})
	require.NoError(t, err)
	_, err = writer.DecryptionMaterials(t.Context(), provider.Request{})
	assert.ErrorIs(t, err, provider.ErrNoVerifier)
}

func TestStaticDescription(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	entries := map[string]string{"a": "1", "b": canary}
	p, err := provider.NewStatic(provider.StaticConfig{Sign: h, Verify: h, Description: entries})
	require.NoError(t, err)
	entries["c"] = "changed later"
	m, err := p.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	assert.Equal(t, map[string]string{"a": "1", "b": canary}, m.Description.Map())
	for name, c := range map[string]struct {
		stored map[string]string
		opens  bool
	}{
		"the same":       {map[string]string{"a": "1", "b": canary}, true},
		"and more":       {map[string]string{"a": "1", "b": canary, "amzn-ddb-map-sym-mode": "x"}, true},
		"one less":       {map[string]string{"a": "1"}, false},
		"another value":  {map[string]string{"a": "2", "b": canary}, false},
		"an empty value": {map[string]string{"a": "", "b": canary}, false},
		"no description": {nil, false},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := provider.NewDescription(c.stored)
			require.NoError(t, err)
			_, err = p.DecryptionMaterials(t.Context(), provider.Request{Description: d})
			if c.opens {
				assert.NoError(t, err)
				return
			}
			require.ErrorIs(t, err, crypt.ErrFormat)
			assert.NotContains(t, err.Error(), canary)
		})
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	h := hmacOf(t, crypto.SHA256, canary)
	_, err := h.Sign(t.Context(), nil) // so that the pool holds a keyed state
	require.NoError(t, err)
	p, err := provider.Static(key(t, canary), key(t, canary))
	require.NoError(t, err)
	e, err := p.EncryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	d, err := p.DecryptionMaterials(t.Context(), provider.Request{})
	require.NoError(t, err)
	for name, v := range map[string]any{
		"HMAC": h, "provider": p, "encryption materials": e, "decryption materials": d, "their addresses": []any{&e, &d},
		"config": provider.StaticConfig{Encrypt: key(t, canary), Sign: h, Verify: h},
	} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
			got := fmt.Sprintf(verb, v)
			for _, song := range []string{canary, hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))), "67 65 78 65 82 89", "43414e415259"} {
				assert.NotContains(t, got, song, "%s with %s", name, verb)
			}
		}
	}
	assert.Equal(t, "HmacSHA256", fmt.Sprint(h))
}

func TestDescription(t *testing.T) {
	entries := map[string]string{"b": "2", "a": "1", "": ""}
	d, err := provider.NewDescription(entries)
	require.NoError(t, err)
	assert.Equal(t, entries, d.Map())
	value, ok := d.Lookup("b")
	assert.Equal(t, "2", value)
	assert.True(t, ok)
	_, ok = d.Lookup("c")
	assert.False(t, ok)
	all := map[string]string{}
	for name, value := range d.All() {
		all[name] = value
	}
	assert.Equal(t, entries, all)

	b := d.AppendTo([]byte("kept"))
	require.Equal(t, "kept", string(b[:4]))
	again, err := provider.ParseDescription(b[4:])
	require.NoError(t, err)
	assert.Equal(t, d, again)
	m := d.Map()
	m["a"] = "changed"
	assert.Equal(t, entries, d.Map())
}

func TestEmptyDescription(t *testing.T) {
	var zero provider.Description
	assert.Equal(t, []byte{0, 0, 0, 0}, zero.AppendTo(nil))
	assert.Empty(t, zero.Map())
	_, ok := zero.Lookup("")
	assert.False(t, ok)
	for range zero.All() {
		assert.Fail(t, "it has no entry")
	}
	d, err := provider.ParseDescription([]byte{0, 0, 0, 0})
	require.NoError(t, err)
	assert.Empty(t, d.Map())
}

func TestDescriptionWithANameTwice(t *testing.T) {
	d, err := provider.ParseDescription([]byte("\x00\x00\x00\x00" + "\x00\x00\x00\x01a\x00\x00\x00\x011" + "\x00\x00\x00\x01a\x00\x00\x00\x012"))
	require.NoError(t, err)
	value, _ := d.Lookup("a")
	assert.Equal(t, "2", value)
	n := 0
	for _, value := range d.All() {
		assert.Equal(t, "2", value)
		n++
	}
	assert.Equal(t, 1, n)
}

func TestParseDescriptionRefuses(t *testing.T) {
	for name, in := range map[string]string{"nothing": "", "version": "\x00\x00\x00\x01", "cut": "\x00\x00\x00\x00\x00\x00\x00\x20" + canary[:20]} {
		_, err := provider.ParseDescription([]byte(in))
		require.ErrorIs(t, err, crypt.ErrFormat, name)
		assert.NotContains(t, err.Error(), canary[:8])
	}
}

func BenchmarkHMAC(b *testing.B) {
	m := hmacOf(b, crypto.SHA256, canary)
	message := make([]byte, 1184)
	signature, err := m.Sign(b.Context(), message)
	require.NoError(b, err)
	b.Run("Sign", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = m.Sign(context.Background(), message)
		}
	})
	b.Run("Verify", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_ = m.Verify(context.Background(), message, signature)
		}
	})
}

func ExampleStatic() {
	encryption, err := secret.New([]byte("thirty-two bytes, kept elsewhere"))
	if err != nil {
		panic(err)
	}
	signing, err := secret.New([]byte("another key, not the same again!"))
	if err != nil {
		panic(err)
	}
	keys, err := provider.Static(encryption, signing)
	fmt.Println(err, encryption)
	_ = keys // for ddbec.Format
	// Output: <nil> secret.Key(hidden)
}
