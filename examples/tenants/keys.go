package main

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

// shred deletes all items of a branch key: the active version, those before it, and the beacon key. What was
// written under it is gone, everywhere: in the table, its streams, exports and backups. Backups of the
// key store are to be deleted as well, and caches hold the key until their TTL, or Cache.Clear.
func shred(ctx context.Context, client *dynamodb.Client, store *hierarchy.Store, id string) error {
	table := store.Info().Table
	pages := dynamodb.NewQueryPaginator(client, &dynamodb.QueryInput{
		TableName:                 &table,
		KeyConditionExpression:    aws.String("#id = :id"),
		ExpressionAttributeNames:  map[string]string{"#id": "branch-key-id"},
		ExpressionAttributeValues: crypt.Item{":id": &types.AttributeValueMemberS{Value: id}},
		ConsistentRead:            aws.Bool(true),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, item := range page.Items {
			key := crypt.Item{"branch-key-id": item["branch-key-id"], "type": item["type"]}
			if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key}); err != nil {
				return err
			}
		}
	}
	return nil
}

func stored(server *ddbtest.Server, n Note) crypt.Item {
	return server.Stored("notes", crypt.Item{"tenant": &types.AttributeValueMemberS{Value: n.Tenant}, "id": &types.AttributeValueMemberS{Value: n.ID}})
}

// move puts what is stored of one note under the keys of another.
func move(server *ddbtest.Server, from, to Note) error {
	item := stored(server, from)
	item["tenant"], item["id"] = &types.AttributeValueMemberS{Value: to.Tenant}, &types.AttributeValueMemberS{Value: to.ID}
	return server.Overwrite("notes", item)
}

// sameVersion reports whether two notes say that they are under one version of one branch key.
func sameVersion(server *ddbtest.Server, a, b Note) (bool, error) {
	var versions []string
	for _, n := range []Note{a, b} {
		d, err := dbe.Describe(stored(server, n))
		if err != nil {
			return false, err
		}
		versions = append(versions, d.DataKeys[0].KeyVersion)
	}
	return versions[0] == versions[1], nil
}
