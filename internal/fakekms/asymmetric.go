package fakekms

import (
	"crypto"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
)

var rsaBits = map[types.KeySpec]int{
	types.KeySpecRsa2048: 2048,
	types.KeySpecRsa3072: 3072,
	types.KeySpecRsa4096: 4096,
}

var curves = map[types.KeySpec]ecdh.Curve{
	types.KeySpecEccNistP256: ecdh.P256(),
	types.KeySpecEccNistP384: ecdh.P384(),
	types.KeySpecEccNistP521: ecdh.P521(),
}

var rsaAlgorithms = map[string]crypto.Hash{
	string(types.EncryptionAlgorithmSpecRsaesOaepSha1):   crypto.SHA1,
	string(types.EncryptionAlgorithmSpecRsaesOaepSha256): crypto.SHA256,
}

// rsaKey encrypts and decrypts.
type rsaKey struct{ private *rsa.PrivateKey }

func newRSA(spec types.KeySpec, k Key) (secret, error) {
	bits := rsaBits[spec]
	if k.PrivateKey == nil && k.Material == nil {
		private, err := rsa.GenerateKey(rand.Reader, bits)
		return rsaKey{private}, err
	}
	private, ok := k.PrivateKey.(*rsa.PrivateKey)
	if !ok || k.Material != nil || private.N.BitLen() != bits {
		return nil, invalid("a key of spec %s has a private key of type *rsa.PrivateKey with %d bits, and no material", spec, bits)
	}
	return rsaKey{private}, nil
}

func (rsaKey) usage() types.KeyUsageType { return types.KeyUsageTypeEncryptDecrypt }

// agreement is a key on a NIST curve that agrees on secrets with others.
type agreement struct{ private *ecdh.PrivateKey }

func newAgreement(spec types.KeySpec, k Key) (secret, error) {
	curve := curves[spec]
	var private *ecdh.PrivateKey
	var err error
	switch given := k.PrivateKey.(type) {
	case nil:
		private, err = curve.GenerateKey(rand.Reader)
	case *ecdh.PrivateKey:
		private = given
	case *ecdsa.PrivateKey:
		private, err = given.ECDH()
	}
	if err != nil {
		return nil, err
	}
	if private == nil || private.Curve() != curve || k.Material != nil {
		return nil, invalid("a key of spec %s has a private key of type *ecdh.PrivateKey or *ecdsa.PrivateKey on that curve, and no material", spec)
	}
	return agreement{private}, nil
}

func (agreement) usage() types.KeyUsageType { return types.KeyUsageTypeKeyAgreement }

func (k *key) encryptRSA(algorithm string, plaintext []byte, context map[string]string) ([]byte, error) {
	private, hash, err := k.rsaFor(algorithm, context)
	if err != nil {
		return nil, err
	}
	most := private.Size() - 2*hash.Size() - 2
	if len(plaintext) > most {
		return nil, invalid("Algorithm %s and key spec %s cannot encrypt data larger than %d bytes.", algorithm, k.spec, most)
	}
	return rsa.EncryptOAEP(hash.New(), rand.Reader, &private.PublicKey, plaintext, nil)
}

func (k *key) decryptRSA(algorithm string, ciphertext []byte, context map[string]string) ([]byte, error) {
	private, hash, err := k.rsaFor(algorithm, context)
	if err != nil {
		return nil, err
	}
	plaintext, err := rsa.DecryptOAEP(hash.New(), nil, private, ciphertext, nil)
	if err != nil {
		return nil, invalidCiphertext
	}
	return plaintext, nil
}

func (k *key) rsaFor(algorithm string, context map[string]string) (*rsa.PrivateKey, crypto.Hash, error) {
	hash, known := rsaAlgorithms[algorithm]
	secret, ok := k.secret.(rsaKey)
	switch {
	case !known:
		return nil, 0, invalid("1 validation error detected: Value at 'encryptionAlgorithm' failed to satisfy constraint: Member must satisfy enum value set")
	case !ok:
		return nil, 0, k.cannot("be used with " + algorithm)
	case len(context) != 0:
		return nil, 0, invalid("Encryption context is not supported by asymmetric keys.")
	}
	return secret.private, hash, nil
}

