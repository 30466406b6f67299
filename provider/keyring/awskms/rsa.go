package awskms

import (
	"context"
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	_ "crypto/sha1" // makes the hashes available that paddings names
	_ "crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/internal/rsakey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// RSAClient is what reading with an RSA key asks of KMS. A client of the key's Region is one.
type RSAClient interface {
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

var _ RSAClient = (*kms.Client)(nil)

// RSAConfig describes a keyring of an RSA key in KMS, made to encrypt with (KeyUsage ENCRYPT_DECRYPT). At
// least one of Public and Client is required.
type RSAConfig struct {
	// Key is the ARN of the key, stored with every item. Items that name another are not for this keyring:
	// replicas of a multi-Region key are other keys. An alias is an error.
	Key string

	// Public wraps, in this process: writing calls nothing and needs no permission. [RSAPublicKey] asks KMS
	// for it. Nil: the keyring only reads.
	//
	// Warning: KMS is not asked whether it is that of Key. What is written with another, nobody can read.
	Public *rsa.PublicKey

	// Client unwraps, by one call of Decrypt for each item, which needs kms:Decrypt on Key. A policy cannot
	// bind that to a table: RSA has no encryption context in KMS. Nil: the keyring only writes.
	Client RSAClient

	// Padding is keyring.OAEPWithSHA256, the zero one, or keyring.OAEPWithSHA1: KMS has no others. It must be
	// the one that the items were written with: they do not say.
	Padding keyring.Padding

	// GrantTokens go with each call. Nil: none.
	GrantTokens []string
}

// NewRSA checks c and returns its keyring (dbesdk 2.6). It keeps nothing of c that can change, and makes no
// call.
//
// It takes items under keyring.SuiteHMAC only: set Suite of dbe.Config. Whoever has the public key can write
// items that the keyring opens, and under their own signature key, so that a signature would prove
// nothing. Where writers are not to be trusted as readers are, check who may write the table.
func NewRSA(c RSAConfig) (keyring.Keyring, error) {
	arn, err := pinned(c.Key)
	errs := []error{err, kmskey.CheckGrantTokens(c.GrantTokens)}
	w := &kmsRSA{arn: arn, client: c.Client, padding: c.Padding, grantTokens: slices.Clone(c.GrantTokens)}
	if _, ok := paddings[c.Padding]; !ok {
		errs = append(errs, fmt.Errorf("padding %v: KMS has %v and %v", c.Padding, keyring.OAEPWithSHA256, keyring.OAEPWithSHA1))
	}
	if c.Public == nil && c.Client == nil {
		errs = append(errs, errors.New("neither Public nor Client: it could neither write nor read"))
	}
	if c.Public != nil {
		if err := checkRSA(c.Public); err != nil {
			errs = append(errs, err)
		} else {
			w.public = rsakey.Copy(c.Public)
		}
	}
	if c.Client != nil {
		errs = append(errs, checkRegion(c.Client, arn.Region))
	}
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("awskms: new RSA: %w", err)
	}
	return keyring.New(w)
}

// checkRSA reports a public key that is none of KMS.
func checkRSA(k *rsa.PublicKey) error {
	if err := rsakey.Check(k); err != nil {
		return err
	}
	for _, bits := range rsaBits {
		if k.N.BitLen() == bits {
			return nil
		}
	}
	return fmt.Errorf("RSA key of %d bits: KMS has none of that size", k.N.BitLen())
}

// paddings are those of KMS.
var paddings = map[keyring.Padding]struct {
	algorithm types.EncryptionAlgorithmSpec
	hash      crypto.Hash // of MGF1, too
}{
	keyring.OAEPWithSHA256: {types.EncryptionAlgorithmSpecRsaesOaepSha256, crypto.SHA256},
	keyring.OAEPWithSHA1:   {types.EncryptionAlgorithmSpecRsaesOaepSha1, crypto.SHA1},
}

// kindRSA is the provider id of data keys that RSA keys wrapped (dbesdk 2.1).
const kindRSA = "aws-kms-rsa"

type kmsRSA struct {
	arn         kmskey.ARN
	public      *rsa.PublicKey // nil: it only reads
	client      RSAClient      // nil: it only writes
	padding     keyring.Padding
	grantTokens []string
}

var errSigned = fmt.Errorf("RSA keys of KMS take no suite with ECDSA: set Suite of dbe.Config to keyring.SuiteHMAC, %v", keyring.SuiteHMAC)

// Wrap encrypts a fresh key behind the digest of the context, which RSA in KMS has no other place for.
func (w *kmsRSA) Wrap(_ context.Context, b keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	switch {
	case w.public == nil:
		return nil, keyring.EncryptedDataKey{}, keyring.ErrOnlyReads
	case b.Suite != keyring.SuiteHMAC:
		return nil, keyring.EncryptedDataKey{}, errSigned
	}
	digest := sha512.Sum384(b.AAD)
	message := make([]byte, len(digest)+keyring.IntermediateKeySize)
	defer clear(message)
	copy(message, digest[:])
	key := message[len(digest):]
	rand.Read(key)
	hash := paddings[w.padding].hash
	c, err := rsa.EncryptOAEPWithOptions(rand.Reader, w.public, message, &rsa.OAEPOptions{Hash: hash, MGFHash: hash})
	return slices.Clone(key), keyring.EncryptedDataKey{ProviderID: kindRSA, ProviderInfo: []byte(w.arn.String()), Ciphertext: c}, err
}

// Unwrap is the inverse.
func (w *kmsRSA) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	switch {
	case wrapped.ProviderID != kindRSA || string(wrapped.ProviderInfo) != w.arn.String():
		return nil, keyring.ErrNoMatch
	case w.client == nil:
		return nil, keyring.ErrOnlyWrites
	case b.Suite != keyring.SuiteHMAC:
		return nil, fmt.Errorf("%w: %w", crypt.ErrFormat, errSigned)
	case !w.fits(len(wrapped.Ciphertext)):
		return nil, keyring.ErrUnwrap
	}
	id := w.arn.String()
	out, err := call(ctx, "Decrypt", id, w.client.Decrypt, &kms.DecryptInput{
		CiphertextBlob: wrapped.Ciphertext, EncryptionAlgorithm: paddings[w.padding].algorithm, GrantTokens: w.grantTokens, KeyId: &id,
	})
	if err != nil {
		return nil, err
	}
	defer clear(out.Plaintext)
	if err := answered("Decrypt", out.KeyId, w.arn); err != nil {
		return nil, err
	}
	digest := sha512.Sum384(b.AAD)
	if len(out.Plaintext) != len(digest)+keyring.IntermediateKeySize || // whoever has the public key may encrypt anything
		subtle.ConstantTimeCompare(out.Plaintext[:len(digest)], digest[:]) != 1 {
		return nil, keyring.ErrUnwrap
	}
	return slices.Clone(out.Plaintext[len(digest):]), nil
}

// fits reports whether the key can have made a ciphertext of n bytes: no other is sent.
func (w *kmsRSA) fits(n int) bool {
	if w.public != nil {
		return n == w.public.Size()
	}
	for _, bits := range rsaBits {
		if n == bits/8 {
			return true
		}
	}
	return false
}

// String names the key.
func (w *kmsRSA) String() string { return fmt.Sprintf("AWS KMS RSA %q with %v", w.arn, w.padding) }
