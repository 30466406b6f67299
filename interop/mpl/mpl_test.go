package mpl_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	mathrand "math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "write testdata/keyring/mpl-go.json")

type vector struct {
	ID                string            `json:"id"`
	Suite             keyring.Suite     `json:"suite"`
	Context           map[string]string `json:"context"`
	Keys              []string          `json:"keys"`
	EncryptedDataKeys []dataKey         `json:"encryptedDataKeys"`
	DataKey           []byte            `json:"dataKey"`
	SigningKeys       [][]byte          `json:"signingKeys"`
}

type dataKey struct {
	ProviderID   string `json:"providerId"`
	ProviderInfo []byte `json:"providerInfo"`
	Ciphertext   []byte `json:"ciphertext"`
}

// rounds of random contexts for each key and suite.
const rounds = 20

// What one library wraps, the other unwraps, with each of the keys.
func TestBothWays(t *testing.T) {
	p := newPeer(t)
	names, keys := newKeys(t)
	sets := [][]string{{"aes-128", "rsa-OAEP_SHA256_MGF1", "ecdh-static-P-256", "ecdh-ephemeral-P-384", "aes-192"}}
	for _, name := range names {
		sets = append(sets, []string{name})
	}
	require.Len(t, sets, 16)
	random := mathrand.New(mathrand.NewPCG(7391, 0))
	var kept []vector
	for round := range rounds {
		for _, suite := range []keyring.Suite{keyring.SuiteHMAC, keyring.SuiteECDSA} {
			for _, set := range sets {
				v := vector{ID: fmt.Sprintf("%s %v %d", strings.Join(set, "+"), suite, round), Suite: suite, Context: newContext(t, random, suite, round), Keys: set}
				var with []wrapKey
				for _, name := range set {
					with = append(with, keys[name])
				}
				oursReads(t, p, v, with, &kept)
				peerReads(t, p, v, with)
			}
		}
	}
	if *update {
		write(t, names, keys, kept)
	}
}

// newContext is none in the first round, where the suite can do without, and of the format's entries in
// the second.
func newContext(t *testing.T, random *mathrand.Rand, suite keyring.Suite, round int) map[string]string {
	c := map[string]string{}
	if suite == keyring.SuiteECDSA {
		k := must(t, func() (*ecdsa.PrivateKey, error) { return ecdsa.GenerateKey(elliptic.P384(), rand.Reader) })
		c[keyring.PublicKeyEntry] = must(t, func() (keyring.SignatureKey, error) { return keyring.NewSignatureKey(k) }).Entry()
	}
	if round == 0 {
		return c
	}
	c["aws-crypto-table-name"], c["aws-crypto-partition-name"], c["aws-crypto-attr.id"] = "tåble", "id", "AAIx"
	if round > 1 {
		letters := []rune("aZ0-.é\u00ff\uffee𐀂😀 ")
		for range random.IntN(6) {
			var b strings.Builder
			for range 1 + random.IntN(12) {
				b.WriteRune(letters[random.IntN(len(letters))])
			}
			c[b.String()] = strings.Repeat(b.String(), random.IntN(4))
		}
	}
	return c
}

func oursReads(t *testing.T, p peer, v vector, keys []wrapKey, kept *[]vector) {
	p.write(t, &v, keys)
	var stored []keyring.EncryptedDataKey
	for _, e := range v.EncryptedDataKeys {
		stored = append(stored, keyring.EncryptedDataKey(e))
	}
	for i, k := range keys {
		m, err := k.ours(t, false).OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: v.Suite, Context: v.Context}, stored)
		if assert.NoError(t, err, v.ID) {
			assert.Equal(t, v.DataKey, m.DataKey.Expose(), v.ID)
			assert.Equal(t, v.SigningKeys[i], m.SigningKey.Expose(), v.ID)
		}
	}
	const most = 48 // three of each
	if len(*kept) < most {
		*kept = append(*kept, v)
	}
}

func peerReads(t *testing.T, p peer, v vector, keys []wrapKey) {
	m := keyring.EncryptionMaterials{Suite: v.Suite, Context: v.Context}
	for _, k := range keys {
		var err error
		m, err = k.ours(t, true).OnEncrypt(t.Context(), m)
		require.NoError(t, err, v.ID)
	}
	for _, e := range m.EncryptedDataKeys {
		v.EncryptedDataKeys = append(v.EncryptedDataKeys, dataKey(e))
	}
	for i, k := range keys {
		got, signing, err := p.read(t, v, k)
		if assert.NoError(t, err, v.ID) {
			assert.Equal(t, m.DataKey.Expose(), got, v.ID)
			assert.Equal(t, m.SigningKeys[i].Expose(), signing, v.ID)
		}
	}
}

func write(t *testing.T, names []string, keys map[string]wrapKey, vectors []vector) {
	line := func(v any) string {
		return string(must(t, func() ([]byte, error) { return json.Marshal(v) }))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "{\"writer\":%s,\n\"keys\":{", line("github.com/aws/aws-cryptographic-material-providers-library/releases/go/mpl v0.4.0"))
	for i, name := range names {
		fmt.Fprintf(&b, "%s\n%s:%s", separator(i), line(name), line(keys[name]))
	}
	b.WriteString("},\n\"vectors\":[")
	for i, v := range vectors {
		fmt.Fprintf(&b, "%s\n%s", separator(i), line(v))
	}
	b.WriteString("]}\n")
	require.NoError(t, os.WriteFile(filepath.Join("..", "..", "testdata", "keyring", "mpl-go.json"), b.Bytes(), 0o644))
}

func separator(i int) string {
	if i == 0 {
		return ""
	}
	return ","
}
