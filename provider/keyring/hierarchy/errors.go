package hierarchy

import (
	"errors"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
)

// What a caller of a [Store] may want to tell apart, by errors.Is. Errors of reading wrap one of crypt's
// classes: crypt.ErrAuth where KMS had its key in hand and refused the stored one, or gave another than was
// asked for; crypt.ErrKeys for all else. Errors of AWS are reached by errors.As.
var (
	// ErrNotFound: the store has no such branch key, or no such version of it. It comes with crypt.ErrKeys.
	ErrNotFound = errors.New("no such branch key in the store")

	// ErrItem: what is stored is no branch key that this store may use. It does not parse, is of an unknown
	// version of the hierarchy, or names a KMS key that the configuration does not allow. KMS was not asked. It
	// comes with crypt.ErrKeys.
	ErrItem = errors.New("the stored branch key cannot be used")

	// ErrExists: there is a branch key of this id. Nothing was written.
	ErrExists = errors.New("the branch key exists")

	// ErrRaced: another writer changed the branch key, or was about to, at the same time. Nothing was written by
	// this call; most likely the other rotated the key.
	ErrRaced = errors.New("the branch key was changed by another writer")

	// ErrUncertain: the answer to the write was lost, and reading did not tell whether it was done. If it was, it
	// was done whole. It comes with crypt.ErrKeys.
	ErrUncertain = errors.New("not known whether the branch key was written")
)

// lasting reports whether err of a read will not pass by itself, so that a key that was read before must
// not be served any longer.
func lasting(err error) bool {
	return kmskey.Lasting(err) || errors.Is(err, ErrNotFound) || errors.Is(err, ErrItem) || errors.Is(err, crypt.ErrAuth)
}
