//go:build hsm

package hsm_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/hsm/internal/softhsm"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"
)

const (
	pin   = "pin-that-must-not-print"
	spare = "spare" // a token that only its tests log into
)

// device is a PKCS #11 library, and a session by which tests make keys in its token behind our back.
type device struct {
	module  *hsm.Module
	label   string
	raw     *pkcs11.Ctx
	slot    uint
	session pkcs11.SessionHandle
}

// The devices of this process: a library is initialised once in it.
var devices = map[string]*device{}

func TestMain(m *testing.M) {
	status := m.Run()
	for name, d := range devices {
		if err := errors.Join(d.module.Close(), d.module.Close()); err != nil {
			fmt.Fprintln(os.Stderr, name, err)
			status = 1
		}
	}
	for _, folder := range folders {
		os.RemoveAll(folder)
	}
	os.Exit(status)
}

// onDevices runs a test on SoftHSM and on NSS softoken.
func onDevices(t *testing.T, test func(t *testing.T, d *device)) {
	for name, make := range map[string]func(testing.TB) *device{"SoftHSM": softHSM, "NSS": nss} {
		t.Run(name, func(t *testing.T) { test(t, make(t)) })
	}
}

// softHSM has two new tokens in a folder of this process.
func softHSM(t testing.TB) *device {
	t.Helper()
	library := testenv.Need(t, "DDB_SOFTHSM")
	if d := devices["SoftHSM"]; d != nil {
		return d
	}
	softhsm.NewTokens(t, newFolder(t), library, pin, "dynaseal", spare)
	raw := pkcs11.New(library)
	require.NotNil(t, raw)
	return newDevice(t, "SoftHSM", raw, "dynaseal", hsm.ModuleConfig{Library: library})
}

// nss has a new database in a folder of this process.
func nss(t testing.TB) *device {
	t.Helper()
	library := testenv.Need(t, "DDB_NSS")
	if d := devices["NSS"]; d != nil {
		return d
	}
	require.NoError(t, os.Setenv("NSS_MAX_MP_PBE_ITERATION_COUNT", "1")) // for each use of a private key it derives one from the PIN
	folder := newFolder(t)
	pins := filepath.Join(folder, "pin")
	require.NoError(t, os.WriteFile(pins, []byte(pin+"\n"), 0o600))
	out, err := exec.Command("certutil", "-N", "-d", "sql:"+folder, "-f", pins).CombinedOutput()
	require.NoError(t, err, "%s", out)
	raw := pkcs11.New(library)
	require.NotNil(t, raw)
	return newDevice(t, "NSS", raw, "NSS Certificate DB", hsm.ModuleConfig{Library: library, Parameters: "configdir='sql:" + folder + "'"})
}

// newFolder outlives the test that happens to be the first.
func newFolder(t testing.TB) string {
	t.Helper()
	folder, err := os.MkdirTemp("", "hsm")
	require.NoError(t, err)
	folders = append(folders, folder)
	return folder
}

var folders []string

func newDevice(t testing.TB, name string, raw *pkcs11.Ctx, label string, c hsm.ModuleConfig) *device {
	t.Helper()
	module, err := hsm.Load(c)
	require.NoError(t, err)
	d := &device{module: module, label: label, raw: raw}
	d.slot = d.slotOf(t, label)
	d.session = d.login(t, d.slot)
	devices[name] = d
	return d
}

func (d *device) slotOf(t testing.TB, label string) uint {
	t.Helper()
	slots, err := d.raw.GetSlotList(true)
	require.NoError(t, err)
	for _, slot := range slots {
		info, err := d.raw.GetTokenInfo(slot)
		require.NoError(t, err)
		if string(bytes.TrimRight([]byte(info.Label), " \x00")) == label {
			return slot
		}
	}
	require.Fail(t, "no token "+label)
	return 0
}

func (d *device) login(t testing.TB, slot uint) pkcs11.SessionHandle {
	t.Helper()
	s, err := d.raw.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION|pkcs11.CKF_RW_SESSION)
	require.NoError(t, err)
	require.NoError(t, d.raw.Login(s, pkcs11.CKU_USER, pin))
	return s
}

func secretOf(t testing.TB, b []byte) secret.Key {
	t.Helper()
	k, err := secret.New(b)
	require.NoError(t, err)
	return k
}

// open logs a Token in, which is closed when the test ends.
func (d *device) open(t testing.TB, change func(*hsm.TokenConfig)) *hsm.Token {
	t.Helper()
	c := hsm.TokenConfig{Label: d.label, PIN: secretOf(t, []byte(pin))}
	change(&c)
	token, err := d.module.Open(t.Context(), c)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, token.Close()) })
	return token
}

func unchanged(*hsm.TokenConfig) {}
