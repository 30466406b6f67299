package fakekms_test

import (
	"context"
	"fmt"
	"net/http"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/internal/wholebody"
	"github.com/stretchr/testify/assert"
)

// moto's KMS is a second opinion on the same checks. Where it differs from the service the check must
// fail on it, in the way that is written there: a difference that goes away is to be struck out.
func TestMotoAgrees(t *testing.T) {
	endpoint := testenv.Need(t, "DDB_MOTO")
	client := func(region string) *kms.Client {
		return kms.New(kms.Options{
			Region: region, BaseEndpoint: &endpoint, Retryer: aws.NopRetryer{}, HTTPClient: wholebody.Client{HTTP: http.DefaultClient},
			Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
				return aws.Credentials{AccessKeyID: "moto", SecretAccessKey: "moto"}, nil
			}),
		})
	}
	agreed := 0
	for _, c := range checks {
		t.Run(c.name, func(t *testing.T) {
			if c.moto == "" {
				c.run(engine{t, t.Context(), client})
				agreed++
				return
			}
			got := failure(func(r *recorder) { c.run(engine{r, t.Context(), client}) })
			assert.Contains(t, got, c.moto)
		})
	}
	assert.Equal(t, 9, agreed)
}

// recorder notes how a check fails.
type recorder struct{ text strings.Builder }

func (r *recorder) Errorf(format string, args ...any) { fmt.Fprintf(&r.text, format, args...) }
func (r *recorder) FailNow()                          { runtime.Goexit() }

// failure is the text of run's failures, "" if it passes.
func failure(run func(*recorder)) string {
	var r recorder
	done := make(chan struct{})
	go func() {
		defer close(done)
		run(&r)
	}()
	<-done
	return r.text.String()
}
