package keyring_test

import (
	"context"
	"crypto/sha512"
	"encoding/base64"
	"maps"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// itemContext is what the format asks with.
var itemContext = map[string]string{"aws-crypto-table-name": "t", "aws-crypto-partition-name": "id", "aws-crypto-attr.id": "AAIx"}

func required(c map[string]string) (keys []string) {
	for key := range maps.All(c) {
		keys = append(keys, key)
	}
	return keys
}

func manager(t testing.TB, k keyring.Keyring) keyring.Manager {
	t.Helper()
	return made(t, func() (keyring.Manager, error) { return keyring.NewManager(keyring.ManagerConfig{Keyring: k}) })
}

// stored is the context that goes into the header.
func stored(m keyring.EncryptionMaterials) map[string]string {
	c := maps.Clone(m.Context)
	for _, key := range m.Required {
		delete(c, key)
	}
	return c
}

func TestManager(t *testing.T) {
	for _, suite := range []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA} {
		for name, p := range pairs(t) {
			t.Run(suite.String()+" "+name, func(t *testing.T) {
				r := keyring.Request{Suite: suite, Context: maps.Clone(itemContext), Required: required(itemContext)}
				m, err := manager(t, p.write).EncryptionMaterials(t.Context(), r)
				require.NoError(t, err)
				require.NoError(t, r.Check(m))
				assert.Equal(t, itemContext, r.Context, "arguments are not changed")
				assert.Equal(t, suite == keyring.SuiteECDSA, !m.Signature.IsZero())

				d := keyring.DecryptionRequest{Suite: suite, Stored: stored(m), Reproduced: itemContext, EncryptedDataKeys: m.EncryptedDataKeys}
				got, err := manager(t, p.read).DecryptionMaterials(t.Context(), d)
				require.NoError(t, err)
				require.NoError(t, d.Check(got))
				assert.Equal(t, m.Context, got.Context)
				assert.True(t, got.DataKey.Equal(m.DataKey))
				if suite == keyring.SuiteHMAC {
					assert.Nil(t, got.PublicKey)
					assert.Empty(t, d.Stored)
					return
				}
				assert.Len(t, d.Stored, 1)
				assert.True(t, got.PublicKey.Equal(m.Signature.Public()))
				digest := sha512.Sum384([]byte("x"))
				signature, err := m.Signature.Sign(digest[:])
				require.NoError(t, err)
				assert.True(t, verifies(got.PublicKey, digest[:], signature))
			})
		}
	}
}

func TestManagerRefusesToWrite(t *testing.T) {
	for name, change := range map[string]func(*keyring.Request){
		"no suite":               func(r *keyring.Request) { r.Suite = 0 },
		"another's suite":        func(r *keyring.Request) { r.Suite = 0x0578 },
		"a public key":           func(r *keyring.Request) { r.Context[keyring.PublicKeyEntry] = "x" },
		"an unknown reserved":    func(r *keyring.Request) { r.Context["aws-crypto-x"] = "x" },
		"an empty key":           func(r *keyring.Request) { r.Context[""] = "x" },
		"a long key":             func(r *keyring.Request) { r.Context[strings.Repeat("x", 1<<16)] = "x" },
		"a long value":           func(r *keyring.Request) { r.Context["x"] = strings.Repeat("x", 1<<16) },
		"a key not UTF-8":        func(r *keyring.Request) { r.Context["\xff"] = "x" },
		"a value not UTF-8":      func(r *keyring.Request) { r.Context["x"] = "\xff" },
		"required, not there":    func(r *keyring.Request) { r.Required = []string{"x"} },
		"a required public key":  func(r *keyring.Request) { r.Required = []string{keyring.PublicKeyEntry} },
		"another reserved attr":  func(r *keyring.Request) { r.Context["aws-crypto-attr"] = "x" },
		"reserved in other case": func(r *keyring.Request) { r.Context["aws-crypto-Table-name"] = "x" },
	} {
		r := keyring.Request{Suite: keyring.SuiteECDSA, Context: maps.Clone(itemContext), Required: required(itemContext)}
		change(&r)
		m, err := manager(t, aes(t, "a")).EncryptionMaterials(t.Context(), r)
		assert.Error(t, err, name)
		assert.Equal(t, keyring.EncryptionMaterials{}, m, name)
		assert.Less(t, len(err.Error()), 500)
	}
}

