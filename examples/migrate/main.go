// Command migrate moves a table from the legacy format to the modern one in three deployments, without a pause: what
// AWS's clients call FORCE_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT, FORBID_LEGACY_ENCRYPT_ALLOW_LEGACY_DECRYPT and
// FORBID_LEGACY_ENCRYPT_FORBID_LEGACY_DECRYPT. It runs on a DynamoDB in the process.
//
//	go run ./examples/migrate
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"os"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/ddbtest"
)

// Patient is an item. Its tags are the same in both formats.
type Patient struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt"`
	Ward string `ddb:"ward,sign"`
}

func main() {
	if err := run(context.Background(), os.Stdout); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer) error {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	legacy, modern, err := formats()
	if err != nil {
		return err
	}
	// What Notice is called for is rewritten later, from here: Notice itself is in the way of a reader. What finds no
	// room is noticed when it is read again.
	stale := make(chan crypt.Item, 1000)
	notice := func(_ context.Context, n ddb.Notice) {
		if n.Stale {
			select {
			case stale <- n.Key:
			default:
			}
		}
	}
	var tables [4]*ddb.Table[Patient]
	for i, c := range []ddb.Config{
		{Encryption: legacy},
		{Encryption: crypt.Migrate(legacy, modern)},
		{Encryption: crypt.Migrate(modern, legacy), Notice: notice},
		{Encryption: modern},
	} {
		if tables[i], err = ddb.NewTable[Patient](server.Client(), "patients", c); err != nil {
			return err
		}
	}
	before, first, second, third := tables[0], tables[1], tables[2], tables[3]
	if _, err := server.Client().CreateTable(ctx, before.CreateTableInput()); err != nil {
		return err
	}
	if err := before.Put(ctx, &Patient{"p-17", "Ada Lovelace", "3B"}); err != nil {
		return err
	}

	// The first deployment writes as before, and reads both. It must be everywhere before the second begins.
	if err := first.Put(ctx, &Patient{"p-18", "Charles Babbage", "3B"}); err != nil {
		return err
	}
	// The second writes the new format. Programs of the first, which still run, read that.
	if err := second.Put(ctx, &Patient{"p-19", "Mary Somerville", "4A"}); err != nil {
		return err
	}
	fmt.Fprintln(w, "while the second deployment rolls out:")
	if err := show(ctx, w, server, first); err != nil {
		return err
	}

	// Its reads find what is still in the old format. A Modify that changes nothing rewrites it, unless somebody
	// else has in the meantime: nothing is lost. To find all, read all.
	fmt.Fprintln(w, "reads of the second:")
	if err := show(ctx, w, server, second); err != nil {
		return err
	}
	for n := len(stale); n > 0; n-- {
		v, err := second.Modify(ctx, second.KeyIn(<-stale), func(*Patient) error { return nil })
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "rewrote %s\n", v.ID)
	}

	// Once nothing is noticed any more the third reads no other format, and the old keys can go.
	fmt.Fprintln(w, "the third:")
	if err := show(ctx, w, server, third); err != nil {
		return err
	}
	_, err = before.Get(ctx, before.Key("p-17"))
	fmt.Fprintf(w, "a program that was forgotten: crypt.ErrFormat is %t\n", errors.Is(err, crypt.ErrFormat))
	return nil
}
