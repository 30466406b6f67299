package keyring_test

import (
	"context"
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"errors"
	"fmt"
	"io"
	"math/big"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestConstructorsRefuse(t *testing.T) {
	rawAES := func(namespace, name string, k secret.Key) func() (keyring.Keyring, error) {
		return func() (keyring.Keyring, error) { return keyring.RawAES(namespace, name, k) }
	}
	fromRSA := func(change func(*keyring.RawRSAConfig)) func() (keyring.Keyring, error) {
		return func() (keyring.Keyring, error) {
			c := keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Private: made(t, rsaKey)}
			change(&c)
			return keyring.RawRSA(c)
		}
	}
	small, err := rsa.GenerateKey(rand.Reader, 1024)
	require.NoError(t, err)
	p256, p384 := newEC(t, ecdh.P256()), newEC(t, ecdh.P384())
	borrowed := *made(t, rsaKey)
	borrowed.PublicKey = made(t, otherRSA).PublicKey
	x25519 := newEC(t, ecdh.X25519())
	static := func(own ecdh.KeyExchanger, other *ecdh.PublicKey) func() (keyring.Keyring, error) {
		return func() (keyring.Keyring, error) { return keyring.RawECDHStatic(own, other) }
	}
	good, long := key(t, canary), strings.Repeat("x", 1<<16)
	for name, f := range map[string]func() (keyring.Keyring, error){
		"no AES key":                  rawAES("ns", "n", secret.Key{}),
		"an AES key of 31 bytes":      rawAES("ns", "n", key(t, canary[:31])),
		"a namespace too long":        rawAES(long, "n", good),
		"a name too long":             rawAES("ns", long, good),
		"a namespace not UTF-8":       rawAES("\xff", "n", good),
		"a name not UTF-8":            rawAES("ns", "\xff", good),
		"the namespace of KMS":        rawAES("aws-kms", "n", good),
		"the namespace of KMS RSA":    rawAES("aws-kms-rsa", "n", good),
		"the namespace of ECDH":       rawAES("raw-ecdh", "n", good),
		"the namespace of KMS ECDH":   rawAES("aws-kms-ecdh", "n", good),
		"the namespace of hierarchy":  rawAES("aws-kms-hierarchy", "n", good),
		"RSA in the namespace of KMS": fromRSA(func(c *keyring.RawRSAConfig) { c.Namespace = "aws-kms" }),
		"RSA with a name too long":    fromRSA(func(c *keyring.RawRSAConfig) { c.Name = long }),
		"no RSA key":                  fromRSA(func(c *keyring.RawRSAConfig) { c.Private = nil }),
		"a nil RSA key":               fromRSA(func(c *keyring.RawRSAConfig) { c.Private = (*rsa.PrivateKey)(nil) }),
		"RSA of 1024 bits":            fromRSA(func(c *keyring.RawRSAConfig) { c.Private = small }),
		"public RSA of 1024 bits":     fromRSA(func(c *keyring.RawRSAConfig) { c.Private, c.Public = nil, &small.PublicKey }),
		"an RSA key that is none":     fromRSA(func(c *keyring.RawRSAConfig) { c.Private, c.Public = nil, &rsa.PublicKey{} }),
		"RSA keys of two pairs":       fromRSA(func(c *keyring.RawRSAConfig) { c.Public = &made(t, otherRSA).PublicKey }),
		"an RSA key of two halves":    fromRSA(func(c *keyring.RawRSAConfig) { c.Private = &borrowed }),
		"an unknown padding":          fromRSA(func(c *keyring.RawRSAConfig) { c.Padding = keyring.InsecurePKCS1v15 + 1 }),
		"no private EC key":           static(nil, p256.PublicKey()),
		"a nil private EC key":        static((*ecdh.PrivateKey)(nil), p256.PublicKey()),
		"no public EC key":            static(p256, nil),
		"EC keys of two curves":       static(p256, p384.PublicKey()),
		"X25519":                      static(x25519, x25519.PublicKey()),
		"ephemeral to nobody":         func() (keyring.Keyring, error) { return keyring.RawECDHEphemeral(nil) },
		"ephemeral to X25519":         func() (keyring.Keyring, error) { return keyring.RawECDHEphemeral(x25519.PublicKey()) },
		"ephemeral to no point":       func() (keyring.Keyring, error) { return keyring.RawECDHEphemeral(&ecdh.PublicKey{}) },
		"discovery of nobody":         func() (keyring.Keyring, error) { return keyring.RawECDHDiscovery(nil) },
		"discovery of X25519":         func() (keyring.Keyring, error) { return keyring.RawECDHDiscovery(x25519) },
		"a nil Wrapper":               func() (keyring.Keyring, error) { return keyring.New((*wrapper)(nil)) },
		"no Wrapper":                  func() (keyring.Keyring, error) { return keyring.New(nil) },
	} {
		t.Run(name, func(t *testing.T) {
			k, err := f()
			require.ErrorContains(t, err, "keyring: new ")
			assert.Nil(t, k)
			assert.NotContains(t, err.Error(), canary[:6])
			assert.Less(t, len(err.Error()), 500)
		})
	}
	_, err = keyring.RawAES("aws-kms", long, key(t, canary[:3]))
	for _, what := range []string{"aws-kms", "name of 65536 bytes", "key of 3 bytes"} {
		assert.ErrorContains(t, err, what, "all mistakes at once")
	}
}

