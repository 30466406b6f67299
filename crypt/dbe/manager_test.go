package dbe_test

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	wiredbe "github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// altering is the default manager with its answers altered; a nil function leaves them.
func altering(t *testing.T, s keyring.Suite, write func(*keyring.EncryptionMaterials), read func(*keyring.DecryptionMaterials)) crypt.Format {
	t.Helper()
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	return format(t, dbe.Config{Suite: s, Manager: managerFunc{
		func(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
			m, err := inner.EncryptionMaterials(ctx, r)
			if write != nil {
				write(&m)
			}
			return m, err
		},
		func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
			m, err := inner.DecryptionMaterials(ctx, r)
			if read != nil && err == nil {
				read(&m)
			}
			return m, err
		},
	}})
}

func keyOf(t *testing.T, size int) secret.Key {
	t.Helper()
	k, err := secret.New(make([]byte, size))
	require.NoError(t, err)
	return k
}

func TestMaterialsThatDoNotServe(t *testing.T) {
	for _, s := range suites {
		v := newVictim(t, s, 1, "1")
		for name, alter := range map[string]func(*keyring.EncryptionMaterials){
			"no data key":            func(m *keyring.EncryptionMaterials) { m.DataKey = secret.Key{} },
			"a data key of 16 bytes": func(m *keyring.EncryptionMaterials) { m.DataKey = keyOf(t, 16) },
			"no encrypted data key":  func(m *keyring.EncryptionMaterials) { m.EncryptedDataKeys = nil },
			"256 encrypted data keys": func(m *keyring.EncryptionMaterials) {
				m.EncryptedDataKeys = slices.Repeat(m.EncryptedDataKeys, 256)
				m.SigningKeys = slices.Repeat(m.SigningKeys, 256)
			},
			"a signing key too few":     func(m *keyring.EncryptionMaterials) { m.SigningKeys = nil },
			"a signing key of 31 bytes": func(m *keyring.EncryptionMaterials) { m.SigningKeys = []secret.Key{keyOf(t, 31)} },
			"another suite":             func(m *keyring.EncryptionMaterials) { m.Suite ^= 1 },
			"context left out": func(m *keyring.EncryptionMaterials) {
				m.Context = maps.Clone(m.Context)
				delete(m.Context, wiredbe.ContextTable)
			},
			"no longer required": func(m *keyring.EncryptionMaterials) { m.Required = nil },
			"a part too long for header": func(m *keyring.EncryptionMaterials) {
				m.EncryptedDataKeys = slices.Clone(m.EncryptedDataKeys)
				m.EncryptedDataKeys[0].ProviderInfo = make([]byte, 65536)
			},
		} {
			_, err := encryptor(t, altering(t, s, alter, nil), v.schema).EncryptItem(t.Context(), v.plain)
			refused(t, err, crypt.ErrKeys, name)
		}
		for name, alter := range map[string]func(*keyring.DecryptionMaterials){
			"no data key":               func(m *keyring.DecryptionMaterials) { m.DataKey = secret.Key{} },
			"a data key of 33 bytes":    func(m *keyring.DecryptionMaterials) { m.DataKey = keyOf(t, 33) },
			"no signing key":            func(m *keyring.DecryptionMaterials) { m.SigningKey = secret.Key{} },
			"a signing key of 48 bytes": func(m *keyring.DecryptionMaterials) { m.SigningKey = keyOf(t, 48) },
			"another suite":             func(m *keyring.DecryptionMaterials) { m.Suite ^= 1 },
			"context left out":          func(m *keyring.DecryptionMaterials) { m.Context = nil },
		} {
			_, err := encryptor(t, altering(t, s, nil, alter), v.schema).DecryptItem(t.Context(), v.stored)
			refused(t, err, crypt.ErrKeys, name)
		}
		for name, alter := range map[string]func(*keyring.DecryptionMaterials){
			"another data key":    func(m *keyring.DecryptionMaterials) { m.DataKey = keyOf(t, 32) },
			"another signing key": func(m *keyring.DecryptionMaterials) { m.SigningKey = keyOf(t, 32) },
			"context more":        func(m *keyring.DecryptionMaterials) { m.Context = maps.Clone(m.Context); m.Context["more"] = "1" },
		} {
			_, err := encryptor(t, altering(t, s, nil, alter), v.schema).DecryptItem(t.Context(), v.stored)
			refused(t, err, crypt.ErrAuth, name)
		}
	}
}

