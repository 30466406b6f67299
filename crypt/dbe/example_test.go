package dbe_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// Items are encrypted and decrypted without the mapper by the encryptor of a schema. What a stored item says of
// itself is read without keys.
func Example() {
	b := make([]byte, 32) // a service loads its key from where it keeps secrets
	rand.Read(b)
	key, err := secret.New(b)
	if err != nil {
		log.Fatal(err)
	}
	keys, err := keyring.RawAES("visits", "2026", key)
	if err != nil {
		log.Fatal(err)
	}
	format, err := dbe.New(dbe.Config{Keyring: keys, Suite: keyring.SuiteHMAC}) // everyone who can read may write
	if err != nil {
		log.Fatal(err)
	}
	schema, err := crypt.NewSchema(crypt.SchemaConfig{
		Table:        "visits",
		PartitionKey: "patient", // keys are signed
		Actions:      map[string]crypt.Action{"name": crypt.Encrypt, "ward": crypt.Sign},
	})
	if err != nil {
		log.Fatal(err)
	}
	enc, err := format.Encryptor(schema)
	if err != nil {
		log.Fatal(err)
	}

	ctx := context.Background()
	stored, err := enc.EncryptItem(ctx, crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: "p-17"},
		"name":    &types.AttributeValueMemberS{Value: "Ada"},
		"ward":    &types.AttributeValueMemberS{Value: "3B"},
	})
	if err != nil {
		log.Fatal(err)
	}
	d, err := dbe.Describe(stored)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Printf("suite %v, key of %s, context %v\n", d.Suite, d.DataKeys[0].ProviderID, d.Context)
	for _, a := range d.Attributes {
		fmt.Printf("  %s: %s, of type %s\n", a.Name, a.Action, a.Type)
	}

	opened, err := enc.DecryptItem(ctx, stored)
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("name is", opened.Item["name"].(*types.AttributeValueMemberS).Value)

	stored["ward"] = &types.AttributeValueMemberS{Value: "3C"}
	_, err = enc.DecryptItem(ctx, stored)
	fmt.Println(errors.Is(err, crypt.ErrAuth), err)
	// Output:
	// suite 0x6700, key of visits, context map[]
	//   name: encrypt, of type S
	//   patient: sign, of type S
	//   ward: sign, of type S
	// name is Ada
	// true crypt: decrypt: table "visits": item failed verification
}
