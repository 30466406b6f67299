package provider_test

import (
	"context"
	"crypto"
	"crypto/rsa"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"reflect"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/provider"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// careless are keys of a user's own, whose types print and marshal all that they hold.
type careless struct{ Key []byte }

func (careless) Sign(context.Context, []byte) ([]byte, error)      { return nil, nil }
func (careless) Verify(context.Context, []byte, []byte) error      { return nil }
func (careless) WrapKey(context.Context, []byte) ([]byte, error)   { return nil, nil }
func (careless) UnwrapKey(context.Context, []byte) ([]byte, error) { return nil, nil }

type carelessRSA struct {
	Key    []byte
	public *rsa.PublicKey
}

func (c carelessRSA) Public() crypto.PublicKey { return c.public }

func (carelessRSA) Decrypt(io.Reader, []byte, crypto.DecrypterOpts) ([]byte, error) { return nil, nil }

// everyWayToPrint is v by every verb, encoder and logger, and as an unexported field, where no method of v
// is asked.
func everyWayToPrint(v any) string {
	var b strings.Builder
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o"} {
		fmt.Fprintf(&b, verb+"\n", v)
	}
	text, _ := json.Marshal(v)
	b.Write(text)
	text, _ = json.Marshal(map[string]any{"v": v})
	b.Write(text)
	for _, h := range []slog.Handler{slog.NewJSONHandler(&b, nil), slog.NewTextHandler(&b, nil)} {
		slog.New(h).Info("x", "v", v)
		slog.New(h).Info("x", slog.Group("g", "v", []any{v}))
	}
	return b.String()
}

func TestNoConfigPrintsAKey(t *testing.T) {
	k := made(t, rsaKey)
	h := hmacOf(t, crypto.SHA256, canary)
	own := careless{[]byte(canary)}
	ownRSA := carelessRSA{[]byte(canary), &k.PublicKey}
	keywrap := func(w provider.KeyWrap, err error) provider.KeyWrap {
		require.NoError(t, err)
		return w
	}
	wraps := map[string]provider.KeyWrap{
		"AES": wrapAES(t, canary), "AES elsewhere": keywrap(provider.WrapAESIn(own)),
		"RSA": wrapRSA(t, unchanged), "RSA elsewhere": keywrap(provider.WrapRSA(provider.RSAWrapConfig{Private: ownRSA})),
	}
	configs := map[string]any{
		"static":                       provider.StaticConfig{Encrypt: key(t, canary), Sign: h, Verify: h, Description: map[string]string{"x": "y"}},
		"static of the user's keys":    provider.StaticConfig{Sign: own, Verify: own},
		"static with RSA":              provider.StaticConfig{Sign: signer(t, crypto.SHA256, k), Verify: verifier(t, crypto.SHA256, &k.PublicKey)},
		"wrapped of the user's keys":   provider.WrappedConfig{Wrap: wraps["RSA elsewhere"], Sign: own, Verify: own},
		"wrapped with RSA":             provider.WrappedConfig{Wrap: wraps["RSA"], Sign: signer(t, crypto.SHA256, k)},
		"RSA":                          provider.RSAWrapConfig{Private: k},
		"RSA of the user's key":        provider.RSAWrapConfig{Private: ownRSA},
		"RSA, both halves":             provider.RSAWrapConfig{Private: k, Public: &k.PublicKey},
		"a struct with a private key":  struct{ C provider.RSAWrapConfig }{provider.RSAWrapConfig{Private: k}},
		"a slice of configs":           []provider.RSAWrapConfig{{Private: k}},
		"materials to encrypt":         provider.EncryptionMaterials{Encrypt: key(t, canary), Sign: h},
		"materials to decrypt":         provider.DecryptionMaterials{Decrypt: key(t, canary), Verify: h},
		"a struct that hides a config": struct{ c provider.StaticConfig }{provider.StaticConfig{Encrypt: key(t, canary), Sign: h}},
	}
	for name, w := range wraps {
		configs["key wrap by "+name] = w
		configs["a struct that hides a key wrap by "+name] = struct{ w provider.KeyWrap }{w}
		p, err := provider.NewWrapped(provider.WrappedConfig{Wrap: w, Sign: h, Verify: h})
		require.NoError(t, err)
		configs["provider by "+name] = p
	}
	songs := map[string]string{"canary": canary[:10], "canary's bytes": "67 65 78 65 82 89", "canary's base64": base64.StdEncoding.EncodeToString([]byte(canary))[:12], "canary in hex": hex.EncodeToString([]byte(canary))[:12]}
	for name, n := range map[string]fmt.Stringer{"exponent": k.D, "prime": k.Primes[0], "other prime": k.Primes[1]} {
		songs[name] = n.String()[:20]
	}
	for name, v := range configs {
		pointer := reflect.New(reflect.TypeOf(v))
		pointer.Elem().Set(reflect.ValueOf(v))
		for _, v := range []any{v, pointer.Interface()} {
			got := strings.ToLower(everyWayToPrint(v))
			for song, text := range songs {
				assert.NotContains(t, got, strings.ToLower(text), "%s of %s", song, name)
			}
		}
	}
	assert.Equal(t, "provider: config (hidden)", fmt.Sprintf("%#v", provider.RSAWrapConfig{Private: k}))
	_, err := json.Marshal(provider.StaticConfig{})
	assert.ErrorContains(t, err, "does not marshal")
	assert.Implements(t, (*slog.LogValuer)(nil), provider.WrappedConfig{})
}
