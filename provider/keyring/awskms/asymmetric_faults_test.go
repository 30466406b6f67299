package awskms_test

import (
	"context"
	"crypto/ecdh"
	"testing"
	"time"

	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// asked is something that makes one call to KMS.
type asked struct {
	operation, key string
	do             func(context.Context) error
}

// allAsked is every call of the asymmetric keyrings.
func allAsked(t *testing.T, s *fakekms.Server) map[string]asked {
	t.Helper()
	encrypts := func(k keyring.Keyring) func(context.Context) error {
		e := encryptor(t, k, keyring.SuiteHMAC)
		return func(ctx context.Context) error {
			stored, err := e.EncryptItem(ctx, visit())
			if err != nil {
				assert.Nil(t, stored, "nothing is written")
			}
			return err
		}
	}
	decrypts := func(k keyring.Keyring, stored crypt.Item) func(context.Context) error {
		e := encryptor(t, k, keyring.SuiteHMAC)
		return func(ctx context.Context) error {
			opened, err := e.DecryptItem(ctx, stored)
			if err != nil {
				assert.Nil(t, opened.Item)
			}
			return err
		}
	}
	ofRSA, arn := pairRSA(t, s)
	lab, clinic := newEC(t, ecdh.P256()), newEC(t, ecdh.P256())
	own := ownEC(s, lab)
	static, discovery := newECDH(t, own, clinic.PublicKey()), newECDHDiscovery(t, own)
	byClinic := write(t, encryptor(t, newECDH(t, ownEC(s, clinic), lab.PublicKey()), keyring.SuiteHMAC))
	return map[string]asked{
		"RSA, read":             {"Decrypt", arn, decrypts(ofRSA, write(t, encryptor(t, ofRSA, keyring.SuiteHMAC)))},
		"ECDH, write":           {"DeriveSharedSecret", own.Key, encrypts(static)},
		"ECDH, read":            {"DeriveSharedSecret", own.Key, decrypts(static, byClinic)},
		"ECDH, discovery, read": {"DeriveSharedSecret", own.Key, decrypts(discovery, byClinic)},
		"RSA, public key": {"GetPublicKey", arn, func(ctx context.Context) error {
			_, err := awskms.RSAPublicKey(ctx, s.Client(east), arn)
			return err
		}},
		"ECDH, public key": {"GetPublicKey", own.Key, func(ctx context.Context) error {
			_, err := awskms.ECDHPublicKey(ctx, s.Client(east), own.Key)
			return err
		}},
	}
}

// Whatever fails at a call is crypt.ErrKeys, says what to do, and leaves nothing behind.
func TestAsymmetricFaults(t *testing.T) {
	s := start(t)
	for name, a := range allAsked(t, s) {
		for fault, c := range map[string]struct {
			inject func()
			repair func()
			code   string // of the service; "" for no answer
			says   string
		}{
			"throttle":    {func() { s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.Throttle}) }, nil, "ThrottlingException", "ThrottlingException"},
			"denied once": {func() { s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.AccessDenied}) }, nil, "AccessDeniedException", "allow kms:" + a.operation},
			"lost answer": {func() { s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.LostAnswer}) }, nil, "", "no answer"},
			"internal":    {func() { s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.Internal}) }, nil, "KMSInternalException", "KMSInternalException"},
			"unavailable": {func() { s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.Unavailable}) }, nil, "ServiceUnavailableException", "ServiceUnavailableException"},
			"denied":      {func() { s.Deny(a.key, a.operation) }, func() { s.Allow(a.key, a.operation) }, "AccessDeniedException", "allow kms:" + a.operation},
			"disabled":    {func() { s.Disable(a.key) }, func() { s.Enable(a.key) }, "DisabledException", "enable it"},
			"deleted":     {func() { s.ScheduleDeletion(a.key) }, func() { s.Enable(a.key) }, "KMSInvalidStateException", "pending deletion"},
		} {
			t.Run(name+", "+fault, func(t *testing.T) {
				c.inject()
				s.ResetCalls()
				var m crypt.Meter
				err := a.do(crypt.Watch(t.Context(), &m, nil))
				isClass(t, err, crypt.ErrKeys)
				assert.ErrorContains(t, err, c.says)
				assert.ErrorContains(t, err, a.key)
				var api smithy.APIError
				if c.code != "" && assert.ErrorAs(t, err, &api) {
					assert.Equal(t, c.code, api.ErrorCode())
				}
				assert.Len(t, s.Calls(), 1)
				assert.Equal(t, crypt.Usage{KeyCalls: 1}, m.Usage(), "failed calls are counted")
				if c.repair != nil {
					c.repair()
				}
				require.NoError(t, a.do(t.Context()), "the next call works")
			})
		}
		t.Run(name+", no answer in time", func(t *testing.T) {
			s.Inject(fakekms.Fault{Operation: a.operation, Kind: fakekms.Timeout})
			ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
			defer cancel()
			err := a.do(ctx)
			require.ErrorIs(t, err, context.DeadlineExceeded)
			assert.NotErrorIs(t, err, crypt.ErrAuth)
			require.NoError(t, a.do(t.Context()))
		})
		t.Run(name+", cancelled", func(t *testing.T) {
			s.ResetCalls()
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			require.ErrorIs(t, a.do(ctx), context.Canceled)
			assert.Empty(t, s.Calls())
			require.NoError(t, a.do(t.Context()))
		})
	}
}

