package directkms_test

import (
	"crypto/fips140"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The mode is a process's own, so the test runs itself in one.
func TestUnderFIPS140Only(t *testing.T) {
	if !fips140.Enforced() {
		testenv.Again(t, "GODEBUG=fips140=only")
		return
	}
	client := clientFunc{
		generate: func(in *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			return &kms.GenerateDataKeyOutput{KeyId: in.KeyId, CiphertextBlob: []byte("blob"), Plaintext: make([]byte, 32)}, nil
		},
		decrypt: func(in *kms.DecryptInput) (*kms.DecryptOutput, error) {
			return &kms.DecryptOutput{KeyId: in.KeyId, Plaintext: make([]byte, 32)}, nil
		},
	}
	p := newProvider(t, directkms.Config{
		Client: client, Key: "arn:aws:kms:us-east-1:111122223333:key/one", Description: map[string]string{envAlg: "AES/128", sigAlg: "HmacSHA512/128"},
	})
	written, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: "a"}, &avS{Value: "b"}))
	require.NoError(t, err)
	read, err := p.DecryptionMaterials(t.Context(), request(t, written.Description.Map(), &avS{Value: "a"}, &avS{Value: "b"}))
	require.NoError(t, err)
	assert.True(t, written.Encrypt.Equal(read.Decrypt))
}
