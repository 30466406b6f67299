package ddbec_test

import (
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/stretchr/testify/require"
)

// FuzzOpenItem alters a stored item: it reads as it was written, or not at all.
func FuzzOpenItem(f *testing.F) {
	plain := crypt.Item{"pk": &avS{Value: "k"}, "e": &avS{Value: canary}, "s": &avB{Value: []byte(canary)}}
	as := actions{"e": crypt.Encrypt, "s": crypt.Sign}
	e := encryptor(f, ddbec.Format(keys(f)), table(as))
	stored, err := e.EncryptItem(f.Context(), plain)
	require.NoError(f, err)
	bytes := func(name string) []byte { return stored[name].(*avB).Value }
	f.Add("k", bytes("e"), []byte(canary), bytes(sig), bytes(desc), "", []byte{})
	f.Add("k", bytes("e"), []byte(canary), bytes(sig), bytes(desc), "extra", []byte("x"))
	f.Add("k", bytes("e"), bytes("e"), bytes(sig), []byte{0, 0, 0, 0}, "aws_dbe_head", []byte("x"))
	f.Fuzz(func(t *testing.T, pk string, ciphertext, signed, signature, description []byte, name string, value []byte) {
		item := crypt.Item{"pk": &avS{Value: pk}, "e": &avB{Value: ciphertext}, "s": &avB{Value: signed}, sig: &avB{Value: signature}, desc: &avB{Value: description}}
		want := itemtest.Copy(plain)
		if _, taken := item[name]; !taken && name != "" {
			item[name] = &avB{Value: value}
			want[name] = &avB{Value: value}
		}
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
