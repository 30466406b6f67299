package ddbec

import (
	"iter"
	"slices"

	"github.com/dynaseal/ddb/crypt"
)

// previous is a schema of the past: the actions of the attributes it declared, and of others.
type previous struct {
	actions map[string]crypt.Action
	schema  crypt.Schema
}

func (p *previous) action(name string) crypt.Action {
	if a, declared := p.actions[name]; declared {
		return a
	}
	return unknown(p.schema, name)
}

// mayBeSigned reports whether a is signed under some schema.
func (e *encryptor) mayBeSigned(a *attr) bool { return a.action != crypt.Plain || len(e.previous) > 0 }

// fit notes under which schemas the item may have been written as it is stored, and refuses one that was
// written under none.
func (e *encryptor) fit(s *scratch) error {
	if len(e.previous) == 0 {
		return e.unfit(s)
	}
	for i := range s.attrs {
		s.now = append(s.now, s.attrs[i].action)
	}
	unfit := e.unfit(s)
	if unfit == nil {
		s.schemas = append(s.schemas, 0)
	}
	for schema := 1; schema <= len(e.previous); schema++ {
		e.assume(s, schema)
		if e.unfit(s) == nil {
			s.schemas = append(s.schemas, schema)
		}
	}
	e.assume(s, 0)
	if len(s.schemas) == 0 {
		return unfit
	}
	return nil
}

// unfit is why the attributes cannot be as they are stored, under the actions they have.
func (e *encryptor) unfit(s *scratch) error {
	for i := range s.attrs {
		if problem := s.attrs[i].unfit(); problem != "" {
			return e.decrypt.Format(s.attrs[i].name, problem, nil)
		}
	}
	return nil
}

// assume gives the attributes the actions of a schema, 0 of those that are not declared in it.
func (e *encryptor) assume(s *scratch, schema int) {
	for i := range s.attrs {
		a := &s.attrs[i]
		if schema == 0 {
			a.action = s.now[i]
		} else {
			a.action = e.previous[schema-1].action(a.name)
		}
	}
}

// acrossSchemas is assignments where there are previous schemas: of each that may be it the first way to
// protect what it does not declare, then of each the second, and so on; no assignment twice.
func (e *encryptor) acrossSchemas(s *scratch, description []byte, yield func(int) bool) {
	type walk struct {
		next func() ([]crypt.Action, bool)
		stop func()
	}
	walks := make([]walk, len(s.schemas))
	defer func() {
		for _, w := range walks {
			if w.stop != nil {
				w.stop()
			}
		}
	}()
	var tried [][]crypt.Action
	for running := true; running; {
		running = false
		for i, schema := range s.schemas {
			e.assume(s, schema)
			if walks[i].next == nil {
				walks[i].next, walks[i].stop = iter.Pull(s.undeclaredActions(description))
			}
			if _, ok := walks[i].next(); !ok {
				continue
			}
			running = true
			actions := make([]crypt.Action, len(s.attrs))
			for j := range s.attrs {
				actions[j] = s.attrs[j].action
			}
			if slices.ContainsFunc(tried, func(t []crypt.Action) bool { return slices.Equal(t, actions) }) {
				continue
			}
			tried = append(tried, actions)
			if !yield(schema) {
				return
			}
		}
	}
}
