package ddb

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/smithy-go/middleware"
)

// attemptCounter counts how often the SDK's client sent one request. A client that knows no options
// leaves it at 0.
type attemptCounter struct{ n int }

// count is a per-call option of the client's.
func (a *attemptCounter) count(o *dynamodb.Options) {
	o.APIOptions = append(o.APIOptions[:len(o.APIOptions):len(o.APIOptions)], func(s *middleware.Stack) error {
		step := middleware.FinalizeMiddlewareFunc("ddb:attempts", func(ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler) (middleware.FinalizeOutput, middleware.Metadata, error) {
			a.n++
			return next.HandleFinalize(ctx, in)
		})
		const retry = "Retry" // the SDK's retry loop; what stands after it runs once for each attempt
		if _, ok := s.Finalize.Get(retry); ok {
			return s.Finalize.Insert(step, retry, middleware.After)
		}
		return s.Finalize.Add(step, middleware.Before)
	})
}
