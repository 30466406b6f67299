package crypttest

import (
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/crypt"
)

// schema: Encryptor refuses the zero Schema and attributes named as marks.
func (p *formatProbe) schema() {
	var e crypt.ItemEncryptor
	var err error
	if p.guard("Encryptor of the zero Schema", func() { e, err = p.format.Encryptor(crypt.Schema{}) }) && (err == nil || e != nil) {
		p.failf("Encryptor of the zero Schema: accepted, want an error and no encryptor")
	}
	for _, mark := range p.encryptor(table(nil)).Marks().All {
		if _, err := p.makeEncryptor(p.format, table(actions{mark: crypt.Sign})); err == nil {
			p.failf("Encryptor of a schema that declares the mark %q: accepted", mark)
		}
	}
}

// everything is an item with each sample under each action, and its schema.
func (p *formatProbe) everything() (crypt.Item, crypt.SchemaConfig) {
	item, a := crypt.Item{}, actions{}
	for _, action := range []crypt.Action{p.encrypts(), crypt.Sign, crypt.Plain} {
		for _, s := range samples() {
			if p.supports(s.value) {
				name := fmt.Sprintf("%v %s", action, s.name)
				item[name], a[name] = s.value, action
			}
		}
		for i, name := range names {
			name += action.String()[:1]
			item[name], a[name] = &avS{Value: fmt.Sprint(i)}, action
		}
	}
	return keyed(1, item), table(a)
}

// roundTrip: values of every kind, and names that are hard to keep apart, come back as they were.
func (p *formatProbe) roundTrip() {
	item, schema := p.everything()
	e := p.encryptor(schema)
	stored, err := p.encrypt(e, "an item of every kind of value", item)
	if err != nil {
		p.failf("an item of every kind of value: EncryptItem: %v", err)
		p.alone1by1(e, item)
		return
	}
	opened, ok := p.opens(e, "an item of every kind of value", stored, item)
	if !ok {
		p.alone1by1(e, item)
		return
	}
	if opened.Stale {
		p.failf("an item just written is Stale")
	}
	if len(opened.Actions) > 0 {
		p.failf("Actions names attributes, and all are declared: %v", opened.Actions)
	}
}

// alone1by1 looks for the attributes with which the item as a whole failed.
func (p *formatProbe) alone1by1(e crypt.ItemEncryptor, item crypt.Item) {
	for name, v := range item {
		one := keyed(1, crypt.Item{name: v})
		stored, err := p.encrypt(e, "alone", one)
		if err != nil {
			p.failf("alone with its keys: EncryptItem: attribute %q: %v", name, err)
			continue
		}
		p.opens(e, fmt.Sprintf("alone with its keys: attribute %.40q", name), stored, one)
	}
}

// storedForms: an item opens in the form in which DynamoDB returns it.
func (p *formatProbe) storedForms() {
	item, schema := p.everything()
	e := p.encryptor(schema)
	stored := p.encrypted(e, "an item of every kind of value", item)
	p.opens(e, "with sets in another order and numbers in DynamoDB's spelling", asReturned(stored), item)
}

// absentAttributes: an item need not have what is declared.
func (p *formatProbe) absentAttributes() {
	v := p.victim(1)
	bare := keyed(1, nil)
	p.opens(v.e, "with nothing but its keys", p.encrypted(v.e, "with nothing but its keys", bare), bare)
	for name, value := range v.plain {
		if name == "pk" || name == "sk" {
			continue
		}
		one := keyed(1, crypt.Item{name: value})
		p.opens(v.e, "with one attribute", p.encrypted(v.e, "with one attribute", one), one)
	}
}

// keyTypes: keys are texts, numbers or binaries, with and without a sort key.
func (p *formatProbe) keyTypes() {
	keys := []value{&avS{Value: "k"}, &avN{Value: "1.50"}, &avB{Value: []byte{0xff, 0}}}
	for _, sortKey := range []string{"", "sk"} {
		c := table(actions{"text": p.encrypts()})
		c.SortKey = sortKey
		e := p.encryptor(c)
		for _, key := range keys {
			item := crypt.Item{"pk": key, "text": &avS{Value: "x"}}
			what := fmt.Sprintf("with a partition key of %T", key)
			if sortKey != "" {
				item[sortKey] = key
				what += " and such a sort key"
			}
			stored := p.encrypted(e, what, item)
			p.opens(e, what, stored, item)
			p.opens(e, what, asReturned(stored), item)
			for _, name := range []string{"pk", sortKey} {
				if name == "" {
					continue
				}
				p.refusesItem(e, what+", without "+name, with(item, crypt.Item{name: nil}))
				p.refuses(e, what+", without "+name, with(stored, crypt.Item{name: nil}))
			}
		}
	}
}

// contextAction: crypt.SignContext is refused by Encryptor, or it signs.
func (p *formatProbe) contextAction() {
	e, err := p.makeEncryptor(p.format, table(actions{"pk": crypt.SignContext, "tenant": crypt.SignContext, "text": p.encrypts()}))
	if err != nil {
		return // the format has no such action
	}
	item := keyed(1, crypt.Item{"tenant": &avS{Value: "one"}, "text": &avS{Value: "x"}})
	stored := p.encrypted(e, "in the context", item)
	p.opens(e, "in the context", stored, item)
	for _, name := range []string{"pk", "tenant"} {
		if slices.Contains(differences(stored, item), name) {
			p.failf("attribute %q is signed in the context, and stored otherwise than it was", name)
		}
		p.refuses(e, "in the context, altered", with(stored, crypt.Item{name: &avS{Value: "two"}}))
	}
	p.refuses(e, "in the context, removed", with(stored, crypt.Item{"tenant": nil}))
}
