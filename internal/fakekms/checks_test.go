package fakekms_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// engine is a KMS under test: ours, or moto's.
type engine struct {
	require.TestingT
	context.Context
	client func(region string) *kms.Client
}

const (
	east = "us-east-1"
	west = "us-west-2"
)

// check is one thing that a KMS does, tried through the SDK's client. It makes its own keys.
type check struct {
	name string
	run  func(engine)
	moto string // what moto answers instead, found in how the check fails on it; "" where moto agrees
}

// checks are the twenty of the comparison of engines.
var checks = []check{
	{"CreateKey, CreateAlias, DescribeKey by id, ARN, alias and alias ARN", describes, ""},
	{"GenerateDataKey by KeySpec and by NumberOfBytes, not by both or neither", generates, ""},
	{"Decrypt with and without KeyId", decrypts, "EncryptionAlgorithm"}, // opens, and names no algorithm
	{"another or a missing context: InvalidCiphertextException", refusesContexts, ""},
	{"a wrong KeyId: IncorrectKeyException", refusesKeys, "api error AccessDeniedException"},
	{"a damaged ciphertext: InvalidCiphertextException", refusesDamage, "api error AccessDeniedException"}, // where the damage is in the key's id
	{"Encrypt takes 4,096 bytes and no more", encrypts, ""},
	{"GenerateDataKeyWithoutPlaintext", generatesWithoutPlaintext, ""},
	{"ReEncrypt: same key, new context", reEncryptsContext, ""},
	{"ReEncrypt: another key", reEncryptsKey, ""},
	{"ReEncrypt: wrong source context", refusesReEncryption, ""},
	{"RSA_2048, both hashes", rsaOf(types.KeySpecRsa2048), "crypto/rsa"}, // is AES underneath: what its public key encrypts does not open
	{"RSA_4096, both hashes", rsaOf(types.KeySpecRsa4096), "crypto/rsa"},
	{"DeriveSharedSecret on P-256", derivesOn(types.KeySpecEccNistP256), "StatusCode: 500"}, // is not implemented
	{"DeriveSharedSecret on P-384", derivesOn(types.KeySpecEccNistP384), "StatusCode: 500"},
	{"DeriveSharedSecret on P-521", derivesOn(types.KeySpecEccNistP521), "StatusCode: 500"},
	{"a multi-Region key opens in either region", replicates, "api error AccessDeniedException"},                        // cuts the longer id of such a key, and finds none
	{"no such key: NotFoundException; a disabled one: DisabledException", refusesState, "DisabledException, not <nil>"}, // a disabled key works
	{"GenerateDataKey with an RSA key: InvalidKeyUsageException", refusesUsage, "InvalidKeyUsageException, not <nil>"},  // makes one
	{"16 goroutines", concurrent, ""},
}

// newKey returns the ARN of a key made through the API.
func (e engine) newKey(in kms.CreateKeyInput) string {
	made, err := e.client(east).CreateKey(e, &in)
	require.NoError(e, err)
	return *made.KeyMetadata.Arn
}

// idOf is the id in a key's ARN: moto manages keys by nothing else.
func idOf(arn string) *string { return aws.String(arn[strings.LastIndexByte(arn, '/')+1:]) }

func (e engine) symmetric() string { return e.newKey(kms.CreateKeyInput{}) }

func (e engine) asymmetric(spec types.KeySpec, usage types.KeyUsageType) string {
	return e.newKey(kms.CreateKeyInput{KeySpec: spec, KeyUsage: usage})
}

