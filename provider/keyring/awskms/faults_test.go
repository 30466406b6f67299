package awskms_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/wholebody"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// fault is a way for a call of KMS to fail: cause lets it, and cure has the next one work again.
type fault struct {
	cause, cure func(s *fakekms.Server, operation, arn string)
	code        string // of KMS; "" where it does not answer
	says        string
}

func injected(k fakekms.Kind, code, says string) fault {
	return fault{
		func(s *fakekms.Server, operation, arn string) {
			s.Inject(fakekms.Fault{Operation: operation, Key: arn, Kind: k})
		},
		func(*fakekms.Server, string, string) {}, code, says,
	}
}

var faults = map[string]fault{
	"throttled":     injected(fakekms.Throttle, "ThrottlingException", "ThrottlingException"),
	"no answer":     injected(fakekms.Timeout, "", "no answer"),
	"denied":        injected(fakekms.AccessDenied, "AccessDeniedException", "IAM policy"),
	"lost answer":   injected(fakekms.LostAnswer, "", "no answer"),
	"broken":        injected(fakekms.Internal, "KMSInternalException", "KMSInternalException"),
	"not available": injected(fakekms.Unavailable, "ServiceUnavailableException", "ServiceUnavailableException"),
	"denied by policy": {
		func(s *fakekms.Server, operation, arn string) { s.Deny(arn, operation) },
		func(s *fakekms.Server, operation, arn string) { s.Allow(arn, operation) }, "AccessDeniedException", "IAM policy",
	},
	"disabled": {
		func(s *fakekms.Server, _, arn string) { s.Disable(arn) },
		func(s *fakekms.Server, _, arn string) { s.Enable(arn) }, "DisabledException", "enable it",
	},
	"to be deleted": {
		func(s *fakekms.Server, _, arn string) { s.ScheduleDeletion(arn) },
		func(s *fakekms.Server, _, arn string) { s.Enable(arn) }, "KMSInvalidStateException", "pending deletion",
	},
}

// impatient is an HTTP client that waits no longer than it is told to, so that no call but the one that hangs
// fails on a busy machine.
type impatient struct{ timeout atomic.Int64 }

func (h *impatient) Do(r *http.Request) (*http.Response, error) {
	c := wholebody.Client{HTTP: &http.Client{Timeout: time.Duration(h.timeout.Load())}}
	return c.Do(r)
}

func (h *impatient) client(s *fakekms.Server) *kms.Client {
	return s.Client(east, func(o *kms.Options) { o.HTTPClient = h })
}

// fail lets an operation of a key fail until mend.
func (h *impatient) fail(s *fakekms.Server, f fault, operation, arn string) (mend func()) {
	f.cause(s, operation, arn)
	if f.code == "" {
		h.timeout.Store(int64(100 * time.Millisecond))
	}
	return func() {
		h.timeout.Store(0)
		f.cure(s, operation, arn)
	}
}

func TestFaults(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	var waits impatient
	client := waits.client(s)
	for kind, k := range map[string]keyring.Keyring{
		"strict":       newKeyring(t, awskms.Config{Keys: []string{arn}, Client: client}),
		"multi-Region": newKeyring(t, awskms.Config{Keys: []string{arn}, MultiRegion: true, Client: client}),
		"discovery":    newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{east}, Client: client}),
	} {
		reader := encryptor(t, k, keyring.SuiteHMAC)
		writer := reader
		if kind == "discovery" {
			writer = encryptor(t, strict(t, s, arn), keyring.SuiteHMAC)
		}
		for name, f := range faults {
			t.Run(kind+" "+name, func(t *testing.T) {
				stored := write(t, writer)
				typed := func(err error, operation string, m *crypt.Meter) {
					t.Helper()
					isClass(t, err, crypt.ErrKeys)
					for _, says := range []string{"kms:" + operation, arn, f.says} {
						assert.ErrorContains(t, err, says)
					}
					api, ok := errors.AsType[smithy.APIError](err)
					require.Equal(t, f.code != "", ok)
					if ok {
						assert.Equal(t, f.code, api.ErrorCode())
					}
					assert.EqualValues(t, 1, m.Usage().KeyCalls)
				}
				if kind != "discovery" {
					mend := waits.fail(s, f, "GenerateDataKey", arn)
					var m crypt.Meter
					item, err := writer.EncryptItem(crypt.Watch(t.Context(), &m, nil), visit())
					typed(err, "GenerateDataKey", &m)
					assert.Nil(t, item)
					mend()
					reads(t, reader, write(t, writer))
				}
				mend := waits.fail(s, f, "Decrypt", arn)
				var m crypt.Meter
				opened, err := reader.DecryptItem(crypt.Watch(t.Context(), &m, nil), stored)
				typed(err, "Decrypt", &m)
				assert.Equal(t, crypt.Opened{}, opened)
				mend()
				reads(t, reader, stored)
			})
		}
	}
}

