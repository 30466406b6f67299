package provider

import (
	"context"
	"crypto"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/provider/secret"
)

// What a provider of one half answers when asked for the other. The format reports both as
// crypt.ErrKeys.
var (
	ErrNoSigner   = errors.New("provider: no Signer: it only reads")
	ErrNoVerifier = errors.New("provider: no Verifier: it only writes")
)

// StaticConfig describes a provider whose keys are the process's own (ddbec 1.11, Static). At least
// one of Sign and Verify is required; both must be of one pair.
type StaticConfig struct {
	hidden

	// Encrypt is an AES key of 16, 24 or 32 bytes, which every item is encrypted with. Zero: items
	// are signed only, and one that has something to encrypt or decrypt is a crypt.ErrKeys.
	Encrypt secret.Key

	// Sign signs items, an [HMAC] or what [NewSigner] makes. Nil: the provider only reads.
	Sign Signer

	// Verify verifies items, the same HMAC or what [NewVerifier] makes. Nil: the provider only writes.
	Verify Verifier

	// Description is stored with every item, for all to read. An item whose description lacks one of
	// the entries is not opened.
	Description map[string]string
}

// Static returns a provider of one AES key of 16, 24 or 32 bytes and one HMAC-SHA256 key, which AWS's
// clients call SymmetricStaticProvider and StaticCryptographicMaterialsProvider. A zero encrypt key
// signs only.
func Static(encrypt, mac secret.Key) (Provider, error) {
	h, err := NewHMAC(crypto.SHA256, mac)
	if err != nil {
		return nil, err
	}
	return NewStatic(StaticConfig{Encrypt: encrypt, Sign: h, Verify: h})
}

// NewStatic checks c and returns its provider. It keeps nothing of c that can change.
func NewStatic(c StaticConfig) (Provider, error) {
	if n := c.Encrypt.Len(); n != 0 && n != 16 && n != 24 && n != 32 {
		return nil, fmt.Errorf("provider: new static: encryption key of %d bytes: AES takes 16, 24 or 32", n)
	}
	if err := checkHalves(c.Sign, c.Verify); err != nil {
		return nil, fmt.Errorf("provider: new static: %w", err)
	}
	for name := range c.Description {
		if ddbec.IsOwnEntry(name) {
			return nil, fmt.Errorf("provider: new static: description entry %.128q: the name is the format's own: choose another", name)
		}
	}
	s := &static{encrypt: c.Encrypt, sign: c.Sign, verify: c.Verify}
	if len(c.Description) > 0 {
		var err error
		if s.description, err = NewDescription(c.Description); err != nil {
			return nil, err
		}
	}
	return s, nil
}

type static struct {
	encrypt     secret.Key
	sign        Signer
	verify      Verifier
	description Description
}

var _ AlgorithmProvider = (*static)(nil)

// VerifyAlgorithm is that of the Verifier.
func (s *static) VerifyAlgorithm() string { return algorithmOfHalf(s.verify) }

// EncryptionMaterials are the same for every item.
func (s *static) EncryptionMaterials(context.Context, Request) (EncryptionMaterials, error) {
	if s.sign == nil {
		return EncryptionMaterials{}, ErrNoSigner
	}
	return EncryptionMaterials{Encrypt: s.encrypt, Sign: s.sign, Description: s.description}, nil
}

// DecryptionMaterials are the same for every item whose description has the provider's entries.
func (s *static) DecryptionMaterials(_ context.Context, r Request) (DecryptionMaterials, error) {
	if s.verify == nil {
		return DecryptionMaterials{}, ErrNoVerifier
	}
	for e := range ddbec.Entries(s.description.b) {
		if got, ok := ddbec.LookupEntry(r.Description.b, string(e.Name)); !ok || string(got) != string(e.Value) {
			return DecryptionMaterials{}, fmt.Errorf("%w: the material description lacks the provider's entry %.128q: it was written by another provider", crypt.ErrFormat, e.Name)
		}
	}
	return DecryptionMaterials{Decrypt: s.encrypt, Verify: s.verify}, nil
}
