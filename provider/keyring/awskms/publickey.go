package awskms

import (
	"context"
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// PublicKeyClient is what [RSAPublicKey] and [ECDHPublicKey] ask of KMS. A client of the key's Region is one.
type PublicKeyClient interface {
	GetPublicKey(context.Context, *kms.GetPublicKeyInput, ...func(*kms.Options)) (*kms.GetPublicKeyOutput, error)
}

var _ PublicKeyClient = (*kms.Client)(nil)

// RSAPublicKey asks KMS for the public half of the RSA key with this ARN, for [RSAConfig]: one call, that
// needs kms:GetPublicKey. The key must be one to encrypt with (KeyUsage ENCRYPT_DECRYPT). A program that
// keeps the answer, as PEM say, needs no permission to write.
//
// Errors of the call are crypt.ErrKeys.
func RSAPublicKey(ctx context.Context, client PublicKeyClient, key string, grantTokens ...string) (*rsa.PublicKey, error) {
	fail := func(err error) (*rsa.PublicKey, error) {
		return nil, fmt.Errorf("awskms: RSA public key: %w", err)
	}
	out, err := publicKey(ctx, client, key, grantTokens, types.KeyUsageTypeEncryptDecrypt)
	if err != nil {
		return fail(err)
	}
	bits, ok := rsaBits[out.KeySpec]
	if !ok {
		return fail(fmt.Errorf("key %q is of spec %.32q: give an RSA key", key, out.KeySpec))
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return fail(fmt.Errorf("%w: key %q: %w", crypt.ErrKeys, key, err))
	}
	public, ok := parsed.(*rsa.PublicKey)
	if !ok || public.N.BitLen() != bits {
		return fail(fmt.Errorf("%w: key %q is not what its spec says, %v", crypt.ErrKeys, key, out.KeySpec))
	}
	return public, nil
}

// rsaBits are the RSA keys that KMS has.
var rsaBits = map[types.KeySpec]int{types.KeySpecRsa2048: 2048, types.KeySpecRsa3072: 3072, types.KeySpecRsa4096: 4096}

// ECDHPublicKey asks KMS for the public half of the elliptic curve key with this ARN, on P-256, P-384 or
// P-521, for [ECDHConfig] or as the other side's: one call, that needs kms:GetPublicKey. The key must be
// one to agree with (KeyUsage KEY_AGREEMENT). It needs to be asked once: a key never changes.
//
// Errors of the call are crypt.ErrKeys.
func ECDHPublicKey(ctx context.Context, client PublicKeyClient, key string, grantTokens ...string) (*ecdh.PublicKey, error) {
	fail := func(err error) (*ecdh.PublicKey, error) {
		return nil, fmt.Errorf("awskms: ECDH public key: %w", err)
	}
	out, err := publicKey(ctx, client, key, grantTokens, types.KeyUsageTypeKeyAgreement)
	if err != nil {
		return fail(err)
	}
	curve, ok := curves[out.KeySpec]
	if !ok {
		return fail(fmt.Errorf("key %q is of spec %.32q: give one on P-256, P-384 or P-521; Go has no SM2", key, out.KeySpec))
	}
	parsed, err := x509.ParsePKIXPublicKey(out.PublicKey)
	if err != nil {
		return fail(fmt.Errorf("%w: key %q: %w", crypt.ErrKeys, key, err))
	}
	var public *ecdh.PublicKey
	if k, ok := parsed.(*ecdsa.PublicKey); ok {
		public, _ = k.ECDH()
	}
	if public == nil || public.Curve() != curve {
		return fail(fmt.Errorf("%w: key %q is not what its spec says, %v", crypt.ErrKeys, key, out.KeySpec))
	}
	return public, nil
}

// curves are those of KMS that the format has.
var curves = map[types.KeySpec]ecdh.Curve{types.KeySpecEccNistP256: ecdh.P256(), types.KeySpecEccNistP384: ecdh.P384(), types.KeySpecEccNistP521: ecdh.P521()}

// publicKey is the call that both make.
func publicKey(ctx context.Context, client PublicKeyClient, key string, grantTokens []string, usage types.KeyUsageType) (*kms.GetPublicKeyOutput, error) {
	arn, err := pinned(key)
	if err = errors.Join(err, checkRegion(client, arn.Region), kmskey.CheckGrantTokens(grantTokens)); err != nil {
		return nil, err
	}
	out, err := call(ctx, "GetPublicKey", key, client.GetPublicKey, &kms.GetPublicKeyInput{KeyId: &key, GrantTokens: slices.Clone(grantTokens)})
	if err != nil {
		return nil, err
	}
	if got := aws.ToString(out.KeyId); got != key {
		return nil, fmt.Errorf("%w: kms:GetPublicKey on %q answered for the key %.256q", crypt.ErrKeys, key, got)
	}
	if out.KeyUsage != usage {
		return nil, fmt.Errorf("key %q is for %.32q: give one made for %v", key, out.KeyUsage, usage)
	}
	return out, nil
}

// pinned is the key that an asymmetric keyring uses: one, named by its ARN. An alias can be made to point at
// another key, and the answers of KMS could not be compared with it.
func pinned(key string) (kmskey.ARN, error) {
	arn, err := kmskey.ParseARN(key)
	switch {
	case err != nil:
		return arn, fmt.Errorf("key: %w; KeyARN asks KMS for the ARN of a key", err)
	case !isKey(arn):
		return arn, fmt.Errorf("key %q is an alias: give the ARN of the key itself, which KeyARN asks KMS for", key)
	}
	return arn, nil
}
