// Command quickstart stores an encrypted item in an in-process DynamoDB, reads it back, tampers with
// it, and mistypes a tag. It needs Go and nothing else.
//
//	go run ./examples/quickstart               # the modern format, for new tables
//	go run ./examples/quickstart -format ddbec # the legacy one, for tables shared with the older clients
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/ddbtest"
)

// Visit is an item. Fields without an action word are encrypted and signed.
type Visit struct {
	Patient string    `ddb:"patient,pk"`
	At      time.Time `ddb:"at,sk,time=ms"`
	Name    string    `ddb:"name,encrypt"`
	Ward    string    `ddb:"ward,sign"`
	Notes   []string  `ddb:"notes,encrypt,omitempty"`
	Seen    int       `ddb:"seen,plain"`
}

// Mistyped has one letter wrong.
type Mistyped struct {
	Patient string `ddb:"patient,pk"`
	Name    string `ddb:"name,encrpyt"`
}

func main() {
	format := flag.String("format", "dbe", "dbe (Database Encryption SDK) or ddbec (DynamoDB Encryption Client)")
	flag.Parse()
	if err := run(context.Background(), os.Stdout, *format); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, format string) error {
	server := ddbtest.Start()
	defer server.Close()
	client := server.Client()

	encryption, err := newFormat(format)
	if err != nil {
		return err
	}
	visits, err := ddb.NewTable[Visit](client, "visits", ddb.Config{Encryption: encryption})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, visits.CreateTableInput()); err != nil {
		return err
	}

	v := Visit{
		Patient: "p-17",
		At:      time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC),
		Name:    "Ada Lovelace",
		Ward:    "3B",
		Notes:   []string{"allergic to penicillin", "prefers mornings"},
		Seen:    2,
	}
	if err := visits.Put(ctx, &v); err != nil {
		return err
	}
	key := visits.KeyOf(&v)

	title(w, 1, "Put a struct, and look at what the table holds")
	stored := server.Stored("visits", crypt.Item{
		"patient": &types.AttributeValueMemberS{Value: v.Patient},
		"at":      &types.AttributeValueMemberS{Value: "2026-11-24T09:30:00.000Z"},
	})
	compare(w, v, stored)

	title(w, 2, "Get it back")
	got, err := visits.Get(ctx, key)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "  %+v\n", got)

	title(w, 3, `Somebody with access to the table changes "ward" from 3B to 3C`)
	stored["ward"] = &types.AttributeValueMemberS{Value: "3C"}
	if err := refused(ctx, w, server, visits, key, stored); err != nil {
		return err
	}

	title(w, 4, `… puts that back, and flips one bit of the encrypted "name"`)
	stored["ward"] = &types.AttributeValueMemberS{Value: v.Ward}
	stored["name"].(*types.AttributeValueMemberB).Value[20] ^= 1
	if err := refused(ctx, w, server, visits, key, stored); err != nil {
		return err
	}

	title(w, 5, "A mistyped tag never reaches the table")
	_, err = ddb.NewTable[Mistyped](client, "visits", ddb.Config{Encryption: encryption})
	if err == nil {
		return fmt.Errorf("a mistyped tag was accepted")
	}
	fmt.Fprintf(w, "  Name string `ddb:\"name,encrpyt\"`\n\n  NewTable refuses it:\n  %v\n\n", err)
	return nil
}

// refused stores an altered item behind the library's back and shows that it does not come back.
func refused(ctx context.Context, w io.Writer, server *ddbtest.Server, visits *ddb.Table[Visit], key ddb.Key[Visit], altered crypt.Item) error {
	if err := server.Overwrite("visits", altered); err != nil {
		return err
	}
	_, err := visits.Get(ctx, key)
	if err == nil {
		return fmt.Errorf("an altered item was returned")
	}
	fmt.Fprintf(w, "  Get refuses it:\n  %v\n", err)
	return nil
}
