package interop_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// The regions of the KMS that clients share; its clients are in the first, unless a key is elsewhere.
const (
	home = "us-east-1"
	away = "eu-west-1"
)

// The attributes that are the key of the table that clients share. No random name is among them.
const (
	livePartition = "partition key"
	liveSort      = "sort key"
)

// live is a KMS, and a table of DynamoDB Local that every client writes and reads.
type live struct {
	seed    uint64
	engine  *dynamodb.Client
	kms     *fakekms.Server
	table   string
	keys    map[string]protocol.Key
	clients []divergence.Client
	peers   map[divergence.Client]*peers.Peer
	rand    *rand.Rand
	made    int // items, so that each has its own key
}

// newLive starts the drivers of clients, each by its command.
func newLive(t *testing.T, clients []divergence.Client, commands map[divergence.Client]string) *live {
	endpoint := testenv.Need(t, "DDB_ENDPOINT")
	l := &live{
		seed:    seed(t),
		engine:  dynamodb.New(dynamodb.Options{Region: home, BaseEndpoint: &endpoint, Credentials: localCredentials{}}),
		kms:     fakekms.Start(),
		clients: clients,
		peers:   map[divergence.Client]*peers.Peer{},
	}
	t.Logf("seed %d (repeat with DDB_SEED=%d)", l.seed, l.seed)
	t.Cleanup(l.kms.Close)
	l.rand = rand.New(rand.NewPCG(l.seed, 3))
	l.keys = maps.Clone(generate.New(l.seed, generate.Kind{}).Keys())
	pairs, err := generate.Pairs()
	require.NoError(t, err)
	maps.Copy(l.keys, pairs)
	l.table = l.unusedTable(t)
	_, err = l.engine.CreateTable(t.Context(), &dynamodb.CreateTableInput{
		TableName:   &l.table,
		BillingMode: types.BillingModePayPerRequest,
		AttributeDefinitions: []types.AttributeDefinition{
			{AttributeName: aws.String(livePartition), AttributeType: types.ScalarAttributeTypeS},
			{AttributeName: aws.String(liveSort), AttributeType: types.ScalarAttributeTypeN},
		},
		KeySchema: []types.KeySchemaElement{
			{AttributeName: aws.String(livePartition), KeyType: types.KeyTypeHash},
			{AttributeName: aws.String(liveSort), KeyType: types.KeyTypeRange},
		},
	})
	require.NoError(t, err)

	ctx, cancel := context.WithTimeout(context.WithoutCancel(t.Context()), runLimit)
	t.Cleanup(cancel)
	for _, client := range clients {
		peer, err := peers.Start(ctx, string(client), commands[client], protocol.Request{
			Keys:     l.keys,
			KMS:      &protocol.KMS{Endpoint: l.kms.URL(), Region: home},
			DynamoDB: &protocol.Endpoint{Endpoint: endpoint},
		})
		require.NoError(t, err)
		t.Cleanup(func() { assert.NoError(t, peer.Close(), client) })
		l.peers[client] = peer
	}
	return l
}

// unusedTable is the name of a table that is deleted with the test, if there is one by then.
func (l *live) unusedTable(t *testing.T) string {
	name := fmt.Sprintf("live-%d-%d", time.Now().UnixNano(), tables.Add(1))
	t.Cleanup(func() {
		_, _ = l.engine.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: &name})
	})
	return name
}

// nextKey is the key of an item that is not there yet.
func (l *live) nextKey() crypt.Item {
	l.made++
	number := strconv.Itoa(l.rand.IntN(2_000_001) - 1_000_000)
	if l.rand.IntN(2) == 0 {
		number += ".5"
	}
	return crypt.Item{
		livePartition: &types.AttributeValueMemberS{Value: fmt.Sprintf("Zoë 😀 %d", l.made)},
		liveSort:      &types.AttributeValueMemberN{Value: number},
	}
}

// keyOf is the key of an item.
func keyOf(item crypt.Item) crypt.Item {
	return crypt.Item{livePartition: item[livePartition], liveSort: item[liveSort]}
}

// stored is an item as it lies in the table.
func (l *live) stored(t *testing.T, key crypt.Item) crypt.Item {
	t.Helper()
	out, err := l.engine.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: &l.table, Key: key, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	require.NotEmpty(t, out.Item)
	return out.Item
}

// ask has one client do one thing, and returns its answer.
func (l *live) ask(t *testing.T, client divergence.Client, r protocol.Request) protocol.Answer {
	t.Helper()
	answers, err := l.peers[client].Run([]protocol.Request{r})
	require.NoError(t, err)
	return answers[0]
}

