//go:build hsm

package hsm_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	avS = types.AttributeValueMemberS
	avB = types.AttributeValueMemberB
)

const (
	signature   = "*amzn-ddb-map-sig*"
	description = "*amzn-ddb-map-desc*"
	envKey      = "amzn-ddb-env-key"
	wrapAlg     = "amzn-ddb-wrap-alg"
)

// wraps are a key wrap in the token, and one of the same key in this process.
type wraps struct{ token, process provider.KeyWrap }

type signs struct {
	token, process   provider.Signer
	verify, software provider.Verifier
}

func (d *device) wraps(t testing.TB, token *hsm.Token) map[string]wraps {
	t.Helper()
	all := map[string]wraps{}
	for size, name := range map[int]string{16: "AES-128", 24: "AES-192", 32: "AES-256"} {
		key := newBytes(size)
		w, err := token.AESWrapper(t.Context(), d.importAES(t, t.Name()+name, key))
		require.NoError(t, err)
		remote, err := provider.WrapAESIn(w)
		require.NoError(t, err)
		local, err := provider.WrapAES(secretOf(t, key))
		require.NoError(t, err)
		all[name] = wraps{remote, local}
	}
	private := d.importRSA(t, t.Name()+"RSA", rsaKey())
	for name, c := range map[string]struct {
		hsm.DecrypterConfig
		nss bool
	}{
		"OAEP unpadded here":          {hsm.DecrypterConfig{UnpadHere: true}, false},
		"OAEP unpadded here, SHA-512": {hsm.DecrypterConfig{UnpadHere: true, Hash: crypto.SHA512}, false},
		"OAEP, SHA-1":                 {hsm.DecrypterConfig{Hash: crypto.SHA1}, false},
		"OAEP":                        {hsm.DecrypterConfig{}, true},
		"OAEP, SHA-384":               {hsm.DecrypterConfig{Hash: crypto.SHA384}, true},
	} {
		decrypter, err := token.Decrypter(t.Context(), private, c.DecrypterConfig)
		if c.nss && d.label == "dynaseal" {
			require.ErrorContains(t, err, "set UnpadHere", "SoftHSM has no other OAEP than SHA-1's")
			continue
		}
		require.NoError(t, err, name)
		remote, err := provider.WrapRSA(provider.RSAWrapConfig{Private: decrypter, Hash: c.Hash})
		require.NoError(t, err)
		local, err := provider.WrapRSA(provider.RSAWrapConfig{Private: rsaKey(), Hash: c.Hash})
		require.NoError(t, err)
		all[name] = wraps{remote, local}
	}
	return all
}

func (d *device) signs(t testing.TB, token *hsm.Token) map[string]signs {
	t.Helper()
	all := map[string]signs{}
	hashes := []crypto.Hash{crypto.SHA224, crypto.SHA256, crypto.SHA384, crypto.SHA512}
	mac := newBytes(64)
	key := d.importMAC(t, t.Name()+"MAC", mac)
	for _, h := range hashes {
		remote, err := token.HMAC(t.Context(), h, key)
		require.NoError(t, err)
		local, err := provider.NewHMAC(h, secretOf(t, mac))
		require.NoError(t, err)
		assert.Equal(t, local.Algorithm(), remote.Algorithm())
		all[local.Algorithm()] = signs{remote, local, remote, local}
	}
	pairs := map[string]crypto.Signer{"RSA": rsaKey()}
	for name, curve := range map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()} {
		k, err := ecdsa.GenerateKey(curve, rand.Reader)
		require.NoError(t, err)
		pairs[name] = k
	}
	for name, k := range pairs {
		s, err := token.Signer(t.Context(), d.importPair(t, t.Name()+"signs"+name, k))
		require.NoError(t, err, name)
		for _, h := range hashes {
			remote, err := provider.NewSigner(h, s)
			require.NoError(t, err)
			local, err := provider.NewSigner(h, k)
			require.NoError(t, err)
			verify, err := provider.NewVerifier(h, s.Public())
			require.NoError(t, err)
			all[name+" "+remote.SigningAlgorithm()] = signs{remote, local, verify, verify}
		}
	}
	return all
}

