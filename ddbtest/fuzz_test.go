package ddbtest

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// FuzzRequest sends bodies to every operation. Whatever they hold, the answer is JSON and no server
// error, and what was stored is stored as it would be again.
func FuzzRequest(f *testing.F) {
	const create = `{"TableName":"tab","KeySchema":[{"AttributeName":"pk","KeyType":"HASH"}],"AttributeDefinitions":[{"AttributeName":"pk","AttributeType":"S"}],"BillingMode":"PAY_PER_REQUEST"}`
	operations := []string{"PutItem", "GetItem", "DeleteItem", "UpdateItem", "CreateTable", "DescribeTable", "DeleteTable", "ListTables", "Query"}
	for i, body := range []string{
		`{"TableName":"tab","Item":{"pk":{"S":"a"},"n":{"N":"1.0"},"s":{"NS":["2","1"]},"l":{"L":[{"B":"AA=="},{"M":{}}]}},"ReturnValues":"ALL_OLD"}`,
		`{"TableName":"tab","Key":{"pk":{"S":"a"}},"ProjectionExpression":"#a[0].b","ExpressionAttributeNames":{"#a":"b"}}`,
		`{"TableName":"tab","Key":{"pk":{"S":"a"}},"ConditionExpression":"pk = :v AND size(pk) > :v","ExpressionAttributeValues":{":v":{"S":"a"}},"ReturnValuesOnConditionCheckFailure":"ALL_OLD"}`,
		`{"TableName":"tab","Key":{"pk":{"S":"a"}},"UpdateExpression":"SET #a = :v REMOVE b","ExpressionAttributeNames":{"#a":"name"},"ExpressionAttributeValues":{":v":{"NS":["1.0","20"]}}}`,
		create, `{"TableName":"tab"}`, `{"TableName":"arn:aws:dynamodb:us-east-1:1:table/tab"}`, `{"Limit":1,"ExclusiveStartTableName":"a"}`, `{}`, `{"Item":{"pk":{}}}`, `[`, `{"TableName":null}`,
	} {
		f.Add(uint8(i), body)
	}
	f.Fuzz(func(t *testing.T, operation uint8, body string) {
		s := &Server{tables: make(map[string]*table)}
		send := func(operation, body string) int {
			r := httptest.NewRequest("POST", "/", strings.NewReader(body))
			r.Header.Set("X-Amz-Target", target+operation)
			w := httptest.NewRecorder()
			s.serve(w, r)
			require.True(t, json.Valid(w.Body.Bytes()))
			return w.Code
		}
		require.Equal(t, 200, send("CreateTable", create))
		require.Contains(t, []int{200, 400}, send(operations[int(operation)%len(operations)], body))
		for _, table := range s.tables {
			table.each(func(item attributes) {
				again, err := canonical(item, maxDepth)
				require.NoError(t, err)
				require.Equal(t, item, again)
			})
		}
	})
}
