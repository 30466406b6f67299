package hierarchy_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

var newKey = hierarchy.CreateKeyConfig{ID: "new", Context: map[string]string{"a": "b"}}

// Every call to KMS fails in every way: typed, with AWS's error in it, nothing written, and the next call works.
func TestFaultsOfKMS(t *testing.T) {
	w := newWorld(t)
	before := w.create("k")
	operations := map[string]func(context.Context) error{
		"create": func(ctx context.Context) error { _, err := w.store.CreateKey(ctx, newKey); return err },
		"rotate": func(ctx context.Context) error { return w.store.Rotate(ctx, "k") },
		"active": func(ctx context.Context) error { _, err := w.store.Active(ctx, "k"); return err },
		"version": func(ctx context.Context) error {
			_, err := w.store.Version(ctx, "k", before.Version)
			return err
		},
		"beacon": func(ctx context.Context) error { _, err := w.store.Beacon(ctx, "k"); return err },
	}
	calls := map[string]int{"create": 3, "rotate": 3, "active": 1, "version": 1, "beacon": 1}
	codes := map[fakekms.Kind]string{
		fakekms.Throttle: "ThrottlingException", fakekms.AccessDenied: "AccessDeniedException", fakekms.Internal: "KMSInternalException",
		fakekms.Unavailable: "ServiceUnavailableException", fakekms.LostAnswer: "", fakekms.Timeout: "",
	}
	for name, do := range operations {
		for skip := range calls[name] {
			for kind, code := range codes {
				what := name + ": " + kind.String()
				ctx := t.Context()
				if kind == fakekms.Timeout {
					ctx = w.untilCalled(skip + 1)
				}
				w.kms.Inject(fakekms.Fault{Kind: kind, Skip: skip})
				err := do(ctx)
				assertErrors(t, err, what, crypt.ErrKeys)
				assert.NotErrorIs(t, err, crypt.ErrAuth, what)
				if code != "" {
					api, ok := errors.AsType[smithy.APIError](err)
					require.True(t, ok, what)
					assert.Equal(t, code, api.ErrorCode(), what)
				}
				if kind == fakekms.Timeout {
					assertErrors(t, err, what, context.Canceled)
				}
				assert.ErrorContains(t, err, w.key, what)
				assert.ErrorContains(t, err, "kms:", what)
				assert.Len(t, all(t, w.ddb.Client(), "k", "new"), 3, what)
			}
		}
	}
	for name, do := range operations {
		cancelled, cancel := context.WithCancel(t.Context())
		cancel()
		assertErrors(t, do(cancelled), name, context.Canceled, crypt.ErrKeys)
		w.kms.Disable(w.key)
		err := do(t.Context())
		assertErrors(t, err, name, crypt.ErrKeys)
		assert.ErrorContains(t, err, "disabled", name)
		w.kms.Enable(w.key)
	}
	sameKey(t, before, w.active("k"), "after all")
	for name, do := range operations {
		require.NoError(t, do(t.Context()), name)
	}
}

func TestDeniedPermissionsAreNamed(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	for permission, do := range map[string]func() error{
		"Decrypt":                         func() error { _, err := w.store.Active(t.Context(), "k"); return err },
		"GenerateDataKeyWithoutPlaintext": func() error { _, err := w.store.CreateKey(t.Context(), newKey); return err },
		"ReEncryptFrom":                   func() error { return w.store.Rotate(t.Context(), "k") },
		"ReEncryptTo":                     func() error { return w.store.Rotate(t.Context(), "k") },
	} {
		w.kms.Deny(w.key, permission)
		err := do()
		assertErrors(t, err, permission, crypt.ErrKeys)
		assert.ErrorContains(t, err, "kms:"+permission)
		w.kms.Allow(w.key, permission)
		require.NoError(t, do())
	}
}

