package keyring

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/given"
)

// ManagerConfig describes the default manager.
type ManagerConfig struct {
	hidden

	// Keyring wraps and unwraps data keys. Required.
	Keyring Keyring

	// SignatureKeys are key pairs made in advance, for items under SuiteECDSA. Nil: each is made with its
	// item.
	SignatureKeys *SignatureKeys
}

// NewManager returns the default manager (dbesdk 2.12). Under SuiteECDSA it makes a P-384 key pair for
// each item, whose public half it adds to the context. It refuses requests whose context the format
// cannot hold, or that has names of the format's own which it does not know.
func NewManager(c ManagerConfig) (Manager, error) {
	if given.Nil(c.Keyring) {
		return nil, errors.New("keyring: new manager: no Keyring")
	}
	return &manager{c.Keyring, c.SignatureKeys}, nil
}

type manager struct {
	keyring Keyring
	pool    *SignatureKeys
}

// String is the keyring's, if it has one.
func (m *manager) String() string { return fmt.Sprintf("manager of %T", m.keyring) }

// GoString is String, for %#v.
func (m *manager) GoString() string { return m.String() }

// EncryptionMaterials makes the signature key and asks the keyring for the others.
func (m *manager) EncryptionMaterials(ctx context.Context, r Request) (none EncryptionMaterials, _ error) {
	fail := func(err error) (EncryptionMaterials, error) {
		return none, fmt.Errorf("keyring: encryption materials: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if !r.Suite.Valid() {
		return fail(fmt.Errorf("suite %v is not of the format", r.Suite))
	}
	for key, value := range r.Context {
		if err := dbe.CheckContextEntry(key, value); err != nil {
			return fail(fmt.Errorf("%w: %w", crypt.ErrFormat, err))
		}
		if isReserved(key) && !isRebuilt(key) {
			return fail(fmt.Errorf("%w: context key %.128q: names that begin with %s are the format's own: choose another", crypt.ErrFormat, key, reservedPrefix))
		}
	}
	if err := checkRequired(r.Context, r.Required); err != nil {
		return fail(err)
	}
	materials := EncryptionMaterials{Suite: r.Suite, Context: r.Context, Required: r.Required}
	if r.Suite == SuiteECDSA {
		k, err := m.signatureKey()
		if err != nil {
			return fail(err)
		}
		materials.Signature = k
		materials.Context = make(map[string]string, len(r.Context)+1)
		maps.Copy(materials.Context, r.Context)
		materials.Context[PublicKeyEntry] = k.Entry()
	}
	return m.keyring.OnEncrypt(ctx, materials)
}

func (m *manager) signatureKey() (SignatureKey, error) {
	if m.pool != nil {
		if k, ok := m.pool.take(); ok {
			return k, nil
		}
	}
	return makeSignatureKey()
}

// DecryptionMaterials joins stored and reproduced context, and asks the keyring.
func (m *manager) DecryptionMaterials(ctx context.Context, r DecryptionRequest) (none DecryptionMaterials, _ error) {
	fail := func(err error) (DecryptionMaterials, error) {
		return none, fmt.Errorf("keyring: decryption materials: %w", err)
	}
	if err := ctx.Err(); err != nil {
		return fail(err)
	}
	if !r.Suite.Valid() {
		return fail(fmt.Errorf("%w: suite %v is not of the format", crypt.ErrFormat, r.Suite))
	}
	joined, err := r.join()
	if err != nil {
		return fail(err)
	}
	materials := DecryptionMaterials{Suite: r.Suite, Context: joined}
	entry, ok := joined[PublicKeyEntry]
	if ok != (r.Suite == SuiteECDSA) {
		return fail(fmt.Errorf("%w: suite %v, and a public key in the context: %t", crypt.ErrFormat, r.Suite, ok))
	}
	if ok {
		if materials.PublicKey, err = parsePublicKey(entry); err != nil {
			return fail(fmt.Errorf("%w: %w", crypt.ErrFormat, err))
		}
	}
	return m.keyring.OnDecrypt(ctx, materials, r.EncryptedDataKeys)
}

// join returns the context of both. Where they differ, the item was moved, or is read as another: had
// the entry not been stored, it would not unwrap.
func (r DecryptionRequest) join() (map[string]string, error) {
	if len(r.Stored) == 0 {
		return r.Reproduced, nil
	}
	joined := make(map[string]string, len(r.Stored)+len(r.Reproduced))
	maps.Copy(joined, r.Reproduced)
	for key, value := range r.Stored {
		rebuilt, ok := r.Reproduced[key]
		switch {
		case ok && rebuilt != value:
			return nil, fmt.Errorf("%w: the context stored differs from the item's in %.128q", crypt.ErrAuth, key)
		case !ok && isReserved(key) && key != PublicKeyEntry:
			return nil, fmt.Errorf("%w: the context stored has %.128q, which is the format's own and not the item's", crypt.ErrFormat, key)
		}
		joined[key] = value
	}
	return joined, nil
}

func isReserved(key string) bool { return strings.HasPrefix(key, reservedPrefix) }

// isRebuilt reports whether the format itself puts an entry of that name into the context (dbesdk 1.6).
func isRebuilt(key string) bool {
	switch key {
	case "aws-crypto-table-name", "aws-crypto-partition-name", "aws-crypto-sort-name", "aws-crypto-legend":
		return true
	}
	return strings.HasPrefix(key, "aws-crypto-attr.")
}

// RequireContext returns a manager before m that requires these context keys of each item (dbesdk 2.12,
// the required encryption context manager): a writer must give them, they are not stored, and a reader
// must give them anew. The format requires those of its own by itself.
func RequireContext(m Manager, keys ...string) (Manager, error) {
	if given.Nil(m) {
		return nil, errors.New("keyring: new required context manager: no Manager")
	}
	if len(keys) == 0 {
		return nil, errors.New("keyring: new required context manager: no keys to require")
	}
	for _, key := range keys {
		err := dbe.CheckContextEntry(key, "")
		if key == PublicKeyEntry {
			err = errors.New("it is stored with the item")
		}
		if err != nil {
			return nil, fmt.Errorf("keyring: new required context manager: context key %.128q: %w", key, err)
		}
	}
	return &requiring{m, slices.Clone(keys)}, nil
}

type requiring struct {
	Manager
	keys []string
}

// EncryptionMaterials asks for the materials with the keys required.
func (m *requiring) EncryptionMaterials(ctx context.Context, r Request) (EncryptionMaterials, error) {
	required := slices.Clip(r.Required)
	for _, key := range m.keys {
		if _, ok := r.Context[key]; !ok {
			return EncryptionMaterials{}, fmt.Errorf("keyring: encryption materials: %w: required context key %.128q is not in the context", crypt.ErrFormat, key)
		}
		if !slices.Contains(required, key) {
			required = append(required, key)
		}
	}
	r.Required = required
	return m.Manager.EncryptionMaterials(ctx, r)
}

// DecryptionMaterials asks for the materials if the keys were given.
func (m *requiring) DecryptionMaterials(ctx context.Context, r DecryptionRequest) (DecryptionMaterials, error) {
	for _, key := range m.keys {
		if _, ok := r.Reproduced[key]; !ok {
			return DecryptionMaterials{}, fmt.Errorf("keyring: decryption materials: %w: required context key %.128q was not given: it is not taken from the item", crypt.ErrFormat, key)
		}
	}
	return m.Manager.DecryptionMaterials(ctx, r)
}
