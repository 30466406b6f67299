package metastore_test

import (
	"context"
	"crypto/rand"
	"fmt"
	"log"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/metastore"
	"github.com/dynaseal/ddb/provider/secret"
)

func Example() {
	ctx := context.Background()
	frankfurt, dublin := ddbtest.Start(), ddbtest.Start() // on AWS: clients of two regions
	defer frankfurt.Close()
	defer dublin.Close()

	var stores []*metastore.Store
	for _, region := range []*ddbtest.Server{frankfurt, dublin} {
		store, err := metastore.New(metastore.Config{Client: region.Client(), Table: "keys", Encryption: newInner()})
		if err != nil {
			log.Fatal(err)
		}
		if _, err := region.Client().CreateTable(ctx, store.CreateTableInput()); err != nil {
			log.Fatal(err)
		}
		stores = append(stores, store)
	}

	newest, err := stores[0].Rotate(ctx, "visits")
	if err != nil {
		log.Fatal(err)
	}
	if err := stores[0].Replicate(ctx, "visits", newest.Version, stores[1]); err != nil {
		log.Fatal(err)
	}
	replica, err := stores[1].Newest(ctx, "visits")
	if err != nil {
		log.Fatal(err)
	}
	fmt.Println("version", replica.Version, "has the same keys:", replica.Wrap.Equal(newest.Wrap) && replica.Sign.Equal(newest.Sign))
	// Output: version 0 has the same keys: true
}

// newInner is a region's own protection of its versions: keys that a service loads, or directkms.
func newInner() crypt.Format {
	var keys []secret.Key
	for range 2 {
		b := make([]byte, 32)
		rand.Read(b)
		k, err := secret.New(b)
		if err != nil {
			log.Fatal(err)
		}
		keys = append(keys, k)
	}
	inner, err := provider.WrappedAES(keys[0], keys[1])
	if err != nil {
		log.Fatal(err)
	}
	return ddbec.Format(inner)
}
