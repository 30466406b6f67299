// Command static keeps patients in a table under one AES key and one HMAC key, which every reader and writer
// has: what AWS's clients call SymmetricStaticProvider and StaticCryptographicMaterialsProvider. It runs on a
// DynamoDB in the process.
//
//	go run ./examples/static
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// Patient is an item. Its name is encrypted and signed, its ward only signed.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
	Ward string `ddb:"ward,sign"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	client := server.Client()

	keys, err := newKeys()
	if err != nil {
		return err
	}
	patients, err := ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: ddbec.Format(keys)})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, patients.CreateTableInput()); err != nil {
		return err
	}

	if err := patients.Put(ctx, &Patient{ID: "p-17", Name: "Ada Lovelace", Ward: "3B"}); err != nil {
		return err
	}
	got, err := patients.Get(ctx, patients.Key("p-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "the same keys: %+v\n", got)

	// Whoever has other keys, or a table that somebody without the keys has written to, gets no item.
	others, err := newKeys()
	if err != nil {
		return err
	}
	strangers, err := ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: ddbec.Format(others)})
	if err != nil {
		return err
	}
	_, err = strangers.Get(ctx, strangers.Key("p-17"))
	fmt.Fprintf(w, "other keys: crypt.ErrAuth is %t\n", errors.Is(err, crypt.ErrAuth))
	return nil
}

// newKeys makes keys for this run. A service loads 32 bytes for each from where it keeps its secrets: the two
// never change, and without them the items are lost.
func newKeys() (provider.Provider, error) {
	encryption, err := newKey()
	if err != nil {
		return nil, err
	}
	mac, err := newKey()
	if err != nil {
		return nil, err
	}
	return provider.Static(encryption, mac)
}

func newKey() (secret.Key, error) {
	b := make([]byte, 32)
	rand.Read(b)
	defer clear(b)
	return secret.New(b)
}
