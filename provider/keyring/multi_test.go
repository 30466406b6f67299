package keyring_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestMulti(t *testing.T) {
	all := pairs(t)
	var writers []keyring.Keyring
	var readers []pair
	for _, p := range all {
		writers = append(writers, p.write)
		readers = append(readers, p)
	}
	m := write(t, multi(t, writers[0], writers[1:]...), nil)
	require.Len(t, m.EncryptedDataKeys, len(all))
	require.Len(t, m.SigningKeys, len(all))
	for i, p := range readers {
		got, err := read(t, p.read, nil, m.EncryptedDataKeys[i])
		require.NoError(t, err, "data keys are in the order of the keyrings")
		assert.True(t, got.DataKey.Equal(m.DataKey))
		assert.True(t, got.SigningKey.Equal(m.SigningKeys[i]))
		_, err = read(t, p.read, nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
		_, err = read(t, multi(t, nil, aes(t, "another"), p.read), nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
	}
}

func TestMultiWithoutGenerator(t *testing.T) {
	k := multi(t, nil, aes(t, "a"), aes(t, "b"))
	_, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
	require.ErrorContains(t, err, "generator")

	outer := multi(t, aes(t, "g"), k)
	m := write(t, outer, nil)
	require.Len(t, m.EncryptedDataKeys, 3)
	for _, name := range []string{"g", "a", "b"} {
		got, err := read(t, aes(t, name), nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
		assert.True(t, got.DataKey.Equal(m.DataKey))
	}
}

func TestMultiWritesWithAllOrNone(t *testing.T) {
	outage := errors.New("unreachable")
	broken := fake{encrypt: func(keyring.EncryptionMaterials) (keyring.EncryptionMaterials, error) {
		return keyring.EncryptionMaterials{}, outage
	}}
	idle := fake{encrypt: func(m keyring.EncryptionMaterials) (keyring.EncryptionMaterials, error) { return m, nil }}
	for name, k := range map[string]keyring.Keyring{
		"a broken generator": multi(t, broken, aes(t, "a")),
		"a broken other":     multi(t, aes(t, "a"), aes(t, "b"), broken),
		"an idle generator":  multi(t, idle, aes(t, "a")),
		"an idle other":      multi(t, aes(t, "a"), idle),
	} {
		m, err := k.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		require.Error(t, err, name)
		assert.Equal(t, keyring.EncryptionMaterials{}, m, name)
		if k, ok := k.(fmt.Stringer); ok {
			assert.Contains(t, err.Error(), k.String(), name)
		}
	}
}

// outage is the error of a service, such as an SDK's.
type outage struct{ code int }

func (outage) Error() string { return "unreachable" }

// refusing is a keyring of a user's that fails so.
func refusing(err error) keyring.Keyring {
	return fake{decrypt: func(keyring.DecryptionMaterials, []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
		return keyring.DecryptionMaterials{}, err
	}}
}

// remote is the keyring of a service whose unwrapping fails so.
func remote(t *testing.T, err error) keyring.Keyring {
	return newKeyring(t, wrapper{unwrap: func(keyring.EncryptedDataKey, keyring.Binding) ([]byte, error) { return nil, err }})
}

// What went wrong has one class, that which the caller should act on, and every cause is reached.
func TestReasons(t *testing.T) {
	sentinel := errors.New("a cause")
	m := write(t, aes(t, "a"), nil)
	bad := altered(m.EncryptedDataKeys[0], func(k *keyring.EncryptedDataKey) { k.Ciphertext[0] ^= 1 })
	foreign := aes(t, "another")
	public, err := keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Public: &made(t, rsaKey).PublicKey})
	require.NoError(t, err)
	rsas := write(t, public, nil)
	for name, c := range map[string]struct {
		keyring keyring.Keyring
		class   error
		reaches error
	}{
		"for others":                     {foreign, crypt.ErrFormat, keyring.ErrNoMatch},
		"for others, twice":              {multi(t, foreign, aes(t, "b")), crypt.ErrFormat, keyring.ErrNoMatch},
		"altered":                        {aes(t, "a"), crypt.ErrAuth, keyring.ErrUnwrap},
		"altered, and for others":        {multi(t, foreign, aes(t, "a")), crypt.ErrAuth, keyring.ErrNoMatch},
		"altered, inside":                {multi(t, foreign, multi(t, foreign, aes(t, "a"))), crypt.ErrAuth, keyring.ErrUnwrap},
		"only writes":                    {public, crypt.ErrKeys, keyring.ErrOnlyWrites},
		"only writes, and for others":    {multi(t, public, foreign), crypt.ErrKeys, keyring.ErrOnlyWrites},
		"only writes, and altered":       {multi(t, public, aes(t, "a")), crypt.ErrAuth, keyring.ErrOnlyWrites},
		"unreachable":                    {remote(t, sentinel), crypt.ErrKeys, sentinel},
		"unreachable, and altered":       {multi(t, aes(t, "a"), remote(t, sentinel)), crypt.ErrKeys, sentinel},
		"unreachable, inside":            {multi(t, aes(t, "a"), multi(t, foreign, remote(t, sentinel))), crypt.ErrKeys, sentinel},
		"a user's, without a class":      {multi(t, foreign, refusing(sentinel)), crypt.ErrKeys, sentinel},
		"a user's, of two classes":       {multi(t, foreign, refusing(errors.Join(crypt.ErrKeys, crypt.ErrAuth))), crypt.ErrKeys, keyring.ErrNoMatch},
		"a user's ErrAuth":               {multi(t, foreign, refusing(fmt.Errorf("x: %w", crypt.ErrAuth))), crypt.ErrAuth, keyring.ErrNoMatch},
		"a user's ErrFormat":             {multi(t, foreign, refusing(crypt.ErrFormat)), crypt.ErrFormat, keyring.ErrNoMatch},
		"a user's of nothing":            {multi(t, foreign, refusing(nil)), crypt.ErrKeys, keyring.ErrNoMatch},
		"a service that refuses":         {remote(t, fmt.Errorf("invalid ciphertext: %w", keyring.ErrUnwrap)), crypt.ErrAuth, keyring.ErrUnwrap},
		"a service that finds no match":  {remote(t, fmt.Errorf("an alias: %w", keyring.ErrNoMatch)), crypt.ErrFormat, keyring.ErrNoMatch},
		"a service that answers nothing": {remote(t, nil), crypt.ErrKeys, crypt.ErrKeys},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := read(t, c.keyring, nil, bad, rsas.EncryptedDataKeys[0])
			require.ErrorIs(t, err, c.reaches)
			for _, class := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
				assert.Equal(t, class == c.class, errors.Is(err, class), "%v: %v", class, err)
			}
			assert.Contains(t, err.Error(), c.class.Error())
		})
	}

	_, err = read(t, multi(t, foreign, remote(t, fmt.Errorf("call: %w", outage{503}))), nil, bad)
	got, ok := errors.AsType[outage](err)
	require.True(t, ok)
	assert.Equal(t, 503, got.code)
	_, ok = errors.AsType[*outage](err)
	assert.False(t, ok)
	assert.Contains(t, err.Error(), `raw AES "ns" "another"`)
	assert.Contains(t, err.Error(), "unreachable")

	_, err = read(t, foreign, nil)
	assert.ErrorIs(t, err, crypt.ErrFormat, "an item without data keys")
}

func TestMultiStopsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	asked := 0
	first := fake{decrypt: func(keyring.DecryptionMaterials, []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
		asked++
		cancel()
		return keyring.DecryptionMaterials{}, ctx.Err()
	}}
	_, err := multi(t, first, first).OnDecrypt(ctx, keyring.DecryptionMaterials{Suite: keyring.SuiteHMAC}, nil)
	assert.ErrorIs(t, err, context.Canceled)
	assert.Equal(t, 1, asked)
	for _, class := range []error{crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys} {
		assert.NotErrorIs(t, err, class)
	}
}

func TestMultiRefuses(t *testing.T) {
	for name, f := range map[string]func() (keyring.Keyring, error){
		"no keyrings":      func() (keyring.Keyring, error) { return keyring.Multi(nil) },
		"one that is nil":  func() (keyring.Keyring, error) { return keyring.Multi(aes(t, "a"), nil) },
		"a nil generator":  func() (keyring.Keyring, error) { return keyring.Multi((*fake)(nil), aes(t, "a")) },
		"two that are nil": func() (keyring.Keyring, error) { return keyring.Multi(nil, nil, nil) },
	} {
		k, err := f()
		assert.Error(t, err, name)
		assert.Nil(t, k, name)
	}
	others := []keyring.Keyring{aes(t, "b")}
	k := multi(t, aes(t, "a"), others...)
	others[0] = nil
	require.Len(t, write(t, k, nil).EncryptedDataKeys, 2, "arguments are not kept")
}
