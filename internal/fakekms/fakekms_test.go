package fakekms_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDataKeyRoundTrip(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	arn := s.AddKey(fakekms.Key{Region: "us-east-1", Aliases: []string{"alias/a"}})
	client := s.Client("us-east-1")
	context := map[string]string{"table": "orders"}
	made, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: aws.String("alias/a"), KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
	require.NoError(t, err)
	assert.Equal(t, arn, *made.KeyId)
	got, err := s.ClientOf("444455556666", "us-east-1").Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: made.CiphertextBlob, EncryptionContext: context})
	require.NoError(t, err)
	assert.Equal(t, made.Plaintext, got.Plaintext)
	_, err = client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
	var wrong *types.InvalidCiphertextException
	require.ErrorAs(t, err, &wrong)
	calls := s.Calls()
	require.Len(t, calls, 3)
	assert.Equal(t, fakekms.Call{Operation: "GenerateDataKey", KeyID: arn, RequestedKeyID: "alias/a", Region: "us-east-1", Account: fakekms.Account, Context: context}, calls[0])
	assert.Equal(t, "InvalidCiphertextException", calls[2].Err)

	s.Inject(fakekms.Fault{Operation: "Decrypt", Kind: fakekms.LostAnswer})
	_, err = client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob, EncryptionContext: context})
	require.Error(t, err)
}
