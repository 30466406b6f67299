package awskms

import (
	"context"
	"crypto/ecdh"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/internal/ecdhwrap"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/internal/point"
	"github.com/dynaseal/ddb/provider/keyring"
)

// ECDHClient is what ECDH keyrings ask of KMS. A client of the key's Region is one.
type ECDHClient interface {
	DeriveSharedSecret(context.Context, *kms.DeriveSharedSecretInput, ...func(*kms.Options)) (*kms.DeriveSharedSecretOutput, error)
}

var _ ECDHClient = (*kms.Client)(nil)

// ECDHConfig describes a keyring of one's own elliptic curve key in KMS, on P-256, P-384 or P-521 and made to
// agree with (KeyUsage KEY_AGREEMENT). KMS in China also has keys on SM2, which Go has not.
type ECDHConfig struct {
	// Key is the ARN of the key. Items do not name it: they hold public keys. An alias is an error.
	Key string

	// Public is its public half, which [ECDHPublicKey] asks KMS for. Required.
	//
	// Warning: KMS is not asked whether it is that of Key. What is written with another, nobody but the
	// writer can read.
	Public *ecdh.PublicKey

	// Client derives the secret that Key shares with another key, which needs kms:DeriveSharedSecret on Key. A
	// policy cannot bind that to a table: it is not told of one. Required.
	Client ECDHClient

	// KeepSecrets is how long a secret is used once it was derived, and so how long at most a
	// permission withdrawn or a key disabled goes unnoticed. 0: not kept, each item that is written or read
	// is a call. In its last tenth it is derived anew in the background, of which a refusal by KMS ends it
	// at once, while an outage leaves it the rest of its time. NewECDHDiscovery keeps those of 256 senders.
	// Who takes a secret out of a process's memory can read and write what the two keys protect for good, with
	// or without the permission.
	KeepSecrets time.Duration

	// GrantTokens go with each call. Nil: none.
	GrantTokens []string
}

// NewECDH returns the keyring of one's own key and the public key of the other side, on the same curve
// (dbesdk 2.7, KmsPrivateKeyToStaticPublicKey). It writes for the other side to read, and reads what either
// side wrote for the other. The other key may be in another KMS, or none: items are those of
// keyring.RawECDHStatic. It keeps nothing of c that can change, and makes no call.
func NewECDH(c ECDHConfig, other *ecdh.PublicKey) (keyring.Keyring, error) {
	k, err := newAgreement(c)
	if other == nil || err == nil && other.Curve() != c.Public.Curve() {
		err = errors.Join(err, errors.New("no public key of the other side on the same curve"))
	}
	if err != nil {
		return nil, fmt.Errorf("awskms: new ECDH: %w", err)
	}
	return keyring.New(&ecdhStatic{ecdhwrap.Parties{Sender: k.public, Recipient: compress(other)}, other, k})
}

// NewECDHDiscovery returns the keyring that reads what anyone wrote for the owner of the key (dbesdk 2.7,
// KmsPublicKeyDiscovery), with a key of KMS or with keyring.RawECDHStatic and keyring.RawECDHEphemeral. It does
// not write. Who wrote an item is not checked: anyone who has the public key could have. It keeps nothing
// of c that can change, and makes no call.
func NewECDHDiscovery(c ECDHConfig) (keyring.Keyring, error) {
	k, err := newAgreement(c)
	if err != nil {
		return nil, fmt.Errorf("awskms: new ECDH, discovery: %w", err)
	}
	return keyring.New(&ecdhDiscovery{k})
}

func newAgreement(c ECDHConfig) (*agreement, error) {
	arn, err := pinned(c.Key)
	errs := []error{err, kmskey.CheckGrantTokens(c.GrantTokens), checkRegion(c.Client, arn.Region)}
	k := &agreement{arn: arn, client: c.Client, grantTokens: slices.Clone(c.GrantTokens)}
	if c.Public == nil {
		errs = append(errs, errors.New("no Public: ECDHPublicKey asks KMS for it"))
	} else if curve, ok := ecdhwrap.CurveOf(c.Public.Curve()); ok {
		k.curve, k.public = curve, compress(c.Public)
	} else {
		errs = append(errs, errors.New("the public key is not on one of P-256, P-384, P-521"))
	}
	if c.KeepSecrets < 0 {
		errs = append(errs, fmt.Errorf("KeepSecrets is %v: give 0 to keep none", c.KeepSecrets))
	}
	if c.KeepSecrets > 0 {
		k.keep(c.KeepSecrets)
	}
	return k, errors.Join(errs...)
}

func compress(k *ecdh.PublicKey) []byte { return point.Compress(k.Bytes()) }

// ecdhStatic wraps for one other key.
type ecdhStatic struct {
	ecdhwrap.Parties
	other *ecdh.PublicKey
	*agreement
}

// Wrap wraps a fresh key.
func (w *ecdhStatic) Wrap(ctx context.Context, b keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	return w.seal(ctx, w.Parties, w.other, b)
}

// Unwrap is the inverse. The key that KMS agrees with is the one configured, whatever the item holds.
func (w *ecdhStatic) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	parties, ok := w.curve.ParseKey(wrapped.ProviderID, wrapped.ProviderInfo)
	if !ok || !w.Are(parties) {
		return nil, keyring.ErrNoMatch
	}
	return w.open(ctx, parties, w.other, wrapped.Ciphertext, b)
}

// String names key, schema and curve.
func (w *ecdhStatic) String() string { return w.describe("static") }

// ecdhDiscovery unwraps what any key wrapped.
type ecdhDiscovery struct{ *agreement }

// Wrap fails: there is nobody to write for.
func (*ecdhDiscovery) Wrap(context.Context, keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	return nil, keyring.EncryptedDataKey{}, keyring.ErrOnlyReads
}

// Unwrap has KMS agree with the key that the item names, once that is seen to be a point on the curve.
func (w *ecdhDiscovery) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	parties, ok := w.curve.ParseKey(wrapped.ProviderID, wrapped.ProviderInfo)
	if !ok || string(parties.Recipient) != string(w.public) {
		return nil, keyring.ErrNoMatch
	}
	sender, ok := w.curve.Decompress(parties.Sender)
	if !ok {
		return nil, keyring.ErrUnwrap
	}
	return w.open(ctx, parties, sender, wrapped.Ciphertext, b)
}

// String names key, schema and curve.
func (w *ecdhDiscovery) String() string { return w.describe("discovery") }
