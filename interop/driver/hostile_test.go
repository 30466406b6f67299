package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/interop/protocol"
)

// Whatever a line holds it is answered once, by its id where it has one, and the driver goes on.
func TestBadRequests(t *testing.T) {
	good := request("encrypt", defaultCase(), item)
	stored := ask(t, setup, good)[1].Item
	deep := strings.Repeat(`{"L":[`, 4000) + `{"NULL":true}` + strings.Repeat(`]}`, 4000)
	for name, c := range map[string]struct {
		line, class string
		id          string // "": none
	}{
		"an empty line":             {"", protocol.ClassConfig, ""},
		"no JSON":                   {`{"op":"encrypt"`, protocol.ClassConfig, ""},
		"null":                      {`null`, protocol.ClassConfig, ""},
		"an array":                  {`[]`, protocol.ClassConfig, ""},
		"a number":                  {`1`, protocol.ClassConfig, ""},
		"bytes":                     {"\x00\xff\xfe", protocol.ClassConfig, ""},
		"nothing":                   {`{}`, protocol.ClassConfig, ""},
		"an id alone":               {`{"id":7}`, protocol.ClassConfig, `7`},
		"an id that is an object":   {`{"id":{"n":[1]}}`, protocol.ClassConfig, `{"n":[1]}`},
		"an id that is not UTF-8":   {"{\"id\":\"\xff\"}", protocol.ClassConfig, ""},
		"operation is a number":     {`{"id":"x","op":4}`, protocol.ClassConfig, `"x"`},
		"operation behind its id":   {`{"op":[],"id":"x"}`, protocol.ClassConfig, `"x"`},
		"keys are a list":           {`{"id":"x","op":"setup","keys":[]}`, protocol.ClassConfig, `"x"`},
		"key is text":               {`{"id":"x","op":"setup","keys":{"aes":"AAAA"}}`, protocol.ClassConfig, `"x"`},
		"key is no base64":          {`{"id":"x","op":"setup","keys":{"aes":{"type":"aes","material":"*"}}}`, protocol.ClassConfig, `"x"`},
		"format is missing":         {`{"id":"x","op":"encrypt","case":` + defaultCase() + `,"item":` + item + `}`, protocol.ClassConfig, `"x"`},
		"format is null":            {strings.Replace(good, `"ddbec"`, `null`, 1), protocol.ClassConfig, `"x"`},
		"case is missing":           {`{"id":"x","op":"encrypt","format":"ddbec","item":` + item + `}`, protocol.ClassConfig, `"x"`},
		"case is null":              {request("encrypt", `null`, item), protocol.ClassConfig, `"x"`},
		"case is text":              {request("encrypt", `"case"`, item), protocol.ClassConfig, `"x"`},
		"case is empty":             {request("encrypt", `{}`, item), protocol.ClassConfig, `"x"`},
		"case is not UTF-8":         {request("encrypt", strings.Replace(defaultCase(), `"a":`, "\"\xff\":", 1), item), protocol.ClassConfig, `"x"`},
		"actions are a list":        {request("encrypt", `{"logicalTableName":"T","partitionKey":"k","actions":[],"provider":`+static+`}`, item), protocol.ClassConfig, `"x"`},
		"no table":                  {request("encrypt", strings.Replace(defaultCase(), `"T"`, `""`, 1), item), protocol.ClassConfig, `"x"`},
		"no partition key":          {request("encrypt", strings.Replace(defaultCase(), `"partitionKey":"k",`, ``, 1), item), protocol.ClassConfig, `"x"`},
		"one key twice":             {request("encrypt", caseWith(`,"sortKey":"k","provider":`+static), item), protocol.ClassConfig, `"x"`},
		"default is DISCOVERY":      {request("encrypt", caseWith(`,"defaultAction":"DISCOVERY","provider":`+static), item), protocol.ClassConfig, `"x"`},
		"provider of no type":       {request("encrypt", caseWith(`,"provider":{}`), item), protocol.ClassConfig, `"x"`},
		"provider without sign":     {request("encrypt", caseWith(`,"provider":{"type":"static","encrypt":"aes"}`), item), protocol.ClassConfig, `"x"`},
		"provider without wrap":     {request("encrypt", caseWith(`,"provider":{"type":"wrapped","sign":{"key":"mac"}}`), item), protocol.ClassConfig, `"x"`},
		"key of a number":           {request("encrypt", caseWith(`,"provider":{"type":"static","encrypt":5,"sign":{"key":"mac"}}`), item), protocol.ClassConfig, `"x"`},
		"one name for both marks":   {request("encrypt", caseWith(`,"signatureFieldName":"m","materialDescriptionFieldName":"m","provider":`+static), item), protocol.ClassConfig, `"x"`},
		"action on a mark":          {request("encrypt", caseWith(`,"signatureFieldName":"a","provider":`+static), item), protocol.ClassConfig, `"x"`},
		"a description of numbers":  {request("encrypt", caseWith(`,"provider":{"type":"static","encrypt":"aes","sign":{"key":"mac"},"description":{"a":1}}`), item), protocol.ClassConfig, `"x"`},
		"a description, the format": {request("encrypt", caseWith(`,"provider":{"type":"static","encrypt":"aes","sign":{"key":"mac"},"description":{"amzn-ddb-map-sym-mode":"x"}}`), item), protocol.ClassConfig, `"x"`},
		"item is missing":           {`{"id":"x","op":"encrypt","format":"ddbec","case":` + defaultCase() + `}`, protocol.ClassFormat, `"x"`},
		"item is text":              {request("encrypt", defaultCase(), `"item"`), protocol.ClassFormat, `"x"`},
		"item is empty":             {request("encrypt", defaultCase(), `{}`), protocol.ClassFormat, `"x"`},
		"item is too deep":          {request("encrypt", defaultCase(), `{"k":{"S":"x"},"a":`+deep+`}`), protocol.ClassFormat, `"x"`},
		"JSON is too deep":          {request("encrypt", defaultCase(), strings.Repeat(`[`, 50_000)), protocol.ClassConfig, ""},
		"binary is no base64":       {request("decrypt", defaultCase(), `{"k":{"B":"*"}}`), protocol.ClassFormat, `"x"`},
		"number is none":            {request("encrypt", defaultCase(), `{"k":{"S":"x"},"a":{"N":"one"}}`), protocol.ClassFormat, `"x"`},
		"set of one member twice":   {request("encrypt", defaultCase(), `{"k":{"S":"x"},"b":{"SS":["a","a"]}}`), protocol.ClassFormat, `"x"`},
		"key is NULL":               {request("encrypt", defaultCase(), `{"k":{"NULL":true}}`), protocol.ClassFormat, `"x"`},
		"a surrogate":               {request("encrypt", defaultCase(), `{"k":{"S":"\ud800"}}`), protocol.ClassFormat, `"x"`},
		"marks are text":            {request("decrypt", defaultCase(), `{"k":{"S":"x"},"*amzn-ddb-map-sig*":{"S":"x"},"*amzn-ddb-map-desc*":{"S":"x"}}`), protocol.ClassFormat, `"x"`},
		"signature alone, empty":    {request("decrypt", defaultCase(), `{"k":{"S":"x"},"*amzn-ddb-map-sig*":{"B":""}}`), protocol.ClassAuth, `"x"`},
		"a description that lies":   {request("decrypt", defaultCase(), `{"k":{"S":"x"},"*amzn-ddb-map-sig*":{"B":"AAAA"},"*amzn-ddb-map-desc*":{"B":"AAAAAH////8="}}`), protocol.ClassFormat, `"x"`},
		"ciphertext that is none":   {request("decrypt", defaultCase(), strings.Replace(string(stored), `"a":{"B":"`, `"a":{"B":"AAAA`, 1)), protocol.ClassFormat, `"x"`},
		"bench of 10 million runs":  {strings.Replace(request("bench", defaultCase(), item), `"id"`, `"each":1,"runs":10000000,"id"`, 1), protocol.ClassConfig, `"x"`},
		"bench of half an item":     {strings.Replace(request("bench", defaultCase(), item), `"id"`, `"each":0.5,"runs":1,"id"`, 1), protocol.ClassConfig, `"x"`},
		"bench that cannot encrypt": {strings.Replace(request("bench", defaultCase(), `{"a":{"N":"1"}}`), `"id"`, `"each":1,"runs":1,"id"`, 1), protocol.ClassFormat, `"x"`},
		"32 MiB of space":           {strings.Repeat(" ", maxLine) + good, protocol.ClassConfig, ""},
		"16 MiB of item":            {request("encrypt", defaultCase(), `{"k":{"S":"x"},"a":{"S":"`+strings.Repeat("x", 16<<20)+`"}}`), protocol.ClassFormat, `"x"`},
	} {
		t.Run(name, func(t *testing.T) {
			answers := ask(t, setup, c.line, strings.Replace(good, `"x"`, `"next"`, 1))
			assert.False(t, answers[1].OK)
			assert.Equal(t, c.class, answers[1].Class, answers[1].Error)
			assert.NotEmpty(t, answers[1].Error)
			assert.Less(t, len(answers[1].Error), 500)
			assert.Equal(t, c.id, string(answers[1].ID))
			assert.Equal(t, `"next"`, string(answers[2].ID))
			if !strings.Contains(c.line, `"setup"`) {
				assert.True(t, answers[2].OK, "the driver goes on: %s", answers[2].Error)
			}
		})
	}
}

