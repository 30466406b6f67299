package awskms

import (
	"context"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// Client is what symmetric keys need of KMS in one region, and *kms.Client is. It is safe for concurrent
// use.
type Client interface {
	GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error)
	Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error)
}

var _ Client = (*kms.Client)(nil)

// A ClientSupplier gives the client of a region, such as us-east-1: one of a role per region, say. A
// constructor calls it once for each region that its keys are in, and keeps the clients: none is made later. The
// region is "" for keys that are named by an alias or id alone, and means the caller's own. A region
// that is not meant to be used is an error, which fails the constructor.
type ClientSupplier func(region string) (Client, error)

// maxCiphertext is how many bytes KMS decrypts at most. More is not sent.
const maxCiphertext = 6144

// call makes one call to KMS, of an operation such as Decrypt on a key. Its errors are the context's, where that
// ended; keyring.ErrUnwrap where KMS had the key and refused the ciphertext; else crypt.ErrKeys. All
// but the first wrap the SDK's.
func call[I, O any](ctx context.Context, operation, key string, do func(context.Context, *I, ...func(*kms.Options)) (*O, error), in *I) (*O, error) {
	out, err := kmskey.Do(ctx, crypt.Call{Service: crypt.KMS, Operation: operation, Key: key}, do, in)
	if err == nil {
		return out, nil
	}
	if ended := ctx.Err(); ended != nil {
		return nil, fmt.Errorf("kms:%s on %.256q: %w", operation, key, ended)
	}
	explained := kmskey.Explain("kms:"+operation, key, err)
	if kmskey.Refused(err) {
		return nil, fmt.Errorf("%w: %w", keyring.ErrUnwrap, explained)
	}
	return nil, fmt.Errorf("%w: %w", crypt.ErrKeys, explained)
}

// answered reports an answer of KMS for another key than the one that was asked. No honest service gives one.
func answered(operation string, keyID *string, want kmskey.ARN) error {
	if got := aws.ToString(keyID); got != want.String() {
		return fmt.Errorf("%w: kms:%s on %v answered for the key %.256q", keyring.ErrUnwrap, operation, want, got)
	}
	return nil
}

// keyOf is the key that a stored data key of a kind of keyring names, or keyring.ErrNoMatch. Errors do not quote
// what an item says: dbe.Describe shows it.
func keyOf(kind string, wrapped keyring.EncryptedDataKey) (kmskey.ARN, error) {
	if wrapped.ProviderID != kind {
		return kmskey.ARN{}, keyring.ErrNoMatch
	}
	arn, err := kmskey.ParseARN(string(wrapped.ProviderInfo))
	if err != nil {
		return arn, fmt.Errorf("%w, which is no ARN of KMS", keyring.ErrNoMatch)
	}
	if arn.IsAlias() {
		return arn, fmt.Errorf("%w by an alias, which may point anywhere", keyring.ErrNoMatch)
	}
	return arn, nil
}

// checkRegion reports a client that is known to be of another region than key: KMS would refuse its calls.
func checkRegion(client any, region string) error {
	if given.Nil(client) {
		return errors.New("the client is nil")
	}
	c, ok := client.(interface{ Options() kms.Options })
	if !ok || region == "" {
		return nil
	}
	if of := c.Options().Region; of != "" && of != region {
		return fmt.Errorf("the client is of the region %s, the key of %s: give a client of the key's region", of, region)
	}
	return nil
}
