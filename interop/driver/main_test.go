package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/interop/protocol"
)

const (
	setup = `{"op":"setup","keys":{
		"aes":{"type":"aes","material":"AAECAwQFBgcICQoLDA0ODw=="},
		"mac":{"type":"hmac","material":"AAECAwQFBgcICQoLDA0ODw=="}}}`
	kmsKey = "arn:aws:kms:us-east-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
	static = `{"type":"static","encrypt":"aes","sign":{"key":"mac","algorithm":"HmacSHA384"}}`
	item   = `{"k":{"S":"key"},"a":{"N":"1.50"},"b":{"SS":["é","\ud83d\ude00"]},"c":{"L":[{"NULL":true}]}}`
)

// a case with other fields
func caseWith(fields string) string {
	return `{"logicalTableName":"T","partitionKey":"k","actions":{"k":"SIGN_ONLY","a":"ENCRYPT_AND_SIGN","b":"SIGN_ONLY"}` + fields + `}`
}

func defaultCase() string { return caseWith(`,"provider":` + static) }

func request(op, by, item string) string {
	return fmt.Sprintf(`{"op":%q,"format":"ddbec","id":"x","case":%s,"item":%s}`, op, by, item)
}

// ask gives lines to one driver and returns its answers.
func ask(t *testing.T, lines ...string) []protocol.Answer {
	t.Helper()
	var out bytes.Buffer
	for i, line := range lines {
		lines[i] = strings.NewReplacer("\n", "", "\t", "").Replace(line)
	}
	require.NoError(t, run(t.Context(), strings.NewReader(strings.Join(lines, "\n")), &out))
	answers := make([]protocol.Answer, 0, len(lines))
	for decoder := json.NewDecoder(&out); decoder.More(); {
		var answer protocol.Answer
		require.NoError(t, decoder.Decode(&answer))
		answers = append(answers, answer)
	}
	require.Len(t, answers, len(lines))
	return answers
}

func TestRoundTrip(t *testing.T) {
	for name, by := range map[string]string{
		"do nothing":   defaultCase(),
		"sign":         caseWith(`,"defaultAction":"SIGN_ONLY","provider":` + static),
		"encrypt":      caseWith(`,"defaultAction":"ENCRYPT_AND_SIGN","provider":` + static),
		"custom marks": caseWith(`,"signatureFieldName":"s","materialDescriptionFieldName":"d","descriptionPrefix":"p","dialect":"java","provider":` + static),
		"wrapped":      caseWith(`,"provider":{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"a":"b","amzn-ddb-env-alg":"AES/192"}}`),
		"SHA-256":      caseWith(`,"provider":{"type":"static","encrypt":"aes","sign":{"key":"mac"},"description":{"a":"b"}}`),
	} {
		t.Run(name, func(t *testing.T) {
			answers := ask(t, setup, request("encrypt", by, item))
			require.True(t, answers[1].OK, answers[1].Error)
			assert.Equal(t, `"x"`, string(answers[1].ID))
			stored := string(answers[1].Item)
			assert.NotContains(t, stored, "1.5")

			answers = ask(t, setup, request("decrypt", by, stored), request("decrypt", strings.Replace(by, `"T"`, `"U"`, 1), stored))
			require.True(t, answers[1].OK, answers[1].Error)
			assert.JSONEq(t, strings.Replace(item, "1.50", "1.5", 1), string(answers[1].Item))
			assert.Equal(t, protocol.ClassAuth, answers[2].Class, answers[2].Error)
		})
	}
}

func TestDiscover(t *testing.T) {
	answers := ask(t, setup, request("encrypt", caseWith(`,"defaultAction":"SIGN_ONLY","provider":`+static), item))
	require.True(t, answers[1].OK, answers[1].Error)
	by := caseWith(`,"defaultAction":"DISCOVER","provider":` + static)
	answers = ask(t, setup, request("decrypt", by, string(answers[1].Item)), request("encrypt", by, item))
	assert.True(t, answers[1].OK, answers[1].Error)
	assert.False(t, answers[2].OK, "an undeclared attribute is not written")
	assert.Equal(t, protocol.ClassFormat, answers[2].Class, answers[2].Error)
}

