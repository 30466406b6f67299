package awskms_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestKeyARN(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/visits"}})
	prefix := strings.TrimSuffix(arn, arn[strings.Index(arn, "key/"):])
	for _, id := range []string{"alias/visits", prefix + "alias/visits", arn[len(arn)-36:]} {
		var m crypt.Meter
		got, err := awskms.KeyARN(crypt.Watch(t.Context(), &m, nil), s.Client(east), id)
		require.NoError(t, err)
		assert.Equal(t, arn, got)
		assert.EqualValues(t, 1, m.Usage().KeyCalls)
	}
	s.ResetCalls()
	got, err := awskms.KeyARN(t.Context(), s.Client(east), arn)
	require.NoError(t, err)
	assert.Equal(t, arn, got)
	assert.Empty(t, s.Calls(), "an ARN is known")
}

func TestKeyARNFails(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/visits"}})
	var waits impatient
	client := waits.client(s)
	for name, f := range faults {
		if f.code == "DisabledException" || f.code == "KMSInvalidStateException" {
			continue // such keys are described
		}
		mend := waits.fail(s, f, "DescribeKey", arn)
		_, err := awskms.KeyARN(t.Context(), client, "alias/visits")
		isClass(t, err, crypt.ErrKeys)
		for _, says := range []string{"kms:DescribeKey", "alias/visits", f.says} {
			assert.ErrorContains(t, err, says, name)
		}
		mend()
		_, err = awskms.KeyARN(t.Context(), client, "alias/visits")
		require.NoError(t, err, name)
	}
	_, err := awskms.KeyARN(t.Context(), client, "alias/none")
	isClass(t, err, crypt.ErrKeys)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = awskms.KeyARN(ctx, client, "alias/visits")
	require.ErrorIs(t, err, context.Canceled)
	assert.NotErrorIs(t, err, crypt.ErrKeys)
	for name, id := range map[string]string{"nothing": "", "words": "my key", "another service's": "arn:aws:s3:::bucket", "an alias's slash": "alias/"} {
		_, err = awskms.KeyARN(t.Context(), client, id)
		assert.ErrorContains(t, err, "awskms: ARN of a key: ", name)
	}
	_, err = awskms.KeyARN(t.Context(), nil, "alias/visits")
	assert.ErrorContains(t, err, "no client")
}

// describing answers every question alike.
type describing struct{ out kms.DescribeKeyOutput }

func (d describing) DescribeKey(context.Context, *kms.DescribeKeyInput, ...func(*kms.Options)) (*kms.DescribeKeyOutput, error) {
	return &d.out, nil
}

func TestKeyARNOfAnotherKey(t *testing.T) {
	const own, other = "arn:aws:kms:us-east-1:111122223333:key/1", "arn:aws:kms:us-east-1:444455556666:key/2"
	of := func(arn *string) describing {
		return describing{kms.DescribeKeyOutput{KeyMetadata: &types.KeyMetadata{Arn: arn}}}
	}
	alias, foreign := strings.Replace(own, "key/1", "alias/visits", 1), other
	for id, d := range map[string]describing{
		"1":            of(&foreign),
		alias:          of(&foreign),
		"alias/visits": of(&alias),
		"alias/none":   of(nil),
		"2":            {},
	} {
		_, err := awskms.KeyARN(t.Context(), d, id)
		isClass(t, err, crypt.ErrKeys)
		assert.ErrorContains(t, err, id)
	}
}
