package keywrap_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/des"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/internal/keywrap"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.ReplaceAll(s, " ", ""))
	require.NoError(t, err)
	return b
}

func kek(t testing.TB, key []byte) cipher.Block {
	t.Helper()
	b, err := aes.NewCipher(key)
	require.NoError(t, err)
	return b
}

func counting(n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(i)
	}
	return b
}

// The figures of RFC 3394, section 4, and one of shared/formats/ddbec.md, section 1.16.
func TestKnownAnswers(t *testing.T) {
	const key128 = "00112233445566778899AABBCCDDEEFF"
	for name, c := range map[string]struct {
		kek          int // bytes that count up from 0
		key, wrapped string
	}{
		"4.1": {16, key128, "1FA68B0A8112B447 AEF34BD8FB5A7B82 9D3E862371D2CFE5"},
		"4.2": {24, key128, "96778B25AE6CA435 F92B5B97C050AED2 468AB8A17AD84E5D"},
		"4.3": {32, key128, "64E8C3F9CE0F5BA2 63E9777905818A2A 93C8191E7D6E8AE7"},
		"4.4": {24, key128 + "0001020304050607", "031D33264E15D332 68F24EC260743EDC E1C6C7DDEE725A93 6BA814915C6762D2"},
		"4.5": {32, key128 + "0001020304050607", "A8F9BC1612C68B3F F6E6F4FBE30E71E4 769C8B80A32CB895 8CD5D17D6B254DA1"},
		"4.6": {32, key128 + "000102030405060708090A0B0C0D0E0F", "28C9F404C4B810F4 CBCCB35CFB87F826 3F5786E2D80ED326 CBC7F0E71A99F43B FB988B9B7A02DD21"},
		"JCE": {16, hex.EncodeToString(counting(32)), "0e7808f506f2c3e7aa6edad793ac4495b093eb482e5c7ca9c170c9faa07dc0cbbb87512e19fd4092"},
	} {
		t.Run(name, func(t *testing.T) {
			k, key, want := kek(t, counting(c.kek)), unhex(t, c.key), unhex(t, c.wrapped)
			wrapped, err := keywrap.Wrap(k, key)
			require.NoError(t, err)
			assert.Equal(t, want, wrapped)
			got, err := keywrap.Unwrap(k, want)
			require.NoError(t, err)
			assert.Equal(t, key, got)
			assert.Equal(t, unhex(t, c.wrapped), want, "arguments are not written to")

			for bit := range 8 * len(wrapped) {
				wrapped[bit/8] ^= 1 << (bit % 8)
				got, err := keywrap.Unwrap(k, wrapped)
				require.ErrorIs(t, err, keywrap.ErrIntegrity)
				require.Nil(t, got)
				wrapped[bit/8] ^= 1 << (bit % 8)
			}
			_, err = keywrap.Unwrap(kek(t, make([]byte, 32)), wrapped)
			assert.ErrorIs(t, err, keywrap.ErrIntegrity, "another key")
		})
	}
}

func TestSizes(t *testing.T) {
	k := kek(t, counting(16))
	for n := range 64 {
		_, err := keywrap.Wrap(k, make([]byte, n))
		assert.Equal(t, n >= 16 && n%8 == 0, err == nil, "wrapping %d bytes", n)
		_, err = keywrap.Unwrap(k, make([]byte, n))
		if n >= 24 && n%8 == 0 {
			assert.ErrorIs(t, err, keywrap.ErrIntegrity, "unwrapping %d bytes", n)
		} else {
			assert.ErrorIs(t, err, keywrap.ErrSize, "unwrapping %d bytes", n)
		}
	}
	longest := bytes.Repeat([]byte{7}, keywrap.MaxKey) // its step counter needs more than two bytes
	wrapped, err := keywrap.Wrap(k, longest)
	require.NoError(t, err)
	key, err := keywrap.Unwrap(k, wrapped)
	require.NoError(t, err)
	assert.Equal(t, longest, key)
	_, err = keywrap.Wrap(k, append(longest, 0, 0, 0, 0, 0, 0, 0, 0))
	assert.ErrorIs(t, err, keywrap.ErrSize)
	_, err = keywrap.Unwrap(k, append(wrapped, 0, 0, 0, 0, 0, 0, 0, 0))
	assert.ErrorIs(t, err, keywrap.ErrSize)
}

func TestOtherCiphersPanic(t *testing.T) {
	k, err := des.NewTripleDESCipher(make([]byte, 24))
	require.NoError(t, err)
	assert.Panics(t, func() { _, _ = keywrap.Wrap(k, make([]byte, 16)) })
	assert.Panics(t, func() { _, _ = keywrap.Unwrap(k, make([]byte, 24)) })
}

func FuzzKeyWrap(f *testing.F) {
	f.Add(uint8(0), counting(16), counting(24))
	f.Add(uint8(1), counting(32), unhex(f, "0e7808f506f2c3e7aa6edad793ac4495b093eb482e5c7ca9c170c9faa07dc0cbbb87512e19fd4092"))
	f.Add(uint8(2), []byte{}, []byte{})
	f.Fuzz(func(t *testing.T, size uint8, key, wrapped []byte) {
		k := kek(t, counting(16+int(size%3)*8))
		if w, err := keywrap.Wrap(k, key); err == nil {
			require.Len(t, w, len(key)+keywrap.Overhead)
			got, err := keywrap.Unwrap(k, w)
			require.NoError(t, err)
			require.Equal(t, key, got)
		} else {
			require.ErrorIs(t, err, keywrap.ErrSize)
		}
		if got, err := keywrap.Unwrap(k, wrapped); err == nil {
			w, err := keywrap.Wrap(k, got)
			require.NoError(t, err)
			require.Equal(t, wrapped, w)
		} else {
			require.Nil(t, got)
		}
	})
}

func BenchmarkKeyWrap(b *testing.B) {
	k, key := kek(b, counting(32)), counting(32)
	wrapped, err := keywrap.Wrap(k, key)
	require.NoError(b, err)
	b.Run("Wrap", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = keywrap.Wrap(k, key)
		}
	})
	b.Run("Unwrap", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = keywrap.Unwrap(k, wrapped)
		}
	})
}