func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct{ line, class, message string }{
		"no JSON":             {`encrypt`, protocol.ClassConfig, "not of the protocol"},
		"no operation":        {request("erase", defaultCase(), item), protocol.ClassConfig, "erase"},
		"another format":      {strings.Replace(request("encrypt", `{}`, item), "ddbec", "other", 1), protocol.ClassConfig, `"other"`},
		"an unknown dialect":  {request("encrypt", caseWith(`,"dialect":"rust","provider":`+static), item), protocol.ClassConfig, "rust"},
		"another provider":    {request("encrypt", caseWith(`,"provider":{"type":"keystore","key":"aes"}`), item), protocol.ClassConfig, "keystore"},
		"no KMS":              {request("encrypt", caseWith(`,"provider":{"type":"direct-kms","key":"`+kmsKey+`"}`), item), protocol.ClassConfig, "kms"},
		"no tables":           {request("encrypt", caseWith(`,"provider":{"type":"most-recent","metastore":{"table":"T","provider":`+static+`}}`), item), protocol.ClassConfig, "dynamodb"},
		"no table of keys":    {request("rotate", defaultCase(), item), protocol.ClassConfig, "most recent"},
		"asymmetric by AES":   {request("encrypt", caseWith(`,"provider":{"type":"asymmetric-static","wrap":"aes","sign":{"key":"mac"}}`), item), protocol.ClassConfig, `"aes"`},
		"AES that is RSA":     {request("encrypt", caseWith(`,"provider":{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"amzn-ddb-wrap-alg":"RSA/ECB/PKCS1Padding"}}`), item), protocol.ClassConfig, "PKCS1Padding"},
		"a content key":       {request("encrypt", caseWith(`,"provider":{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"amzn-ddb-env-alg":"AES/64"}}`), item), protocol.ClassConfig, "AES/64"},
		"no provider":         {request("encrypt", caseWith(``), item), protocol.ClassConfig, "provider"},
		"an unknown field":    {request("encrypt", caseWith(`,"prefix":"p","provider":`+static), item), protocol.ClassConfig, "prefix"},
		"an unknown action":   {request("encrypt", strings.Replace(defaultCase(), "SIGN_ONLY", "SIGN", 1), item), protocol.ClassConfig, "SIGN"},
		"an unknown key":      {request("encrypt", strings.Replace(defaultCase(), `"mac"`, `"other"`, 1), item), protocol.ClassConfig, "other"},
		"a key of no MAC":     {request("encrypt", strings.Replace(defaultCase(), `"mac"`, `"aes"`, 1), item), protocol.ClassConfig, "aes"},
		"an unknown MAC":      {request("encrypt", strings.Replace(defaultCase(), "HmacSHA384", "HmacMD5", 1), item), protocol.ClassConfig, "HmacMD5"},
		"an encrypted key":    {request("encrypt", strings.Replace(defaultCase(), "SIGN_ONLY", "ENCRYPT_AND_SIGN", 1), item), protocol.ClassConfig, "key"},
		"a default on a key":  {request("encrypt", `{"logicalTableName":"T","partitionKey":"k","actions":{},"defaultAction":"ENCRYPT_AND_SIGN","provider":`+static+`}`, item), protocol.ClassConfig, "key"},
		"no marks":            {request("decrypt", defaultCase(), item), protocol.ClassFormat, ""},
		"no key attribute":    {request("encrypt", defaultCase(), `{"a":{"N":"1"}}`), protocol.ClassFormat, "k"},
		"no attribute value":  {request("encrypt", defaultCase(), `{"k":{"X":"1"}}`), protocol.ClassFormat, "item"},
		"a reserved name":     {request("encrypt", defaultCase(), `{"k":{"S":"1"},"aws_dbe_x":{"S":"1"}}`), protocol.ClassFormat, "aws_dbe_x"},
		"bench without runs":  {request("bench", defaultCase(), item), protocol.ClassConfig, "runs"},
		"nothing to encrypt":  {request("encrypt", defaultCase(), `null`), protocol.ClassFormat, ""},
		"two JSON values":     {request("encrypt", defaultCase(), item) + `{}`, protocol.ClassConfig, ""},
		"a provider that is":  {request("encrypt", caseWith(`,"provider":"static"`), item), protocol.ClassConfig, "provider"},
		"a field of provider": {request("encrypt", strings.Replace(defaultCase(), `"encrypt":"aes"`, `"wrap":"aes"`, 1), item), protocol.ClassConfig, "wrap"},
	} {
		t.Run(name, func(t *testing.T) {
			answers := ask(t, setup, c.line, request("encrypt", defaultCase(), item))
			assert.False(t, answers[1].OK)
			assert.Equal(t, c.class, answers[1].Class, answers[1].Error)
			assert.Contains(t, answers[1].Error, c.message)
			assert.True(t, answers[2].OK, "the driver goes on: %s", answers[2].Error)
		})
	}
}

