package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/ddbjson"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

func Example() {
	if err := run(os.Stdout, nil, nil); err != nil {
		panic(err)
	}
	// Output:
	// AWS Database Encryption SDK, version 2, suite 0x6701
	// read without keys: nothing below is authenticated
	// item of 638 bytes, header 303, footer 151
	// data key of 96 bytes by "hospital", key "2026\x00\x00\x00\x80\x00\x00\x00\f\x05\x1d\x19\x8f\xf4\xf7\x15\xc3\x1a\x1f\xa1\xed"
	// context "aws-crypto-public-key" = "A3fKcre2SFVMjv387lktw3LKeSp9NH46+uIiwrNOic6e4lU6fadiYhp9e5tRf6BlJA=="
	// attribute "at": context, S, 24 bytes
	// attribute "name": encrypt, S, 30 bytes
	// attribute "notes": encrypt, L, 72 bytes
	// attribute "patient": context, S, 4 bytes
	// attribute "seen": plain, no signature covers it, N, 2 bytes
	// attribute "ward": context, S, 2 bytes
	//
	// DynamoDB Encryption Client
	// read without keys: nothing below is authenticated
	// item of 475 bytes
	// signature of 32 bytes
	// description "amzn-ddb-env-alg" = "AES"
	// description "amzn-ddb-env-key": 56 characters
	// description "amzn-ddb-map-sym-mode" = "/CBC/PKCS5Padding"
	// description "amzn-ddb-wrap-alg" = "AESWrap"
	// description "dynaseal-actions" = "p4:seen"
	// attribute "at": action not stored, S, 24 bytes
	// attribute "name": action not stored, B, 48 bytes
	// attribute "notes": action not stored, B, 80 bytes
	// attribute "patient": action not stored, S, 4 bytes
	// attribute "seen": action not stored, N, 2 bytes
	// attribute "ward": action not stored, S, 2 bytes
}

// Visit is what the samples hold.
type Visit struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,time=ms"`
	Name    string    `ddb:"name,encrypt"`
	Ward    string    `ddb:"ward,context"`
	Notes   []string  `ddb:"notes,encrypt"`
	Seen    int       `ddb:"seen,plain"`
}

// formats of the samples, by file. Beside the modern format the legacy one takes the word context for sign.
func formats(t *testing.T) map[string]crypt.Format {
	key := func(from byte) secret.Key {
		b := make([]byte, 32)
		for i := range b {
			b[i] = from + byte(i)
		}
		k, err := secret.New(b)
		require.NoError(t, err)
		return k
	}
	k, err := keyring.RawAES("hospital", "2026", key(0))
	require.NoError(t, err)
	p, err := provider.WrappedAES(key(0), key(32))
	require.NoError(t, err)
	return map[string]crypt.Format{
		"modern": crypt.Migrate(dbe.Format(k), ddbec.Format(p)),
		"legacy": crypt.Migrate(ddbec.Format(p), dbe.Format(k)),
	}
}

// The samples are what the formats write: under their keys they open.
func TestSamplesAreGenuine(t *testing.T) {
	for name, f := range formats(t) {
		t.Run(name, func(t *testing.T) {
			text := map[string][]byte{"modern": modern, "legacy": legacy}[name]
			item, err := ddbjson.Unmarshal(text)
			require.NoError(t, err)
			codec, err := ddb.NewCodec[Visit]("visits", ddb.Config{Encryption: f})
			require.NoError(t, err)
			v, err := codec.Decode(t.Context(), item)
			require.NoError(t, err)
			assert.Equal(t, []any{"p-17", "Ada Lovelace", "3B", 2}, []any{v.Patient, v.Name, v.Ward, v.Seen})
		})
	}
}

func TestInspect(t *testing.T) {
	for name, c := range map[string]struct {
		stdin string
		args  []string
		want  string // in what is printed, or in the error
	}{
		"standard input":        {string(modern), []string{"-unsigned", "se*", "-"}, "\"seen\": plain, no signature covers it"},
		"a file":                {"", []string{"-unsigned", "x,seen", "testdata/modern.json"}, "\"ward\": context"},
		"plain and not named":   {string(modern), []string{"-"}, "name with -unsigned what is plain"},
		"no file":               {"", []string{"testdata/none.json"}, "no such file"},
		"two files":             {"", []string{"a", "b"}, "one file"},
		"no JSON":               {"x", []string{"-"}, "not DynamoDB JSON"},
		"in clear":              {`{"id":{"S":"secret-1"}}`, []string{"-"}, "no marks"},
		"marks of both formats": {`{"aws_dbe_foot":{"B":""},"*amzn-ddb-map-sig*":{"B":""}}`, []string{"-"}, "both formats"},
		"a lone foot":           {`{"aws_dbe_foot":{"B":""}}`, []string{"-"}, "aws_dbe_head is missing"},
		"a lone description":    {`{"*amzn-ddb-map-desc*":{"B":""}}`, []string{"-"}, "*amzn-ddb-map-sig* is missing"},
		"no description":        {`{"*amzn-ddb-map-sig*":{"B":"AA=="}}`, []string{"-"}, "signature of 1 bytes"},
		"a description cut off": {`{"*amzn-ddb-map-sig*":{"B":"AA=="},"*amzn-ddb-map-desc*":{"B":"AA=="}}`, []string{"-"}, "ends in the middle"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			if err := run(&out, strings.NewReader(c.stdin), c.args); err != nil {
				fmt.Fprint(&out, err)
			}
			assert.Contains(t, out.String(), c.want)
			assert.NotContains(t, out.String(), "secret-1")
		})
	}
}
