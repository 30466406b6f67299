package directkms_test

import (
	"errors"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/itemtest"
	"github.com/dynaseal/ddb/provider"
	"github.com/dynaseal/ddb/provider/directkms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A number is bound as DynamoDB returns it. A reader with another spelling in hand asks for both.
func TestNumbersInKeys(t *testing.T) {
	s, key := start(t)
	e := encryptor(t, newProvider(t, directkms.Config{Client: s.Client(east), Key: key}), orders())
	for text, canonical := range map[string]string{
		"17": "17", "1.50": "1.5", "1E+2": "100", "01": "1", "-3.0": "-3", "+4": "4", "0.0": "0", "1E-7": "0.0000001", "12345678901234567890123456789012345678": "12345678901234567890123456789012345678",
	} {
		t.Run(text, func(t *testing.T) {
			s.ResetCalls()
			item := order("o-1")
			item["at"] = &avN{Value: text}
			stored, err := e.EncryptItem(t.Context(), item)
			require.NoError(t, err)
			returned := itemtest.Copy(stored)
			returned["at"] = &avN{Value: canonical}
			for _, read := range []crypt.Item{returned, stored} {
				_, err = e.DecryptItem(t.Context(), read)
				require.NoError(t, err)
			}
			for _, call := range s.Calls() {
				assert.Equal(t, canonical, call.Context["at"])
			}
			assert.Len(t, s.Calls(), 3)
		})
	}
}

// AWS's clients bind a number as it is written. Where DynamoDB kept it so (or the item was never there) the
// item is read.
func TestNumbersThatPeersBound(t *testing.T) {
	s, key := start(t)
	client := s.Client(east)
	for _, text := range []string{"1.50", "-0", "1E+2"} {
		peers := clientFunc{Client: client, generate: func(in *kms.GenerateDataKeyInput) (*kms.GenerateDataKeyOutput, error) {
			in.EncryptionContext["sk"] = text
			return client.GenerateDataKey(t.Context(), in)
		}}
		written, err := newProvider(t, directkms.Config{Client: peers, Key: key}).EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: "a"}, &avN{Value: "7"}))
		require.NoError(t, err)
		s.ResetCalls()
		read, err := newProvider(t, directkms.Config{Client: client, Key: key}).DecryptionMaterials(t.Context(), request(t, written.Description.Map(), &avS{Value: "a"}, &avN{Value: text}))
		require.NoError(t, err, text)
		assert.True(t, written.Encrypt.Equal(read.Decrypt))
		assert.Equal(t, []string{"Decrypt", "Decrypt"}, operations(s))
	}
}

// Keys that cannot be bound are refused before KMS is asked.
func TestKeysThatCannotBeBound(t *testing.T) {
	s, key := start(t)
	p := newProvider(t, directkms.Config{Client: s.Client(east), Key: key})
	m, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: canary}, &avS{Value: "b"}))
	require.NoError(t, err)
	s.ResetCalls()
	description := m.Description.Map()
	for name, c := range map[string]struct {
		value   types.AttributeValue
		writing string
		reading string
	}{
		"missing":         {nil, "missing", "missing"},
		"of a wrong type": {&types.AttributeValueMemberBOOL{Value: true}, "type S, N or B", "type S, N or B"},
		"no number":       {&avN{Value: canary}, "not a decimal number", "not a decimal number"},
		"39 digits":       {&avN{Value: "123456789012345678901234567890123456789"}, "38 significant digits", "38 significant digits"},
		"negative zero":   {&avN{Value: "-0.0"}, "is -0", ""},
	} {
		t.Run(name, func(t *testing.T) {
			written, err := p.EncryptionMaterials(t.Context(), request(t, nil, &avS{Value: canary}, c.value))
			refused(t, err, crypt.ErrFormat)
			assert.ErrorContains(t, err, `key attribute "sk"`)
			assert.ErrorContains(t, err, c.writing)
			assert.Zero(t, written)
			if c.reading != "" {
				read, err := p.DecryptionMaterials(t.Context(), request(t, description, &avS{Value: canary}, c.value))
				refused(t, err, crypt.ErrFormat)
				assert.ErrorContains(t, err, c.reading)
				assert.Zero(t, read)
			}
		})
	}
	for _, name := range []string{"*amzn-ddb-env-alg*", "*amzn-ddb-sig-alg*", "*aws-kms-table*"} {
		r := request(t, description, nil, nil)
		r.PartitionKey, r.SortKey = name, ""
		r.Keys = func() (crypt.Item, error) { return crypt.Item{name: &avS{Value: "x"}}, nil }
		_, err := p.EncryptionMaterials(t.Context(), r)
		refused(t, err, crypt.ErrFormat)
		assert.ErrorContains(t, err, "rename it")
		_, err = p.DecryptionMaterials(t.Context(), r)
		refused(t, err, crypt.ErrFormat)
	}
	broken := errors.New("broken")
	for name, change := range map[string]func(*provider.Request){
		"no table": func(r *provider.Request) { r.Table = "" }, "no partition key": func(r *provider.Request) { r.PartitionKey = "" },
		"no keys": func(r *provider.Request) { r.Keys = nil }, "keys that fail": func(r *provider.Request) { r.Keys = func() (crypt.Item, error) { return nil, broken } },
	} {
		r := request(t, description, &avS{Value: "a"}, &avS{Value: "b"})
		change(&r)
		_, err := p.EncryptionMaterials(t.Context(), r)
		assert.Error(t, err, name)
		_, err = p.DecryptionMaterials(t.Context(), r)
		assert.Error(t, err, name)
		assert.Equal(t, name == "keys that fail", errors.Is(err, broken))
	}
	assert.Empty(t, s.Calls())
}
