package main

import (
	"context"
	"fmt"
	"io"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
)

// show reads every patient, and says in which format it lies in the table.
func show(ctx context.Context, w io.Writer, server *ddbtest.Server, patients *ddb.Table[Patient]) error {
	for _, id := range []string{"p-17", "p-18", "p-19"} {
		p, err := patients.Get(ctx, patients.Key(id))
		if err != nil {
			return err
		}
		format := "legacy"
		if _, ok := server.Stored("patients", crypt.Item{"id": &types.AttributeValueMemberS{Value: id}})[dbe.HeaderField]; ok {
			format = "modern"
		}
		fmt.Fprintf(w, "  %s %+v\n", format, p)
	}
	return nil
}
