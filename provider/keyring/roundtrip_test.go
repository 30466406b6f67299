package keyring_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRoundTrips(t *testing.T) {
	for name, p := range pairs(t) {
		for of, c := range contexts {
			t.Run(name+" with "+of, func(t *testing.T) {
				m := write(t, p.write, c)
				require.Len(t, m.EncryptedDataKeys, 1)
				require.Len(t, m.SigningKeys, 1)
				got, err := read(t, p.read, c, m.EncryptedDataKeys...)
				require.NoError(t, err)
				assert.True(t, got.DataKey.Equal(m.DataKey))
				assert.True(t, got.SigningKey.Equal(m.SigningKeys[0]))
				assert.Equal(t, 32, got.DataKey.Len())
				assert.Equal(t, 32, got.SigningKey.Len())
				assert.False(t, got.DataKey.Equal(got.SigningKey))

				again := write(t, p.write, c)
				assert.False(t, again.DataKey.Equal(m.DataKey), "each item has a data key of its own")
				assert.NotEqual(t, again.EncryptedDataKeys[0].Ciphertext[:48], m.EncryptedDataKeys[0].Ciphertext[:48])
			})
		}
	}
}

// A data key of the item's is wrapped anew, with an intermediate key of its own.
func TestADataKeyIsWrapped(t *testing.T) {
	for name, p := range pairs(t) {
		first := write(t, aes(t, "first"), nil)
		m, err := p.write.OnEncrypt(t.Context(), first)
		require.NoError(t, err, name)
		require.Len(t, m.EncryptedDataKeys, 2, name)
		assert.True(t, m.DataKey.Equal(first.DataKey), name)
		assert.False(t, m.SigningKeys[1].Equal(m.SigningKeys[0]), name)
		got, err := read(t, p.read, nil, m.EncryptedDataKeys...)
		require.NoError(t, err, name)
		assert.True(t, got.DataKey.Equal(first.DataKey), name)
		assert.True(t, got.SigningKey.Equal(m.SigningKeys[1]), name)
		assert.Len(t, first.EncryptedDataKeys, 1, "materials are values")
	}
}

// Materials that share a backing array are not written over.
func TestMaterialsAreValues(t *testing.T) {
	m := write(t, aes(t, "first"), nil)
	m.EncryptedDataKeys, m.SigningKeys = slices.Grow(m.EncryptedDataKeys, 3), slices.Grow(m.SigningKeys, 3)
	second, err := aes(t, "second").OnEncrypt(t.Context(), m)
	require.NoError(t, err)
	third, err := aes(t, "third").OnEncrypt(t.Context(), m)
	require.NoError(t, err)
	assert.NotEqual(t, second.EncryptedDataKeys[1], third.EncryptedDataKeys[1])
}

// Bits of every byte of a stored data key are flipped: none unwraps, and the class is told by where the bit lies.
func TestFlippedBits(t *testing.T) {
	context := contexts["a context"]
	for name, p := range pairs(t) {
		t.Run(name, func(t *testing.T) {
			m := write(t, p.write, context)
			k := m.EncryptedDataKeys[0]
			for bit := range 8 * len(k.Ciphertext) {
				if !strings.HasPrefix(name, "AES") && bit%8 != bit/8%8 {
					continue // what is slow is tried with one bit of each byte
				}
				_, err := read(t, p.read, context, altered(k, func(k *keyring.EncryptedDataKey) { k.Ciphertext[bit/8] ^= 1 << (bit % 8) }))
				require.ErrorIs(t, err, crypt.ErrAuth, "bit %d of the ciphertext", bit)
			}
			for bit := range 8 * len(k.ProviderInfo) {
				_, err := read(t, p.read, context, altered(k, func(k *keyring.EncryptedDataKey) { k.ProviderInfo[bit/8] ^= 1 << (bit % 8) }))
				require.Error(t, err, "bit %d of the info", bit)
				require.True(t, errors.Is(err, crypt.ErrFormat) != errors.Is(err, crypt.ErrAuth), "%v", err)
			}
			for i := range len(k.ProviderID) {
				_, err := read(t, p.read, context, altered(k, func(k *keyring.EncryptedDataKey) {
					b := []byte(k.ProviderID)
					b[i] ^= 1
					k.ProviderID = string(b)
				}))
				require.ErrorIs(t, err, crypt.ErrFormat)
			}
		})
	}
}

