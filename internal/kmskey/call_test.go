package kmskey_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/smithy-go"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// ends is a tracer that notes how calls ended, and marks the context that they are made with.
type ends struct{ errs []error }

type marked struct{}

func (e *ends) StartCall(ctx context.Context, _ crypt.Call) (context.Context, func(error)) {
	return context.WithValue(ctx, marked{}, true), func(err error) { e.errs = append(e.errs, err) }
}

func TestDo(t *testing.T) {
	answer := &kms.DecryptOutput{}
	denied := &smithy.GenericAPIError{Code: "AccessDeniedException"}
	in := &kms.DecryptInput{}
	for name, c := range map[string]struct {
		out  *kms.DecryptOutput
		err  error
		want string
	}{
		"an answer": {answer, nil, ""},
		"an error":  {nil, denied, denied.Error()},
		"neither":   {nil, nil, "neither an answer nor an error"},
	} {
		t.Run(name, func(t *testing.T) {
			var m crypt.Meter
			trace := &ends{}
			out, err := kmskey.Do(crypt.Watch(t.Context(), &m, trace), crypt.Call{Service: crypt.KMS, Operation: "Decrypt"},
				func(ctx context.Context, got *kms.DecryptInput, _ ...func(*kms.Options)) (*kms.DecryptOutput, error) {
					assert.Equal(t, true, ctx.Value(marked{}))
					assert.Same(t, in, got)
					return c.out, c.err
				}, in)
			assert.Equal(t, c.out, out)
			assert.Equal(t, []error{err}, trace.errs)
			assert.Equal(t, crypt.Usage{KeyCalls: 1}, m.Usage())
			if c.want == "" {
				require.NoError(t, err)
				return
			}
			require.ErrorContains(t, err, c.want)
		})
	}
}
