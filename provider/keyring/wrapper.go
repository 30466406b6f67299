package keyring

import (
	"context"
	"crypto/fips140"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/provider/secret"
)

// IntermediateKeySize is the size in bytes of the keys that a Wrapper makes.
const IntermediateKeySize = 32

// MaxTries is how many of an item's data keys a keyring tries to unwrap. Whoever can write the table may
// give an item MaxEncryptedDataKeys that name the keyring's key; each try may cost an RSA operation or a
// call to a service. A [Multi] that writes with more keyrings of one name and namespace makes items which the
// last of them cannot read: give every key a name of its own.
const MaxTries = 16

// What a Wrapper may answer to Unwrap, with or without more text.
var (
	// ErrNoMatch: the data key names another key, of this kind or another.
	ErrNoMatch = errors.New("names another key")

	// ErrUnwrap: the data key names this key, and does not unwrap under it. It was altered, or wrapped
	// for another item or under another key of the same name.
	ErrUnwrap = errors.New("does not unwrap")
)

// What a keyring of one half answers when asked for the other. The format reports both as
// crypt.ErrKeys.
var (
	ErrOnlyWrites = errors.New("the keyring has no key to unwrap with: it only writes")
	ErrOnlyReads  = errors.New("the keyring has no key to wrap with: it only reads")
)

// Binding is what a wrapped key is bound to: it unwraps with the same Binding only. Read, never write.
type Binding struct {
	Suite   Suite
	Context map[string]string
	AAD     []byte // Context serialised, for an AEAD; empty for an empty one
}

// A Wrapper wraps the intermediate keys of a keyring: all that kinds of keyrings differ in. An item's
// data key is encrypted under an intermediate key of its own, once for each keyring (dbesdk 2.1); [New]
// does that. It is safe for concurrent use, honours ctx and keeps no argument.
type Wrapper interface {
	// Wrap makes an intermediate key, of IntermediateKeySize fresh random bytes, and wraps it. Of wrapped
	// it gives the provider's id and info, and as Ciphertext the wrapped intermediate key. Both results
	// belong to the caller, who clears key.
	Wrap(ctx context.Context, b Binding) (key []byte, wrapped EncryptedDataKey, err error)

	// Unwrap is the inverse. A data key that names another key is ErrNoMatch, and costs no more than a
	// look at its names; one that does not unwrap is ErrUnwrap. Any other error says that the key could not
	// be used, and is reported as crypt.ErrKeys.
	Unwrap(ctx context.Context, wrapped EncryptedDataKey, b Binding) (key []byte, err error)

	// String names the key in errors. It shows no secret.
	String() string
}

// New returns the keyring of w. Under GODEBUG=fips140=only it is an error: the format encrypts data keys
// by AES-GCM with a nonce of zeros, which is sound under a key used once, but not approved.
func New(w Wrapper) (Keyring, error) {
	if given.Nil(w) {
		return nil, errors.New("keyring: new keyring: no Wrapper")
	}
	if fips140.Enforced() {
		return nil, fmt.Errorf("keyring: new %v: FIPS 140 has no AES-GCM with a nonce of the format's choice", w)
	}
	return &wrapping{Wrapper: w}, nil
}

// wrapping is the keyring of a Wrapper.
type wrapping struct {
	Wrapper
	works
}

// GoString is String, for %#v.
func (k *wrapping) GoString() string { return k.String() }