func TestHostileDataKeys(t *testing.T) {
	context := contexts["a context"]
	for name, p := range pairs(t) {
		m := write(t, p.write, context)
		other := write(t, p.write, context)
		for what, c := range map[string]struct {
			change func(*keyring.EncryptedDataKey)
			class  error
		}{
			"of nothing":                {func(k *keyring.EncryptedDataKey) { *k = keyring.EncryptedDataKey{} }, crypt.ErrFormat},
			"without a ciphertext":      {func(k *keyring.EncryptedDataKey) { k.Ciphertext = nil }, crypt.ErrFormat},
			"of a sealed key alone":     {func(k *keyring.EncryptedDataKey) { k.Ciphertext = k.Ciphertext[:48] }, crypt.ErrFormat},
			"a byte after it":           {func(k *keyring.EncryptedDataKey) { k.Ciphertext = k.Ciphertext[:49] }, crypt.ErrAuth},
			"cut by a byte":             {func(k *keyring.EncryptedDataKey) { k.Ciphertext = k.Ciphertext[:len(k.Ciphertext)-1] }, crypt.ErrAuth},
			"of a byte more":            {func(k *keyring.EncryptedDataKey) { k.Ciphertext = append(k.Ciphertext, 0) }, crypt.ErrAuth},
			"of 64 KB":                  {func(k *keyring.EncryptedDataKey) { k.Ciphertext = make([]byte, 1<<16-1) }, crypt.ErrAuth},
			"of zeros":                  {func(k *keyring.EncryptedDataKey) { clear(k.Ciphertext) }, crypt.ErrAuth},
			"without an info":           {func(k *keyring.EncryptedDataKey) { k.ProviderInfo = nil }, crypt.ErrFormat},
			"with a cut info":           {func(k *keyring.EncryptedDataKey) { k.ProviderInfo = k.ProviderInfo[:len(k.ProviderInfo)-1] }, crypt.ErrFormat},
			"with a longer info":        {func(k *keyring.EncryptedDataKey) { k.ProviderInfo = append(k.ProviderInfo, 0) }, crypt.ErrFormat},
			"with an id of another":     {func(k *keyring.EncryptedDataKey) { k.ProviderID = "aws-kms" }, crypt.ErrFormat},
			"with its sealed half else": {func(k *keyring.EncryptedDataKey) { copy(k.Ciphertext, other.EncryptedDataKeys[0].Ciphertext[:48]) }, crypt.ErrAuth},
			"with its other half else": {func(k *keyring.EncryptedDataKey) {
				copy(k.Ciphertext[48:], other.EncryptedDataKeys[0].Ciphertext[48:])
			}, crypt.ErrAuth},
		} {
			t.Run(name+", "+what, func(t *testing.T) {
				bad := altered(m.EncryptedDataKeys[0], c.change)
				_, err := read(t, p.read, context, bad)
				require.ErrorIs(t, err, c.class)
				for _, class := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
					assert.Equal(t, class == c.class, errors.Is(err, class), "one class")
				}
				got, err := read(t, p.read, context, bad, m.EncryptedDataKeys[0])
				require.NoError(t, err, "the next data key is tried")
				assert.True(t, got.DataKey.Equal(m.DataKey))
			})
		}
	}
}

func TestTheContextIsBound(t *testing.T) {
	context := contexts["a context"]
	for name, p := range pairs(t) {
		m := write(t, p.write, context)
		for what, change := range map[string]func(map[string]string){
			"changed": func(c map[string]string) { c["aws-crypto-attr.id"] = "AAIy" },
			"less":    func(c map[string]string) { delete(c, "ñ") },
			"more":    func(c map[string]string) { c["x"] = "" },
			"none":    func(c map[string]string) { clear(c) },
		} {
			c := maps.Clone(context)
			change(c)
			_, err := read(t, p.read, c, m.EncryptedDataKeys...)
			assert.ErrorIs(t, err, crypt.ErrAuth, "%s, %s", name, what)
		}
	}
}

