package keyring_test

import (
	"context"
	"crypto/ecdh"
	"crypto/fips140"
	"testing"

	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func canceled(t testing.TB) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	return ctx, cancel
}

// Modes are a process's own, so the tests run themselves in one.
func TestUnderFIPS140(t *testing.T) {
	if !fips140.Enabled() {
		testenv.Again(t, "GODEBUG=fips140=on")
		return
	}
	for name, p := range pairs(t) {
		m := write(t, p.write, itemContext)
		_, err := read(t, p.read, itemContext, m.EncryptedDataKeys...)
		require.NoError(t, err, name)
	}
}

func TestUnderFIPS140Only(t *testing.T) {
	if !fips140.Enforced() {
		testenv.Again(t, "GODEBUG=fips140=only")
		return
	}
	own := newEC(t, ecdh.P384())
	for name, f := range map[string]func() (keyring.Keyring, error){
		"AES": func() (keyring.Keyring, error) { return keyring.RawAES("ns", "n", key(t, canary)) },
		"RSA": func() (keyring.Keyring, error) {
			return keyring.RawRSA(keyring.RawRSAConfig{Namespace: "ns", Name: "n", Private: made(t, rsaKey)})
		},
		"static":    func() (keyring.Keyring, error) { return keyring.RawECDHStatic(own, own.PublicKey()) },
		"ephemeral": func() (keyring.Keyring, error) { return keyring.RawECDHEphemeral(own.PublicKey()) },
		"discovery": func() (keyring.Keyring, error) { return keyring.RawECDHDiscovery(own) },
		"a user's":  func() (keyring.Keyring, error) { return keyring.New(wrapper{}) },
	} {
		k, err := f()
		require.ErrorContains(t, err, "FIPS 140", name)
		assert.NotContains(t, err.Error(), canary[:6])
		assert.Nil(t, k)
	}
}
