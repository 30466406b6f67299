package hierarchy

import (
	"context"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/secret"
)

// keyLength is of branch keys and beacon keys, in bytes.
const keyLength = branchkey.KeyLength

// Permissions on the KMS key.
const (
	permissionDecrypt   = "kms:Decrypt"
	permissionGenerate  = "kms:GenerateDataKeyWithoutPlaintext"
	permissionReEncrypt = "kms:ReEncryptFrom and kms:ReEncryptTo"
)

// decrypt opens the key of an item. That KMS opened it verifies every attribute.
func (s *Store) decrypt(ctx context.Context, kmsKey string, it *branchkey.Item) (secret.Key, error) {
	out, err := kmskey.Do(ctx, kmsCall("Decrypt", kmsKey), s.kms.Decrypt, &kms.DecryptInput{
		KeyId:             aws.String(kmsKey),
		CiphertextBlob:    it.Enc,
		EncryptionContext: it.Context(s.logicalName),
		GrantTokens:       s.grantTokens,
	})
	if err != nil {
		return secret.Key{}, s.kmsFailed(permissionDecrypt, kmsKey, err)
	}
	defer clear(out.Plaintext)
	if aws.ToString(out.KeyId) != kmsKey || len(out.Plaintext) != keyLength {
		return secret.Key{}, answeredOther(permissionDecrypt, kmsKey)
	}
	return secret.New(out.Plaintext)
}

// generate gives an item a new key.
func (s *Store) generate(ctx context.Context, kmsKey string, it *branchkey.Item) error {
	out, err := kmskey.Do(ctx, kmsCall("GenerateDataKeyWithoutPlaintext", kmsKey), s.kms.GenerateDataKeyWithoutPlaintext, &kms.GenerateDataKeyWithoutPlaintextInput{
		KeyId:             aws.String(kmsKey),
		NumberOfBytes:     aws.Int32(keyLength),
		EncryptionContext: it.Context(s.logicalName),
		GrantTokens:       s.grantTokens,
	})
	if err != nil {
		return s.kmsFailed(permissionGenerate, kmsKey, err)
	}
	if aws.ToString(out.KeyId) != kmsKey || !isEnc(out.CiphertextBlob) {
		return answeredOther(permissionGenerate, kmsKey)
	}
	it.Enc = out.CiphertextBlob
	return nil
}

// reEncrypt gives an item the key of another. That KMS did verifies every attribute of the other.
func (s *Store) reEncrypt(ctx context.Context, kmsKey string, from, to *branchkey.Item) error {
	out, err := kmskey.Do(ctx, kmsCall("ReEncrypt", kmsKey), s.kms.ReEncrypt, &kms.ReEncryptInput{
		SourceKeyId:                  aws.String(kmsKey),
		SourceEncryptionContext:      from.Context(s.logicalName),
		CiphertextBlob:               from.Enc,
		DestinationKeyId:             aws.String(kmsKey),
		DestinationEncryptionContext: to.Context(s.logicalName),
		GrantTokens:                  s.grantTokens,
	})
	if err != nil {
		return s.kmsFailed(permissionReEncrypt, kmsKey, err)
	}
	if aws.ToString(out.SourceKeyId) != kmsKey || aws.ToString(out.KeyId) != kmsKey || !isEnc(out.CiphertextBlob) {
		return answeredOther(permissionReEncrypt, kmsKey)
	}
	to.Enc = out.CiphertextBlob
	return nil
}

func isEnc(b []byte) bool { return len(b) > 0 && len(b) <= branchkey.MaxEnc }

func kmsCall(operation, kmsKey string) crypt.Call {
	return crypt.Call{Service: crypt.KMS, Operation: operation, Key: kmsKey}
}

func (s *Store) kmsFailed(permission, kmsKey string, err error) error {
	explained := kmskey.Explain(permission, kmsKey, err)
	if kmskey.Refused(err) {
		return fmt.Errorf("%w: %w: the stored key was altered, or put where it does not belong, or this store's LogicalName, %.128q, is not the one that it was made under", crypt.ErrAuth, explained, s.logicalName)
	}
	return fmt.Errorf("%w: %w", crypt.ErrKeys, explained)
}

func answeredOther(permission, kmsKey string) error {
	return fmt.Errorf("%w: %s on %.256q answered for another key, or no key of 32 bytes", crypt.ErrAuth, permission, kmsKey)
}
