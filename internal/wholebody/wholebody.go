// Package wholebody is the HTTP client of tests' clients of the SDK, which do not retry: it sends the body of a
// request from memory.
//
// The SDK closes the body of a request as soon as the head of the answer is there. net/http may at that moment not
// have looked for the body's end yet, finds a closed one, takes that for an error and closes the connection under
// whoever reads the answer: "use of closed network connection", for one request of some ten thousand on a busy
// machine. Clients that retry send it again. A body that net/http knows to lie in memory is sent in one piece with
// the request's head, and nobody closes it.
package wholebody

import (
	"bytes"
	"io"
	"net/http"
)

// Client sends requests by HTTP, the client of an httptest.Server say. It is what HTTPClient of the SDK's
// options takes, and as safe for concurrent use as HTTP is.
type Client struct{ HTTP *http.Client }

// Do sends r, whose body it reads and leaves open, as the SDK wants it.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body == nil || r.Body == http.NoBody {
		return c.HTTP.Do(r)
	}
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	whole := r.WithContext(r.Context())
	whole.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	whole.Body, _ = whole.GetBody()
	return c.HTTP.Do(whole)
}
