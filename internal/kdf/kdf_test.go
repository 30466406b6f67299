package kdf_test

import (
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/binary"
	"encoding/hex"
	"hash"
	"testing"

	"github.com/dynaseal/ddb/internal/kdf"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	require.NoError(t, err)
	return b
}

// The hierarchical keyring's wrapping keys of formats/dbesdk-known-answers.md, tests 1, 7 and 11.
func TestCounterKnownAnswers(t *testing.T) {
	branch := unhex(t, "b49c1feb97a962f52de4732242c97fea396f2f14b4b6076322ebc5cb604b2308")
	for salt, want := range map[string]string{
		"566becafebf928b7ea1d1537e4282049": "1369c0bfc57a5a4e68dafd8f545fed2b14b01d0b50f198d386fffccc5b8fc282",
		"6b5a7b810fdf44bb508ac5cca3a6f49b": "9ca12f38f99768f97de9cf3534687c3161f3a2108eb5ce52a06712effabafd60",
		"e61fab8800c6a6915c95acc7c6908bbd": "73fa325c5cf64648f0309d5f932f71d5a1db6d291e2c1c85eec3d9ba3d773c35",
	} {
		got := kdf.Counter(sha256.New, branch, []byte("aws-kms-hierarchy"), unhex(t, salt), 32)
		assert.Equal(t, want, hex.EncodeToString(got))
	}
}

// The first bytes of a longer key are not those of a shorter one: its size is hashed.
func TestCounterOfManyBlocks(t *testing.T) {
	for name, h := range map[string]func() hash.Hash{"SHA-256": sha256.New, "SHA-384": sha512.New384} {
		for _, size := range []int{1, 31, 32, 33, 48, 64, 96, 100} {
			got := kdf.Counter(h, []byte("key"), []byte("label"), []byte("context"), size)
			require.Len(t, got, size)
			var want []byte
			for i := uint32(1); len(want) < size; i++ {
				m := hmac.New(h, []byte("key"))
				m.Write(binary.BigEndian.AppendUint32(nil, i))
				m.Write([]byte("label\x00context"))
				m.Write(binary.BigEndian.AppendUint32(nil, uint32(size*8)))
				want = m.Sum(want)
			}
			assert.Equal(t, want[:size], got[:size:size], "%s, %d", name, size)
			assert.Equal(t, size, cap(got), "what was derived beyond is out of reach")
		}
	}
}

func TestHKDF(t *testing.T) {
	keys, err := kdf.HKDF([]byte("secret"), 32, "a", "b")
	require.NoError(t, err)
	require.Len(t, keys, 2)
	for i, label := range []string{"a", "b"} {
		want, err := hkdf.Key(sha512.New, []byte("secret"), nil, label, 32)
		require.NoError(t, err)
		assert.Equal(t, want, keys[i])
	}
	_, err = kdf.HKDF([]byte("secret"), 255*64+1, "a")
	assert.Error(t, err)
}
