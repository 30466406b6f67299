package ddbtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/internal/wholebody"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

type (
	item   = map[string]types.AttributeValue
	avS    = types.AttributeValueMemberS
	avN    = types.AttributeValueMemberN
	avB    = types.AttributeValueMemberB
	avBOOL = types.AttributeValueMemberBOOL
	avNULL = types.AttributeValueMemberNULL
	avL    = types.AttributeValueMemberL
	avM    = types.AttributeValueMemberM
	avSS   = types.AttributeValueMemberSS
	avNS   = types.AttributeValueMemberNS
	avBS   = types.AttributeValueMemberBS
)

// engine is a DynamoDB under test.
type engine struct {
	*dynamodb.Client
	url  string
	ours bool
}

// onEngines runs a test on this package and on Amazon's DynamoDB Local, which is at DDB_ENDPOINT, so
// that the two cannot drift apart.
func onEngines(t *testing.T, test func(t *testing.T, e engine)) {
	t.Run("ddbtest", func(t *testing.T) { test(t, inProcess(t)) })
	t.Run("DynamoDB Local", func(t *testing.T) { test(t, local(t)) })
}

func inProcess(t *testing.T) engine {
	s := ddbtest.Start()
	t.Cleanup(s.Close)
	return engine{s.Client(), s.URL(), true}
}

func local(t *testing.T) engine {
	url := testenv.Need(t, "DDB_ENDPOINT")
	return engine{dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: &url, Retryer: aws.NopRetryer{}, HTTPClient: wholebody.Client{HTTP: http.DefaultClient},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}), url, false}
}

var tables atomic.Int64

// newName is a table name that no other test has, not even one on the same DynamoDB Local.
func newName() *string {
	return aws.String(fmt.Sprintf("ddbtest-%d-%d", time.Now().UnixNano(), tables.Add(1)))
}

// attribute is the definition of a key attribute.
func attribute(name string, kind types.ScalarAttributeType) types.AttributeDefinition {
	return types.AttributeDefinition{AttributeName: &name, AttributeType: kind}
}

// keys is a key schema of a partition key and perhaps a sort key.
func keys(names ...string) (schema []types.KeySchemaElement) {
	for i, kind := range []types.KeyType{types.KeyTypeHash, types.KeyTypeRange}[:len(names)] {
		schema = append(schema, types.KeySchemaElement{AttributeName: &names[i], KeyType: kind})
	}
	return schema
}

// newTable makes a table and returns its name. in needs definitions only where its key is not pk, a
// string.
func (e engine) newTable(t *testing.T, in dynamodb.CreateTableInput) *string {
	in.TableName = newName()
	in.BillingMode = types.BillingModePayPerRequest
	if in.KeySchema == nil {
		in.KeySchema = keys("pk")
		in.AttributeDefinitions = append(in.AttributeDefinitions, attribute("pk", "S"))
	}
	_, err := e.CreateTable(t.Context(), &in)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, _ = e.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: in.TableName})
	})
	return in.TableName
}

// indexed is a table with every kind of key: a string and a number, a global index on g (S) and h (B),
// a local one on l (N).
func (e engine) indexed(t *testing.T) *string {
	return e.newTable(t, dynamodb.CreateTableInput{
		KeySchema:              keys("pk", "sk"),
		AttributeDefinitions:   []types.AttributeDefinition{attribute("pk", "S"), attribute("sk", "N"), attribute("g", "S"), attribute("h", "B"), attribute("l", "N")},
		GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("global"), KeySchema: keys("g", "h"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}},
		LocalSecondaryIndexes:  []types.LocalSecondaryIndex{{IndexName: aws.String("local"), KeySchema: keys("pk", "l"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeKeysOnly}}},
	})
}

// roundTrip puts an item and gets what is stored under its pk.
func (e engine) roundTrip(t *testing.T, table *string, it item) item {
	_, err := e.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: table, Item: it})
	require.NoError(t, err)
	out, err := e.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: table, Key: item{"pk": it["pk"]}, ConsistentRead: aws.Bool(true)})
	require.NoError(t, err)
	return out.Item
}

// assertCode asserts that err is an error of the service's with this code.
func assertCode(t *testing.T, code string, err error, why ...any) bool {
	t.Helper()
	var service smithy.APIError
	return assert.ErrorAs(t, err, &service, why...) && assert.Equal(t, code, service.ErrorCode(), why...)
}

const validation = "ValidationException"

// post sends a body that the SDK cannot be made to send, and returns status and answer.
func (e engine) post(t *testing.T, operation, body string) (int, map[string]any) {
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, e.url, bytes.NewReader([]byte(body)))
	require.NoError(t, err)
	r.Header.Set("X-Amz-Target", operation)
	r.Header.Set("Content-Type", "application/x-amz-json-1.0")
	r.Header.Set("X-Amz-Date", "20261124T000000Z")
	r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=local/20261124/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=00")
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	var answer map[string]any
	require.NoError(t, json.Unmarshal(text, &answer), string(text))
	return resp.StatusCode, answer
}
