package hierarchy_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/wholebody"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// flaky is a DynamoDB whose GetItem may fail.
type flaky struct {
	*dynamodb.Client
	mu    sync.Mutex
	fail  func(context.Context) error
	calls int
}

func (f *flaky) set(fail func(context.Context) error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fail = fail
}

func (f *flaky) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	f.mu.Lock()
	fail := f.fail
	f.calls++
	f.mu.Unlock()
	if fail != nil {
		if err := fail(ctx); err != nil {
			return nil, err
		}
	}
	return f.Client.GetItem(ctx, in, opts...)
}

// hasty is an HTTP client that waits for an answer no longer than it is told to.
type hasty struct{ timeout atomic.Int64 }

func (h *hasty) Do(r *http.Request) (*http.Response, error) {
	c := wholebody.Client{HTTP: &http.Client{Timeout: time.Duration(h.timeout.Load())}}
	return c.Do(r)
}

// service is a world with two tenants, whose items are read and written through the format.
type service struct {
	*world
	clock *clock
	flaky *flaky
	hasty *hasty
	cache *hierarchy.Cache
}

func newService(t *testing.T) *service {
	t.Helper()
	w := newWorld(t)
	s := &service{world: w, clock: newClock(), flaky: &flaky{Client: w.ddb.Client()}, hasty: new(hasty)}
	w.create("north")
	w.create("south")
	s.cache = newCache(t, hierarchy.CacheConfig{Now: s.clock.Now})
	return s
}

// visits is a process of the service: what it has in its cache is its own.
func (s *service) visits() crypt.ItemEncryptor {
	s.t.Helper()
	store := s.with(func(c *hierarchy.Config) {
		c.DynamoDB = s.flaky
		c.KMS = s.kms.Client(east, func(o *kms.Options) { o.HTTPClient = s.hasty })
	})
	return s.visitsOf(store)
}

