package directkms_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// faulty is one way in which KMS fails, and how it is told.
type faulty struct {
	kind fakekms.Kind
	code string // of the service
	text string
}

var faults = map[string]faulty{
	"throttled":     {fakekms.Throttle, "ThrottlingException", "ThrottlingException"},
	"access denied": {fakekms.AccessDenied, "AccessDeniedException", "access denied: allow kms:"},
	"internal":      {fakekms.Internal, "KMSInternalException", "KMSInternalException"},
	"unavailable":   {fakekms.Unavailable, "ServiceUnavailableException", "ServiceUnavailableException"},
	"lost answer":   {fakekms.LostAnswer, "", "no answer"},
	"timeout":       {fakekms.Timeout, "", "no answer before the context ended"},
}

// checks demands that err is an outage that names operation and key.
func (f faulty) check(t *testing.T, err error, operation, key string) {
	t.Helper()
	refused(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, "kms:"+operation+` on "`+key+`"`)
	assert.ErrorContains(t, err, f.text)
	var api smithy.APIError
	if errors.As(err, &api) {
		assert.Equal(t, f.code, api.ErrorCode())
	} else {
		assert.Empty(t, f.code)
	}
}

// At each call: the error is of its class, names the permission and the key, nothing comes of the item, and
// the next call works.
func TestFaults(t *testing.T) {
	s, key := start(t)
	client := s.Client(east)
	p := newProvider(t, directkms.Config{Client: client, Key: key})
	pk, sk := &avS{Value: canary}, &avS{Value: "b"}
	for name, f := range faults {
		t.Run(name, func(t *testing.T) {
			s.ResetCalls()
			short := func() context.Context {
				if f.kind != fakekms.Timeout {
					return t.Context()
				}
				ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
				t.Cleanup(cancel)
				return ctx
			}
			s.Inject(fakekms.Fault{Operation: "GenerateDataKey", Kind: f.kind})
			written, err := p.EncryptionMaterials(short(), request(t, nil, pk, sk))
			f.check(t, err, "GenerateDataKey", key)
			assert.Zero(t, written)
			written, err = p.EncryptionMaterials(t.Context(), request(t, nil, pk, sk))
			require.NoError(t, err)

			s.Inject(fakekms.Fault{Operation: "Decrypt", Kind: f.kind})
			read, err := p.DecryptionMaterials(short(), request(t, written.Description.Map(), pk, sk))
			f.check(t, err, "Decrypt", key)
			assert.Zero(t, read)
			_, err = p.DecryptionMaterials(t.Context(), request(t, written.Description.Map(), pk, sk))
			require.NoError(t, err)

			s.Inject(fakekms.Fault{Operation: "DescribeKey", Kind: f.kind})
			made, err := directkms.New(short(), directkms.Config{Client: client, Key: "alias/orders"})
			f.check(t, err, "DescribeKey", "alias/orders")
			assert.Nil(t, made)
			_, err = directkms.New(t.Context(), directkms.Config{Client: client, Key: "alias/orders"})
			require.NoError(t, err)
			assert.Equal(t, []string{"GenerateDataKey", "GenerateDataKey", "Decrypt", "Decrypt", "DescribeKey", "DescribeKey"}, operations(s), "no more calls than asked for")
		})
	}
}

// What lasts until somebody changes the key.
func TestKeysThatCannotBeUsed(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key})
	e := encryptor(t, p, orders())
	stored, err := e.EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	for name, c := range map[string]struct {
		set  func()
		text string
	}{
		"disabled":         {func() { s.Disable(key) }, "the key is disabled: enable it"},
		"pending deletion": {func() { s.ScheduleDeletion(key) }, "pending deletion"},
		"denied":           {func() { s.Deny(key, "Decrypt"); s.Deny(key, "GenerateDataKey") }, "in the caller's IAM policy and in the key's policy"},
	} {
		t.Run(name, func(t *testing.T) {
			c.set()
			out, err := e.EncryptItem(t.Context(), order("o-1"))
			refused(t, err, crypt.ErrKeys)
			assert.ErrorContains(t, err, "kms:GenerateDataKey on")
			assert.ErrorContains(t, err, c.text)
			assert.Nil(t, out)
			opened, err := e.DecryptItem(t.Context(), stored)
			refused(t, err, crypt.ErrKeys)
			assert.ErrorContains(t, err, "kms:Decrypt on")
			assert.ErrorContains(t, err, c.text)
			assert.Zero(t, opened)

			s.Enable(key)
			s.Allow(key, "Decrypt")
			s.Allow(key, "GenerateDataKey")
			_, err = e.DecryptItem(t.Context(), stored)
			assert.NoError(t, err)
		})
	}
}

