package ddbec_test

import (
	"cmp"
	"crypto"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/attribute"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// peerFile is items of one writer, as testdata/ddbec/README.md describes them.
type peerFile struct {
	Writer  string
	Keys    map[string]struct{ Material []byte }
	Vectors []struct {
		ID                string
		Case              peerCase
		Plaintext, Stored jsonItem
		Expect            string
	}
}

// peerCase is how an item was written.
type peerCase struct {
	LogicalTableName, PartitionKey, SortKey string
	Actions                                 map[string]string
	DefaultAction                           string
	Provider                                struct {
		Encrypt     string
		Sign        struct{ Key, Algorithm string }
		Description map[string]string
	}
	SignatureFieldName, MaterialDescriptionFieldName, DescriptionPrefix string
	Dialect                                                             string
}

func (c peerCase) schema() crypt.SchemaConfig {
	words := actions{
		"ENCRYPT_AND_SIGN": crypt.Encrypt, "SIGN_ONLY": crypt.Sign, "DO_NOTHING": crypt.Plain,
		"": crypt.Plain, "DISCOVER": 0, // of defaultAction only
	}
	s := crypt.SchemaConfig{Table: c.LogicalTableName, PartitionKey: c.PartitionKey, SortKey: c.SortKey, Actions: actions{}, Unknown: words[c.DefaultAction]}
	for name, word := range c.Actions {
		s.Actions[name] = words[word]
	}
	return s
}

// format is the format of the case, in its dialect unless another is given.
func (c peerCase) format(t *testing.T, f peerFile, dialect ...ddbec.Dialect) crypt.Format {
	t.Helper()
	dialects := map[string]ddbec.Dialect{"": ddbec.Java, "java": ddbec.Java, "python": ddbec.Python}
	dialect = append(dialect, dialects[c.Dialect])
	algorithms := map[string]crypto.Hash{"": crypto.SHA256, "HmacSHA224": crypto.SHA224, "HmacSHA256": crypto.SHA256, "HmacSHA384": crypto.SHA384, "HmacSHA512": crypto.SHA512}
	h := hmacOf(t, algorithms[c.Provider.Sign.Algorithm], f.Keys[c.Provider.Sign.Key].Material)
	p := static(t, func(s *provider.StaticConfig) {
		s.Encrypt, s.Sign, s.Verify, s.Description = secret.Key{}, h, h, c.Provider.Description
		if c.Provider.Encrypt != "" {
			s.Encrypt = key(t, f.Keys[c.Provider.Encrypt].Material)
		}
	})
	return format(t, ddbec.Config{Provider: p, SignatureField: c.SignatureFieldName, DescriptionField: c.MaterialDescriptionFieldName, DescriptionPrefix: c.DescriptionPrefix, Dialect: dialect[0]})
}

// Items that AWS's clients wrote, and ours that they read, open here without any client.
func TestItemsOfPeers(t *testing.T) {
	for _, writer := range []string{"java", "python", "go"} {
		t.Run(writer, func(t *testing.T) {
			var f peerFile
			readJSON(t, &f, "../../testdata/ddbec", writer+".json")
			require.GreaterOrEqual(t, len(f.Vectors), 75, "there are fewer vectors than there were")
			results := map[string]int{}
			for _, v := range f.Vectors {
				e := encryptor(t, v.Case.format(t, f), v.Case.schema())
				opened, err := e.DecryptItem(t.Context(), crypt.Item(v.Stored))
				results[v.Expect]++
				if _, described := v.Stored[cmp.Or(v.Case.MaterialDescriptionFieldName, ddbec.DescriptionField)]; !described {
					results["without a description"]++
				}
				if v.Case.SignatureFieldName != "" {
					results["with names of its own"]++
				}
				if v.Case.Provider.Description != nil {
					results["with entries of the user's"]++
				}
				switch v.Expect {
				case "ok":
					if assert.NoError(t, err, v.ID) {
						assert.True(t, attribute.EqualItems(crypt.Item(v.Plaintext), opened.Item), v.ID)
					}
				case "auth":
					assert.ErrorIs(t, err, crypt.ErrAuth, v.ID)
				default:
					assert.Fail(t, "a vector expects neither ok nor auth", v.ID)
				}
			}
			assert.GreaterOrEqual(t, results["ok"], 50)
			assert.GreaterOrEqual(t, results["auth"], 15)
			assert.GreaterOrEqual(t, results["with entries of the user's"], 15)
			if writer == "java" { // the only one that does either
				assert.GreaterOrEqual(t, results["without a description"], 9)
				assert.GreaterOrEqual(t, results["with names of its own"], 4)
			}
		})
	}
}
