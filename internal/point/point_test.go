package point_test

import (
	"crypto/ecdh"
	"crypto/elliptic"
	"crypto/rand"
	"testing"

	"github.com/dynaseal/ddb/internal/point"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var curves = map[elliptic.Curve]ecdh.Curve{elliptic.P256(): ecdh.P256(), elliptic.P384(): ecdh.P384(), elliptic.P521(): ecdh.P521()}

func TestForms(t *testing.T) {
	for curve, keys := range curves {
		parities := map[byte]bool{}
		for range 32 {
			k, err := keys.GenerateKey(rand.Reader)
			require.NoError(t, err)
			u := k.PublicKey().Bytes()
			c := point.Compress(u)
			require.Len(t, c, point.CompressedSize(curve))
			parities[c[0]] = true
			again, ok := point.Decompress(curve, c)
			require.True(t, ok)
			assert.Equal(t, u, again)

			c[0] ^= 1
			other, ok := point.Decompress(curve, c)
			require.True(t, ok)
			assert.Equal(t, u[:len(u)/2+1], other[:len(u)/2+1])
			assert.NotEqual(t, u, other)
			_, err = keys.NewPublicKey(other)
			assert.NoError(t, err)
		}
		assert.Len(t, parities, 2)
	}
}

// FuzzDecompress: what is taken is a point on the curve, and has one compressed form.
func FuzzDecompress(f *testing.F) {
	for _, keys := range curves {
		k, err := keys.GenerateKey(rand.Reader)
		require.NoError(f, err)
		f.Add(point.Compress(k.PublicKey().Bytes()))
		f.Add(k.PublicKey().Bytes())
	}
	f.Add([]byte{0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		for curve, keys := range curves {
			u, ok := point.Decompress(curve, b)
			if !ok {
				require.Nil(t, u)
				continue
			}
			_, err := keys.NewPublicKey(u)
			require.NoError(t, err)
			require.Equal(t, b, point.Compress(u))
		}
	})
}