// Before the setup there are no keys; a later setup replaces them.
func TestSetups(t *testing.T) {
	line := request("encrypt", defaultCase(), item)
	answers := ask(t, line, setup, line, `{"op":"setup","id":1,"keys":{},"kms":{"endpoint":"http://127.0.0.1:1","region":"r"},"dynamodb":{"endpoint":"http://127.0.0.1:1"}}`, line, setup, line)
	for i, want := range []bool{false, true, true, true, false, true, true} {
		assert.Equal(t, want, answers[i].OK, "%d: %s", i, answers[i].Error)
	}
	assert.Equal(t, protocol.ClassConfig, answers[0].Class)
	assert.Equal(t, protocol.ClassConfig, answers[4].Class)
}

// pairs are keys with one half, both or none, by name.
func pairs(t *testing.T) map[string]protocol.Key {
	rsaKey, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	ecKey, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	keys := map[string]protocol.Key{
		"aes": {Type: "aes", Material: make([]byte, 32)},
		"mac": {Type: "hmac", Material: make([]byte, 32)},
	}
	add := func(kind string, private, public any) {
		privateDER, err := x509.MarshalPKCS8PrivateKey(private)
		require.NoError(t, err)
		publicDER, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		keys[kind] = protocol.Key{Type: kind, PrivateDER: privateDER, PublicDER: publicDER}
		keys[kind+"Private"] = protocol.Key{Type: kind, PrivateDER: privateDER}
		keys[kind+"Public"] = protocol.Key{Type: kind, PublicDER: publicDER}
		keys[kind+"Neither"] = protocol.Key{Type: kind}
		keys[kind+"Broken"] = protocol.Key{Type: kind, PrivateDER: privateDER[:20], PublicDER: publicDER}
	}
	add("rsa", rsaKey, &rsaKey.PublicKey)
	add("ec", ecKey, &ecKey.PublicKey)
	keys["rsaIsEC"] = protocol.Key{Type: "rsa", PrivateDER: keys["ec"].PrivateDER}
	keys["ecIsRSA"] = protocol.Key{Type: "ec", PublicDER: keys["rsa"].PublicDER}
	return keys
}

