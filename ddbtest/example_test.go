package ddbtest_test

import (
	"context"
	"errors"
	"fmt"
	"log"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/ddbtest"
)

func visits() *dynamodb.CreateTableInput {
	return &dynamodb.CreateTableInput{
		TableName:            aws.String("visits"),
		KeySchema:            []types.KeySchemaElement{{AttributeName: aws.String("patient"), KeyType: types.KeyTypeHash}},
		AttributeDefinitions: []types.AttributeDefinition{{AttributeName: aws.String("patient"), AttributeType: types.ScalarAttributeTypeS}},
		BillingMode:          types.BillingModePayPerRequest,
	}
}

// In a program that is no test, a server is started and closed by hand.
func ExampleStart() {
	server := ddbtest.Start()
	defer server.Close()
	client := server.Client()
	ctx := context.Background()
	if _, err := client.CreateTable(ctx, visits()); err != nil {
		log.Fatal(err)
	}

	put := &dynamodb.PutItemInput{
		TableName: aws.String("visits"),
		Item: map[string]types.AttributeValue{
			"patient": &types.AttributeValueMemberS{Value: "p-17"},
			"seen":    &types.AttributeValueMemberN{Value: "2.0"},
		},
		ConditionExpression: aws.String("attribute_not_exists(patient)"),
	}
	_, err := client.PutItem(ctx, put)
	fmt.Println("first:", err)
	_, err = client.PutItem(ctx, put)
	var failed *types.ConditionalCheckFailedException
	fmt.Println("again:", errors.As(err, &failed))

	stored := server.Stored("visits", put.Item)
	fmt.Println("seen:", stored["seen"].(*types.AttributeValueMemberN).Value)
	// Output:
	// first: <nil>
	// again: true
	// seen: 2
}

// In a test one line is enough.
func ExampleNew() {
	_ = func(t *testing.T) {
		client := ddbtest.New(t)
		if _, err := client.CreateTable(t.Context(), visits()); err != nil {
			t.Fatal(err)
		}
		// … and the code under test gets the client.
	}
}

// Overwrite plays somebody who has access to the table.
func ExampleServer_Overwrite() {
	server := ddbtest.Start()
	defer server.Close()
	if _, err := server.Client().CreateTable(context.Background(), visits()); err != nil {
		log.Fatal(err)
	}
	item := map[string]types.AttributeValue{
		"patient": &types.AttributeValueMemberS{Value: "p-17"},
		"ward":    &types.AttributeValueMemberS{Value: "3B"},
	}
	fmt.Println(server.Overwrite("visits", item))
	stored := server.Stored("visits", item)
	stored["ward"] = &types.AttributeValueMemberS{Value: "3C"}
	fmt.Println(server.Overwrite("visits", stored))
	fmt.Println(server.Stored("visits", item)["ward"].(*types.AttributeValueMemberS).Value)
	// Output:
	// <nil>
	// <nil>
	// 3C
}

func ExampleNoPlaintext() {
	_ = func(t *testing.T) {
		server := ddbtest.Start()
		t.Cleanup(server.Close)
		// … the code under test writes to server.Client() …
		ddbtest.NoPlaintext(t, server, "123-45-6789", "Ada Lovelace")
	}
}
