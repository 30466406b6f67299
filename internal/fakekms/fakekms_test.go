package fakekms_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/stretchr/testify/assert"
)

func TestChecks(t *testing.T) {
	s := fakekms.Start()
	defer s.Close()
	passed := 0
	for _, c := range checks {
		if t.Run(c.name, func(t *testing.T) {
			c.run(engine{t, t.Context(), func(region string) *kms.Client { return s.Client(region) }})
		}) {
			passed++
		}
	}
	assert.Equal(t, 20, passed)
}
