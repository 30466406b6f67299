package ddbec_test

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"testing"

	"github.com/dynaseal/ddb/internal/canonical"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/stretchr/testify/assert"
)

func TestStringToSign(t *testing.T) {
	table := ddbec.HashTable("Tbl")
	assert.Equal(t, "0e56a12c1c0d44ddb3e2d90ae86b0d2e0620d110d1bf7e11b8a92936d9b7b2e7", hex.EncodeToString(table[:]))
	name, value := ddbec.HashName("n"), ddbec.HashValue([]byte("v"))
	for _, c := range []struct {
		word      string
		encrypted bool
		known     string // of 1.16
	}{
		{"ENCRYPTED", true, "394115ac4eb09aa49429348816b2038127b0f9e3a520372ae100ca19fb08fd50"},
		{"PLAINTEXT", false, "cb40e7dadc86161b9798de48512f332d21c141fcc1e28a086fde4a3375aab1b5"},
	} {
		got := ddbec.AppendSigned([]byte("kept"), &name, c.encrypted, &value)
		word := sha256.Sum256([]byte(c.word))
		assert.Equal(t, c.known, hex.EncodeToString(word[:]))
		assert.Equal(t, "kept"+string(name[:])+string(word[:])+string(value[:]), string(got))
		assert.Len(t, got, 4+ddbec.SignedSize)
	}
}

func sortNames(names []string) { slices.SortFunc(names, canonical.CompareText[string, string]) }
