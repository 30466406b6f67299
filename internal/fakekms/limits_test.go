package fakekms_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestLimits(t *testing.T) {
	_, arn, client := start(t)
	for name, c := range map[string]struct {
		context map[string]string
		tokens  []string
		ok      bool
	}{
		"context of 8,192 bytes": {map[string]string{"a": strings.Repeat("v", 4000), "b": strings.Repeat("w", 4190)}, nil, true},
		"context of 8,193 bytes": {map[string]string{"a": strings.Repeat("v", 4000), "b": strings.Repeat("w", 4191)}, nil, false},
		"10 grant tokens":        {nil, slices.Repeat([]string{"t"}, 10), true},
		"11 grant tokens":        {nil, slices.Repeat([]string{"t"}, 11), false},
		"long grant token":       {nil, []string{strings.Repeat("t", 8192)}, true},
		"too long grant token":   {nil, []string{strings.Repeat("t", 8193)}, false},
		"empty grant token":      {nil, []string{""}, false},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{
				KeyId: &arn, KeySpec: types.DataKeySpecAes256, EncryptionContext: c.context, GrantTokens: c.tokens,
			})
			if c.ok {
				require.NoError(t, err)
				return
			}
			isCode(t, "ValidationException", err)
		})
	}
	_, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: make([]byte, 6145)})
	isCode(t, "ValidationException", err)
	_, err = generate(t.Context(), client, strings.Repeat("k", 2049))
	isCode(t, "ValidationException", err)
	_, err = generate(t.Context(), client, "arn:aws:s3:::bucket")
	isException[*types.InvalidArnException](t, err)
}

func TestAsymmetricRefusals(t *testing.T) {
	s, arn, client := start(t)
	rsaKey := s.AddKey(fakekms.Key{Region: east, Spec: types.KeySpecRsa2048})
	ecc := s.AddKey(fakekms.Key{Region: east, Spec: types.KeySpecEccNistP256})
	encrypt := func(key string, size int, algorithm types.EncryptionAlgorithmSpec, context map[string]string) error {
		_, err := client.Encrypt(t.Context(), &kms.EncryptInput{KeyId: &key, Plaintext: make([]byte, size), EncryptionAlgorithm: algorithm, EncryptionContext: context})
		return err
	}
	assert.NoError(t, encrypt(rsaKey, 190, types.EncryptionAlgorithmSpecRsaesOaepSha256, nil))
	isCode(t, "ValidationException", encrypt(rsaKey, 191, types.EncryptionAlgorithmSpecRsaesOaepSha256, nil))
	isCode(t, "ValidationException", encrypt(rsaKey, 1, types.EncryptionAlgorithmSpecRsaesOaepSha256, orders))
	isException[*types.InvalidKeyUsageException](t, encrypt(rsaKey, 1, "", nil))
	isException[*types.InvalidKeyUsageException](t, encrypt(arn, 1, types.EncryptionAlgorithmSpecRsaesOaepSha256, nil))
	isException[*types.InvalidKeyUsageException](t, encrypt(ecc, 1, "", nil))
	_, err := client.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &rsaKey, CiphertextBlob: make([]byte, 256), EncryptionAlgorithm: types.EncryptionAlgorithmSpecRsaesOaepSha1})
	isException[*types.InvalidCiphertextException](t, err)
	_, err = client.GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: &arn})
	isException[*types.UnsupportedOperationException](t, err)

	derive := func(key string, public []byte) error {
		_, err := client.DeriveSharedSecret(t.Context(), &kms.DeriveSharedSecretInput{KeyId: &key, KeyAgreementAlgorithm: types.KeyAgreementAlgorithmSpecEcdh, PublicKey: public})
		return err
	}
	other, err := client.GetPublicKey(t.Context(), &kms.GetPublicKeyInput{KeyId: aws.String(s.AddKey(fakekms.Key{Region: east, Spec: types.KeySpecEccNistP384}))})
	require.NoError(t, err)
	isCode(t, "ValidationException", derive(ecc, other.PublicKey))
	isCode(t, "ValidationException", derive(ecc, []byte("no key")))
	isException[*types.InvalidKeyUsageException](t, derive(rsaKey, other.PublicKey))
}

// What is not implemented is refused by name.
func TestNotImplemented(t *testing.T) {
	_, arn, client := start(t)
	_, err := client.GenerateRandom(t.Context(), &kms.GenerateRandomInput{NumberOfBytes: aws.Int32(1)})
	isCode(t, "UnknownOperationException", err)
	assert.ErrorContains(t, err, "GenerateRandom")
	_, err = client.GenerateDataKey(t.Context(), &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256, DryRun: aws.Bool(true)})
	isCode(t, "NotImplementedException", err)
	assert.ErrorContains(t, err, "DryRun")
	_, err = client.CreateKey(t.Context(), &kms.CreateKeyInput{KeySpec: types.KeySpecHmac256, KeyUsage: types.KeyUsageTypeGenerateVerifyMac})
	isException[*types.UnsupportedOperationException](t, err)
}

func TestAliases(t *testing.T) {
	s, arn, client := start(t)
	for _, c := range []struct{ alias, want string }{
		{"alias/orders", ""},
		{"alias/orders/eu_1-a", ""},
		{"alias/orders", "AlreadyExistsException"},
		{"orders", "InvalidAliasNameException"},
		{"alias/", "InvalidAliasNameException"},
		{"alias/aws/dynamodb", "InvalidAliasNameException"},
		{"alias/a b", "InvalidAliasNameException"},
	} {
		_, err := client.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: &c.alias, TargetKeyId: &arn})
		if c.want == "" {
			require.NoError(t, err, c.alias)
			continue
		}
		isCode(t, c.want, err)
	}
	s.AddKey(fakekms.Key{Region: west, Aliases: []string{"alias/orders"}})
	listed, err := client.ListAliases(t.Context(), &kms.ListAliasesInput{KeyId: &arn})
	require.NoError(t, err)
	require.Len(t, listed.Aliases, 2)
	assert.Equal(t, []string{"alias/orders", "alias/orders/eu_1-a"}, []string{*listed.Aliases[0].AliasName, *listed.Aliases[1].AliasName})
}

func TestMistakesOfATestPanic(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	for name, k := range map[string]fakekms.Key{
		"no region":             {},
		"account":               {Region: east, Account: "me"},
		"id of a multi-Region":  {Region: east, ID: "mrk-1"},
		"id of no multi-Region": {Region: east, ID: "1", MultiRegion: true},
		"short material":        {Region: east, Material: make([]byte, 16)},
		"material of RSA":       {Region: east, Spec: types.KeySpecRsa2048, Material: make([]byte, 32)},
		"private key of none":   {Region: east, PrivateKey: 1},
		"wrong private key":     {Region: east, Spec: types.KeySpecEccNistP256, PrivateKey: 1},
		"spec":                  {Region: east, Spec: types.KeySpecSm2},
		"alias":                 {Region: east, Aliases: []string{"orders"}},
	} {
		assert.Panics(t, func() { s.AddKey(k) }, name)
	}
	arn := s.AddKey(fakekms.Key{Region: east, ID: "one"})
	assert.Panics(t, func() { s.AddKey(fakekms.Key{Region: east, ID: "one"}) }, "twice")
	assert.Panics(t, func() { s.Disable(arn + "x") })
}
