// Command kmsdiscovery reads items of several writers, each with a key of AWS KMS in a region of its own, by
// discovery: whatever key an item names is used, if it is of one of the accounts and regions that the reader names. The
// reader has a role for each region. AWS's libraries call these AwsKmsDiscoveryMultiKeyring and ClientSupplier. KMS and
// DynamoDB run in the process.
//
//	go run ./examples/kmsdiscovery
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
)

// Patient is an item. Its name is encrypted and signed.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
}

// The accounts of this example.
const (
	hospital = "111122223333"
	clinic   = "222233334444"
	stranger = "444455556666"
)

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	client := server.Client()
	service := fakekms.Start()
	defer service.Close()

	reader, err := awskms.NewDiscovery(awskms.DiscoveryConfig{
		Accounts: []string{hospital, clinic},
		Regions:  []string{"us-east-1", "eu-west-1"},
		Clients:  rolePerRegion(service),
	})
	if err != nil {
		return err
	}
	patients, err := open(client, reader)
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, patients.CreateTableInput()); err != nil {
		return err
	}

	for _, from := range []struct{ id, account, region string }{
		{"p-17", hospital, "us-east-1"},
		{"p-18", clinic, "eu-west-1"},
		{"p-19", hospital, "ap-south-1"}, // a region that the reader has no role for
		{"p-20", stranger, "us-east-1"},  // can write the table, and would have us use his key
	} {
		p := Patient{ID: from.id, Name: "Ada Lovelace"}
		if err := put(ctx, client, service, from.account, from.region, &p); err != nil {
			return err
		}
		service.ResetCalls()
		got, err := patients.Get(ctx, patients.KeyOf(&p))
		switch {
		case errors.Is(err, crypt.ErrFormat):
			fmt.Fprintf(w, "%s is refused, under a key of %s in %s\n", p.ID, from.account, from.region)
		case err != nil:
			return err
		default:
			fmt.Fprintf(w, "%+v\n", got)
		}
		for _, c := range service.Calls() {
			fmt.Fprintf(w, "  %s in %s by a role of %s\n", c.Operation, c.Region, c.Account)
		}
	}

	_, err = awskms.NewDiscovery(awskms.DiscoveryConfig{
		Accounts: []string{hospital}, Regions: []string{"ap-south-1"}, Clients: rolePerRegion(service),
	})
	fmt.Fprintln(w, err)
	return nil
}

// rolePerRegion has a role in each region, and refuses the others. A service makes the client of a role with
//
//	kms.NewFromConfig(cfg, func(o *kms.Options) {
//		o.Region = region
//		o.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role))
//	})
func rolePerRegion(service *fakekms.Server) awskms.ClientSupplier {
	roles := map[string]string{"us-east-1": hospital, "eu-west-1": clinic} // the roles' accounts
	return func(region string) (awskms.Client, error) {
		account, ok := roles[region]
		if !ok {
			return nil, errors.New("no role there")
		}
		return service.ClientOf(account, region), nil
	}
}

// put stores an item as another service does, with a key of its own.
func put(ctx context.Context, client *dynamodb.Client, service *fakekms.Server, account, region string, p *Patient) error {
	arn := service.AddKey(fakekms.Key{Region: region, Account: account})
	keys, err := awskms.New(awskms.Config{Keys: []string{arn}, Client: service.ClientOf(account, region)})
	if err != nil {
		return err
	}
	patients, err := open(client, keys)
	if err != nil {
		return err
	}
	return patients.Put(ctx, p)
}

func open(client *dynamodb.Client, keys keyring.Keyring) (*ddb.Table[Patient], error) {
	return ddb.NewTable[Patient](client, "patients", ddb.Config{Encryption: dbe.Format(keys)})
}
