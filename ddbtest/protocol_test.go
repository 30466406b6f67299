package ddbtest_test

import (
	"bytes"
	"hash/crc32"
	"io"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOtherOperationsAreNotImplemented(t *testing.T) {
	client := ddbtest.New(t)
	ctx, name := t.Context(), aws.String("a-table")
	for operation, call := range map[string]func() error{
		"Scan": func() error {
			_, err := client.Scan(ctx, &dynamodb.ScanInput{TableName: name})
			return err
		},
		"BatchGetItem": func() error {
			_, err := client.BatchGetItem(ctx, &dynamodb.BatchGetItemInput{RequestItems: map[string]types.KeysAndAttributes{}})
			return err
		},
		"BatchWriteItem": func() error {
			_, err := client.BatchWriteItem(ctx, &dynamodb.BatchWriteItemInput{RequestItems: map[string][]types.WriteRequest{}})
			return err
		},
		"TransactGetItems": func() error {
			_, err := client.TransactGetItems(ctx, &dynamodb.TransactGetItemsInput{TransactItems: []types.TransactGetItem{}})
			return err
		},
		"UpdateTable": func() error {
			_, err := client.UpdateTable(ctx, &dynamodb.UpdateTableInput{TableName: name})
			return err
		},
		"UpdateTimeToLive": func() error {
			_, err := client.UpdateTimeToLive(ctx, &dynamodb.UpdateTimeToLiveInput{TableName: name, TimeToLiveSpecification: &types.TimeToLiveSpecification{AttributeName: name, Enabled: aws.Bool(true)}})
			return err
		},
		"ExecuteStatement": func() error {
			_, err := client.ExecuteStatement(ctx, &dynamodb.ExecuteStatementInput{Statement: aws.String("SELECT")})
			return err
		},
	} {
		var service smithy.APIError
		require.ErrorAs(t, call(), &service, operation)
		assert.Equal(t, "NotImplementedException", service.ErrorCode(), operation)
		assert.Contains(t, service.ErrorMessage(), `"`+operation+`"`)
	}
}

func TestOtherParametersAreNotImplemented(t *testing.T) {
	e := inProcess(t)
	table := e.newTable(t, dynamodb.CreateTableInput{})
	it := item{"pk": &avS{Value: canary}}
	ctx := t.Context()
	put := func(change func(*dynamodb.PutItemInput)) error {
		in := &dynamodb.PutItemInput{TableName: table, Item: it}
		change(in)
		_, err := e.PutItem(ctx, in)
		return err
	}
	update := func(change func(*dynamodb.UpdateItemInput)) error {
		in := &dynamodb.UpdateItemInput{TableName: table, Key: it}
		change(in)
		_, err := e.UpdateItem(ctx, in)
		return err
	}
	create := func(change func(*dynamodb.CreateTableInput)) error {
		in := &dynamodb.CreateTableInput{TableName: newName(), BillingMode: types.BillingModePayPerRequest, KeySchema: keys("pk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}}
		change(in)
		_, err := e.CreateTable(ctx, in)
		return err
	}
	for parameter, err := range map[string]error{
		"Expected": put(func(in *dynamodb.PutItemInput) {
			in.Expected = map[string]types.ExpectedAttributeValue{"v": {Exists: aws.Bool(false)}}
		}),
		"ConditionalOperator": put(func(in *dynamodb.PutItemInput) { in.ConditionalOperator = types.ConditionalOperatorAnd }),
		"ReturnItemCollectionMetrics": put(func(in *dynamodb.PutItemInput) {
			in.ReturnItemCollectionMetrics = types.ReturnItemCollectionMetricsSize
		}),
		"AttributesToGet": func() error {
			_, err := e.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: it, AttributesToGet: []string{"pk"}})
			return err
		}(),
		"AttributeUpdates": update(func(in *dynamodb.UpdateItemInput) {
			in.AttributeUpdates = map[string]types.AttributeValueUpdate{"v": {Value: it["pk"]}}
		}),
		"ReturnValues": update(func(in *dynamodb.UpdateItemInput) { in.ReturnValues = types.ReturnValueAllNew }),
		"update expression": update(func(in *dynamodb.UpdateItemInput) {
			in.UpdateExpression, in.ExpressionAttributeValues = aws.String("ADD v :v"), item{":v": &avN{Value: "4711"}}
		}),
		"Tags": create(func(in *dynamodb.CreateTableInput) {
			in.Tags = []types.Tag{{Key: aws.String("k"), Value: aws.String("v")}}
		}),
		"DeletionProtectionEnabled": create(func(in *dynamodb.CreateTableInput) { in.DeletionProtectionEnabled = aws.Bool(true) }),
		"StreamSpecification": create(func(in *dynamodb.CreateTableInput) {
			in.StreamSpecification = &types.StreamSpecification{StreamEnabled: aws.Bool(false)}
		}),
		"GlobalSecondaryIndexes": create(func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String("index"), KeySchema: keys("pk"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}, OnDemandThroughput: &types.OnDemandThroughput{MaxReadRequestUnits: aws.Int64(1)}}}
		}),
	} {
		assertCode(t, "NotImplementedException", err, parameter)
		assert.ErrorContains(t, err, parameter)
		assert.NotContains(t, err.Error(), canary)
	}
	require.NoError(t, put(func(in *dynamodb.PutItemInput) {
		in.ReturnItemCollectionMetrics = types.ReturnItemCollectionMetricsNone
	}), "the default, spelt out")
}

