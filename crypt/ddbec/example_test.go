package ddbec_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// Items are encrypted and decrypted without the mapper by the encryptor of a schema.
func Example() {
	newKey := func() secret.Key { // a service loads its keys from where it keeps secrets
		b := make([]byte, 32)
		rand.Read(b)
		k, err := secret.New(b)
		if err != nil {
			log.Fatal(err)
		}
		return k
	}
	keys, err := provider.Static(newKey(), newKey())
	if err != nil {
		log.Fatal(err)
	}
	schema, err := crypt.NewSchema(crypt.SchemaConfig{
		Table:        "visits",
		PartitionKey: "patient", // keys are signed
		Actions:      map[string]crypt.Action{"name": crypt.Encrypt, "ward": crypt.Sign, "seen": crypt.Plain},
	})
	if err != nil {
		log.Fatal(err)
	}
	enc, err := ddbec.Format(keys).Encryptor(schema)
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	stored, err := enc.EncryptItem(ctx, crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: "p-17"},
		"name":    &types.AttributeValueMemberS{Value: "Ada"},
		"ward":    &types.AttributeValueMemberS{Value: "3B"},
		"seen":    &types.AttributeValueMemberN{Value: "2"},
	})
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("name is stored as %T\n", stored["name"])

	opened, err := enc.DecryptItem(ctx, stored)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("name is", opened.Item["name"].(*types.AttributeValueMemberS).Value)
	fmt.Println("no signature covers", opened.Unsigned)

	stored["ward"] = &types.AttributeValueMemberS{Value: "3C"}
	_, err = enc.DecryptItem(ctx, stored)
	fmt.Println(errors.Is(err, crypt.ErrAuth), err)
	// Output:
	// name is stored as *types.AttributeValueMemberB
	// name is Ada
	// no signature covers [seen]
	// true crypt: decrypt: table "visits": item failed verification
}
