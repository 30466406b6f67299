// Command directkms has AWS KMS make a key for every item, which is stored beside it, encrypted: what AWS's clients
// call DirectKmsMaterialProvider and AwsKmsCryptographicMaterialsProvider. Nothing but the KMS key's name is
// configured. It runs on a DynamoDB and a KMS in the process.
//
//	go run ./examples/directkms
package main

import (
	"context"
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
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/directkms"
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

	// fakekms is internal to Dynaseal. A service replaces these five lines: its client is kms.NewFromConfig(cfg),
	// and key the ARN of a symmetric key on which its role has kms:GenerateDataKey and kms:Decrypt.
	service := fakekms.Start()
	defer service.Close()
	key := service.AddKey(fakekms.Key{Region: "eu-central-1"})
	kmsClient := service.Client("eu-central-1")
	foreign := service.AddKey(fakekms.Key{Region: "eu-central-1", Account: attacker})

	keys, err := directkms.New(ctx, directkms.Config{Client: kmsClient, Key: key})
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

	// Every item written, and every item read, is one call to KMS.
	var meter ddb.Meter
	metered := patients.With(ddb.Capacity(&meter))
	for _, p := range []Patient{{ID: "p-17", Name: "Ada Lovelace"}, {ID: "p-18", Name: "Charles Babbage"}} {
		if err := metered.Put(ctx, &p); err != nil {
			return err
		}
		got, err := metered.Get(ctx, patients.KeyOf(&p))
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%+v\n", got)
	}
	fmt.Fprintf(w, "2 items written and read: %d calls to KMS\n", meter.Usage().Keys.KeyCalls)
	made := service.Calls()[0]
	fmt.Fprintf(w, "a data key is bound to the item: table %s, id %s\n", made.Context["*aws-kms-table*"], made.Context["id"])

	// An item moved to another key does not open: KMS refuses to decrypt its data key.
	moved := server.Stored("patients", keyOf("p-17"))
	moved["id"] = &types.AttributeValueMemberS{Value: "p-18"}
	if err := server.Overwrite("patients", moved); err != nil {
		return err
	}
	_, err = patients.Get(ctx, patients.Key("p-18"))
	fmt.Fprintf(w, "moved: crypt.ErrAuth is %t\n", errors.Is(err, crypt.ErrAuth))

	// Nor does one that somebody else made under a KMS key of his, though our role may use that too.
	theirs, err := directkms.New(ctx, directkms.Config{Client: service.ClientOf(attacker, "eu-central-1"), Key: foreign})
	if err != nil {
		return err
	}
	forger, err := ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: ddbec.Format(theirs)})
	if err != nil {
		return err
	}
	if err := forger.Put(ctx, &Patient{ID: "p-19", Name: "Nobody"}); err != nil {
		return err
	}
	_, err = patients.Get(ctx, patients.Key("p-19"))
	fmt.Fprintf(w, "under a foreign KMS key: crypt.ErrAuth is %t\n", errors.Is(err, crypt.ErrAuth))

	// A key that cannot be used is an outage, and says so.
	service.Disable(key)
	_, err = patients.Get(ctx, patients.Key("p-17"))
	fmt.Fprintf(w, "disabled: crypt.ErrKeys is %t\n", errors.Is(err, crypt.ErrKeys))
	return nil
}

const attacker = "999988887777" // an AWS account

func keyOf(id string) crypt.Item { return crypt.Item{"id": &types.AttributeValueMemberS{Value: id}} }
