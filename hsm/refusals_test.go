//go:build hsm

package hsm_test

import (
	"bytes"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/provider"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDecrypter(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		token := d.open(t, unchanged)
		k := d.importRSA(t, t.Name(), rsaKey())
		configs := []hsm.DecrypterConfig{{UnpadHere: true}, {UnpadHere: true, Hash: crypto.SHA1}, {Hash: crypto.SHA1}}
		if d.label != "dynaseal" {
			configs = append(configs, hsm.DecrypterConfig{})
		}
		for _, c := range configs {
			decrypter, err := token.Decrypter(t.Context(), k, c)
			require.NoError(t, err)
			assert.True(t, rsaKey().PublicKey.Equal(decrypter.Public()))
			hash := max(c.Hash, crypto.SHA1)
			if c.Hash == 0 {
				hash = crypto.SHA256
			}
			opts := &rsa.OAEPOptions{Hash: hash, MGFHash: crypto.SHA1}
			for _, message := range [][]byte{nil, {1}, newBytes(32)} {
				wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, &rsaKey().PublicKey, message, opts)
				require.NoError(t, err)
				got, err := decrypter.Decrypt(nil, wrapped, opts)
				require.NoError(t, err)
				assert.True(t, bytes.Equal(message, got))
			}

			wrapped, err := rsa.EncryptOAEPWithOptions(rand.Reader, &rsaKey().PublicKey, []byte{1}, opts)
			require.NoError(t, err)
			//lint:ignore SA1019 what must be refused
			pkcs1Opts := &rsa.PKCS1v15DecryptOptions{SessionKeyLen: 32}
			for name, o := range map[string]crypto.DecrypterOpts{
				"none": nil, "no pointer": (*rsa.OAEPOptions)(nil), "PKCS #1": pkcs1Opts,
				"another hash": &rsa.OAEPOptions{Hash: crypto.SHA512, MGFHash: crypto.SHA1}, "another MGF1": &rsa.OAEPOptions{Hash: hash, MGFHash: crypto.SHA256},
				"no MGF1": &rsa.OAEPOptions{Hash: hash}, "a label": &rsa.OAEPOptions{Hash: hash, MGFHash: crypto.SHA1, Label: []byte("x")},
			} {
				_, err := decrypter.Decrypt(nil, wrapped, o)
				assert.ErrorContains(t, err, "this key is for OAEP", name)
				assert.NotErrorIs(t, err, provider.ErrUnwrap)
			}
			above := bytes.Repeat([]byte{0xff}, len(wrapped))
			pkcs1, err := rsa.EncryptPKCS1v15(rand.Reader, &rsaKey().PublicKey, []byte{1}) //lint:ignore SA1019 what must be refused
			require.NoError(t, err)
			for name, altered := range map[string][]byte{
				"nothing": nil, "a byte less": wrapped[1:], "a byte more": append([]byte{0}, wrapped...), "above the modulus": above,
				"zero": make([]byte, len(wrapped)), "another padding": pkcs1,
			} {
				_, err := decrypter.Decrypt(nil, altered, opts)
				assert.ErrorIs(t, err, provider.ErrUnwrap, name)
			}
		}
		for _, h := range []crypto.Hash{crypto.MD5, crypto.SHA224, crypto.SHA512_256} {
			_, err := token.Decrypter(t.Context(), k, hsm.DecrypterConfig{Hash: h})
			assert.ErrorContains(t, err, "is not one of")
		}
	})
}

func TestSignerRefuses(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, unchanged)
	s, err := token.Signer(t.Context(), d.importRSA(t, t.Name(), rsaKey()))
	require.NoError(t, err)
	digest := make([]byte, 32)
	for name, o := range map[string]crypto.SignerOpts{
		"none": nil, "PSS": &rsa.PSSOptions{Hash: crypto.SHA256}, "another length": crypto.SHA384, "SHA-1": crypto.SHA1, "no hash": crypto.Hash(0), "SHA-3": crypto.SHA3_256,
	} {
		_, err := s.Sign(nil, digest, o)
		assert.ErrorContains(t, err, "hsm: sign: ", name)
	}
}

// A private key without its public half, or with another's, does not construct.
func TestSignerWithoutItsPublicKey(t *testing.T) {
	d := softHSM(t)
	token := d.open(t, unchanged)
	k, other := newEC(t), newEC(t)
	label := t.Name()
	d.importECPrivate(t, label, k)
	_, err := token.Signer(t.Context(), hsm.Key{Label: label})
	assert.ErrorIs(t, err, hsm.ErrNoKey)
	assert.ErrorContains(t, err, "public key of the private one")
	d.importECPublic(t, label, other)
	_, err = token.Signer(t.Context(), hsm.Key{Label: label})
	assert.ErrorContains(t, err, "does not verify")
}

// AES-CBC in the token and ours are the same: a static provider's field opens there.
func TestCBCAgrees(t *testing.T) {
	onDevices(t, func(t *testing.T, d *device) {
		key := newBytes(32)
		p, err := provider.Static(secretOf(t, key), secretOf(t, newBytes(32)))
		require.NoError(t, err)
		schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "Tbl", PartitionKey: "pk", Actions: map[string]crypt.Action{"e": crypt.Encrypt}})
		require.NoError(t, err)
		e, err := ddbec.Format(p).Encryptor(schema)
		require.NoError(t, err)
		stored, err := e.EncryptItem(t.Context(), crypt.Item{"pk": &types.AttributeValueMemberS{Value: "k"}, "e": &types.AttributeValueMemberS{Value: "Ada"}})
		require.NoError(t, err)
		value := stored["e"].(*avB).Value

		h := d.create(t, d.session, attributes{
			pkcs11.CKA_CLASS: pkcs11.CKO_SECRET_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_AES, pkcs11.CKA_LABEL: t.Name(), pkcs11.CKA_VALUE: key, pkcs11.CKA_DECRYPT: true,
		})
		require.NoError(t, d.raw.DecryptInit(d.session, []*pkcs11.Mechanism{pkcs11.NewMechanism(pkcs11.CKM_AES_CBC_PAD, value[:16])}, h))
		got, err := d.raw.Decrypt(d.session, value[16:])
		require.NoError(t, err)
		assert.Equal(t, []byte("\x00s\x00\x00\x00\x03Ada"), got)
	})
}
