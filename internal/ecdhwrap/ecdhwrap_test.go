package ecdhwrap_test

import (
	"crypto/ecdh"
	"crypto/rand"
	"testing"

	"github.com/dynaseal/ddb/internal/ecdhwrap"
	"github.com/dynaseal/ddb/internal/point"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func curve(t testing.TB, c ecdh.Curve) ecdhwrap.Curve {
	t.Helper()
	got, ok := ecdhwrap.CurveOf(c)
	require.True(t, ok)
	return got
}

var sizes = map[ecdh.Curve]int{ecdh.P256(): 33, ecdh.P384(): 49, ecdh.P521(): 67}

func parties(t testing.TB, c ecdh.Curve) ecdhwrap.Parties {
	t.Helper()
	sender, err := c.GenerateKey(rand.Reader)
	require.NoError(t, err)
	recipient, err := c.GenerateKey(rand.Reader)
	require.NoError(t, err)
	return ecdhwrap.Parties{Sender: point.Compress(sender.PublicKey().Bytes()), Recipient: point.Compress(recipient.PublicKey().Bytes())}
}

func TestCurves(t *testing.T) {
	for c, size := range sizes {
		p := parties(t, c)
		assert.Len(t, p.Sender, size)
		k, ok := curve(t, c).Decompress(p.Sender)
		require.True(t, ok)
		assert.Equal(t, p.Sender, point.Compress(k.Bytes()))
		assert.Equal(t, size-1, curve(t, c).SecretSize())
		for other := range sizes {
			_, ok := curve(t, other).Decompress(p.Sender)
			assert.Equal(t, c == other, ok)
		}
	}
	for _, c := range []ecdh.Curve{nil, ecdh.X25519()} {
		_, ok := ecdhwrap.CurveOf(c)
		assert.False(t, ok)
	}
	assert.Equal(t, "P-384", curve(t, ecdh.P384()).String())
}

func TestParties(t *testing.T) {
	p, other := parties(t, ecdh.P256()), parties(t, ecdh.P256())
	for name, c := range map[string]struct {
		q    ecdhwrap.Parties
		same bool
	}{
		"the same":            {p, true},
		"back":                {ecdhwrap.Parties{Sender: p.Recipient, Recipient: p.Sender}, true},
		"another sender":      {ecdhwrap.Parties{Sender: other.Sender, Recipient: p.Recipient}, false},
		"another recipient":   {ecdhwrap.Parties{Sender: p.Sender, Recipient: other.Recipient}, false},
		"one of them twice":   {ecdhwrap.Parties{Sender: p.Sender, Recipient: p.Sender}, false},
		"the other one twice": {ecdhwrap.Parties{Sender: p.Recipient, Recipient: p.Recipient}, false},
	} {
		assert.Equal(t, c.same, p.Are(c.q), name)
	}
	k, info := curve(t, ecdh.P256()), ecdhwrap.AppendInfo(nil, p)
	for _, id := range []string{ecdhwrap.RawID, ecdhwrap.KMSID} {
		got, ok := k.ParseKey(id, info)
		assert.True(t, ok)
		assert.Equal(t, p, got)
	}
	_, ok := k.ParseKey("aws-kms", info)
	assert.False(t, ok)
	_, ok = k.ParseKey(ecdhwrap.KMSID, info[1:])
	assert.False(t, ok)
}

func TestSealAndOpen(t *testing.T) {
	for c := range sizes {
		k, p, shared, key := curve(t, c), parties(t, c), []byte("shared"), make([]byte, ecdhwrap.KeySize)
		wrapped, err := k.Seal(shared, p, []byte("context"), key)
		require.NoError(t, err)
		require.Len(t, wrapped, ecdhwrap.WrappedSize)
		got, err := k.Open(shared, p, []byte("context"), wrapped)
		require.NoError(t, err)
		assert.Equal(t, key, got)

		again, err := k.Seal(shared, p, []byte("context"), key)
		require.NoError(t, err)
		assert.NotEqual(t, wrapped, again, "the salt is fresh")
		for name, f := range map[string]func() ([]byte, error){
			"another secret":  func() ([]byte, error) { return k.Open([]byte("other"), p, []byte("context"), wrapped) },
			"another context": func() ([]byte, error) { return k.Open(shared, p, nil, wrapped) },
			"the other direction": func() ([]byte, error) {
				return k.Open(shared, ecdhwrap.Parties{Sender: p.Recipient, Recipient: p.Sender}, []byte("context"), wrapped)
			},
			"another commitment": func() ([]byte, error) {
				return k.Open(shared, p, []byte("context"), append(append(wrapped[:32:32], again[32:64]...), wrapped[64:]...))
			},
			"another's ciphertext": func() ([]byte, error) {
				return k.Open(shared, p, []byte("context"), append(wrapped[:64:64], again[64:]...))
			},
			"cut":     func() ([]byte, error) { return k.Open(shared, p, []byte("context"), wrapped[1:]) },
			"nothing": func() ([]byte, error) { return k.Open(shared, p, []byte("context"), nil) },
		} {
			got, err := f()
			assert.ErrorIs(t, err, ecdhwrap.ErrOpen, name)
			assert.Nil(t, got, name)
		}
		for other := range sizes {
			if other != c {
				_, err := curve(t, other).Open(shared, p, []byte("context"), wrapped)
				assert.ErrorIs(t, err, ecdhwrap.ErrOpen, "the curve is named")
			}
		}
	}
}

// FuzzInfo: what parses is written again to the byte.
func FuzzInfo(f *testing.F) {
	for c := range sizes {
		f.Add(ecdhwrap.AppendInfo(nil, parties(f, c)))
	}
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0})
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, info []byte) {
		taken := 0
		for c, size := range sizes {
			p, ok := curve(t, c).ParseInfo(info)
			if !ok {
				continue
			}
			taken++
			require.Len(t, p.Sender, size)
			require.Len(t, p.Recipient, size)
			require.Equal(t, info, ecdhwrap.AppendInfo(nil, p))
		}
		require.LessOrEqual(t, taken, 1)
	})
}