// A context that ends is no outage, and its error says no more.
func TestContextsThatEnd(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	k := strict(t, s, arn)
	e := encryptor(t, k, keyring.SuiteHMAC)
	stored := write(t, e)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, kind := range []string{"cancelled before", "cancelled during", "late"} {
		ctx, want, calls := cancelled, context.Canceled, 0
		begin := func() {
			s.ResetCalls()
			switch kind {
			case "cancelled during":
				s.Inject(fakekms.Fault{Kind: fakekms.Timeout})
				var stop func()
				ctx, stop = context.WithCancel(t.Context())
				t.Cleanup(stop)
				go func() {
					for len(s.Calls()) == 0 && t.Context().Err() == nil {
						time.Sleep(time.Millisecond)
					}
					stop()
				}()
				calls = 1
			case "late":
				s.Inject(fakekms.Fault{Kind: fakekms.Timeout})
				var stop func()
				ctx, stop = context.WithTimeout(t.Context(), 500*time.Millisecond)
				t.Cleanup(stop)
				want, calls = context.DeadlineExceeded, 1
			}
		}
		ended := func(err error) {
			t.Helper()
			require.ErrorIs(t, err, want, kind)
			for _, class := range []error{crypt.ErrKeys, crypt.ErrAuth, crypt.ErrFormat} {
				assert.NotErrorIs(t, err, class, kind)
			}
			assert.Len(t, s.Calls(), calls, kind)
		}
		begin()
		item, err := e.EncryptItem(ctx, visit())
		ended(err)
		assert.Nil(t, item)
		begin()
		opened, err := e.DecryptItem(ctx, stored)
		ended(err)
		assert.Equal(t, crypt.Opened{}, opened)
		begin()
		_, err = k.OnEncrypt(ctx, keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		ended(err)
		s.ClearFaults()
		reads(t, e, write(t, e))
		reads(t, e, stored)
	}
}

// misplaced is a client that does not say which region it is of.
type misplaced struct{ awskms.Client }

func TestAWrongRegion(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	e := encryptor(t, newKeyring(t, awskms.Config{Keys: []string{arn}, Client: misplaced{s.Client(west)}}), keyring.SuiteHMAC)
	stored := write(t, encryptor(t, strict(t, s, arn), keyring.SuiteHMAC))
	_, err := e.EncryptItem(t.Context(), visit())
	isClass(t, err, crypt.ErrKeys)
	assert.ErrorContains(t, err, "kms:GenerateDataKey")
	refuses(t, e, stored, crypt.ErrKeys, 1, "kms:Decrypt", arn)
}

// An outage of one key and an item that is wrong under another: the outage is what may pass.
func TestAnOutageIsToldFirst(t *testing.T) {
	s := start(t)
	first, second := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east})
	both := newKeyring(t, awskms.Config{Keys: []string{first, second}, Client: s.Client(east)})
	m := dataKeys(t, both, nil)
	m.EncryptedDataKeys[0].Ciphertext[60] ^= 1
	s.Disable(second)
	_, err := open(t.Context(), both, nil, m.EncryptedDataKeys...)
	isClass(t, err, crypt.ErrKeys)
	for _, says := range []string{first, second, "InvalidCiphertextException", "enable it"} {
		assert.ErrorContains(t, err, says)
	}
	s.Enable(second)
	got, err := open(t.Context(), both, nil, m.EncryptedDataKeys...)
	require.NoError(t, err)
	assert.True(t, got.DataKey.Equal(m.DataKey))
}

// silent is a client with neither an answer nor an error.
type silent struct{ awskms.Client }

func (silent) GenerateDataKey(context.Context, *kms.GenerateDataKeyInput, ...func(*kms.Options)) (*kms.GenerateDataKeyOutput, error) {
	return nil, nil
}

func (silent) Decrypt(context.Context, *kms.DecryptInput, ...func(*kms.Options)) (*kms.DecryptOutput, error) {
	return nil, nil
}

func TestAClientWithoutAnswers(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	e := encryptor(t, newKeyring(t, awskms.Config{Keys: []string{arn}, Client: silent{}}), keyring.SuiteHMAC)
	_, err := e.EncryptItem(t.Context(), visit())
	isClass(t, err, crypt.ErrKeys)
	refuses(t, e, write(t, encryptor(t, strict(t, s, arn), keyring.SuiteHMAC)), crypt.ErrKeys, 1)
}

func TestNothingPrintsMoreThanNames(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	k := newKeyring(t, awskms.Config{Keys: []string{arn}, MultiRegion: true, Client: s.Client(east), GrantTokens: []string{"CANARY"}})
	d := newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{east}, Client: s.Client(east), GrantTokens: []string{"CANARY"}})
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		assert.Equal(t, fmt.Sprintf("AWS KMS, multi-Region, %q", arn), fmt.Sprintf(verb, k))
		assert.Equal(t, "AWS KMS, discovery in us-east-1", fmt.Sprintf(verb, d))
	}
}
