//go:build hsm

package hsm_test

import (
	"context"
	"crypto"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// wrapAndSign is an encryptor whose two keys are in the token, AES and HMAC.
func (d *device) wrapAndSign(t testing.TB, token *hsm.Token) crypt.ItemEncryptor {
	t.Helper()
	return open(t, token, d.importAES(t, t.Name()+"wrap", newBytes(32)), d.importMAC(t, t.Name()+"mac", newBytes(32)))
}

func open(t testing.TB, token *hsm.Token, wrap, mac hsm.Key) crypt.ItemEncryptor {
	t.Helper()
	w, err := token.AESWrapper(t.Context(), wrap)
	require.NoError(t, err)
	keyWrap, err := provider.WrapAESIn(w)
	require.NoError(t, err)
	m, err := token.HMAC(t.Context(), crypto.SHA256, mac)
	require.NoError(t, err)
	return encryptor(t, keyWrap, m, m)
}

func roundTrip(ctx context.Context, e crypt.ItemEncryptor) error {
	stored, err := e.EncryptItem(ctx, plaintext())
	if err != nil {
		return err
	}
	_, err = e.DecryptItem(ctx, stored)
	return err
}

func TestConcurrency(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, func(c *hsm.TokenConfig) { c.Sessions = 3 })
		e := d.wrapAndSign(t, token)
		stored, err := e.EncryptItem(t.Context(), plaintext())
		require.NoError(t, err)
		var all sync.WaitGroup
		for range 16 {
			all.Go(func() {
				for range 10 {
					assert.NoError(t, roundTrip(t.Context(), e))
					_, err := e.DecryptItem(t.Context(), with(stored, "s", &avS{Value: "3C"}))
					assert.ErrorIs(t, err, crypt.ErrAuth)
				}
			})
		}
		all.Wait()
		assert.Zero(t, d.sessionObjects(t))
	})
}

func TestContext(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, func(c *hsm.TokenConfig) { c.Sessions = 1 })
	e := d.wrapAndSign(t, token)
	release, err := token.Hold(t.Context())
	require.NoError(t, err)
	short, cancel := context.WithTimeout(t.Context(), time.Millisecond)
	defer cancel()
	assert.ErrorIs(t, roundTrip(short, e), context.DeadlineExceeded)
	_, err = token.Signer(short, hsm.Key{Label: "any"})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
	release()
	assert.ErrorIs(t, roundTrip(short, e), context.DeadlineExceeded, "nothing is begun")
	assert.NoError(t, roundTrip(t.Context(), e))
	_, err = d.module.Open(short, hsm.TokenConfig{Label: d.label})
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestClose(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, func(c *hsm.TokenConfig) { c.Sessions = 2 })
		e := d.wrapAndSign(t, token)
		before := d.sessions(t)

		// One session is in use and the other is waited for, as the token is closed.
		first, err := token.Hold(t.Context())
		require.NoError(t, err)
		second, err := token.Hold(t.Context())
		require.NoError(t, err)
		waiting := make(chan error)
		go func() { waiting <- roundTrip(t.Context(), e) }()
		closed := make(chan error)
		go func() { closed <- token.Close() }()
		err = <-waiting
		assert.ErrorIs(t, err, hsm.ErrClosed)
		assert.ErrorIs(t, err, crypt.ErrKeys)
		select {
		case <-closed:
			assert.Fail(t, "closed while sessions are in use")
		default:
		}
		first()
		second()
		require.NoError(t, <-closed)
		require.NoError(t, token.Close(), "again")
		if before > 0 { // SoftHSM does not say
			assert.Less(t, d.sessions(t), before)
		}

		err = roundTrip(t.Context(), e)
		assert.ErrorIs(t, err, hsm.ErrClosed)
		assert.ErrorIs(t, err, crypt.ErrKeys)
		_, err = token.HMAC(t.Context(), crypto.SHA256, hsm.Key{Label: "any"})
		assert.ErrorIs(t, err, hsm.ErrClosed)
	})
}

// sessions counts those of this process.
func (d *device) sessions(t testing.TB) int {
	t.Helper()
	info, err := d.raw.GetTokenInfo(d.slot)
	require.NoError(t, err)
	return int(info.SessionCount)
}

// code is the token's own answer.
func code(t testing.TB, err error) pkcs11.Error {
	t.Helper()
	var e pkcs11.Error
	require.ErrorAs(t, err, &e)
	return e
}

func TestOpenRefuses(t *testing.T) {
	d := softHSM(t)
	for name, c := range map[string]struct {
		config hsm.TokenConfig
		says   string
	}{
		"another label":     {hsm.TokenConfig{Label: "none"}, `0 tokens are called "none"`},
		"another serial":    {hsm.TokenConfig{Label: spare, Serial: "0"}, "give the Label and Serial of one of: "},
		"any of several":    {hsm.TokenConfig{}, `2 tokens`},
		"negative sessions": {hsm.TokenConfig{Label: spare, Sessions: -1}, "-1 Sessions"},
		"very many":         {hsm.TokenConfig{Label: spare, Sessions: 1 << 20}, "1048576 Sessions"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := d.module.Open(t.Context(), c.config)
			assert.ErrorContains(t, err, c.says)
		})
	}
	for _, c := range []hsm.ModuleConfig{{}, {Library: "/dev/null"}, {Library: "/nowhere"}} {
		_, err := hsm.Load(c)
		assert.ErrorContains(t, err, "hsm: load")
	}
}

