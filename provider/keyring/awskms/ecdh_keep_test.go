package awskms_test

import (
	"context"
	"crypto/ecdh"
	"crypto/x509"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const someKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"

// keeper is KMS without a network, so that a test's clock can be the process's.
type keeper struct {
	private *ecdh.PrivateKey
	calls   atomic.Int64
	fails   atomic.Pointer[error]
}

func (k *keeper) fail(err error) { k.fails.Store(&err) }

func (k *keeper) config(t testing.TB, keep time.Duration) awskms.ECDHConfig {
	return awskms.ECDHConfig{Key: someKey, Public: k.private.PublicKey(), KeepSecrets: keep, Client: stub{
		derive: func(in *kms.DeriveSharedSecretInput) (*kms.DeriveSharedSecretOutput, error) {
			k.calls.Add(1)
			time.Sleep(time.Millisecond)
			if err := k.fails.Load(); err != nil && *err != nil {
				return nil, *err
			}
			parsed, err := x509.ParsePKIXPublicKey(in.PublicKey)
			assert.NoError(t, err)
			other, err := parsed.(interface {
				ECDH() (*ecdh.PublicKey, error)
			}).ECDH()
			assert.NoError(t, err)
			z, err := k.private.ECDH(other)
			return &kms.DeriveSharedSecretOutput{KeyId: in.KeyId, SharedSecret: z}, err
		},
	}}
}

// kept runs f with a keyring that keeps secrets for 100 seconds, and one data key that it wrote.
func kept(t *testing.T, f func(t *testing.T, k *keeper, read func() error)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{private: newEC(t, ecdh.P256())}
		ring := newECDH(t, k.config(t, 100*time.Second), newEC(t, ecdh.P256()).PublicKey())
		m := dataKeys(t, ring, entries)
		require.EqualValues(t, 1, k.calls.Load())
		f(t, k, func() error {
			_, err := open(t.Context(), ring, entries, m.EncryptedDataKeys...)
			return err
		})
	})
}

func TestKeptSecrets(t *testing.T) {
	kept(t, func(t *testing.T, k *keeper, read func() error) {
		for range 10 {
			require.NoError(t, read())
		}
		assert.EqualValues(t, 1, k.calls.Load())
		time.Sleep(100 * time.Second)
		require.NoError(t, read())
		assert.EqualValues(t, 2, k.calls.Load(), "an old secret is derived anew")
		time.Sleep(95 * time.Second)
		require.NoError(t, read())
		synctest.Wait()
		time.Sleep(50 * time.Second)
		require.NoError(t, read())
		assert.EqualValues(t, 3, k.calls.Load(), "one in use is derived before that, and nobody waits")
	})
}

func TestKeptSecretsAreCounted(t *testing.T) {
	k := &keeper{private: newEC(t, ecdh.P256())}
	e := encryptor(t, newECDH(t, k.config(t, time.Hour), newEC(t, ecdh.P256()).PublicKey()), keyring.SuiteHMAC)
	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	stored, err := e.EncryptItem(ctx, visit())
	require.NoError(t, err)
	for range 3 {
		_, err := e.DecryptItem(ctx, stored)
		require.NoError(t, err)
	}
	assert.Equal(t, crypt.Usage{KeyCalls: 1, CacheHits: 3}, m.Usage())
}

// What is withdrawn at KMS is noticed within the time that secrets are kept, and sooner in use.
func TestKeptSecretsAndAKeyThatIsRefused(t *testing.T) {
	refused := &kmstypes.DisabledException{}
	t.Run("idle", func(t *testing.T) {
		kept(t, func(t *testing.T, k *keeper, read func() error) {
			k.fail(refused)
			time.Sleep(85 * time.Second)
			require.NoError(t, read())
			time.Sleep(15 * time.Second)
			isClass(t, read(), crypt.ErrKeys)
		})
	})
	t.Run("in use", func(t *testing.T) {
		kept(t, func(t *testing.T, k *keeper, read func() error) {
			k.fail(refused)
			time.Sleep(91 * time.Second)
			require.NoError(t, read(), "the one who asks")
			time.Sleep(time.Second)
			err := read()
			isClass(t, err, crypt.ErrKeys)
			_, ok := errors.AsType[*kmstypes.DisabledException](err)
			assert.True(t, ok)
			k.fail(nil)
			require.NoError(t, read(), "once it is enabled again")
		})
	})
	t.Run("an outage", func(t *testing.T) {
		kept(t, func(t *testing.T, k *keeper, read func() error) {
			k.fail(errors.New("connection reset"))
			time.Sleep(91 * time.Second)
			for range 8 {
				require.NoError(t, read())
				time.Sleep(time.Second)
			}
			time.Sleep(time.Second)
			isClass(t, read(), crypt.ErrKeys)
			k.fail(nil)
			require.NoError(t, read(), "a failure is not kept")
		})
	})
}

func TestKeptSecretsAreDerivedOnceForMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := &keeper{private: newEC(t, ecdh.P256())}
		ring := newECDH(t, k.config(t, time.Minute), newEC(t, ecdh.P256()).PublicKey())
		first, cancel := context.WithCancel(t.Context())
		var failed atomic.Int64
		for i := range 100 {
			ctx := t.Context()
			if i == 0 {
				ctx = first
			}
			go func() {
				if _, err := ring.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC}); err != nil {
					failed.Add(1)
				}
			}()
			if i == 0 {
				synctest.Wait() // the first makes the call
			}
		}
		synctest.Wait()
		cancel()
		time.Sleep(time.Second)
		assert.EqualValues(t, 1, k.calls.Load())
		assert.EqualValues(t, 1, failed.Load(), "who gave up fails nobody else")
	})
}

func TestKeptSecretsAreBounded(t *testing.T) {
	k := &keeper{private: newEC(t, ecdh.P256())}
	ring := newECDHDiscovery(t, k.config(t, time.Hour))
	writer := made(t, func() (keyring.Keyring, error) { return keyring.RawECDHEphemeral(k.private.PublicKey()) })
	first := dataKeys(t, writer, nil)
	for i := range 300 {
		m := first
		if i > 0 {
			m = dataKeys(t, writer, nil)
		}
		_, err := open(t.Context(), ring, nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
		_, err = open(t.Context(), ring, nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
	}
	assert.EqualValues(t, 300, k.calls.Load(), "each sender's secret is kept")
	_, err := open(t.Context(), ring, nil, first.EncryptedDataKeys...)
	require.NoError(t, err)
	assert.EqualValues(t, 301, k.calls.Load(), "but not for ever so many")
}
