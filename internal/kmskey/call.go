package kmskey

import (
	"context"
	"errors"

	"github.com/dynaseal/ddb/crypt"
)

var errNothing = errors.New("the client gave neither an answer nor an error")

// Do makes a call of the SDK's for a key, such as client.Decrypt, which whoever watches ctx counts and traces.
// Neither an answer nor an error, of a client that is not the SDK's, is an error.
func Do[I, O, Options any](ctx context.Context, c crypt.Call, operation func(context.Context, *I, ...func(*Options)) (*O, error), in *I) (*O, error) {
	ctx, done := crypt.StartCall(ctx, c)
	out, err := operation(ctx, in)
	if err == nil && out == nil {
		err = errNothing
	}
	done(err)
	return out, err
}
