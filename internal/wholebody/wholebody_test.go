package wholebody_test

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/wholebody"
)

// late is the body of a request whose end net/http looks for late, as on a busy machine.
type late struct {
	io.ReadCloser
	answering <-chan struct{}
}

// WriteTo is how net/http asks whether there is more of it than was said.
func (l late) WriteTo(w io.Writer) (int64, error) {
	<-l.answering
	time.Sleep(20 * time.Millisecond) // the SDK closes it meanwhile
	return l.ReadCloser.(io.WriterTo).WriteTo(w)
}

// busy sends requests with such bodies.
type busy struct {
	then interface {
		Do(*http.Request) (*http.Response, error)
	}
	answering <-chan struct{}
}

func (b busy) Do(r *http.Request) (*http.Response, error) {
	r.Body = late{r.Body, b.answering}
	return b.then.Do(r)
}

// What the SDK and net/http do to each other, and what this package is for. Should the first case fail, they
// have mended it.
func TestAnswersAreReadToTheirEnd(t *testing.T) {
	for name, c := range map[string]struct {
		then func(*http.Client, <-chan struct{}) dynamodb.HTTPClient
		want error
	}{
		"without": {func(h *http.Client, a <-chan struct{}) dynamodb.HTTPClient { return busy{h, a} }, net.ErrClosed},
		"with":    {func(h *http.Client, _ <-chan struct{}) dynamodb.HTTPClient { return wholebody.Client{HTTP: h} }, nil},
	} {
		t.Run(name, func(t *testing.T) {
			answering := make(chan struct{})
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.Contains(t, string(body), "TableName")
				_, _ = io.WriteString(w, `{"Item":{"pk":{"S":"`)
				w.(http.Flusher).Flush()
				close(answering)
				time.Sleep(100 * time.Millisecond)
				_, _ = io.WriteString(w, strings.Repeat("x", 1<<16)+`"}}}`)
			}))
			t.Cleanup(server.Close)
			client := dynamodb.New(dynamodb.Options{
				Region: "us-east-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{}, HTTPClient: c.then(server.Client(), answering),
				Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
					return aws.Credentials{AccessKeyID: "x", SecretAccessKey: "x"}, nil
				}),
			})
			out, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("table"), Key: map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "x"}}})
			if c.want != nil {
				require.ErrorIs(t, err, c.want)
				return
			}
			require.NoError(t, err)
			assert.Len(t, out.Item["pk"].(*types.AttributeValueMemberS).Value, 1<<16)
		})
	}
}

type broken struct{ io.Reader }

func (broken) Close() error { return nil }

func TestBodies(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(w, r.Body)
	}))
	t.Cleanup(server.Close)
	client := wholebody.Client{HTTP: server.Client()}
	for name, c := range map[string]struct {
		body io.Reader
		want string
	}{
		"none":  {nil, ""},
		"empty": {http.NoBody, ""},
		"some":  {strings.NewReader("text"), "text"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, c.body)
		require.NoError(t, err)
		given := r.Body
		resp, err := client.Do(r)
		require.NoError(t, err, name)
		got, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		require.NoError(t, resp.Body.Close())
		assert.Equal(t, c.want, string(got), name)
		assert.Equal(t, given, r.Body, "the request is as it was")
	}
	wrong := errors.New("wrong")
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL, broken{io.MultiReader(strings.NewReader("x"), failing{wrong})})
	require.NoError(t, err)
	_, err = client.Do(r)
	assert.ErrorIs(t, err, wrong)
}

type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
