package ddb_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/dynaseal/ddb"
	"github.com/dynaseal/ddb/crypt"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// Legacy is a type written for attributevalue, with our keys.
type Legacy struct {
	ID       string         `ddb:"id,pk" dynamodbav:"id"`
	Name     string         `dynamodbav:"name,omitempty"`
	Created  time.Time      `dynamodbav:"created"`
	Seen     time.Time      `dynamodbav:"seen,unixtime"`
	Tags     []string       `dynamodbav:"tags,stringset"`
	Sums     []int          `dynamodbav:"sums,numberset,omitempty"`
	Parts    [][]byte       `dynamodbav:"parts,binaryset"`
	Address  LegacyAddress  `dynamodbav:"address"`
	Times    []time.Time    `dynamodbav:"times"`
	Skipped  chan int       `dynamodbav:"-"`
	Untagged *LegacyAddress // under its Go name
}

type LegacyAddress struct {
	Street string    `dynamodbav:"street"`
	Zip    string    `dynamodbav:"zip,omitempty"`
	Since  time.Time `dynamodbav:"since"`
}

func TestTypesOfAttributevalue(t *testing.T) {
	at := time.Date(2026, 11, 24, 9, 30, 0, 500_000_000, time.UTC)
	v := Legacy{
		ID: "1", Created: at, Seen: at.Truncate(time.Second), Tags: []string{"a"}, Parts: [][]byte{{1}},
		Address: LegacyAddress{Street: "Elm", Since: at}, Times: []time.Time{at},
	}
	codec, err := ddb.NewCodec[Legacy]("legacy", ddb.Config{FallbackTag: "dynamodbav"})
	require.NoError(t, err)
	item, err := codec.Encode(t.Context(), &v)
	require.NoError(t, err)
	const text = "2026-11-24T09:30:00.5Z"
	assert.Equal(t, crypt.Item{
		"id": &avS{Value: "1"}, "created": &avS{Value: text}, "seen": &avN{Value: "1795512600"}, "tags": &avSS{Value: []string{"a"}},
		"parts":   &types.AttributeValueMemberBS{Value: [][]byte{{1}}},
		"address": &types.AttributeValueMemberM{Value: crypt.Item{"street": &avS{Value: "Elm"}, "since": &avS{Value: text}}},
		"times":   &types.AttributeValueMemberL{Value: []types.AttributeValue{&avS{Value: text}}},
	}, item)
	got, err := codec.Decode(t.Context(), item)
	require.NoError(t, err)
	assert.Equal(t, v, got)

	encrypted, err := ddb.NewCodec[Legacy]("legacy", ddb.Config{FallbackTag: "dynamodbav", Encryption: format(t)})
	require.NoError(t, err)
	for name, action := range encrypted.Schema().Attributes() {
		if name != "id" {
			assert.Equal(t, crypt.Encrypt, action, name)
		}
	}
	_, err = ddb.NewCodec[Visit]("visits", ddb.Config{FallbackTag: "json", Encryption: format(t)})
	require.ErrorContains(t, err, `fallback tag "json"`)
	require.ErrorContains(t, construct[Legacy](t, ddb.Config{}), "chan int", "its tags are not read without the option")
}