func TestAnswersCarryChecksumAndRequestID(t *testing.T) {
	s := ddbtest.Start()
	t.Cleanup(s.Close)
	seen := make(map[string]bool)
	for name, c := range map[string]struct {
		operation, body string
		status          int
		kind            string
	}{
		"success":           {"DynamoDB_20120810.ListTables", `{}`, 200, ""},
		"null parameter":    {"DynamoDB_20120810.ListTables", `{"Limit":null,"Nonsense":null}`, 200, ""},
		"other operation":   {"DynamoDB_20120810." + strings.Repeat("x", 300), `{}`, 400, "com.dynaseal.ddbtest#NotImplementedException"},
		"other service":     {"TrentService.Encrypt", `{}`, 400, "com.amazon.coral.service#UnknownOperationException"},
		"no operation":      {"", `{}`, 400, "com.amazon.coral.service#UnknownOperationException"},
		"unknown parameter": {"DynamoDB_20120810.ListTables", `{"Nonsense":1}`, 400, "com.dynaseal.ddbtest#NotImplementedException"},
		"no body":           {"DynamoDB_20120810.ListTables", ``, 400, "com.amazon.coral.service#SerializationException"},
		"no JSON":           {"DynamoDB_20120810.ListTables", `{`, 400, "com.amazon.coral.service#SerializationException"},
		"array":             {"DynamoDB_20120810.ListTables", `[]`, 400, "com.amazon.coral.service#SerializationException"},
		"text behind":       {"DynamoDB_20120810.ListTables", `{} {}`, 400, "com.amazon.coral.service#SerializationException"},
		"wrong type":        {"DynamoDB_20120810.ListTables", `{"Limit":"canary4711"}`, 400, "com.amazon.coral.service#SerializationException"},
		"missing table":     {"DynamoDB_20120810.DescribeTable", `{"TableName":"gone"}`, 400, "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException"},
		"no table":          {"DynamoDB_20120810.PutItem", `{"Item":{}}`, 400, "com.amazon.coral.validate#ValidationException"},
		"body too large":    {"DynamoDB_20120810.PutItem", `{"TableName":"` + strings.Repeat("x", 16<<20) + `"}`, 413, "com.amazon.coral.service#RequestEntityTooLargeException"},
	} {
		t.Run(name, func(t *testing.T) {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL(), bytes.NewReader([]byte(c.body)))
			require.NoError(t, err)
			r.Header.Set("X-Amz-Target", c.operation)
			resp, err := http.DefaultClient.Do(r)
			require.NoError(t, err)
			defer resp.Body.Close()
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Equal(t, strconv.FormatUint(uint64(crc32.ChecksumIEEE(body)), 10), resp.Header.Get("X-Amz-Crc32"))
			assert.Equal(t, "application/x-amz-json-1.0", resp.Header.Get("Content-Type"))
			id := resp.Header.Get("X-Amzn-Requestid")
			assert.NotEmpty(t, id)
			assert.False(t, seen[id])
			seen[id] = true
			assert.NotContains(t, string(body), canary)
			assert.Less(t, len(body), 400)
			if c.kind != "" {
				assert.Contains(t, string(body), `"__type":"`+c.kind+`"`)
			}
		})
	}
	resp, err := http.Get(s.URL())
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 400, resp.StatusCode)
}

func TestClientOptions(t *testing.T) {
	s := ddbtest.Start()
	t.Cleanup(s.Close)
	client := s.Client(func(o *dynamodb.Options) { o.Region = "eu-central-1" })
	assert.Equal(t, "eu-central-1", client.Options().Region)
	_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	assert.NoError(t, err)
	assert.True(t, strings.HasPrefix(s.URL(), "http://127.0.0.1:"), s.URL())
}

func TestCloseStops(t *testing.T) {
	s := ddbtest.Start()
	client := s.Client()
	_, err := client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	s.Close()
	_, err = client.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	assert.Error(t, err)
}
