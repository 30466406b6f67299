package awskms_test

import (
	"context"
	"fmt"
	"log"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// visits is the encryptor of a table over keys, as ddb.NewTable makes it of a struct and ddb.Config{Encryption: dbe.Format(keys)}.
func visits(keys keyring.Keyring) crypt.ItemEncryptor {
	return must(dbe.Format(keys).Encryptor(must(crypt.NewSchema(crypt.SchemaConfig{
		Table: "visits", PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt},
	}))))
}

var ada = crypt.Item{"patient": &types.AttributeValueMemberS{Value: "p-17"}, "name": &types.AttributeValueMemberS{Value: "Ada"}}

// A service has kms.NewFromConfig(cfg) for the client, here one of a KMS in the process.
func ExampleNew() {
	service := fakekms.Start()
	defer service.Close()
	arn := service.AddKey(fakekms.Key{Region: "us-east-1", ID: "1234abcd-12ab-34cd-56ef-1234567890ab"})

	keys := must(awskms.New(awskms.Config{Keys: []string{arn}, Client: service.Client("us-east-1")}))
	ctx := context.Background()
	stored := must(visits(keys).EncryptItem(ctx, ada))
	opened := must(visits(keys).DecryptItem(ctx, stored))
	fmt.Println(opened.Item["name"].(*types.AttributeValueMemberS).Value)
	for _, call := range service.Calls() {
		fmt.Println(call.Operation, call.RequestedKeyID)
	}

	_, err := awskms.New(awskms.Config{Keys: []string{"alias/visits"}, Client: service.Client("us-east-1")})
	fmt.Println(err)
	// Output:
	// Ada
	// GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// Decrypt arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// awskms: new keyring: key 1: "alias/visits" is no key's ARN, and can only be written with: items name the key's ARN, so give that (awskms.KeyARN finds it), or set OnlyWrites
}

// A multi-Region key has replicas in several regions: what is written by one is read by the nearest.
func ExampleNew_multiRegion() {
	service := fakekms.Start()
	defer service.Close()
	east := service.AddKey(fakekms.Key{Region: "us-east-1", MultiRegion: true, ID: "mrk-1234abcd12ab34cd56ef1234567890ab"})
	west := service.Replicate(east, "us-west-2")

	writer := must(awskms.New(awskms.Config{Keys: []string{east}, MultiRegion: true, Client: service.Client("us-east-1")}))
	reader := must(awskms.New(awskms.Config{Keys: []string{west}, MultiRegion: true, Client: service.Client("us-west-2")}))
	ctx := context.Background()
	stored := must(visits(writer).EncryptItem(ctx, ada))
	must(visits(reader).DecryptItem(ctx, stored))
	for _, call := range service.Calls() {
		fmt.Println(call.Operation, call.RequestedKeyID)
	}
	// Output:
	// GenerateDataKey arn:aws:kms:us-east-1:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab
	// Decrypt arn:aws:kms:us-west-2:111122223333:key/mrk-1234abcd12ab34cd56ef1234567890ab
}

// An alias is resolved once, when the program starts.
func ExampleKeyARN() {
	service := fakekms.Start()
	defer service.Close()
	service.AddKey(fakekms.Key{Region: "us-east-1", ID: "1234abcd-12ab-34cd-56ef-1234567890ab", Aliases: []string{"alias/visits"}})

	client := service.Client("us-east-1")
	arn := must(awskms.KeyARN(context.Background(), client, "alias/visits"))
	fmt.Println(arn)
	keys := must(awskms.New(awskms.Config{Keys: []string{arn}, Client: client}))
	fmt.Println(keys)
	// Output:
	// arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab
	// AWS KMS "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
}

// A reader of items whose keys are not all known: those of its accounts will do.
func ExampleNewDiscovery() {
	service := fakekms.Start()
	defer service.Close()
	trusted := service.AddKey(fakekms.Key{Region: "us-east-1", Account: "111122223333", ID: "1234abcd-12ab-34cd-56ef-1234567890ab"})
	foreign := service.AddKey(fakekms.Key{Region: "us-east-1", Account: "444455556666", ID: "0987dcba-09fe-87dc-65ba-ab0987654321"})

	client := service.Client("us-east-1")
	reader := must(awskms.NewDiscovery(awskms.DiscoveryConfig{
		Accounts: []string{"111122223333"}, Regions: []string{"us-east-1"}, Client: client,
	}))
	for _, arn := range []string{trusted, foreign} {
		writer := must(awskms.New(awskms.Config{Keys: []string{arn}, Client: client}))
		stored := must(visits(writer).EncryptItem(context.Background(), ada))
		_, err := visits(reader).DecryptItem(context.Background(), stored)
		fmt.Println(err)
	}
	// Output:
	// <nil>
	// crypt: decrypt: table "visits": the manager gave no materials: keyring: AWS KMS, discovery in us-east-1: decrypt: none of the item's data keys can be had: item does not fit the format; data key 1: names another key, of an account or partition that is not among those to use
}

// A role for each region, and no other region. With the SDK a role's client is
//
//	kms.NewFromConfig(cfg, func(o *kms.Options) {
//		o.Region = region
//		o.Credentials = aws.NewCredentialsCache(stscreds.NewAssumeRoleProvider(sts.NewFromConfig(cfg), role))
//	})
func ExampleClientSupplier() {
	service := fakekms.Start()
	defer service.Close()

	accounts := map[string]string{"us-east-1": "111122223333", "us-west-2": "444455556666"} // of the roles
	clients := func(region string) (awskms.Client, error) {
		account, ok := accounts[region]
		if !ok {
			return nil, fmt.Errorf("no role for %q: there are roles for us-east-1 and us-west-2", region)
		}
		return service.ClientOf(account, region), nil
	}
	keys := must(awskms.New(awskms.Config{Clients: clients, Keys: []string{
		service.AddKey(fakekms.Key{Region: "us-east-1", Account: "111122223333"}),
		service.AddKey(fakekms.Key{Region: "us-west-2", Account: "444455556666"}),
	}}))
	stored := must(visits(keys).EncryptItem(context.Background(), ada))
	must(visits(keys).DecryptItem(context.Background(), stored))
	for _, call := range service.Calls() {
		fmt.Println(call.Operation, call.Region, call.Account)
	}

	_, err := awskms.NewDiscovery(awskms.DiscoveryConfig{
		Accounts: []string{"111122223333"}, Regions: []string{"us-east-1", "eu-west-1"}, Clients: clients,
	})
	fmt.Println(err)
	// Output:
	// GenerateDataKey us-east-1 111122223333
	// GenerateDataKey us-west-2 444455556666
	// Decrypt us-east-1 111122223333
	// awskms: new discovery keyring: region 2: no client of region "eu-west-1": no role for "eu-west-1": there are roles for us-east-1 and us-west-2
}
