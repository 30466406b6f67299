package oaep_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1"
	_ "crypto/sha512"
	"fmt"
	"math/big"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/internal/oaep"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// What a block means does not depend on the key, so that every process may have its own.
var private = sync.OnceValues(func() (*rsa.PrivateKey, error) { return rsa.GenerateKey(rand.Reader, 2048) })

func key(t testing.TB) *rsa.PrivateKey {
	t.Helper()
	k, err := private()
	require.NoError(t, err)
	return k
}

// raw is RSA without a padding, as a token does it.
func raw(k *rsa.PrivateKey, ciphertext []byte) []byte {
	return new(big.Int).Exp(new(big.Int).SetBytes(ciphertext), k.D, k.N).FillBytes(make([]byte, k.Size()))
}

// unpadByRSA is what crypto/rsa makes of a block below the modulus.
func unpadByRSA(k *rsa.PrivateKey, block []byte, hash, mgf crypto.Hash) ([]byte, error) {
	c := new(big.Int).Exp(new(big.Int).SetBytes(block), big.NewInt(int64(k.E)), k.N).FillBytes(make([]byte, k.Size()))
	return k.Decrypt(nil, c, &rsa.OAEPOptions{Hash: hash, MGFHash: mgf})
}

var hashes = []crypto.Hash{crypto.SHA1, crypto.SHA256, crypto.SHA384, crypto.SHA512}

func TestUnpad(t *testing.T) {
	k := key(t)
	for _, hash := range hashes {
		for _, mgf := range []crypto.Hash{crypto.SHA1, crypto.SHA256} {
			most := k.Size() - 2*hash.Size() - 2
			for _, n := range []int{0, 1, 16, 32, most - 1, most} {
				t.Run(fmt.Sprint(hash, mgf, n), func(t *testing.T) {
					message := bytes.Repeat([]byte{1}, n) // looks like the byte that ends the padding
					sealed, err := rsa.EncryptOAEPWithOptions(rand.Reader, &k.PublicKey, message, &rsa.OAEPOptions{Hash: hash, MGFHash: mgf})
					require.NoError(t, err)
					block := raw(k, sealed)
					before := bytes.Clone(block)
					got, err := oaep.Unpad(block, hash, mgf)
					require.NoError(t, err)
					assert.True(t, bytes.Equal(message, got))
					assert.Equal(t, before, block, "the argument is left alone")

					for i := range block {
						block[i] ^= 1
						_, err := oaep.Unpad(block, hash, mgf)
						require.Equal(t, oaep.ErrPadding, err, "byte %d", i)
						block[i] ^= 1
					}
					for other := range map[crypto.Hash]bool{crypto.SHA1: true, crypto.SHA512: true} {
						if other != hash {
							_, err = oaep.Unpad(block, other, mgf)
							assert.Equal(t, oaep.ErrPadding, err)
						}
						if other != mgf {
							_, err = oaep.Unpad(block, hash, other)
							assert.Equal(t, oaep.ErrPadding, err)
						}
					}
				})
			}
		}
	}
}

// masked is a block with data behind its masks: what no encryptor writes, and a wrong key may give.
func masked(first byte, data []byte, size int) []byte {
	seed := make([]byte, size)
	xor := func(dst, src []byte) {
		for i, at := uint32(0), 0; at < len(dst); i++ {
			h := crypto.SHA1.New()
			h.Write(src)
			h.Write([]byte{byte(i >> 24), byte(i >> 16), byte(i >> 8), byte(i)})
			for _, b := range h.Sum(nil) {
				if at < len(dst) {
					dst[at] ^= b
					at++
				}
			}
		}
	}
	data = bytes.Clone(data)
	xor(data, seed)
	xor(seed, data)
	return append(append([]byte{first}, seed...), data...)
}

func TestUnpadRefuses(t *testing.T) {
	label := crypto.SHA256.New().Sum(nil)
	data := func(tail ...byte) []byte { return append(bytes.Clone(label), tail...) }
	got, err := oaep.Unpad(masked(0, data(0, 0, 1, 7, 1), 32), crypto.SHA256, crypto.SHA1)
	require.NoError(t, err)
	assert.Equal(t, []byte{7, 1}, got)
	for name, block := range map[string][]byte{
		"nothing":               nil,
		"a byte short":          make([]byte, 65),
		"a first byte":          masked(1, data(0, 1, 7), 32),
		"no end of the padding": masked(0, data(0, 0, 0), 32),
		"a two":                 masked(0, data(0, 2, 1, 7), 32),
		"high bits":             masked(0, data(0x81, 1, 7), 32),
		"another label":         masked(0, append(bytes.Repeat([]byte{9}, 32), 0, 1, 7), 32),
	} {
		t.Run(name, func(t *testing.T) {
			got, err := oaep.Unpad(block, crypto.SHA256, crypto.SHA1)
			assert.Equal(t, oaep.ErrPadding, err)
			assert.Nil(t, got)
		})
	}
}

// FuzzUnpad compares with crypto/rsa, block by block, and what stands behind the masks too: a fuzzer does
// not get there on its own.
func FuzzUnpad(f *testing.F) {
	k := key(f)
	label := crypto.SHA256.New().Sum(nil)
	f.Add(byte(0), append(bytes.Clone(label), 0, 1, 2, 3))
	f.Add(byte(0), append(bytes.Clone(label), 0, 2, 1, 3))
	f.Add(byte(1), append(bytes.Clone(label), 1))
	f.Add(byte(0), append(bytes.Clone(label), 0, 0, 0))
	f.Add(byte(3), []byte("no label"))
	f.Fuzz(func(t *testing.T, first byte, tail []byte) {
		data := make([]byte, k.Size()-1-32)
		if len(tail) > len(data) {
			return
		}
		copy(data, tail)
		for _, block := range [][]byte{masked(first&0x7f, data, 32), append([]byte{first & 0x7f}, append(make([]byte, 32), data...)...)} {
			want, refused := unpadByRSA(k, block, crypto.SHA256, crypto.SHA1)
			got, err := oaep.Unpad(block, crypto.SHA256, crypto.SHA1)
			require.Equal(t, refused == nil, err == nil)
			require.True(t, bytes.Equal(want, got))
		}
	})
}
