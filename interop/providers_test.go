package interop_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

// pairs makes keys of every type of the protocol.
func pairs(t *testing.T) map[string]protocol.Key {
	encoded := func(kind string, private, public any) protocol.Key {
		privateDER, err := x509.MarshalPKCS8PrivateKey(private)
		require.NoError(t, err)
		publicDER, err := x509.MarshalPKIXPublicKey(public)
		require.NoError(t, err)
		return protocol.Key{Type: kind, PrivateDER: privateDER, PublicDER: publicDER}
	}
	wrap, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	sign, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	require.NoError(t, err)
	return map[string]protocol.Key{
		"aes":  {Type: "aes", Material: make([]byte, 32)},
		"mac":  {Type: "hmac", Material: make([]byte, 32)},
		"wrap": encoded("rsa", wrap, &wrap.PublicKey),
		"sign": encoded("rsa", sign, &sign.PublicKey),
		"ec":   encoded("ec", curve, &curve.PublicKey),
	}
}

// TestProviders holds what the peers' drivers know beside static keys, and the benchmarks of all.
func TestProviders(t *testing.T) {
	const java, python, ours = divergence.Java, divergence.Python, divergence.Go
	commands := map[divergence.Client]string{
		java:   testenv.Need(t, "DDB_PEER_JAVA"),
		python: testenv.Need(t, "DDB_PEER_PYTHON"),
		ours:   goDriver(t),
	}
	keys := pairs(t)
	drivers := map[divergence.Client]*peers.Peer{}
	for client, command := range commands {
		peer, err := peers.Start(t.Context(), string(client), command, keys)
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
		provider string
		clients  []divergence.Client // that know it
	}{
		"static, RSA signature":   {`{"type":"static","encrypt":"aes","sign":{"key":"sign"}}`, []divergence.Client{java, python}},
		"wrapped by AES":          {`{"type":"wrapped","wrap":"aes","sign":{"key":"mac"},"description":{"a":"b"}}`, []divergence.Client{java, python}},
		"wrapped by RSA":          {`{"type":"wrapped","wrap":"wrap","sign":{"key":"sign"}}`, []divergence.Client{java, python}},
		"wrapped by RSA, SHA-512": {`{"type":"wrapped","wrap":"wrap","sign":{"key":"sign","algorithm":"SHA512withRSA"}}`, []divergence.Client{java, python}},
		"wrapped by RSA, HMAC":    {`{"type":"wrapped","wrap":"wrap","sign":{"key":"mac","algorithm":"HmacSHA384"}}`, []divergence.Client{java, python}},
		"wrapped by RSA, PKCS #1": {`{"type":"wrapped","wrap":"wrap","sign":{"key":"sign"},"allowPKCS1":true,"description":{"amzn-ddb-wrap-alg":"RSA/ECB/PKCS1Padding"}}`, []divergence.Client{java, python}},
		"asymmetric":              {`{"type":"asymmetric-static","wrap":"wrap","sign":{"key":"sign"}}`, []divergence.Client{java, python}},
		"asymmetric, elliptic":    {`{"type":"asymmetric-static","wrap":"wrap","sign":{"key":"ec","algorithm":"SHA256withECDSA"}}`, []divergence.Client{java}},
	} {
		t.Run(name, func(t *testing.T) {
			for _, writer := range []divergence.Client{java, python} {
				stored := ask(writer, request(t, protocol.Encrypt, by(c.provider), item))
				if !slices.Contains(c.clients, writer) {
					assert.False(t, stored.OK, writer)
					continue
				}
				require.True(t, stored.OK, "%s: %s", writer, stored.Error)
				for _, reader := range c.clients {
					opened := ask(reader, request(t, protocol.Decrypt, by(c.provider), answered(t, stored)))
					require.True(t, opened.OK, "%s reads %s's: %s", reader, writer, opened.Error)
					assert.Empty(t, divergence.Difference(item, answered(t, opened)))

					moved := by(c.provider)
					moved.LogicalTableName = "U"
					assert.False(t, ask(reader, request(t, protocol.Decrypt, moved, answered(t, stored))).OK)
				}
			}
			assert.Equal(t, protocol.ClassConfig, ask(ours, request(t, protocol.Encrypt, by(c.provider), item)).Class)
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
