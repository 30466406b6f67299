package ddbtest_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb/ddbtest"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const waiting = 5 * time.Second

func TestTableIsThereAndGone(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		ctx, name := t.Context(), e.indexed(t)
		require.NoError(t, dynamodb.NewTableExistsWaiter(e).Wait(ctx, &dynamodb.DescribeTableInput{TableName: name}, waiting))
		_, err := e.CreateTable(ctx, &dynamodb.CreateTableInput{
			TableName: name, KeySchema: keys("pk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, BillingMode: types.BillingModePayPerRequest,
		})
		var inUse *types.ResourceInUseException
		require.ErrorAs(t, err, &inUse)

		gone, err := e.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
		require.NoError(t, err)
		assert.Equal(t, name, gone.TableDescription.TableName)
		require.NoError(t, dynamodb.NewTableNotExistsWaiter(e).Wait(ctx, &dynamodb.DescribeTableInput{TableName: name}, waiting))

		key := item{"pk": &avS{Value: "a"}, "sk": &avN{Value: "1"}}
		for operation, call := range map[string]func() error{
			"DescribeTable": func() error {
				_, err := e.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
				return err
			},
			"DeleteTable": func() error {
				_, err := e.DeleteTable(ctx, &dynamodb.DeleteTableInput{TableName: name})
				return err
			},
			"PutItem": func() error {
				_, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: key})
				return err
			},
			"GetItem": func() error {
				_, err := e.GetItem(ctx, &dynamodb.GetItemInput{TableName: name, Key: key})
				return err
			},
			"DeleteItem": func() error {
				_, err := e.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: name, Key: key})
				return err
			},
		} {
			var notFound *types.ResourceNotFoundException
			assert.ErrorAs(t, call(), &notFound, operation)
		}
	})
}

func TestDescription(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		ctx, name := t.Context(), e.indexed(t)
		for _, it := range []item{
			{"pk": &avS{Value: "a"}, "sk": &avN{Value: "1"}},
			{"pk": &avS{Value: "a"}, "sk": &avN{Value: "2"}, "g": &avS{Value: "x"}, "h": &avB{Value: []byte{1}}, "l": &avN{Value: "7"}},
		} {
			_, err := e.PutItem(ctx, &dynamodb.PutItemInput{TableName: name, Item: it})
			require.NoError(t, err)
		}
		out, err := e.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: name})
		require.NoError(t, err)
		d := out.Table
		assert.Equal(t, types.TableStatusActive, d.TableStatus)
		assert.Equal(t, keys("pk", "sk"), d.KeySchema)
		assert.ElementsMatch(t, []types.AttributeDefinition{attribute("pk", "S"), attribute("sk", "N"), attribute("g", "S"), attribute("h", "B"), attribute("l", "N")}, d.AttributeDefinitions)
		assert.Equal(t, types.BillingModePayPerRequest, d.BillingModeSummary.BillingMode)
		assert.Equal(t, aws.Int64(0), d.ProvisionedThroughput.ReadCapacityUnits)
		assert.Equal(t, aws.Int64(2), d.ItemCount)
		assert.Equal(t, aws.Int64(7+14), d.TableSizeBytes)
		assert.True(t, strings.HasSuffix(*d.TableArn, ":table/"+*name), *d.TableArn)
		assert.WithinDuration(t, time.Now(), *d.CreationDateTime, time.Minute)
		require.Len(t, d.GlobalSecondaryIndexes, 1)
		g := d.GlobalSecondaryIndexes[0]
		assert.Equal(t, types.IndexStatusActive, g.IndexStatus)
		assert.Equal(t, keys("g", "h"), g.KeySchema)
		assert.Equal(t, types.ProjectionTypeAll, g.Projection.ProjectionType)
		assert.Equal(t, *d.TableArn+"/index/global", *g.IndexArn)
		require.Len(t, d.LocalSecondaryIndexes, 1)
		assert.Equal(t, keys("pk", "l"), d.LocalSecondaryIndexes[0].KeySchema)
		assert.Equal(t, types.ProjectionTypeKeysOnly, d.LocalSecondaryIndexes[0].Projection.ProjectionType)
		if e.ours {
			assert.Equal(t, aws.Int64(1), g.ItemCount, "an item without the index's key is not in it")
		}

		byARN, err := e.DescribeTable(ctx, &dynamodb.DescribeTableInput{TableName: d.TableArn})
		require.NoError(t, err)
		assert.Equal(t, name, byARN.Table.TableName)
	})
}

