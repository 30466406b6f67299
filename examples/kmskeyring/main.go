// Command kmskeyring encrypts items under a key of AWS KMS, in the modern format: with one key, and with the replicas
// of a multi-Region key, one in each of two regions. It shows what each item costs, and why an alias does not read.
// AWS's libraries call these keyrings AwsKmsKeyring and AwsKmsMrkKeyring. KMS and DynamoDB run in the process.
//
//	go run ./examples/kmskeyring
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
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

const near, far = "us-east-1", "us-west-2"

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	service := fakekms.Start() // and those of its regions with kms.NewFromConfig
	defer service.Close()
	single := service.AddKey(fakekms.Key{Region: near, ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Aliases: []string{"alias/patients"}})
	primary := service.AddKey(fakekms.Key{Region: near, ID: "mrk-1234abcd12ab34cd56ef1234567890ab", MultiRegion: true})
	replica := service.Replicate(primary, far)

	fmt.Fprintln(w, "One key")
	here := awskms.Config{Keys: []string{single}, Client: service.Client(near)}
	if err := writeAndRead(ctx, w, server.Client(), "patients", here, here); err != nil {
		return err
	}
	show(w, service)

	fmt.Fprintln(w, "A multi-Region key: written in one region, read in the other")
	here = awskms.Config{Keys: []string{primary}, MultiRegion: true, Client: service.Client(near)}
	there := awskms.Config{Keys: []string{replica}, MultiRegion: true, Client: service.Client(far)}
	if err := writeAndRead(ctx, w, server.Client(), "patients-global", here, there); err != nil {
		return err
	}
	show(w, service)

	fmt.Fprintln(w, "An alias to read with")
	_, err := awskms.New(awskms.Config{Keys: []string{"alias/patients"}, Client: service.Client(near)})
	if err == nil {
		return fmt.Errorf("a keyring that cannot read was made")
	}
	fmt.Fprintf(w, "  %v\n", err)
	arn, err := awskms.KeyARN(ctx, service.Client(near), "alias/patients")
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  it is %s\n", arn)
	return nil
}

// writeAndRead stores an item with one keyring and gets it with another, as two programs would.
func writeAndRead(ctx context.Context, w io.Writer, client *dynamodb.Client, name string, writing, reading awskms.Config) error {
	writer, err := open(client, name, writing)
	if err != nil {
		return err
	}
	reader, err := open(client, name, reading)
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, writer.CreateTableInput()); err != nil {
		return err
	}
	var meter ddb.Meter
	p := Patient{ID: "p-17", Name: "Ada Lovelace"}
	if err := writer.With(ddb.Capacity(&meter)).Put(ctx, &p); err != nil {
		return err
	}
	got, err := reader.With(ddb.Capacity(&meter)).Get(ctx, reader.KeyOf(&p))
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %+v, %d calls to KMS\n", got, meter.Usage().Keys.KeyCalls)
	return nil
}

func open(client *dynamodb.Client, name string, c awskms.Config) (*ddb.Table[Patient], error) {
	keys, err := awskms.New(c)
	if err != nil {
		return nil, err
	}
	return ddb.NewTable[Patient](client, name, ddb.Config{Encryption: dbe.Format(keys)})
}

// show prints what arrived at KMS, and forgets it.
func show(w io.Writer, service *fakekms.Server) {
	for _, c := range service.Calls() {
		fmt.Fprintf(w, "  %s %s for table %s\n", c.Operation, c.RequestedKeyID, c.Context["aws-crypto-table-name"])
	}
	service.ResetCalls()
}
