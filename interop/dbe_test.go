package interop_test

import (
	"context"
	"flag"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// dbeItems is how many items each client writes by the keyrings of each kind, beside the odd ones.
var dbeItems = flag.Int("dbe.items", 2000, "items in the modern format that each client writes by the keyrings of each kind")

// oddEach is how many items of each divergence each client writes, if it does, by the keyrings of each kind.
const oddEach = 50

// dbeSample is one item of a run and what became of it.
type dbeSample struct {
	generate.DBESample
	classes divergence.DBEClasses
	stored  map[divergence.Client]crypt.Item // by those who could write it
}

// dbeCorpus is the samples of a kind of keyring, and the drivers that they run on.
type dbeCorpus struct {
	dbePeers
	kind    generate.KeyringKind
	samples []*dbeSample
}

// dbePeers are the clients that have the modern format: Rust's only where there is one.
type dbePeers struct {
	seed    uint64
	rand    *generate.Generator
	keys    map[string]protocol.Key
	clients []divergence.Client
	peers   map[divergence.Client]*peers.Peer
}

func newDBEPeers(t *testing.T) dbePeers {
	commands := map[divergence.Client]string{
		divergence.Java: testenv.Need(t, "DDB_PEER_DBE_JAVA"),
		divergence.Go:   goDriver(t),
	}
	if rust := os.Getenv("DDB_PEER_RUST"); rust != "" || os.Getenv(testenv.NoSkip) == "1" {
		commands[divergence.Rust] = testenv.Need(t, "DDB_PEER_RUST")
	}
	p := dbePeers{
		seed:    seed(t),
		clients: slices.Sorted(maps.Keys(commands)),
		peers:   map[divergence.Client]*peers.Peer{},
	}
	t.Logf("seed %d (repeat with DDB_SEED=%d), clients %q", p.seed, p.seed, p.clients)
	p.rand = generate.New(p.seed, generate.Kind{})
	p.keys = maps.Clone(p.rand.Keys())
	pairs, err := generate.Pairs()
	require.NoError(t, err)
	maps.Copy(p.keys, pairs)

	ctx, cancel := context.WithTimeout(t.Context(), runLimit)
	t.Cleanup(cancel)
	for client, command := range commands {
		peer, err := peers.Start(ctx, string(client), command, protocol.Request{Keys: p.keys})
		require.NoError(t, err)
		p.peers[client] = peer
	}
	return p
}

func (p dbePeers) close(t *testing.T) {
	for client, peer := range p.peers {
		assert.NoError(t, peer.Close(), client)
	}
}

func (p dbePeers) corpus(kind generate.KeyringKind) *dbeCorpus {
	c := &dbeCorpus{dbePeers: p, kind: kind}
	add := func(s generate.DBESample, classes divergence.DBEClasses) {
		c.samples = append(c.samples, &dbeSample{s, classes, map[divergence.Client]crypt.Item{}})
	}
	for _, s := range p.rand.DBE(kind, *dbeItems) {
		add(s, 0)
	}
	missing := map[divergence.DBEClasses]int{}
	for _, class := range divergence.AllDBE() {
		missing[class] = oddEach
	}
	for len(missing) > 0 {
		s := p.rand.OddDBE(kind)
		classes := divergence.OfDBE(s.Item, s.Case)
		if missing[classes] > 0 {
			add(s, classes)
			if missing[classes]--; missing[classes] == 0 {
				delete(missing, classes)
			}
		}
	}
	return c
}

// TestDBE runs this library and the releases of AWS's Database Encryption SDK against each other.
func TestDBE(t *testing.T) {
	p := newDBEPeers(t)
	for _, kind := range generate.KeyringKinds() {
		t.Run(string(kind), func(t *testing.T) {
			c := p.corpus(kind)
			c.spread(t)
			c.encrypt(t)
			t.Run("every reader takes every writer's items, but in the named classes", c.cross)
			t.Run("nobody takes an item with one flipped bit, but in a tag of somebody else's", c.tampered)
			if *update {
				t.Run("vectors", c.writeVectors)
			}
		})
	}
	p.close(t)
}

// spread holds that the samples are spread as they ought to be.
func (c *dbeCorpus) spread(t *testing.T) {
	combinations := map[generate.Combination]int{}
	variants := map[string]int{}
	elliptic, agreed := 0, 0
	for _, s := range c.samples {
		assert.Equal(t, s.classes, divergence.OfDBE(s.Item, s.Case))
		if s.classes != 0 {
			continue
		}
		agreed++
		combinations[s.Combination]++
		variants[s.Combination.Keyring+string(s.Combination.Suite)]++
		if s.Combination.Suite == protocol.SuiteECDSA {
			elliptic++
		}
	}
	least, most := slices.Min(slices.Collect(maps.Values(combinations))), slices.Max(slices.Collect(maps.Values(combinations)))
	leastVariant := slices.Min(slices.Collect(maps.Values(variants)))
	t.Logf("%d items: %d combinations of %d to %d items; %d by suite 6701; at least %d by each keyring and suite", len(c.samples), len(combinations), least, most, elliptic, leastVariant)
	assert.GreaterOrEqual(t, agreed, *dbeItems)
	assert.LessOrEqual(t, elliptic, max(*dbeItems/4, len(combinations)))
	if *dbeItems >= 2000 {
		assert.GreaterOrEqual(t, leastVariant, 50)
		assert.LessOrEqual(t, elliptic, 500)
	}
}

// encrypt has every client write every sample.
func (c *dbeCorpus) encrypt(t *testing.T) {
	var failed failures
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.clients {
		for i, s := range c.samples {
			jobs[writer] = append(jobs[writer], job{requestIn(t, protocol.DBE, protocol.Encrypt, s.Case, s.Item), func(answer protocol.Answer) {
				if answer.OK != s.classes.Writes(writer) {
					failed.add("item %d (%v, %s): %s writes: %v %s", i, s.Combination, s.classes, writer, answer.OK, answer.Error)
				}
				if answer.OK {
					s.stored[writer] = answered(t, answer)
				}
			}})
		}
	}
	runJobs(t, c.peers, jobs)
	failed.report(t, c.seed)
}

// cross has every client read every item of every writer, its own too.
func (c *dbeCorpus) cross(t *testing.T) {
	var failed failures
	var outcomes []*outcome
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.clients {
		for _, reader := range c.clients {
			o := &outcome{writer: writer, reader: reader}
			outcomes = append(outcomes, o)
			for i, s := range c.samples {
				stored, ok := s.stored[writer]
				if !ok {
					continue
				}
				jobs[reader] = append(jobs[reader], job{requestIn(t, protocol.DBE, protocol.Decrypt, s.Reader, stored), func(answer protocol.Answer) {
					if problem := s.check(t, o, answer); problem != "" {
						failed.add("item %d (%v, %s): %s reads %s's: %s", i, s.Combination, s.classes, reader, writer, problem)
						o.other++
					}
				}})
			}
		}
	}
	runJobs(t, c.peers, jobs)
	for _, o := range outcomes {
		t.Logf("%-4s reads %-4s: %5d the same, %4d with NULL true, %4d refused, %d otherwise", o.reader, o.writer, o.same, o.different, o.refused, o.other)
	}
	failed.report(t, c.seed)
}

// check compares one answer with what the classes of s promise, and counts it.
func (s *dbeSample) check(t *testing.T, o *outcome, answer protocol.Answer) string {
	if !s.classes.Reads(o.reader) {
		if answer.OK {
			return "was to be refused"
		}
		if o.reader == divergence.Go && answer.Class != protocol.ClassFormat {
			return "refused as " + answer.Class + ": " + answer.Error
		}
		o.refused++
		return ""
	}
	if !answer.OK {
		return "refused: " + answer.Class + " " + answer.Error
	}
	opened := answered(t, answer)
	if differing := divergence.Difference(divergence.OpenedDBE(s.Item, s.Case), opened); differing != nil {
		return fmt.Sprintf("attributes %q differ", differing)
	}
	if len(divergence.Difference(s.Item, opened)) == 0 {
		o.same++
	} else {
		o.different++
	}
	return ""
}

// tamperedShare is one of how many items is altered, of each writer.
const tamperedShare = 8

// tampered has every client read items with one flipped bit.
func (c *dbeCorpus) tampered(t *testing.T) {
	f := flipper{rand.New(rand.NewPCG(c.seed, 2))}
	var failed failures
	kinds := map[string]int{}
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.clients {
		for i, s := range c.samples {
			if s.classes != 0 || s.stored[writer] == nil || f.IntN(tamperedShare) > 0 {
				continue
			}
			item, what := f.flipDBE(t, s, s.stored[writer])
			kinds[what]++
			for _, reader := range c.clients {
				jobs[reader] = append(jobs[reader], job{requestIn(t, protocol.DBE, protocol.Decrypt, s.Reader, item), func(answer protocol.Answer) {
					switch {
					case what == othersTag:
						if !answer.OK {
							failed.add("item %d (%v), a bit of %s: %s refuses %s's: %s", i, s.Combination, what, reader, writer, answer.Error)
						}
					case answer.OK:
						failed.add("item %d (%v), a bit of %s: %s takes %s's", i, s.Combination, what, reader, writer)
					case reader == divergence.Go && answer.Class != protocol.ClassAuth && answer.Class != protocol.ClassFormat:
						failed.add("item %d (%v), a bit of %s: class %q: %s", i, s.Combination, what, answer.Class, answer.Error)
					}
				}})
			}
		}
	}
	runJobs(t, c.peers, jobs)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%-12s %4d", kind, kinds[kind])
	}
	failed.report(t, c.seed)
}
