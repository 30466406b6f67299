// Command wrappedaes has every item encrypted under a content key of its own, which is stored beside the item,
// wrapped by one AES key: what AWS's clients call WrappedMaterialsProvider and
// WrappedCryptographicMaterialsProvider. It runs on a DynamoDB in the process.
//
//	go run ./examples/wrappedaes
package main

import (
	"context"
	"crypto/rand"
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

	wrap, err := newKey()
	if err != nil {
		return err
	}
	mac, err := newKey()
	if err != nil {
		return err
	}
	// Content keys of another size, another HMAC or description entries: see provider.NewWrapped.
	keys, err := provider.WrappedAES(wrap, mac)
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

	wrapped := make(map[string]bool)
	for _, p := range []Patient{{ID: "p-17", Name: "Ada Lovelace"}, {ID: "p-18", Name: "Ada Lovelace"}} {
		if err := patients.Put(ctx, &p); err != nil {
			return err
		}
		got, err := patients.Get(ctx, patients.KeyOf(&p))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%+v\n", got)

		description, err := describe(server, p.ID)
		if err != nil {
			return err
		}
		for _, name := range []string{"amzn-ddb-wrap-alg", "amzn-ddb-env-alg"} {
			value, _ := description.Lookup(name)
			fmt.Fprintf(w, "  %s: %s\n", name, value)
		}
		key, _ := description.Lookup("amzn-ddb-env-key")
		fmt.Fprintf(w, "  amzn-ddb-env-key: %d characters\n", len(key))
		wrapped[key] = true
	}
	fmt.Fprintf(w, "%d items, %d content keys\n", 2, len(wrapped))
	return nil
}

// describe reads what lies beside an item for everybody to see. Nobody vouches for it: programs have no use for it.
func describe(server *ddbtest.Server, id string) (provider.Description, error) {
	stored := server.Stored("patients", crypt.Item{"id": &types.AttributeValueMemberS{Value: id}})
	mark, ok := stored[ddbec.DescriptionField].(*types.AttributeValueMemberB)
	if !ok {
		return provider.Description{}, fmt.Errorf("no description beside %s", id)
	}
	return provider.ParseDescription(mark.Value)
}

// newKey makes a key for this run. A service loads it from where it keeps its secrets.
func newKey() (secret.Key, error) {
	b := make([]byte, 32)
	rand.Read(b)
	defer clear(b)
	return secret.New(b)
}
