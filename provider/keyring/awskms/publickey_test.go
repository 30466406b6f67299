package awskms_test

import (
	"context"
	"crypto/ecdh"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	kmstypes "github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRSAPublicKey(t *testing.T) {
	s := start(t)
	for spec, bits := range map[kmstypes.KeySpec]int{kmstypes.KeySpecRsa2048: 2048, kmstypes.KeySpecRsa3072: 3072} {
		arn := s.AddKey(fakekms.Key{Region: east, Spec: spec})
		s.ResetCalls()
		var m crypt.Meter
		public, err := awskms.RSAPublicKey(crypt.Watch(t.Context(), &m, nil), s.Client(east), arn, "granted")
		require.NoError(t, err)
		assert.Equal(t, bits, public.N.BitLen())
		assert.Equal(t, crypt.Usage{KeyCalls: 1}, m.Usage())
		require.Len(t, s.Calls(), 1)
		assert.Equal(t, "GetPublicKey", s.Calls()[0].Operation)
		assert.Equal(t, arn, s.Calls()[0].RequestedKeyID)
		assert.Equal(t, []string{"granted"}, s.Calls()[0].GrantTokens)

		k := newRSA(t, awskms.RSAConfig{Key: arn, Public: public, Client: s.Client(east)})
		reads(t, encryptor(t, k, suites[0]), write(t, encryptor(t, k, suites[0])))
	}
}

func TestECDHPublicKey(t *testing.T) {
	s := start(t)
	for _, curve := range specs {
		private := newEC(t, curve)
		public, err := awskms.ECDHPublicKey(t.Context(), s.Client(east), addEC(s, private))
		require.NoError(t, err)
		assert.True(t, private.PublicKey().Equal(public))
	}
}

// Keys of other kinds, states and owners.
func TestPublicKeysRefused(t *testing.T) {
	s := start(t)
	symmetric := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/visits"}})
	ofRSA, ofEC := addRSA(t, s, "", rsaKey), addEC(s, newEC(t, ecdh.P256()))
	denied, disabled := addRSA(t, s, stranger, rsaKey), addEC(s, newEC(t, ecdh.P256()))
	s.Deny(denied, "GetPublicKey", fakekms.Account)
	s.Disable(disabled)
	gone := "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	client := s.Client(east)
	for name, c := range map[string]struct {
		key     string
		client  awskms.PublicKeyClient
		says    string
		keys    bool // crypt.ErrKeys
		rsa, ec bool // which of the two refuses
	}{
		"an RSA key to agree with":  {ofRSA, client, "for \"ENCRYPT_DECRYPT\": give one made for KEY_AGREEMENT", false, false, true},
		"a curve's key to encrypt":  {ofEC, client, "for \"KEY_AGREEMENT\": give one made for ENCRYPT_DECRYPT", false, true, false},
		"a symmetric key":           {symmetric, client, "UnsupportedOperationException", true, true, true},
		"denied":                    {denied, client, "allow kms:GetPublicKey", true, true, true},
		"disabled":                  {disabled, client, "enable it", true, true, true},
		"gone":                      {gone, client, "no such key", true, true, true},
		"another region":            {ofRSA, s.Client(west), "the client is of the region us-west-2", false, true, true},
		"another region, not known": {ofRSA, onlyPublicKeys{s.Client(west)}, "there is no such key", true, true, true},
		"an alias":                  {"arn:aws:kms:us-east-1:111122223333:alias/visits", client, "KeyARN", false, true, true},
		"a bare id":                 {"alias/visits", client, "not the ARN", false, true, true},
		"no client":                 {ofRSA, nil, "the client is nil", false, true, true},
	} {
		t.Run(name, func(t *testing.T) {
			check := func(k any, err error) {
				t.Helper()
				require.ErrorContains(t, err, c.says)
				assert.ErrorContains(t, err, "awskms: ")
				assert.Nil(t, k)
				assert.Equal(t, c.keys, errors.Is(err, crypt.ErrKeys))
			}
			if c.rsa {
				k, err := awskms.RSAPublicKey(t.Context(), c.client, c.key)
				check(noneOf(k), err)
			}
			if c.ec {
				k, err := awskms.ECDHPublicKey(t.Context(), c.client, c.key)
				check(noneOf(k), err)
			}
		})
	}
	_, err := awskms.RSAPublicKey(t.Context(), client, ofRSA, "")
	assert.ErrorContains(t, err, "grant token 1")
}

