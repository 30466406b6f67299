package generate

import (
	"maps"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// DBESample is an item of the modern format and how to protect it.
type DBESample struct {
	Item crypt.Item
	Case protocol.DBECase

	// Reader is Case as a reader may know it: with other actions, in some samples.
	Reader protocol.DBECase

	Combination Combination
	DataKey     int // which of the item's data keys a reader opens it with
}

// Combination is what samples are spread over.
type Combination struct {
	Suite   protocol.Suite
	Version int
	Keyring string // what is particular of it
}

// mostECDSA is how many samples of a kind are under suite 6701, whose P-384 takes most of a run's time.
const mostECDSA = 500

// DBE makes some n samples by keyrings of a kind, the same number of each suite, version and variant of
// the keyrings, but that a quarter and mostECDSA at most are under suite 6701. All clients agree on them.
func (g *Generator) DBE(kind KeyringKind, n int) []DBESample {
	var samples []DBESample
	variants := variantsOf(kind)
	cells := 2 * len(variants)
	elliptic := min(n/4, mostECDSA) / cells
	for _, v := range variants {
		for version := 1; version <= 2; version++ {
			for range elliptic {
				samples = append(samples, g.dbeSample(v, protocol.SuiteECDSA, version))
			}
			for range (n - elliptic*cells + cells - 1) / cells {
				samples = append(samples, g.dbeSample(v, protocol.SuiteHMAC, version))
			}
		}
	}
	return samples
}

// DBEBy makes a sample by one keyring, read by another, nil where that is the same. All clients agree on it.
func (g *Generator) DBEBy(writer, reader *protocol.Keyring, suite protocol.Suite, version int) DBESample {
	return g.dbeSample(variant{writer.Type, func(*Generator) (*protocol.Keyring, *protocol.Keyring, int) { return writer, reader, 0 }}, suite, version)
}

// OddDBE makes a sample with values that clients may disagree on.
func (g *Generator) OddDBE(kind KeyringKind) DBESample {
	variants := variantsOf(kind)
	return g.seasoned(spice{odd: true}, variants[g.rand.IntN(len(variants))], protocol.SuiteHMAC, g.between(1, 2))
}

// dbeSample has all that only the legacy clients disagree on.
func (g *Generator) dbeSample(v variant, suite protocol.Suite, version int) DBESample {
	s := spice{text: g.chance(0.4), binary: g.chance(0.4), wide: g.chance(0.4), zero: g.chance(0.2), tiny: g.chance(0.1)}
	return g.seasoned(s, v, suite, version)
}

func (g *Generator) seasoned(with spice, v variant, suite protocol.Suite, version int) DBESample {
	g.spice, g.outside = with, pick(g, 1, high, 1, astral)
	taken := map[string]bool{}
	s := DBESample{
		Item: crypt.Item{},
		Case: protocol.DBECase{
			LogicalTableName: g.text(1, 20),
			PartitionKey:     g.keyName(taken),
			Actions:          map[string]string{},
			Suite:            suite,
		},
		Combination: Combination{suite, version, v.name},
	}
	s.Case.Keyring, s.Case.DecryptKeyring, s.DataKey = v.keyrings(g)
	if g.chance(0.5) {
		s.Case.SortKey = g.keyName(taken)
	}
	for _, key := range []string{s.Case.PartitionKey, s.Case.SortKey} {
		if key != "" {
			s.Case.Actions[key] = keyAction(version)
			s.Item[key] = g.keyValue()
		}
	}
	for range g.attributeCount() {
		name := g.name(taken)
		action := pick(g, 1, protocol.EncryptAndSign, 1, protocol.SignOnly)
		if version == 2 && g.chance(0.3) {
			action = protocol.SignAndInclude
		}
		s.Case.Actions[name] = action
		s.Item[name] = g.value(action == protocol.EncryptAndSign, 0)
	}
	g.spice.odd = false
	g.leaveUnsigned(&s, taken)
	s.Reader = g.otherActions(s.Case)
	return s
}

// mostKeyName is how long AWS's clients let a key's name be, in bytes as DynamoDB counts.
const mostKeyName = 255

func (g *Generator) keyName(taken map[string]bool) string {
	for {
		if name := g.name(taken); len(name) <= mostKeyName {
			return name
		}
	}
}

func keyAction(version int) string {
	if version == 2 {
		return protocol.SignAndInclude
	}
	return protocol.SignOnly
}

// leaveUnsigned adds, to two samples in three, attributes that are allowed to be unsigned: by name or by
// prefix, with an action or without.
func (g *Generator) leaveUnsigned(s *DBESample, taken map[string]bool) {
	if g.chance(0.33) {
		return
	}
	prefix := g.text(1, 3)
	if !slices.ContainsFunc(slices.Collect(maps.Keys(s.Item)), func(name string) bool { return strings.HasPrefix(name, prefix) }) &&
		!strings.HasPrefix(prefix, "*") && g.chance(0.6) {
		s.Case.UnsignedPrefix = prefix
	}
	for range g.between(1, 3) {
		name := g.name(taken)
		switch {
		case s.Case.UnsignedPrefix != "" && g.chance(0.5):
			name = s.Case.UnsignedPrefix + name
		case g.chance(0.1):
			name += "*" // no pattern to AWS's clients
			fallthrough
		default:
			s.Case.AllowedUnsigned = append(s.Case.AllowedUnsigned, name)
		}
		if g.chance(0.5) {
			s.Case.Actions[name] = protocol.DoNothing
		}
		if _, ok := s.Item[name]; !ok && g.chance(0.9) {
			s.Item[name] = g.value(false, 0)
		}
	}
}

// otherActions is c, or the same for a reader that has other actions for some signed attributes, or none: the
// item itself says how they are protected.
func (g *Generator) otherActions(c protocol.DBECase) protocol.DBECase {
	if g.chance(0.7) {
		return c
	}
	c.Actions = maps.Clone(c.Actions)
	for _, name := range slices.Sorted(maps.Keys(c.Actions)) {
		if name == c.PartitionKey || name == c.SortKey || c.Unsigned(name) {
			continue
		}
		switch g.rand.IntN(3) {
		case 0:
			delete(c.Actions, name)
		case 1:
			c.Actions[name] = pick(g, 1, protocol.EncryptAndSign, 1, protocol.SignOnly)
		}
	}
	return c
}
