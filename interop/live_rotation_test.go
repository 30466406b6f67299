package interop_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/rotationtest"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/peers"
	"github.com/dynaseal/ddb/interop/protocol"
)

func TestMain(m *testing.M) { rotationtest.Main(m) }

// TestLiveRotation has Java's clients read what two processes of ours wrote under every version
// of keys that both rotated at once.
func TestLiveRotation(t *testing.T) {
	actions := map[string]string{rotationtest.PartitionKey: protocol.SignOnly, rotationtest.Encrypted: protocol.EncryptAndSign}
	for _, c := range []struct {
		kind, peer, format string
		by                 func(*testing.T, rotationtest.Setup) any
	}{
		{rotationtest.MetaStore, "DDB_PEER_JAVA", protocol.DDBEC, func(t *testing.T, s rotationtest.Setup) any {
			inner := encodeProvider(t, protocol.DirectKMS{Type: "direct-kms", Key: s.KMSKey})
			return protocol.Case{
				LogicalTableName: rotationtest.LogicalTable, PartitionKey: rotationtest.PartitionKey, Actions: actions,
				Provider: encodeProvider(t, protocol.MostRecent{
					Type: "most-recent", MaterialName: rotationtest.KeyName, MetaStore: protocol.MetaStore{Table: s.Keys, Provider: inner},
				}),
			}
		}},
		{rotationtest.KeyStore, "DDB_PEER_DBE_JAVA", protocol.DBE, func(_ *testing.T, s rotationtest.Setup) any {
			return protocol.DBECase{
				LogicalTableName: rotationtest.LogicalTable, PartitionKey: rotationtest.PartitionKey, Actions: actions, Suite: protocol.SuiteHMAC,
				Keyring: &protocol.Keyring{
					Type: protocol.Hierarchy, BranchKeyID: rotationtest.KeyName,
					Store: &protocol.Store{Table: s.Keys, LogicalName: rotationtest.LogicalKeyStore, Key: s.KMSKey},
				},
			}
		}},
	} {
		t.Run(c.kind, func(t *testing.T) {
			command, endpoint := testenv.Need(t, c.peer), testenv.Need(t, "DDB_ENDPOINT")
			kms := fakekms.Start()
			t.Cleanup(kms.Close)
			s, items := rotationtest.Run(t, c.kind, endpoint, kms)

			ctx, cancel := context.WithTimeout(t.Context(), runLimit)
			defer cancel()
			java, err := peers.Start(ctx, string(divergence.Java), command, protocol.Request{
				KMS: &protocol.KMS{Endpoint: s.KMS, Region: s.Region}, DynamoDB: &protocol.Endpoint{Endpoint: endpoint},
			})
			require.NoError(t, err)
			defer func() { assert.NoError(t, java.Close()) }()
			by := c.by(t, s)
			requests := make([]protocol.Request, len(items))
			for i, written := range items {
				key := crypt.Item{rotationtest.PartitionKey: written.Plain()[rotationtest.PartitionKey]}
				requests[i] = requestIn(t, c.format, protocol.Get, by, key)
				requests[i].Table = s.Items
			}
			answers, err := java.Run(requests)
			require.NoError(t, err)
			for i, a := range answers {
				require.True(t, a.OK, "%s: %s", items[i].ID(), a.Error)
				require.Equal(t, items[i].Plain(), answered(t, a), items[i].ID())
			}
		})
	}
}
