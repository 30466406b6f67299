package dbe_test

import (
	"testing"

	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/dbe"
)

func TestConformance(t *testing.T) {
	for _, s := range suites {
		t.Run(s.String(), func(t *testing.T) {
			t.Parallel()
			crypttest.TestFormat(t, of(t, s), crypttest.Config{
				NamesUnsigned: true,
				OtherKeys:     format(t, dbe.Config{Keyring: rawAES(t, 2), Suite: s}),
				Secrets:       [][]byte{key(t, 1).Expose()},
			})
		})
	}
}