func TestACallersPublicKeyMayChange(t *testing.T) {
	k := made(t, rsaKey)
	p := &rsa.PublicKey{N: new(big.Int).Set(k.N), E: k.E}
	public, err := keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Public: p})
	require.NoError(t, err)
	p.N.SetInt64(15)
	m := write(t, public, nil)
	_, err = read(t, rawRSA(t, keyring.OAEPWithSHA256), nil, m.EncryptedDataKeys...)
	assert.NoError(t, err)
}

func TestThePaddingIsTheReaders(t *testing.T) {
	for w := keyring.OAEPWithSHA256; w <= keyring.InsecurePKCS1v15; w++ {
		m := write(t, rawRSA(t, w), nil)
		for r := keyring.OAEPWithSHA256; r <= keyring.InsecurePKCS1v15; r++ {
			_, err := read(t, rawRSA(t, r), nil, m.EncryptedDataKeys...)
			if w == r {
				assert.NoError(t, err)
			} else {
				assert.ErrorIs(t, err, crypt.ErrAuth, "%v read as %v", w, r)
			}
		}
	}
}

// A wrong PKCS #1 v1.5 padding, a key of another length and a wrong key cannot be told from each other.
func TestPKCS1v15IsNoOracle(t *testing.T) {
	k := rawRSA(t, keyring.InsecurePKCS1v15)
	good := write(t, k, nil).EncryptedDataKeys[0]
	wrap := func(n int) []byte {
		//lint:ignore SA1019 the test is of it
		c, err := rsa.EncryptPKCS1v15(rand.Reader, &made(t, rsaKey).PublicKey, make([]byte, n))
		require.NoError(t, err)
		return c
	}
	var texts []string
	for name, c := range map[string][]byte{"another key": wrap(32), "a short key": wrap(31), "no key": wrap(0), "no padding": append([]byte{0}, make([]byte, 255)...)} {
		_, err := read(t, k, nil, altered(good, func(k *keyring.EncryptedDataKey) { k.Ciphertext = append(k.Ciphertext[:48], c...) }))
		require.ErrorIs(t, err, crypt.ErrAuth, name)
		texts = append(texts, err.Error())
	}
	for _, text := range texts {
		assert.Equal(t, texts[0], text)
	}
}

// module is an RSA key in a hardware module.
type module struct {
	*rsa.PrivateKey
	key []byte
	err error
}

func (m module) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) { return m.key, m.err }

// remoteModule is one that honours a context.
type remoteModule struct{ module }

func (m remoteModule) DecryptContext(ctx context.Context, wrapped []byte, o crypto.DecrypterOpts) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return m.PrivateKey.Decrypt(rand.Reader, wrapped, o)
}