// must is ask of what has to succeed.
func (l *live) must(t *testing.T, client divergence.Client, r protocol.Request) protocol.Answer {
	t.Helper()
	answer := l.ask(t, client, r)
	require.True(t, answer.OK, "%s: %s: %s %s", client, r.Op, answer.Class, answer.Error)
	return answer
}

// liveItem is an item of the table: what was written, by whom, by which case, and how it is read.
type liveItem struct {
	format   string
	writer   divergence.Client
	item     crypt.Item
	writing  any // a case
	reading  any
	expected crypt.Item
	readers  []divergence.Client // of what they are expected to read
	others   []divergence.Client // who have to refuse it: it is for other keys than theirs
	what     string              // for messages
	mayMiss  bool                // it names keys by what a flipped bit makes the name of none

	// flip flips a bit of the stored item, and says who is known not to look at it.
	flip func(t *testing.T, f flipper, stored crypt.Item) (altered crypt.Item, what string, taken func(divergence.Client) bool)
}

// request is op on the item, or on another in its place.
func (i liveItem) request(t *testing.T, l *live, op string, item crypt.Item) protocol.Request {
	by := i.reading
	if op == protocol.Put {
		by = i.writing
	}
	r := requestIn(t, i.format, op, by, item)
	r.Table = l.table
	return r
}

// refusedAs reports whether an altered item may be refused as of a class.
func (i liveItem) refusedAs(class string) bool {
	return class == protocol.ClassAuth || class == protocol.ClassFormat || i.mayMiss && class == protocol.ClassKeys
}

// put has every item's writer put it.
func (l *live) put(t *testing.T, items []liveItem) {
	t.Helper()
	var failed failures
	jobs := map[divergence.Client][]job{}
	for _, i := range items {
		jobs[i.writer] = append(jobs[i.writer], job{i.request(t, l, protocol.Put, i.item), func(answer protocol.Answer) {
			if !answer.OK {
				failed.add("%s: %s does not write: %s %s", i.what, i.writer, answer.Class, answer.Error)
			}
		}})
	}
	runJobs(t, l.peers, jobs)
	failed.report(t, l.seed)
}

// get has every reader get every item, and one in tamperedShare with one flipped bit.
func (l *live) get(t *testing.T, items []liveItem) {
	t.Helper()
	if t.Failed() {
		return // what was not written cannot be read
	}
	f := flipper{l.rand}
	var failed failures
	read, refused, altered := 0, 0, 0
	jobs := map[divergence.Client][]job{}
	for _, i := range items {
		for _, reader := range i.readers {
			jobs[reader] = append(jobs[reader], job{i.request(t, l, protocol.Get, keyOf(i.item)), func(answer protocol.Answer) {
				if !answer.OK {
					failed.add("%s: %s reads %s's: refused: %s %s", i.what, reader, i.writer, answer.Class, answer.Error)
				} else if differing := divergence.Difference(i.expected, answered(t, answer)); differing != nil {
					failed.add("%s: %s reads %s's: attributes %q differ", i.what, reader, i.writer, differing)
				}
				read++
			}})
		}
		for _, other := range i.others {
			jobs[other] = append(jobs[other], job{i.request(t, l, protocol.Get, keyOf(i.item)), func(answer protocol.Answer) {
				if answer.OK || other == divergence.Go && !i.refusedAs(answer.Class) {
					failed.add("%s: %s reads %s's: %t %s: %s", i.what, other, i.writer, answer.OK, answer.Class, answer.Error)
				}
				refused++
			}})
		}
		if len(i.readers) == 0 || f.IntN(tamperedShare) > 0 {
			continue
		}
		stored := l.stored(t, keyOf(i.item))
		item, what, taken := i.flip(t, f, stored)
		for _, reader := range i.readers {
			jobs[reader] = append(jobs[reader], job{i.request(t, l, protocol.Decrypt, item), func(answer protocol.Answer) {
				switch taken := taken(reader); {
				case taken != answer.OK:
					failed.add("%s, a bit of %s: %s reads %s's: taken %t: %s", i.what, what, reader, i.writer, answer.OK, answer.Error)
				case reader == divergence.Go && !taken && !i.refusedAs(answer.Class):
					failed.add("%s, a bit of %s: class %q: %s", i.what, what, answer.Class, answer.Error)
				}
				altered++
			}})
		}
	}
	runJobs(t, l.peers, jobs)
	t.Logf("%d items read %d times, %d times by other keys, and %d times with one flipped bit", len(items), read, refused, altered)
	failed.report(t, l.seed)
}
