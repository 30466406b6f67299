package dbe_test

import (
	"crypto/ecdh"
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peerFile is items by one kind of keyring, as testdata/dbe/README.md describes them.
type peerFile struct {
	Keys    map[string]struct{ Material, PrivateDer, PublicDer []byte }
	Vectors []struct {
		Writer, Combination string
		Case                peerCase
		Plaintext, Stored   json.RawMessage
		Expect              string
	}
}

// peerCase is how an item is read.
type peerCase struct {
	LogicalTableName, PartitionKey, SortKey string
	Actions                                 map[string]string
	AllowedUnsigned                         []string
	UnsignedPrefix, Suite                   string
	Keyring                                 peerKeyring
}

type peerKeyring struct {
	Type                                string
	Key, KeyNamespace, KeyName, Padding string
	Scheme, Sender, Recipient           string
	Generator                           *peerKeyring
	Children                            []peerKeyring
}

func (c peerCase) schema() crypt.SchemaConfig {
	words := actions{
		"ENCRYPT_AND_SIGN": crypt.Encrypt, "SIGN_ONLY": crypt.Sign, "DO_NOTHING": crypt.Plain,
		"SIGN_AND_INCLUDE_IN_ENCRYPTION_CONTEXT": crypt.SignContext,
	}
	s := crypt.SchemaConfig{Table: c.LogicalTableName, PartitionKey: c.PartitionKey, SortKey: c.SortKey, Actions: actions{}}
	for name, word := range c.Actions {
		s.Actions[name] = words[word]
	}
	for _, name := range c.AllowedUnsigned {
		if strings.HasSuffix(name, "*") { // no prefix to the clients
			s.Actions[name] = crypt.Plain
			continue
		}
		s.Unsigned = append(s.Unsigned, name)
	}
	if c.UnsignedPrefix != "" {
		s.Unsigned = append(s.Unsigned, c.UnsignedPrefix+"*")
	}
	return s
}

func (f peerFile) keyring(t *testing.T, k peerKeyring) keyring.Keyring {
	t.Helper()
	made, err := keyring.Keyring(nil), error(nil)
	switch k.Type + k.Scheme {
	case "raw-aes":
		var material secret.Key
		material, err = secret.New(f.Keys[k.Key].Material)
		require.NoError(t, err)
		made, err = keyring.RawAES(k.KeyNamespace, k.KeyName, material)
	case "raw-rsa":
		config := keyring.RawRSAConfig{Namespace: k.KeyNamespace, Name: k.KeyName, Private: f.private(t, k.Key).(*rsa.PrivateKey)}
		for config.Padding.String() != k.Padding {
			config.Padding++
		}
		made, err = keyring.RawRSA(config)
	case "raw-ecdhstatic":
		made, err = keyring.RawECDHStatic(f.elliptic(t, k.Sender), f.elliptic(t, k.Recipient).PublicKey())
	case "raw-ecdhdiscovery":
		made, err = keyring.RawECDHDiscovery(f.elliptic(t, k.Recipient))
	case "multi":
		var generator keyring.Keyring
		if k.Generator != nil {
			generator = f.keyring(t, *k.Generator)
		}
		var children []keyring.Keyring
		for _, child := range k.Children {
			children = append(children, f.keyring(t, child))
		}
		made, err = keyring.Multi(generator, children...)
	default:
		require.Fail(t, "unknown keyring", k.Type+" "+k.Scheme)
	}
	require.NoError(t, err)
	return made
}

func (f peerFile) private(t *testing.T, name string) any {
	private, err := x509.ParsePKCS8PrivateKey(f.Keys[name].PrivateDer)
	require.NoError(t, err, name)
	return private
}

func (f peerFile) elliptic(t *testing.T, name string) *ecdh.PrivateKey {
	private, err := f.private(t, name).(*ecdsa.PrivateKey).ECDH()
	require.NoError(t, err, name)
	return private
}

// Items that AWS's clients wrote, and ours that they read, open here without any client.
func TestItemsOfPeers(t *testing.T) {
	for kind, combinations := range map[string]int{"aes": 12, "rsa": 20, "ecdh": 36, "multi": 20} {
		t.Run(kind, func(t *testing.T) {
			var f peerFile
			readJSON(t, &f, "../../testdata/dbe", kind+".json")
			accepted, refusals := map[string]map[string]bool{}, map[string]int{}
			for i, v := range f.Vectors {
				format := format(t, dbe.Config{Keyring: f.keyring(t, v.Case.Keyring), AcceptSuites: suites})
				stored, err := ddbjson.Unmarshal(v.Stored)
				require.NoError(t, err)
				opened, err := encryptor(t, format, v.Case.schema()).DecryptItem(t.Context(), stored)
				switch v.Expect {
				case "ok":
					if accepted[v.Writer] == nil {
						accepted[v.Writer] = map[string]bool{}
					}
					accepted[v.Writer][v.Combination] = true
					plaintext, parseErr := ddbjson.Unmarshal(v.Plaintext)
					require.NoError(t, parseErr)
					if assert.NoError(t, err, "%d: %s", i, v.Combination) {
						requireEqualItems(t, plaintext, opened.Item)
					}
				case "refused":
					refusals[v.Writer]++
					assert.Empty(t, opened.Item)
					assert.True(t, errors.Is(err, crypt.ErrAuth) || errors.Is(err, crypt.ErrFormat), "%d: %v", i, err)
				default:
					assert.Fail(t, "a vector expects neither ok nor refused", "%d", i)
				}
			}
			require.Contains(t, accepted, "dynaseal")
			require.Contains(t, accepted, "java 3.9.0")
			require.Contains(t, accepted, "rust 1.3.0")
			for writer, of := range accepted {
				want := combinations
				if writer != "java 3.9.0" { // these take turns
					want /= 2
				}
				assert.Len(t, of, want, "%s: there are fewer vectors than there were", writer)
				assert.Equal(t, 2, refusals[writer], writer)
			}
		})
	}
}
