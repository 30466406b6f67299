package interop_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// The legacy policies, by AWS's names.
const (
	forceLegacy  = "FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT"
	allowLegacy  = "FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT"
	forbidLegacy = "FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT"
)

// legacyItems is how many items of each kind of provider are written by each way to do so.
const legacyItems = 60

// legacySample is one item, and how each format protects it.
type legacySample struct {
	item   crypt.Item
	ddbec  protocol.Case
	dbe    protocol.DBECase
	stored map[string]crypt.Item // by who wrote it and how
}

// TestLegacyOverride has this library and Java's Database Encryption SDK with its legacy override read what
// either wrote in the legacy format, and in the modern one beside it.
func TestLegacyOverride(t *testing.T) {
	p := newDBEPeers(t)
	for _, kind := range generate.Kinds() {
		if kind.Signature == generate.ECDSA {
			continue // no key pair of the protocol's legacy override
		}
		t.Run(kind.String(), func(t *testing.T) {
			g := generate.New(p.seed, kind)
			var samples []*legacySample
			for len(samples) < legacyItems {
				samples = append(samples, newLegacySample(t, p, g.Sample()))
			}
			p.legacyWrites(t, samples)
			p.legacyReads(t, samples)
		})
	}
	p.close(t)
}

// newLegacySample is s by the provider that a legacy override has of its kind.
func newLegacySample(t *testing.T, p dbePeers, s generate.Sample) *legacySample {
	var made struct {
		Type, Encrypt, Wrap string
		Sign                protocol.Sign
	}
	require.NoError(t, json.Unmarshal(s.Case.Provider, &made))
	legacy := &protocol.Legacy{Provider: protocol.LegacyProvider{Type: "symmetric", EncryptionKey: "aes256"}}
	provider := map[string]any{"type": made.Type}
	if made.Type == "wrapped" {
		legacy.Provider.Type, legacy.Provider.EncryptionKey = "wrapped", made.Wrap
		provider["wrap"] = made.Wrap
	} else {
		provider["encrypt"] = "aes256"
	}
	if p.keys[made.Sign.Key].Type == "hmac" {
		legacy.Provider.MACKey = "mac64"
		provider["sign"] = protocol.Sign{Key: "mac64"}
	} else {
		legacy.Provider.SigningKey = made.Sign.Key
		provider["sign"] = protocol.Sign{Key: made.Sign.Key}
	}
	encoded, err := json.Marshal(provider)
	require.NoError(t, err)

	l := &legacySample{item: s.Item, stored: map[string]crypt.Item{}}
	l.ddbec = protocol.Case{LogicalTableName: s.Case.LogicalTableName, PartitionKey: s.Case.PartitionKey, SortKey: s.Case.SortKey, Actions: map[string]string{}, Provider: encoded}
	l.dbe = protocol.DBECase{
		LogicalTableName: s.Case.LogicalTableName, PartitionKey: s.Case.PartitionKey, SortKey: s.Case.SortKey,
		Suite: protocol.SuiteHMAC, Keyring: &protocol.Keyring{Type: protocol.RawAES, Key: "aes192", KeyNamespace: "ns", KeyName: "n"},
		Legacy: legacy,
	}
	for name := range s.Item {
		l.ddbec.Actions[name] = s.Case.Action(name)
	}
	legacy.Actions = l.ddbec.Actions
	l.dbe.Actions = maps.Clone(l.ddbec.Actions)
	for name, action := range l.dbe.Actions {
		switch {
		case name == l.dbe.PartitionKey || name == l.dbe.SortKey:
			l.dbe.Actions[name] = protocol.SignOnly
		case action == protocol.DoNothing:
			l.dbe.AllowedUnsigned = append(l.dbe.AllowedUnsigned, name)
		}
	}
	return l
}

// by is the case under a policy.
func (s *legacySample) by(policy string) protocol.DBECase {
	c, legacy := s.dbe, *s.dbe.Legacy
	legacy.Policy = policy
	c.Legacy = &legacy
	return c
}

// legacyWrites fills stored: "go" and "java", each in the legacy format and in the modern one, and "go alone"
// by the legacy format's own reader and writer.
func (p dbePeers) legacyWrites(t *testing.T, samples []*legacySample) {
	var failed failures
	jobs := map[divergence.Client][]job{}
	write := func(writer divergence.Client, s *legacySample, as string, r protocol.Request) {
		jobs[writer] = append(jobs[writer], job{r, func(answer protocol.Answer) {
			if !answer.OK {
				failed.add("%s does not write: %s", as, answer.Error)
				return
			}
			s.stored[as] = answered(t, answer)
		}})
	}
	for _, s := range samples {
		for _, writer := range []divergence.Client{divergence.Go, divergence.Java} {
			write(writer, s, string(writer)+" legacy", requestIn(t, protocol.DBE, protocol.Encrypt, s.by(forceLegacy), s.item))
			write(writer, s, string(writer)+" modern", requestIn(t, protocol.DBE, protocol.Encrypt, s.by(allowLegacy), s.item))
		}
		write(divergence.Go, s, "go alone", request(t, protocol.Encrypt, s.ddbec, s.item))
	}
	runJobs(t, p.peers, jobs)
	failed.report(t, p.seed)
}

// legacyReads has both read all of it, but what a policy forbids.
func (p dbePeers) legacyReads(t *testing.T, samples []*legacySample) {
	var failed failures
	read, refused := map[string]int{}, map[string]int{}
	jobs := map[divergence.Client][]job{}
	check := func(reader divergence.Client, s *legacySample, what string, taken bool, r protocol.Request) {
		jobs[reader] = append(jobs[reader], job{r, func(answer protocol.Answer) {
			switch {
			case !taken && answer.OK:
				failed.add("%s was to be refused", what)
			case !taken && reader == divergence.Go && answer.Class != protocol.ClassFormat:
				failed.add("%s: class %q: %s", what, answer.Class, answer.Error)
			case !taken:
				refused[what]++
			case !answer.OK:
				failed.add("%s: refused: %s", what, answer.Error)
			default:
				if differing := divergence.Difference(s.item, answered(t, answer)); differing != nil {
					failed.add("%s: attributes %q differ", what, differing)
				}
				read[what]++
			}
		}})
	}
	for _, s := range samples {
		for as, stored := range s.stored {
			modern := as == "go modern" || as == "java modern"
			for _, reader := range []divergence.Client{divergence.Go, divergence.Java} {
				for _, policy := range []string{forceLegacy, allowLegacy, forbidLegacy} {
					what := fmt.Sprintf("%s reads %s by %s", reader, as, policy)
					check(reader, s, what, modern || policy != forbidLegacy, requestIn(t, protocol.DBE, protocol.Decrypt, s.by(policy), stored))
				}
			}
			if !modern {
				check(divergence.Go, s, "go alone reads "+as, true, request(t, protocol.Decrypt, s.ddbec, stored))
			}
		}
	}
	runJobs(t, p.peers, jobs)
	failed.report(t, p.seed)
	for _, counts := range []map[string]int{read, refused} {
		for what, n := range counts {
			assert.Equal(t, len(samples), n, what)
		}
	}
	t.Logf("%d items, each written 5 ways and read 2 to 3 ways by each policy: %d ways in all, %d of them refused", len(samples), len(read)+len(refused), len(refused))
}