func (q *request) getPublicKey() (answer, error) {
	var p struct {
		KeyId       string
		GrantTokens []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := limits(nil, p.GrantTokens); err != nil {
		return nil, err
	}
	k, err := q.use("GetPublicKey", p.KeyId)
	if err != nil {
		return nil, err
	}
	a := answer{"KeyId": k.arn.String(), "KeySpec": k.spec, "CustomerMasterKeySpec": k.spec, "KeyUsage": k.secret.usage()}
	switch secret := k.secret.(type) {
	case rsaKey:
		a["EncryptionAlgorithms"] = k.encryptionAlgorithms()
		a["PublicKey"], err = x509.MarshalPKIXPublicKey(secret.private.Public())
	case agreement:
		a["KeyAgreementAlgorithms"] = k.agreementAlgorithms()
		a["PublicKey"], err = x509.MarshalPKIXPublicKey(secret.private.PublicKey())
	default:
		return nil, &exception{name: "UnsupportedOperationException", message: k.arn.String() + " is a symmetric key, which has no public key."}
	}
	return a, err
}

func (q *request) deriveSharedSecret() (answer, error) {
	var p struct {
		KeyId, KeyAgreementAlgorithm string
		PublicKey                    []byte
		GrantTokens                  []string
	}
	if err := q.read(&p); err != nil {
		return nil, err
	}
	if err := between("publicKey", len(p.PublicKey), 1, maxPublicKey); err != nil {
		return nil, err
	}
	if p.KeyAgreementAlgorithm != string(types.KeyAgreementAlgorithmSpecEcdh) {
		return nil, invalid("1 validation error detected: Value at 'keyAgreementAlgorithm' failed to satisfy constraint: Member must satisfy enum value set: [ECDH]")
	}
	if err := limits(nil, p.GrantTokens); err != nil {
		return nil, err
	}
	k, err := q.use("DeriveSharedSecret", p.KeyId)
	if err != nil {
		return nil, err
	}
	secret, ok := k.secret.(agreement)
	if !ok {
		return nil, k.cannot("derive a shared secret")
	}
	other, err := publicPoint(p.PublicKey)
	if err != nil {
		return nil, invalid("The public key is not valid: %v", err)
	}
	shared, err := secret.private.ECDH(other)
	if err != nil {
		return nil, invalid("The public key is not on the curve of %s.", k.arn)
	}
	return answer{
		"KeyId": k.arn.String(), "SharedSecret": shared,
		"KeyAgreementAlgorithm": p.KeyAgreementAlgorithm, "KeyOrigin": types.OriginTypeAwsKms,
	}, nil
}

func publicPoint(der []byte) (*ecdh.PublicKey, error) {
	parsed, err := x509.ParsePKIXPublicKey(der)
	if err != nil {
		return nil, err
	}
	switch public := parsed.(type) {
	case *ecdsa.PublicKey:
		return public.ECDH()
	case *ecdh.PublicKey:
		return public, nil
	}
	return nil, fmt.Errorf("a %T", parsed)
}

func (k *key) encryptionAlgorithms() []types.EncryptionAlgorithmSpec {
	switch k.secret.(type) {
	case symmetric:
		return []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecSymmetricDefault}
	case rsaKey:
		return []types.EncryptionAlgorithmSpec{types.EncryptionAlgorithmSpecRsaesOaepSha1, types.EncryptionAlgorithmSpecRsaesOaepSha256}
	}
	return nil
}

func (k *key) agreementAlgorithms() []types.KeyAgreementAlgorithmSpec {
	if _, ok := k.secret.(agreement); ok {
		return []types.KeyAgreementAlgorithmSpec{types.KeyAgreementAlgorithmSpecEcdh}
	}
	return nil
}
