//go:build hsm

package main

import (
	"bytes"
	"testing"

	"github.com/dynaseal/ddb/hsm"
	"github.com/dynaseal/ddb/hsm/internal/softhsm"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/provider/secret"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestRun(t *testing.T) {
	library := testenv.Need(t, "DDB_SOFTHSM")
	softhsm.NewTokens(t, t.TempDir(), library, "1234", "example")
	pin, err := secret.New([]byte("1234"))
	require.NoError(t, err)
	for _, name := range []string{"makes the keys", "finds them"} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			require.NoError(t, run(t.Context(), &out, hsm.ModuleConfig{Library: library}, hsm.TokenConfig{Label: "example", PIN: pin}))
			assert.Equal(t, `stored: number as 48 bytes, wrapped by AESWrap
read: {Customer:c-17 Number:4111 1111 1111 1111 Expires:11/29}
altered: ddb: get: table "cards": crypt: decrypt: table "cards": item failed verification
without the token: ddb: get: table "cards": crypt: decrypt: table "cards": the provider gave no materials: keys unavailable: provider: unwrap: hsm: unwrap key: hsm: token is closed
`, out.String())
		})
	}
}