func TestManagerRefusesToRead(t *testing.T) {
	r := keyring.Request{Suite: keyring.SuiteECDSA, Context: maps.Clone(itemContext), Required: required(itemContext)}
	m, err := manager(t, aes(t, "a")).EncryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	point, err := base64.StdEncoding.DecodeString(m.Context[keyring.PublicKeyEntry])
	require.NoError(t, err)
	require.Len(t, point, 49)
	encode := func(change func(p []byte) []byte) string {
		return base64.StdEncoding.EncodeToString(change(append([]byte(nil), point...)))
	}
	entry := func(v string) func(*keyring.DecryptionRequest) {
		return func(d *keyring.DecryptionRequest) { d.Stored[keyring.PublicKeyEntry] = v }
	}
	for name, c := range map[string]struct {
		change func(*keyring.DecryptionRequest)
		class  error
	}{
		"no suite":               {func(d *keyring.DecryptionRequest) { d.Suite = 0 }, crypt.ErrFormat},
		"the other suite":        {func(d *keyring.DecryptionRequest) { d.Suite = keyring.SuiteHMAC }, crypt.ErrFormat},
		"no public key":          {func(d *keyring.DecryptionRequest) { clear(d.Stored) }, crypt.ErrFormat},
		"an empty public key":    {entry(""), crypt.ErrFormat},
		"no Base64":              {entry(strings.Repeat("*", 68)), crypt.ErrFormat},
		"Base64 with other bits": {entry(m.Context[keyring.PublicKeyEntry][:66] + "/="), crypt.ErrFormat},
		"infinity":               {entry(encode(func(p []byte) []byte { clear(p); return p })), crypt.ErrFormat},
		"uncompressed":           {entry(encode(func(p []byte) []byte { p[0] = 4; return p })), crypt.ErrFormat},
		"a point too long":       {entry(encode(func(p []byte) []byte { return append(p, 0) })), crypt.ErrFormat},
		"a point too short":      {entry(encode(func(p []byte) []byte { return p[:48] })), crypt.ErrFormat},
		"x beyond the field": {entry(encode(func(p []byte) []byte {
			for i := range p[1:] {
				p[1+i] = 0xFF
			}
			return p
		})), crypt.ErrFormat},
		"the other point of x": {entry(encode(func(p []byte) []byte { p[0] ^= 1; return p })), crypt.ErrAuth},
		"a conflict":           {func(d *keyring.DecryptionRequest) { d.Stored["aws-crypto-attr.id"] = "AAIy" }, crypt.ErrAuth},
		"a stored reserved":    {func(d *keyring.DecryptionRequest) { d.Stored["aws-crypto-attr.other"] = "x" }, crypt.ErrFormat},
		"stored more":          {func(d *keyring.DecryptionRequest) { d.Stored["x"] = "" }, crypt.ErrAuth},
		"reproduced more":      {func(d *keyring.DecryptionRequest) { d.Reproduced["x"] = "" }, crypt.ErrAuth},
		"reproduced less":      {func(d *keyring.DecryptionRequest) { delete(d.Reproduced, "aws-crypto-attr.id") }, crypt.ErrAuth},
		"another item":         {func(d *keyring.DecryptionRequest) { d.Reproduced["aws-crypto-attr.id"] = "AAIy" }, crypt.ErrAuth},
		"no data keys":         {func(d *keyring.DecryptionRequest) { d.EncryptedDataKeys = nil }, crypt.ErrFormat},
	} {
		d := keyring.DecryptionRequest{Suite: keyring.SuiteECDSA, Stored: stored(m), Reproduced: maps.Clone(itemContext), EncryptedDataKeys: m.EncryptedDataKeys}
		c.change(&d)
		got, err := manager(t, aes(t, "a")).DecryptionMaterials(t.Context(), d)
		assert.ErrorIs(t, err, c.class, name)
		assert.Equal(t, keyring.DecryptionMaterials{}, got, name)
	}
	d := keyring.DecryptionRequest{Suite: keyring.SuiteECDSA, Stored: stored(m), Reproduced: maps.Clone(itemContext), EncryptedDataKeys: m.EncryptedDataKeys}
	d.Stored["aws-crypto-attr.id"] = d.Reproduced["aws-crypto-attr.id"]
	_, err = manager(t, aes(t, "a")).DecryptionMaterials(t.Context(), d)
	assert.NoError(t, err, "stored and the same")

	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = manager(t, aes(t, "a")).DecryptionMaterials(ctx, d)
	assert.ErrorIs(t, err, context.Canceled)
	_, err = manager(t, aes(t, "a")).EncryptionMaterials(ctx, r)
	assert.ErrorIs(t, err, context.Canceled)
}

