package kmskey_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/kmskey"
)

const (
	key   = "arn:aws:kms:us-east-1:111122223333:key/b3537ef1-d8dc-4780-9f5a-55776cbb2f7f"
	multi = "arn:aws:kms:us-east-1:111122223333:key/mrk-80bd8ecdcd4342aebd84b7dc9da498a7"
	alias = "arn:aws-cn:kms:cn-north-1:111122223333:alias/some/alias_1"
)

func parse(t *testing.T, s string) kmskey.ARN {
	t.Helper()
	a, err := kmskey.ParseARN(s)
	require.NoError(t, err)
	return a
}

func TestARNsReadAndPrintTheSame(t *testing.T) {
	for _, s := range []string{key, multi, alias} {
		assert.Equal(t, s, parse(t, s).String())
	}
	assert.True(t, parse(t, alias).IsAlias())
	assert.False(t, parse(t, key).IsAlias())
	assert.True(t, parse(t, multi).MultiRegion())
	assert.False(t, parse(t, key).MultiRegion())
	assert.False(t, parse(t, strings.Replace(alias, "some", "mrk-", 1)).MultiRegion(), "an alias is no multi-Region key")
	assert.False(t, parse(t, strings.Replace(multi, "mrk-", "x-mrk-", 1)).MultiRegion(), "it is a prefix")
}

func TestWhatIsNoARNIsRefused(t *testing.T) {
	for name, s := range map[string]string{
		"empty":            "",
		"bare id":          "b3537ef1-d8dc-4780-9f5a-55776cbb2f7f",
		"bare alias":       "alias/mine",
		"too few parts":    "arn:aws:kms:us-east-1:key/x",
		"too many parts":   key + ":more",
		"not an ARN":       strings.Replace(key, "arn", "urn", 1),
		"another service":  strings.Replace(key, "kms", "s3", 1),
		"no partition":     strings.Replace(key, "aws", "", 1),
		"no region":        strings.Replace(key, "us-east-1", "", 1),
		"region with case": strings.Replace(key, "us", "US", 1),
		"short account":    strings.Replace(key, "1111", "", 1),
		"odd account":      strings.Replace(key, "1111", "x111", 1),
		"no resource":      "arn:aws:kms:us-east-1:111122223333:",
		"no id":            "arn:aws:kms:us-east-1:111122223333:key/",
		"other resource":   strings.Replace(key, "key/", "grant/", 1),
		"slash in key id":  key + "/x",
		"space":            key + " ",
		"not ASCII":        key + "é",
		"NUL":              key + "\x00",
		"long":             key + strings.Repeat("a", kmskey.MaxARN),
	} {
		_, err := kmskey.ParseARN(s)
		assert.Error(t, err, name)
	}
}

func TestSameKey(t *testing.T) {
	west := func(s string) string { return strings.Replace(s, "us-east-1", "us-west-2", 1) }
	for name, c := range map[string]struct {
		a, b string
		same bool
	}{
		"itself":                     {key, key, true},
		"other region":               {key, west(key), false},
		"replica":                    {multi, west(multi), true},
		"replica of another account": {multi, strings.Replace(west(multi), "1111", "4444", 1), false},
		"replica of another part":    {multi, strings.Replace(west(multi), "arn:aws:", "arn:aws-cn:", 1), false},
		"another multi-Region key":   {multi, multi + "0", false},
		"single and multi-Region":    {key, multi, false},
	} {
		a, b := parse(t, c.a), parse(t, c.b)
		assert.Equal(t, c.same, a.Same(b), name)
		assert.Equal(t, c.same, b.Same(a), name)
	}
}

func api(code string) error {
	return fmt.Errorf("operation error KMS: Decrypt: %w", &smithy.GenericAPIError{Code: code, Message: "what the caller sent"})
}

