package awskms

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// kindKMS is the provider id of data keys that symmetric keys wrapped (dbesdk 2.1).
const kindKMS = "aws-kms"

// maxContext is how many bytes of names and values KMS takes in an encryption context.
const maxContext = 8192

// checkContext reports a context that KMS refuses. Some of it is stored in the item, for whoever can write that
// to fill up: KMS is not asked, since its refusal would look like an outage.
func checkContext(context map[string]string) error {
	size := 0
	for name, value := range context {
		size += len(name) + len(value)
	}
	if size > maxContext {
		return fmt.Errorf("%w: the encryption context is of %d bytes, and KMS takes no more than %d: have shorter values in it, or fewer attributes of crypt.SignContext", crypt.ErrFormat, size, maxContext)
	}
	return nil
}

// generate has KMS make and wrap an intermediate key under the key of that id, which the answer must name by an
// ARN that may be it.
func generate(ctx context.Context, client Client, id string, grantTokens []string, b keyring.Binding, mayBe func(kmskey.ARN) bool) (_ []byte, none keyring.EncryptedDataKey, _ error) {
	const operation = "GenerateDataKey"
	if err := checkContext(b.Context); err != nil {
		return nil, none, err
	}
	out, err := call(ctx, operation, id, client.GenerateDataKey, &kms.GenerateDataKeyInput{
		KeyId: aws.String(id), NumberOfBytes: aws.Int32(keyring.IntermediateKeySize), EncryptionContext: b.Context, GrantTokens: grantTokens,
	})
	if err != nil {
		return nil, none, err
	}
	arn, err := kmskey.ParseARN(aws.ToString(out.KeyId))
	switch {
	case err == nil && (!isKey(arn) || !mayBe(arn)):
		err = fmt.Errorf("it answered for the key %q", arn)
	case err == nil && (len(out.Plaintext) != keyring.IntermediateKeySize || len(out.CiphertextBlob) == 0 || len(out.CiphertextBlob) > maxCiphertext):
		err = fmt.Errorf("it answered with a key of %d bytes, wrapped in %d", len(out.Plaintext), len(out.CiphertextBlob))
	}
	if err != nil {
		clear(out.Plaintext)
		return nil, none, fmt.Errorf("%w: kms:%s on %.256q: %w", crypt.ErrKeys, operation, id, err)
	}
	return out.Plaintext, keyring.EncryptedDataKey{ProviderID: kindKMS, ProviderInfo: []byte(arn.String()), Ciphertext: out.CiphertextBlob}, nil
}

// decrypt has KMS unwrap an intermediate key under arn and no other key.
func decrypt(ctx context.Context, client Client, arn kmskey.ARN, grantTokens []string, ciphertext []byte, b keyring.Binding) ([]byte, error) {
	if len(ciphertext) > maxCiphertext {
		return nil, fmt.Errorf("%w: of %d bytes, and KMS decrypts no more than %d", keyring.ErrUnwrap, len(ciphertext), maxCiphertext)
	}
	if err := checkContext(b.Context); err != nil {
		return nil, err
	}
	id := arn.String()
	out, err := call(ctx, "Decrypt", id, client.Decrypt, &kms.DecryptInput{
		KeyId: aws.String(id), CiphertextBlob: ciphertext, EncryptionContext: b.Context, GrantTokens: grantTokens,
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
