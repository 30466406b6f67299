package dbe

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/internal/wire"
	"github.com/dynaseal/ddb/provider/keyring"
)

// letter is how an attribute in the encryption context is spelled there.
type letter struct {
	contextKey string
	spelled    byte
}

// itemContext is the encryption context of an item of that version and table (1.6), none of which is stored: a
// reader makes it anew. In s.letters it leaves the attributes that version 2 has in it.
func (e *encryptor) itemContext(version byte, table string, s *scratch, r report.Report) (map[string]string, error) {
	entries := make(map[string]string, 1+len(e.context)+len(e.keys)+1)
	entries[dbe.ContextTable] = table
	for _, entry := range e.context {
		entries[entry.Key] = entry.Value
	}
	for i := range s.attrs {
		a := &s.attrs[i]
		var value string
		switch {
		case version == dbe.Version1 && e.isKey(a.slot):
			value = dbe.ContextValue1(s.valueOf(a))
		case version == dbe.Version2 && a.action == crypt.SignContext:
			l := letter{contextKey: a.contextKey}
			value, l.spelled = dbe.ContextValue2(s.valueOf(a))
			s.letters = append(s.letters, l)
		default:
			continue
		}
		if err := dbe.CheckContextEntry(a.contextKey, value); err != nil {
			return nil, r.Format(a.name, fmt.Sprintf("an attribute in the encryption context takes at most %d bytes there", dbe.MaxContextText), err)
		}
		entries[a.contextKey] = value
	}
	if version == dbe.Version2 {
		slices.SortFunc(s.letters, func(a, b letter) int { return cmp.Compare(a.contextKey, b.contextKey) })
		for _, l := range s.letters {
			s.spelled = append(s.spelled, l.spelled)
		}
		entries[dbe.ContextLegend] = string(s.spelled)
	}
	return entries, nil
}

func (e *encryptor) isKey(slot wire.Slot) bool { return slices.Contains(e.keys, slot) }

// encryptionMaterials asks the manager.
func (e *encryptor) encryptionMaterials(ctx context.Context, s *scratch) (none keyring.EncryptionMaterials, _ error) {
	entries, err := e.itemContext(e.version, e.schema.Table(), s, e.encrypt)
	if err != nil {
		return none, err
	}
	r := keyring.Request{Suite: e.suite, Context: entries, Required: slices.Clip(e.required)}
	for _, l := range s.letters {
		r.Required = append(r.Required, l.contextKey)
	}
	m, err := e.manager.EncryptionMaterials(ctx, r)
	if ended := e.encrypt.Context(ctx); ended != nil {
		return none, ended
	}
	if err != nil {
		return none, e.encrypt.Keys("the manager gave no materials", err)
	}
	if err := r.Check(m); err != nil {
		return none, e.encrypt.Keys("the manager's materials do not serve", err)
	}
	return m, nil
}

// answer is what the manager said to a context.
type answer struct {
	entries   map[string]string
	materials keyring.DecryptionMaterials
	err       error
	asked     int
}

// maxAsked is how often a manager is asked about one item, at most: once for each name of the table, and for
// some previous schemas that put other attributes into the context. Each may cost [keyring.MaxTries] unwrappings of
// each keyring.
const maxAsked = 1 + crypt.MaxAliases + 4

// decryptionMaterials asks the manager, unless that is its last answer.
func (e *encryptor) decryptionMaterials(ctx context.Context, table string, s *scratch, a *answer) (keyring.DecryptionMaterials, error) {
	entries, err := e.itemContext(s.header.Version, table, s, e.decrypt)
	if err != nil {
		return keyring.DecryptionMaterials{}, err
	}
	if a.entries == nil || !maps.Equal(a.entries, entries) {
		if a.asked++; a.asked > maxAsked {
			return keyring.DecryptionMaterials{}, e.decrypt.Auth()
		}
		a.entries = entries
		a.materials, a.err = e.askToDecrypt(ctx, entries, &s.header)
	}
	return a.materials, a.err
}

func (e *encryptor) askToDecrypt(ctx context.Context, entries map[string]string, h *dbe.Header) (none keyring.DecryptionMaterials, _ error) {
	r := keyring.DecryptionRequest{Suite: suiteOf(h), Reproduced: entries, EncryptedDataKeys: make([]keyring.EncryptedDataKey, len(h.DataKeys))}
	for i, k := range h.DataKeys {
		r.EncryptedDataKeys[i] = keyring.EncryptedDataKey(k)
	}
	if len(h.Context) > 0 {
		r.Stored = make(map[string]string, len(h.Context))
	}
	for _, entry := range h.Context {
		r.Stored[entry.Key] = entry.Value
	}
	m, err := e.manager.DecryptionMaterials(ctx, r)
	if ended := e.decrypt.Context(ctx); ended != nil {
		return none, ended
	}
	if errors.Is(err, crypt.ErrAuth) {
		return none, e.decrypt.Auth() // no word on what failed
	}
	if err != nil {
		return none, e.decrypt.Keys("the manager gave no materials", err)
	}
	if err := r.Check(m); err != nil {
		return none, e.decrypt.Keys("the manager's materials do not serve", err)
	}
	return m, nil
}

// suiteOf is the suite that a header names.
func suiteOf(h *dbe.Header) keyring.Suite { return keyring.SuiteHMAC&^0xFF | keyring.Suite(h.Flavor) }