// OnEncrypt adds one data key.
func (k *wrapping) OnEncrypt(ctx context.Context, m EncryptionMaterials) (none EncryptionMaterials, _ error) {
	fail := func(err error) (EncryptionMaterials, error) {
		return none, fmt.Errorf("keyring: %v: encrypt: %w", k, err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if !m.Suite.Valid() {
		return fail(fmt.Errorf("suite %v is not of the format", m.Suite))
	}
	if len(m.EncryptedDataKeys) >= MaxEncryptedDataKeys {
		return fail(fmt.Errorf("the item has %d data keys already, as many as it may", len(m.EncryptedDataKeys)))
	}
	w := k.acquire()
	defer k.release(w)
	var err error
	if w.aad, err = dbe.AppendKeyringContext(w.aad, m.Context); err != nil {
		return fail(err)
	}
	if m.DataKey.IsZero() {
		if m.DataKey, err = newDataKey(); err != nil {
			return fail(err)
		}
	}
	if m.DataKey.Len() != DataKeySize {
		return fail(fmt.Errorf("data key of %d bytes, the format takes %d", m.DataKey.Len(), DataKeySize))
	}
	intermediate, wrapped, err := k.Wrap(ctx, Binding{m.Suite, m.Context, w.aad})
	defer clear(intermediate)
	if err != nil {
		return fail(err)
	}
	sealed, signing, err := w.seal(intermediate, m.DataKey, len(wrapped.Ciphertext))
	if err != nil {
		return fail(err)
	}
	wrapped.Ciphertext = append(sealed, wrapped.Ciphertext...)
	if err := wrapped.check(); err != nil {
		return fail(err)
	}
	if len(m.EncryptedDataKeys) == 0 && len(m.SigningKeys) == 0 {
		first := &struct { // one allocation of both
			wrapped [1]EncryptedDataKey
			signing [1]secret.Key
		}{[1]EncryptedDataKey{wrapped}, [1]secret.Key{signing}}
		m.EncryptedDataKeys, m.SigningKeys = first.wrapped[:], first.signing[:]
		return m, nil
	}
	m.EncryptedDataKeys = append(slices.Clip(m.EncryptedDataKeys), wrapped)
	m.SigningKeys = append(slices.Clip(m.SigningKeys), signing)
	return m, nil
}

func newDataKey() (secret.Key, error) {
	b := make([]byte, DataKeySize)
	defer clear(b)
	rand.Read(b)
	return secret.New(b)
}

// OnDecrypt tries the data keys in order.
func (k *wrapping) OnDecrypt(ctx context.Context, m DecryptionMaterials, keys []EncryptedDataKey) (none DecryptionMaterials, _ error) {
	if err := checkUnopened(m); err != nil {
		return none, fmt.Errorf("keyring: %v: decrypt: %w", k, err)
	}
	w := k.acquire()
	defer k.release(w)
	var err error
	if w.aad, err = dbe.AppendKeyringContext(w.aad, m.Context); err != nil {
		return none, fmt.Errorf("keyring: %v: decrypt: %w: %w", k, crypt.ErrFormat, err)
	}
	b := Binding{m.Suite, m.Context, w.aad}
	var reasons []reason
	tries := 0
	for i, wrapped := range keys {
		if ctx.Err() != nil {
			break
		}
		dataKey, signing, err := k.unwrap(ctx, wrapped, b, w)
		if err == nil {
			m.DataKey, m.SigningKey = dataKey, signing
			return m, nil
		}
		reasons = append(reasons, reason{"data key ", i + 1, err})
		if errors.Is(err, ErrNoMatch) {
			continue
		}
		if tries++; tries == MaxTries {
			break
		}
	}
	return none, failed(ctx, k.String, reasons)
}

// unwrap unwraps one data key.
func (k *wrapping) unwrap(ctx context.Context, wrapped EncryptedDataKey, b Binding, w *work) (dataKey, signing secret.Key, _ error) {
	if len(wrapped.Ciphertext) <= sealedSize {
		return dataKey, signing, errShort
	}
	sealed := wrapped.Ciphertext[:sealedSize]
	wrapped.Ciphertext = slices.Clip(wrapped.Ciphertext[sealedSize:]) // what a Wrapper appends to it goes elsewhere
	intermediate, err := k.Unwrap(ctx, wrapped, b)
	defer clear(intermediate)
	if err != nil {
		return dataKey, signing, err
	}
	return w.open(intermediate, sealed)
}

var errShort = fmt.Errorf("is shorter than one can be, and so %w", ErrNoMatch)