func TestManagersThatFail(t *testing.T) {
	v := newVictim(t, keyring.SuiteHMAC, 1, "1")
	cause := errors.New("unreachable")
	for class, err := range map[error]error{crypt.ErrKeys: cause, crypt.ErrFormat: errors.Join(crypt.ErrFormat, cause), crypt.ErrAuth: errors.Join(crypt.ErrAuth, cause)} {
		e := encryptor(t, format(t, dbe.Config{Suite: keyring.SuiteHMAC, Manager: managerFunc{
			func(context.Context, keyring.Request) (keyring.EncryptionMaterials, error) {
				return keyring.EncryptionMaterials{}, err
			},
			func(context.Context, keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
				return keyring.DecryptionMaterials{}, err
			},
		}}), v.schema)
		_, got := e.DecryptItem(t.Context(), v.stored)
		refused(t, got, class)
		if class != crypt.ErrAuth {
			assert.ErrorIs(t, got, cause)
			_, got = e.EncryptItem(t.Context(), v.plain)
			refused(t, got, class)
			assert.ErrorIs(t, got, cause)
		}
	}
	e := encryptor(t, altering(t, keyring.SuiteECDSA, func(m *keyring.EncryptionMaterials) {
		m.Signature = keyring.SignatureKey{}
	}, nil), v.schema)
	_, err := e.EncryptItem(t.Context(), v.plain)
	refused(t, err, crypt.ErrKeys)
}

// A manager of the user's own adds context, part of which the reader must give anew.
func TestContextOfTheUsersOwn(t *testing.T) {
	const purpose, tenant = "purpose", "tenant"
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	config := func(tenantIs string) dbe.Config {
		add := func(c map[string]string, more map[string]string) map[string]string {
			c = maps.Clone(c)
			maps.Copy(c, more)
			return c
		}
		return dbe.Config{Suite: keyring.SuiteHMAC, Manager: managerFunc{
			func(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
				r.Context = add(r.Context, map[string]string{purpose: "test", tenant: tenantIs})
				r.Required = append(slices.Clone(r.Required), tenant)
				return inner.EncryptionMaterials(ctx, r)
			},
			func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
				r.Reproduced = add(r.Reproduced, map[string]string{tenant: tenantIs})
				return inner.DecryptionMaterials(ctx, r)
			},
		}}
	}
	v := newVictim(t, keyring.SuiteHMAC, 2, "1")
	e := encryptor(t, format(t, config("one")), v.schema)
	stored := encrypted(t, e, v.plain)
	d, err := dbe.Describe(stored, "free")
	require.NoError(t, err)
	assert.Equal(t, map[string]string{purpose: "test"}, d.Context, "stored for all to read, but what is required")
	assert.Equal(t, v.plain, decrypted(t, e, stored).Item)

	_, err = encryptor(t, format(t, config("two")), v.schema).DecryptItem(t.Context(), stored)
	refused(t, err, crypt.ErrAuth, "another tenant")
	_, err = v.enc.DecryptItem(t.Context(), stored)
	refused(t, err, crypt.ErrAuth, "a reader that does not know the tenant")
}

// What a manager is asked for (1.6).
func TestRequests(t *testing.T) {
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: rawAES(t, 1)})
	require.NoError(t, err)
	var written keyring.Request
	var read keyring.DecryptionRequest
	f := format(t, dbe.Config{Manager: managerFunc{
		func(ctx context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
			written = r
			return inner.EncryptionMaterials(ctx, r)
		},
		func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
			read = r
			return inner.DecryptionMaterials(ctx, r)
		},
	}})
	item := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avN{Value: "1.0"}, "e": &avS{Value: canary}, "c": &avBOOL{Value: true}, "ä": &avB{Value: []byte{1}}}
	base := map[string]string{"aws-crypto-table-name": "Tbl", "aws-crypto-partition-name": "pk", "aws-crypto-sort-name": "sk"}
	for name, c := range map[string]struct {
		as   actions
		want map[string]string
	}{
		"version 1": {actions{"e": crypt.Encrypt, "c": crypt.Sign, "ä": crypt.Sign}, map[string]string{"aws-crypto-attr.pk": "AAFr", "aws-crypto-attr.sk": "AAIx"}},
		"version 2": {actions{"e": crypt.Encrypt, "c": crypt.SignContext, "ä": crypt.SignContext}, map[string]string{
			"aws-crypto-attr.pk": "k", "aws-crypto-attr.sk": "1", "aws-crypto-attr.c": "true", "aws-crypto-attr.ä": "//8B", "aws-crypto-legend": "LSNB",
		}},
	} {
		t.Run(name, func(t *testing.T) {
			e := encryptor(t, f, table(c.as))
			stored := encrypted(t, e, item)
			want := maps.Clone(base)
			maps.Copy(want, c.want)
			assert.Equal(t, want, written.Context)
			assert.ElementsMatch(t, slices.Collect(maps.Keys(want)), written.Required)
			assert.Equal(t, keyring.SuiteECDSA, written.Suite)
			stored["sk"] = &avN{Value: "1"} // as DynamoDB returns it
			decrypted(t, e, stored)
			assert.Equal(t, want, read.Reproduced)
			assert.Equal(t, []string{keyring.PublicKeyEntry}, slices.Collect(maps.Keys(read.Stored)))
			assert.Len(t, read.EncryptedDataKeys, 1)
		})
	}
}

