package ddbec

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/fastpath"
	"github.com/dynaseal/ddb/internal/report"
	"github.com/dynaseal/ddb/provider"
)

// The marks of an item (1.1), where [Config] names no others.
const (
	SignatureField   = "*amzn-ddb-map-sig*"
	DescriptionField = "*amzn-ddb-map-desc*"
)

// Config describes the format. Only Provider is required. The names are for tables of Java programs
// that set their own; Python's client knows none but the defaults.
type Config struct {
	// Provider gives the keys of each item.
	Provider provider.Provider

	// SignatureField and DescriptionField name the two marks. "": [SignatureField] and
	// [DescriptionField]. An item that carries the default marks is then refused.
	SignatureField, DescriptionField string

	// DescriptionPrefix starts the names of the format's own entries in the material description.
	// "": amzn-ddb-map-.
	DescriptionPrefix string

	// Dialect is the client whose bytes are signed where AWS's two clients sign different ones, so that
	// this one verifies what is written. The zero value: [Java].
	Dialect Dialect
}

// Format is the format over keys of p, with the default names. A nil p is an error of its Encryptor.
func Format(p provider.Provider) crypt.Format {
	f, err := newFormat(Config{Provider: p})
	return format{settings: f, err: err}
}

// New checks c and returns its format, which keeps nothing of c but the Provider.
func New(c Config) (crypt.Format, error) {
	f, err := newFormat(c)
	if err != nil {
		return nil, err
	}
	return format{settings: f}, nil
}

// format is a Config that was checked, and what the check found.
type format struct {
	settings    settings
	err         error
	contextless bool
}

// WithoutContext is the format that takes crypt.SignContext for crypt.Sign, for crypt.Migrate: it has no
// encryption context, and a schema that is shared with the modern format may ask for one.
func (f format) WithoutContext() crypt.Format {
	f.contextless = true
	return f
}

// settings is the Config with its defaults filled in.
type settings struct {
	provider                                    provider.Provider
	signature, description, symMode, signingAlg string
	dialect                                     ddbec.Dialect // of what is signed
}

func newFormat(c Config) (settings, error) {
	prefix := cmp.Or(c.DescriptionPrefix, ddbec.DefaultPrefix)
	n := settings{
		provider:    c.Provider,
		signature:   cmp.Or(c.SignatureField, SignatureField),
		description: cmp.Or(c.DescriptionField, DescriptionField),
		symMode:     prefix + ddbec.EntrySymMode,
		signingAlg:  prefix + ddbec.EntrySigning,
		dialect:     ddbec.Dialect(c.Dialect),
	}
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("ddbec: new format: "+format, args...))
	}
	if c.Provider == nil {
		fail("no Provider: give one, such as provider.Static")
	}
	if c.Dialect != Java && c.Dialect != Python {
		fail("Dialect %d is neither Java nor Python", c.Dialect)
	}
	if n.signature == n.description {
		fail("SignatureField and DescriptionField have one name")
	}
	for _, mark := range []string{n.signature, n.description} {
		if len(mark) > crypt.MaxNameLength || !utf8.ValidString(mark) || strings.HasPrefix(mark, modernPrefix) {
			fail("mark name %.128q: too long, not valid UTF-8 or a mark of the modern format", mark)
		}
	}
	if len(prefix) > crypt.MaxNameLength || !utf8.ValidString(prefix) {
		fail("DescriptionPrefix: too long or not valid UTF-8")
	}
	return n, errors.Join(errs...)
}

// Encryptor makes the encryptor of one table.
func (f format) Encryptor(s crypt.Schema) (crypt.ItemEncryptor, error) {
	if f.err != nil {
		return nil, f.err
	}
	if s.IsZero() {
		return nil, errors.New("ddbec: new encryptor: the schema is the zero Schema: make it with crypt.NewSchema")
	}
	e := &encryptor{
		settings: f.settings,
		schema:   s,
		tables:   []ddbec.Hash{ddbec.HashTable(s.Table())},
		encrypt:  report.Report{Op: "encrypt", Table: s.Table()},
		decrypt:  report.Report{Op: "decrypt", Table: s.Table()},
		random:   randomBytes,

		symModeEntry: ddbec.Entry{Name: []byte(f.settings.symMode), Value: []byte(ddbec.SymMode)},
		actionsEntry: []byte(ddbec.EntryActions),
	}
	for _, alias := range s.Aliases() {
		e.tables = append(e.tables, ddbec.HashTable(alias))
	}
	if p, ok := e.provider.(provider.AlgorithmProvider); ok {
		e.algorithm = p.VerifyAlgorithm()
	}
	var errs []error
	check := func(name string, action crypt.Action) crypt.Action {
		switch {
		case action == crypt.SignContext && f.contextless:
			return crypt.Sign
		case action == crypt.SignContext:
			errs = append(errs, fmt.Errorf("ddbec: new encryptor: table %.128q: attribute %.128q: action context belongs to the modern format: use sign", s.Table(), name))
		case name == e.signature || name == e.description:
			errs = append(errs, fmt.Errorf("ddbec: new encryptor: table %.128q: attribute %.128q: the name is a mark of the configured format: rename one of them", s.Table(), name))
		}
		return action
	}
	for _, old := range s.Previous() {
		p := previous{make(map[string]crypt.Action), old}
		for name, action := range old.Attributes() {
			p.actions[name] = check(name, action)
		}
		e.previous = append(e.previous, p)
	}
	var declared []string
	for name, action := range s.Attributes() {
		action = check(name, action)
		declared = append(declared, name)
		e.declared = append(e.declared, attr{name: name, nameHash: new(ddbec.HashName(name)), action: action})
		if action == crypt.Plain {
			e.hint = appendHint(e.hint, hintPlain, name)
		}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	e.sorted = fastpath.On && slices.IsSortedFunc(e.declared, byText)
	for _, key := range []string{s.PartitionKey(), s.SortKey()} {
		if key != "" {
			slot, _ := slices.BinarySearch(declared, key)
			e.keys = append(e.keys, slot)
		}
	}
	e.stored = attribute.NewLayout(declared, e.Marks().All)
	e.unsealed = attribute.NewLayout(declared, nil)
	return e, nil
}
