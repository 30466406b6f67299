package keyring_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"os"
	"testing"

	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peerFile is what testdata/keyring/README.md describes.
type peerFile struct {
	Keys    map[string]peerKey
	Vectors []struct {
		ID                string
		Suite             keyring.Suite
		Context           map[string]string
		Keys              []string
		EncryptedDataKeys []keyring.EncryptedDataKey
		DataKey           []byte
		SigningKeys       [][]byte
	}
}

type peerKey struct {
	Kind, Namespace, Name, Padding, Schema string
	AES, RSA, Sender, Recipient            []byte
}

func readPeers(t testing.TB) (f peerFile) {
	t.Helper()
	b, err := os.ReadFile("../../testdata/keyring/mpl-go.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(b, &f))
	require.Len(t, f.Vectors, 48)
	return f
}

func (k peerKey) keyring(t testing.TB) keyring.Keyring {
	t.Helper()
	private := func(der []byte) any {
		return made(t, func() (any, error) { return x509.ParsePKCS8PrivateKey(der) })
	}
	onCurve := func(der []byte) *ecdh.PrivateKey { return made(t, private(der).(*ecdsa.PrivateKey).ECDH) }
	return made(t, func() (keyring.Keyring, error) {
		switch k.Kind + k.Schema {
		case "aes":
			return keyring.RawAES(k.Namespace, k.Name, key(t, string(k.AES)))
		case "rsa":
			paddings := map[string]keyring.Padding{}
			for p := keyring.OAEPWithSHA256; p <= keyring.InsecurePKCS1v15; p++ {
				paddings[p.String()] = p
			}
			return keyring.RawRSA(keyring.RawRSAConfig{Namespace: k.Namespace, Name: k.Name, Padding: paddings[k.Padding], Private: private(k.RSA).(*rsa.PrivateKey)})
		case "ecdhstatic":
			return keyring.RawECDHStatic(onCurve(k.Recipient), onCurve(k.Sender).PublicKey())
		}
		return keyring.RawECDHDiscovery(onCurve(k.Recipient))
	})
}

// What AWS's library wrapped, each of its keys unwraps here without it.
func TestDataKeysOfPeers(t *testing.T) {
	f := readPeers(t)
	opened := map[string]int{}
	for _, v := range f.Vectors {
		t.Run(v.ID, func(t *testing.T) {
			for i, name := range v.Keys {
				k, ok := f.Keys[name]
				require.True(t, ok)
				m, err := k.keyring(t).OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: v.Suite, Context: v.Context}, v.EncryptedDataKeys)
				require.NoError(t, err, name)
				assert.Equal(t, v.DataKey, m.DataKey.Expose())
				assert.Equal(t, v.SigningKeys[i], m.SigningKey.Expose())
				opened[name]++
			}
		})
	}
	assert.Len(t, opened, 15, "each key, padding, curve and schema")
	for name, n := range opened {
		assert.GreaterOrEqual(t, n, 3, name)
	}
}