func encryptor(t testing.TB, w provider.KeyWrap, s provider.Signer, v provider.Verifier) crypt.ItemEncryptor {
	t.Helper()
	p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, Sign: s, Verify: v})
	require.NoError(t, err)
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", Actions: map[string]crypt.Action{"e": crypt.Encrypt, "s": crypt.Sign}})
	require.NoError(t, err)
	e, err := ddbec.Format(p).Encryptor(schema)
	require.NoError(t, err)
	return e
}

func plaintext() crypt.Item {
	return crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: "Ada"}, "s": &avS{Value: "3B"}}
}

// Every way to wrap with every way to sign: what the token's keys write, the same keys in this process
// read, and the other way round; what was altered is crypt.ErrAuth.
func TestProviders(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, unchanged)
		allSigns := d.signs(t, token)
		for wrap, w := range d.wraps(t, token) {
			for sign, s := range allSigns {
				t.Run(wrap+" "+sign, func(t *testing.T) {
					remote, local := encryptor(t, w.token, s.token, s.verify), encryptor(t, w.process, s.process, s.software)
					for name, writer := range map[string]crypt.ItemEncryptor{"token": remote, "process": local} {
						stored, err := writer.EncryptItem(t.Context(), plaintext())
						require.NoError(t, err)
						for _, reader := range []crypt.ItemEncryptor{remote, local} {
							got, err := reader.DecryptItem(t.Context(), stored)
							require.NoError(t, err, "written by the "+name)
							assert.Equal(t, plaintext(), got.Item)
						}
						alterations(t, remote, stored)
					}
				})
			}
		}
		assert.Zero(t, d.sessionObjects(t), "content keys are left in the token")
	})
}

// alterations are refused, each with its class.
func alterations(t *testing.T, reader crypt.ItemEncryptor, stored crypt.Item) {
	t.Helper()
	flip := func(name string) crypt.Item {
		b := append([]byte(nil), stored[name].(*avB).Value...)
		b[len(b)/2] ^= 1
		return with(stored, name, &avB{Value: b})
	}
	d, err := provider.ParseDescription(stored[description].(*avB).Value)
	require.NoError(t, err)
	entry := func(name string, to func(string) string) crypt.Item {
		m := d.Map()
		m[name] = to(m[name])
		d, err := provider.NewDescription(m)
		require.NoError(t, err)
		return with(stored, description, &avB{Value: d.AppendTo(nil)})
	}
	for name, c := range map[string]struct {
		item  crypt.Item
		class error
	}{
		"signature":  {flip(signature), crypt.ErrAuth},
		"ciphertext": {flip("e"), crypt.ErrAuth},
		"value":      {with(stored, "s", &avS{Value: "3C"}), crypt.ErrAuth},
		"wrapped key": {entry(envKey, func(s string) string {
			b, err := base64.StdEncoding.DecodeString(s)
			require.NoError(t, err)
			b[len(b)/2] ^= 1
			return base64.StdEncoding.EncodeToString(b)
		}), crypt.ErrAuth},
		"wrapped key all ones": {entry(envKey, func(s string) string {
			b := make([]byte, base64.StdEncoding.DecodedLen(len(s))-2)
			for i := range b {
				b[i] = 0xff
			}
			return base64.StdEncoding.EncodeToString(b)
		}), crypt.ErrAuth},
		"short wrapped key": {entry(envKey, func(s string) string { return s[:len(s)/8*4] }), crypt.ErrAuth},
		"algorithm":         {entry(wrapAlg, func(string) string { return "RSA/ECB/PKCS1Padding" }), crypt.ErrFormat},
	} {
		got, err := reader.DecryptItem(t.Context(), c.item)
		require.ErrorIs(t, err, c.class, name)
		require.NotErrorIs(t, err, crypt.ErrKeys, name)
		require.Nil(t, got.Item)
	}
}

func with(item crypt.Item, name string, v types.AttributeValue) crypt.Item {
	c := maps.Clone(item)
	c[name] = v
	return c
}
