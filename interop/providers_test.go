package interop_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// TestProviders has every client read what every other writes by each provider and signature, and runs
// the benchmarks of all.
func TestProviders(t *testing.T) {
	const java, python, ours = divergence.Java, divergence.Python, divergence.Go
	commands := map[divergence.Client]string{
		java:   testenv.Need(t, "DDB_PEER_JAVA"),
		python: testenv.Need(t, "DDB_PEER_PYTHON"),
		ours:   goDriver(t),
	}
	keys, err := generate.Pairs()
	require.NoError(t, err)
	keys["aes"] = protocol.Key{Type: "aes", Material: make([]byte, 32)}
	keys["mac"] = protocol.Key{Type: "hmac", Material: make([]byte, 32)}
	drivers := map[divergence.Client]*peers.Peer{}
	for client, command := range commands {
		peer, err := peers.Start(t.Context(), string(client), command, protocol.Request{Keys: keys})
		require.NoError(t, err)
		drivers[client] = peer
	}
	ask := func(client divergence.Client, r protocol.Request) protocol.Answer {
		answers, err := drivers[client].Run([]protocol.Request{r})
		require.NoError(t, err)
		return answers[0]
	}
	item := crypt.Item{
		"k": &types.AttributeValueMemberS{Value: "key"},
		"e": &types.AttributeValueMemberN{Value: "1.5"},
		"s": &types.AttributeValueMemberSS{Value: []string{"b", "a"}},
	}
	by := func(provider string) protocol.Case {
		return protocol.Case{
			LogicalTableName: "T",
			PartitionKey:     "k",
			Actions:          map[string]string{"k": protocol.SignOnly, "e": protocol.EncryptAndSign, "s": protocol.SignOnly},
			Provider:         json.RawMessage(provider),
		}
	}

	for name, c := range map[string]struct {
		provider  string
		unknown   divergence.Client // a client that has it not
		unwritten bool              // by ours, which only reads it
	}{
		"static, RSA signature":        {provider: `{"type":"static","encrypt":"aes","sign":{"key":"sign"}}`},
		"static, RSA, SHA-384":         {provider: `{"type":"static","encrypt":"aes","sign":{"key":"sign","algorithm":"SHA384withRSA"}}`},
		"static, elliptic":             {provider: `{"type":"static","encrypt":"aes","sign":{"key":"p256","algorithm":"SHA512withECDSA"}}`, unknown: python},
		"wrapped by AES":               {provider: `{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"a":"b"}}`},
		"wrapped by AES, 128":          {provider: `{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"amzn-ddb-env-alg":"AES/128"}}`},
		"wrapped by AES, RSA":          {provider: `{"type":"wrapped","wrap":"aes","sign":{"key":"sign","algorithm":"SHA224withRSA"}}`},
		"wrapped by RSA":               {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"sign"}}`},
		"wrapped by RSA, SHA-512":      {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"sign","algorithm":"SHA512withRSA"}}`},
		"wrapped by RSA, HMAC":         {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"mac","algorithm":"HmacSHA384"}}`},
		"wrapped by RSA, OAEP SHA-1":   {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"mac"},"description":{"amzn-ddb-wrap-alg":"RSA/ECB/OAEPWithSHA-1AndMGF1Padding"}}`},
		"wrapped by RSA, OAEP SHA-384": {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"mac"},"description":{"amzn-ddb-wrap-alg":"RSA/ECB/OAEPWithSHA-384AndMGF1Padding"}}`},
		"wrapped by RSA, OAEP SHA-512": {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"mac"},"description":{"amzn-ddb-wrap-alg":"RSA/ECB/OAEPWithSHA-512AndMGF1Padding"}}`},
		"wrapped by RSA, PKCS #1":      {provider: `{"type":"wrapped","wrap":"wrap","sign":{"key":"sign"},"allowPKCS1":true,"description":{"amzn-ddb-wrap-alg":"RSA/ECB/PKCS1Padding"}}`, unwritten: true},
		"asymmetric":                   {provider: `{"type":"asymmetric-static","wrap":"wrap","sign":{"key":"sign"}}`},
		"asymmetric, elliptic":         {provider: `{"type":"asymmetric-static","wrap":"wrap","sign":{"key":"p256","algorithm":"SHA256withECDSA"}}`, unknown: python},
	} {
		t.Run(name, func(t *testing.T) {
			for _, writer := range clients {
				stored := ask(writer, request(t, protocol.Encrypt, by(c.provider), item))
				if writer == c.unknown || writer == ours && c.unwritten {
					assert.False(t, stored.OK, writer)
					continue
				}
				require.True(t, stored.OK, "%s: %s", writer, stored.Error)
				for _, reader := range clients {
					if reader == c.unknown {
						continue
					}
					opened := ask(reader, request(t, protocol.Decrypt, by(c.provider), answered(t, stored)))
					require.True(t, opened.OK, "%s reads %s's: %s", reader, writer, opened.Error)
					assert.Empty(t, divergence.Difference(item, answered(t, opened)))

					moved := by(c.provider)
					moved.LogicalTableName = "U"
					refused := ask(reader, request(t, protocol.Decrypt, moved, answered(t, stored)))
					assert.False(t, refused.OK)
					if reader == ours {
						assert.Equal(t, protocol.ClassAuth, refused.Class)
					}
				}
			}
		})
	}

	t.Run("benchmarks", func(t *testing.T) {
		r := request(t, protocol.Bench, by(`{"type":"static","encrypt":"aes","sign":{"key":"mac"}}`), item)
		r.Warm, r.Each, r.Runs = 5, 5, 3
		for client := range commands {
			answer := ask(client, r)
			require.True(t, answer.OK, "%s: %s", client, answer.Error)
			assert.Len(t, answer.EncryptMicros, r.Runs, client)
			assert.Len(t, answer.DecryptMicros, r.Runs, client)
		}
	})
	for client, peer := range drivers {
		assert.NoError(t, peer.Close(), client)
	}
}
