package crypttest

import (
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// altered: no other value of a signed attribute is accepted, its plaintext least of all.
func (p *formatProbe) altered() {
	v := p.victim(1)
	for _, name := range v.protected {
		stored := v.stored[name]
		for _, other := range alterations(stored) {
			if !attribute.Equal(stored, other.value) {
				p.refuses(v.e, fmt.Sprintf("attribute %q, %s", name, other.name), with(v.stored, crypt.Item{name: other.value}))
			}
		}
		if v.schema.Actions[name] == crypt.Encrypt {
			p.refuses(v.e, fmt.Sprintf("attribute %q, its plaintext put in place of it", name), with(v.stored, crypt.Item{name: v.plain[name]}))
		}
	}
}

// alterations are values a little different from v, and of every other type.
func alterations(v value) (all []sample) {
	add := func(what string, v value) { all = append(all, sample{what, v}) }
	flip := func(b []byte, yield func(what string, b []byte)) {
		for i := 0; i < len(b); i += 8 {
			c := slices.Clone(b)
			c[i] ^= 1
			yield(fmt.Sprintf("a bit of byte %d flipped", i), c)
		}
		if n := len(b); n > 0 {
			c := slices.Clone(b)
			c[n-1] ^= 0x80
			yield("its last byte altered", c)
			yield("cut by a byte", b[:n-1])
			yield("cut by 16 bytes", b[:max(0, n-16)])
		}
		yield("longer by a byte", append(slices.Clone(b), 0))
		yield("longer by 16 bytes", append(slices.Clone(b), make([]byte, 16)...))
	}
	switch v := v.(type) {
	case *avS:
		flip([]byte(v.Value), func(what string, b []byte) { add(what, &avS{Value: string(b)}) })
		add("as binary", &avB{Value: []byte(v.Value)})
	case *avB:
		flip(v.Value, func(what string, b []byte) { add(what, &avB{Value: b}) })
		add("as text", &avS{Value: string(v.Value)})
	case *avN:
		add("another number", &avN{Value: "-" + v.Value})
		add("ten times as much", &avN{Value: v.Value + "e1"})
		add("as text", &avS{Value: v.Value})
	case *avBOOL:
		add("the other truth", &avBOOL{Value: !v.Value})
	case *avSS:
		add("with a member more", &avSS{Value: append(slices.Clone(v.Value), "more")})
		add("with a member less", &avSS{Value: v.Value[1:]})
		add("with a member of the length altered", &avSS{Value: append([]string{"z" + v.Value[0][1:]}, v.Value[1:]...)})
		members := []value{}
		for _, s := range v.Value {
			members = append(members, &avS{Value: s})
		}
		add("as a list", &avL{Value: members})
	case *avL:
		reversed := slices.Clone(v.Value)
		slices.Reverse(reversed)
		add("with its members in another order", &avL{Value: reversed})
		add("with a member more", &avL{Value: append(slices.Clone(v.Value), &avS{})})
		add("with a member less", &avL{Value: v.Value[1:]})
	case *avM:
		add("with a member more", &avM{Value: with(v.Value, crypt.Item{"more": &avS{}})})
		for k, e := range v.Value {
			add("with a member less", &avM{Value: with(v.Value, crypt.Item{k: nil})})
			add("with a member renamed", &avM{Value: with(v.Value, crypt.Item{k: nil, k + "x": e})})
			for _, other := range alterations(e) {
				add("with a member altered: "+other.name, &avM{Value: with(v.Value, crypt.Item{k: other.value})})
			}
		}
	}
	add("as null", &avNULL{Value: true})
	add("as a list around it", &avL{Value: []value{v}})
	add("as an empty text", &avS{})
	add("as an empty binary", &avB{})
	add("as an empty map", &avM{})
	return all
}

// removed: no signed attribute can be taken away.
func (p *formatProbe) removed() {
	v := p.victim(1)
	for _, name := range v.protected {
		p.refuses(v.e, "without attribute "+name, with(v.stored, crypt.Item{name: nil}))
	}
}

// added: nothing added passes for signed.
func (p *formatProbe) added() {
	v := p.victim(1)
	for _, name := range v.protected {
		if name == "pk" || name == "sk" {
			continue
		}
		for _, absent := range []string{absentEncrypted, absentSigned} {
			p.refuses(v.e, fmt.Sprintf("with %q added, a copy of %q", absent, name), with(v.stored, crypt.Item{absent: v.stored[name]}))
		}
	}
	for _, value := range []value{&avS{Value: "added"}, &avNULL{Value: true}, &avB{Value: make([]byte, 48)}, v.stored["encrypt text a"]} {
		if value == nil {
			continue
		}
		what := fmt.Sprintf("with an undeclared attribute added, of type %T", value)
		item := with(v.stored, crypt.Item{"added": value})
		opened, err := p.decrypt(v.e, what, item)
		if err != nil {
			p.refuses(v.e, what, item)
			continue
		}
		_, returned := opened.Item["added"]
		if diff := differences(with(opened.Item, crypt.Item{"added": nil}), v.plain); len(diff) > 0 {
			p.failf("%s: opened, with other attributes %q", what, diff)
		}
		if returned && (!slices.Contains(opened.Unsigned, "added") || opened.Actions["added"] != crypt.Plain) {
			p.failf("%s: opened, and not reported: Unsigned is %q, Actions says %v", what, opened.Unsigned, opened.Actions["added"])
		}
	}
}

// renamed: no value is accepted under another name.
func (p *formatProbe) renamed() {
	v := p.victim(1)
	for _, name := range v.protected {
		for _, other := range []string{absentEncrypted, absentSigned, absentPlain, "undeclared", name + " ", "E" + name[1:]} {
			p.refuses(v.e, fmt.Sprintf("attribute %q renamed %q", name, other), with(v.stored, crypt.Item{name: nil, other: v.stored[name]}))
		}
	}
}

// swapped: no two values change places.
func (p *formatProbe) swapped() {
	v := p.victim(1)
	for i, a := range v.protected {
		for _, b := range v.protected[i+1:] {
			if !attribute.Equal(v.stored[a], v.stored[b]) {
				p.refuses(v.e, fmt.Sprintf("attributes %q and %q swapped", a, b), with(v.stored, crypt.Item{a: v.stored[b], b: v.stored[a]}))
			}
		}
	}
}

// movedToAnotherItem: neither a whole item nor a part of one passes for one of another key.
func (p *formatProbe) movedToAnotherItem() {
	v, other := p.victim(1), p.victim(2)
	p.refuses(v.e, "put under another partition key", with(v.stored, crypt.Item{"pk": other.plain["pk"]}))
	p.refuses(v.e, "put under another sort key", with(v.stored, crypt.Item{"sk": &avN{Value: "18"}}))
	p.refuses(v.e, "put under a sort key of another type", with(v.stored, crypt.Item{"sk": &avS{Value: "17"}}))
	for _, name := range v.protected {
		if theirs := other.stored[name]; !attribute.Equal(v.stored[name], theirs) {
			p.refuses(v.e, fmt.Sprintf("attribute %q of another item", name), with(v.stored, crypt.Item{name: theirs}))
		}
	}
	all, seal := p.marksOf(v)
	theirs := crypt.Item{}
	for _, mark := range all {
		theirs[mark] = other.stored[mark]
	}
	p.refuses(v.e, "the marks of another item", with(v.stored, theirs))
	p.refuses(v.e, "the seal of another item", with(v.stored, crypt.Item{seal: other.stored[seal]}))
	for _, mark := range all {
		if other.stored[mark] != nil {
			p.refusesOr(v.e, fmt.Sprintf("mark %q of another item", mark), with(v.stored, crypt.Item{mark: other.stored[mark]}), v.opened)
		}
	}
}

// movedToAnotherTable: an item opens under the logical name of its table only.
func (p *formatProbe) movedToAnotherTable() {
	v := p.victim(1)
	for _, name := range []string{"crypttest2", "Crypttest", "c"} {
		elsewhere := v.schema
		elsewhere.Table = name
		p.refuses(p.encryptor(elsewhere), "in another table", v.stored)
	}
}

// tableAliases: an item that was written under an alias of its table opens and is Stale, one of any other
// table does not, and what is written is bound to the table's own name.
func (p *formatProbe) tableAliases() {
	v := p.victim(1)
	renamed := v.schema
	renamed.Table, renamed.Aliases = "crypttest renamed", []string{"crypttest before", v.schema.Table}
	e := p.encryptor(renamed)
	if opened, ok := p.opens(e, "under an alias of its table", v.stored, v.plain); ok && !opened.Stale {
		p.failf("under an alias of its table: the item is not Stale")
	}
	written := p.encrypted(e, "in a table with aliases", v.plain)
	if opened, ok := p.opens(e, "in a table with aliases", written, v.plain); ok && opened.Stale {
		p.failf("in a table with aliases: an item just written is Stale")
	}
	p.refuses(v.e, "of a table with aliases, under one of them", written)
	third := v.schema
	third.Table = "crypttest third"
	p.refuses(e, "of a table that is no alias", p.encrypted(p.encryptor(third), "in a third table", v.plain))
	p.refuses(e, "under an alias of its table, altered", with(v.stored, crypt.Item{"pk": &avS{Value: "altered"}}))
}

// otherKeys: an item under other keys does not open.
func (p *formatProbe) otherKeys() {
	if p.OtherKeys == nil {
		return
	}
	v := p.victim(1)
	e := p.encryptorOf(p.OtherKeys, v.schema)
	theirs := p.encrypted(e, "an item under other keys", v.plain)
	p.opens(e, "an item under other keys, by these", theirs, v.plain)
	all := []error{crypt.ErrAuth, crypt.ErrFormat, crypt.ErrKeys}
	p.refuses(v.e, "an item under other keys", theirs, all...)
	p.refuses(e, "an item, by other keys", v.stored, all...)
}

// marksRemoved: an item without its seal is none, and without all marks is plaintext.
func (p *formatProbe) marksRemoved() {
	v := p.victim(1)
	all, seal := p.marksOf(v)
	none := crypt.Item{}
	for _, mark := range all {
		none[mark] = nil
		p.refusesOr(v.e, fmt.Sprintf("without mark %q", mark), with(v.stored, crypt.Item{mark: nil}), v.opened)
	}
	p.refuses(v.e, "without the seal", with(v.stored, crypt.Item{seal: nil}))
	p.refuses(v.e, "without marks", with(v.stored, none), crypt.ErrFormat)
	p.refuses(v.e, "a plaintext item", v.plain, crypt.ErrFormat)
	bare := keyed(1, nil)
	p.refuses(v.e, "a plaintext item of keys only", bare, crypt.ErrFormat)
}
