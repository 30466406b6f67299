package metastore_test

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/secret"
)

// Set, it has this test binary do something else on the DynamoDB at that address: rotate, or print what is there.
const (
	endpointVariable = "METASTORE_TEST_ENDPOINT"
	taskVariable     = "METASTORE_TEST_TASK"
)

const rotations = 100

func TestMain(m *testing.M) {
	if url := os.Getenv(endpointVariable); url != "" {
		if err := process(context.Background(), url, os.Getenv(taskVariable)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// process is another process's part.
func process(ctx context.Context, url, task string) error {
	k, err := secret.New([]byte(strings.Repeat("k", 32)))
	if err != nil {
		return err
	}
	p, err := provider.WrappedAES(k, k)
	if err != nil {
		return err
	}
	client := dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	})
	store, err := metastore.New(metastore.Config{Client: client, Table: table, Encryption: ddbec.Format(p)})
	if err != nil {
		return err
	}
	if task == "rotate" {
		for range rotations {
			made, err := store.Rotate(ctx, name)
			if err != nil {
				return err
			}
			stored, err := store.Version(ctx, name, made.Version)
			if err != nil {
				return err
			}
			if !made.Wrap.Equal(stored.Wrap) || !made.Sign.Equal(stored.Sign) {
				return errors.New("the keys that a rotation gave are not those stored")
			}
		}
		return nil
	}
	newest, err := store.Newest(ctx, name)
	if err != nil {
		return err
	}
	for version := range newest.Version + 1 {
		k, err := store.Version(ctx, name, version)
		if err != nil {
			return err
		}
		fmt.Printf("%d %x\n", version, sha256.Sum256(append(append([]byte(nil), k.Wrap.Expose()...), k.Sign.Expose()...)))
	}
	return nil
}

func TestTwoProcessesRotate(t *testing.T) {
	executable, err := os.Executable()
	require.NoError(t, err)
	s := newStore(t, nil)
	in := func(task string) string {
		cmd := exec.CommandContext(t.Context(), executable)
		cmd.Env = append(os.Environ(), endpointVariable+"="+s.server.URL(), taskVariable+"="+task)
		cmd.Stderr = os.Stderr
		out, err := cmd.Output()
		assert.NoError(t, err)
		return string(out)
	}
	both := func(task string) (out [2]string) {
		var wg sync.WaitGroup
		for i := range out {
			wg.Go(func() { out[i] = in(task) })
		}
		wg.Wait()
		return out
	}
	both("rotate")
	seen := both("print")
	assert.Equal(t, seen[0], seen[1])
	versions := strings.Count(seen[0], "\n")
	assert.GreaterOrEqual(t, versions, rotations)
	assert.LessOrEqual(t, versions, 2*rotations)
	for version := range versions {
		assert.NotEmpty(t, s.stored(t, name, int64(version)))
	}
	assert.Nil(t, s.server.Stored(table, versionKey(name, int64(versions))))
}
