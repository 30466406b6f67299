package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"strings"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider/keyring"
)

// dbe makes the encryptors of a case that op needs: the other keyring may lack a half.
func (d *driver) dbe(ctx context.Context, op string, text []byte) (e encryptor, err error) {
	var c protocol.DBECase
	if err := decodeStrictly(text, &c); err != nil {
		return e, fmt.Errorf("case: %w", err)
	}
	if op != protocol.Decrypt && op != protocol.Get {
		if e.writer, err = d.dbeEncryptor(ctx, c, c.Keyring); err != nil {
			return e, err
		}
	}
	if op != protocol.Encrypt && op != protocol.Put {
		e.reader, err = d.dbeEncryptor(ctx, c, cmp.Or(c.DecryptKeyring, c.Keyring))
	}
	return e, err
}

func (d *driver) dbeEncryptor(ctx context.Context, c protocol.DBECase, k *protocol.Keyring) (crypt.ItemEncryptor, error) {
	if k == nil {
		return nil, errors.New("no keyring")
	}
	made, err := d.keyring(ctx, *k, c.PartitionKey)
	if err != nil {
		return nil, err
	}
	config := dbe.Config{Keyring: made, AcceptSuites: []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA}}
	switch c.Suite {
	case protocol.SuiteHMAC:
		config.Suite = keyring.SuiteHMAC
	case protocol.SuiteECDSA, "":
		config.Suite = keyring.SuiteECDSA
	default:
		return nil, fmt.Errorf("no suite %q", c.Suite)
	}
	format, err := dbe.New(config)
	if err != nil {
		return nil, err
	}
	if c.PlaintextOverride != "" && c.Legacy != nil {
		return nil, errors.New("plaintextOverride and legacy: a case has one of them")
	}
	if c.PlaintextOverride != "" {
		format, err = withPlaintext(format, c.PlaintextOverride)
	}
	if c.Legacy != nil {
		format, err = d.withLegacy(format, c)
	}
	if err != nil {
		return nil, err
	}
	schema, err := dbeSchema(c)
	if err != nil {
		return nil, err
	}
	return format.Encryptor(schema)
}

// dbeSchema is the schema of c, which must keep the rules of AWS's clients where ours are fewer: a case that
// they refuse shows nothing.
func dbeSchema(c protocol.DBECase) (crypt.Schema, error) {
	config := crypt.SchemaConfig{
		Table:        c.LogicalTableName,
		PartitionKey: c.PartitionKey,
		SortKey:      c.SortKey,
		Actions:      make(map[string]crypt.Action, len(c.Actions)),
	}
	var errs []error
	for name, text := range c.Actions {
		a, err := dbeAction(text)
		if err != nil {
			errs = append(errs, fmt.Errorf("attribute %q: %w", name, err))
		}
		if a == crypt.Plain && !c.Unsigned(name) {
			errs = append(errs, fmt.Errorf("attribute %q: DO_NOTHING, and not allowed to be unsigned", name))
		}
		config.Actions[name] = a
	}
	signed := protocol.SignOnly
	if c.Version2() {
		signed = protocol.SignAndInclude
	}
	for _, key := range []string{c.PartitionKey, c.SortKey} {
		if key != "" && c.Actions[key] != signed {
			errs = append(errs, fmt.Errorf("key %q: its action is %q and must be %s", key, c.Actions[key], signed))
		}
	}
	for _, name := range c.AllowedUnsigned {
		switch _, declared := config.Actions[name]; {
		case declared, crypt.Reserved(name): // reserved names are outside signatures anyway
		case strings.HasSuffix(name, "*"): // which the schema would take for a prefix
			config.Actions[name] = crypt.Plain
		default:
			config.Unsigned = append(config.Unsigned, name)
		}
		if a := config.Actions[name]; a != 0 && a != crypt.Plain {
			errs = append(errs, fmt.Errorf("attribute %q: its action is %v, and it is allowed to be unsigned", name, a))
		}
	}
	if c.UnsignedPrefix != "" && !crypt.Reserved(c.UnsignedPrefix) {
		config.Unsigned = append(config.Unsigned, c.UnsignedPrefix+"*")
	}
	schema, err := crypt.NewSchema(config)
	return schema, errors.Join(append(errs, err)...)
}

func dbeAction(text string) (crypt.Action, error) {
	switch text {
	case protocol.EncryptAndSign:
		return crypt.Encrypt, nil
	case protocol.SignOnly:
		return crypt.Sign, nil
	case protocol.SignAndInclude:
		return crypt.SignContext, nil
	case protocol.DoNothing:
		return crypt.Plain, nil
	}
	return 0, fmt.Errorf("no action %q in this format", text)
}

// withPlaintext is format under a plaintext policy of AWS's clients. It ends later than any run.
func withPlaintext(format crypt.Format, policy string) (crypt.Format, error) {
	config := insecureplaintext.Config{Until: time.Now().AddDate(1, 0, 0), OnRead: func(string) {}}
	switch policy {
	case "FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ":
		return insecureplaintext.ForceWrite(format, config)
	case "FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ":
		return insecureplaintext.AllowRead(format, config)
	case "FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ":
		return format, nil
	}
	return nil, fmt.Errorf("no plaintext policy %q", policy)
}

// withLegacy is format under a legacy policy of AWS's clients.
func (d *driver) withLegacy(format crypt.Format, c protocol.DBECase) (crypt.Format, error) {
	legacy, err := d.legacy(c)
	if err != nil {
		return nil, fmt.Errorf("legacy: %w", err)
	}
	switch c.Legacy.Policy {
	case "FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT":
		return crypt.Migrate(legacy, format), nil
	case "FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT":
		return crypt.Migrate(format, legacy), nil
	case "FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT":
		return format, nil
	}
	return nil, fmt.Errorf("legacy: no policy %q", c.Legacy.Policy)
}

func (d *driver) legacy(c protocol.DBECase) (crypt.Format, error) {
	p, err := d.legacyProvider(c.Legacy.Provider)
	if err != nil {
		return nil, err
	}
	format, err := newDDBEC(p, protocol.Case{})
	if err != nil || c.Legacy.Actions == nil {
		return format, err
	}
	own, err := schema(protocol.Case{LogicalTableName: c.LogicalTableName, PartitionKey: c.PartitionKey, SortKey: c.SortKey, Actions: maps.Clone(c.Legacy.Actions)})
	return withSchema{format, own}, err
}

// withSchema is a format with a schema of its own, whatever it is asked for: the legacy half of a case has
// its own actions.
type withSchema struct {
	crypt.Format
	schema crypt.Schema
}

func (f withSchema) Encryptor(crypt.Schema) (crypt.ItemEncryptor, error) {
	return f.Format.Encryptor(f.schema)
}