// What became of a transaction whose answer is not what it should be, and of the reading after it.
func TestFaultsOfWriting(t *testing.T) {
	const refused, server = 400, 500
	type fault struct {
		write, get []hook  // get: the calls after the write
		want       []error // nil: the call is done
		not        error
		written    bool
	}
	for name, c := range map[string]fault{
		"answer lost":                     {write: []hook{lostAnswer}, written: true},
		"answer lost, an error of server": {write: []hook{func(do func() error) error { _ = do(); return answers(server, apiError("InternalServerError"))(nil) }}, written: true},
		"sent twice by the client":        {write: []hook{twice}, written: true},
		"answer lost, and that of reading": {
			write: []hook{lostAnswer}, get: []hook{broken}, written: true, want: []error{hierarchy.ErrUncertain, crypt.ErrKeys, errCut},
		},
		"never arrived":   {write: []hook{broken}, want: []error{hierarchy.ErrUncertain, crypt.ErrKeys, errCut}},
		"error of server": {write: []hook{answers(server, apiError("InternalServerError"))}, want: []error{hierarchy.ErrUncertain, crypt.ErrKeys}},
		"in progress": {
			write: []hook{answers(refused, &types.TransactionInProgressException{})}, want: []error{hierarchy.ErrUncertain, crypt.ErrKeys},
		},
		"throttled": {
			write: []hook{answers(refused, apiError("ThrottlingException"))}, want: []error{crypt.ErrKeys}, not: hierarchy.ErrUncertain,
		},
		"denied": {
			write: []hook{answers(refused, apiError("AccessDeniedException"))}, want: []error{crypt.ErrKeys}, not: hierarchy.ErrUncertain,
		},
		"another's transaction": {
			write: []hook{answers(refused, cancelledBecause("TransactionConflict"))}, want: []error{hierarchy.ErrRaced}, not: crypt.ErrKeys,
		},
		"cancelled for capacity": {
			write: []hook{answers(refused, cancelledBecause("ThrottlingError"))}, want: []error{crypt.ErrKeys}, not: hierarchy.ErrUncertain,
		},
	} {
		for operation, start := range map[string]int{"create": 0, "rotate": 1} {
			what := operation + ": " + name
			w := newWorld(t)
			first := w.create("k")
			gets := append(make([]hook, start), c.get...)
			for i := range start {
				gets[i] = func(do func() error) error { return do() }
			}
			s := w.over(map[string][]hook{"TransactWriteItems": c.write, "GetItem": gets})
			do := func() error { return s.Rotate(t.Context(), "k") }
			if operation == "create" {
				do = func() error { _, err := s.CreateKey(t.Context(), newKey); return err }
			}
			err := do()
			if c.want == nil {
				assert.NoError(t, err, what)
			}
			assertErrors(t, err, what, c.want...)
			if c.not != nil {
				assert.NotErrorIs(t, err, c.not, what)
			}
			items, more := all(t, w.ddb.Client(), "k", "new"), map[string]int{"create": 3, "rotate": 1}[operation]
			if c.written {
				assert.Len(t, items, 3+more, what)
				continue
			}
			assert.Len(t, items, 3, what)
			sameKey(t, first, w.active("k"), what)
			require.NoError(t, do(), "%s: the next call works", what)
		}
	}
}

func TestFaultsOfReading(t *testing.T) {
	w := newWorld(t)
	before := w.create("k")
	for name, h := range map[string]hook{
		"cut": broken, "answer lost": lostAnswer, "throttled": answers(400, apiError("ThrottlingException")),
		"denied": answers(400, apiError("AccessDeniedException")), "server": answers(500, apiError("InternalServerError")),
		"no table": answers(400, &types.ResourceNotFoundException{}),
	} {
		w.kms.ResetCalls()
		for range 2 {
			s := w.over(map[string][]hook{"GetItem": {h, h, h, h}, "TransactWriteItems": {never}})
			k, err := s.Active(t.Context(), "k")
			assertErrors(t, err, name, crypt.ErrKeys)
			assert.ErrorContains(t, err, "dynamodb:GetItem", name)
			assert.NotErrorIs(t, err, hierarchy.ErrNotFound, name)
			assert.NotContains(t, err.Error(), "quotes the caller", name)
			assert.Zero(t, k, name)
			_, err = s.Version(t.Context(), "k", before.Version)
			assertErrors(t, err, name, crypt.ErrKeys)
			_, err = s.Beacon(t.Context(), "k")
			assertErrors(t, err, name, crypt.ErrKeys)
			assertErrors(t, s.Rotate(t.Context(), "k"), name, crypt.ErrKeys)
			got, err := s.Active(t.Context(), "k")
			require.NoError(t, err, name)
			sameKey(t, before, got, name)
		}
		assert.Len(t, w.kms.Calls(), 2, "KMS is asked about what was read alone")
	}
}

func TestTheContextEndsInTheWrite(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	ctx, cancel := context.WithCancel(t.Context())
	s := w.over(map[string][]hook{"TransactWriteItems": {func(do func() error) error { _ = do(); cancel(); return ctx.Err() }}})
	err := s.Rotate(ctx, "k")
	assertErrors(t, err, "rotate", hierarchy.ErrUncertain, context.Canceled, crypt.ErrKeys)
	assert.Len(t, all(t, w.ddb.Client(), "k"), 4, "done whole")
}

// What is deleted is gone at the next read: nothing is kept here.
func TestADeletedBranchKey(t *testing.T) {
	w := newWorld(t)
	k := w.create("k")
	require.NoError(t, w.store.Rotate(t.Context(), "k"))
	remove := func(itemType string) {
		_, err := w.ddb.Client().DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String(table), Key: itemKey("k", itemType)})
		require.NoError(t, err)
	}
	remove("branch:version:" + k.Version)
	_, err := w.store.Version(t.Context(), "k", k.Version)
	assertErrors(t, err, "version", hierarchy.ErrNotFound, crypt.ErrKeys)
	w.active("k")
	remove("branch:ACTIVE")
	_, err = w.store.Active(t.Context(), "k")
	assertErrors(t, err, "active", hierarchy.ErrNotFound, crypt.ErrKeys)
	assertErrors(t, w.store.Rotate(t.Context(), "k"), "rotate", hierarchy.ErrNotFound)
	_, err = w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "k", Context: map[string]string{"a": "b"}})
	assertErrors(t, err, "the beacon key is still there", hierarchy.ErrExists)
	assert.Len(t, all(t, w.ddb.Client(), "k"), 2)
}