// A setup may lack the half of a pair that the process is not to have.
func TestHalves(t *testing.T) {
	encoded, err := json.Marshal(protocol.Request{Op: protocol.Setup, Keys: pairs(t)})
	require.NoError(t, err)
	setup := string(encoded)
	by := func(provider string) string { return caseWith(`,"provider":` + provider) }
	signed := func(key, algorithm string) string {
		return by(fmt.Sprintf(`{"type":"static","encrypt":"aes","sign":{"key":%q,"algorithm":%q}}`, key, algorithm))
	}
	wrapped := func(key string) string {
		return by(fmt.Sprintf(`{"type":"wrapped","wrap":%q,"sign":{"key":"mac"}}`, key))
	}
	const keys, config = protocol.ClassKeys, protocol.ClassConfig
	for name, c := range map[string]struct{ whole, half, encrypt, decrypt string }{
		"RSA signature, both":        {signed("rsa", "SHA256withRSA"), signed("rsa", "SHA256withRSA"), "", ""},
		"RSA signature, private":     {signed("rsa", "SHA512withRSA"), signed("rsaPrivate", "SHA512withRSA"), "", ""},
		"RSA signature, public":      {signed("rsa", "SHA224withRSA"), signed("rsaPublic", "SHA224withRSA"), keys, ""},
		"RSA signature, neither":     {signed("rsa", "SHA256withRSA"), signed("rsaNeither", "SHA256withRSA"), config, config},
		"RSA signature, broken":      {signed("rsa", "SHA256withRSA"), signed("rsaBroken", "SHA256withRSA"), config, config},
		"RSA signature by EC":        {signed("rsa", "SHA256withRSA"), signed("rsaIsEC", "SHA256withRSA"), config, config},
		"RSA signature, other name":  {signed("rsa", "SHA256withRSA"), signed("rsa", "SHA256withECDSA"), config, config},
		"ECDSA, private":             {signed("ec", "SHA384withECDSA"), signed("ecPrivate", "SHA384withECDSA"), "", ""},
		"ECDSA, public":              {signed("ec", "SHA256withECDSA"), signed("ecPublic", "SHA256withECDSA"), keys, ""},
		"ECDSA, neither":             {signed("ec", "SHA256withECDSA"), signed("ecNeither", "SHA256withECDSA"), config, config},
		"ECDSA by RSA":               {signed("ec", "SHA256withECDSA"), signed("ecIsRSA", "SHA256withECDSA"), config, config},
		"wrapped by RSA, private":    {wrapped("rsa"), wrapped("rsaPrivate"), "", ""},
		"wrapped by RSA, public":     {wrapped("rsa"), wrapped("rsaPublic"), "", keys},
		"wrapped by RSA, neither":    {wrapped("rsa"), wrapped("rsaNeither"), config, config},
		"wrapped by EC":              {wrapped("rsa"), wrapped("ec"), config, config},
		"wrapped by a key of a MAC":  {wrapped("rsa"), wrapped("mac"), config, config},
		"static without a cipher":    {signed("rsa", ""), by(`{"type":"static","encrypt":null,"sign":{"key":"rsa"}}`), keys, keys},
		"asymmetric, another's hash": {wrapped("rsa"), by(`{"type":"asymmetric-static","wrap":"rsa","sign":{"key":"mac"},"description":{"amzn-ddb-wrap-alg":"RSA/ECB/OAEPWithSHA-1AndMGF1Padding"}}`), "", protocol.ClassFormat},
	} {
		t.Run(name, func(t *testing.T) {
			stored := ask(t, setup, request("encrypt", c.whole, item))[1]
			require.True(t, stored.OK, stored.Error)
			answers := ask(t, setup, request("encrypt", c.half, item), request("decrypt", c.half, string(stored.Item)))
			for i, class := range []string{c.encrypt, c.decrypt} {
				assert.Equal(t, class == "", answers[i+1].OK, answers[i+1].Error)
				assert.Equal(t, class, answers[i+1].Class, answers[i+1].Error)
			}
		})
	}
}