func TestAModuleThatHonoursAContext(t *testing.T) {
	for p := keyring.OAEPWithSHA256; p <= keyring.InsecurePKCS1v15; p++ {
		m := remoteModule{module{PrivateKey: made(t, rsaKey), err: errors.New("asked without a context")}}
		k, err := keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Padding: p, Private: m})
		require.NoError(t, err)
		_, err = read(t, k, nil, write(t, k, nil).EncryptedDataKeys...)
		assert.NoError(t, err, p)
	}
}

// slot is an EC key in one.
type slot struct {
	*ecdh.PrivateKey
	err error
}

func (s slot) ECDH(k *ecdh.PublicKey) ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	return s.PrivateKey.ECDH(k)
}

func TestKeysInAModule(t *testing.T) {
	broken := errors.New("out of order")
	for name, c := range map[string]struct {
		module module
		class  error
	}{
		"out of order": {module{err: broken}, crypt.ErrKeys},
		"refuses":      {module{err: fmt.Errorf("x: %w", keyring.ErrUnwrap)}, crypt.ErrAuth},
		"refuses, RSA": {module{err: rsa.ErrDecryption}, crypt.ErrAuth},
		"no key":       {module{}, crypt.ErrAuth},
		"a short key":  {module{key: make([]byte, 16)}, crypt.ErrAuth},
	} {
		for p := keyring.OAEPWithSHA256; p <= keyring.InsecurePKCS1v15; p++ {
			c.module.PrivateKey = made(t, rsaKey)
			k, err := keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "rsa", Padding: p, Private: c.module})
			require.NoError(t, err)
			m := write(t, k, nil)
			_, err = read(t, k, nil, m.EncryptedDataKeys...)
			require.ErrorIs(t, err, c.class, "%s, %v", name, p)
			assert.Equal(t, c.module.err == broken, errors.Is(err, broken))
		}
	}

	own, other := newEC(t, ecdh.P256()), newEC(t, ecdh.P256())
	_, err := keyring.RawECDHStatic(slot{own, broken}, other.PublicKey())
	require.ErrorIs(t, err, broken)
	there, err := keyring.RawECDHStatic(slot{own, nil}, other.PublicKey())
	require.NoError(t, err)
	m := write(t, there, nil)
	back, err := keyring.RawECDHDiscovery(slot{other, nil})
	require.NoError(t, err)
	_, err = read(t, back, nil, m.EncryptedDataKeys...)
	require.NoError(t, err)
	back, err = keyring.RawECDHDiscovery(slot{other, broken})
	require.NoError(t, err)
	_, err = read(t, back, nil, m.EncryptedDataKeys...)
	require.ErrorIs(t, err, broken)
	assert.ErrorIs(t, err, crypt.ErrKeys)
}

// A sender that is no point on the curve is refused before the private key meets it.
func TestOffCurveSenders(t *testing.T) {
	for _, c := range curves {
		own := newEC(t, c)
		discovery, err := keyring.RawECDHDiscovery(slot{own, errors.New("the private key was used")})
		require.NoError(t, err)
		ephemeral, err := keyring.RawECDHEphemeral(own.PublicKey())
		require.NoError(t, err)
		good := write(t, ephemeral, nil).EncryptedDataKeys[0]
		size := (len(good.ProviderInfo) - 9) / 2
		refused := 0
		for x := range 64 {
			bad := altered(good, func(k *keyring.EncryptedDataKey) {
				point := k.ProviderInfo[len(k.ProviderInfo)-size:]
				clear(point)
				point[0], point[size-1] = 2, byte(x)
			})
			_, err := read(t, discovery, nil, bad)
			require.Error(t, err)
			if errors.Is(err, crypt.ErrAuth) {
				refused++
			}
		}
		assert.Greater(t, refused, 10, "half of all x are on no curve")
		for name, change := range map[string]func(point []byte){
			"infinity":     func(p []byte) { clear(p) },
			"uncompressed": func(p []byte) { p[0] = 4 },
			"hybrid":       func(p []byte) { p[0] = 6 },
			"x of the field's size or more": func(p []byte) {
				for i := range p {
					p[i] = 0xFF
				}
				p[0] = 2
			},
		} {
			_, err := read(t, discovery, nil, altered(good, func(k *keyring.EncryptedDataKey) {
				change(k.ProviderInfo[len(k.ProviderInfo)-size:])
			}))
			require.ErrorIs(t, err, crypt.ErrAuth, name)
		}
	}
}

