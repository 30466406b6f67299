//go:build hsm

// Package softhsm makes tokens of SoftHSM for tests.
package softhsm

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"
)

const adminPIN = "12345678"

// NewTokens makes a token of each label, all with one PIN, in a folder, which this process's SoftHSM uses
// from then on. The library is left uninitialised.
func NewTokens(t testing.TB, folder, library, pin string, labels ...string) {
	t.Helper()
	require.NoError(t, os.Mkdir(filepath.Join(folder, "tokens"), 0o700))
	conf := filepath.Join(folder, "softhsm2.conf")
	require.NoError(t, os.WriteFile(conf, fmt.Appendf(nil, "directories.tokendir = %s/tokens\nobjectstore.backend = file\nlog.level = ERROR\n", folder), 0o600))
	require.NoError(t, os.Setenv("SOFTHSM2_CONF", conf))

	cryptoki := pkcs11.New(library)
	require.NotNil(t, cryptoki, "no library %s", library)
	defer cryptoki.Destroy()
	require.NoError(t, cryptoki.Initialize())
	for _, label := range labels {
		slots, err := cryptoki.GetSlotList(true)
		require.NoError(t, err)
		slot := slots[len(slots)-1] // the one that waits for a token
		require.NoError(t, cryptoki.InitToken(slot, adminPIN, label))
		s, err := cryptoki.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
		require.NoError(t, err)
		require.NoError(t, cryptoki.Login(s, pkcs11.CKU_SO, adminPIN))
		require.NoError(t, cryptoki.InitPIN(s, pin))
		require.NoError(t, cryptoki.CloseSession(s))
	}
	require.NoError(t, cryptoki.Finalize())
}
