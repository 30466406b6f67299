// Command tenants gives each tenant of a service a branch key of its own: AWS's hierarchical keyring, with a
// supplier. A key is rotated, and a tenant is shredded. It runs on a DynamoDB and a KMS in the process.
//
//	go run ./examples/tenants
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// Note is an item. The tenant is a key of the table, and so in the encryption context that suppliers see.
type Note struct {
	Tenant string `ddb:"tenant,pk"`
	ID     string `ddb:"id,sk"`
	Text   string `ddb:"text,encrypt"`
}

const ttl = 5 * time.Minute

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its clients with dynamodb.NewFromConfig and kms.NewFromConfig
	defer server.Close()
	kms := fakekms.Start()
	defer kms.Close()
	client := server.Client()

	store, err := hierarchy.NewStore(hierarchy.Config{
		Table: "branch-keys", LogicalName: "branch-keys", DynamoDB: client, KMS: kms.Client("us-east-1"),
		KMSConfiguration: hierarchy.KeyARN(kms.AddKey(fakekms.Key{Region: "us-east-1"})),
	})
	if err != nil {
		return err
	}
	if err := store.CreateTable(ctx); err != nil {
		return err
	}
	for _, tenant := range []string{"north", "south"} {
		// The context is for KMS: policies may ask for it, and CloudTrail logs it.
		if _, err := store.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: tenant, Context: map[string]string{"tenant": tenant}}); err != nil {
			return err
		}
	}

	now := time.Now()
	cache, err := hierarchy.NewCache(hierarchy.CacheConfig{Now: func() time.Time { return now }}) // to let time pass below
	if err != nil {
		return err
	}
	notes, err := notesOf(client, hierarchy.KeyringConfig{Store: store, Supplier: hierarchy.FromAttribute("tenant"), TTL: ttl, Cache: cache})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, notes.CreateTableInput()); err != nil {
		return err
	}
	first, theirs := Note{"north", "1", "the plan"}, Note{"south", "1", "the other plan"}
	for _, n := range []Note{first, theirs} {
		if err := notes.Put(ctx, &n); err != nil {
			return err
		}
	}

	fmt.Fprintln(w, "The service reads both:")
	show(ctx, w, notes, first, theirs)

	fmt.Fprintln(w, "A process that has the key of north alone:")
	north, err := notesOf(client, hierarchy.KeyringConfig{Store: store, BranchKeyID: "north"})
	if err != nil {
		return err
	}
	show(ctx, w, north, first, theirs)

	fmt.Fprintln(w, "A note of south that somebody put among those of north:")
	moved := Note{Tenant: "north", ID: "moved"}
	if err := move(server, theirs, moved); err != nil {
		return err
	}
	show(ctx, w, notes, moved)

	fmt.Fprintln(w, "The key of north is rotated, and the new version is in use when the TTL ends:")
	if err := store.Rotate(ctx, "north"); err != nil {
		return err
	}
	now = now.Add(ttl)
	second := Note{"north", "2", "the new plan"}
	if err := notes.Put(ctx, &second); err != nil {
		return err
	}
	same, err := sameVersion(server, first, second)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  written under the same version: %t\n", same)
	show(ctx, w, notes, first, second, theirs)

	fmt.Fprintln(w, "South is shredded. Until the TTL ends:")
	if err := shred(ctx, client, store, "south"); err != nil {
		return err
	}
	show(ctx, w, notes, theirs)
	fmt.Fprintln(w, "And then:")
	now = now.Add(ttl)
	show(ctx, w, notes, first, theirs)
	return nil
}

func notesOf(client ddb.Client, c hierarchy.KeyringConfig) (*ddb.Table[Note], error) {
	keys, err := hierarchy.NewKeyring(c)
	if err != nil {
		return nil, err
	}
	// Whoever can read can write, too: a signature by a key of each item's own would add nothing.
	format, err := dbe.New(dbe.Config{Keyring: keys, Suite: keyring.SuiteHMAC})
	if err != nil {
		return nil, err
	}
	return ddb.NewTable[Note](client, "notes", ddb.Config{Encryption: format})
}

// show reads notes, and prints them or why they cannot be read.
func show(ctx context.Context, w io.Writer, notes *ddb.Table[Note], all ...Note) {
	for _, n := range all {
		got, err := notes.Get(ctx, notes.KeyOf(&n))
		switch {
		case errors.Is(err, crypt.ErrKeys) && errors.Is(err, hierarchy.ErrNotFound):
			fmt.Fprintf(w, "  %s %s: %v\n", n.Tenant, n.ID, hierarchy.ErrNotFound)
		case errors.Is(err, crypt.ErrFormat):
			fmt.Fprintf(w, "  %s %s: written for another key\n", n.Tenant, n.ID)
		case err != nil:
			fmt.Fprintf(w, "  %s %s: %v\n", n.Tenant, n.ID, err)
		default:
			fmt.Fprintf(w, "  %s %s: %s\n", n.Tenant, n.ID, got.Text)
		}
	}
}
