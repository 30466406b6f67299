package crypttest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync/atomic"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// ProviderConfig says what a provider cannot do, and what only its author knows. The zero ProviderConfig
// asks for everything that can be asked without such knowledge.
type ProviderConfig struct {
	// SignOnly: the provider has no encryption key.
	SignOnly bool

	// Reader opens what the provider writes. Nil: the provider itself.
	Reader provider.Provider

	// Secrets are the bytes of keys, which nothing printed may show. Each is of 8 bytes or more. The
	// encryption keys that the provider gives are looked for in any case.
	Secrets [][]byte

	// Skip names checks that are left out. A name that is none fails.
	Skip []string
}

// TestProvider runs every check of p, each as a subtest of its name. Test the format over it too: see
// [TestFormat].
func TestProvider(t *testing.T, p provider.Provider, c ProviderConfig) {
	t.Helper()
	test(t, providerChecks(p, c), c.Skip)
}

// CheckProvider runs every check of p and returns those that fail, none if p keeps the contract of
// [provider.Provider].
func CheckProvider(ctx context.Context, p provider.Provider, c ProviderConfig) []Failure {
	return run(ctx, providerChecks(p, c), c.Skip)
}

func providerChecks(p provider.Provider, c ProviderConfig) []check {
	on := func(run func(*providerProbe)) func(*probe) {
		return func(probe *probe) {
			reader := c.Reader
			if reader == nil {
				reader = p
			}
			run(&providerProbe{probe, p, reader, c})
		}
	}
	return []check{
		{"materials-round-trip", on((*providerProbe).roundTrip)},
		{"signatures-refused", on((*providerProbe).signaturesRefused)},
		{"description-altered", on((*providerProbe).descriptionAltered)},
		{"description-hostile", on((*providerProbe).descriptionHostile)},
		{"materials-independent", on((*providerProbe).materialsIndependent)},
		{"requests-unmodified", on((*providerProbe).requestsUnmodified)},
		{"provider-context", on((*providerProbe).context)},
		{"provider-concurrency", on((*providerProbe).concurrency)},
		{"provider-keys-do-not-print", on((*providerProbe).keysDoNotPrint)},
	}
}

// providerProbe is a probe of a provider.
type providerProbe struct {
	*probe
	writer, reader provider.Provider
	ProviderConfig
}

// request asks for the keys of item n. ended ends it: its Keys must not be called from then on.
func (p *providerProbe) request(n int, d provider.Description) (r provider.Request, ended func()) {
	var over atomic.Bool
	keys := crypt.Item{"pk": &avS{Value: fmt.Sprint("item ", n)}, "sk": &avB{Value: []byte{1, byte(n)}}}
	given := copyItem(keys)
	pointers := maps.Clone(given)
	r = provider.Request{Table: "crypttest", PartitionKey: "pk", SortKey: "sk", Description: d, Keys: func() (crypt.Item, error) {
		if over.Load() {
			p.failf("Keys of a Request was called after the request")
		}
		return given, nil
	}}
	return r, func() {
		over.Store(true)
		if !reflect.DeepEqual(given, copyItem(keys)) || !maps.Equal(given, pointers) {
			p.failf("the item that Keys gave was modified")
		}
		for _, v := range given {
			if spares(v) {
				p.failf("a slice of the item that Keys gave was written behind")
			}
		}
	}
}

// encryption asks for the materials that protect item n, which must be sound, or ends the check.
func (p *providerProbe) encryption(n int) (m provider.EncryptionMaterials) {
	r, ended := p.request(n, provider.Description{})
	defer ended()
	var err error
	if !p.guard("EncryptionMaterials", func() { m, err = p.writer.EncryptionMaterials(p.ctx, r) }) {
		panic(stopped{})
	}
	switch size := m.Encrypt.Len(); {
	case err != nil:
		p.stopf("EncryptionMaterials: %v", err)
	case m.Sign == nil:
		p.stopf("EncryptionMaterials: no Signer")
	case size == 0 && p.SignOnly:
	case size != 16 && size != 24 && size != 32:
		p.stopf("EncryptionMaterials: encryption key of %d bytes: AES takes 16, 24 or 32", size)
	}
	return m
}

// decryption asks for the materials that open item n.
func (p *providerProbe) decryption(what string, n int, d provider.Description) (m provider.DecryptionMaterials, err error) {
	r, ended := p.request(n, d)
	defer ended()
	if !p.guard(what+": DecryptionMaterials", func() { m, err = p.reader.DecryptionMaterials(p.ctx, r) }) {
		return provider.DecryptionMaterials{}, errPanic
	}
	switch {
	case err != nil && (m.Verify != nil || !m.Decrypt.IsZero()):
		p.failf("%s: DecryptionMaterials returned materials beside its error", what)
	case err == nil && m.Verify == nil:
		p.failf("%s: DecryptionMaterials: no Verifier", what)
		return m, errPanic
	}
	return m, err
}

// opensItem demands the materials that open item n.
func (p *providerProbe) opensItem(what string, n int, d provider.Description) provider.DecryptionMaterials {
	m, err := p.decryption(what, n, d)
	if err != nil {
		p.stopf("%s: DecryptionMaterials: %v", what, err)
	}
	return m
}

// signed is a text and its signature.
func (p *providerProbe) signed(m provider.EncryptionMaterials, n int) (text, signature []byte) {
	text = fmt.Appendf(nil, "the string to sign of item %d", n)
	argument := roomy(text)
	var err error
	if !p.guard("Sign", func() { signature, err = m.Sign.Sign(p.ctx, argument) }) {
		panic(stopped{})
	}
	if err != nil || len(signature) == 0 {
		p.stopf("Sign: a signature of %d bytes, error: %v", len(signature), err)
	}
	if !bytes.Equal(argument, text) || spares(&avB{Value: argument}) {
		p.failf("Sign modified its argument")
	}
	fill(argument)
	return text, signature
}

// verifies calls Verify and reports its error.
func (p *providerProbe) verifies(what string, v provider.Verifier, text, signature []byte) (err error) {
	a, b := roomy(text), roomy(signature)
	if !p.guard(what+": Verify", func() { err = v.Verify(p.ctx, a, b) }) {
		return errPanic
	}
	if !bytes.Equal(a, text) || !bytes.Equal(b, signature) || spares(&avB{Value: a}) || spares(&avB{Value: b}) {
		p.failf("%s: Verify modified an argument", what)
	}
	return err
}

// opensWhat demands that m verifies the signature, and has the key.
func (p *providerProbe) opensWhat(what string, m provider.DecryptionMaterials, key secret.Key, text, signature []byte) {
	if err := p.verifies(what, m.Verify, text, signature); err != nil && !errors.Is(err, errPanic) {
		p.failf("%s: Verify: %v", what, err)
	}
	if !m.Decrypt.Equal(key) {
		p.failf("%s: the key to decrypt is not the one that encrypted", what)
	}
}