// Each fault again with secrets kept: a failure is not.
func TestKeptSecretsAndFaults(t *testing.T) {
	s := start(t)
	lab, clinic := newEC(t, ecdh.P256()), newEC(t, ecdh.P256())
	own := ownEC(s, lab)
	own.KeepSecrets = time.Hour
	for _, kind := range []fakekms.Kind{fakekms.Throttle, fakekms.AccessDenied, fakekms.LostAnswer, fakekms.Internal, fakekms.Unavailable} {
		e := encryptor(t, newECDH(t, own, clinic.PublicKey()), keyring.SuiteECDSA)
		s.Inject(fakekms.Fault{Operation: "DeriveSharedSecret", Kind: kind})
		stored, err := e.EncryptItem(t.Context(), visit())
		isClass(t, err, crypt.ErrKeys)
		assert.Nil(t, stored)
		s.ResetCalls()
		reads(t, e, write(t, e))
		assert.Len(t, s.Calls(), 1, "one call serves both")
	}
}

// A client whose Region is not known is of another.
func TestAsymmetricWrongRegion(t *testing.T) {
	s := start(t)
	k, arn := pairRSA(t, s)
	own := ownEC(s, newEC(t, ecdh.P256()))
	stored := write(t, encryptor(t, k, keyring.SuiteHMAC))
	reader := newRSA(t, awskms.RSAConfig{Key: arn, Client: struct{ awskms.RSAClient }{s.Client(west)}})
	refuses(t, encryptor(t, reader, keyring.SuiteHMAC), stored, crypt.ErrKeys, 1, arn, "no such key in this account and region")
	own.Client = struct{ awskms.ECDHClient }{s.Client(west)}
	_, err := encryptor(t, newECDH(t, own, newEC(t, ecdh.P256()).PublicKey()), keyring.SuiteHMAC).EncryptItem(t.Context(), visit())
	isClass(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, own.Key)
}

// Writing with RSA does not notice that KMS is out.
func TestRSAWritesInAnOutage(t *testing.T) {
	s := start(t)
	k, arn := pairRSA(t, s)
	s.Disable(arn)
	s.Inject(fakekms.Fault{Kind: fakekms.Unavailable, Times: -1})
	stored := write(t, encryptor(t, k, keyring.SuiteHMAC))
	refuses(t, encryptor(t, k, keyring.SuiteHMAC), stored, crypt.ErrKeys, 1)
	s.ClearFaults()
	s.Enable(arn)
	reads(t, encryptor(t, k, keyring.SuiteHMAC), stored)
}