// Of several keys one that is gone does not hide the others, and one that does not answer is not passed over.
func TestFaultsOfOneKeyOfSeveral(t *testing.T) {
	s, a := start(t)
	b := s.AddKey(fakekms.Key{Region: east})
	client := s.Client(east)
	written := func(key string) crypt.Item {
		stored, err := encryptor(t, newProvider(t, directkms.Config{Client: client, Key: key}), orders()).EncryptItem(t.Context(), order("o-1"))
		require.NoError(t, err)
		return stored
	}
	underA, underB := written(a), written(b)
	foreign := written(s.AddKey(fakekms.Key{Region: east}))
	reader := func() crypt.ItemEncryptor {
		s.ResetCalls()
		return encryptor(t, newProvider(t, directkms.Config{Client: client, DecryptKeys: []string{a, b}}), orders())
	}

	s.Disable(a)
	_, err := reader().DecryptItem(t.Context(), underB)
	assert.NoError(t, err)
	_, err = reader().DecryptItem(t.Context(), underA)
	refused(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, a)
	assert.ErrorContains(t, err, "disabled")
	assert.NotContains(t, err.Error(), b, "b is not to blame")
	_, err = reader().DecryptItem(t.Context(), foreign)
	refused(t, err, crypt.ErrKeys) // it may be under a
	_, err = reader().DecryptItem(t.Context(), moved(underB, "o-2"))
	refused(t, err, crypt.ErrAuth)
	s.Deny(b, "Decrypt")
	_, err = reader().DecryptItem(t.Context(), underB)
	refused(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, a)
	assert.ErrorContains(t, err, b)
	s.Enable(a)
	s.Allow(b, "Decrypt")

	for _, kind := range []fakekms.Kind{fakekms.Throttle, fakekms.LostAnswer, fakekms.Internal} {
		e := reader()
		s.Inject(fakekms.Fault{Operation: "Decrypt", Kind: kind})
		_, err = e.DecryptItem(t.Context(), underB)
		refused(t, err, crypt.ErrKeys)
		assert.Len(t, s.Calls(), 1, "one call of an item that KMS does not answer for")
		_, err = e.DecryptItem(t.Context(), underB)
		assert.NoError(t, err)
	}
}

// A context that ends is reported as such, by the format too.
func TestContextEnds(t *testing.T) {
	s, key := start(t)
	e := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), Key: key}), orders())
	stored, err := e.EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	for name, act := range map[string]func(context.Context) error{
		"GenerateDataKey": func(ctx context.Context) error { _, err := e.EncryptItem(ctx, order("o-1")); return err },
		"Decrypt":         func(ctx context.Context) error { _, err := e.DecryptItem(ctx, stored); return err },
		"DescribeKey": func(ctx context.Context) error {
			_, err := directkms.New(ctx, directkms.Config{Client: s.Client(east), Key: "alias/orders"})
			return err
		},
	} {
		t.Run(name, func(t *testing.T) {
			s.Inject(fakekms.Fault{Operation: name, Kind: fakekms.Timeout})
			ctx, cancel := context.WithCancel(t.Context())
			go func() {
				for len(s.Calls()) == 0 || s.Calls()[len(s.Calls())-1].Operation != name {
					time.Sleep(time.Millisecond)
				}
				cancel()
			}()
			s.ResetCalls()
			assert.ErrorIs(t, act(ctx), context.Canceled)
			assert.NoError(t, act(t.Context()))
		})
	}
}

// A client of somebody's own that gives nothing is an outage, and panics nowhere.
func TestAClientWithoutAnAnswer(t *testing.T) {
	s, key := start(t)
	stored, err := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), Key: key}), orders()).EncryptItem(t.Context(), order("o-1"))
	require.NoError(t, err)
	silent := clientFunc{
		decrypt:  func(*kms.DecryptInput) (*kms.DecryptOutput, error) { return nil, nil },
		generate: func(*kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) { return nil, nil },
	}
	e := encryptor(t, newProvider(t, directkms.Config{Client: silent, Key: key}), orders())
	_, err = e.EncryptItem(t.Context(), order("o-1"))
	refused(t, err, crypt.ErrKeys)
	_, err = e.DecryptItem(t.Context(), stored)
	refused(t, err, crypt.ErrKeys)
	_, err = directkms.New(t.Context(), directkms.Config{Client: describing{}, Key: "alias/orders"})
	refused(t, err, crypt.ErrKeys)
}
