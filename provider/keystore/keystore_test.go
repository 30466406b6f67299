package keystore_test

import (
	"bytes"
	"crypto"
	"crypto/sha1"
	"os"
	"path/filepath"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keystore"
	"github.com/dynaseal/ddb/provider/secret"
)

// The stores are testdata/make.sh's.
const storePassword = "store password"

func load(t testing.TB, name string) []byte {
	b, err := os.ReadFile(filepath.Join("testdata", name))
	require.NoError(t, err)
	return b
}

func password(t testing.TB, text string) secret.Key {
	k, err := secret.New([]byte(text))
	require.NoError(t, err)
	return k
}

func config(t testing.TB, name string) keystore.Config {
	c := keystore.Config{Store: load(t, name), Password: password(t, storePassword), EncryptionAlias: "wrap", SigningAlias: "sign"}
	if name == "own.jks" {
		c.EncryptionPassword, c.SigningPassword = password(t, "wrap password"), password(t, "sign password")
	}
	return c
}

// encryptor is of the table that the items in testdata are of.
func encryptor(t testing.TB, p provider.Provider) crypt.ItemEncryptor {
	schema, err := crypt.NewSchema(crypt.SchemaConfig{
		Table:        "visits",
		PartitionKey: "patient",
		Actions:      map[string]crypt.Action{"patient": crypt.Sign, "name": crypt.Encrypt, "ward": crypt.Sign},
	})
	require.NoError(t, err)
	e, err := ddbec.Format(p).Encryptor(schema)
	require.NoError(t, err)
	return e
}

func plaintext() crypt.Item {
	return crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: "p-17"},
		"name":    &types.AttributeValueMemberS{Value: "Ada Lovelace"},
		"ward":    &types.AttributeValueMemberS{Value: "3B"},
	}
}

func TestStoresAreRead(t *testing.T) {
	for name, change := range map[string]func(*keystore.Config){
		"modern.p12":                 func(c *keystore.Config) { c.Store = load(t, "modern.p12") },
		"legacy.p12":                 func(c *keystore.Config) { c.Store = load(t, "legacy.p12") },
		"JKS, entries' own password": func(c *keystore.Config) { *c = config(t, "own.jks") },
		"aliases have no case":       func(c *keystore.Config) { c.EncryptionAlias, c.SigningAlias = "WRAP", "Sign" },
		"one key for both":           func(c *keystore.Config) { c.SigningAlias = "wrap" },
		"elliptic signature":         func(c *keystore.Config) { c.SigningAlias = "curve" },
		"hashes":                     func(c *keystore.Config) { c.WrapHash, c.SignatureHash = crypto.SHA512, crypto.SHA384 },
		"description":                func(c *keystore.Config) { c.Description = map[string]string{"a": "b"} },
		"PKCS #12, the same password": func(c *keystore.Config) {
			c.EncryptionPassword = password(t, storePassword)
		},
	} {
		t.Run(name, func(t *testing.T) {
			c := config(t, "modern.p12")
			change(&c)
			before := bytes.Clone(c.Store)
			p, err := keystore.New(c)
			require.NoError(t, err)
			assert.Equal(t, before, c.Store)
			clear(c.Store) // which is not kept

			stored, err := encryptor(t, p).EncryptItem(t.Context(), plaintext())
			require.NoError(t, err)
			opened, err := encryptor(t, p).DecryptItem(t.Context(), stored)
			require.NoError(t, err)
			assert.Equal(t, plaintext(), opened.Item)
		})
	}
}

// Each of two parties has the other's certificate: one only writes, the other only reads what it wrote.
func TestCertificates(t *testing.T) {
	c := config(t, "writer.jks")
	c.EncryptionAlias = "partner"
	writer, err := keystore.New(c)
	require.NoError(t, err)
	c = config(t, "own.jks")
	c.SigningAlias = "writer"
	reader, err := keystore.New(c)
	require.NoError(t, err)

	stored, err := encryptor(t, writer).EncryptItem(t.Context(), plaintext())
	require.NoError(t, err)
	opened, err := encryptor(t, reader).DecryptItem(t.Context(), stored)
	require.NoError(t, err)
	assert.Equal(t, plaintext(), opened.Item)

	_, err = encryptor(t, writer).DecryptItem(t.Context(), stored)
	require.ErrorIs(t, err, provider.ErrNoUnwrap)
	_, err = encryptor(t, reader).EncryptItem(t.Context(), plaintext())
	require.ErrorIs(t, err, provider.ErrNoSigner)
	other, err := keystore.New(config(t, "own.jks"))
	require.NoError(t, err)
	_, err = encryptor(t, other).DecryptItem(t.Context(), stored)
	require.ErrorIs(t, err, crypt.ErrAuth, "another signing key")
}

