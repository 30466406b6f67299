package hierarchy_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

const (
	rotations    = 100 // that each process makes
	childTask    = "DDB_TEST_CHILD_TASK"
	childKey     = "DDB_TEST_CHILD_KEY"
	childKMS     = "DDB_TEST_CHILD_KMS"
	childStore   = "DDB_TEST_CHILD_STORE"
	childAnswers = "child: "
)

// Two processes rotate one branch key at once, a hundred times each; then both read every version.
func TestTwoProcessesRotate(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	children := func(task string) [2]string {
		var out [2]string
		var cmds [2]*exec.Cmd
		var texts [2]strings.Builder
		for i := range cmds {
			c := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^TestChildProcess$", "-test.v")
			c.Env = append(os.Environ(), childTask+"="+task, childKey+"="+w.key, childKMS+"="+w.kms.URL(), childStore+"="+w.ddb.URL())
			c.Stdout, c.Stderr = &texts[i], &texts[i]
			require.NoError(t, c.Start())
			cmds[i] = c
		}
		for i, c := range cmds {
			require.NoError(t, c.Wait(), texts[i].String())
			for line := range strings.Lines(texts[i].String()) {
				if answer, ok := strings.CutPrefix(line, childAnswers); ok {
					out[i] = strings.TrimSpace(answer)
				}
			}
		}
		return out
	}
	children("rotate")
	versions := versionsOf(t, w, "k")
	assert.Len(t, versions, 1+2*rotations)
	read := children(strings.Join(versions, " "))
	assert.NotEmpty(t, read[0])
	assert.Equal(t, read[0], read[1], "both read the same keys")
	assert.Len(t, strings.Fields(read[0]), len(versions))
}

// TestChildProcess is what TestTwoProcessesRotate runs, and nothing otherwise.
func TestChildProcess(t *testing.T) {
	task := os.Getenv(childTask)
	if task == "" {
		return
	}
	fake, local := fakekms.Start(), ddbtest.Start() // for their clients' credentials alone
	defer fake.Close()
	defer local.Close()
	store, err := hierarchy.NewStore(hierarchy.Config{
		Table: table, LogicalName: logical, KMSConfiguration: hierarchy.KeyARN(os.Getenv(childKey)),
		KMS:      fake.Client(east, func(o *kms.Options) { o.BaseEndpoint = aws.String(os.Getenv(childKMS)) }),
		DynamoDB: local.Client(func(o *dynamodb.Options) { o.BaseEndpoint = aws.String(os.Getenv(childStore)) }),
	})
	require.NoError(t, err)
	if task == "rotate" {
		for won := 0; won < rotations; {
			switch err := store.Rotate(t.Context(), "k"); {
			case err == nil:
				won++
			case !errors.Is(err, hierarchy.ErrRaced):
				require.NoError(t, err)
			}
		}
		return
	}
	var digests []string
	for _, version := range strings.Fields(task) {
		k, err := store.Version(t.Context(), "k", version)
		require.NoError(t, err)
		sum := sha256.Sum256(k.Key.Expose())
		digests = append(digests, hex.EncodeToString(sum[:8]))
	}
	fmt.Println(childAnswers + strings.Join(digests, " "))
}
