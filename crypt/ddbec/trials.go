package ddbec

import (
	"iter"
	"slices"

	"github.com/dynaseal/ddb/crypt"
)

// How often a verifier is asked about one item, at most.
const (
	maxLocalTrials  = 16
	maxRemoteTrials = 2
)

// guess is how undeclared attributes are likely protected.
func guess(undeclared []*attr) []crypt.Action {
	actions := make([]crypt.Action, len(undeclared))
	for i, a := range undeclared {
		actions[i] = crypt.Sign
		if a.shaped {
			actions[i] = crypt.Encrypt
		}
	}
	return actions
}

// trials yields the assignments of actions to undeclared attributes in the order they are tried, each
// once: what the hint says, if there is one; all unsigned, as Java ignores them; all as guessed, which is
// the default of Python and of Java's @HandleUnknownAttributes; all signed, which is that default where
// nothing is encrypted; one departure from the hint, which cannot name what was added since; then by fewest
// departures from the guess. There may be very many: the caller stops.
func trials(hint, guess []crypt.Action) iter.Seq[[]crypt.Action] {
	return func(yield func([]crypt.Action) bool) {
		if len(guess) == 0 {
			yield(nil)
			return
		}
		var tried [][]crypt.Action
		try := func(actions []crypt.Action) bool {
			if slices.ContainsFunc(tried, func(t []crypt.Action) bool { return slices.Equal(t, actions) }) {
				return true
			}
			tried = append(tried, actions)
			return yield(actions)
		}
		if hint != nil && !try(hint) {
			return
		}
		for _, actions := range [][]crypt.Action{slices.Repeat([]crypt.Action{crypt.Plain}, len(guess)), guess, slices.Repeat([]crypt.Action{crypt.Sign}, len(guess))} {
			if !try(actions) {
				return
			}
		}
		for i := range hint {
			for _, other := range departures(hint[i]) {
				next := slices.Clone(hint)
				next[i] = other
				if !try(next) {
					return
				}
			}
		}
		// Breadth first: each departure extends an earlier assignment behind its last one.
		type assignment struct {
			actions []crypt.Action
			from    int
		}
		queue := []assignment{{guess, 0}}
		for ; len(queue) > 0; queue = queue[1:] {
			base := queue[0]
			for i := base.from; i < len(guess); i++ {
				for _, other := range departures(guess[i]) {
					next := slices.Clone(base.actions)
					next[i] = other
					if !try(next) {
						return
					}
					queue = append(queue, assignment{next, i + 1})
				}
			}
		}
	}
}

// departures are the other ways in which an attribute may be protected that is said to be a.
func departures(a crypt.Action) []crypt.Action {
	switch a {
	case crypt.Encrypt:
		return []crypt.Action{crypt.Plain, crypt.Sign}
	case crypt.Sign:
		return []crypt.Action{crypt.Plain}
	}
	return nil
}
