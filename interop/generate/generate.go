// Package generate makes random items and cases for runs of clients against each other, the same ones
// from the same seed.
package generate

import (
	"math/rand/v2"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/protocol"
)

// Sample is an item and how to protect it.
type Sample struct {
	Item crypt.Item
	Case protocol.Case

	// Discover is Case as a reader knows it whose schema is older than the item: some attributes are
	// undeclared, and what verifies decides. Nil where every reader reads by Case.
	Discover *protocol.Case
}

// Generator makes samples. It is not safe for concurrent use.
type Generator struct {
	rand *rand.Rand
	kind Kind
	keys map[string]protocol.Key

	// Of the sample being made.
	spice    spice
	outside  []rune // the side of the surrogates it uses, high or astral
	encrypts bool   // there is an encryption key
}

// spice is what a sample holds that clients are known to disagree on. Most samples have none, so that
// most items must come out the same everywhere.
type spice struct {
	text   bool // characters on both sides of the surrogates in one item
	binary bool // binary sets whose first bytes have and have not the high bit
	wide   bool // numbers of 29 to 38 digits
	zero   bool // -0
	tiny   bool // 38 digits at the lower end of the range
	marks  bool // mark names and description prefix of its own

	odd bool // values that DynamoDB refuses or changes: NULL false, empty sets, empty names in maps
}

// New returns the generator of seed, whose samples are of one kind.
func New(seed uint64, kind Kind) *Generator {
	g := &Generator{rand: rand.New(rand.NewPCG(seed, 0)), kind: kind}
	g.keys = g.makeKeys()
	return g
}

// Keys are the symmetric keys that the samples name, for the setup of drivers. The pairs are [Pairs].
func (g *Generator) Keys() map[string]protocol.Key { return g.keys }

// Sample makes the next sample.
func (g *Generator) Sample() Sample {
	g.season()
	taken := map[string]bool{}
	s := Sample{Item: crypt.Item{}, Case: g.emptyCase(taken)}
	s.Item[s.Case.PartitionKey] = g.keyValue()
	s.Case.Actions[s.Case.PartitionKey] = protocol.SignOnly
	if s.Case.SortKey != "" {
		s.Item[s.Case.SortKey] = g.keyValue()
		s.Case.Actions[s.Case.SortKey] = pick(g, 20, protocol.SignOnly, 1, protocol.DoNothing)
	}
	for range g.attributeCount() {
		name := g.name(taken)
		action := g.action()
		s.Case.Actions[name] = action
		s.Item[name] = g.value(action == protocol.EncryptAndSign, 0)
	}
	g.leaveUndeclared(&s)
	return s
}

// season chooses the spice of the next sample: one in three has some.
func (g *Generator) season() {
	g.spice = spice{}
	g.outside = pick(g, 1, high, 1, astral)
	switch g.rand.IntN(18) {
	case 0:
		g.spice.text = true
	case 1:
		g.spice.binary = true
	case 2:
		g.spice.wide = true
	case 3:
		g.spice.zero = true
	case 4:
		g.spice.tiny = true
	case 5:
		g.spice = spice{text: true, binary: true, wide: true, zero: true, tiny: g.chance(0.3), marks: g.chance(0.3)}
	}
	if g.chance(0.05) {
		g.spice.marks = true
	}
}

// attributeCount is how many attributes an item has beside its keys: mostly few, up to 40 in all.
func (g *Generator) attributeCount() int {
	if g.chance(0.1) {
		return g.rand.IntN(39)
	}
	return g.rand.IntN(12)
}

func (g *Generator) action() string {
	other := pick(g, 4, protocol.SignOnly, 1, protocol.DoNothing)
	if !g.encrypts {
		return other
	}
	return pick(g, 1, protocol.EncryptAndSign, 1, other)
}

// keyValue is a value of the kinds that a key may have; empty ones DynamoDB refuses.
func (g *Generator) keyValue() types.AttributeValue {
	switch g.rand.IntN(3) {
	case 0:
		return &types.AttributeValueMemberS{Value: g.text(1, 20)}
	case 1:
		return &types.AttributeValueMemberN{Value: g.number()}
	default:
		return &types.AttributeValueMemberB{Value: g.bytes(1, 20)}
	}
}

func (g *Generator) chance(p float64) bool { return g.rand.Float64() < p }

// between is a number from low to high, both included.
func (g *Generator) between(low, high int) int { return low + g.rand.IntN(high-low+1) }

// pick chooses a or b by their weights.
func pick[T any](g *Generator, weightA int, a T, weightB int, b T) T {
	if g.rand.IntN(weightA+weightB) < weightA {
		return a
	}
	return b
}
