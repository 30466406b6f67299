// Command tableoverride reads a table that was restored under another name. The name of the table is signed with
// every item, so a restored item verifies under the name that it was written under only: what Java's client calls
// @TableAadOverride. It runs on a DynamoDB in the process.
//
//	go run ./examples/tableoverride
package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
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
	client := server.Client()

	keys, err := newKeys()
	if err != nil {
		return err
	}
	format := ddbec.Format(keys)
	patients, err := ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: format})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, patients.CreateTableInput()); err != nil {
		return err
	}
	if err := patients.Put(ctx, &Patient{ID: "p-17", Name: "Ada Lovelace"}); err != nil {
		return err
	}

	// DynamoDB restores a backup: the items as they are stored, in a table of another name.
	restored, err := ddb.NewTable[Patient](client, "patients-restored", ddb.Config{Encryption: format, LogicalName: "patients"})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, restored.CreateTableInput()); err != nil {
		return err
	}
	key := crypt.Item{"id": &types.AttributeValueMemberS{Value: "p-17"}}
	if err := server.Overwrite("patients-restored", server.Stored("patients", key)); err != nil {
		return err
	}

	// Under the table's own name nothing verifies.
	unnamed, err := ddb.NewTable[Patient](client, "patients-restored", ddb.Config{Encryption: format})
	if err != nil {
		return err
	}
	_, err = unnamed.Get(ctx, unnamed.Key("p-17"))
	fmt.Fprintf(w, "without LogicalName: crypt.ErrAuth is %t\n", errors.Is(err, crypt.ErrAuth))

	// Under the name that is signed everything does, and what is written can be copied back.
	got, err := restored.Get(ctx, restored.Key("p-17"))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "with LogicalName: %+v\n", got)
	return restored.Put(ctx, &Patient{ID: "p-18", Name: "Charles Babbage"})
}

// newKeys makes keys for this run. A service loads them from where it keeps its secrets.
func newKeys() (provider.Provider, error) {
	b := make([]byte, 64)
	rand.Read(b)
	defer clear(b)
	wrap, err := secret.New(b[:32])
	if err != nil {
		return nil, err
	}
	mac, err := secret.New(b[32:])
	if err != nil {
		return nil, err
	}
	return provider.WrappedAES(wrap, mac)
}
