package interop_test

import (
	"crypto/aes"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"testing"

	"github.com/c2sp/wycheproof"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/internal/keywrap"
)

// hexBytes are bytes in hex.
type hexBytes []byte

func (h *hexBytes) UnmarshalText(text []byte) (err error) {
	*h, err = hex.DecodeString(string(text))
	return err
}

// TestWycheproofKeyWrap is here and not beside the package, so that the vectors' module stays out of
// users' go.sum.
func TestWycheproofKeyWrap(t *testing.T) {
	var file struct {
		NumberOfTests int
		TestGroups    []struct {
			Tests []struct {
				TcID    int
				Comment string
				Key     hexBytes
				Msg     hexBytes
				CT      hexBytes
				Result  string
			}
		}
	}
	text, err := fs.ReadFile(wycheproof.TestVectors, "aes_wrap_test.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &file))
	results := map[string]int{}
	for _, group := range file.TestGroups {
		for _, c := range group.Tests {
			results[c.Result]++
			kek, err := aes.NewCipher(c.Key)
			require.NoError(t, err)
			wrapped, err := keywrap.Wrap(kek, c.Msg)
			key, unwrapErr := keywrap.Unwrap(kek, c.CT)
			if c.Result == "valid" {
				require.NoError(t, err, "%d: %s", c.TcID, c.Comment)
				assert.Equal(t, []byte(c.CT), wrapped, c.TcID)
				require.NoError(t, unwrapErr, "%d: %s", c.TcID, c.Comment)
				assert.Equal(t, []byte(c.Msg), key, c.TcID)
				continue
			}
			assert.Error(t, unwrapErr, "%d: %s", c.TcID, c.Comment)
			assert.Nil(t, key)
		}
	}
	t.Log(results)
	assert.Equal(t, file.NumberOfTests, results["valid"]+results["invalid"]+results["acceptable"])
	assert.Greater(t, results["valid"], 30)
	assert.Greater(t, results["invalid"], 100)
}
