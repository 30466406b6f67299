package main

import (
	"encoding/json"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

// group is a table: rows of one format, against one peer.
type group struct {
	peer, variable string // who it is, and what starts it
	format         string
	cases          []providerCase
}

// providerCase is a row of a table.
type providerCase struct {
	name     string
	provider string // of the legacy format; of the modern one the suite
	private  bool   // operations with a private key take a millisecond
}

// The peers. Rust's is to be a release build, which CI's is not.
func groups() []group {
	return []group{
		{"Java", "DDB_PEER_JAVA", protocol.DDBEC, legacyCases()},
		{"Java", "DDB_PEER_DBE_JAVA", protocol.DBE, modernCases()},
		{"Rust", "DDB_PEER_RUST_RELEASE", protocol.DBE, modernCases()},
	}
}

func modernCases() []providerCase {
	return []providerCase{
		{"raw AES-256, 0x6700", "6700", false},
		{"raw AES-256, 0x6701 (ECDSA P-384)", "6701", true},
	}
}

func legacyCases() []providerCase {
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
func measured() (item crypt.Item, actions map[string]string) {
	item, actions = crypt.Item{}, map[string]string{}
	add := func(name string, size int, action string) {
		item[name] = &types.AttributeValueMemberS{Value: strings.Repeat("x", size)}
		actions[name] = action
	}
	for _, name := range []string{"pk", "sk", "city", "country", "created", "order_id", "status"} {
		add(name, 24, protocol.SignOnly)
	}
	for i, name := range []string{"balance", "email", "phone", "address", "history"} {
		add(name, 32<<i, protocol.EncryptAndSign)
	}
	return item, actions
}

// caseOf is the case of a row over these actions.
func caseOf(format string, p providerCase, actions map[string]string) any {
	const table, partitionKey, sortKey = "customers", "pk", "sk"
	if format == protocol.DBE {
		return protocol.DBECase{
			LogicalTableName: table, PartitionKey: partitionKey, SortKey: sortKey, Actions: actions, Suite: protocol.Suite(p.provider),
			Keyring: &protocol.Keyring{Type: protocol.RawAES, Key: "aes", KeyNamespace: "figures", KeyName: "1"},
		}
	}
	return protocol.Case{
		LogicalTableName: table, PartitionKey: partitionKey, SortKey: sortKey, Actions: actions, Provider: json.RawMessage(p.provider),
	}
}
