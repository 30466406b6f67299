// Command plaintext encrypts a table that was written in clear, in three deployments without a pause: what AWS's
// clients call FORCE_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ, FORBID_PLAINTEXT_WRITE_ALLOW_PLAINTEXT_READ and
// FORBID_PLAINTEXT_WRITE_FORBID_PLAINTEXT_READ. Until the third whoever can write the table can make up items: hence
// the date on which it ends. It runs on a DynamoDB in the process.
//
//	go run ./examples/plaintext
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// Patient is an item, tagged as it is to be. A table without encryption does not construct for it.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	b := make([]byte, 32) // a service loads its key from where it keeps its secrets
	rand.Read(b)
	key, err := secret.New(b)
	if err != nil {
		return err
	}
	keys, err := keyring.RawAES("hospital", "2026", key)
	if err != nil {
		return err
	}
	encrypted := dbe.Format(keys)
	bounds := insecureplaintext.Config{
		Until:  time.Now().AddDate(0, 3, 0), // a service writes the date here
		OnRead: func(table string) { fmt.Fprintf(w, "  read in clear from %s\n", table) },
	}
	writes, err := insecureplaintext.ForceWrite(encrypted, bounds)
	if err != nil {
		return err
	}
	reads, err := insecureplaintext.AllowRead(encrypted, bounds)
	if err != nil {
		return err
	}
	var tables [3]*ddb.Table[Patient]
	for i, f := range []crypt.Format{writes, reads, encrypted} {
		if tables[i], err = ddb.NewTable[Patient](server.Client(), "patients", ddb.Config{Encryption: f}); err != nil {
			return err
		}
	}
	first, second, third := tables[0], tables[1], tables[2]
	if _, err := server.Client().CreateTable(ctx, first.CreateTableInput()); err != nil {
		return err
	}

	fmt.Fprintln(w, "the first writes in clear, as before, and reads both")
	if err := first.Put(ctx, &Patient{"p-17", "Ada Lovelace"}); err != nil {
		return err
	}
	_, err = third.Get(ctx, third.Key("p-17"))
	fmt.Fprintf(w, "  who reads no plaintext: crypt.ErrFormat is %t\n", errors.Is(err, crypt.ErrFormat))
	fmt.Fprintln(w, "the second encrypts, and reads both; a Modify that changes nothing rewrites")
	if _, err := second.Modify(ctx, second.Key("p-17"), func(*Patient) error { return nil }); err != nil {
		return err
	}
	fmt.Fprintln(w, "the third reads no plaintext")
	got, err := third.Get(ctx, third.Key("p-17"))
	fmt.Fprintf(w, "  %+v\n", got)
	return err
}
