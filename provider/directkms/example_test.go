package directkms_test

import (
	"context"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
)

func ExampleNew() {
	// A service makes its client with kms.NewFromConfig, and has its key's ARN in its configuration.
	service := fakekms.Start()
	defer service.Close()
	key := service.AddKey(fakekms.Key{Region: "us-east-1"})
	client := service.Client("us-east-1")

	ctx := context.Background()
	keys, err := directkms.New(ctx, directkms.Config{Client: client, Key: key})
	if err != nil {
		log.Fatal(err)
	}
	// With the mapper, ddb.Config{Encryption: ddbec.Format(keys)} is all. Without it:
	schema, err := crypt.NewSchema(crypt.SchemaConfig{Table: "patients", PartitionKey: "id", Actions: map[string]crypt.Action{"name": crypt.Encrypt}})
	if err != nil {
		log.Fatal(err)
	}
	patients, err := ddbec.Format(keys).Encryptor(schema)
	if err != nil {
		log.Fatal(err)
	}
	stored, err := patients.EncryptItem(ctx, crypt.Item{
		"id":   &types.AttributeValueMemberS{Value: "p-17"},
		"name": &types.AttributeValueMemberS{Value: "Ada Lovelace"},
	})
	if err != nil {
		log.Fatal(err)
	}
	opened, err := patients.DecryptItem(ctx, stored)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println(opened.Item["name"].(*types.AttributeValueMemberS).Value)

	service.Disable(key)
	_, err = patients.DecryptItem(ctx, stored)
	fmt.Println("disabled: crypt.ErrKeys is", errors.Is(err, crypt.ErrKeys))
	// Output:
	// Ada Lovelace
	// disabled: crypt.ErrKeys is true
}

// A program that only reads, items of an old key too.
func ExampleNew_reader() {
	service := fakekms.Start()
	defer service.Close()
	current, old := service.AddKey(fakekms.Key{Region: "us-east-1"}), service.AddKey(fakekms.Key{Region: "us-east-1"})

	_, err := directkms.New(context.Background(), directkms.Config{
		Client:      service.Client("us-east-1"),
		DecryptKeys: []string{current, old},
	})
	fmt.Println(err)
	// Output: <nil>
}
