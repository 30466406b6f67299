//go:build hsm

package hsm

import "context"

var (
	PublicRSA   = publicRSA
	PublicECDSA = publicECDSA
	Settle      = settle
)

// Hold takes a session of the pool, until release is called.
func (t *Token) Hold(ctx context.Context) (release func(), _ error) {
	s, err := t.acquire(ctx)
	return func() { t.pool <- s }, err
}
