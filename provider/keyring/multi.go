package keyring

import (
	"context"
	"errors"
	"fmt"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/given"
)

// Multi returns a keyring of several (dbesdk 2.5). It writes with all of them: the generator makes the
// data key, or wraps it if there is one, then each of the others wraps it; one that fails fails the item.
// It reads with the first that can, the generator first. Each keyring that could not has its reason in
// the error.
//
// The generator may be nil in a Multi that only reads, or that is one of the others of another Multi.
// AWS's libraries refuse a generator inside the others of another; here it is as good as the rest.
func Multi(generator Keyring, others ...Keyring) (Keyring, error) {
	if generator != nil && given.Nil(generator) {
		return nil, errors.New("keyring: new multi: the generator given is a nil pointer")
	}
	m := &multi{hasGenerator: generator != nil}
	if m.hasGenerator {
		m.keyrings = append(m.keyrings, generator)
	}
	m.keyrings = append(m.keyrings, others...)
	for i, k := range others {
		if given.Nil(k) {
			return nil, fmt.Errorf("keyring: new multi: keyring %d of the others is nil", i+1)
		}
	}
	if len(m.keyrings) == 0 {
		return nil, errors.New("keyring: new multi: no keyrings")
	}
	return m, nil
}

type multi struct {
	hasGenerator bool
	keyrings     []Keyring
}

// String names no key: each keyring names its own.
func (m *multi) String() string { return fmt.Sprintf("multi of %d", len(m.keyrings)) }

// GoString is String, for %#v.
func (m *multi) GoString() string { return m.String() }

// OnEncrypt adds the data keys of all.
func (m *multi) OnEncrypt(ctx context.Context, materials EncryptionMaterials) (none EncryptionMaterials, _ error) {
	if materials.DataKey.IsZero() && !m.hasGenerator {
		return none, errors.New("keyring: multi: encrypt: no generator to make a data key: give one as the first argument of Multi")
	}
	for i, k := range m.keyrings {
		before := len(materials.EncryptedDataKeys)
		var err error
		if materials, err = k.OnEncrypt(ctx, materials); err != nil {
			return none, fmt.Errorf("keyring: %v: encrypt: keyring %d: %w", m, i+1, err)
		}
		if materials.DataKey.IsZero() || len(materials.EncryptedDataKeys) <= before {
			return none, fmt.Errorf("keyring: %v: encrypt: keyring %d wrapped nothing", m, i+1)
		}
	}
	return materials, nil
}

// OnDecrypt asks one after the other.
func (m *multi) OnDecrypt(ctx context.Context, materials DecryptionMaterials, keys []EncryptedDataKey) (none DecryptionMaterials, _ error) {
	if err := checkUnopened(materials); err != nil {
		return none, fmt.Errorf("keyring: %v: decrypt: %w", m, err)
	}
	var reasons []reason
	for i, k := range m.keyrings {
		if ctx.Err() != nil {
			break
		}
		opened, err := k.OnDecrypt(ctx, materials, keys)
		if err == nil && opened.DataKey.IsZero() {
			err = errNothing
		}
		if err == nil {
			return opened, nil
		}
		reasons = append(reasons, reason{"keyring ", i + 1, err})
	}
	return none, failed(ctx, m.String, reasons)
}

var errNothing = fmt.Errorf("%w: it unwrapped nothing and gave no reason", crypt.ErrKeys)

// checkUnopened reports materials that no keyring may be given to decrypt.
func checkUnopened(m DecryptionMaterials) error {
	switch {
	case !m.Suite.Valid():
		return fmt.Errorf("%w: suite %v is not of the format", crypt.ErrFormat, m.Suite)
	case !m.DataKey.IsZero() || !m.SigningKey.IsZero():
		return errors.New("the materials have a data key already")
	}
	return nil
}
