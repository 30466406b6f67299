package interop_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// TestClients runs this library, AWS's Java client and AWS's Python client against each other.
func TestClients(t *testing.T) {
	c := newCorpus(t, generate.Kind{})
	c.encrypt(t, c.samples)
	t.Run("every reader takes every writer's items, but in the named classes", c.cross)
	t.Run("every divergence is there", c.pinned)
	t.Run("only our reader verifies where nothing has an action", c.unverified)
	t.Run("nobody takes an item with one flipped bit", c.tampered)
	t.Run("only Python returns a digit altered that it rounds away", c.roundedAway)
	if *update {
		t.Run("vectors", c.writeVectors)
	}
	c.close(t)
}

// TestClientsByKind does so by every other provider and signature.
func TestClientsByKind(t *testing.T) {
	for _, kind := range generate.Kinds()[1:] {
		t.Run(kind.String(), func(t *testing.T) {
			c := newCorpus(t, kind)
			c.encrypt(t, c.samples)
			c.cross(t)
			c.pinned(t)
			c.tampered(t)
			c.close(t)
		})
	}
}

// encrypt has every client write every one of samples.
func (c *corpus) encrypt(t *testing.T, samples []*sample) {
	t.Helper()
	var failed failures
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.writers {
		for i, s := range samples {
			jobs[writer] = append(jobs[writer], job{request(t, protocol.Encrypt, s.caseBy(writer), s.Item), func(answer protocol.Answer) {
				if answer.OK != s.classes.Writes(writer) {
					failed.add("item %d (%s): %s writes: %v %s", i, s.classes, writer, answer.OK, answer.Error)
				}
				switch {
				case answer.OK:
					s.stored[writer] = answered(t, answer)
				case writer == divergence.GoPython && answer.Class != protocol.ClassFormat:
					failed.add("item %d (%s): %s refuses as %q: %s", i, s.classes, writer, answer.Class, answer.Error)
				}
			}})
		}
	}
	c.run(t, jobs)
	failed.report(t, c.seed)
}

// outcome is how often a reader did what was expected with a writer's items.
type outcome struct {
	writer, reader                  divergence.Client
	same, different, refused, other int
}

// cross has every client read every item of every writer, its own too.
func (c *corpus) cross(t *testing.T) {
	var failed failures
	var outcomes []*outcome
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.writers {
		for _, reader := range clients {
			o := &outcome{writer: writer, reader: reader}
			outcomes = append(outcomes, o)
			for i, s := range c.samples {
				stored, ok := s.stored[writer]
				if !ok {
					continue
				}
				jobs[reader] = append(jobs[reader], job{request(t, protocol.Decrypt, s.caseFor(reader), stored), func(answer protocol.Answer) {
					if problem := o.check(t, s, answer); problem != "" {
						failed.add("item %d (%s): %s reads %s's: %s", i, s.classes, reader, writer, problem)
						o.other++
					}
				}})
			}
		}
	}
	c.run(t, jobs)
	for _, o := range outcomes {
		t.Logf("%-6s reads %-9s: %5d the same, %4d with numbers rounded, %4d refused, %d otherwise",
			o.reader, o.writer, o.same, o.different, o.refused, o.other)
	}
	failed.report(t, c.seed)
}

// check compares one answer with what the classes of s promise, and counts it.
func (o *outcome) check(t *testing.T, s *sample, answer protocol.Answer) string {
	if !s.classes.Reads(o.writer, o.reader) {
		if answer.OK {
			return "was to be refused"
		}
		if o.reader == divergence.Go && answer.Class != protocol.ClassAuth {
			return "refused as " + answer.Class + ": " + answer.Error
		}
		o.refused++
		return ""
	}
	if !answer.OK {
		return "refused: " + answer.Class + " " + answer.Error
	}
	expected, err := divergence.Opened(s.Item, s.Case, o.writer, o.reader)
	require.NoError(t, err)
	if differing := divergence.Difference(expected, answered(t, answer)); differing != nil {
		return fmt.Sprintf("attributes %q differ", differing)
	}
	if len(divergence.Difference(expected, s.Item)) == 0 {
		o.same++
	} else {
		o.different++
	}
	return ""
}

// pinned holds the numbers of samples behind each class, and that each class makes a difference.
func (c *corpus) pinned(t *testing.T) {
	t.Logf("%-22s %5d", "agreed", c.hits(0))
	assert.GreaterOrEqual(t, c.hits(0), c.agreed)
	for _, class := range divergence.All() {
		t.Logf("%-22s %5d", class, c.hits(class))
		assert.GreaterOrEqual(t, c.hits(class), classSamples, class)
		assert.Truef(t, c.diverges(t, class), "%s: no client does anything else than another", class)
	}
}

// diverges reports whether some client refuses, or reads otherwise, what is of class alone.
func (c *corpus) diverges(t *testing.T, class divergence.Classes) bool {
	return slices.ContainsFunc(c.samples, func(s *sample) bool {
		if !s.classes.Has(class) {
			return false
		}
		opened, err := divergence.Opened(s.Item, s.Case, divergence.Python, divergence.Java)
		require.NoError(t, err)
		return !class.Writes(divergence.Python) || !class.Writes(divergence.GoPython) || !class.Reads(divergence.Python, divergence.Java) ||
			len(divergence.Difference(s.Item, opened)) > 0
	})
}

// unverified has every client read items by a case without actions.
func (c *corpus) unverified(t *testing.T) {
	var failed failures
	jobs := map[divergence.Client][]job{}
	for _, writer := range c.writers {
		for i, s := range c.samples[:classSamples] {
			stored, ok := s.stored[writer]
			if !ok || s.classes.Has(divergence.CustomMarks) {
				continue
			}
			blind := s.Case
			blind.Actions, blind.DefaultAction = map[string]string{}, ""
			for _, reader := range clients {
				jobs[reader] = append(jobs[reader], job{request(t, protocol.Decrypt, blind, stored), func(answer protocol.Answer) {
					if problem := checkUnverified(t, stored, blind, reader, answer); problem != "" {
						failed.add("item %d: %s reads %s's: %s", i, reader, writer, problem)
					}
				}})
			}
		}
	}
	c.run(t, jobs)
	failed.report(t, c.seed)
}

// checkUnverified holds what a reader does with an altered item, or with one that it cannot verify:
// it refuses, or returns all of it where it verifies nothing.
func checkUnverified(t *testing.T, item crypt.Item, by protocol.Case, reader divergence.Client, answer protocol.Answer) string {
	switch {
	case divergence.Unverified(item, by, reader):
		if !answer.OK || divergence.Difference(item, answered(t, answer)) != nil {
			return "was to be returned as it is, this client does not verify it"
		}
	case answer.OK:
		return "was to be refused"
	case reader == divergence.Go && answer.Class != protocol.ClassAuth && answer.Class != protocol.ClassFormat:
		return fmt.Sprintf("class %q: %s", answer.Class, answer.Error)
	}
	return ""
}
