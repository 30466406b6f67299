package hierarchy_test

import (
	"context"
	"fmt"
	"log"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

func must[T any](v T, err error) T {
	if err != nil {
		log.Fatal(err)
	}
	return v
}

// exampleStore is a store in the process, with branch keys of these ids.
func exampleStore(ids ...string) (*hierarchy.Store, func()) {
	ctx, server, kms := context.Background(), ddbtest.Start(), fakekms.Start()
	store := must(hierarchy.NewStore(hierarchy.Config{
		Table: "branch-keys", LogicalName: "branch-keys", DynamoDB: server.Client(), KMS: kms.Client("us-east-1"),
		KMSConfiguration: hierarchy.KeyARN(kms.AddKey(fakekms.Key{Region: "us-east-1"})),
	}))
	if err := store.CreateTable(ctx); err != nil {
		log.Fatal(err)
	}
	for _, id := range ids {
		must(store.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: id, Context: map[string]string{"tenant": id}}))
	}
	return store, func() { server.Close(); kms.Close() }
}

// encryptor is of a table of visits, by tenant.
func encryptor(k keyring.Keyring) crypt.ItemEncryptor {
	format := must(dbe.New(dbe.Config{Keyring: k, Suite: keyring.SuiteHMAC}))
	return must(format.Encryptor(must(crypt.NewSchema(crypt.SchemaConfig{
		Table: "visits", PartitionKey: "patient", Actions: map[string]crypt.Action{"name": crypt.Encrypt, "clinic": crypt.SignContext},
	}))))
}

// One branch key protects all items. KMS and the store are asked once in ten minutes for each of its versions.
func ExampleNewKeyring() {
	store, done := exampleStore("visits")
	defer done()
	k := must(hierarchy.NewKeyring(hierarchy.KeyringConfig{Store: store, BranchKeyID: "visits", TTL: 10 * time.Minute}))

	var meter crypt.Meter
	ctx := crypt.Watch(context.Background(), &meter, nil)
	e := encryptor(k)
	for range 1000 {
		item := crypt.Item{"patient": text("p-17"), "name": text("Ada"), "clinic": text("north/1")}
		must(e.DecryptItem(ctx, must(e.EncryptItem(ctx, item))))
	}
	fmt.Printf("%+v\n", meter.Usage())
	// Output: {KeyCalls:2 StoreCalls:2 CacheHits:1998}
}

// The branch key is that of the clinic's region, which is a part of an attribute in the encryption context.
func ExampleSupplier() {
	store, done := exampleStore("north", "south")
	defer done()
	byRegion := func(_ context.Context, attributes crypt.Item) (string, error) {
		clinic, ok := attributes["clinic"].(*types.AttributeValueMemberS)
		if !ok {
			return "", fmt.Errorf("a visit to no clinic")
		}
		region, _, _ := strings.Cut(clinic.Value, "/")
		return region, nil
	}
	k := must(hierarchy.NewKeyring(hierarchy.KeyringConfig{Store: store, Supplier: byRegion}))

	ctx, e := context.Background(), encryptor(k)
	for _, clinic := range []string{"north/1", "south/1"} {
		item := must(e.EncryptItem(ctx, crypt.Item{"patient": text("p-17"), "name": text("Ada"), "clinic": text(clinic)}))
		fmt.Printf("%s\n", must(dbe.Describe(item)).DataKeys[0].ProviderInfo)
	}
	_, err := e.EncryptItem(ctx, crypt.Item{"patient": text("p-17"), "name": text("Ada"), "clinic": &types.AttributeValueMemberNULL{Value: true}})
	fmt.Println(err)
	// Output:
	// north
	// south
	// crypt: encrypt: table "visits": the manager gave no materials: keys unavailable: keyring: hierarchical, supplied branch keys of key store "branch-keys": encrypt: branch key id supplier: a visit to no clinic
}

// Two tables use the branch keys of one store, and load each of them once.
func ExampleCache() {
	store, done := exampleStore("north")
	defer done()
	cache := must(hierarchy.NewCache(hierarchy.CacheConfig{Capacity: 10_000}))
	of := func() keyring.Keyring {
		return must(hierarchy.NewKeyring(hierarchy.KeyringConfig{
			Store: store, Supplier: hierarchy.FromAttribute("clinic"), Cache: cache, Partition: "branch-keys",
		}))
	}
	var meter crypt.Meter
	ctx := crypt.Watch(context.Background(), &meter, nil)
	for _, e := range []crypt.ItemEncryptor{encryptor(of()), encryptor(of())} {
		must(e.EncryptItem(ctx, crypt.Item{"patient": text("p-17"), "name": text("Ada"), "clinic": text("north")}))
	}
	fmt.Printf("%+v\n", meter.Usage())
	// Output: {KeyCalls:1 StoreCalls:1 CacheHits:1}
}
