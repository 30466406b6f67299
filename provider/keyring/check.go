package keyring

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/secret"
)

// reservedPrefix begins the context keys that are the format's own.
const reservedPrefix = "aws-crypto-"

// Check reports what in m does not answer r: keys of wrong sizes, another suite, context that was left
// out, changed, or added under a name of the format's own. A manager may add context and require more of
// it.
func (r Request) Check(m EncryptionMaterials) error {
	switch {
	case !r.Suite.Valid() || m.Suite != r.Suite:
		return fmt.Errorf("keyring: materials: suite %v where %v was asked for", m.Suite, r.Suite)
	case m.DataKey.Len() != DataKeySize:
		return fmt.Errorf("keyring: materials: data key of %d bytes, the format takes %d", m.DataKey.Len(), DataKeySize)
	case len(m.EncryptedDataKeys) == 0 || len(m.EncryptedDataKeys) > MaxEncryptedDataKeys:
		return fmt.Errorf("keyring: materials: %d encrypted data keys, the format takes 1 to %d", len(m.EncryptedDataKeys), MaxEncryptedDataKeys)
	case len(m.SigningKeys) != len(m.EncryptedDataKeys):
		return fmt.Errorf("keyring: materials: %d signing keys for %d encrypted data keys", len(m.SigningKeys), len(m.EncryptedDataKeys))
	}
	for i, k := range m.SigningKeys {
		if err := checkSigningKey(k); err != nil {
			return err
		}
		if err := m.EncryptedDataKeys[i].check(); err != nil {
			return fmt.Errorf("keyring: materials: data key %d: %w", i+1, err)
		}
	}
	if m.Signature.IsZero() != (m.Suite != SuiteECDSA) {
		return fmt.Errorf("keyring: materials: suite %v, and signature key %v", m.Suite, m.Signature)
	}
	if err := checkAnswer(m.Context, m.Suite, m.Signature.Entry(), r.Context); err != nil {
		return err
	}
	for _, key := range r.Required {
		if !slices.Contains(m.Required, key) {
			return fmt.Errorf("keyring: materials: context key %.128q is required no more", key)
		}
	}
	return checkRequired(m.Context, m.Required)
}

// Check reports what in m does not answer r, as [Request.Check] does.
func (r DecryptionRequest) Check(m DecryptionMaterials) error {
	switch {
	case !r.Suite.Valid() || m.Suite != r.Suite:
		return fmt.Errorf("keyring: materials: suite %v where %v was asked for", m.Suite, r.Suite)
	case m.DataKey.Len() != DataKeySize:
		return fmt.Errorf("keyring: materials: data key of %d bytes, the format takes %d", m.DataKey.Len(), DataKeySize)
	case (m.PublicKey == nil) != (m.Suite != SuiteECDSA):
		return fmt.Errorf("keyring: materials: suite %v, and a public key: %t", m.Suite, m.PublicKey != nil)
	}
	if err := checkSigningKey(m.SigningKey); err != nil {
		return err
	}
	entry := ""
	if m.PublicKey != nil {
		var err error
		if entry, err = encodePublicKey(m.PublicKey); err != nil {
			return fmt.Errorf("keyring: materials: %w", err)
		}
	}
	return checkAnswer(m.Context, m.Suite, entry, r.Stored, r.Reproduced)
}

// check reports what a header cannot hold.
func (k EncryptedDataKey) check() error {
	const longest = 1<<16 - 1
	switch {
	case !utf8.ValidString(k.ProviderID):
		return errors.New("its provider id is not valid UTF-8")
	case len(k.ProviderID) > longest || len(k.ProviderInfo) > longest || len(k.Ciphertext) > longest:
		return fmt.Errorf("a part of it is longer than %d bytes", longest)
	}
	return nil
}

func checkSigningKey(k secret.Key) error {
	if k.Len() != SigningKeySize {
		return fmt.Errorf("keyring: materials: signing key of %d bytes, the format takes %d", k.Len(), SigningKeySize)
	}
	return nil
}

// checkAnswer compares the context of materials with what was asked for, and with the public key's
// entry.
func checkAnswer(context map[string]string, s Suite, entry string, asked ...map[string]string) error {
	same := false // nothing was added: what one asked for is as much
	for _, m := range asked {
		same = same || len(m) == len(context)
		for key, value := range m {
			if got, ok := context[key]; !ok || got != value {
				return fmt.Errorf("keyring: materials: context key %.128q was left out or changed", key)
			}
		}
	}
	if !same {
		if err := checkAdded(context, asked); err != nil {
			return err
		}
	}
	if got, ok := context[PublicKeyEntry]; ok != (s == SuiteECDSA) || got != entry {
		return fmt.Errorf("keyring: materials: context key %s is not that of the signature key", PublicKeyEntry)
	}
	return nil
}

// checkAdded reports what a manager may not add to a context, or the format cannot hold.
func checkAdded(context map[string]string, asked []map[string]string) error {
	if len(context) > dbe.MaxContextEntries {
		return fmt.Errorf("keyring: materials: context of %d entries, the format takes %d", len(context), dbe.MaxContextEntries)
	}
	for key, value := range context {
		if err := dbe.CheckContextEntry(key, value); err != nil {
			return fmt.Errorf("keyring: materials: %w", err)
		}
		if !strings.HasPrefix(key, reservedPrefix) || key == PublicKeyEntry {
			continue
		}
		if !slices.ContainsFunc(asked, func(m map[string]string) bool { _, ok := m[key]; return ok }) {
			return fmt.Errorf("keyring: materials: context key %.128q was added: names that begin with %s are the format's own", key, reservedPrefix)
		}
	}
	return nil
}

// checkRequired reports required keys that are not in the context, or must be stored.
func checkRequired(context map[string]string, required []string) error {
	for _, key := range required {
		if _, ok := context[key]; !ok {
			return fmt.Errorf("keyring: required context key %.128q is not in the context", key)
		}
		if key == PublicKeyEntry {
			return fmt.Errorf("keyring: context key %s is stored: it cannot be required", key)
		}
	}
	return nil
}