func TestHalves(t *testing.T) {
	own := newEC(t, ecdh.P256())
	ephemeral, err := keyring.RawECDHEphemeral(own.PublicKey())
	require.NoError(t, err)
	_, err = read(t, ephemeral, nil, write(t, ephemeral, nil).EncryptedDataKeys...)
	require.ErrorIs(t, err, keyring.ErrOnlyWrites)
	assert.ErrorIs(t, err, crypt.ErrKeys)
	discovery, err := keyring.RawECDHDiscovery(own)
	require.NoError(t, err)
	m, err := discovery.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
	require.ErrorIs(t, err, keyring.ErrOnlyReads)
	assert.Equal(t, keyring.EncryptionMaterials{}, m)
}

// Keys of a key management service wrap as raw ones do.
func TestKMSAgreementIsRead(t *testing.T) {
	for name, p := range pairs(t) {
		m := write(t, p.write, nil)
		k := m.EncryptedDataKeys[0]
		if k.ProviderID != "raw-ecdh" {
			continue
		}
		k.ProviderID = "aws-kms-ecdh"
		_, err := read(t, p.read, nil, k)
		assert.NoError(t, err, name)
	}
}

func TestWrappersOfUsers(t *testing.T) {
	for name, w := range map[string]func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error){
		"fails": func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
			return nil, keyring.EncryptedDataKey{}, errors.New("denied")
		},
		"gives no key": func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
			return nil, keyring.EncryptedDataKey{ProviderID: "x"}, nil
		},
		"gives a short key": func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
			return make([]byte, 16), keyring.EncryptedDataKey{ProviderID: "x"}, nil
		},
		"has an id not UTF-8": func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
			return make([]byte, 32), keyring.EncryptedDataKey{ProviderID: "\xff"}, nil
		},
		"is too long": func(keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
			return make([]byte, 32), keyring.EncryptedDataKey{ProviderID: "x", Ciphertext: make([]byte, 1<<16-48)}, nil
		},
	} {
		m, err := newKeyring(t, wrapper{wrap: w}).OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		require.ErrorContains(t, err, "a service", name)
		assert.Equal(t, keyring.EncryptionMaterials{}, m)
	}
}

func TestNothingPrintsAKey(t *testing.T) {
	ec, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	signature, err := keyring.NewSignatureKey(ec)
	require.NoError(t, err)
	scalar := made(t, ec.Bytes)
	prime := made(t, rsaKey).Primes[0].String()[:20]
	manager, err := keyring.NewManager(keyring.ManagerConfig{Keyring: aes(t, "a")})
	require.NoError(t, err)
	materials, err := manager.EncryptionMaterials(t.Context(), keyring.Request{Suite: keyring.SuiteECDSA})
	require.NoError(t, err)
	all := map[string]any{"config": keyring.RawRSAConfig{Private: made(t, rsaKey)}, "config holder": []any{keyring.RawRSAConfig{Private: made(t, rsaKey)}}, "signature key": signature, "manager": manager, "materials": materials, "multi": multi(t, aes(t, "a"), rawRSA(t, 0))}
	for name, p := range pairs(t) {
		all[name], all[name+" holder"] = p.read, p
	}
	for name, v := range all {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x"} {
			got := fmt.Sprintf(verb, v)
			assert.NotContains(t, got, canary, "%s with %s", name, verb)
			assert.NotContains(t, got, "67 65 78 65 82 89", "%s with %s", name, verb)
			assert.NotContains(t, strings.ToLower(got), "43414e415259", "%s with %s", name, verb)
			assert.NotContains(t, got, prime, "%s with %s", name, verb)
			assert.NotContains(t, got, new(big.Int).SetBytes(scalar).String()[:20], "%s with %s", name, verb)
			assert.NotContains(t, got, string(materials.DataKey.Expose()), "%s with %s", name, verb)
		}
	}
	assert.Equal(t, "keyring.SignatureKey(none)", fmt.Sprint(keyring.SignatureKey{}))
	assert.Equal(t, "keyring.SignatureKey(hidden)", fmt.Sprintf("%#v", signature))
}