func (s *service) visitsOf(store hierarchy.BranchKeys) crypt.ItemEncryptor {
	s.t.Helper()
	k := newRing(s.t, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant"), Cache: s.cache, TTL: time.Minute})
	return visits(s.t, k, keyring.SuiteHMAC, map[string]crypt.Action{"name": crypt.Encrypt})
}

func visit(tenant string) crypt.Item {
	return crypt.Item{"tenant": text(tenant), "at": number("1"), "name": text("Ada CANARY7391")}
}

func (s *service) put(e crypt.ItemEncryptor, tenant string) crypt.Item {
	s.t.Helper()
	stored, err := e.EncryptItem(s.t.Context(), visit(tenant))
	require.NoError(s.t, err)
	return stored
}

// get opens an item, or returns why not.
func (s *service) get(e crypt.ItemEncryptor, stored crypt.Item) error {
	s.t.Helper()
	opened, err := e.DecryptItem(s.t.Context(), stored)
	if err == nil {
		assert.Equal(s.t, text("Ada CANARY7391"), opened.Item["name"])
		return nil
	}
	assert.Nil(s.t, opened.Item)
	assert.NotContains(s.t, err.Error(), "7391")
	return err
}

func (s *service) delete(id string) {
	s.t.Helper()
	for _, it := range all(s.t, s.ddb.Client(), id) {
		_, err := s.ddb.Client().DeleteItem(s.t.Context(), &dynamodb.DeleteItemInput{
			TableName: aws.String(table), Key: item{"branch-key-id": it["branch-key-id"], "type": it["type"]},
		})
		require.NoError(s.t, err)
	}
}

// Whatever fails of the calls for a key: the error is typed and says what to do, nothing is written, read
// or kept, and the next call works.
func TestFaults(t *testing.T) {
	getItem := func(s *service, err error) func() {
		s.flaky.set(func(context.Context) error { return err })
		return func() { s.flaky.set(nil) }
	}
	inject := func(kind fakekms.Kind) func(*service) func() {
		return func(s *service) func() {
			s.kms.Inject(fakekms.Fault{Operation: "Decrypt", Kind: kind})
			return s.kms.ClearFaults
		}
	}
	for name, c := range map[string]struct {
		fault func(*service) (heal func())
		code  string // of AWS, which is reached
		says  string
		calls int // of KMS
	}{
		"store throttled": {func(s *service) func() {
			return getItem(s, &types.ProvisionedThroughputExceededException{})
		}, "ProvisionedThroughputExceededException", "dynamodb:GetItem", 0},
		"store denied": {func(s *service) func() {
			return getItem(s, &smithy.GenericAPIError{Code: "AccessDeniedException"})
		}, "AccessDeniedException", "allow dynamodb:GetItem", 0},
		"store gone":         {func(s *service) func() { return getItem(s, &types.ResourceNotFoundException{}) }, "ResourceNotFoundException", table, 0},
		"store lost":         {func(s *service) func() { return getItem(s, errors.New("connection reset")) }, "", "no answer", 0},
		"store timed out":    {func(s *service) func() { return getItem(s, context.DeadlineExceeded) }, "", "no answer", 0},
		"branch key deleted": {deleteNorth, "", "no such branch key in the store", 0},
		"KMS throttled":      {inject(fakekms.Throttle), "ThrottlingException", "kms:Decrypt", 1},
		"KMS denied":         {inject(fakekms.AccessDenied), "AccessDeniedException", "allow kms:Decrypt", 1},
		"KMS unavailable":    {inject(fakekms.Unavailable), "ServiceUnavailableException", "kms:Decrypt", 1},
		"KMS failed":         {inject(fakekms.Internal), "KMSInternalException", "kms:Decrypt", 1},
		"KMS lost":           {inject(fakekms.LostAnswer), "", "no answer", 1},
		"KMS timed out": {func(s *service) func() {
			heal := inject(fakekms.Timeout)(s)
			s.hasty.timeout.Store(int64(100 * time.Millisecond))
			return func() { heal(); s.hasty.timeout.Store(0) }
		}, "", "no answer", 1},
		"key disabled": {func(s *service) func() {
			s.kms.Disable(s.key)
			return func() { s.kms.Enable(s.key) }
		}, "DisabledException", "enable it", 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newService(t)
			stored := s.put(s.visits(), "north")
			for what, call := range map[string]func(crypt.ItemEncryptor) error{
				"read": func(e crypt.ItemEncryptor) error { return s.get(e, stored) },
				"write": func(e crypt.ItemEncryptor) error {
					written, err := e.EncryptItem(t.Context(), visit("north"))
					assert.Equal(t, err == nil, written != nil)
					return err
				},
			} {
				e := s.visits()
				s.kms.ResetCalls()
				heal := c.fault(s)
				err := call(e)
				require.ErrorIs(t, err, crypt.ErrKeys, what)
				require.NotErrorIs(t, err, crypt.ErrAuth, what)
				assert.ErrorContains(t, err, c.says, what)
				assert.Len(t, s.kms.Calls(), c.calls, what)
				if c.code != "" {
					var api smithy.APIError
					require.ErrorAs(t, err, &api, what)
					assert.Equal(t, c.code, api.ErrorCode(), what)
				}
				heal()
				s.kms.ResetCalls()
				require.NoError(t, call(e), what)
				require.NoError(t, call(e), what)
				assert.Len(t, s.kms.Calls(), 1, "nothing was kept, and one call makes up for it")
			}
		})
	}
}

// deleteNorth deletes a tenant's branch key, which is restored from a backup.
func deleteNorth(s *service) (heal func()) {
	backup := all(s.t, s.ddb.Client(), "north")
	s.delete("north")
	return func() {
		for _, it := range backup {
			s.overwrite(it)
		}
		s.clock.pass(10 * time.Second) // for so long it is known not to be there
	}
}

func TestACancelledContextMakesNoCall(t *testing.T) {
	s := newService(t)
	e := s.visits()
	stored := s.put(e, "north")
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	before := s.flaky.calls
	for _, fresh := range []crypt.ItemEncryptor{e, s.visits()} {
		_, err := fresh.EncryptItem(ctx, visit("north"))
		require.ErrorIs(t, err, context.Canceled)
		_, err = fresh.DecryptItem(ctx, stored)
		require.ErrorIs(t, err, context.Canceled)
	}
	assert.Equal(t, before, s.flaky.calls)
}

