package ddb_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Patient is a type before and after its tags changed.
type (
	patientBefore struct {
		ID    string `ddb:"id,pk"`
		Name  string `ddb:"name,sign"`
		Phone string `ddb:"phone,encrypt"`
		Seen  int    `ddb:"seen,plain"`
	}
	patientNow struct {
		ID   string `ddb:"id,pk"`
		Name string `ddb:"name,encrypt"`
		Seen int    `ddb:"seen,sign"`
	}
)

func TestItemsFromBeforeTheTagsChanged(t *testing.T) {
	onEngines(t, func(t *testing.T, client *dynamodb.Client) {
		ctx := t.Context()
		before := newTable[patientBefore](t, client, ddb.Config{Encryption: format(t)})
		name := *before.CreateTableInput().TableName
		var notices noticed
		now, err := ddb.NewTable[patientNow](client, name, ddb.Config{
			Encryption: format(t), Previous: []ddb.Shape{ddb.ShapeOf[patientBefore]()}, Notice: notices.add,
		})
		require.NoError(t, err)
		bare, err := ddb.NewTable[patientNow](client, name, ddb.Config{Encryption: format(t)})
		require.NoError(t, err)
		require.NoError(t, before.Put(ctx, &patientBefore{"1", "Ada", "555", 3}))

		_, err = bare.Get(ctx, bare.Key("1"))
		require.ErrorIs(t, err, crypt.ErrFormat)
		v, err := now.Get(ctx, now.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, patientNow{"1", "Ada", 3}, v)
		key := crypt.Item{"id": &avS{Value: "1"}}
		assert.Equal(t, noticed{{Table: name, Key: key, Stale: true, Unsigned: []string{"seen"}}}, notices)

		_, err = now.Modify(ctx, now.Key("1"), func(*patientNow) error { return nil })
		require.NoError(t, err)
		notices = nil
		v, err = now.Get(ctx, now.Key("1"))
		require.NoError(t, err)
		assert.Equal(t, patientNow{"1", "Ada", 3}, v)
		assert.Empty(t, notices)
		_, err = bare.Get(ctx, bare.Key("1"))
		require.NoError(t, err, "it is an item of now, its phone still encrypted")
		assert.IsType(t, &avB{}, stored(t, client, name, key)["phone"])
	})
}

func TestPreviousShapesAreChecked(t *testing.T) {
	type other struct {
		Key string `ddb:"key,pk"`
	}
	type wrong struct {
		ID string `ddb:"id,pk,encrpyt"`
	}
	for name, c := range map[string]struct {
		cfg  ddb.Config
		want string
	}{
		"the zero Shape":     {ddb.Config{Encryption: format(t), Previous: make([]ddb.Shape, 1)}, "make it with ShapeOf"},
		"without encryption": {ddb.Config{Previous: []ddb.Shape{ddb.ShapeOf[patientBefore]()}}, "Config.Encryption is nil"},
		"other keys":         {ddb.Config{Encryption: format(t), Previous: []ddb.Shape{ddb.ShapeOf[other]()}}, "its keys are not those of the table"},
		"a mistyped word":    {ddb.Config{Encryption: format(t), Previous: []ddb.Shape{ddb.ShapeOf[wrong]()}}, `did you mean "encrypt"?`},
		"too many":           {ddb.Config{Encryption: format(t), Previous: make([]ddb.Shape, 9)}, "make it with ShapeOf"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ddb.NewCodec[Old]("t", c.cfg)
			assert.ErrorContains(t, err, c.want)
		})
	}
}
