package secret_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const canary = "CANARY7391"

// songs are the spellings in which a key would give itself away.
var songs = []string{
	canary, strings.ToLower(canary), hex.EncodeToString([]byte(canary)), strings.ToUpper(hex.EncodeToString([]byte(canary))),
	base64.StdEncoding.EncodeToString([]byte(canary))[:12],
	strings.Trim(fmt.Sprint([]byte(canary)), "[]"), strings.Trim(fmt.Sprintf("%#v", []byte(canary)), "[]byte{}"), strings.Trim(fmt.Sprintf("%o", []byte(canary)), "[]"),
}

func silent(t *testing.T, text string, what ...any) {
	t.Helper()
	for _, song := range songs {
		assert.NotContains(t, text, song, what...)
	}
}

type exported struct{ Key secret.Key }

type unexported struct{ key secret.Key }

type embedded struct{ secret.Key }

func newKey(t *testing.T) secret.Key {
	t.Helper()
	k, err := secret.New([]byte(canary))
	require.NoError(t, err)
	return k
}

func holders(t *testing.T) map[string]any {
	k := newKey(t)
	return map[string]any{
		"value": k, "pointer": &k, "exported field": exported{k}, "unexported field": unexported{k}, "embedded": embedded{k},
		"pointer to exported field": &exported{k}, "pointer to unexported field": &unexported{k},
		"slice": []secret.Key{k}, "slice of pointers": []*secret.Key{&k}, "array": [1]secret.Key{k}, "map": map[string]secret.Key{"k": k}, "map key holder": map[string]any{"k": unexported{k}},
		"interface": any(k), "nested": struct{ a, b any }{unexported{k}, []any{&exported{k}, map[int]unexported{1: {k}}}}, "pointer in a field": struct{ p *unexported }{&unexported{k}},
	}
}

func TestNoVerbPrintsAKey(t *testing.T) {
	for name, v := range holders(t) {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%U", "%T", "%p", "%t"} {
			silent(t, fmt.Sprintf(verb, v), "%s with %s", name, verb)
		}
		silent(t, fmt.Sprint(v), name)
	}
}

func TestNoEncoderWritesAKey(t *testing.T) {
	for name, v := range holders(t) {
		b, err := json.Marshal(v)
		silent(t, string(b), name)
		if err != nil {
			silent(t, err.Error(), name)
		}
		b, err = xml.Marshal(v)
		silent(t, string(b), name)
		if err != nil {
			silent(t, err.Error(), name)
		}
	}
	k := newKey(t)
	_, err := json.Marshal(exported{k})
	assert.Error(t, err, "a key that reaches an encoder is an error, not an empty object")
	_, err = k.MarshalText()
	assert.Error(t, err)
}

func TestNoLogShowsAKey(t *testing.T) {
	for name, v := range holders(t) {
		var b strings.Builder
		slog.New(slog.NewJSONHandler(&b, nil)).Info("x", "v", v)
		slog.New(slog.NewTextHandler(&b, nil)).Info("x", "v", v, slog.Group("g", "v", v))
		silent(t, b.String(), name)
	}
}

func TestNoErrorShowsAKey(t *testing.T) {
	for name, v := range holders(t) {
		err := errors.Join(fmt.Errorf("wrapped: %v", v), fmt.Errorf("again: %+v %#v", v, v))
		silent(t, err.Error(), name)
		silent(t, fmt.Sprintf("%+v", err), name)
	}
}

func TestKey(t *testing.T) {
	b := []byte(canary)
	k, err := secret.New(b)
	require.NoError(t, err)
	clear(b)
	assert.Equal(t, canary, string(k.Expose()), "a copy of its own")
	assert.Equal(t, len(canary), k.Len())
	assert.False(t, k.IsZero())
	assert.Equal(t, "secret.Key(hidden)", k.String())
	assert.Equal(t, "secret.Key(hidden)", fmt.Sprintf("%#v", k))
	assert.Equal(t, "secret.Key(hidden)", k.LogValue().String())

	other, err := secret.New([]byte("CANARY7392"))
	require.NoError(t, err)
	shorter, err := secret.New([]byte("CANARY739"))
	require.NoError(t, err)
	assert.True(t, k.Equal(newKey(t)))
	assert.False(t, k.Equal(other))
	assert.False(t, k.Equal(shorter))
	assert.False(t, k.Equal(secret.Key{}))
}

func TestZeroKey(t *testing.T) {
	var k secret.Key
	assert.True(t, k.IsZero())
	assert.Nil(t, k.Expose())
	assert.Zero(t, k.Len())
	assert.Equal(t, "secret.Key(none)", k.String())
	assert.True(t, k.Equal(secret.Key{}))
	for _, b := range [][]byte{nil, {}} {
		_, err := secret.New(b)
		assert.Error(t, err)
	}
}

func ExampleNew() {
	k, err := secret.New([]byte("correct horse battery staple"))
	if err != nil {
		panic(err)
	}
	fmt.Printf("%v %+v %#v of %d bytes\n", k, struct{ K secret.Key }{k}, k, k.Len())
	// Output: secret.Key(hidden) {K:secret.Key(hidden)} secret.Key(hidden) of 28 bytes
}
