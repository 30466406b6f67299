package fakekms_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/x509"
	"hash"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// publicKey is what GetPublicKey answers for a key.
func (e engine) publicKey(arn string) any {
	out, err := e.client(east).GetPublicKey(e, &kms.GetPublicKeyInput{KeyId: &arn})
	require.NoError(e, err)
	public, err := x509.ParsePKIXPublicKey(out.PublicKey)
	require.NoError(e, err)
	return public
}

// rsaOf tries an RSA key with what KMS encrypted and with what its public key encrypted here.
func rsaOf(spec types.KeySpec) func(engine) {
	return func(e engine) {
		arn := e.asymmetric(spec, types.KeyUsageTypeEncryptDecrypt)
		public := e.publicKey(arn).(*rsa.PublicKey)
		plaintext := []byte("a data key")
		for algorithm, newHash := range map[types.EncryptionAlgorithmSpec]func() hash.Hash{
			types.EncryptionAlgorithmSpecRsaesOaepSha1:   sha1.New,
			types.EncryptionAlgorithmSpecRsaesOaepSha256: sha256.New,
		} {
			theirs, err := e.client(east).Encrypt(e, &kms.EncryptInput{KeyId: &arn, Plaintext: plaintext, EncryptionAlgorithm: algorithm})
			require.NoError(e, err)
			ours, err := rsa.EncryptOAEP(newHash(), rand.Reader, public, plaintext, nil)
			require.NoError(e, err)
			for by, ciphertext := range map[string][]byte{"KMS": theirs.CiphertextBlob, "crypto/rsa": ours} {
				out, err := e.client(east).Decrypt(e, &kms.DecryptInput{KeyId: &arn, CiphertextBlob: ciphertext, EncryptionAlgorithm: algorithm})
				require.NoError(e, err, by)
				assert.Equal(e, plaintext, out.Plaintext, by)
				assert.Equal(e, algorithm, out.EncryptionAlgorithm, by)
			}
		}
	}
}

// derivesOn tries a key agreement from both ends.
func derivesOn(spec types.KeySpec) func(engine) {
	return func(e engine) {
		arn := e.asymmetric(spec, types.KeyUsageTypeKeyAgreement)
		theirs, err := e.publicKey(arn).(*ecdsa.PublicKey).ECDH()
		require.NoError(e, err)
		ours, err := theirs.Curve().GenerateKey(rand.Reader)
		require.NoError(e, err)
		out, err := e.client(east).DeriveSharedSecret(e, &kms.DeriveSharedSecretInput{
			KeyId: &arn, KeyAgreementAlgorithm: types.KeyAgreementAlgorithmSpecEcdh, PublicKey: e.marshal(ours.PublicKey()),
		})
		require.NoError(e, err)
		want, err := ours.ECDH(theirs)
		require.NoError(e, err)
		assert.Equal(e, want, out.SharedSecret)
		assert.Equal(e, arn, *out.KeyId)
	}
}

func (e engine) marshal(public *ecdh.PublicKey) []byte {
	der, err := x509.MarshalPKIXPublicKey(public)
	require.NoError(e, err)
	return der
}
