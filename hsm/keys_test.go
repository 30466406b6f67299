//go:build hsm

package hsm_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/asn1"
	"math/big"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/hsm"
	"github.com/miekg/pkcs11"
	"github.com/stretchr/testify/require"
)

// newBytes are of a secret key.
func newBytes(n int) []byte {
	b := make([]byte, n)
	rand.Read(b)
	return b
}

var rsaKey = sync.OnceValue(func() *rsa.PrivateKey {
	k, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	return k
})

type attributes map[uint]any

// create makes an object in the token, for the time of the test.
func (d *device) create(t testing.TB, s pkcs11.SessionHandle, a attributes) pkcs11.ObjectHandle {
	t.Helper()
	list := []*pkcs11.Attribute{pkcs11.NewAttribute(pkcs11.CKA_TOKEN, true)}
	for typ, value := range a {
		list = append(list, pkcs11.NewAttribute(typ, value))
	}
	h, err := d.raw.CreateObject(s, list)
	require.NoError(t, err)
	t.Cleanup(func() { d.raw.DestroyObject(s, h) })
	return h
}

// importAES puts an AES key into the token that never comes out again.
func (d *device) importAES(t testing.TB, label string, key []byte) hsm.Key {
	t.Helper()
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_SECRET_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_AES, pkcs11.CKA_LABEL: label, pkcs11.CKA_VALUE: key,
		pkcs11.CKA_WRAP: true, pkcs11.CKA_UNWRAP: true, pkcs11.CKA_ENCRYPT: true, pkcs11.CKA_DECRYPT: true,
		pkcs11.CKA_SENSITIVE: true, pkcs11.CKA_EXTRACTABLE: false,
	})
	return hsm.Key{Label: label}
}

func (d *device) importMAC(t testing.TB, label string, key []byte) hsm.Key {
	t.Helper()
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_SECRET_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_GENERIC_SECRET, pkcs11.CKA_LABEL: label, pkcs11.CKA_VALUE: key,
		pkcs11.CKA_SIGN: true, pkcs11.CKA_VERIFY: true, pkcs11.CKA_SENSITIVE: true, pkcs11.CKA_EXTRACTABLE: false,
	})
	return hsm.Key{Label: label}
}

func (d *device) importRSA(t testing.TB, label string, k *rsa.PrivateKey) hsm.Key {
	t.Helper()
	id := []byte(label)
	e := big.NewInt(int64(k.E)).Bytes()
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_PRIVATE_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_RSA, pkcs11.CKA_LABEL: label, pkcs11.CKA_ID: id,
		pkcs11.CKA_MODULUS: k.N.Bytes(), pkcs11.CKA_PUBLIC_EXPONENT: e, pkcs11.CKA_PRIVATE_EXPONENT: k.D.Bytes(),
		pkcs11.CKA_PRIME_1: k.Primes[0].Bytes(), pkcs11.CKA_PRIME_2: k.Primes[1].Bytes(),
		pkcs11.CKA_EXPONENT_1: k.Precomputed.Dp.Bytes(), pkcs11.CKA_EXPONENT_2: k.Precomputed.Dq.Bytes(), pkcs11.CKA_COEFFICIENT: k.Precomputed.Qinv.Bytes(),
		pkcs11.CKA_PRIVATE: true, pkcs11.CKA_SIGN: true, pkcs11.CKA_DECRYPT: true, pkcs11.CKA_SENSITIVE: true, pkcs11.CKA_EXTRACTABLE: false,
	})
	return hsm.Key{Label: label, ID: id}
}

var curveNames = map[elliptic.Curve]asn1.ObjectIdentifier{
	elliptic.P256(): {1, 2, 840, 10045, 3, 1, 7}, elliptic.P384(): {1, 3, 132, 0, 34}, elliptic.P521(): {1, 3, 132, 0, 35},
}

func newEC(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return k
}

// importEC puts both halves into the token.
func (d *device) importEC(t testing.TB, label string, k *ecdsa.PrivateKey) hsm.Key {
	t.Helper()
	d.importECPrivate(t, label, k)
	d.importECPublic(t, label, k)
	return hsm.Key{Label: label}
}

func (d *device) importECPrivate(t testing.TB, label string, k *ecdsa.PrivateKey) {
	t.Helper()
	params, point := encodeEC(t, k)
	value, err := k.Bytes()
	require.NoError(t, err)
	private := attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_PRIVATE_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_EC, pkcs11.CKA_LABEL: label, pkcs11.CKA_ID: []byte(label),
		pkcs11.CKA_EC_PARAMS: params, pkcs11.CKA_VALUE: value,
		pkcs11.CKA_PRIVATE: true, pkcs11.CKA_SIGN: true, pkcs11.CKA_SENSITIVE: true, pkcs11.CKA_EXTRACTABLE: false,
	}
	if d.label == "NSS Certificate DB" {
		private[ckaNSSDB] = point
	}
	d.create(t, d.session, private)
}

func (d *device) importECPublic(t testing.TB, label string, k *ecdsa.PrivateKey) {
	t.Helper()
	params, point := encodeEC(t, k)
	d.create(t, d.session, attributes{
		pkcs11.CKA_CLASS: pkcs11.CKO_PUBLIC_KEY, pkcs11.CKA_KEY_TYPE: pkcs11.CKK_EC, pkcs11.CKA_LABEL: label, pkcs11.CKA_ID: []byte(label),
		pkcs11.CKA_EC_PARAMS: params, pkcs11.CKA_EC_POINT: point, pkcs11.CKA_VERIFY: true,
	})
}

func encodeEC(t testing.TB, k *ecdsa.PrivateKey) (params, point []byte) {
	t.Helper()
	params, err := asn1.Marshal(curveNames[k.Curve])
	require.NoError(t, err)
	bare, err := k.PublicKey.Bytes()
	require.NoError(t, err)
	point, err = asn1.Marshal(bare)
	require.NoError(t, err)
	return params, point
}

// ckaNSSDB is an attribute of NSS's own, by which it knows the public half of a private key.
const ckaNSSDB = 0xD5A0DB00

// importPair puts a private key into the token.
func (d *device) importPair(t testing.TB, label string, k crypto.Signer) hsm.Key {
	t.Helper()
	switch k := k.(type) {
	case *rsa.PrivateKey:
		return d.importRSA(t, label, k)
	case *ecdsa.PrivateKey:
		return d.importEC(t, label, k)
	}
	require.Fail(t, "no such key")
	return hsm.Key{}
}
