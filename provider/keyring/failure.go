package keyring

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/dynaseal/ddb/crypt"
)

// failure says why no data key of an item could be had: the reason of each data key that was looked at,
// or of each keyring. It has one of crypt's three classes, whichever the reasons have, and every other
// cause is reached by errors.Is and errors.As. All it tells, whoever can write the table knows.
type failure struct {
	keyring func() string
	reasons []reason
	rank    rank
}

type reason struct {
	what  string // "data key " or "keyring "
	index int
	err   error
}

// rank orders what may go wrong with several keys by what the caller should learn first.
type rank int

const (
	noMatch     rank = iota // crypt.ErrFormat: written for other keys
	oneHalf                 // crypt.ErrKeys: a key could match, and this keyring is not the one to use it
	unwrapped               // crypt.ErrAuth
	unavailable             // crypt.ErrKeys: the item may be tried again
)

func rankOf(err error) rank {
	if f, ok := errors.AsType[*failure](err); ok {
		return f.rank
	}
	switch {
	case errors.Is(err, crypt.ErrKeys):
		return unavailable
	case errors.Is(err, ErrUnwrap), errors.Is(err, crypt.ErrAuth):
		return unwrapped
	case errors.Is(err, ErrOnlyWrites):
		return oneHalf
	case errors.Is(err, ErrNoMatch), errors.Is(err, crypt.ErrFormat):
		return noMatch
	}
	return unavailable
}

// failed is the failure of a keyring, and the error of ctx alone where that ended: what failed then says
// nothing of the item.
func failed(ctx context.Context, keyring func() string, reasons []reason) error {
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("keyring: %s: decrypt: %w", keyring(), err)
	}
	f := &failure{keyring: keyring, reasons: reasons}
	for _, r := range reasons {
		f.rank = max(f.rank, rankOf(r.err))
	}
	return f
}

func (f *failure) class() error {
	switch f.rank {
	case noMatch:
		return crypt.ErrFormat
	case unwrapped:
		return crypt.ErrAuth
	}
	return crypt.ErrKeys
}

// Error gives the keyring, the class and the reasons, a few of them.
func (f *failure) Error() string {
	const most = 8
	var b strings.Builder
	fmt.Fprintf(&b, "keyring: %s: decrypt: none of the item's data keys can be had: %v", f.keyring(), f.class())
	for i, r := range f.reasons {
		if i == most {
			fmt.Fprintf(&b, "; and %d more", len(f.reasons)-most)
			break
		}
		fmt.Fprintf(&b, "; %s%d: %v", r.what, r.index, r.err)
	}
	return b.String()
}

// Is reports whether target is f's class, or no class and a cause of f.
func (f *failure) Is(target error) bool {
	switch target {
	case crypt.ErrFormat, crypt.ErrAuth, crypt.ErrKeys:
		return target == f.class()
	}
	for _, r := range f.reasons {
		if errors.Is(r.err, target) {
			return true
		}
	}
	return false
}

// As finds the first cause that fits target.
func (f *failure) As(target any) bool {
	for _, r := range f.reasons {
		if errors.As(r.err, target) {
			return true
		}
	}
	return false
}
