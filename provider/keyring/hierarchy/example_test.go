package hierarchy_test

import (
	"context"
	"fmt"

	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// A key store with a branch key for a tenant, and its rotation.
func ExampleNewStore() {
	kmsService := fakekms.Start() // in production: kms.NewFromConfig and dynamodb.NewFromConfig
	defer kmsService.Close()
	dynamoDB := ddbtest.Start()
	defer dynamoDB.Close()
	keyARN := kmsService.AddKey(fakekms.Key{Region: "us-east-1"})

	store, err := hierarchy.NewStore(hierarchy.Config{
		Table:            "branch-keys",
		LogicalName:      "branch-keys",
		KMSConfiguration: hierarchy.KeyARN(keyARN),
		KMS:              kmsService.Client("us-east-1"),
		DynamoDB:         dynamoDB.Client(),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	ctx := context.Background()
	if err := store.CreateTable(ctx); err != nil {
		fmt.Println(err)
		return
	}
	id, err := store.CreateKey(ctx, hierarchy.CreateKeyConfig{
		ID:      "tenant-17",
		Context: map[string]string{"department": "billing"},
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	before, err := store.Active(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := store.Rotate(ctx, id); err != nil {
		fmt.Println(err)
		return
	}
	after, err := store.Active(ctx, id)
	if err != nil {
		fmt.Println(err)
		return
	}
	old, err := store.Version(ctx, id, before.Version) // for what was written before
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(after.ID, after.Context, after.Key)
	fmt.Println("new version:", after.Version != before.Version)
	fmt.Println("old version still read:", old.Key.Equal(before.Key))
	// Output:
	// tenant-17 map[department:billing] secret.Key(hidden)
	// new version: true
	// old version still read: true
}
