package rotationtest

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/fakekms"
)

// Rotations is how many versions each process makes.
const Rotations = 100

const region = "us-east-1"

// Run has two processes rotate the keys of one new store of a kind, each writing an item under every version that
// it made or saw meanwhile, and one under each other version afterwards; and then has both read all items. It holds
// that no version is lost and that none has two keys, and returns the tables, which are deleted with the
// test, and every item.
func Run(t *testing.T, kind, endpoint string, kms *fakekms.Server) (Setup, []Item) {
	t.Helper()
	s := Setup{Kind: kind, DynamoDB: endpoint, KMS: kms.URL(), Region: region, KMSKey: kms.AddKey(fakekms.Key{Region: region})}
	s.Keys, s.Items = "keys-"+branchkey.NewUUID(), "items-"+branchkey.NewUUID()
	keys := s.create(t)
	first, err := keys.versions(t.Context())
	require.NoError(t, err)
	require.Len(t, first, 1)

	both := []*peer{s.start(t, "a"), s.start(t, "b")}
	var won []string
	lost := 0
	for _, a := range ask(t, both, request{Rotate: Rotations}) {
		require.Len(t, a.Won, Rotations)
		won = append(won, a.Won...)
		lost += a.Lost
	}
	versions, err := keys.versions(t.Context())
	require.NoError(t, err)
	s.check(t, first[0], won, versions)

	var items []Item
	for _, p := range both {
		for _, version := range versions {
			items = append(items, Item{p.name, version})
		}
	}
	ask(t, both, request{Write: versions})
	for i, a := range ask(t, both, request{Read: items}) {
		assert.EqualValues(t, len(versions), a.Usage.StoreCalls, "process %s: calls for keys to read by: the items are of all versions", both[i].name)
		assert.EqualValues(t, len(versions), a.Usage.KeyCalls, "process %s", both[i].name)
	}
	t.Logf("%d rotations, %d races lost, %d versions, %d items", len(won), lost+1+len(won)-len(versions), len(versions), len(items))
	return s, items
}

// create makes the tables, and the first version.
func (s Setup) create(t *testing.T) store {
	t.Helper()
	client := s.dynamoDB()
	for _, table := range []string{s.Keys, s.Items} {
		t.Cleanup(func() {
			_, err := client.DeleteTable(context.WithoutCancel(t.Context()), &dynamodb.DeleteTableInput{TableName: &table})
			assert.NoError(t, err)
		})
	}
	_, err := client.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:            &s.Items,
		BillingMode:          types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String(PartitionKey), AttributeType: types.ScalarAttributeTypeS}},
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String(PartitionKey), KeyType: types.KeyTypeHash}},
	})
	require.NoError(t, err)
	keys, err := s.open(t.Context())
	require.NoError(t, err)
	require.NoError(t, keys.create(t.Context()))
	return keys
}

// check holds what is stored against what rotating gave.
func (s Setup) check(t *testing.T, first string, won, versions []string) {
	t.Helper()
	for _, version := range won {
		require.Contains(t, versions, version, "it was handed out and is not stored")
	}
	if s.Kind == KeyStore {
		// Who won need not have seen his own version: the other's may have been active already.
		require.Len(t, versions, 1+len(won), "one for each rotation, and the first")
		return
	}
	// Who was slower got the other's version: none is there that was not handed out, and no gap.
	slices.Sort(won)
	made := slices.Compact(won)
	require.ElementsMatch(t, versions, append(made, first))
}

// peer is a running process.
type peer struct {
	name    string
	in      io.Writer
	answers *bufio.Scanner
}

// start starts a process, which ends with the test.
func (s Setup) start(t *testing.T, name string) *peer {
	t.Helper()
	s.Process = name
	setup, err := json.Marshal(s)
	require.NoError(t, err)
	own, err := os.Executable()
	require.NoError(t, err)
	command := exec.CommandContext(t.Context(), own)
	command.Env = append(os.Environ(), child+"="+string(setup))
	command.Stderr = os.Stderr
	in, err := command.StdinPipe()
	require.NoError(t, err)
	out, err := command.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, command.Start())
	t.Cleanup(func() {
		_ = in.Close()
		_ = command.Wait() // killed with the test's context, if it did not end by itself
	})
	p := &peer{name, in, bufio.NewScanner(out)}
	p.answers.Buffer(nil, 1<<20)
	return p
}

// ask has all peers do what q names, at once.
func ask(t *testing.T, all []*peer, q request) []answer {
	t.Helper()
	line, err := json.Marshal(q)
	require.NoError(t, err)
	for _, p := range all {
		_, err := p.in.Write(append(line, '\n'))
		require.NoError(t, err)
	}
	answers := make([]answer, len(all))
	for i, p := range all {
		require.True(t, p.answers.Scan(), "process %s ended", p.name)
		require.NoError(t, json.Unmarshal(p.answers.Bytes(), &answers[i]))
		require.Empty(t, answers[i].Error, "process %s", p.name)
	}
	return answers
}
