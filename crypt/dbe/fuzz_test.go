package dbe_test

import (
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/stretchr/testify/require"
)

// FuzzOpenItem alters a stored item: it reads as it was written, or not at all.
func FuzzOpenItem(f *testing.F) {
	plain := crypt.Item{"pk": &avS{Value: "k"}, "sk": &avS{Value: "s"}, "e": &avS{Value: canary}, "s": &avB{Value: []byte(canary)}}
	as := actions{"e": crypt.Encrypt, "s": crypt.Sign}
	e := encryptor(f, of(f, keyring.SuiteHMAC), table(as))
	stored := encrypted(f, e, plain)
	b := func(name string) []byte { return bytesOf(f, stored, name) }
	f.Add("k", b("e"), []byte(canary), b(head), b(foot), "", []byte{})
	f.Add("k", b("e"), []byte(canary), b(head), b(foot), "extra", []byte("x"))
	f.Add("k", b("e"), b("e"), b(head), b(foot), "*amzn-ddb-map-sig*", []byte("x"))
	f.Fuzz(func(t *testing.T, pk string, ciphertext, signed, header, footer []byte, name string, value []byte) {
		item := crypt.Item{"pk": &avS{Value: pk}, "sk": &avS{Value: "s"}, "e": &avB{Value: ciphertext}, "s": &avB{Value: signed}, head: &avB{Value: header}, foot: &avB{Value: footer}}
		want := itemtest.Copy(plain)
		if _, taken := item[name]; !taken && name != "" {
			item[name] = &avB{Value: value}
			if !strings.HasPrefix(name, "aws_dbe_b_") && !strings.HasPrefix(name, "aws_dbe_v_") {
				want[name] = &avB{Value: value}
			}
		}
		_, _ = dbe.Describe(item)
		opened, err := e.DecryptItem(t.Context(), item)
		if err != nil {
			var class *crypt.Error
			require.ErrorAs(t, err, &class)
			require.NotErrorIs(t, err, crypt.ErrKeys)
			return
		}
		require.Equal(t, want, opened.Item)
	})
}
