package crypttest

import (
	"fmt"
	"maps"
	"slices"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/attribute"
)

// marks: what is added to an item is named by Marks, the seal is always among it and changes with each
// write that encrypts.
func (p *formatProbe) marks() {
	v := p.victim(1)
	m := v.e.Marks()
	if len(m.All) == 0 || slices.Contains(m.All, "") || len(slices.Compact(slices.Sorted(slices.Values(m.All)))) != len(m.All) {
		p.failf("Marks().All is empty, or has an empty name or one twice: %q", m.All)
	}
	if !slices.Contains(m.All, m.Seal) {
		p.failf("Marks().Seal %q is not in Marks().All", m.Seal)
	}
	clear(v.e.Marks().All)
	if again := v.e.Marks(); again.Seal != m.Seal || slices.Contains(again.All, "") || len(again.All) != len(m.All) {
		p.failf("Marks() changed after the caller wrote to the slice it gave")
	}
	m = p.encryptor(v.schema).Marks()
	second := p.encrypted(v.e, "the item again", v.plain)
	for _, stored := range []crypt.Item{v.stored, second} {
		for name := range stored {
			if _, own := v.plain[name]; !own && !slices.Contains(m.All, name) {
				p.failf("the stored item has an attribute %q that Marks does not name", name)
			}
		}
		for name := range v.plain {
			if _, ok := stored[name]; !ok {
				p.failf("the stored item lacks the attribute %q", name)
			}
		}
		if stored[m.Seal] == nil {
			p.failf("the stored item lacks the seal %q", m.Seal)
		}
	}
	if !p.SignOnly && attribute.Equal(v.stored[m.Seal], second[m.Seal]) {
		p.failf("the seal %q is the same after two writes that encrypt: concurrent writes cannot be told apart", m.Seal)
	}
	if p.encryptor(table(nil)).Marks().Seal != m.Seal {
		p.failf("Marks differ between tables")
	}
}

// claims: one mark of any type is enough, and nothing else is.
func (p *formatProbe) claims() {
	v := p.victim(1)
	claims := func(what string, item crypt.Item, want bool) {
		p.guard(what+": Claims", func() {
			if v.e.Claims(item) != want {
				p.failf("%s: Claims reports %v", what, !want)
			}
		})
	}
	claims("nil", nil, false)
	claims("an empty item", crypt.Item{}, false)
	claims("a plaintext item", v.plain, false)
	claims("a stored item", v.stored, true)
	for _, mark := range v.e.Marks().All {
		for _, lone := range []value{&avB{Value: []byte{1}}, &avB{}, &avS{Value: "x"}, &avNULL{Value: true}, nil} {
			claims(fmt.Sprintf("an item with the lone mark %q as %T", mark, lone), crypt.Item{mark: lone}, true)
		}
		claims("an item with the lone mark "+mark, with(v.plain, crypt.Item{mark: &avB{Value: []byte{1}}}), true)
		claims("an item with a name longer than a mark", crypt.Item{mark + "x": &avB{}}, false)
	}
}

// unencryptedValues: keys, signed and plain attributes are stored as they are.
func (p *formatProbe) unencryptedValues() {
	item, schema := p.everything()
	stored := p.encrypted(p.encryptor(schema), "an item of every kind of value", item)
	for name, v := range item {
		if schema.Actions[name] != crypt.Encrypt && !attribute.Equal(stored[name], v) {
			p.failf("the value of attribute %.40q is not encrypted, and stored otherwise than it was", name)
		}
	}
}

// plainAttributes: they may be changed, added and removed, and Unsigned names those that are there.
func (p *formatProbe) plainAttributes() {
	v := p.victim(1)
	present := func(item crypt.Item) (plain []string) {
		for name := range item {
			if v.schema.Actions[name] == crypt.Plain {
				plain = append(plain, name)
			}
		}
		slices.Sort(plain)
		return plain
	}
	more := &avS{Value: "by a server-side update"}
	for what, change := range map[string]crypt.Item{
		"nothing":   {},
		"a change":  {"plain text": more},
		"a removal": {"plain number": nil},
		"an added":  {absentPlain: more},
		"all three": {"plain text": more, "plain number": nil, absentPlain: more},
	} {
		if !p.supports(more) {
			break
		}
		what = "after " + what + " of plain attributes"
		want := with(v.plain, change)
		opened, ok := p.opens(v.e, what, with(v.stored, change), want)
		if ok && !slices.Equal(opened.Unsigned, present(want)) {
			p.failf("%s: Unsigned is %q, want %q", what, opened.Unsigned, present(want))
		}
	}
}

// undeclaredAttributes: they are protected as Unknown says, and Actions says how. A reader who does not
// know attributes that a writer declared finds out.
func (p *formatProbe) undeclaredAttributes() {
	v := p.victim(1)
	extra := crypt.Item{"new text": &avS{Value: "new text of one item"}, "new binary": &avB{Value: make([]byte, 48)}, "\U0001d11e": &avS{Value: "a clef"}}
	maps.DeleteFunc(extra, func(_ string, v value) bool { return !p.supports(v) })
	for _, action := range []crypt.Action{p.encrypts(), crypt.Sign, crypt.Plain} {
		what := fmt.Sprintf("undeclared attributes, Unknown is %v", action)
		pinned := v.schema
		pinned.Unknown = action
		item := with(v.plain, extra)
		stored := p.encrypted(p.encryptor(pinned), what, item)
		declared := v.schema
		declared.Actions = maps.Clone(v.schema.Actions)
		for name := range extra {
			declared.Actions[name] = action
			if same := attribute.Equal(stored[name], item[name]); same != (action != crypt.Encrypt) {
				p.failf("%s: attribute %q: stored as it was: %v", what, name, same)
			}
		}
		byDeclarer := p.encrypted(p.encryptor(declared), what, item)
		p.undeclared(p.encryptor(pinned), what, stored, item, extra, action)
		reader := v.e
		if action == crypt.Plain && p.NamesUnsigned {
			named := v.schema
			named.Unsigned = slices.Collect(maps.Keys(extra))
			reader = p.encryptor(named)
		}
		p.undeclared(reader, what+", read with none", stored, item, extra, action)
		p.undeclared(reader, what+", of a writer who declares them", byDeclarer, item, extra, action)
	}
}

