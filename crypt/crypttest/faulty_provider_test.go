package crypttest_test

import (
	"context"
	"encoding/hex"
	"errors"
	"maps"
	"testing"
	"time"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/require"
)

// faultyProvider does all as the sound one within, but for what is not nil.
type faultyProvider struct {
	provider.Provider
	encryption func(context.Context, provider.Request) (provider.EncryptionMaterials, error)
	decryption func(context.Context, provider.Request) (provider.DecryptionMaterials, error)
}

func (p *faultyProvider) EncryptionMaterials(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
	if p.encryption != nil {
		return p.encryption(ctx, r)
	}
	return p.Provider.EncryptionMaterials(ctx, r)
}

func (p *faultyProvider) DecryptionMaterials(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
	if p.decryption != nil {
		return p.decryption(ctx, r)
	}
	return p.Provider.DecryptionMaterials(ctx, r)
}

type signerFunc func(ctx context.Context, text []byte) ([]byte, error)

func (f signerFunc) Sign(ctx context.Context, text []byte) ([]byte, error) { return f(ctx, text) }

type verifierFunc func(ctx context.Context, text, signature []byte) error

func (f verifierFunc) Verify(ctx context.Context, text, signature []byte) error {
	return f(ctx, text, signature)
}

// onceDecrypting changes sound materials.
func onceDecrypting(change func(*faultyProvider, context.Context, provider.Request, *provider.DecryptionMaterials) error) func(*faultyProvider) {
	return func(p *faultyProvider) {
		p.decryption = func(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
			m, err := p.Provider.DecryptionMaterials(ctx, r)
			if err == nil {
				err = change(p, ctx, r, &m)
			}
			if err != nil {
				return provider.DecryptionMaterials{}, err
			}
			return m, nil
		}
	}
}

// onceEncrypting changes sound materials.
func onceEncrypting(change func(context.Context, provider.Request, *provider.EncryptionMaterials) error) func(*faultyProvider) {
	return func(p *faultyProvider) {
		p.encryption = func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
			m, err := p.Provider.EncryptionMaterials(ctx, r)
			if err == nil {
				err = change(ctx, r, &m)
			}
			if err != nil {
				return provider.EncryptionMaterials{}, err
			}
			return m, nil
		}
	}
}

func describe(t *testing.T, m *provider.EncryptionMaterials, name, value string) {
	entries := m.Description.Map()
	entries[name] = value
	var err error
	m.Description, err = provider.NewDescription(entries)
	require.NoError(t, err)
}

