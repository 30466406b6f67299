package mostrecent_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/dynaseal/ddb/provider/secret"
)

const (
	name = "visits"
	ttl  = time.Minute
)

var (
	errThrottled = &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down"}
	errDenied    = &smithy.GenericAPIError{Code: "AccessDeniedException", Message: "no"}
	errDisabled  = &smithy.GenericAPIError{Code: "DisabledException", Message: "no"}
)

// store is a store in memory, each of whose calls takes a second.
type store struct {
	mu     sync.Mutex
	keys   map[string][]mostrecent.Keys // by name and version
	calls  []string
	err    error            // of every call
	errs   map[int64]error  // of a version
	hangs  bool             // until the context ends
	answer *mostrecent.Keys // whatever is asked for
}

func newStore(t testing.TB, versions int) *store {
	t.Helper()
	s := &store{keys: make(map[string][]mostrecent.Keys), errs: make(map[int64]error)}
	for range versions {
		s.rotate(t, name)
	}
	return s
}

func (s *store) rotate(t testing.TB, name string) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys[name] = append(s.keys[name], mostrecent.Keys{Version: int64(len(s.keys[name])), Wrap: randomKey(t), Sign: randomKey(t)})
}

func randomKey(t testing.TB) secret.Key {
	t.Helper()
	b := make([]byte, 32)
	rand.Read(b)
	k, err := secret.New(b)
	require.NoError(t, err)
	return k
}

func (s *store) call(ctx context.Context, what string, version int64) error {
	ctx, done := crypt.StartCall(ctx, crypt.Call{Service: crypt.KeyStore, Operation: what, Key: name})
	s.mu.Lock()
	s.calls = append(s.calls, what)
	err, hangs := s.err, s.hangs
	if err == nil {
		err = s.errs[version]
	}
	s.mu.Unlock()
	wait := time.After(time.Second)
	if hangs {
		wait = nil
	}
	select {
	case <-wait:
	case <-ctx.Done():
		err = ctx.Err()
	}
	done(err)
	return err
}

func (s *store) Newest(ctx context.Context, name string) (mostrecent.Keys, error) {
	if err := s.call(ctx, "newest", -1); err != nil {
		return mostrecent.Keys{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	versions := s.keys[name]
	switch {
	case s.answer != nil:
		return *s.answer, nil
	case len(versions) == 0:
		return mostrecent.Keys{}, mostrecent.ErrNoVersion
	}
	return versions[len(versions)-1], nil
}

func (s *store) Version(ctx context.Context, name string, version int64) (mostrecent.Keys, error) {
	if err := s.call(ctx, fmt.Sprint("version ", version), version); err != nil {
		return mostrecent.Keys{}, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.answer != nil:
		return *s.answer, nil
	case version >= int64(len(s.keys[name])):
		return mostrecent.Keys{}, fmt.Errorf("store: %w", mostrecent.ErrNoVersion)
	}
	return s.keys[name][version], nil
}

// made are the calls since it was last asked.
func (s *store) made() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := s.calls
	s.calls = nil
	return made
}

func (s *store) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *store) failVersion(version int64, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.errs[version] = err
}

// quick is a store whose calls take no time.
type quick struct{ *store }

func (q quick) Newest(ctx context.Context, name string) (mostrecent.Keys, error) {
	return q.store.keys[name][len(q.store.keys[name])-1], nil
}

func (q quick) Version(ctx context.Context, name string, version int64) (mostrecent.Keys, error) {
	if version >= int64(len(q.store.keys[name])) {
		return mostrecent.Keys{}, mostrecent.ErrNoVersion
	}
	return q.store.keys[name][version], nil
}

// creator is a store that makes versions.
type creator struct{ *store }

func (c creator) Create(ctx context.Context, name string, version int64) (none mostrecent.Keys, _ error) {
	if err := c.call(ctx, fmt.Sprint("create ", version), -1); err != nil {
		return none, err
	}
	k, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		return none, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.keys[name]) == 0 {
		c.keys[name] = []mostrecent.Keys{{Version: version, Wrap: k, Sign: k}}
	}
	return c.keys[name][version], nil
}

func newProvider(t testing.TB, s mostrecent.Store, change func(*mostrecent.Config)) *mostrecent.Provider {
	t.Helper()
	c := mostrecent.Config{Store: s, Name: name, TTL: ttl}
	if change != nil {
		change(&c)
	}
	p, err := mostrecent.New(c)
	require.NoError(t, err)
	return p
}

// request asks for the keys of an item of a tenant, that names keys.
func request(t testing.TB, tenant, metaID string) provider.Request {
	t.Helper()
	r := provider.Request{Table: "t", PartitionKey: "pk", Keys: func() (crypt.Item, error) {
		return crypt.Item{"pk": &types.AttributeValueMemberS{Value: tenant}}, nil
	}}
	if metaID != "" {
		var err error
		r.Description, err = provider.NewDescription(map[string]string{"amzn-ddb-meta-id": metaID})
		require.NoError(t, err)
	}
	return r
}

// written is what an item written now says of its keys.
func written(t testing.TB, p *mostrecent.Provider) provider.Description {
	t.Helper()
	m, err := p.EncryptionMaterials(t.Context(), request(t, "", ""))
	require.NoError(t, err)
	return m.Description
}

// versionOf is the version that an item written now names.
func versionOf(t testing.TB, p *mostrecent.Provider) string {
	t.Helper()
	id, ok := written(t, p).Lookup("amzn-ddb-meta-id")
	assert.True(t, ok)
	return id
}

// asks for the keys of an item that names keys which are likely not to be, and tells whether the store was asked.
func asks(t testing.TB, p *mostrecent.Provider, s *store, metaID string) (asked bool, err error) {
	t.Helper()
	s.made()
	m, err := p.DecryptionMaterials(t.Context(), request(t, "", metaID))
	if err != nil {
		assert.Nil(t, m.Verify)
		assert.True(t, m.Decrypt.IsZero())
	}
	return len(s.made()) > 0, err
}

// reads opens an item under d, and is the error of that.
func reads(t testing.TB, p *mostrecent.Provider, d provider.Description) error {
	t.Helper()
	r := request(t, "", "")
	r.Description = d
	_, err := p.DecryptionMaterials(t.Context(), r)
	return err
}

// redescribed is an item with other entries in its description.
func redescribed(t testing.TB, item crypt.Item, change func(map[string]string)) crypt.Item {
	t.Helper()
	d, err := provider.ParseDescription(item[ddbec.DescriptionField].(*types.AttributeValueMemberB).Value)
	require.NoError(t, err)
	entries := d.Map()
	change(entries)
	d, err = provider.NewDescription(entries)
	require.NoError(t, err)
	item = itemtest.Copy(item)
	item[ddbec.DescriptionField] = &types.AttributeValueMemberB{Value: d.AppendTo(nil)}
	return item
}