// dataKey is a new data key of 32 bytes.
func (e engine) dataKey(key string, context map[string]string) *kms.GenerateDataKeyOutput {
	made, err := e.client(east).GenerateDataKey(e, &kms.GenerateDataKeyInput{KeyId: &key, KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
	require.NoError(e, err)
	require.Len(e, made.Plaintext, 32)
	return made
}

func (e engine) decrypt(key *string, ciphertext []byte, context map[string]string) ([]byte, error) {
	out, err := e.client(east).Decrypt(e, &kms.DecryptInput{KeyId: key, CiphertextBlob: ciphertext, EncryptionContext: context})
	if err != nil {
		return nil, err
	}
	return out.Plaintext, nil
}

// isException requires err to be the SDK's type of an exception.
func isException[E error](t require.TestingT, err error) {
	_, ok := errors.AsType[E](err)
	require.True(t, ok, "%T, not %v", *new(E), err)
}

// isCode requires err to be an exception that has no type in the SDK.
func isCode(t require.TestingT, want string, err error) {
	e, ok := errors.AsType[smithy.APIError](err)
	require.True(t, ok, "%v", err)
	require.Equal(t, want, e.ErrorCode())
}

var orders = map[string]string{"table": "orders", "tenant": "ü"}

func describes(e engine) {
	client := e.client(east)
	arn := e.symmetric()
	alias := "alias/" + rand.Text()
	_, err := client.CreateAlias(e, &kms.CreateAliasInput{AliasName: &alias, TargetKeyId: &arn})
	require.NoError(e, err)
	byARN, err := client.DescribeKey(e, &kms.DescribeKeyInput{KeyId: &arn})
	require.NoError(e, err)
	aliasARN := arn[:len(arn)-len("key/"+*byARN.KeyMetadata.KeyId)] + alias
	for _, id := range []string{*byARN.KeyMetadata.KeyId, alias, aliasARN} {
		got, err := client.DescribeKey(e, &kms.DescribeKeyInput{KeyId: &id})
		require.NoError(e, err, id)
		assert.Equal(e, byARN.KeyMetadata, got.KeyMetadata, id)
	}
	assert.Equal(e, types.KeyStateEnabled, byARN.KeyMetadata.KeyState)
	assert.Equal(e, types.KeySpecSymmetricDefault, byARN.KeyMetadata.KeySpec)
}

func generates(e engine) {
	arn := e.symmetric()
	for name, c := range map[string]struct {
		spec  types.DataKeySpec
		bytes *int32
		want  int
	}{
		"AES_128": {types.DataKeySpecAes128, nil, 16},
		"AES_256": {types.DataKeySpecAes256, nil, 32},
		"1 byte":  {"", aws.Int32(1), 1},
		"1024":    {"", aws.Int32(1024), 1024},
		"1025":    {"", aws.Int32(1025), 0},
		"both":    {types.DataKeySpecAes256, aws.Int32(32), 0},
		"neither": {"", nil, 0},
	} {
		got, err := e.client(east).GenerateDataKey(e, &kms.GenerateDataKeyInput{
			KeyId: &arn, KeySpec: c.spec, NumberOfBytes: c.bytes, EncryptionContext: orders, GrantTokens: []string{"token"},
		})
		if c.want == 0 {
			isCode(e, "ValidationException", err)
			continue
		}
		require.NoError(e, err, name)
		assert.Len(e, got.Plaintext, c.want, name)
		assert.Equal(e, arn, *got.KeyId, name)
		plaintext, err := e.decrypt(nil, got.CiphertextBlob, orders)
		require.NoError(e, err, name)
		assert.Equal(e, got.Plaintext, plaintext, name)
	}
}

func decrypts(e engine) {
	arn := e.symmetric()
	made := e.dataKey(arn, orders)
	for _, key := range []*string{nil, &arn} {
		out, err := e.client(east).Decrypt(e, &kms.DecryptInput{KeyId: key, CiphertextBlob: made.CiphertextBlob, EncryptionContext: orders})
		require.NoError(e, err)
		assert.Equal(e, made.Plaintext, out.Plaintext)
		assert.Equal(e, arn, *out.KeyId)
		assert.Equal(e, types.EncryptionAlgorithmSpecSymmetricDefault, out.EncryptionAlgorithm, "EncryptionAlgorithm")
	}
}

func refusesContexts(e engine) {
	made := e.dataKey(e.symmetric(), orders)
	for _, context := range []map[string]string{nil, {"table": "orders"}, {"table": "orders", "tenant": "u"}, {"table": "ordersü", "tenant": ""}} {
		_, err := e.decrypt(made.KeyId, made.CiphertextBlob, context)
		isException[*types.InvalidCiphertextException](e, err)
	}
}

func refusesKeys(e engine) {
	made, other := e.dataKey(e.symmetric(), nil), e.symmetric()
	_, err := e.decrypt(&other, made.CiphertextBlob, nil)
	isException[*types.IncorrectKeyException](e, err)
}

func refusesDamage(e engine) {
	made := e.dataKey(e.symmetric(), nil)
	for i := range made.CiphertextBlob {
		flipped := bytes.Clone(made.CiphertextBlob)
		flipped[i] ^= 1
		_, err := e.decrypt(made.KeyId, flipped, nil)
		isException[*types.InvalidCiphertextException](e, err)
	}
	for _, damaged := range [][]byte{made.CiphertextBlob[:1], made.CiphertextBlob[:len(made.CiphertextBlob)-1], append(bytes.Clone(made.CiphertextBlob), 0), []byte(rand.Text())} {
		_, err := e.decrypt(nil, damaged, nil)
		isException[*types.InvalidCiphertextException](e, err)
	}
}

func encrypts(e engine) {
	arn := e.symmetric()
	most := bytes.Repeat([]byte{7}, 4096)
	made, err := e.client(east).Encrypt(e, &kms.EncryptInput{KeyId: &arn, Plaintext: most, EncryptionContext: orders})
	require.NoError(e, err)
	plaintext, err := e.decrypt(&arn, made.CiphertextBlob, orders)
	require.NoError(e, err)
	assert.Equal(e, most, plaintext)
	_, err = e.client(east).Encrypt(e, &kms.EncryptInput{KeyId: &arn, Plaintext: append(most, 7)})
	isCode(e, "ValidationException", err)
}

func generatesWithoutPlaintext(e engine) {
	arn := e.symmetric()
	made, err := e.client(east).GenerateDataKeyWithoutPlaintext(e, &kms.GenerateDataKeyWithoutPlaintextInput{KeyId: &arn, NumberOfBytes: aws.Int32(48), EncryptionContext: orders})
	require.NoError(e, err)
	assert.Equal(e, arn, *made.KeyId)
	plaintext, err := e.decrypt(&arn, made.CiphertextBlob, orders)
	require.NoError(e, err)
	assert.Len(e, plaintext, 48)
}

func reEncryptsContext(e engine) {
	made := e.dataKey(e.symmetric(), orders)
	again, err := e.client(east).ReEncrypt(e, &kms.ReEncryptInput{
		CiphertextBlob: made.CiphertextBlob, SourceKeyId: made.KeyId, DestinationKeyId: made.KeyId,
		SourceEncryptionContext: orders, DestinationEncryptionContext: map[string]string{"table": "new"},
	})
	require.NoError(e, err)
	plaintext, err := e.decrypt(made.KeyId, again.CiphertextBlob, map[string]string{"table": "new"})
	require.NoError(e, err)
	assert.Equal(e, made.Plaintext, plaintext)
	_, err = e.decrypt(made.KeyId, again.CiphertextBlob, orders)
	isException[*types.InvalidCiphertextException](e, err)
}

func reEncryptsKey(e engine) {
	made, other := e.dataKey(e.symmetric(), orders), e.symmetric()
	again, err := e.client(east).ReEncrypt(e, &kms.ReEncryptInput{CiphertextBlob: made.CiphertextBlob, DestinationKeyId: &other, SourceEncryptionContext: orders})
	require.NoError(e, err)
	assert.Equal(e, []string{*made.KeyId, other}, []string{*again.SourceKeyId, *again.KeyId})
	plaintext, err := e.decrypt(&other, again.CiphertextBlob, nil)
	require.NoError(e, err)
	assert.Equal(e, made.Plaintext, plaintext)
}

func refusesReEncryption(e engine) {
	made := e.dataKey(e.symmetric(), orders)
	_, err := e.client(east).ReEncrypt(e, &kms.ReEncryptInput{CiphertextBlob: made.CiphertextBlob, DestinationKeyId: made.KeyId})
	isException[*types.InvalidCiphertextException](e, err)
}

func replicates(e engine) {
	made := e.dataKey(e.newKey(kms.CreateKeyInput{MultiRegion: aws.Bool(true)}), orders)
	replica, err := e.client(east).ReplicateKey(e, &kms.ReplicateKeyInput{KeyId: idOf(*made.KeyId), ReplicaRegion: aws.String(west)})
	require.NoError(e, err)
	for region, arn := range map[string]*string{east: made.KeyId, west: replica.ReplicaKeyMetadata.Arn} {
		for _, key := range []*string{nil, arn} {
			out, err := e.client(region).Decrypt(e, &kms.DecryptInput{KeyId: key, CiphertextBlob: made.CiphertextBlob, EncryptionContext: orders})
			require.NoError(e, err)
			assert.Equal(e, made.Plaintext, out.Plaintext)
			assert.Equal(e, *arn, *out.KeyId)
		}
	}
}

func refusesState(e engine) {
	made := e.dataKey(e.symmetric(), nil)
	_, err := e.decrypt(aws.String("11111111-2222-4333-8444-555555555555"), made.CiphertextBlob, nil)
	isException[*types.NotFoundException](e, err)
	_, err = e.client(east).DisableKey(e, &kms.DisableKeyInput{KeyId: idOf(*made.KeyId)})
	require.NoError(e, err)
	_, err = e.decrypt(made.KeyId, made.CiphertextBlob, nil)
	isException[*types.DisabledException](e, err)
	_, err = e.client(east).EnableKey(e, &kms.EnableKeyInput{KeyId: idOf(*made.KeyId)})
	require.NoError(e, err)
	_, err = e.decrypt(made.KeyId, made.CiphertextBlob, nil)
	require.NoError(e, err)
}

func refusesUsage(e engine) {
	arn := e.asymmetric(types.KeySpecRsa2048, types.KeyUsageTypeEncryptDecrypt)
	_, err := e.client(east).GenerateDataKey(e, &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256})
	isException[*types.InvalidKeyUsageException](e, err)
}

func concurrent(e engine) {
	arn := e.symmetric()
	var wg sync.WaitGroup
	failed := make([]error, 16)
	for i := range failed {
		wg.Go(func() {
			context := map[string]string{"goroutine": fmt.Sprint(i)}
			for range 8 {
				made, err := e.client(east).GenerateDataKey(e, &kms.GenerateDataKeyInput{KeyId: &arn, KeySpec: types.DataKeySpecAes256, EncryptionContext: context})
				if err != nil {
					failed[i] = err
					return
				}
				plaintext, err := e.decrypt(&arn, made.CiphertextBlob, context)
				if err != nil || !slices.Equal(plaintext, made.Plaintext) {
					failed[i] = fmt.Errorf("decrypted %t: %w", err == nil, err)
					return
				}
			}
		})
	}
	wg.Wait()
	require.NoError(e, errors.Join(failed...))
}
