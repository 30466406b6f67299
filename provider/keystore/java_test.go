package keystore_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/keystore"
)

var update = flag.Bool("update", false, "write the items of Java's provider in testdata anew")

var javaStores = []string{"modern.p12", "own.jks"}

func javaConfig(t *testing.T, store string) keystore.Config {
	c := config(t, store)
	c.Description = map[string]string{"made": "for a test"} // Java's provider reads no item without it
	return c
}

// Items that Java's KeyStoreMaterialsProvider wrote are read by the provider of the same file.
func TestItemsOfJava(t *testing.T) {
	for _, store := range javaStores {
		t.Run(store, func(t *testing.T) {
			item, err := ddbjson.Unmarshal(load(t, store+".json"))
			require.NoError(t, err)
			requireOpens(t, store, item)
		})
	}
}

// Live, both ways.
func TestJava(t *testing.T) {
	testenv.Need(t, "DDB_PEER_JAVA")
	for _, store := range javaStores {
		t.Run(store, func(t *testing.T) {
			text, err := ddbjson.Marshal(plaintext())
			require.NoError(t, err)
			written := runJava(t, "encrypt", store, text)
			if *update {
				require.NoError(t, os.WriteFile("testdata/"+store+".json", written, 0o644))
			}
			item, err := ddbjson.Unmarshal(written)
			require.NoError(t, err)
			requireOpens(t, store, item)

			p, err := keystore.New(javaConfig(t, store))
			require.NoError(t, err)
			item, err = encryptor(t, p).EncryptItem(t.Context(), plaintext())
			require.NoError(t, err)
			text, err = ddbjson.Marshal(item)
			require.NoError(t, err)
			item, err = ddbjson.Unmarshal(runJava(t, "decrypt", store, text))
			require.NoError(t, err)
			assert.Equal(t, plaintext(), item)
		})
	}
}

func requireOpens(t *testing.T, store string, item crypt.Item) {
	p, err := keystore.New(javaConfig(t, store))
	require.NoError(t, err)
	opened, err := encryptor(t, p).DecryptItem(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, plaintext(), opened.Item)
}

// runJava runs testdata/KeyStores.java with the jars of the peer.
func runJava(t *testing.T, mode, store string, item []byte) []byte {
	wrap, sign := storePassword, storePassword
	if store == "own.jks" {
		wrap, sign = "wrap password", "sign password"
	}
	peer := testenv.Need(t, "DDB_PEER_JAVA")
	program := strings.Replace(peer, "dynaseal.interop.Driver", fmt.Sprintf("testdata/KeyStores.java %s testdata/%s '%s' '%s'", mode, store, wrap, sign), 1)
	require.NotEqual(t, peer, program)
	command := exec.CommandContext(t.Context(), "sh", "-c", "exec "+program)
	var stray bytes.Buffer
	command.Stdin, command.Stderr = bytes.NewReader(item), &stray
	output, err := command.Output()
	require.NoError(t, err, "%s", &stray)
	return output
}
