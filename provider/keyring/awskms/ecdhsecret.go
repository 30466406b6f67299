package awskms

import (
	"context"
	"crypto/ecdh"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ecdhwrap"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/internal/refresh"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// agreement is a key that shares secrets with others.
type agreement struct {
	arn         kmskey.ARN
	curve       ecdhwrap.Curve
	public      []byte // compressed
	client      ECDHClient
	grantTokens []string

	// ttl and kept are of KeepSecrets: 0 and nil without. Secrets are kept by the other key, compressed.
	ttl  time.Duration
	kept *refresh.Cache[string, secret.Key]
}

// mostKept bounds the secrets kept. A discovery keyring meets as many senders as write, and whoever can write the
// table can name any.
const mostKept = 256

func (k *agreement) keep(ttl time.Duration) {
	k.ttl = ttl
	k.kept = refresh.New[string, secret.Key](refresh.Config{Capacity: mostKept, Early: ttl / 10, Lasting: kmskey.Lasting})
}

// shared is the secret of k and other.
func (k *agreement) shared(ctx context.Context, other *ecdh.PublicKey) (secret.Key, error) {
	if k.kept == nil {
		return k.derive(ctx, other)
	}
	z, hit, err := k.kept.Get(ctx, string(compress(other)), k.ttl, func(ctx context.Context) (secret.Key, error) {
		return k.derive(ctx, other)
	})
	if hit {
		crypt.CacheHit(ctx)
	}
	return z, err
}

// derive has KMS derive the secret under k and no other key.
func (k *agreement) derive(ctx context.Context, other *ecdh.PublicKey) (none secret.Key, _ error) {
	der, err := x509.MarshalPKIXPublicKey(other)
	if err != nil {
		return none, err
	}
	id := k.arn.String()
	out, err := call(ctx, "DeriveSharedSecret", id, k.client.DeriveSharedSecret, &kms.DeriveSharedSecretInput{
		KeyAgreementAlgorithm: types.KeyAgreementAlgorithmSpecEcdh, KeyId: &id, PublicKey: der, GrantTokens: k.grantTokens,
	})
	if err != nil {
		return none, err
	}
	defer clear(out.SharedSecret)
	if err := answered("DeriveSharedSecret", out.KeyId, k.arn); err != nil {
		return none, err
	}
	if len(out.SharedSecret) != k.curve.SecretSize() {
		return none, fmt.Errorf("%w: kms:DeriveSharedSecret on %q gave %d bytes, which is no secret of %v: is the Public given that of the Key?",
			crypt.ErrKeys, id, len(out.SharedSecret), k.curve)
	}
	return secret.New(out.SharedSecret)
}

// seal wraps a fresh key as the sender of parties for other, the recipient.
func (k *agreement) seal(ctx context.Context, parties ecdhwrap.Parties, other *ecdh.PublicKey, b keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	z, err := k.shared(ctx, other)
	if err != nil {
		return nil, keyring.EncryptedDataKey{}, err
	}
	key := make([]byte, keyring.IntermediateKeySize)
	rand.Read(key)
	c, err := k.curve.Seal(z.Expose(), parties, b.AAD, key)
	return key, keyring.EncryptedDataKey{ProviderID: ecdhwrap.KMSID, ProviderInfo: ecdhwrap.AppendInfo(nil, parties), Ciphertext: c}, err
}

// open is the inverse, where k is either of the parties and other the other one. What cannot open costs no call.
func (k *agreement) open(ctx context.Context, parties ecdhwrap.Parties, other *ecdh.PublicKey, wrapped []byte, b keyring.Binding) ([]byte, error) {
	if len(wrapped) != ecdhwrap.WrappedSize {
		return nil, keyring.ErrUnwrap
	}
	z, err := k.shared(ctx, other)
	if err != nil {
		return nil, err
	}
	key, err := k.curve.Open(z.Expose(), parties, b.AAD, wrapped)
	if errors.Is(err, ecdhwrap.ErrOpen) {
		return nil, keyring.ErrUnwrap
	}
	return key, err
}

func (k *agreement) describe(schema string) string {
	return fmt.Sprintf("AWS KMS ECDH %q, %s on %v", k.arn, schema, k.curve)
}