// The first caller gives up while DynamoDB does not answer. Those who wait with him get the key.
func TestALeaderWhoGivesUp(t *testing.T) {
	s := newService(t)
	stored := s.put(s.visits(), "north")
	began, answer := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s.flaky.set(func(ctx context.Context) error {
		once.Do(func() { close(began) })
		select {
		case <-answer:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	e := s.visits()
	ctx, cancel := context.WithCancel(t.Context())
	led := make(chan error)
	go func() { _, err := e.DecryptItem(ctx, stored); led <- err }()
	<-began
	cancel()
	require.ErrorIs(t, <-led, context.Canceled)
	followed := make(chan error)
	go func() { followed <- s.get(e, stored) }()
	close(answer)
	require.NoError(t, <-followed)
}

// A role that lost its permission reads until the TTL ends, and no longer; if it asks shortly before, not so
// long.
func TestRevocation(t *testing.T) {
	for name, c := range map[string]struct{ revoke, grant func(*service) }{
		"denied":   {func(s *service) { s.kms.Deny(s.key, "Decrypt") }, func(s *service) { s.kms.Allow(s.key, "Decrypt") }},
		"disabled": {func(s *service) { s.kms.Disable(s.key) }, func(s *service) { s.kms.Enable(s.key) }},
	} {
		t.Run(name, func(t *testing.T) {
			s := newService(t)
			e := s.visits()
			stored := s.put(e, "north")
			require.NoError(t, s.get(e, stored))
			c.revoke(s)
			s.clock.pass(49 * time.Second)
			require.NoError(t, s.get(e, stored))
			s.put(e, "north")
			s.clock.pass(time.Second)
			require.NoError(t, s.get(e, stored), "and asks KMS")
			require.Eventually(t, func() bool { return errors.Is(s.get(e, stored), crypt.ErrKeys) }, 10*time.Second, time.Millisecond)
			s.clock.pass(10 * time.Second)
			_, err := e.EncryptItem(t.Context(), visit("north"))
			require.ErrorIs(t, err, crypt.ErrKeys)
			assert.ErrorContains(t, err, s.key)
			c.grant(s)
			require.NoError(t, s.get(e, stored))
			s.put(e, "north")
		})
	}
}

// A tenant is shredded: with the items of its branch key, all that was written under it is gone.
func TestShredding(t *testing.T) {
	s := newService(t)
	e := s.visits()
	old := s.put(e, "north")
	require.NoError(t, s.store.Rotate(t.Context(), "north"))
	s.clock.pass(time.Minute)
	recent, others := s.put(e, "north"), s.put(e, "south")
	require.NotEqual(t, versionIn(t, old), versionIn(t, recent))
	gone := func(e crypt.ItemEncryptor) {
		t.Helper()
		for _, stored := range []crypt.Item{old, recent} {
			err := s.get(e, stored)
			require.ErrorIs(t, err, crypt.ErrKeys)
			require.ErrorIs(t, err, hierarchy.ErrNotFound)
			require.ErrorContains(t, err, `branch key "north"`)
			require.ErrorContains(t, err, "no such branch key in the store")
		}
		written, err := e.EncryptItem(t.Context(), visit("north"))
		require.ErrorIs(t, err, hierarchy.ErrNotFound)
		require.Nil(t, written)
		require.NoError(t, s.get(e, others))
	}
	for _, stored := range []crypt.Item{old, recent} {
		require.NoError(t, s.get(e, stored))
	}
	s.delete("north")
	require.NoError(t, s.get(e, old), "until the TTL ends")
	gone(s.visits())
	s.clock.pass(time.Minute)
	gone(e)
}

func versionIn(t *testing.T, stored crypt.Item) string {
	t.Helper()
	header, ok := stored["aws_dbe_head"].(*types.AttributeValueMemberB)
	require.True(t, ok)
	_, rest, ok := strings.Cut(string(header.Value), "aws-kms-hierarchy")
	require.True(t, ok)
	return rest[2+len("north")+2+76:][:16]
}