func (p *formatProbe) undeclared(e crypt.ItemEncryptor, what string, stored, item, extra crypt.Item, action crypt.Action) {
	opened, ok := p.opens(e, what, stored, item)
	if !ok {
		return
	}
	for name := range extra {
		if opened.Actions[name] != action {
			p.failf("%s: attribute %q: Actions says %v", what, name, opened.Actions[name])
		}
		if slices.Contains(opened.Unsigned, name) != (action == crypt.Plain) {
			p.failf("%s: attribute %q: Unsigned is %q", what, name, opened.Unsigned)
		}
		if action != crypt.Plain {
			p.refuses(e, what+", altered", with(stored, crypt.Item{name: &avS{Value: "altered"}}))
			p.refuses(e, what+", removed", with(stored, crypt.Item{name: nil}))
		}
	}
	if len(opened.Actions) != len(extra) {
		p.failf("%s: Actions names other attributes: %v", what, opened.Actions)
	}
	if !slices.IsSorted(opened.Unsigned) {
		p.failf("%s: Unsigned is not sorted: %q", what, opened.Unsigned)
	}
}

// undeclaredRefused: without a word on how to protect it nothing undeclared is written, and with
// crypt.Refuse nothing is read either.
func (p *formatProbe) undeclaredRefused() {
	v := p.victim(1)
	item := with(v.plain, crypt.Item{"new": &avS{Value: "x"}})
	p.refusesItem(v.e, "an undeclared attribute, Unknown is zero", item)
	strict := v.schema
	strict.Unknown = crypt.Refuse
	e := p.encryptor(strict)
	p.refusesItem(e, "an undeclared attribute, Unknown is refuse", item)
	p.opens(e, "nothing undeclared, Unknown is refuse", v.stored, v.plain)
	p.refuses(e, "an undeclared attribute, Unknown is refuse", with(v.stored, crypt.Item{"new": &avS{Value: "x"}}))
	signed := v.schema
	signed.Unknown = crypt.Sign
	p.refuses(e, "an undeclared signed attribute, Unknown is refuse", p.encrypted(p.encryptor(signed), "Unknown is sign", item))
}

// secrecy: nothing of an encrypted value is found in the stored item.
func (p *formatProbe) secrecy() {
	if p.SignOnly {
		return
	}
	item, a := crypt.Item{}, actions{}
	for name, v := range canaries() {
		if p.supports(v) {
			item[name], a[name] = v, crypt.Encrypt
		}
	}
	for _, s := range samples() {
		if p.supports(s.value) {
			item[s.name], a[s.name] = s.value, crypt.Encrypt
		}
	}
	item = keyed(1, item)
	stored := p.encrypted(p.encryptor(table(a)), "an item of secrets", item)
	for name := range a {
		if attribute.Equal(stored[name], item[name]) {
			p.failf("attribute %q is stored as it was", name)
		}
	}
	secrets := seek(canary, canaryDigits)
	for name, v := range stored {
		if where := secrets.in(contents(v)); where != "" {
			p.failf("the secret is found in the stored attribute %q, %s", name, where)
		}
	}
}

// randomness: equal values are not stored alike, in one item or in two.
func (p *formatProbe) randomness() {
	if p.SignOnly {
		return
	}
	item, a := crypt.Item{}, actions{}
	for _, name := range []string{"a", "b", "c"} {
		item[name], a[name] = &avS{Value: "the same long text in each of the attributes"}, crypt.Encrypt
	}
	item = keyed(1, item)
	e := p.encryptor(table(a))
	seen := map[string]string{}
	for i := range 3 {
		stored := p.encrypted(e, "an item", item)
		for name := range a {
			b := contents(stored[name])
			if where, ok := seen[string(b)]; ok {
				p.failf("attribute %q of write %d is stored as %s", name, i, where)
			}
			seen[string(b)] = fmt.Sprintf("attribute %q of write %d", name, i)
		}
	}
}

// contents are all bytes and texts in v, names of members too, one after the other.
func contents(v value) (b []byte) {
	walk(v, func(v value) {
		switch v := v.(type) {
		case *avS:
			b = append(b, v.Value...)
		case *avN:
			b = append(b, v.Value...)
		case *avB:
			b = append(b, v.Value...)
		case *avSS:
			for _, s := range v.Value {
				b = append(b, s...)
			}
		case *avNS:
			for _, s := range v.Value {
				b = append(b, s...)
			}
		case *avBS:
			for _, s := range v.Value {
				b = append(b, s...)
			}
		case *avM:
			for k := range v.Value {
				b = append(b, k...)
			}
		}
	})
	return b
}
