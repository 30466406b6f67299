package crypttest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/dynaseal/ddb/crypt"
)

// Failure is a check that failed.
type Failure struct {
	Check  string // its name
	Detail string // what was seen, a line each
}

// Error gives both.
func (f Failure) Error() string { return "crypttest: " + f.Check + ": " + f.Detail }

// check is one named promise of a contract.
type check struct {
	name string
	run  func(*probe)
}

// skipCheck is the name under which a wrong Skip is reported.
const skipCheck = "skip"

func test(t *testing.T, checks []check, skip []string) {
	t.Helper()
	for _, name := range unknown(checks, skip) {
		t.Errorf("crypttest: Skip: there is no check %q", name)
	}
	for _, c := range checks {
		if slices.Contains(skip, c.name) {
			t.Logf("crypttest: %s: left out by Skip", c.name)
			continue
		}
		t.Run(c.name, func(t *testing.T) {
			for _, detail := range c.details(t.Context()) {
				t.Error(detail)
			}
		})
	}
}

func run(ctx context.Context, checks []check, skip []string) (failures []Failure) {
	for _, name := range unknown(checks, skip) {
		failures = append(failures, Failure{skipCheck, fmt.Sprintf("there is no check %q", name)})
	}
	for _, c := range checks {
		if slices.Contains(skip, c.name) {
			continue
		}
		if details := c.details(ctx); len(details) > 0 {
			failures = append(failures, Failure{c.name, strings.Join(details, "\n")})
		}
	}
	return failures
}

// unknown are the names in skip of no check.
func unknown(checks []check, skip []string) []string {
	return slices.DeleteFunc(slices.Clone(skip), func(name string) bool {
		return slices.ContainsFunc(checks, func(c check) bool { return c.name == name })
	})
}

// details runs the check and returns what it saw go wrong.
func (c check) details(ctx context.Context) []string {
	p := &probe{ctx: ctx}
	p.guard("", func() { c.run(p) })
	if p.more > 0 {
		p.seen = append(p.seen, fmt.Sprintf("and %d more", p.more))
	}
	return p.seen
}

// probe collects what one check sees. It is safe for concurrent use.
type probe struct {
	ctx context.Context

	mu   sync.Mutex
	seen []string
	more int // not in seen
}

// maxSeen is how many lines a check reports.
const maxSeen = 10

// failf reports what went wrong; the check goes on.
func (p *probe) failf(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.seen) == maxSeen {
		p.more++
		return
	}
	p.seen = append(p.seen, fmt.Sprintf(format, args...))
}

// stopped is what stopf panics with.
type stopped struct{}

// stopf reports what went wrong and ends the check.
func (p *probe) stopf(format string, args ...any) {
	p.failf(format, args...)
	panic(stopped{})
}

// errPanic stands for the result of a call that panicked, which was reported.
var errPanic = errors.New("panicked")

// guard runs f, reports its panic, and says whether f came to its end. A check that is stopped ends where
// what is empty.
func (p *probe) guard(what string, f func()) (ended bool) {
	defer func() {
		r := recover()
		switch r.(type) {
		case nil:
		case stopped:
			if what != "" {
				panic(r)
			}
		default:
			p.failf("%s: panic: %v\n%s", cmp.Or(what, "the check"), r, debug.Stack())
		}
	}()
	f()
	return true
}

// classed demands an error of one of the classes. Only one class may be in it: callers branch on it.
func (p *probe) classed(what string, err error, classes ...error) {
	if errors.Is(err, errPanic) {
		return
	}
	if err == nil {
		p.failf("%s: accepted, want an error that wraps one of: %v", what, errors.Join(classes...))
		return
	}
	found := 0
	for _, class := range []error{crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys} {
		if errors.Is(err, class) {
			found++
			if !slices.Contains(classes, class) {
				p.failf("%s: the error is of class %q, want one of: %v", what, class, errors.Join(classes...))
			}
		}
	}
	if found != 1 {
		p.failf("%s: the error wraps %d of crypt's classes, want one: %v", what, found, err)
	}
}
