package interop_test

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

const (
	agreedSamples = 2000  // of a run: without a divergence, but for what signs them
	kindSamples   = 2000  // of a run of another kind than the first: in all
	kindAgreed    = 1200  // of these: without a divergence
	classSamples  = 50    // of a run: of each divergence
	mostSamples   = 20000 // until a run has these
	runLimit      = 15 * time.Minute

	// mostUndeclaredInTwo keeps the trials of a discovering reader within its 16 where it tries each of
	// them in two dialects: three guesses, then two other protections for each attribute.
	mostUndeclaredInTwo = 2
)

// clients read, and writers write, in the order of reports.
var (
	clients = []divergence.Client{divergence.Go, divergence.Java, divergence.Python}
	writers = append(slices.Clone(clients), divergence.GoPython)
)

// sample is one item of a run and what became of it.
type sample struct {
	generate.Sample
	id      string // of a sample that is not random
	classes divergence.Classes
	stored  map[divergence.Client]crypt.Item // by those who could write it
}

// caseFor is the case by which reader reads.
func (s *sample) caseFor(reader divergence.Client) protocol.Case {
	if reader == divergence.Go && s.Discover != nil {
		return *s.Discover
	}
	return s.Case
}

// caseBy is the case by which writer writes.
func (s *sample) caseBy(writer divergence.Client) protocol.Case {
	c := s.Case
	if writer == divergence.GoPython {
		c.Dialect = protocol.PythonDialect
	}
	return c
}

// corpus is the samples of a run, and the drivers that it runs on.
type corpus struct {
	seed    uint64
	writers []divergence.Client
	least   int // samples
	agreed  int // of these without a divergence
	keys    map[string]protocol.Key
	samples []*sample
	peers   map[divergence.Client]*peers.Peer
}

func newCorpus(t *testing.T, kind generate.Kind) *corpus {
	c := &corpus{seed: seed(t), writers: writers, least: agreedSamples, agreed: agreedSamples}
	g := generate.New(c.seed, kind)
	c.keys = maps.Clone(g.Keys())
	if kind != (generate.Kind{}) {
		// The dialect of what ours writes does not depend on keys: the first kind shows it.
		c.writers, c.least, c.agreed = clients, kindSamples, kindAgreed
		pairs, err := generate.Pairs()
		require.NoError(t, err)
		maps.Copy(c.keys, pairs)
	}
	for len(c.samples) < mostSamples && !c.enough() {
		made := g.Sample()
		classes, err := divergence.Of(made.Item, made.Case)
		require.NoError(t, err)
		require.Equal(t, kind.Signature == generate.ECDSA, classes.Has(divergence.Elliptic))
		if made.Discover != nil && undeclared(made) > mostUndeclaredInTwo {
			signed := made.Case
			signed.Actions, signed.DefaultAction = nil, protocol.SignOnly
			ifSigned, err := divergence.Of(made.Item, signed)
			require.NoError(t, err)
			if ifSigned.Signature() != 0 {
				made.Discover = nil
			}
		}
		c.samples = append(c.samples, &sample{made, "", classes, map[divergence.Client]crypt.Item{}})
	}
	require.Truef(t, c.enough(), "%d samples are not enough of every class", len(c.samples))
	t.Logf("seed %d (repeat with DDB_SEED=%d): %d items", c.seed, c.seed, len(c.samples))
	c.start(t)
	return c
}

// start starts the drivers.
func (c *corpus) start(t *testing.T) {
	commands := map[divergence.Client]string{
		divergence.Java:   testenv.Need(t, "DDB_PEER_JAVA"),
		divergence.Python: testenv.Need(t, "DDB_PEER_PYTHON"),
		divergence.Go:     goDriver(t),
	}
	commands[divergence.GoPython] = commands[divergence.Go]
	c.peers = map[divergence.Client]*peers.Peer{}
	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	t.Cleanup(cancel)
	for _, client := range writers {
		peer, err := peers.Start(ctx, string(client), commands[client], protocol.Request{Keys: c.keys})
		require.NoError(t, err)
		c.peers[client] = peer
	}
}