// The answers of a long run come in its order, and to a reader that waits for each.
func TestManyCases(t *testing.T) {
	const cases = 10_000
	var lines bytes.Buffer
	fmt.Fprintln(&lines, strings.NewReplacer("\n", "", "\t", "").Replace(setup))
	for i := range cases {
		by := defaultCase()
		if i%3 == 1 {
			by = strings.Replace(by, "aes", "none", 1)
		}
		fmt.Fprintln(&lines, strings.Replace(request("encrypt", by, item), `"x"`, fmt.Sprint(i), 1))
	}
	var out bytes.Buffer
	require.NoError(t, run(t.Context(), &lines, &out))
	decoder := json.NewDecoder(&out)
	for i := -1; i < cases; i++ {
		var answer protocol.Answer
		require.NoError(t, decoder.Decode(&answer))
		require.Equal(t, i%3 != 1, answer.OK)
		if i >= 0 {
			require.Equal(t, fmt.Sprint(i), string(answer.ID))
		}
	}
	require.False(t, decoder.More())
}

// A description is what every user's provider may have; the options of AWS's clients among its entries
// are not.
func TestDescription(t *testing.T) {
	by := caseWith(`,"provider":{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"team":"blue","amzn-ddb-env-alg":"AES/128"}}`)
	stored := ask(t, setup, request("encrypt", by, item))[1]
	require.True(t, stored.OK, stored.Error)
	var attributes map[string]struct{ B string }
	require.NoError(t, json.Unmarshal(stored.Item, &attributes))
	description, err := base64.StdEncoding.DecodeString(attributes["*amzn-ddb-map-desc*"].B)
	require.NoError(t, err)
	assert.Contains(t, string(description), "team\x00\x00\x00\x04blue")
	assert.Equal(t, 1, strings.Count(string(description), "amzn-ddb-env-alg"))
}