func TestFaultyProviders(t *testing.T) {
	verifying := func(change func(ctx context.Context, v provider.Verifier, text, signature []byte) error) func(*faultyProvider) {
		return onceDecrypting(func(_ *faultyProvider, _ context.Context, _ provider.Request, m *provider.DecryptionMaterials) error {
			v := m.Verify
			m.Verify = verifierFunc(func(ctx context.Context, text, signature []byte) error { return change(ctx, v, text, signature) })
			return nil
		})
	}
	signing := func(change func(ctx context.Context, s provider.Signer, text []byte) ([]byte, error)) func(*faultyProvider) {
		return onceEncrypting(func(_ context.Context, _ provider.Request, m *provider.EncryptionMaterials) error {
			s := m.Sign
			m.Sign = signerFunc(func(ctx context.Context, text []byte) ([]byte, error) { return change(ctx, s, text) })
			return nil
		})
	}
	all := map[string]struct {
		check  string
		damage func(*faultyProvider)
	}{
		"gives another key": {"materials-round-trip", onceDecrypting(func(_ *faultyProvider, _ context.Context, _ provider.Request, m *provider.DecryptionMaterials) error {
			m.Decrypt = key(t, 9)
			return nil
		})},
		"gives a key of no AES": {"materials-round-trip", onceEncrypting(func(_ context.Context, _ provider.Request, m *provider.EncryptionMaterials) error {
			k, err := secret.New(make([]byte, 20))
			m.Encrypt = k
			return err
		})},
		"knows no entries but its own": {"materials-round-trip", onceDecrypting(func(_ *faultyProvider, _ context.Context, r provider.Request, _ *provider.DecryptionMaterials) error {
			if len(r.Description.Map()) > 1 {
				return errors.New("unknown entries")
			}
			return nil
		})},
		"verifies anything": {"signatures-refused", verifying(func(context.Context, provider.Verifier, []byte, []byte) error { return nil })},
		"has an error of its own for a wrong signature": {"signatures-refused", verifying(func(ctx context.Context, v provider.Verifier, text, signature []byte) error {
			if v.Verify(ctx, text, signature) != nil {
				return errors.New("wrong")
			}
			return nil
		})},
		"looks at the first bytes of a signature": {"signatures-refused", verifying(func(ctx context.Context, v provider.Verifier, text, signature []byte) error {
			return v.Verify(ctx, text, signature[:min(32, len(signature))])
		})},
		"modifies what it verifies": {"signatures-refused", verifying(func(ctx context.Context, v provider.Verifier, text, signature []byte) error {
			err := v.Verify(ctx, text, signature)
			clear(text)
			return err
		})},
		"modifies what it signs": {"materials-round-trip", signing(func(ctx context.Context, s provider.Signer, text []byte) ([]byte, error) {
			signature, err := s.Sign(ctx, text)
			clear(text)
			return signature, err
		})},
		"takes the key from the description": {"description-altered", func(p *faultyProvider) {
			onceEncrypting(func(_ context.Context, _ provider.Request, m *provider.EncryptionMaterials) error {
				describe(t, m, "key", hex.EncodeToString(m.Encrypt.Expose()))
				return nil
			})(p)
			onceDecrypting(func(_ *faultyProvider, _ context.Context, r provider.Request, m *provider.DecryptionMaterials) error {
				text, _ := r.Description.Lookup("key")
				b, err := hex.DecodeString(text)
				if err != nil {
					return err
				}
				m.Decrypt, err = secret.New(b)
				return err
			})(p)
		}},
		"panics on short entries": {"description-hostile", func(p *faultyProvider) {
			onceEncrypting(func(_ context.Context, _ provider.Request, m *provider.EncryptionMaterials) error {
				describe(t, m, "version", "v1")
				return nil
			})(p)
			onceDecrypting(func(_ *faultyProvider, _ context.Context, r provider.Request, _ *provider.DecryptionMaterials) error {
				if version, ok := r.Description.Lookup("version"); ok && version[1] != '1' {
					return errors.New("another version")
				}
				return nil
			})(p)
		}},
		"remembers the last item's key": {"materials-independent", func(p *faultyProvider) {
			var last memory[byte]
			last.put("", 0)
			p.encryption = func(ctx context.Context, r provider.Request) (provider.EncryptionMaterials, error) {
				n, _ := last.get("")
				last.put("", n+1)
				m, err := p.Provider.EncryptionMaterials(ctx, r)
				m.Encrypt = key(t, n+1)
				return m, err
			}
			onceDecrypting(func(_ *faultyProvider, _ context.Context, _ provider.Request, m *provider.DecryptionMaterials) error {
				n, _ := last.get("")
				m.Decrypt = key(t, n)
				return nil
			})(p)
		}},
		"modifies the item of Keys": {"requests-unmodified", onceDecrypting(func(_ *faultyProvider, _ context.Context, r provider.Request, _ *provider.DecryptionMaterials) error {
			item, err := r.Keys()
			maps.DeleteFunc(item, func(string, value) bool { return true })
			return err
		})},
		"calls Keys later": {"requests-unmodified", func(p *faultyProvider) {
			var last memory[func()]
			p.decryption = func(ctx context.Context, r provider.Request) (provider.DecryptionMaterials, error) {
				if f, ok := last.get(""); ok {
					f()
				}
				last.put("", func() { r.Keys() })
				return p.Provider.DecryptionMaterials(ctx, r)
			}
		}},
		"passes over what Keys cannot give": {"requests-unmodified", onceDecrypting(func(_ *faultyProvider, _ context.Context, r provider.Request, _ *provider.DecryptionMaterials) error {
			r.Keys()
			return nil
		})},
		"has an error of its own for a context": {"provider-context", onceDecrypting(func(_ *faultyProvider, ctx context.Context, _ provider.Request, _ *provider.DecryptionMaterials) error {
			if ctx.Err() != nil {
				return errors.New("ended")
			}
			return nil
		})},
		"mixes what goroutines sign": {"provider-concurrency", func(p *faultyProvider) {
			var last memory[[]byte]
			signing(func(ctx context.Context, s provider.Signer, text []byte) ([]byte, error) {
				last.put("", append([]byte(nil), text...))
				time.Sleep(time.Millisecond)
				text, _ = last.get("")
				return s.Sign(ctx, text)
			})(p)
		}},
		"prints its key": {"provider-keys-do-not-print", func(p *faultyProvider) {
			onceEncrypting(func(_ context.Context, _ provider.Request, m *provider.EncryptionMaterials) error {
				describe(t, m, "key", hex.EncodeToString(m.Encrypt.Expose()))
				return nil
			})(p)
		}},
	}
	_, checks := crypttest.Names()
	wants := map[string]string{}
	for name, f := range all {
		wants[name] = f.check
	}
	demand(t, checks, wants, func(t *testing.T, name string, skip []string) []crypttest.Failure {
		p := &faultyProvider{Provider: static(t, 0)}
		all[name].damage(p)
		return crypttest.CheckProvider(t.Context(), p, crypttest.ProviderConfig{Secrets: [][]byte{keyBytes(0)}, Skip: skip})
	})
}
