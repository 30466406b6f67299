//go:build hsm

package hsm

import (
	"context"
	"fmt"
	"sync"

	"github.com/miekg/pkcs11"
)

// session is one that a call has for itself, as PKCS #11 asks: what a session does is not for two
// threads. The zero session is not open yet.
type session struct {
	handle pkcs11.SessionHandle
	login  int // under which it was opened; 0: not open
}

// login is the session that keeps the user logged in while those of the pool come and go: with a token's
// last session its login ends, and with that the handles of its keys.
type login struct {
	mu     sync.Mutex
	live   bool
	number int // of logins so far
	slot   uint
	anchor pkcs11.SessionHandle
	ended  error // for good: the PIN was refused, or the library finalised
}

// current is the slot and the number of the login, which it makes if there is none.
func (l *login) current(t *Token) (slot uint, number int, _ error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.ended != nil {
		return 0, l.number, l.ended
	}
	if !l.live {
		if err := l.begin(t); err != nil {
			if isPIN(err) || isFinalised(err) {
				l.ended = err
			}
			return 0, l.number, err
		}
	}
	return l.slot, l.number, nil
}

// begin logs in.
func (l *login) begin(t *Token) error {
	cryptoki := t.module.cryptoki
	if l.anchor != 0 {
		cryptoki.CloseSession(l.anchor) // lost already, as a rule
		l.anchor = 0
	}
	slot, err := t.slot()
	if err != nil {
		return err
	}
	anchor, err := cryptoki.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
	if err != nil {
		return fmt.Errorf("open session: %w", err)
	}
	if !t.config.PIN.IsZero() {
		err := cryptoki.Login(anchor, pkcs11.CKU_USER, string(t.config.PIN.Expose()))
		if err != nil && !has(err, pkcs11.CKR_USER_ALREADY_LOGGED_IN) {
			cryptoki.CloseSession(anchor)
			return fmt.Errorf("log in: %w", err)
		}
	}
	l.slot, l.anchor, l.live = slot, anchor, true
	l.number++
	return nil
}

// failed notes an error under login number that a new login may mend, or nothing.
func (l *login) failed(number int, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if isFinalised(err) {
		l.ended = err
	}
	if isLost(err) && l.number == number {
		l.live = false
	}
}

// end closes the last session.
func (l *login) end(t *Token) error {
	if l.finalised() || !l.live {
		return nil
	}
	if err := t.module.cryptoki.CloseSession(l.anchor); err != nil && !isLost(err) {
		return fmt.Errorf("hsm: close: %w", err)
	}
	return nil
}

// finalised reports whether the library was, by another part of the process. If that initialises it
// again, the handles of old are another's.
func (l *login) finalised() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return isFinalised(l.ended)
}

// call is a session in use.
type call struct {
	*pkcs11.Ctx
	session
	tainted bool // the session must not be used again
}

// do calls f with a session of its own, and once more under a new login where the first was lost. A
// session in which anything failed is closed, which ends what it was at and destroys its objects.
func (t *Token) do(ctx context.Context, f func(*call) error) error {
	s, err := t.acquire(ctx)
	if err != nil {
		return err
	}
	c := &call{Ctx: t.module.cryptoki, session: s}
	defer func() { t.pool <- c.session }() // after which Close may unload the library
	if err = t.try(c, f); isLost(err) {
		err = t.try(c, f)
	}
	return err
}

// try calls f under the current login.
func (t *Token) try(c *call, f func(*call) error) (err error) {
	slot, number, err := t.login.current(t)
	if err != nil {
		return err
	}
	defer func() { t.login.failed(number, err) }()
	if c.login != number {
		t.drop(c)
		handle, err := c.OpenSession(slot, pkcs11.CKF_SERIAL_SESSION)
		if err != nil {
			return fmt.Errorf("open session: %w", err)
		}
		c.session, c.tainted = session{handle, number}, false
	}
	sound := false // not after a panic either
	defer func() {
		if !sound || c.tainted {
			t.drop(c)
		}
	}()
	err = f(c)
	sound = err == nil
	return err
}

// acquire waits for a session.
func (t *Token) acquire(ctx context.Context) (none session, _ error) {
	if err := ctx.Err(); err != nil {
		return none, err
	}
	select {
	case <-t.closed:
		return none, ErrClosed
	default:
	}
	select {
	case s := <-t.pool:
		return s, nil
	case <-t.closed:
		return none, ErrClosed
	case <-ctx.Done():
		return none, ctx.Err()
	}
}

// drop closes the session, if it is open.
func (t *Token) drop(c *call) {
	if c.login != 0 && !t.login.finalised() {
		t.module.cryptoki.CloseSession(c.handle) // one that was lost is closed already
	}
	c.session = session{}
}