func TestProvisionedTable(t *testing.T) {
	onEngines(t, func(t *testing.T, e engine) {
		units := &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(3), WriteCapacityUnits: aws.Int64(4)}
		name := newName()
		_, err := e.CreateTable(t.Context(), &dynamodb.CreateTableInput{
			TableName: name, KeySchema: keys("pk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S"), attribute("g", "S")}, ProvisionedThroughput: units,
			GlobalSecondaryIndexes: []types.GlobalSecondaryIndex{{IndexName: aws.String("global"), KeySchema: keys("g"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeInclude, NonKeyAttributes: []string{"x"}}, ProvisionedThroughput: units}},
		})
		require.NoError(t, err)
		t.Cleanup(func() {
			_, _ = e.DeleteTable(context.Background(), &dynamodb.DeleteTableInput{TableName: name})
		})
		out, err := e.DescribeTable(t.Context(), &dynamodb.DescribeTableInput{TableName: name})
		require.NoError(t, err)
		for _, got := range []*types.ProvisionedThroughputDescription{out.Table.ProvisionedThroughput, out.Table.GlobalSecondaryIndexes[0].ProvisionedThroughput} {
			assert.Equal(t, units.ReadCapacityUnits, got.ReadCapacityUnits)
			assert.Equal(t, units.WriteCapacityUnits, got.WriteCapacityUnits)
		}
		assert.Nil(t, out.Table.BillingModeSummary)
		assert.Equal(t, []string{"x"}, out.Table.GlobalSecondaryIndexes[0].Projection.NonKeyAttributes)
	})
}

func TestCreateTableRefuses(t *testing.T) {
	hash := func(name string) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: types.KeyTypeHash}
	}
	sort := func(name string) types.KeySchemaElement {
		return types.KeySchemaElement{AttributeName: &name, KeyType: types.KeyTypeRange}
	}
	global := func(name string, k ...types.KeySchemaElement) types.GlobalSecondaryIndex {
		return types.GlobalSecondaryIndex{IndexName: &name, KeySchema: k, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}
	}
	local := func(name string, k ...types.KeySchemaElement) types.LocalSecondaryIndex {
		return types.LocalSecondaryIndex{IndexName: &name, KeySchema: k, Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}}
	}
	defined := func(kinds ...string) (all []types.AttributeDefinition) {
		for _, k := range kinds {
			all = append(all, attribute(k, "S"))
		}
		return all
	}
	project := func(p *types.Projection) func(*dynamodb.CreateTableInput) {
		return func(in *dynamodb.CreateTableInput) {
			in.AttributeDefinitions, in.GlobalSecondaryIndexes = defined("pk", "sk", "c"), []types.GlobalSecondaryIndex{global("index", hash("c"))}
			in.GlobalSecondaryIndexes[0].Projection = p
		}
	}
	cases := map[string]func(*dynamodb.CreateTableInput){
		"short name":        func(in *dynamodb.CreateTableInput) { in.TableName = aws.String("ab") },
		"long name":         func(in *dynamodb.CreateTableInput) { in.TableName = aws.String(strings.Repeat("a", 256)) },
		"name with a space": func(in *dynamodb.CreateTableInput) { in.TableName = aws.String("a table") },
		"name not ASCII":    func(in *dynamodb.CreateTableInput) { in.TableName = aws.String("tablé") },
		"ARN as a name": func(in *dynamodb.CreateTableInput) {
			in.TableName = aws.String("arn:aws:dynamodb:us-east-1:1:table/abc")
		},
		"no key":              func(in *dynamodb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{} },
		"no definitions":      func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = []types.AttributeDefinition{} },
		"no throughput":       func(in *dynamodb.CreateTableInput) { in.BillingMode = types.BillingModeProvisioned },
		"definition unused":   func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = defined("pk", "sk", "c") },
		"definition missing":  func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = defined("pk") },
		"definition twice":    func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions = defined("pk", "sk", "pk") },
		"type BOOL":           func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions[0].AttributeType = "BOOL" },
		"one attribute twice": func(in *dynamodb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{hash("pk"), sort("pk")} },
		"two hash keys":       func(in *dynamodb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{hash("pk"), hash("sk")} },
		"range key alone":     func(in *dynamodb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{sort("pk")} },
		"range key first":     func(in *dynamodb.CreateTableInput) { in.KeySchema = []types.KeySchemaElement{sort("pk"), hash("sk")} },
		"key of unknown role": func(in *dynamodb.CreateTableInput) { in.KeySchema[0].KeyType = "X" },
		"three keys": func(in *dynamodb.CreateTableInput) {
			in.AttributeDefinitions, in.KeySchema = defined("pk", "sk", "c"), append(in.KeySchema, sort("c"))
		},
		"key name of 256 bytes": func(in *dynamodb.CreateTableInput) {
			n := strings.Repeat("n", 256)
			in.AttributeDefinitions, in.KeySchema = defined(n), keys(n)
		},
		"empty key name": func(in *dynamodb.CreateTableInput) { in.AttributeDefinitions, in.KeySchema = defined(""), keys("") },
		"throughput of zero": func(in *dynamodb.CreateTableInput) {
			in.BillingMode = types.BillingModeProvisioned
			in.ProvisionedThroughput = &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(0), WriteCapacityUnits: aws.Int64(1)}
		},
		"index key undefined": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("index", hash("c"))}
		},
		"index named twice": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("index", hash("sk")), global("index", hash("pk"))}
		},
		"indexes share a name": func(in *dynamodb.CreateTableInput) {
			in.AttributeDefinitions = defined("pk", "sk", "c")
			in.GlobalSecondaryIndexes, in.LocalSecondaryIndexes = []types.GlobalSecondaryIndex{global("index", hash("c"))}, []types.LocalSecondaryIndex{local("index", hash("pk"), sort("c"))}
		},
		"short index name": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{global("in", hash("sk"))}
		},
		"no global indexes": func(in *dynamodb.CreateTableInput) { in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{} },
		"21 global indexes": func(in *dynamodb.CreateTableInput) {
			for i := range 21 {
				in.GlobalSecondaryIndexes = append(in.GlobalSecondaryIndexes, global(fmt.Sprint("index", i), hash("sk")))
			}
		},
		"no projection":      project(&types.Projection{}),
		"projection unknown": project(&types.Projection{ProjectionType: "X"}),
		"INCLUDE of nothing": project(&types.Projection{ProjectionType: types.ProjectionTypeInclude}),
		"ALL of some":        project(&types.Projection{ProjectionType: types.ProjectionTypeAll, NonKeyAttributes: []string{"x"}}),
		"local without sort key": func(in *dynamodb.CreateTableInput) {
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("index", hash("pk"))}
		},
		"local by another key": func(in *dynamodb.CreateTableInput) {
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("index", hash("sk"), sort("pk"))}
		},
		"local, table has none": func(in *dynamodb.CreateTableInput) {
			in.KeySchema = keys("pk")
			in.LocalSecondaryIndexes = []types.LocalSecondaryIndex{local("index", hash("pk"), sort("sk"))}
		},
		"6 local indexes": func(in *dynamodb.CreateTableInput) {
			for i := range 6 {
				in.LocalSecondaryIndexes = append(in.LocalSecondaryIndexes, local(fmt.Sprint("index", i), hash("pk"), sort("sk")))
			}
		},
	}
	onEngines(t, func(t *testing.T, e engine) {
		for name, change := range cases {
			t.Run(name, func(t *testing.T) {
				in := &dynamodb.CreateTableInput{TableName: newName(), KeySchema: keys("pk", "sk"), AttributeDefinitions: defined("pk", "sk"), BillingMode: types.BillingModePayPerRequest}
				change(in)
				_, err := e.CreateTable(t.Context(), in)
				require.Error(t, err)
				if !assertCode(t, validation, err) {
					t.Log(err)
				}
			})
		}
	})
}

