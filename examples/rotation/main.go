// Command rotation has items encrypted under keys that have versions and are kept in a DynamoDB table: what AWS's
// clients call MetaStore and CachingMostRecentProvider. The keys are rotated, an old item is written anew, and the
// old version is refused from then on. It runs on a DynamoDB in the process.
//
//	go run ./examples/rotation
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
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
	"github.com/dynaseal/ddb/provider/secret"
)

// Patient is an item. Its name is encrypted and signed.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
}

// keyName is the name of the keys in their table. Versions are counted by name.
const keyName = "patients"

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()

	// The operator's part, once: a table of keys, and the first version.
	store, err := newStore(server)
	if err != nil {
		return err
	}
	// Of a real table, turn on deletion protection and point-in-time recovery: there is no other copy of the keys.
	if _, err := server.Client().CreateTable(ctx, store.CreateTableInput()); err != nil {
		return err
	}
	if _, err := store.Rotate(ctx, keyName); err != nil {
		return err
	}

	// The service's part. A version that somebody makes is taken up within the TTL.
	keys, err := mostrecent.New(mostrecent.Config{Store: store, Name: keyName})
	if err != nil {
		return err
	}
	patients, err := newTable(server, keys)
	if err != nil {
		return err
	}
	if _, err := server.Client().CreateTable(ctx, patients.CreateTableInput()); err != nil {
		return err
	}
	if err := patients.Put(ctx, &Patient{ID: "p-17", Name: "Ada Lovelace"}); err != nil {
		return err
	}

	newest, err := store.Rotate(ctx, keyName)
	if err != nil {
		return err
	}
	keys.Refresh() // this process does not wait for its TTL
	fmt.Fprintf(w, "rotated to version %d\n", newest.Version)

	if err := patients.Put(ctx, &Patient{ID: "p-18", Name: "Grace Hopper"}); err != nil {
		return err
	}
	if err := show(ctx, w, server, patients); err != nil {
		return err
	}

	// Version 0 is to go: what is still under it is written anew, and then the version is refused.
	old, err := patients.Get(ctx, patients.Key("p-17"))
	if err != nil {
		return err
	}
	backup := server.Stored("patients", key("p-17"))
	if err := patients.Put(ctx, &old); err != nil {
		return err
	}
	keys, err = mostrecent.New(mostrecent.Config{Store: store, Name: keyName, MinVersion: newest.Version})
	if err != nil {
		return err
	}
	if patients, err = newTable(server, keys); err != nil {
		return err
	}
	if err := show(ctx, w, server, patients); err != nil {
		return err
	}
	if err := server.Overwrite("patients", backup); err != nil { // somebody puts back what lay there before
		return err
	}
	_, err = patients.Get(ctx, patients.Key("p-17"))
	fmt.Fprintf(w, "under version 0: crypt.ErrFormat is %t\n", errors.Is(err, crypt.ErrFormat))
	return nil
}

// newStore makes a store whose versions are protected by keys of their own. A service on AWS has provider/directkms
// here; then one call of KMS's opens a version for all items under it.
func newStore(server *ddbtest.Server) (*metastore.Store, error) {
	wrap, err := newKey()
	if err != nil {
		return nil, err
	}
	mac, err := newKey()
	if err != nil {
		return nil, err
	}
	inner, err := provider.WrappedAES(wrap, mac)
	if err != nil {
		return nil, err
	}
	return metastore.New(metastore.Config{Client: server.Client(), Table: "keys", Encryption: ddbec.Format(inner)})
}

func newTable(server *ddbtest.Server, keys provider.Provider) (*ddb.Table[Patient], error) {
	return ddb.NewTable[Patient](server.Client(), "patients", ddb.Config{Encryption: ddbec.Format(keys)})
}

// show reads the items, and what each says of its keys.
func show(ctx context.Context, w io.Writer, server *ddbtest.Server, patients *ddb.Table[Patient]) error {
	for _, id := range []string{"p-17", "p-18"} {
		p, err := patients.Get(ctx, patients.Key(id))
		if err != nil {
			return err
		}
		mark, ok := server.Stored("patients", key(id))[ddbec.DescriptionField].(*types.AttributeValueMemberB)
		if !ok {
			return fmt.Errorf("no description beside %s", id)
		}
		description, err := provider.ParseDescription(mark.Value)
		if err != nil {
			return err
		}
		version, _ := description.Lookup("amzn-ddb-meta-id")
		fmt.Fprintf(w, "%+v under %s\n", p, version)
	}
	return nil
}

func key(id string) crypt.Item { return crypt.Item{"id": &types.AttributeValueMemberS{Value: id}} }

// newKey makes a key for this run. A service loads it from where it keeps its secrets.
func newKey() (secret.Key, error) {
	b := make([]byte, 32)
	rand.Read(b)
	defer clear(b)
	return secret.New(b)
}
