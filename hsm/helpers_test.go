//go:build hsm

package hsm_test

import (
	"testing"

	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"
)

// sessionObjects counts what the token holds for as long as a session only.
func (d *device) sessionObjects(t testing.TB) int {
	t.Helper()
	require.NoError(t, d.raw.FindObjectsInit(d.session, []*pkcs11.Attribute{
		pkcs11.NewAttribute(pkcs11.CKA_TOKEN, false), pkcs11.NewAttribute(pkcs11.CKA_CLASS, pkcs11.CKO_SECRET_KEY),
	}))
	found, _, err := d.raw.FindObjects(d.session, 1000)
	require.NoError(t, err)
	require.NoError(t, d.raw.FindObjectsFinal(d.session))
	return len(found)
}