// Servers that nobody answers for are an outage of keys, whatever asks them.
func TestUnreachable(t *testing.T) {
	const away = `"endpoint":"http://127.0.0.1:1"` // a port that nothing listens on
	setup := strings.Replace(setup, `"op"`, `"kms":{`+away+`,"region":"us-east-1"},"dynamodb":{`+away+`},"op"`, 1)
	modern := func(op, keyring string) string {
		by := `{"logicalTableName":"T","partitionKey":"k","actions":{"k":"SIGN_ONLY","a":"ENCRYPT_AND_SIGN","b":"SIGN_ONLY","c":"SIGN_ONLY"},"keyring":` + keyring + `}`
		return strings.Replace(request(op, by, item), "ddbec", "dbe", 1)
	}
	metaStore := `{"type":"most-recent","materialName":"m","metastore":{"table":"T","provider":` + static + `}}`
	hierarchy := `{"type":"hierarchy","branchKeyId":"b","store":{"table":"T","logicalName":"T","key":"` + kmsKey + `"}}`
	for name, line := range map[string]string{
		"direct KMS":   request("encrypt", caseWith(`,"provider":{"type":"direct-kms","key":"`+kmsKey+`"}`), item),
		"an alias":     request("encrypt", caseWith(`,"provider":{"type":"direct-kms","key":"alias/orders"}`), item),
		"most recent":  request("encrypt", caseWith(`,"provider":`+metaStore), item),
		"rotation":     request("rotate", caseWith(`,"provider":`+metaStore), item),
		"KMS keyring":  modern("encrypt", `{"type":"aws-kms","key":"`+kmsKey+`"}`),
		"a public key": modern("encrypt", `{"type":"aws-kms-ecdh","key":"`+kmsKey+`","curve":"P-256","scheme":"discovery"}`),
		"hierarchy":    modern("encrypt", hierarchy),
		"a version":    modern("rotate", hierarchy),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // the SDK's clients wait before they ask again
			answer := ask(t, setup, line)[1]
			assert.False(t, answer.OK)
			assert.Equal(t, protocol.ClassKeys, answer.Class, answer.Error)
		})
	}
}

func TestBench(t *testing.T) {
	line := strings.Replace(request("bench", defaultCase(), item), `"id"`, `"warm":2,"each":3,"runs":4,"id"`, 1)
	answers := ask(t, setup, line)
	require.True(t, answers[1].OK, answers[1].Error)
	assert.Len(t, answers[1].EncryptMicros, 4)
	assert.Len(t, answers[1].DecryptMicros, 4)
}