// Whoever can write the table may give an item many data keys, each of which costs a try.
func TestTriesAreCounted(t *testing.T) {
	for name, p := range pairs(t) {
		m := write(t, p.write, nil)
		good := m.EncryptedDataKeys[0]
		bad := altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext[0] ^= 1 })
		foreign := altered(good, func(k *keyring.EncryptedDataKey) { k.ProviderID = "other" })
		many := slices.Repeat([]keyring.EncryptedDataKey{bad}, keyring.MaxTries-1)
		many = append(slices.Repeat([]keyring.EncryptedDataKey{foreign}, 200), many...)
		_, err := read(t, p.read, nil, append(many, good)...)
		require.NoError(t, err, name)
		_, err = read(t, p.read, nil, append(many, bad, good)...)
		require.ErrorIs(t, err, crypt.ErrAuth, name)
		assert.Less(t, len(err.Error()), 2000, "an error of bounded length")
	}
}

func TestACanceledContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	all := pairs(t)
	all["multi"] = pair{multi(t, aes(t, "a")), multi(t, aes(t, "a"))}
	for name, p := range all {
		m := write(t, p.write, nil)
		_, err := p.write.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		assert.ErrorIs(t, err, context.Canceled, name)
		_, err = p.read.OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC}, m.EncryptedDataKeys)
		assert.ErrorIs(t, err, context.Canceled, name)
		assert.NotErrorIs(t, err, crypt.ErrAuth, name)
	}
}

func TestMaterialsThatNoKeyringTakes(t *testing.T) {
	all := pairs(t)
	all["multi"] = pair{multi(t, aes(t, "a")), multi(t, aes(t, "a"))}
	for name, p := range all {
		good := write(t, p.write, nil)
		for what, m := range map[string]keyring.EncryptionMaterials{
			"no suite":         {},
			"another's suite":  {Suite: 0x0578},
			"a short data key": {Suite: keyring.SuiteHMAC, DataKey: key(t, canary[:16])},
			"255 data keys":    {Suite: keyring.SuiteHMAC, EncryptedDataKeys: make([]keyring.EncryptedDataKey, 255)},
			"an empty key":     {Suite: keyring.SuiteHMAC, Context: map[string]string{"": "x"}},
			"no UTF-8":         {Suite: keyring.SuiteHMAC, Context: map[string]string{"x": "\xff"}},
		} {
			got, err := p.write.OnEncrypt(t.Context(), m)
			assert.Error(t, err, "%s, %s", name, what)
			assert.Equal(t, keyring.EncryptionMaterials{}, got)
		}
		for what, m := range map[string]keyring.DecryptionMaterials{
			"no suite":          {},
			"a data key":        {Suite: keyring.SuiteHMAC, DataKey: good.DataKey},
			"a signing key":     {Suite: keyring.SuiteHMAC, SigningKey: good.DataKey},
			"context not UTF-8": {Suite: keyring.SuiteHMAC, Context: map[string]string{"x": "\xff"}},
		} {
			got, err := p.read.OnDecrypt(t.Context(), m, good.EncryptedDataKeys)
			assert.Error(t, err, "%s, %s", name, what)
			assert.Equal(t, keyring.DecryptionMaterials{}, got)
		}
	}
}

func TestKeyringsAreShared(t *testing.T) {
	for _, p := range pairs(t) {
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				m, err := p.write.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
				if !assert.NoError(t, err) {
					return
				}
				got, err := p.read.OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC}, m.EncryptedDataKeys)
				assert.NoError(t, err)
				assert.True(t, got.DataKey.Equal(m.DataKey))
			})
		}
		wg.Wait()
	}
}
