package fakekms_test

import (
	"context"
	"net/http"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// start returns a server that is closed when t ends, with one key in us-east-1 and a client there.
func start(t *testing.T) (s *fakekms.Server, arn string, client *kms.Client) {
	s = fakekms.Start()
	t.Cleanup(s.Close)
	return s, s.AddKey(fakekms.Key{Region: east}), s.Client(east)
}

func generate(ctx context.Context, client *kms.Client, key string) (*kms.GenerateDataKeyOutput, error) {
	return client.GenerateDataKey(ctx, &kms.GenerateDataKeyInput{KeyId: &key, KeySpec: types.DataKeySpecAes256})
}

func TestFaultsAreTyped(t *testing.T) {
	for kind, c := range map[fakekms.Kind]struct {
		code   string
		status int
	}{
		fakekms.Throttle:     {"ThrottlingException", http.StatusBadRequest},
		fakekms.AccessDenied: {"AccessDeniedException", http.StatusBadRequest},
		fakekms.Internal:     {"KMSInternalException", http.StatusInternalServerError},
		fakekms.Unavailable:  {"ServiceUnavailableException", http.StatusServiceUnavailable},
	} {
		t.Run(kind.String(), func(t *testing.T) {
			s, arn, client := start(t)
			s.Inject(fakekms.Fault{Kind: kind})
			_, err := generate(t.Context(), client, arn)
			isCode(t, c.code, err)
			var response *smithyhttp.ResponseError
			require.ErrorAs(t, err, &response)
			assert.Equal(t, c.status, response.HTTPStatusCode())
			_, err = generate(t.Context(), client, arn)
			require.NoError(t, err, "a fault happens once")
			calls := s.Calls()
			assert.Equal(t, []string{c.code, ""}, []string{calls[0].Err, calls[1].Err})
			assert.Equal(t, arn, calls[0].KeyID)
		})
	}
}

func TestTimeoutHangsUntilTheContextEnds(t *testing.T) {
	s, arn, client := start(t)
	s.Inject(fakekms.Fault{Kind: fakekms.Timeout})
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	_, err := generate(ctx, client, arn)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	assert.Equal(t, "Timeout", s.Calls()[0].Err)
}

func TestCloseEndsATimeout(t *testing.T) {
	s := fakekms.Start()
	arn := s.AddKey(fakekms.Key{Region: east})
	s.Inject(fakekms.Fault{Kind: fakekms.Timeout})
	ended := make(chan error)
	go func() {
		_, err := generate(context.Background(), s.Client(east), arn)
		ended <- err
	}()
	require.Eventually(t, func() bool { return len(s.Calls()) == 1 }, time.Minute, time.Millisecond)
	s.Close()
	require.Error(t, <-ended)
}

func TestLostAnswerIsCarriedOut(t *testing.T) {
	s, arn, client := start(t)
	s.Inject(fakekms.Fault{Operation: "CreateAlias", Kind: fakekms.LostAnswer})
	_, err := client.CreateAlias(t.Context(), &kms.CreateAliasInput{AliasName: aws.String("alias/a"), TargetKeyId: &arn})
	require.Error(t, err)
	_, answered := err.(smithy.APIError)
	assert.False(t, answered)
	assert.Equal(t, "LostAnswer", s.Calls()[0].Err)
	_, err = generate(t.Context(), client, "alias/a")
	require.NoError(t, err)
}

func TestFaultsMatch(t *testing.T) {
	s, arn, client := start(t)
	other := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/other"}})
	made, err := generate(t.Context(), client, other)
	require.NoError(t, err)
	s.Inject(fakekms.Fault{Operation: "Decrypt", Key: other, Kind: fakekms.Throttle, Skip: 1, Times: 2})
	s.Inject(fakekms.Fault{Operation: "GenerateDataKey", Key: "alias/other", Kind: fakekms.Internal, Times: -1})

	_, err = generate(t.Context(), client, arn)
	require.NoError(t, err, "another key")
	_, err = generate(t.Context(), client, other)
	require.NoError(t, err, "another KeyId of the same key")
	for range 3 {
		_, err = generate(t.Context(), client, "alias/other")
		isException[*types.KMSInternalException](t, err)
	}
	var failed []bool
	for range 5 {
		_, err := client.Decrypt(t.Context(), &kms.DecryptInput{CiphertextBlob: made.CiphertextBlob})
		failed = append(failed, err != nil)
	}
	assert.Equal(t, []bool{false, true, true, false, false}, failed, "the key is found by its ciphertext")
	s.ClearFaults()
	_, err = generate(t.Context(), client, "alias/other")
	require.NoError(t, err)
	assert.Panics(t, func() { s.Inject(fakekms.Fault{Operation: "Decrypt"}) })
}

// The SDK retries what the service means to be tried again, and nothing else.
func TestTheSDKRetries(t *testing.T) {
	for kind, want := range map[fakekms.Kind]int{
		fakekms.Throttle: 2, fakekms.Internal: 2, fakekms.Unavailable: 2, fakekms.LostAnswer: 2, fakekms.AccessDenied: 1,
	} {
		t.Run(kind.String(), func(t *testing.T) {
			s, arn, _ := start(t)
			client := s.Client(east, func(o *kms.Options) {
				o.Retryer = retry.NewStandard(func(o *retry.StandardOptions) {
					o.Backoff = retry.BackoffDelayerFunc(func(int, error) (time.Duration, error) { return 0, nil })
				})
			})
			s.Inject(fakekms.Fault{Kind: kind})
			_, err := generate(t.Context(), client, arn)
			assert.Equal(t, want == 2, err == nil)
			assert.Len(t, s.Calls(), want)
		})
	}
}

// Keys, denials, faults and the log may change while calls arrive.
func TestConcurrentSetup(t *testing.T) {
	s, arn, client := start(t)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 4 {
				own := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
				s.Replicate(own, west)
				s.Inject(fakekms.Fault{Key: own, Kind: fakekms.Throttle})
				_, err := generate(t.Context(), client, own)
				isCode(assertOnly{t}, "ThrottlingException", err)
				s.Deny(own, "GenerateDataKey")
				s.Disable(own)
				s.Calls()
				_, err = generate(t.Context(), client, own)
				isCode(assertOnly{t}, "AccessDeniedException", err)
				_, err = generate(t.Context(), client, arn)
				assert.NoError(t, err)
			}
		})
	}
	wg.Wait()
	assert.Len(t, s.Calls(), 16*4*3)
}

// assertOnly lets a goroutine other than the test's fail it.
type assertOnly struct{ *testing.T }

func (assertOnly) FailNow() { runtime.Goexit() }