// TestCreateTableRefusesAsTheService has what DynamoDB Local accepts and the service does not.
func TestCreateTableRefusesAsTheService(t *testing.T) {
	client := ddbtest.New(t)
	units := &types.ProvisionedThroughput{ReadCapacityUnits: aws.Int64(1), WriteCapacityUnits: aws.Int64(1)}
	for name, change := range map[string]func(*dynamodb.CreateTableInput){
		"throughput beside PAY_PER_REQUEST": func(in *dynamodb.CreateTableInput) { in.ProvisionedThroughput = units },
		"the same of an index": func(in *dynamodb.CreateTableInput) {
			in.GlobalSecondaryIndexes = []types.GlobalSecondaryIndex{{IndexName: aws.String("index"), KeySchema: keys("pk"), Projection: &types.Projection{ProjectionType: types.ProjectionTypeAll}, ProvisionedThroughput: units}}
		},
		"unknown billing mode": func(in *dynamodb.CreateTableInput) { in.BillingMode = "X" },
	} {
		in := &dynamodb.CreateTableInput{TableName: newName(), KeySchema: keys("pk"), AttributeDefinitions: []types.AttributeDefinition{attribute("pk", "S")}, BillingMode: types.BillingModePayPerRequest}
		change(in)
		_, err := client.CreateTable(t.Context(), in)
		assertCode(t, validation, err, name)
	}
}

func TestListTables(t *testing.T) {
	e := inProcess(t)
	out, err := e.ListTables(t.Context(), &dynamodb.ListTablesInput{})
	require.NoError(t, err)
	assert.Empty(t, out.TableNames)
	var want []string
	for range 5 {
		want = append(want, *e.newTable(t, dynamodb.CreateTableInput{}))
	}
	var got []string
	pages := 0
	for p := dynamodb.NewListTablesPaginator(e, &dynamodb.ListTablesInput{Limit: aws.Int32(2)}); p.HasMorePages(); pages++ {
		page, err := p.NextPage(t.Context())
		require.NoError(t, err)
		got = append(got, page.TableNames...)
	}
	assert.Equal(t, want, got)
	assert.Equal(t, 3, pages)
	for _, limit := range []int32{0, 101} {
		_, err := e.ListTables(t.Context(), &dynamodb.ListTablesInput{Limit: &limit})
		assertCode(t, validation, err, limit)
	}
}