// undeclared is how many attributes of s are left to be discovered.
func undeclared(s generate.Sample) int {
	n := 0
	for name := range s.Item {
		if _, declared := s.Discover.Actions[name]; !declared {
			n++
		}
	}
	return n
}

func (c *corpus) close(t *testing.T) {
	for _, peer := range c.peers {
		require.NoError(t, peer.Close())
	}
}

// goDriver builds our driver and returns its command line.
func goDriver(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "driver")
	output, err := exec.CommandContext(t.Context(), "go", "build", "-o", path, "./driver").CombinedOutput()
	require.NoError(t, err, "%s", output)
	return strconv.Quote(path)
}

// seed is DDB_SEED, or one that no run had before.
func seed(t *testing.T) uint64 {
	text := os.Getenv("DDB_SEED")
	if text == "" {
		return rand.Uint64()
	}
	seed, err := strconv.ParseUint(text, 10, 64)
	require.NoError(t, err, "DDB_SEED")
	return seed
}

// hits counts the samples that pin class, whatever signs them. Where dialects sign different bytes, only
// one reason at a time pins anything.
func (c *corpus) hits(class divergence.Classes) int {
	n := 0
	for _, s := range c.samples {
		if s.classes&^divergence.Elliptic == class || s.classes.Has(class) && (class.Signature() == 0 || s.classes.Signature() == class) {
			n++
		}
	}
	return n
}

func (c *corpus) enough() bool {
	if len(c.samples)%100 != 0 || len(c.samples) < c.least || c.hits(0) < c.agreed {
		return false
	}
	for _, class := range divergence.All() {
		if c.hits(class) < classSamples {
			return false
		}
	}
	return true
}

// job is one request and what is done with its answer.
type job struct {
	request protocol.Request
	done    func(protocol.Answer)
}

// run gives every client its jobs, all clients at once, and then the answers to the jobs one by one.
func (c *corpus) run(t *testing.T, jobs map[divergence.Client][]job) {
	t.Helper()
	runJobs(t, c.peers, jobs)
}

func runJobs(t *testing.T, drivers map[divergence.Client]*peers.Peer, jobs map[divergence.Client][]job) {
	t.Helper()
	clients := slices.Sorted(maps.Keys(jobs))
	answers := make([][]protocol.Answer, len(clients))
	errs := make([]error, len(clients))
	var group sync.WaitGroup
	for i, client := range clients {
		group.Go(func() {
			requests := make([]protocol.Request, len(jobs[client]))
			for j, job := range jobs[client] {
				requests[j] = job.request
			}
			answers[i], errs[i] = drivers[client].Run(requests)
		})
	}
	group.Wait()
	for i, client := range clients {
		require.NoError(t, errs[i])
		for j, answer := range answers[i] {
			jobs[client][j].done(answer)
		}
	}
}

func request(t *testing.T, op string, c protocol.Case, item crypt.Item) protocol.Request {
	t.Helper()
	return requestIn(t, protocol.DDBEC, op, c, item)
}

// requestIn is a request in a format, whose case is c.
func requestIn(t *testing.T, format, op string, c any, item crypt.Item) protocol.Request {
	t.Helper()
	encodedCase, err := json.Marshal(c)
	require.NoError(t, err)
	encodedItem, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	return protocol.Request{Op: op, Format: format, Case: encodedCase, Item: encodedItem}
}

func answered(t *testing.T, answer protocol.Answer) crypt.Item {
	t.Helper()
	item, err := ddbjson.Unmarshal(answer.Item)
	require.NoError(t, err)
	return item
}

// failures collects what went otherwise than expected, and reports the first few in full.
type failures struct {
	count int
	first []string
}

func (f *failures) add(format string, args ...any) {
	const shown = 10
	f.count++
	if len(f.first) < shown {
		f.first = append(f.first, fmt.Sprintf(format, args...))
	}
}

func (f *failures) report(t *testing.T, seed uint64) {
	t.Helper()
	for _, text := range f.first {
		t.Error(text)
	}
	if f.count > 0 {
		t.Errorf("%d of these; repeat with DDB_SEED=%d", f.count, seed)
	}
}