func TestMistakes(t *testing.T) {
	for name, c := range map[string]struct {
		store  string
		change func(*keystore.Config)
		want   []string
	}{
		"nothing": {"modern.p12", func(c *keystore.Config) { *c = keystore.Config{} },
			[]string{"a Store of 0 bytes", "no Password", "no EncryptionAlias", "no SigningAlias"}},
		"size":           {"modern.p12", func(c *keystore.Config) { c.Store = make([]byte, keystore.MaxSize+1) }, []string{"1048577 bytes"}},
		"aliases":        {"modern.p12", func(c *keystore.Config) { c.EncryptionAlias, c.SigningAlias = "x", "y" }, []string{`entry "x": the store has none`, `entry "y": the store has none`}},
		"aliases in JKS": {"writer.jks", func(c *keystore.Config) { c.EncryptionAlias, c.SigningAlias = "x", "y" }, []string{`entry "x": the store has none`, `entry "y": the store has none`}},
		"password":       {"modern.p12", func(c *keystore.Config) { c.Password = password(t, "store passwore") }, []string{"does not verify"}},
		"password of JKS": {"own.jks", func(c *keystore.Config) { c.Password = password(t, "store passwore") },
			[]string{"does not verify"}},
		"password is no text":      {"modern.p12", func(c *keystore.Config) { c.Password = password(t, "\xff") }, []string{"not UTF-8"}},
		"password of an entry":     {"own.jks", func(c *keystore.Config) { c.SigningPassword = secret.Key{} }, []string{`entry "sign": its key does not open`}},
		"own password in PKCS #12": {"modern.p12", func(c *keystore.Config) { c.SigningPassword = password(t, "x") }, []string{"another password than the store"}},
		"elliptic wrapping":        {"modern.p12", func(c *keystore.Config) { c.EncryptionAlias = "curve" }, []string{`entry "curve" has a *ecdsa.PublicKey`}},
		"short RSA key":            {"modern.p12", func(c *keystore.Config) { c.EncryptionAlias = "short" }, []string{`entry "short"`, "1024 bits"}},
		"short signing key":        {"modern.p12", func(c *keystore.Config) { c.SigningAlias = "short" }, []string{`entry "short"`, "1024 bits"}},
		"hash":                     {"modern.p12", func(c *keystore.Config) { c.WrapHash = crypto.MD5 }, []string{`entry "wrap"`}},
		"the provider's entry":     {"modern.p12", func(c *keystore.Config) { c.Description = map[string]string{"amzn-ddb-wrap-alg": "RSA"} }, []string{"the provider's own"}},
		"secret key":               {"secret.p12", func(*keystore.Config) {}, []string{"what is not read"}},
		"certificate in PKCS #12":  {"trusted.p12", func(*keystore.Config) {}, []string{"what is not read"}},
		"JCEKS":                    {"own.jks", func(c *keystore.Config) { c.Store = []byte{0xce, 0xce, 0xce, 0xce, 0} }, []string{"JCEKS"}},
		"PEM":                      {"own.jks", func(c *keystore.Config) { c.Store = []byte("-----BEGIN") }, []string{"neither PKCS #12 nor JKS"}},
	} {
		t.Run(name, func(t *testing.T) {
			config := config(t, c.store)
			c.change(&config)
			p, err := keystore.New(config)
			assert.Nil(t, p)
			for _, want := range c.want {
				require.ErrorContains(t, err, want)
			}
			assert.ErrorContains(t, err, "keystore: new: ")
			assert.NotContains(t, err.Error(), "store passwor")
		})
	}
}

// Whatever is cut off or flipped, the file does not verify, and none of its content is looked at.
func TestDamagedStores(t *testing.T) {
	for _, name := range []string{"legacy.p12", "own.jks"} {
		t.Run(name, func(t *testing.T) {
			c := config(t, name)
			whole := c.Store
			for n := 0; n < len(whole); n += 97 {
				c.Store = whole[:n]
				_, err := keystore.New(c)
				require.Error(t, err, n)
			}
			for i := 0; i < len(whole); i += 53 {
				c.Store = bytes.Clone(whole)
				c.Store[i] ^= 1 << (i % 8)
				_, err := keystore.New(c)
				require.Error(t, err, i)
			}
		})
	}
}

// Whoever knows the password of a JKS file can write anything under it.
func TestHostileStoresOfJKS(t *testing.T) {
	c := config(t, "own.jks")
	content := bytes.Clone(c.Store[:len(c.Store)-sha1.Size])
	for i := 0; i < len(content); i += 7 {
		c.Store = signJKS(content[:i:i])
		_, err := keystore.New(c)
		require.Error(t, err, i)

		for _, b := range []byte{0, 0xff, content[i] ^ 1} {
			damaged := bytes.Clone(content)
			damaged[i] = b
			c.Store = signJKS(damaged)
			_, _ = keystore.New(c) // a date or a certificate may change; nothing panics, and nothing takes long
		}
	}
	c.Store = signJKS(append(bytes.Clone(content), 0))
	_, err := keystore.New(c)
	require.ErrorContains(t, err, "no JKS")
}

func signJKS(content []byte) []byte {
	h := sha1.New()
	for _, c := range storePassword {
		h.Write([]byte{0, byte(c)})
	}
	h.Write([]byte("Mighty Aphrodite"))
	h.Write(content)
	return h.Sum(content)
}

// FuzzNew reads what it makes; where that is JKS it makes the digest too, which no mutation would find. The seeds
// are a key and a certificate in few bytes, which the fuzzer gets further with than with those of real stores.
func FuzzNew(f *testing.F) {
	f.Add([]byte("\xfe\xed\xfe\xed\x00\x00\x00\x02\x00\x00\x00\x02" +
		"\x00\x00\x00\x01\x00\x04wrap\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01k\x00\x00\x00\x01\x00\x01X\x00\x00\x00\x01c" +
		"\x00\x00\x00\x02\x00\x07partner\x00\x00\x00\x00\x00\x00\x00\x00\x00\x01X\x00\x00\x00\x01c"))
	f.Add([]byte("0\x03\x02\x01\x03"))
	f.Fuzz(func(t *testing.T, store []byte) {
		c := keystore.Config{Store: store, Password: password(t, storePassword), EncryptionAlias: "wrap", SigningAlias: "partner"}
		if bytes.HasPrefix(store, []byte{0xfe, 0xed, 0xfe, 0xed}) {
			c.Store = signJKS(store[:len(store):len(store)])
		}
		_, err := keystore.New(c)
		assert.ErrorContains(t, err, "keystore: new: ")
	})
}
