package mostrecent_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/mostrecent"
)

// One call of KMS's opens the keys of all items.
func ExampleNew() {
	ctx := context.Background()
	service, db := fakekms.Start(), ddbtest.Start() // on AWS: kms.NewFromConfig, dynamodb.NewFromConfig
	defer service.Close()
	defer db.Close()
	key := service.AddKey(fakekms.Key{Region: "us-east-1"})

	inner, err := directkms.New(ctx, directkms.Config{Client: service.Client("us-east-1"), Key: key})
	if err != nil {
		log.Fatal(err)
	}
	store, err := metastore.New(metastore.Config{Client: db.Client(), Table: "keys", Encryption: ddbec.Format(inner)})
	if err != nil {
		log.Fatal(err)
	}
	if _, err := db.Client().CreateTable(ctx, store.CreateTableInput()); err != nil {
		log.Fatal(err)
	}
	if _, err := store.Rotate(ctx, "visits"); err != nil {
		log.Fatal(err)
	}

	keys, err := mostrecent.New(mostrecent.Config{Store: store, Name: "visits", TTL: 10 * time.Minute})
	if err != nil {
		log.Fatal(err)
	}
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "visits", PartitionKey: "id", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	if err != nil {
		log.Fatal(err)
	}
	encryptor, err := ddbec.Format(keys).Encryptor(schema)
	if err != nil {
		log.Fatal(err)
	}
	service.ResetCalls()
	for range 1000 {
		item, err := encryptor.EncryptItem(ctx, visit)
		if err != nil {
			log.Fatal(err)
		}
		if _, err := encryptor.DecryptItem(ctx, item); err != nil {
			log.Fatal(err)
		}
	}
	fmt.Println("calls of KMS:", len(service.Calls()))
	// Output: calls of KMS: 1
}
