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
)

// DescribeClient is what [KeyARN] needs of KMS, and *kms.Client is.
type DescribeClient interface {
	DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error)
}

var _ DescribeClient = (*kms.Client)(nil)

// KeyARN returns the ARN of the key that an alias, the ARN of an alias or an id names at this moment, as
// Config.Keys takes it. It costs one call, which takes the permission kms:DescribeKey; the ARN of a key is
// returned as it is, without one. An error wraps crypt.ErrKeys if KMS did not answer or refused.
//
// Call it when a program starts, and mind what that means: whoever may move the alias says which key is read with
// from the next start on, and items under the key it named before are read no more. A program that must go
// on reading them names both keys by ARN.
func KeyARN(ctx context.Context, client DescribeClient, id string) (string, error) {
	parsed, err := parseID(id)
	if err == nil && given.Nil(client) {
		err = errors.New("no client")
	}
	if err != nil {
		return "", fmt.Errorf("awskms: ARN of a key: %w", err)
	}
	if isKey(parsed) {
		return id, nil
	}
	out, err := call(ctx, "DescribeKey", id, client.DescribeKey, &kms.DescribeKeyInput{KeyId: aws.String(id)})
	if err != nil {
		return "", fmt.Errorf("awskms: ARN of a key: %w", err)
	}
	var got string
	if out.KeyMetadata != nil {
		got = aws.ToString(out.KeyMetadata.Arn)
	}
	arn, err := kmskey.ParseARN(got)
	if err != nil || !isKey(arn) || !mayBe(id, parsed, arn) {
		return "", fmt.Errorf("awskms: ARN of a key: %w: kms:DescribeKey on %.256q answered for the key %.256q", crypt.ErrKeys, id, got)
	}
	return arn.String(), nil
}
