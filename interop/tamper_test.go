package interop_test

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/number"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/protocol"
)

// tamperedEach is how many items of each writer are altered.
const tamperedEach = 150

// The marks of items whose case names no others. The description is not signed.
const (
	defaultSignature   = "*amzn-ddb-map-sig*"
	defaultDescription = "*amzn-ddb-map-desc*"
)

// alteration is a stored item with one bit flipped.
type alteration struct {
	sample *sample
	writer divergence.Client
	item   crypt.Item
	what   string
}

// alterations flips one bit in each of the first items that all clients agree about.
func (c *corpus) alterations(t *testing.T) []alteration {
	f := flipper{rand.New(rand.NewPCG(c.seed, 1))}
	var all []alteration
	for _, writer := range c.writers {
		if !(c.samples[0].classes & divergence.Elliptic).Writes(writer) {
			continue
		}
		made := 0
		for _, s := range c.samples {
			if s.classes&^divergence.Elliptic == 0 && made < tamperedEach && s.stored[writer] != nil {
				item, what := f.flip(t, s.Case, s.stored[writer])
				all = append(all, alteration{s, writer, item, what})
				made++
			}
		}
		require.Equal(t, tamperedEach, made, writer)
	}
	return all
}

// tampered has every client read every alteration.
func (c *corpus) tampered(t *testing.T) {
	var failed failures
	kinds := map[string]int{}
	jobs := map[divergence.Client][]job{}
	for i, a := range c.alterations(t) {
		kinds[a.what]++
		for _, reader := range clients {
			by := a.sample.caseFor(reader)
			jobs[reader] = append(jobs[reader], job{request(t, protocol.Decrypt, by, a.item), func(answer protocol.Answer) {
				if problem := a.check(t, by, reader, answer); problem != "" {
					failed.add("alteration %d, a bit of %s: %s reads %s's: %s", i, a.what, reader, a.writer, problem)
				}
			}})
		}
	}
	c.run(t, jobs)
	for _, kind := range slices.Sorted(maps.Keys(kinds)) {
		t.Logf("%-12s %4d", kind, kinds[kind])
	}
	for _, kind := range []string{"ciphertext", "signature", "name", "S", "N", "B"} {
		assert.NotZero(t, kinds[kind], kind)
	}
	failed.report(t, c.seed)
}

// check holds that a reader refuses a, unless it is known not to look.
func (a alteration) check(t *testing.T, by protocol.Case, reader divergence.Client, answer protocol.Answer) string {
	stored := a.sample.stored[a.writer]
	away, err := divergence.RoundedAway(stored, a.item, a.sample.Case, reader)
	require.NoError(t, err)
	if !away {
		return checkUnverified(t, a.item, by, reader, answer)
	}
	expected, err := divergence.Opened(a.sample.Item, a.sample.Case, a.writer, reader)
	require.NoError(t, err)
	if reader == divergence.Python {
		expected = maps.Clone(expected)
		for _, name := range divergence.Difference(stored, a.item) {
			expected[name] = a.item[name]
		}
	}
	if !answer.OK || divergence.Difference(expected, answered(t, answer)) != nil {
		return "was to be taken, the altered digit is rounded away"
	}
	return ""
}

// roundedAway alters the 29th digit of a sign-only number in items of every writer. Python, which does
// not sign it, takes them as they are, ours without the digit, Java not at all.
func (c *corpus) roundedAway(t *testing.T) {
	const name, digits = "29 digits", "1234567890123456789012345678"
	var samples []*sample
	for _, s := range c.samples {
		if s.classes == 0 && s.Discover == nil && len(samples) < classSamples {
			altered := *s
			altered.stored = map[divergence.Client]crypt.Item{}
			altered.Item, altered.Case.Actions = maps.Clone(s.Item), maps.Clone(s.Case.Actions)
			altered.Item[name] = &types.AttributeValueMemberN{Value: digits + "0"}
			altered.Case.Actions[name] = protocol.SignOnly
			samples = append(samples, &altered)
		}
	}
	c.encrypt(t, samples)

	var failed failures
	jobs := map[divergence.Client][]job{}
	taken := map[divergence.Client]int{}
	for _, s := range samples {
		for _, writer := range c.writers {
			a := alteration{s, writer, maps.Clone(s.stored[writer]), "the 29th digit"}
			a.item[name] = &types.AttributeValueMemberN{Value: digits + "1"}
			for _, reader := range clients {
				jobs[reader] = append(jobs[reader], job{request(t, protocol.Decrypt, s.Case, a.item), func(answer protocol.Answer) {
					if problem := a.check(t, s.Case, reader, answer); problem != "" {
						failed.add("%s reads %s's: %s", reader, writer, problem)
					}
					if answer.OK {
						taken[reader]++
					}
				}})
			}
		}
	}
	c.run(t, jobs)
	t.Logf("of %d items altered in a digit that Python rounds away were taken: %v", classSamples*len(c.writers), taken)
	all := classSamples * len(c.writers)
	assert.Equal(t, map[divergence.Client]int{divergence.Go: all, divergence.Python: all}, taken)
	failed.report(t, c.seed)
}