// Official items, sealed anew under the keys and the message id that they have: the same bytes.
func TestOfficialItemsSealedAnew(t *testing.T) {
	dir := vectorDir(t)
	inner, err := keyring.NewManager(keyring.ManagerConfig{Keyring: branchKeyring(t, dir)})
	require.NoError(t, err)
	same := 0
	for _, file := range []string{"decrypt_java_32.json", "decrypt_java_33.json", "decrypt_dotnet_32.json", "decrypt_dotnet_33.json"} {
		var set struct {
			Tests map[string]struct {
				Type      string
				Config    vectorConfig
				Encrypted vectorItem
			}
		}
		readJSON(t, &set, dir, file)
		for name, c := range set.Tests {
			if c.Type != "positive-decrypt" {
				continue
			}
			t.Run(file+"/"+name, func(t *testing.T) {
				stored := crypt.Item(c.Encrypted)
				var h wiredbe.Header
				require.NoError(t, h.Parse(bytesOf(t, stored, head)))
				suite := keyring.SuiteHMAC | keyring.Suite(h.Flavor)
				var given keyring.DecryptionMaterials
				var asked keyring.DecryptionRequest
				key := signatureKey(t)
				f := format(t, dbe.Config{Suite: suite, Manager: managerFunc{
					func(_ context.Context, r keyring.Request) (keyring.EncryptionMaterials, error) {
						m := keyring.EncryptionMaterials{
							Suite: suite, Context: maps.Clone(r.Context), Required: r.Required, DataKey: given.DataKey,
							EncryptedDataKeys: asked.EncryptedDataKeys, SigningKeys: []secret.Key{given.SigningKey},
						}
						if suite == keyring.SuiteECDSA {
							m.Signature = key
							m.Context[keyring.PublicKeyEntry] = key.Entry()
						}
						return m, nil
					},
					func(ctx context.Context, r keyring.DecryptionRequest) (keyring.DecryptionMaterials, error) {
						asked = r
						given, err = inner.DecryptionMaterials(ctx, r)
						return given, err
					},
				}})
				opened := decrypted(t, encryptor(t, f, c.Config.schema(t)), stored)

				d, err := dbe.Describe(stored)
				require.NoError(t, err)
				schema := crypt.SchemaConfig{Table: "GazelleVectorTable", PartitionKey: "RecNum", Actions: actions{}}
				for _, a := range d.Attributes {
					require.NotZero(t, a.Action)
					schema.Actions[a.Name] = a.Action
				}
				again := encrypted(t, dbe.WithMessageID(encryptor(t, f, schema), h.MessageID[:]), opened.Item)
				for name, value := range stored {
					if name == head || name == foot {
						continue
					}
					requireEqualItems(t, crypt.Item{name: value}, crypt.Item{name: again[name]})
				}
				if suite == keyring.SuiteHMAC {
					assert.Equal(t, stored[head], again[head])
					assert.Equal(t, stored[foot], again[foot])
				} else { // under another signature key
					want, got := bytesOf(t, stored, head), bytesOf(t, again, head)
					entry := func(m map[string]string) []byte { return []byte(m[keyring.PublicKeyEntry]) }
					got = bytes.Replace(got, []byte(key.Entry()), entry(asked.Stored), 1)
					assert.Equal(t, want[:len(want)-32], got[:len(got)-32])
				}
				same++
			})
		}
	}
	assert.Equal(t, 38, same)
}

func signatureKey(t *testing.T) keyring.SignatureKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	require.NoError(t, err)
	s, err := keyring.NewSignatureKey(k)
	require.NoError(t, err)
	return s
}