func TestWrongPIN(t *testing.T) {
	d := softHSM(t)
	const wrong = "wrong-pin-that-must-not-print"
	_, err := d.module.Open(t.Context(), hsm.TokenConfig{Label: spare, PIN: secretOf(t, []byte(wrong))})
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_PIN_INCORRECT), code(t, err))
	assert.NotContains(t, err.Error(), wrong)
	assert.Contains(t, err.Error(), "log in")

	token := d.open(t, func(c *hsm.TokenConfig) { c.Label = spare })
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.NotContains(t, fmt.Sprintf(verb, token), pin)
		assert.NotContains(t, fmt.Sprintf(verb, struct{ T *hsm.Token }{token}), pin)
		assert.NotContains(t, fmt.Sprintf(verb, hsm.TokenConfig{PIN: secretOf(t, []byte(pin))}), pin)
	}
}

func TestKeysThatAreNone(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, unchanged)
		twice := d.importAES(t, "twice", newBytes(32))
		d.importAES(t, "twice", newBytes(32))
		d.importMAC(t, "mac only", newBytes(32))
		for name, find := range map[string]func(hsm.Key) error{
			"AES":       func(k hsm.Key) error { _, err := token.AESWrapper(t.Context(), k); return err },
			"HMAC":      func(k hsm.Key) error { _, err := token.HMAC(t.Context(), crypto.SHA512, k); return err },
			"signer":    func(k hsm.Key) error { _, err := token.Signer(t.Context(), k); return err },
			"decrypter": func(k hsm.Key) error { _, err := token.Decrypter(t.Context(), k, hsm.DecrypterConfig{}); return err },
		} {
			assert.ErrorIs(t, find(hsm.Key{Label: "none"}), hsm.ErrNoKey, name)
			assert.ErrorIs(t, find(hsm.Key{Label: "twice", ID: []byte{1}}), hsm.ErrNoKey, name)
			assert.ErrorContains(t, find(hsm.Key{}), "neither Label nor ID", name)
			if name == "AES" {
				assert.ErrorContains(t, find(twice), "there are several")
			} else {
				assert.ErrorIs(t, find(twice), hsm.ErrNoKey, "a key of another kind")
			}
		}
		_, err := token.AESWrapper(t.Context(), hsm.Key{Label: "mac only"})
		assert.ErrorIs(t, err, hsm.ErrNoKey)
		for _, h := range []crypto.Hash{0, crypto.MD5, crypto.SHA1} {
			_, err = token.HMAC(t.Context(), h, hsm.Key{Label: "mac only"})
			assert.ErrorContains(t, err, "is not one of")
		}
	})
}

// What a token does not allow shows when the key is asked for, not with the first item.
func TestKeysThatMayNot(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, unchanged)
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_SECRET_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_AES, pkcs11.CKA_LABEL: "idle", pkcs11.CKA_VALUE: newBytes(32),
		pkcs11.CKA_WRAP: false, pkcs11.CKA_UNWRAP: false,
	})
	_, err := token.AESWrapper(t.Context(), hsm.Key{Label: "idle"})
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED), code(t, err))
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_SECRET_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_GENERIC_SECRET, pkcs11.CKA_LABEL: "mute", pkcs11.CKA_VALUE: newBytes(32),
		pkcs11.CKA_SIGN: false,
	})
	_, err = token.HMAC(t.Context(), crypto.SHA256, hsm.Key{Label: "mute"})
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_KEY_FUNCTION_NOT_PERMITTED), code(t, err))
}

// A verifier in a token is a remote one: however many attributes are undeclared, it is asked twice.
func TestRemoteVerifierIsAskedTwice(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, unchanged)
	e := d.wrapAndSign(t, token)
	m, err := token.HMAC(t.Context(), crypto.SHA256, hsm.Key{Label: t.Name() + "mac"})
	require.NoError(t, err)
	_, local := any(m).(provider.LocalVerifier)
	assert.False(t, local)

	w, err := token.AESWrapper(t.Context(), hsm.Key{Label: t.Name() + "wrap"})
	require.NoError(t, err)
	keyWrap, err := provider.WrapAESIn(w)
	require.NoError(t, err)
	counted := &counter{Verifier: m}
	stored, err := e.EncryptItem(t.Context(), plaintext())
	require.NoError(t, err)
	for _, name := range []string{"x", "y", "z"} {
		stored[name] = &avS{Value: "added"}
	}
	stored["s"] = &avS{Value: "3C"}
	_, err = encryptor(t, keyWrap, nil, counted).DecryptItem(t.Context(), stored)
	assert.ErrorIs(t, err, crypt.ErrAuth)
	assert.Equal(t, 2, counted.asked)
}

type counter struct {
	provider.Verifier
	asked int
}

func (c *counter) Verify(ctx context.Context, stringToSign, signature []byte) error {
	c.asked++
	return c.Verifier.Verify(ctx, stringToSign, signature)
}

func TestKeysAreFoundByID(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, unchanged)
		k := d.importRSA(t, "by id", rsaKey())
		id := slices.Clone(k.ID)
		s, err := token.Signer(t.Context(), hsm.Key{ID: id})
		require.NoError(t, err)
		clear(id)
		digest := make([]byte, 32)
		_, err = s.Sign(nil, digest, crypto.SHA256)
		assert.NoError(t, err)
	})
}
