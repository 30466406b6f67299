package crypttest

import (
	"encoding/base64"
	"errors"
	"fmt"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A secret is found in whatever form it is printed or stored, and is not found where it is not.
func TestSecretsAreFound(t *testing.T) {
	key := []byte{0, 1, '"', 0x80, 0xff, 'k', 'e', 'y', 9, 10}
	for _, secret := range [][]byte{[]byte(canary), key} {
		all := seek(secret)
		for moved := range 4 {
			padded := append(make([]byte, moved), append(secret, "behind"...)...)
			for _, encoding := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding} {
				assert.NotEmpty(t, all.in([]byte(encoding.EncodeToString(padded))), "moved by %d", moved)
			}
		}
		for _, v := range []any{secret, string(secret), struct{ inner []byte }{secret}, errors.New(string(secret)), map[string]any{"k": [][]byte{secret}}} {
			for _, verb := range verbs {
				if verb == "%d" || verb == "%o" || verb == "%b" || verb == "%#v" {
					if _, ok := v.([]byte); !ok {
						continue // prints no text, or the verb's own of it
					}
				}
				assert.NotEmpty(t, all.in(fmt.Appendf(nil, verb, v)), "%s of %T", verb, v)
			}
			assert.NotEmpty(t, all.in(printed(v)))
		}
		assert.Empty(t, all.in(printed("another text")))
		assert.Empty(t, all.in(secret[1:]))
	}
	assert.Empty(t, seek[[]byte]().in([]byte("anything")))
}
