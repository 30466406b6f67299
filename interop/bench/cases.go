package main

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// providerCase is a row of the table.
type providerCase struct {
	name     string
	provider string
	private  bool // operations with a private key take a millisecond
}

func cases() []providerCase {
	return []providerCase{
		{"static AES-256, HMAC-SHA256", `{"type":"static","encrypt":"aes","sign":{"key":"mac"}}`, false},
		{"wrapped by AES-256, HMAC-SHA256", `{"type":"wrapped","wrap":"aes","sign":{"key":"mac"}}`, false},
		{"static AES-256, RSA-2048 SHA-256", `{"type":"static","encrypt":"aes","sign":{"key":"sign"}}`, true},
		{"static AES-256, ECDSA P-256 SHA-256", `{"type":"static","encrypt":"aes","sign":{"key":"p256","algorithm":"SHA256withECDSA"}}`, true},
		{"wrapped by RSA-2048, HMAC-SHA256", `{"type":"wrapped","wrap":"wrap","sign":{"key":"mac"}}`, true},
		{"wrapped by RSA-2048, RSA-2048 SHA-256", `{"type":"wrapped","wrap":"wrap","sign":{"key":"sign"}}`, true},
	}
}

func keys() (map[string]protocol.Key, error) {
	keys, err := generate.Pairs()
	if err != nil {
		return nil, err
	}
	keys["aes"] = protocol.Key{Type: "aes", Material: []byte("an AES-256 key for figures only.")}
	keys["mac"] = protocol.Key{Type: "hmac", Material: []byte("an HMAC key, for figures too....")}
	return keys, nil
}

// measured is the item that module bench measures too: twelve texts of 1.2 KB in all.
func measured(provider string) (crypt.Item, protocol.Case) {
	item := crypt.Item{}
	c := protocol.Case{
		LogicalTableName: "customers", PartitionKey: "pk", SortKey: "sk",
		Actions: map[string]string{}, Provider: json.RawMessage(provider),
	}
	add := func(name string, size int, action string) {
		item[name] = &types.AttributeValueMemberS{Value: strings.Repeat("x", size)}
		c.Actions[name] = action
	}
	for _, name := range []string{"pk", "sk", "city", "country", "created", "order_id", "status"} {
		add(name, 24, protocol.SignOnly)
	}
	for i, name := range []string{"balance", "email", "phone", "address", "history"} {
		add(name, 32<<i, protocol.EncryptAndSign)
	}
	return item, c
}
