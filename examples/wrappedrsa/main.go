// Command wrappedrsa has every item encrypted under a content key of its own, wrapped by RSA, and signed by RSA:
// a program that only writes holds no key that reads. Then it changes the wrapping key. Keys are PEM files as
// openssl makes them. It runs on a DynamoDB in the process.
//
//	go run ./examples/wrappedrsa
package main

import (
	"context"
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
)

// Patient is an item. Its name is encrypted and signed.
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
	table := func(keys provider.Provider) (*ddb.Table[Patient], error) {
		return ddb.NewTable[Patient](server.Client(), "patients", ddb.Config{Encryption: ddbec.Format(keys)})
	}
	// "old" and "next" wrap, "signing" signs. A service reads these files instead.
	var old, next, signing pair
	for _, p := range []*pair{&old, &next, &signing} {
		var err error
		if *p, err = generate(); err != nil {
			return err
		}
	}

	// The intake desk wraps by a public key, and signs.
	intake, err := writer("2025", old.public, signing.private)
	if err != nil {
		return err
	}
	desk, err := table(intake)
	if err != nil {
		return err
	}
	if _, err := server.Client().CreateTable(ctx, desk.CreateTableInput()); err != nil {
		return err
	}
	if err := desk.Put(ctx, &Patient{ID: "p-17", Name: "Ada Lovelace"}); err != nil {
		return err
	}
	_, err = desk.Get(ctx, desk.Key("p-17"))
	fmt.Fprintf(w, "desk: crypt.ErrKeys is %t\n", errors.Is(err, crypt.ErrKeys))

	// The ward unwraps by the private key, and verifies. It reads what either wrapping key wrote, and
	// writes under the new one.
	ward, err := newRotation(signing, map[string]pair{"2025": old, "2026": next}, "2026")
	if err != nil {
		return err
	}
	patients, err := table(ward)
	if err != nil {
		return err
	}
	got, err := patients.Get(ctx, patients.Key("p-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "ward: %+v\n", got)

	// Once every item is written again the old key can go.
	if err := patients.Put(ctx, &got); err != nil {
		return err
	}
	ward, err = newRotation(signing, map[string]pair{"2026": next}, "2026")
	if err != nil {
		return err
	}
	patients, err = table(ward)
	if err != nil {
		return err
	}
	got, err = patients.Get(ctx, patients.Key("p-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "ward, without the old key: %+v\n", got)
	return nil
}
