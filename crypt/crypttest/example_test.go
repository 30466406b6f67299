package crypttest_test

import (
	"context"
	"fmt"
	"log"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/ddbec"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/secret"
)

// forgetful is a user's format, which binds items to one table name for all tables.
type forgetful struct{ crypt.Format }

func (f forgetful) Encryptor(schema crypt.Schema) (crypt.ItemEncryptor, error) {
	if schema.IsZero() {
		return f.Format.Encryptor(schema)
	}
	c := crypt.SchemaConfig{Table: "any", Aliases: schema.Aliases(), PartitionKey: schema.PartitionKey(), SortKey: schema.SortKey(), Actions: map[string]crypt.Action{}, Unknown: schema.Unknown()}
	for name, action := range schema.Attributes() {
		c.Actions[name] = action
	}
	schema, err := crypt.NewSchema(c)
	if err != nil {
		return nil, err
	}
	return f.Format.Encryptor(schema)
}

// In a test it is crypttest.TestFormat(t, f, crypttest.Config{}), which makes a subtest of each check.
func ExampleCheckFormat() {
	newKey := func(b byte) secret.Key {
		k, err := secret.New(append(make([]byte, 31), b))
		if err != nil {
			log.Fatal(err)
		}
		return k
	}
	keys, err := provider.Static(newKey(1), newKey(2))
	if err != nil {
		log.Fatal(err)
	}
	sound := ddbec.Format(keys)
	fmt.Println("sound:", len(crypttest.CheckFormat(context.Background(), sound, crypttest.Config{})), "failures")
	for _, f := range crypttest.CheckFormat(context.Background(), forgetful{sound}, crypttest.Config{}) {
		fmt.Println("forgetful fails", f.Check)
	}
	// Output:
	// sound: 0 failures
	// forgetful fails moved-to-another-table
	// forgetful fails table-aliases
}
