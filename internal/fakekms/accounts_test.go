package fakekms_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const stranger = "444455556666"

// A stranger's key can be used by ARN, with and without naming it: what a reader must guard against.
func TestKeysOfAnotherAccount(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	arn := s.AddKey(fakekms.Key{Region: east, Account: stranger, Aliases: []string{"alias/theirs"}})
	assert.True(t, strings.HasPrefix(arn, "arn:aws:kms:us-east-1:444455556666:key/"), arn)
	id := idOf(arn)
	theirs, ours := s.ClientOf(stranger, east), s.Client(east)
	made, err := generate(t.Context(), theirs, *id)
	require.NoError(t, err)

	for _, key := range []*string{&arn, nil, aws.String(strings.Replace(arn, "key/"+*id, "alias/theirs", 1))} {
		out, err := ours.Decrypt(t.Context(), &kms.DecryptInput{KeyId: key, CiphertextBlob: made.CiphertextBlob})
		require.NoError(t, err)
		assert.Equal(t, arn, *out.KeyId)
	}
	for _, key := range []*string{id, aws.String("alias/theirs")} {
		_, err := ours.Decrypt(t.Context(), &kms.DecryptInput{KeyId: key, CiphertextBlob: made.CiphertextBlob})
		isException[*types.NotFoundException](t, err)
	}
	_, err = ours.DisableKey(t.Context(), &kms.DisableKeyInput{KeyId: &arn})
	isCode(t, "AccessDeniedException", err)
	assert.Equal(t, []string{stranger, fakekms.Account}, []string{s.Calls()[0].Account, s.Calls()[1].Account})
}

func TestDeny(t *testing.T) {
	s, arn, ours := start(t)
	theirs := s.ClientOf(stranger, east)
	made, err := generate(t.Context(), ours, arn)
	require.NoError(t, err)
	opens := func(client *kms.Client) bool {
		_, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
		if err != nil {
			isCode(t, "AccessDeniedException", err)
			assert.ErrorContains(t, err, "kms:Decrypt on resource: "+arn)
		}
		return err == nil
	}
	assert.True(t, opens(theirs))
	s.Deny(arn, "Decrypt", stranger)
	assert.False(t, opens(theirs))
	assert.True(t, opens(ours))
	_, err = generate(t.Context(), theirs, arn)
	assert.NoError(t, err, "another permission")
	s.Deny(arn, "Decrypt")
	assert.False(t, opens(ours))
	s.Allow(arn, "Decrypt")
	assert.True(t, opens(ours))
	assert.True(t, opens(theirs))

	s.Deny(arn, "ReEncryptFrom")
	_, err = ours.ReEncrypt(t.Context(), &kms.ReEncryptInput{CiphertextBlob: made.CiphertextBlob, DestinationKeyId: &arn})
	assert.ErrorContains(t, err, "kms:ReEncryptFrom")
	s.Deny(arn, "DescribeKey")
	_, err = ours.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &arn})
	assert.ErrorContains(t, err, "kms:DescribeKey")
	assert.Panics(t, func() { s.Deny("alias/a", "Decrypt") })
}

func TestStates(t *testing.T) {
	s, arn, client := start(t)
	s.Disable(arn)
	_, err := generate(t.Context(), client, arn)
	isException[*types.DisabledException](t, err)
	s.ScheduleDeletion(arn)
	_, err = generate(t.Context(), client, arn)
	isException[*types.KMSInvalidStateException](t, err)
	described, err := client.DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &arn})
	require.NoError(t, err)
	assert.Equal(t, types.KeyStatePendingDeletion, described.KeyMetadata.KeyState)
	s.Enable(arn)
	_, err = generate(t.Context(), client, arn)
	assert.NoError(t, err)
}

func TestRegions(t *testing.T) {
	s, arn, client := start(t)
	made, err := generate(t.Context(), client, arn)
	require.NoError(t, err)
	elsewhere := s.Client(west)
	_, err = elsewhere.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: made.CiphertextBlob})
	isException[*types.NotFoundException](t, err)
	_, err = elsewhere.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
	isCode(t, "AccessDeniedException", err)
	byPath := s.Client(west, func(o *kms.Options) { o.BaseEndpoint = aws.String(s.URL() + "/" + east) })
	_, err = byPath.Decrypt(t.Context(), &kms.DecryptInput{KeyId: &arn, CiphertextBlob: made.CiphertextBlob})
	require.NoError(t, err, "the path's region holds")
	var seen []string
	for _, c := range s.Calls() {
		seen = append(seen, c.Region)
	}
	assert.Equal(t, []string{east, west, west, east}, seen)
	assert.True(t, strings.HasPrefix(s.AddKey(fakekms.Key{Region: "cn-north-1"}), "arn:aws-cn:kms:cn-north-1:"))
}

func TestReplicas(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	primary := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	replica := s.Replicate(primary, west)
	assert.Equal(t, strings.Replace(primary, east, west, 1), replica)
	made, err := generate(t.Context(), s.Client(west), replica)
	require.NoError(t, err)
	back, err := s.Client(east).Decrypt(t.Context(), &kms.DecryptInput{KeyId: &primary, CiphertextBlob: made.CiphertextBlob})
	require.NoError(t, err)
	assert.Equal(t, made.Plaintext, back.Plaintext)
	assert.Equal(t, primary, *back.KeyId)

	described, err := s.Client(west).DescribeKey(t.Context(), &kms.DescribeKeyInput{KeyId: &replica})
	require.NoError(t, err)
	assert.Equal(t, &types.MultiRegionConfiguration{
		MultiRegionKeyType: types.MultiRegionKeyTypeReplica,
		PrimaryKey:         &types.MultiRegionKey{Arn: &primary, Region: aws.String(east)},
		ReplicaKeys:        []types.MultiRegionKey{{Arn: &replica, Region: aws.String(west)}},
	}, described.KeyMetadata.MultiRegionConfiguration)

	s.Disable(primary)
	_, err = generate(t.Context(), s.Client(west), replica)
	assert.NoError(t, err, "a replica has a state of its own")
	single := s.AddKey(fakekms.Key{Region: east})
	assert.Panics(t, func() { s.Replicate(single, west) })
	assert.Panics(t, func() { s.Replicate(primary, west) }, "twice")
}
