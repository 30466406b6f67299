package rotationtest_test

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/rotationtest"
)

func TestMain(m *testing.M) { rotationtest.Main(m) }

// dynamoDB is DynamoDB Local where there is one, and ddbtest elsewhere.
func dynamoDB(t *testing.T) string {
	if endpoint := os.Getenv("DDB_ENDPOINT"); endpoint != "" {
		return endpoint
	}
	s := ddbtest.Start()
	t.Cleanup(s.Close)
	return s.URL()
}

func TestTwoProcessesRotateOneMetaStore(t *testing.T) { run(t, rotationtest.MetaStore) }

func TestTwoProcessesRotateOneKeyStore(t *testing.T) { run(t, rotationtest.KeyStore) }

func run(t *testing.T, kind string) {
	kms := fakekms.Start()
	t.Cleanup(kms.Close)
	_, items := rotationtest.Run(t, kind, dynamoDB(t), kms)
	require.GreaterOrEqual(t, len(items), 2*(rotationtest.Rotations+1))
}
