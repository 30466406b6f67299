package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/interop/protocol"
	"github.com/dynaseal/ddb/provider"
)

// ddbec makes the encryptor of a case.
func (d *driver) ddbec(ctx context.Context, text []byte) (crypt.ItemEncryptor, error) {
	var c protocol.Case
	if err := decodeStrictly(text, &c); err != nil {
		return nil, fmt.Errorf("case: %w", err)
	}
	schema, err := schema(c)
	if err != nil {
		return nil, err
	}
	p, err := d.provider(ctx, c.Provider)
	if err != nil {
		return nil, err
	}
	format, err := newDDBEC(p, c)
	if err != nil {
		return nil, err
	}
	return format.Encryptor(schema)
}

func newDDBEC(p provider.Provider, c protocol.Case) (crypt.Format, error) {
	dialect, err := dialect(c.Dialect)
	if err != nil {
		return nil, err
	}
	return ddbec.New(ddbec.Config{
		Provider:          p,
		SignatureField:    c.SignatureFieldName,
		DescriptionField:  c.MaterialDescriptionFieldName,
		DescriptionPrefix: c.DescriptionPrefix,
		Dialect:           dialect,
	})
}

func dialect(name string) (ddbec.Dialect, error) {
	switch name {
	case "", protocol.JavaDialect:
		return ddbec.Java, nil
	case protocol.PythonDialect:
		return ddbec.Python, nil
	}
	return 0, fmt.Errorf("no dialect %q", name)
}

func schema(c protocol.Case) (crypt.Schema, error) {
	config := crypt.SchemaConfig{
		Table:        c.LogicalTableName,
		PartitionKey: c.PartitionKey,
		SortKey:      c.SortKey,
		Actions:      make(map[string]crypt.Action, len(c.Actions)),
	}
	for name, text := range c.Actions {
		a, err := action(text)
		if err != nil {
			return crypt.Schema{}, err
		}
		config.Actions[name] = a
	}
	if c.DefaultAction == protocol.Discover {
		return crypt.NewSchema(config)
	}
	var err error
	if config.Unknown, err = action(c.DefaultAction); err != nil {
		return crypt.Schema{}, err
	}
	// The schema signs keys without an action; the protocol gives them the default one.
	for _, key := range []string{c.PartitionKey, c.SortKey} {
		if _, ok := config.Actions[key]; !ok && key != "" {
			config.Actions[key] = config.Unknown
		}
	}
	return crypt.NewSchema(config)
}

func action(text string) (crypt.Action, error) {
	switch text {
	case protocol.EncryptAndSign:
		return crypt.Encrypt, nil
	case protocol.SignOnly:
		return crypt.Sign, nil
	case protocol.DoNothing, "":
		return crypt.Plain, nil
	}
	return 0, fmt.Errorf("action %q is not supported in this format", text)
}

// decodeStrictly refuses fields it does not know: a case that asks for more than the driver does
// must not run as if it had not.
func decodeStrictly(text []byte, into any) error {
	if !utf8.Valid(text) {
		return errors.New("not valid UTF-8") // package json would replace it
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return err
	}
	if decoder.More() {
		return errors.New("text behind the object")
	}
	return nil
}
