//go:build hsm

package hsm_test

import (
	"crypto"
	"crypto/rand"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/hsm"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A session that failed, or a login that was lost, is none of the next call's business.
func TestLostLogin(t *testing.T) {
	d := softHSM(t)
	slot := d.slotOf(t, spare)
	s := d.login(t, slot)
	own := *d
	own.session = s
	// The session that could destroy them is lost as well: they stay in the token.
	wrap, mac := own.importAES(t, rand.Text(), newBytes(32)), own.importMAC(t, rand.Text(), newBytes(32))
	token := d.open(t, func(c *hsm.TokenConfig) { c.Label, c.Sessions = spare, 3 })
	e := open(t, token, wrap, mac)
	stored, err := e.EncryptItem(t.Context(), plaintext())
	require.NoError(t, err)

	for range 3 {
		require.NoError(t, d.raw.CloseAllSessions(slot)) // which logs out
		_, err = e.DecryptItem(t.Context(), stored)
		require.NoError(t, err)
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() { assert.NoError(t, roundTrip(t.Context(), e)) })
		}
		all.Wait()
	}

	// Somebody changes the PIN: it is offered once, since a token that is asked too often locks itself.
	s, err = d.raw.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	require.NoError(t, d.raw.SetPIN(s, pin, "another"))
	require.NoError(t, d.raw.CloseAllSessions(slot))
	_, err = e.DecryptItem(t.Context(), stored)
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_PIN_INCORRECT), code(t, err))
	assert.ErrorIs(t, err, crypt.ErrKeys)
	s, err = d.raw.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	require.NoError(t, d.raw.Login(s, pkcs11.CKU_USER, "another"))
	require.NoError(t, d.raw.SetPIN(s, "another", pin))
	require.NoError(t, d.raw.CloseAllSessions(slot))
	_, err = e.DecryptItem(t.Context(), stored)
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_PIN_INCORRECT), code(t, err), "it would be right now, and is not asked for")
	again := d.open(t, func(c *hsm.TokenConfig) { c.Label = spare })
	_, err = open(t, again, wrap, mac).DecryptItem(t.Context(), stored)
	assert.NoError(t, err)
}

// A private key that was replaced does not sign for the public key that others have.
func TestReplacedKey(t *testing.T) {
	d := softHSM(t)
	own := *d
	own.slot = d.slotOf(t, spare)
	own.session = d.login(t, own.slot)
	token := d.open(t, func(c *hsm.TokenConfig) { c.Label = spare })
	var s *hsm.Signer
	label := rand.Text()
	t.Run("until it is destroyed", func(t *testing.T) {
		var err error
		s, err = token.Signer(t.Context(), own.importEC(t, label, newEC(t)))
		require.NoError(t, err)
	})
	own.importEC(t, label, newEC(t))
	require.NoError(t, d.raw.CloseAllSessions(own.slot))
	_, err := s.Sign(nil, make([]byte, 32), crypto.SHA256)
	assert.ErrorContains(t, err, "is another key than it was")
}

// A library that does not answer is an outage, also where it comes to a wrapped key.
func TestOutage(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, unchanged)
	wrap, mac := d.importAES(t, rand.Text(), newBytes(32)), d.importMAC(t, rand.Text(), newBytes(32)) // as above
	e := open(t, token, wrap, mac)
	stored, err := e.EncryptItem(t.Context(), plaintext())
	require.NoError(t, err)
	require.NoError(t, d.raw.Finalize())
	_, err = e.DecryptItem(t.Context(), stored)
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED), code(t, err))
	assert.ErrorIs(t, err, crypt.ErrKeys)
	assert.NotErrorIs(t, err, crypt.ErrAuth)
	_, err = e.EncryptItem(t.Context(), plaintext())
	assert.ErrorIs(t, err, crypt.ErrKeys)

	require.NoError(t, d.raw.Initialize())
	d.slot = d.slotOf(t, d.label)
	d.session = d.login(t, d.slot)
	_, err = e.DecryptItem(t.Context(), stored)
	assert.Equal(t, pkcs11.Error(pkcs11.CKR_CRYPTOKI_NOT_INITIALIZED), code(t, err), "its handles are another's now")
	require.NoError(t, token.Close())
	_, err = d.raw.GetSessionInfo(d.session)
	assert.NoError(t, err, "another's session is left alone")
	assert.NoError(t, roundTrip(t.Context(), open(t, d.open(t, unchanged), wrap, mac)))
}
