package crypttest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// formatProbe is a probe of a format.
type formatProbe struct {
	*probe
	format crypt.Format
	Config
}

type actions = map[string]crypt.Action

// encrypts is the action of what should be secret.
func (p *formatProbe) encrypts() crypt.Action {
	if p.SignOnly {
		return crypt.Sign
	}
	return crypt.Encrypt
}

func (p *formatProbe) supports(v value) bool { return p.Supports == nil || p.Supports(copyValue(v)) }

// table describes the table of all checks.
func table(a actions) crypt.SchemaConfig {
	return crypt.SchemaConfig{Table: "crypttest", PartitionKey: "pk", SortKey: "sk", Actions: a}
}

// keyed is a new item of the table with the attributes given, and the keys of its number.
func keyed(n int, item crypt.Item) crypt.Item {
	return with(item, crypt.Item{"pk": &avS{Value: fmt.Sprint("item ", n)}, "sk": &avN{Value: "17"}})
}

// encryptor makes the encryptor of a table, or ends the check.
func (p *formatProbe) encryptor(c crypt.SchemaConfig) crypt.ItemEncryptor {
	return p.encryptorOf(p.format, c)
}

func (p *formatProbe) encryptorOf(f crypt.Format, c crypt.SchemaConfig) crypt.ItemEncryptor {
	e, err := p.makeEncryptor(f, c)
	if err != nil {
		p.stopf("Encryptor of table %q: %v", c.Table, err)
	}
	return e
}

// makeEncryptor makes the encryptor of a table, which the format may refuse.
func (p *formatProbe) makeEncryptor(f crypt.Format, c crypt.SchemaConfig) (e crypt.ItemEncryptor, err error) {
	s, err := crypt.NewSchema(c)
	if err != nil {
		return nil, err
	}
	if !p.guard("Encryptor", func() { e, err = f.Encryptor(s) }) {
		return nil, errPanic
	}
	if err == nil && e == nil {
		p.stopf("Encryptor gave neither an encryptor nor an error")
	}
	if err != nil && e != nil {
		p.failf("Encryptor gave an encryptor beside its error")
	}
	return e, err
}

// encrypt calls EncryptItem with a copy of item.
func (p *formatProbe) encrypt(e crypt.ItemEncryptor, what string, item crypt.Item) (stored crypt.Item, err error) {
	if !p.guard(what+": EncryptItem", func() { stored, err = e.EncryptItem(p.ctx, copyItem(item)) }) {
		return nil, errPanic
	}
	return stored, err
}

// decrypt calls DecryptItem with a copy of item.
func (p *formatProbe) decrypt(e crypt.ItemEncryptor, what string, item crypt.Item) (opened crypt.Opened, err error) {
	if !p.guard(what+": DecryptItem", func() { opened, err = e.DecryptItem(p.ctx, copyItem(item)) }) {
		return crypt.Opened{}, errPanic
	}
	return opened, err
}

// encrypted is item as stored. Where it is refused the check ends.
func (p *formatProbe) encrypted(e crypt.ItemEncryptor, what string, item crypt.Item) crypt.Item {
	stored, err := p.encrypt(e, what, item)
	if err != nil {
		p.stopf("%s: EncryptItem: %v", what, err)
	}
	return stored
}

// opens demands that stored opens, as item, and reports whether it did.
func (p *formatProbe) opens(e crypt.ItemEncryptor, what string, stored, item crypt.Item) (crypt.Opened, bool) {
	opened, err := p.decrypt(e, what, stored)
	if err != nil {
		if err != errPanic {
			p.failf("%s: DecryptItem: %v", what, err)
		}
		return opened, false
	}
	if diff := differences(opened.Item, item); len(diff) > 0 {
		p.failf("%s: DecryptItem: not as they were: attributes %q", what, diff)
		return opened, false
	}
	return opened, true
}

// refusesItem demands that EncryptItem refuses item as one that does not fit.
func (p *formatProbe) refusesItem(e crypt.ItemEncryptor, what string, item crypt.Item) {
	stored, err := p.encrypt(e, what, item)
	p.classed(what+": EncryptItem", err, crypt.ErrFormat)
	if err != nil && stored != nil {
		p.failf("%s: EncryptItem returned an item beside its error", what)
	}
}

// refuses demands that DecryptItem refuses stored with an error of one of the classes, which are ErrAuth and
// ErrFormat if none is given.
func (p *formatProbe) refuses(e crypt.ItemEncryptor, what string, stored crypt.Item, classes ...error) {
	opened, err := p.decrypt(e, what, stored)
	if len(classes) == 0 {
		classes = []error{crypt.ErrAuth, crypt.ErrFormat}
	}
	p.classed(what+": DecryptItem", err, classes...)
	p.alone(what, opened, err)
}

