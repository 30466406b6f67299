//go:build hsm

package hsm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/provider/secret"
	"github.com/miekg/pkcs11"
)

// Sessions of a token.
const (
	defaultSessions = 8
	maxSessions     = 1024
)

// TokenConfig says which token of a module to open.
type TokenConfig struct {
	// Label and Serial are those of the token. "": any. Exactly one token must have both.
	Label, Serial string

	// PIN is the user's. Zero: no login, for tokens that ask for none. A process logs into a token once:
	// where another part of it has, the PIN is not asked for.
	PIN secret.Key

	// Sessions is how many calls the token works on at once, at most 1024; more wait. 0: 8. One more
	// session is held for the login.
	Sessions int
}

// ErrClosed: the token was closed. The format reports it as crypt.ErrKeys.
var ErrClosed = errors.New("hsm: token is closed")

// Token is a token that a user is logged into. It is safe for concurrent use. Where its connection was
// lost, the next call opens it again, unless the token has refused the PIN (it is not offered twice, since
// tokens lock themselves) or the library was finalised behind its back.
type Token struct {
	module *Module
	config TokenConfig
	pool   chan session // always as many as config.Sessions, those in use aside
	closed chan struct{}
	login  login
}

// Open opens the token, and logs in. The context ends it between calls of the library: one that has
// begun cannot be stopped.
func (m *Module) Open(ctx context.Context, c TokenConfig) (*Token, error) {
	if c.Sessions == 0 {
		c.Sessions = defaultSessions
	}
	if c.Sessions < 0 || c.Sessions > maxSessions {
		return nil, fmt.Errorf("hsm: open: %d Sessions: give 1 to %d, or 0 for %d", c.Sessions, maxSessions, defaultSessions)
	}
	t := &Token{module: m, config: c, pool: make(chan session, c.Sessions), closed: make(chan struct{})}
	for range c.Sessions {
		t.pool <- session{}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.tokens == nil {
		return nil, errors.New("hsm: open: the module is closed")
	}
	if err := ctx.Err(); err != nil {
		return nil, fmt.Errorf("hsm: open: %w", err)
	}
	if _, _, err := t.login.current(t); err != nil {
		return nil, fmt.Errorf("hsm: open: %w", err)
	}
	m.tokens[t] = struct{}{}
	return t, nil
}

// String names the token: its PIN does not print.
func (t *Token) String() string { return fmt.Sprintf("hsm.Token(%q)", t.config.Label) }

// GoString is String, for %#v.
func (t *Token) GoString() string { return t.String() }

// Close waits for the calls the token is in, and closes its sessions, which logs out. Calls that wait for
// a session, and later ones, fail with ErrClosed. It may be called again.
func (t *Token) Close() error {
	t.module.mu.Lock()
	defer t.module.mu.Unlock()
	if _, open := t.module.tokens[t]; !open {
		return nil
	}
	delete(t.module.tokens, t)
	return t.close()
}

func (t *Token) close() error {
	close(t.closed)
	for range t.config.Sessions {
		t.drop(&call{session: <-t.pool})
	}
	return t.login.end(t)
}

// slot finds the one token that is meant.
func (t *Token) slot() (uint, error) {
	slots, err := t.module.cryptoki.GetSlotList(true)
	if err != nil {
		return 0, fmt.Errorf("list slots: %w", err)
	}
	var found []uint
	var names []string
	for _, slot := range slots {
		info, err := t.module.cryptoki.GetTokenInfo(slot)
		if err != nil || info.Flags&pkcs11.CKF_TOKEN_INITIALIZED == 0 {
			continue // another token's trouble, and slots that wait for a token
		}
		names = append(names, fmt.Sprintf("%.32q (serial %.16q)", trim(info.Label), trim(info.SerialNumber)))
		if (t.config.Label == "" || t.config.Label == trim(info.Label)) && (t.config.Serial == "" || t.config.Serial == trim(info.SerialNumber)) {
			found = append(found, slot)
		}
	}
	if len(found) != 1 {
		slices.Sort(names)
		return 0, fmt.Errorf("%d tokens are called %.32q with serial %.16q: give the Label and Serial of one of: %s",
			len(found), t.config.Label, t.config.Serial, strings.Join(names, ", "))
	}
	return found[0], nil
}

// trim takes off what pads the fields of fixed length.
func trim(s string) string { return strings.TrimRight(s, " \x00") }
