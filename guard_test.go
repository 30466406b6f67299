package ddb_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/insecureplaintext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// sparse has attributes that an item may lack.
type sparse struct {
	ID   string `ddb:"id,pk"`
	Name string `ddb:"name,encrypt,omitempty"`
	Ward string `ddb:"ward,encrypt,omitempty"`
}

// Others may write an item that was read in clear before it is written: encrypted, or in clear as before.
func TestPlaintextThatIsWrittenMeetsOtherWriters(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		name := *newTable[sparse](t, client, ddb.Config{Encryption: format(t)}).CreateTableInput().TableName
		var meanwhile func() // once, between reading and writing
		lenient, err := insecureplaintext.AllowRead(format(t), insecureplaintext.Config{Until: time.Now().Add(time.Hour), OnRead: func(string) {
			if f := meanwhile; f != nil {
				meanwhile = nil
				f()
			}
		}})
		require.NoError(t, err)
		table, err := ddb.NewTable[sparse](client, name, ddb.Config{Encryption: lenient})
		require.NoError(t, err)
		for who, write := range map[string]func(){
			"encrypted": func() { require.NoError(t, table.Put(ctx, &sparse{ID: "1", Name: "Ada"})) },
			"in clear": func() {
				overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}, "name": &avS{Value: "Ada"}})
			},
		} {
			start := func() {
				overwrite(t, client, name, crypt.Item{"id": &avS{Value: "1"}})
				meanwhile = write
			}
			t.Run(who+", Modify", func(t *testing.T) {
				start()
				got, err := table.Modify(ctx, table.Key("1"), func(v *sparse) error { v.Ward = "3B"; return nil })
				require.NoError(t, err)
				assert.Equal(t, sparse{"1", "Ada", "3B"}, got)
				got, err = table.Get(ctx, table.Key("1"))
				require.NoError(t, err)
				assert.Equal(t, sparse{"1", "Ada", "3B"}, got)
			})
			t.Run(who+", Swap", func(t *testing.T) {
				start()
				old, err := table.Swap(ctx, &sparse{ID: "1", Ward: "3B"})
				require.NoError(t, err)
				assert.Equal(t, sparse{ID: "1", Name: "Ada"}, old)
			})
			t.Run(who+", Take", func(t *testing.T) {
				start()
				old, err := table.Take(ctx, table.Key("1"))
				require.NoError(t, err)
				assert.Equal(t, sparse{ID: "1", Name: "Ada"}, old)
			})
		}
	})
}

// What a previous shape left unsigned may change, or be added, without a new seal.
func TestModifyComparesWhatAPreviousShapeLeftUnsigned(t *testing.T) {
	type visitBefore struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrypt"`
		Seen int    `ddb:"seen,plain,omitempty"`
	}
	type visitNow struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrypt"`
		Seen int    `ddb:"seen,encrypt,omitempty"`
	}
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		before := newTable[visitBefore](t, client, ddb.Config{Encryption: format(t)})
		name, key := *before.CreateTableInput().TableName, crypt.Item{"id": &avS{Value: "1"}}
		now, err := ddb.NewTable[visitNow](client, name, ddb.Config{
			Encryption: format(t), Previous: []ddb.Shape{ddb.ShapeOf[visitBefore]()},
		})
		require.NoError(t, err)
		for what, seen := range map[string]int{"changed": 3, "added": 0} {
			t.Run(what, func(t *testing.T) {
				require.NoError(t, before.Put(ctx, &visitBefore{"1", "Ada", seen}))
				times := 0
				got, err := now.Modify(ctx, now.Key("1"), func(v *visitNow) error {
					v.Name = "Eve"
					if times++; times == 1 {
						item := stored(t, client, name, key)
						item["seen"] = &avN{Value: "4"}
						overwrite(t, client, name, item)
					}
					return nil
				})
				require.NoError(t, err)
				assert.Equal(t, visitNow{"1", "Eve", 4}, got)
				got, err = now.Get(ctx, now.Key("1"))
				require.NoError(t, err)
				assert.Equal(t, visitNow{"1", "Eve", 4}, got)
			})
		}
	})
}