func TestFailuresAreExplained(t *testing.T) {
	for name, c := range map[string]struct {
		err              error
		says             string
		lasting, refused bool
	}{
		"denied":      {api("AccessDeniedException"), "allow kms:Decrypt", true, false},
		"disabled":    {api("DisabledException"), "enable it", true, false},
		"gone":        {api("NotFoundException"), "no such key", true, false},
		"deleted":     {api("KMSInvalidStateException"), "pending deletion", true, false},
		"ciphertext":  {api("InvalidCiphertextException"), "InvalidCiphertextException", true, true},
		"another key": {api("IncorrectKeyException"), "IncorrectKeyException", true, true},
		"throttled":   {api("ThrottlingException"), "try again later", false, false},
		"no table":    {api("ResourceNotFoundException"), "no such table", true, false},
		"expired":     {api("ExpiredTokenException"), "credentials", false, false},
		"other use":   {api("InvalidKeyUsageException"), "another use", true, false},
		"internal":    {api("KMSInternalException"), "KMSInternalException", false, false},
		"connection":  {io.ErrUnexpectedEOF, "no answer", false, false},
		"cancelled":   {context.Canceled, "context ended", false, false},
	} {
		err := kmskey.Explain("kms:Decrypt", key, c.err)
		assert.ErrorIs(t, err, c.err, name)
		assert.ErrorContains(t, err, c.says, name)
		assert.ErrorContains(t, err, key, name)
		assert.NotContains(t, err.Error(), "what the caller sent", name)
		for _, e := range []error{c.err, err, fmt.Errorf("again: %w", err)} {
			assert.Equal(t, c.lasting, kmskey.Lasting(e), name)
			assert.Equal(t, c.refused, kmskey.Refused(e), name)
		}
	}
	assert.NoError(t, kmskey.Explain("kms:Decrypt", key, nil))
	assert.False(t, kmskey.Lasting(nil))
	assert.False(t, kmskey.Refused(errors.New("other")))
}

// Credentials come from calls of their own, whose failures are none of the key's.
func TestFailuresBeforeTheCallAreExplained(t *testing.T) {
	call := func(service, operation string, err error) error {
		return &smithy.OperationError{ServiceID: service, OperationName: operation, Err: err}
	}
	lookup := errors.New("lookup kms.us-east-1.amazonaws.com: no such host")
	for name, c := range map[string]struct {
		err        error
		says, nots string
	}{
		"role":     {call("KMS", "Decrypt", fmt.Errorf("get identity: %w", call("STS", "AssumeRole", api("AccessDeniedException")))), "STS AssumeRole failed first: AccessDeniedException", "key's policy"},
		"metadata": {call("KMS", "Decrypt", fmt.Errorf("get identity: %w", call("ec2imds", "GetMetadata", lookup))), `ec2imds GetMetadata failed first: "lookup`, "allow"},
		"resolver": {call("KMS", "Decrypt", fmt.Errorf("send: %w", lookup)), `no answer: "lookup kms.us-east-1.amazonaws.com: no such host"`, "send"},
		"several":  {call("KMS", "Decrypt", errors.Join(lookup, io.EOF)), `no answer: "lookup`, "EOF"},
		"its own":  {call("KMS", "Decrypt", api("AccessDeniedException")), "allow kms:Decrypt", "first"},
	} {
		err := kmskey.Explain("kms:Decrypt", key, c.err)
		assert.ErrorIs(t, err, c.err, name)
		assert.ErrorContains(t, err, c.says, name)
		assert.NotContains(t, err.Error(), c.nots, name)
		assert.NotContains(t, err.Error(), "what the caller sent", name)
	}
	long := kmskey.Explain("kms:Decrypt", key, errors.New(strings.Repeat("a", 1<<16)))
	assert.Less(t, len(long.Error()), 1024)
}

func FuzzParseARN(f *testing.F) {
	f.Add(key)
	f.Add(multi)
	f.Add(alias)
	f.Fuzz(func(t *testing.T, s string) {
		if a, err := kmskey.ParseARN(s); err == nil && a.String() != s {
			t.Fatalf("%q reads as %q", s, a)
		}
	})
}

func TestGrantTokens(t *testing.T) {
	for name, c := range map[string]struct {
		tokens []string
		says   string
	}{
		"none":     {nil, ""},
		"ten":      {strings.Split(strings.Repeat("a", 10), ""), ""},
		"longest":  {[]string{strings.Repeat("a", 8192)}, ""},
		"eleven":   {strings.Split(strings.Repeat("a", 11), ""), "11 GrantTokens"},
		"an empty": {[]string{"a", ""}, "grant token 2 of 0 bytes"},
		"longer":   {[]string{strings.Repeat("a", 8193)}, "grant token 1 of 8193 bytes"},
	} {
		err := kmskey.CheckGrantTokens(c.tokens)
		if c.says == "" {
			assert.NoError(t, err, name)
			continue
		}
		assert.ErrorContains(t, err, c.says, name)
	}
}
