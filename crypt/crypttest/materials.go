package crypttest

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
)

// roundTrip: materials by the description that is stored, with the entries that the format adds.
func (p *providerProbe) roundTrip() {
	m := p.encryption(1)
	text, signature := p.signed(m, 1)
	p.opensWhat("the materials of one item", p.opensItem("an item", 1, m.Description), m.Encrypt, text, signature)
	entries := m.Description.Map()
	entries["amzn-ddb-map-sym-mode"], entries["dynaseal-actions"] = "/CBC/PKCS5Padding", "p4:seen"
	p.opensWhat("with the format's own entries", p.opensItem("an item", 1, p.description(entries)), m.Encrypt, text, signature)
	if _, own := m.Description.Lookup("amzn-ddb-map-sym-mode"); own {
		p.failf("the description has an entry that is the format's own, amzn-ddb-map-sym-mode")
	}
}

func (p *providerProbe) description(entries map[string]string) provider.Description {
	d, err := provider.NewDescription(entries)
	if err != nil {
		p.stopf("NewDescription: %v", err)
	}
	return d
}

// signaturesRefused: what does not verify is provider.ErrSignature. Signatures belong to the caller.
func (p *providerProbe) signaturesRefused() {
	m := p.encryption(1)
	text, signature := p.signed(m, 1)
	_, second := p.signed(m, 1)
	again := slices.Clone(second)
	v := p.opensItem("an item", 1, m.Description).Verify
	for _, altered := range alterations(&avB{Value: signature}) {
		if b, ok := altered.value.(*avB); ok {
			p.notSigned("the signature, "+altered.name, p.verifies(altered.name, v, text, b.Value))
		}
	}
	for _, altered := range alterations(&avB{Value: text}) {
		if b, ok := altered.value.(*avB); ok {
			p.notSigned("the text, "+altered.name, p.verifies(altered.name, v, b.Value, signature))
		}
	}
	p.notSigned("no signature", p.verifies("no signature", v, text, nil))
	p.notSigned("a signature of 64 KB", p.verifies("a signature of 64 KB", v, text, make([]byte, 64<<10)))
	fill(signature)
	if !slices.Equal(second, again) || p.verifies("another signature", v, text, second) != nil {
		p.failf("a signature changed after the caller wrote to another")
	}
}

func (p *providerProbe) notSigned(what string, err error) {
	if !errors.Is(err, provider.ErrSignature) && !errors.Is(err, errPanic) {
		p.failf("%s: Verify: want provider.ErrSignature, got: %v", what, err)
	}
}

// descriptionAltered: whoever can write the table writes the description. It leads to no other key under
// which the signature still verifies.
func (p *providerProbe) descriptionAltered() {
	m := p.encryption(1)
	text, signature := p.signed(m, 1)
	try := func(what string, entries map[string]string) {
		d, err := provider.NewDescription(entries)
		if err != nil {
			return // the format refuses it before the provider is asked
		}
		got, err := p.decryption(what, 1, d)
		if err == nil && !got.Decrypt.Equal(m.Encrypt) && p.verifies(what, got.Verify, text, signature) == nil {
			p.failf("%s: another key to decrypt, and the signature verifies", what)
		}
	}
	own := m.Description.Map()
	try("no description", nil)
	for name, entry := range own {
		changed := func(what, value string) {
			c := maps.Clone(own)
			c[name] = value
			try(fmt.Sprintf("entry %q, %s", name, what), c)
		}
		for _, altered := range alterations(&avS{Value: entry}) {
			if s, ok := altered.value.(*avS); ok {
				changed(altered.name, s.Value)
			}
		}
		changed("in lower case", strings.ToLower(entry))
		changed("twice", entry+entry)
		for other, value := range own {
			if other != name {
				changed("as entry "+other, value)
			}
		}
		c := maps.Clone(own)
		delete(c, name)
		try(fmt.Sprintf("without entry %q", name), c)
		c[name+"x"] = entry
		try(fmt.Sprintf("entry %q renamed", name), c)
	}
	p.opensWhat("unaltered", p.opensItem("unaltered", 1, m.Description), m.Encrypt, text, signature)
}

// descriptionHostile: entries of any size and content are withstood.
func (p *providerProbe) descriptionHostile() {
	m := p.encryption(1)
	own := m.Description.Map()
	hostile := []string{"", "\x00", "=", "====", "AAAA", "/../..", "%s%n", "-1", "18446744073709551616", strings.Repeat("A", 4096), strings.Repeat("=", 60000), strings.Repeat("\U0010ffff", 10000)}
	for name := range own {
		for _, h := range hostile {
			c := maps.Clone(own)
			c[name] = h
			if d, err := provider.NewDescription(c); err == nil {
				p.decryption(fmt.Sprintf("entry %q of %d bytes", name, len(h)), 1, d)
			}
		}
	}
	many := map[string]string{}
	for i := range 256 {
		many[fmt.Sprint(i)] = strings.Repeat("x", 200)
	}
	p.decryption("256 entries", 1, p.description(many))
	p.decryption("one entry of 60 KB", 1, p.description(map[string]string{strings.Repeat("n", 30000): strings.Repeat("v", 30000)}))
}

