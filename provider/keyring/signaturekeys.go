package keyring

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"fmt"
)

// SignatureKeys are P-384 key pairs made in advance: making one takes a third of the time that writing a
// small item under SuiteECDSA does. Each serves one item. Nothing runs in the background: call Fill where
// there is time, from a goroutine of your own say; when there is none left, items make their own. It is
// safe for concurrent use.
type SignatureKeys struct{ keys chan SignatureKey }

// MaxSignatureKeys is the most that SignatureKeys hold, some 4 MB.
const MaxSignatureKeys = 4096

// NewSignatureKeys returns room for n key pairs, none of which is made yet.
func NewSignatureKeys(n int) (*SignatureKeys, error) {
	if n < 1 || n > MaxSignatureKeys {
		return nil, fmt.Errorf("keyring: new signature keys: room for %d: give 1 to %d", n, MaxSignatureKeys)
	}
	return &SignatureKeys{make(chan SignatureKey, n)}, nil
}

// Fill makes key pairs until there is no more room. The only errors are those of ctx and of the making.
func (p *SignatureKeys) Fill(ctx context.Context) error {
	for len(p.keys) < cap(p.keys) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("keyring: fill signature keys: %w", err)
		}
		k, err := makeSignatureKey()
		if err != nil {
			return fmt.Errorf("keyring: fill signature keys: %w", err)
		}
		select {
		case p.keys <- k:
		default:
			return nil // another call filled it
		}
	}
	return nil
}

// Len is how many are made and not used yet.
func (p *SignatureKeys) Len() int { return len(p.keys) }

func (p *SignatureKeys) take() (SignatureKey, bool) {
	select {
	case k := <-p.keys:
		return k, true
	default:
		return SignatureKey{}, false
	}
}

func makeSignatureKey() (SignatureKey, error) {
	k, err := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	if err != nil {
		return SignatureKey{}, err
	}
	return NewSignatureKey(k)
}
