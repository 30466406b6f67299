package fakekms_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestChecks(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	passed := 0
	for _, c := range checks {
		if t.Run(c.name, func(t *testing.T) {
			c.run(engine{t, t.Context(), func(region string) *kms.Client { return s.Client(region) }})
		}) {
			passed++
		}
	}
	assert.Equal(t, 20, passed)
}

const knownBlob = "01004b61726e3a6177733a6b6d733a75732d656173742d313a3131313132323232333333333a6b65792f313131313131" +
	"31312d323232322d343333332d383434342d353535353535353535353535891ddb675fa67598eb1ee0481d0f220ca30e" +
	"42b68ce4f0954bfa4459f3677573f81e3918d88eae46e8a0b69d46ba11515f87"

// A ciphertext of a key with fixed material: the format of ciphertexts does not change, and another
// server opens it.
func TestKnownAnswer(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	arn := s.AddKey(fakekms.Key{Region: east, ID: "11111111-2222-4333-8444-555555555555", Material: bytes.Repeat([]byte{7}, 32)})
	blob, err := hex.DecodeString(knownBlob)
	require.NoError(t, err)
	got, err := s.Client(east).Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: blob, EncryptionContext: orders})
	require.NoError(t, err)
	assert.Equal(t, "a known answer", string(got.Plaintext))
	assert.Equal(t, arn, *got.KeyId)
}

func TestCallsOverHTTP(t *testing.T) {
	s, arn, client := start(t)
	_, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256, EncryptionContext: orders, GrantTokens: []string{"t"}})
	require.NoError(t, err)
	made, err := generate(t.Context(), client, arn)
	require.NoError(t, err)
	other := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/other"}})
	_, err = client.ReEncrypt(t.Context(), &kms.ReEncryptInput{CiphertextBlob: made.CiphertextBlob, DestinationKeyId: aws.String("alias/other"), DestinationEncryptionContext: orders})
	require.NoError(t, err)
	answer, err := http.Get(s.URL() + "/calls")
	require.NoError(t, err)
	defer func() { _ = answer.Body.Close() }()
	var got []fakekms.Call
	require.NoError(t, json.NewDecoder(answer.Body).Decode(&got))
	assert.Equal(t, s.Calls(), got)
	assert.Equal(t, []fakekms.Call{
		{Operation: "GenerateDataKey", KeyID: arn, RequestedKeyID: arn, Region: east, Account: fakekms.Account, Context: orders, GrantTokens: []string{"t"}},
		{Operation: "GenerateDataKey", KeyID: arn, RequestedKeyID: arn, Region: east, Account: fakekms.Account},
		{Operation: "ReEncrypt", KeyID: arn, Region: east, Account: fakekms.Account, DestinationKeyID: other, RequestedDestination: "alias/other", DestinationContext: orders},
	}, got)
	s.ResetCalls()
	assert.Empty(t, s.Calls())
}