// alone demands that nothing is returned beside an error.
func (p *formatProbe) alone(what string, opened crypt.Opened, err error) {
	if err != nil && opened.Item != nil {
		p.failf("%s: DecryptItem returned an item beside its error", what)
	}
}

// refusesOr demands that DecryptItem refuses stored or opens it just as want: what was altered need not be
// signed, but it must not count.
func (p *formatProbe) refusesOr(e crypt.ItemEncryptor, what string, stored crypt.Item, want crypt.Opened) {
	opened, err := p.decrypt(e, what, stored)
	if err != nil {
		p.classed(what+": DecryptItem", err, crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys)
		p.alone(what, opened, err)
		return
	}
	if diff := differences(opened.Item, want.Item); len(diff) > 0 {
		p.failf("%s: DecryptItem: opened, with other attributes %q", what, diff)
	}
	if !slices.Equal(opened.Unsigned, want.Unsigned) || !maps.Equal(opened.Actions, want.Actions) {
		p.failf("%s: DecryptItem: opened, with other Unsigned or Actions", what)
	}
}

// differences names the attributes in which a and b differ, to DynamoDB, sorted.
func differences(a, b crypt.Item) (names []string) {
	for name, v := range a {
		if w, ok := b[name]; !ok || !attribute.Equal(v, w) {
			names = append(names, name)
		}
	}
	for name := range b {
		if _, ok := a[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

// victim is an item that a check attacks.
type victim struct {
	schema        crypt.SchemaConfig
	e             crypt.ItemEncryptor
	plain, stored crypt.Item
	opened        crypt.Opened
	protected     []string // names of the attributes that are signed, encrypted or not, sorted
}

// The names of a victim begin with what is done with the attribute. These it does not have.
const absentEncrypted, absentSigned, absentPlain = "encrypt absent", "sign absent", "plain absent"

// victimValues are those of item n. Values of one type and length invite to be swapped.
func victimValues(n int) crypt.Item {
	text := func(s string) value { return &avS{Value: fmt.Sprintf("%s of item %d", s, n)} }
	return keyed(n, crypt.Item{
		"encrypt text a": text("first"), "encrypt text b": text("other"), "encrypt number": &avN{Value: fmt.Sprintf("%d234.5", n)},
		"encrypt binary": &avB{Value: fmt.Appendf(nil, "binary %d", n)}, "encrypt map": &avM{Value: crypt.Item{"k": text("inner")}},
		"sign text a": text("first"), "sign text b": text("other"), "sign number": &avN{Value: fmt.Sprintf("%d234.5", n)},
		"sign binary": &avB{Value: slices.Repeat([]byte{byte(n)}, 48)}, "sign flag": &avBOOL{Value: n%2 == 0},
		"sign texts": &avSS{Value: []string{"b", fmt.Sprint(n)}}, "sign list": &avL{Value: []value{text("inner"), &avNULL{Value: true}}},
		"sign map":   &avM{Value: crypt.Item{"k": text("inner")}},
		"plain text": text("plain"), "plain number": &avN{Value: fmt.Sprint(n)},
	})
}

// victim makes item n of the table, or ends the check. Changes adjust the schema.
func (p *formatProbe) victim(n int, changes ...func(*crypt.SchemaConfig)) *victim {
	v := &victim{plain: victimValues(n)}
	a := actions{absentEncrypted: p.encrypts(), absentSigned: crypt.Sign, absentPlain: crypt.Plain}
	for name, value := range v.plain {
		action := crypt.Sign
		switch word, _, _ := strings.Cut(name, " "); {
		case word == "pk" || word == "sk":
			v.protected = append(v.protected, name)
			continue
		case !p.supports(value):
			delete(v.plain, name)
			continue
		case word == "encrypt":
			action = p.encrypts()
		case word == "plain":
			action = crypt.Plain
		}
		a[name] = action
		if action != crypt.Plain {
			v.protected = append(v.protected, name)
		}
	}
	slices.Sort(v.protected)
	v.schema = table(a)
	for _, change := range changes {
		change(&v.schema)
	}
	v.e = p.encryptor(v.schema)
	v.stored = p.encrypted(v.e, "an item", v.plain)
	opened, ok := p.opens(v.e, "an item as it was encrypted", v.stored, v.plain)
	if !ok {
		panic(stopped{})
	}
	v.opened = opened
	return v
}

// marks are the names of v's marks that are stored, sorted, the seal among them.
func (p *formatProbe) marksOf(v *victim) (all []string, seal string) {
	m := v.e.Marks()
	for _, name := range m.All {
		if _, ok := v.stored[name]; ok {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	if !slices.Contains(all, m.Seal) {
		p.stopf("the stored item lacks the seal %q", m.Seal)
	}
	return all, m.Seal
}
