// Command dynamodbmapper shares a table with a Java service that uses DynamoDBMapper with an AttributeEncryptor:
// it reads an item that Java wrote, changes it, and writes it so that Java reads it. It runs on a DynamoDB in the
// process. The Java class, without its getters' bodies (all of it is testdata/Visits.java):
//
//	@DynamoDBTable(tableName = "visits")
//	public class Visit {
//	  @DynamoDBHashKey          public String getPatient()
//	  @DynamoDBRangeKey         public Date getAt()
//	                            public String getName()
//	  @DoNotEncrypt             public String getWard()
//	                            public Set<String> getNotes()
//	                            public Date getBorn()
//	                            public boolean isInsured()
//	                            public BigDecimal getFee()
//	  @DoNotTouch               public int getSeen()
//	  @DynamoDBVersionAttribute public Long getVersion()
//	}
//
// All other types that DynamoDBMapper stores, and the Go fields for them, are in docs/java.md.
//
//	go run ./examples/dynamodbmapper
package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/ddbtest"
)

// Visit is the item of the Java class. What has no annotation there is encrypted and signed, keys and version are
// signed, @DoNotEncrypt is sign and @DoNotTouch plain. What may be null there is left out of the item, hence omitempty.
type Visit struct {
	Patient string     `ddb:"patient,pk"`
	At      time.Time  `ddb:"at,sk,time=ms"` // a Date is text with milliseconds
	Name    string     `ddb:"name,encrypt,omitempty"`
	Ward    string     `ddb:"ward,sign,omitempty"`
	Notes   []string   `ddb:"notes,encrypt,set,omitempty"`
	Born    time.Time  `ddb:"born,encrypt,time=ms,omitempty"`
	Insured bool       `ddb:"insured,encrypt,bool=number"` // a boolean is the number 1 or 0
	Fee     ddb.Number `ddb:"fee,encrypt,omitempty"`       // no digit of a BigDecimal is lost
	Seen    int32      `ddb:"seen,plain"`
	Version int64      `ddb:"version,version"` // both services count it, and no update is lost
}

func main() {
	server := ddbtest.Start() // a service makes its client with dynamodb.NewFromConfig
	defer server.Close()
	if err := run(context.Background(), os.Stdout, server); err != nil {
		log.Fatal(err)
	}
}

func run(ctx context.Context, w io.Writer, server *ddbtest.Server) error {
	keys, err := sharedKeys()
	if err != nil {
		return err
	}
	client := server.Client()
	visits, err := ddb.NewTable[Visit](client, "visits", ddb.Config{Encryption: ddbec.Format(keys)})
	if err != nil {
		return err
	}
	if _, err := client.CreateTable(ctx, visits.CreateTableInput()); err != nil {
		return err
	}
	if err := javaSaves(server); err != nil {
		return err
	}

	key := visits.Key("p-17", time.Date(2026, 11, 24, 9, 30, 0, 0, time.UTC))
	v, err := visits.Get(ctx, key)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Java wrote:\n%+v\n", v)

	v.Ward = "4A"
	v.Notes = append(v.Notes, "speaks French")
	if err := visits.Put(ctx, &v); err != nil {
		return err
	}
	v, err = visits.Get(ctx, key)
	if err != nil {
		return err
	}
	fmt.Fprintf(w, "Go wrote:\n%+v\n", v)
	return nil
}