func TestRequireContext(t *testing.T) {
	inner := manager(t, aes(t, "a"))
	m, err := keyring.RequireContext(inner, "tenant")
	require.NoError(t, err)
	r := keyring.Request{Suite: keyring.SuiteHMAC, Context: maps.Clone(itemContext), Required: required(itemContext)}
	_, err = m.EncryptionMaterials(t.Context(), r)
	require.ErrorIs(t, err, crypt.ErrFormat)
	r.Context["tenant"] = "blue"
	r.Required = append(make([]string, 0, 9), r.Required...)
	written, err := m.EncryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	require.NoError(t, r.Check(written))
	assert.Contains(t, written.Required, "tenant")
	assert.NotContains(t, stored(written), "tenant")
	assert.NotContains(t, r.Required[:cap(r.Required)], "tenant", "a request is not written to")

	d := keyring.DecryptionRequest{Suite: keyring.SuiteHMAC, Stored: stored(written), Reproduced: r.Context, EncryptedDataKeys: written.EncryptedDataKeys}
	_, err = m.DecryptionMaterials(t.Context(), d)
	require.NoError(t, err)
	d.Reproduced, d.Stored = itemContext, map[string]string{"tenant": "blue"}
	_, err = inner.DecryptionMaterials(t.Context(), d)
	require.NoError(t, err, "a manager that does not require it takes it from the item")
	_, err = m.DecryptionMaterials(t.Context(), d)
	require.ErrorIs(t, err, crypt.ErrFormat)

	twice, err := keyring.RequireContext(m, "tenant", "aws-crypto-attr.id")
	require.NoError(t, err)
	written, err = twice.EncryptionMaterials(t.Context(), r)
	require.NoError(t, err)
	assert.Len(t, written.Required, 4)

	for name, f := range map[string]func() (keyring.Manager, error){
		"no manager":      func() (keyring.Manager, error) { return keyring.RequireContext(nil, "x") },
		"no keys":         func() (keyring.Manager, error) { return keyring.RequireContext(inner) },
		"an empty key":    func() (keyring.Manager, error) { return keyring.RequireContext(inner, "") },
		"no UTF-8":        func() (keyring.Manager, error) { return keyring.RequireContext(inner, "\xff") },
		"the public key":  func() (keyring.Manager, error) { return keyring.RequireContext(inner, keyring.PublicKeyEntry) },
		"without keyring": func() (keyring.Manager, error) { return keyring.NewManager(keyring.ManagerConfig{}) },
	} {
		m, err := f()
		assert.Error(t, err, name)
		assert.Nil(t, m, name)
	}
}
