package awskms

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// kindKMS is the provider id of data keys that symmetric keys wrapped (dbesdk 2.1).
const kindKMS = "aws-kms"

// decrypt has KMS unwrap an intermediate key under arn and no other key.
func decrypt(ctx context.Context, client Client, arn kmskey.ARN, grantTokens []string, ciphertext []byte, b keyring.Binding) ([]byte, error) {
	if len(ciphertext) > maxCiphertext {
		return nil, fmt.Errorf("%w: of %d bytes, and KMS decrypts no more than %d", keyring.ErrUnwrap, len(ciphertext), maxCiphertext)
	}
	id := arn.String()
	out, err := call(ctx, "Decrypt", id, func(ctx context.Context) (*kms.DecryptOutput, error) {
		return client.Decrypt(ctx, &kms.DecryptInput{
			CiphertextBlob: ciphertext, EncryptionContext: b.Context, GrantTokens: grantTokens, KeyId: aws.String(id),
		})
	})
	if err != nil {
		return nil, err
	}
	err = answered("Decrypt", out.KeyId, arn)
	if err == nil && len(out.Plaintext) != keyring.IntermediateKeySize {
		err = fmt.Errorf("%w: kms:Decrypt on %q gave %d bytes, which is no key of the format", keyring.ErrUnwrap, id, len(out.Plaintext))
	}
	if err != nil {
		clear(out.Plaintext)
		return nil, err
	}
	return out.Plaintext, nil
}
