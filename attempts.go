package ddb

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// attempts watches how the SDK's client sends one request, perhaps more than once.
type attempts struct {
	unknown int // sent and not known to be refused: the service may have applied them
}

// watch is a per-call option of the client's. A client that knows no options is not watched.
func (a *attempts) watch(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions[:len(o.APIOptions):len(o.APIOptions)], func(s *middleware.Stack) error {
		step := middleware.FinalizeMiddlewareFunc("ddb:attempts", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			out, md, err := next.HandleFinalize(ctx, in)
			if err != nil && !refused(err) {
				a.unknown++
			}
			return out, md, err
		})
		const retry = "Retry" // the SDK's retry loop; what stands after it runs once for each attempt
		if _, ok := s.Finalize.Get(retry); ok {
			return s.Finalize.Insert(step, retry, middleware.After)
		}
		return s.Finalize.Add(step, middleware.Before)
	})
}

// refused reports whether the service said that it did nothing: throttled, condition not met, invalid.
func refused(err error) bool {
	answer, ok := errors.AsType[*smithyhttp.ResponseError](err)
	return ok && answer.HTTPStatusCode() >= http.StatusBadRequest && answer.HTTPStatusCode() < http.StatusInternalServerError
}

// uncertain adds to the cause of a failure that an earlier attempt may have been applied.
func (a attempts) uncertain(cause error) error {
	if a.unknown == 0 {
		return cause
	}
	return fmt.Errorf("%w: %w: read the item before trying again", cause, ErrUncertain)
}