// flipper flips single bits.
type flipper struct{ *rand.Rand }

// flip returns a copy of stored in which one bit of a signed name, a signed value or the signature is
// another, and where that is.
func (f flipper) flip(t *testing.T, c protocol.Case, stored crypt.Item) (crypt.Item, string) {
	t.Helper()
	signed := slices.DeleteFunc(slices.Sorted(maps.Keys(stored)), func(name string) bool {
		return name == defaultDescription || name != defaultSignature && c.Action(name) == protocol.DoNothing
	})
	return f.flipOneOf(t, signed, stored, func(name string) string {
		switch {
		case name == defaultSignature:
			return "signature"
		case c.Action(name) == protocol.EncryptAndSign:
			return "ciphertext"
		}
		return ""
	})
}

// flipOneOf does so in one of these attributes of stored. What kindOf says of an attribute is what it calls
// the type of a value there; names that crypt.Reserved knows are not altered.
func (f flipper) flipOneOf(t *testing.T, names []string, stored crypt.Item, kindOf func(name string) string) (crypt.Item, string) {
	t.Helper()
	for {
		item := clone(t, stored)
		name := names[f.IntN(len(names))]
		if !crypt.Reserved(name) && f.IntN(6) == 0 {
			if renamed := f.text(name); item[renamed] == nil {
				item[renamed] = item[name]
				delete(item, name)
				return item, "name"
			}
			continue
		}
		what := f.value(item[name])
		if what == "" || len(divergence.Difference(stored, item)) == 0 {
			continue // nothing to flip in there, or another spelling of the same
		}
		return item, cmp.Or(kindOf(name), what)
	}
}

// value flips a bit somewhere in value and returns the type of what it altered, "" if nothing.
func (f flipper) value(value types.AttributeValue) string {
	switch v := value.(type) {
	case *types.AttributeValueMemberS:
		v.Value = f.text(v.Value)
		return "S"
	case *types.AttributeValueMemberN:
		v.Value = f.number(v.Value)
		return "N"
	case *types.AttributeValueMemberB:
		f.bytes(v.Value)
		return "B"
	case *types.AttributeValueMemberBOOL:
		v.Value = !v.Value
		return "BOOL"
	case *types.AttributeValueMemberSS:
		if i, ok := f.index(len(v.Value)); ok {
			v.Value[i] = f.text(v.Value[i])
			return "SS"
		}
	case *types.AttributeValueMemberNS:
		if i, ok := f.index(len(v.Value)); ok {
			v.Value[i] = f.number(v.Value[i])
			return "NS"
		}
	case *types.AttributeValueMemberBS:
		if i, ok := f.index(len(v.Value)); ok {
			f.bytes(v.Value[i])
			return "BS"
		}
	case *types.AttributeValueMemberL:
		if i, ok := f.index(len(v.Value)); ok {
			return f.value(v.Value[i])
		}
	case *types.AttributeValueMemberM:
		names := slices.Sorted(maps.Keys(v.Value))
		if i, ok := f.index(len(names)); ok {
			return f.value(v.Value[names[i]])
		}
	}
	return ""
}

func (f flipper) index(n int) (int, bool) {
	if n == 0 {
		return 0, false
	}
	return f.IntN(n), true
}

func (f flipper) bytes(b []byte) {
	if i, ok := f.index(len(b)); ok {
		b[i] ^= 1 << f.IntN(8)
	}
}

// text flips a bit so that s stays UTF-8.
func (f flipper) text(s string) string {
	for s != "" {
		b := []byte(s)
		f.bytes(b)
		if utf8.Valid(b) {
			return string(b)
		}
	}
	return s
}

// number flips a bit so that s stays a number that can be stored; s itself where no bit does.
func (f flipper) number(s string) string {
	for range 100 {
		flipped := f.text(s)
		if _, err := number.Storable(nil, flipped); err == nil {
			return flipped
		}
	}
	return s
}

func clone(t *testing.T, item crypt.Item) crypt.Item {
	t.Helper()
	encoded, err := ddbjson.Marshal(item)
	require.NoError(t, err)
	copied, err := ddbjson.Unmarshal(encoded)
	require.NoError(t, err)
	return copied
}
