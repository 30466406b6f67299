package generate

import (
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/interop/protocol"
)

// mostUndeclared keeps the trials of a discovering reader within its 16: three guesses about all
// attributes, then two other protections for each one of them.
const mostUndeclared = 6

// leaveUndeclared takes some attributes out of the case: by a default action of the case, or only
// for our reader, which then discovers how they are protected.
func (g *Generator) leaveUndeclared(s *Sample) {
	names := slices.DeleteFunc(slices.Sorted(maps.Keys(s.Item)), func(name string) bool {
		return name == s.Case.PartitionKey || name == s.Case.SortKey
	})
	if len(names) == 0 {
		return
	}
	g.rand.Shuffle(len(names), func(i, j int) { names[i], names[j] = names[j], names[i] })
	names = names[:g.between(1, min(len(names), mostUndeclared))]
	switch g.rand.IntN(4) {
	case 0:
		action := s.Case.Actions[names[0]]
		maps.DeleteFunc(s.Case.Actions, func(name, a string) bool { return a == action && slices.Contains(names, name) })
		s.Case.DefaultAction = action
	case 1:
		discover := s.Case
		discover.Actions = maps.Clone(s.Case.Actions)
		for _, name := range discoverable(*s, names) {
			delete(discover.Actions, name)
		}
		discover.DefaultAction = protocol.Discover
		s.Discover = &discover
	}
}

// discoverable leaves those of names that a reader must be able to find without a hint: all of them
// unsigned, or all as it would guess but one.
func discoverable(s Sample, names []string) []string {
	plain := func(name string) bool { return s.Case.Actions[name] == protocol.DoNothing }
	if !slices.ContainsFunc(names, func(name string) bool { return !plain(name) }) {
		return names
	}
	departed := false
	return slices.DeleteFunc(slices.Clone(names), func(name string) bool {
		departs := plain(name) || s.Case.Actions[name] == protocol.SignOnly && looksEncrypted(s.Item[name])
		if departs && departed {
			return true
		}
		departed = departed || departs
		return false
	})
}

// looksEncrypted reports whether a value that is not encrypted has the shape of ciphertext.
func looksEncrypted(value types.AttributeValue) bool {
	b, ok := value.(*types.AttributeValueMemberB)
	return ok && len(b.Value) >= 32 && len(b.Value)%16 == 0
}