// materialsIndependent: the materials of one item do not open another by chance, and stay as they are when
// others are asked for.
func (p *providerProbe) materialsIndependent() {
	a, b := p.encryption(1), p.encryption(2)
	textA, signatureA := p.signed(a, 1)
	textB, signatureB := p.signed(b, 2)
	before := a.Description.Map()
	clear(b.Description.Map())
	openB := p.opensItem("item 2", 2, b.Description)
	openA := p.opensItem("item 1", 1, a.Description)
	p.opensWhat("item 1, after item 2", openA, a.Encrypt, textA, signatureA)
	p.opensWhat("item 2, after item 1", openB, b.Encrypt, textB, signatureB)
	if !maps.Equal(before, a.Description.Map()) {
		p.failf("the description of an item changed when another was asked for")
	}
	p.notSigned("the signature of another item", p.verifies("item 1", openA.Verify, textA, signatureB))
}

// requestsUnmodified: nothing of a Request is written to or kept; what Keys cannot give is an error.
func (p *providerProbe) requestsUnmodified() {
	m := p.encryption(1)
	text, signature := p.signed(m, 1)
	r, _ := p.request(1, m.Description)
	given, _ := r.Keys()
	_, err := p.decryption("an item", 1, m.Description)
	if err != nil {
		p.stopf("DecryptionMaterials: %v", err)
	}
	var got provider.DecryptionMaterials
	if !p.guard("DecryptionMaterials", func() { got, err = p.reader.DecryptionMaterials(p.ctx, r) }) || err != nil {
		p.stopf("DecryptionMaterials: %v", err)
	}
	scribble(given)
	p.opensWhat("after the item of Keys was changed", got, m.Encrypt, text, signature)
	p.opensWhat("after the item of Keys was changed, asked again", p.opensItem("again", 1, m.Description), m.Encrypt, text, signature)

	broken := errors.New("no keys")
	for what, ask := range map[string]func(provider.Request) error{
		"EncryptionMaterials": func(r provider.Request) error {
			m, err := p.writer.EncryptionMaterials(p.ctx, r)
			if err != nil && (m.Sign != nil || !m.Encrypt.IsZero()) {
				p.failf("EncryptionMaterials returned materials beside its error")
			}
			return err
		},
		"DecryptionMaterials": func(r provider.Request) error {
			_, err := p.reader.DecryptionMaterials(p.ctx, r)
			return err
		},
	} {
		called := false
		r, _ := p.request(1, m.Description)
		r.Keys = func() (crypt.Item, error) { called = true; return nil, broken }
		var err error
		if p.guard(what, func() { err = ask(r) }) && called && !errors.Is(err, broken) {
			p.failf("%s: Keys failed, and its error is not wrapped: %v", what, err)
		}
	}
}

// context: a context that has ended need not be noticed where nothing is waited for, but an error then says so.
func (p *providerProbe) context() {
	m := p.encryption(1)
	ended, cancel := context.WithCancel(p.ctx)
	cancel()
	check := func(what string, err error) {
		if err != nil && !errors.Is(err, context.Canceled) {
			p.failf("%s: the context had ended, and its error is not wrapped: %v", what, err)
		}
	}
	r, _ := p.request(1, provider.Description{})
	p.guard("EncryptionMaterials", func() {
		_, err := p.writer.EncryptionMaterials(ended, r)
		check("EncryptionMaterials", err)
	})
	r.Description = m.Description
	p.guard("DecryptionMaterials", func() {
		_, err := p.reader.DecryptionMaterials(ended, r)
		check("DecryptionMaterials", err)
	})
	text, signature := p.signed(m, 1)
	v := p.opensItem("an item", 1, m.Description).Verify
	p.guard("Sign", func() {
		_, err := m.Sign.Sign(ended, text)
		check("Sign", err)
	})
	p.guard("Verify", func() { check("Verify", v.Verify(ended, text, signature)) })
}

// concurrency: many goroutines share a provider, and its signers and verifiers.
func (p *providerProbe) concurrency() {
	shared := p.encryption(goroutines)
	sharedText, sharedSignature := p.signed(shared, goroutines)
	reader := p.opensItem("an item", goroutines, shared.Description)
	p.parallel(func(i int) {
		for range rounds {
			m := p.encryption(i)
			text, signature := p.signed(m, i)
			p.opensWhat("beside others", p.opensItem("beside others", i, m.Description), m.Encrypt, text, signature)
			text, signature = p.signed(shared, i)
			p.opensWhat("beside others, of one item", reader, shared.Encrypt, text, signature)
			p.opensWhat("beside others, of one item", reader, shared.Encrypt, sharedText, sharedSignature)
		}
	})
}

// keysDoNotPrint: neither the provider nor what it gives shows a key, nor do errors.
func (p *providerProbe) keysDoNotPrint() {
	m := p.encryption(1)
	text, signature := p.signed(m, 1)
	d := p.opensItem("an item", 1, m.Description)
	p.verifies("an item", d.Verify, text, signature) // some make their state at first use
	secrets := slices.Clone(p.Secrets)
	if !m.Encrypt.IsZero() {
		secrets = append(secrets, m.Encrypt.Expose())
	}
	keys := seek(secrets...)
	_, failed := p.decryption("a foreign description", 1, p.description(map[string]string{"foreign": "entry"}))
	for what, v := range map[string]any{
		"the provider": p.writer, "its reader": p.reader, "EncryptionMaterials": m, "DecryptionMaterials": d, "the Signer": m.Sign,
		"the Verifier": d.Verify, "the Description": m.Description, "the Description's entries": m.Description.Map(), "an error": failed,
		"a struct that holds the provider": struct{ p provider.Provider }{p.writer},
	} {
		p.guard("printing "+what, func() {
			if where := keys.in(printed(v)); where != "" {
				p.failf("printing %s shows a key, %s", what, where)
			}
		})
	}
}