// onlyPublicKeys does not tell its region.
type onlyPublicKeys struct{ client *kms.Client }

func (c onlyPublicKeys) GetPublicKey(ctx context.Context, in *kms.GetPublicKeyInput, o ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error) {
	return c.client.GetPublicKey(ctx, in, o...)
}

// noneOf is k as an interface that is nil if k is.
func noneOf[T any](k *T) any {
	if k == nil {
		return nil
	}
	return k
}

// What no honest service answers, and keys that Go has not.
func TestPublicKeyAnswersAreChecked(t *testing.T) {
	der := func(k any) []byte {
		b, err := x509.MarshalPKIXPublicKey(k)
		require.NoError(t, err)
		return b
	}
	ofRSA := der(&made(t, rsaKey).PublicKey)
	p256, p384, x25519 := der(newEC(t, ecdh.P256()).PublicKey()), der(newEC(t, ecdh.P384()).PublicKey()), der(newEC(t, ecdh.X25519()).PublicKey())
	const encrypt, agree = kmstypes.KeyUsageTypeEncryptDecrypt, kmstypes.KeyUsageTypeKeyAgreement
	noPoint := append([]byte(nil), p256...)
	noPoint[len(noPoint)-1] ^= 1
	for name, c := range map[string]struct {
		usage kmstypes.KeyUsageType
		spec  kmstypes.KeySpec
		key   string
		der   []byte
		says  string
	}{
		"RSA":                  {encrypt, kmstypes.KeySpecRsa2048, someKey, ofRSA, ""},
		"a curve":              {agree, kmstypes.KeySpecEccNistP256, someKey, p256, ""},
		"RSA, another key":     {encrypt, kmstypes.KeySpecRsa2048, someKey + "0", ofRSA, "answered for the key"},
		"RSA, no key":          {encrypt, kmstypes.KeySpecRsa2048, "", ofRSA, "answered for the key"},
		"RSA, another size":    {encrypt, kmstypes.KeySpecRsa4096, someKey, ofRSA, "not what its spec says"},
		"RSA, a curve":         {encrypt, kmstypes.KeySpecRsa2048, someKey, p256, "not what its spec says"},
		"RSA, nothing":         {encrypt, kmstypes.KeySpecRsa2048, someKey, nil, "asn1"},
		"SM2 to encrypt":       {encrypt, kmstypes.KeySpecSm2, someKey, p256, "SM2"},
		"to sign":              {kmstypes.KeyUsageTypeSignVerify, kmstypes.KeySpecRsa2048, someKey, ofRSA, "SIGN_VERIFY"},
		"a curve, another key": {agree, kmstypes.KeySpecEccNistP256, someKey + "0", p256, "answered for the key"},
		"a curve, another":     {agree, kmstypes.KeySpecEccNistP256, someKey, p384, "not what its spec says"},
		"a curve, RSA":         {agree, kmstypes.KeySpecEccNistP256, someKey, ofRSA, "not what its spec says"},
		"a curve, X25519":      {agree, kmstypes.KeySpecEccNistP256, someKey, x25519, "not what its spec says"},
		"a curve, no point":    {agree, kmstypes.KeySpecEccNistP256, someKey, noPoint, crypt.ErrKeys.Error()},
		"a curve, nothing":     {agree, kmstypes.KeySpecEccNistP256, someKey, nil, "asn1"},
		"SM2 to agree":         {agree, kmstypes.KeySpecSm2, someKey, p256, "Go has no SM2"},
		"secp256k1":            {agree, kmstypes.KeySpecEccSecgP256k1, someKey, p256, "P-256, P-384 or P-521"},
	} {
		t.Run(name, func(t *testing.T) {
			client := stub{publicKey: func(*kms.GetPublicKeyInput) (*kms.GetPublicKeyOutput, error) {
				return &kms.GetPublicKeyOutput{KeyId: aws.String(c.key), KeySpec: c.spec, KeyUsage: c.usage, PublicKey: c.der}, nil
			}}
			var got any
			var err error
			if c.usage == agree {
				var k *ecdh.PublicKey
				k, err = awskms.ECDHPublicKey(t.Context(), client, someKey)
				got = noneOf(k)
			} else {
				var k *rsa.PublicKey
				k, err = awskms.RSAPublicKey(t.Context(), client, someKey)
				got = noneOf(k)
			}
			if c.says == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.says)
			assert.Nil(t, got)
			assert.NotErrorIs(t, err, crypt.ErrAuth)
		})
	}
}
