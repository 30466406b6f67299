package interop_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/ddbec"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/testenv"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/generate"
	"github.com/dynaseal/ddb/interop/protocol"
)

const (
	directEach    = 30 // items that each client writes by Direct KMS in each way
	metaStoreEach = 4  // items that each client writes by each version of each material
)

// liveDDBEC is a KMS and a table that the clients of the legacy format share.
type liveDDBEC struct {
	*live
	samples *generate.Generator
}

func newLiveDDBEC(t *testing.T) liveDDBEC {
	l := newLive(t, clients, map[divergence.Client]string{
		divergence.Java:   testenv.Need(t, "DDB_PEER_JAVA"),
		divergence.Python: testenv.Need(t, "DDB_PEER_PYTHON"),
		divergence.Go:     goDriver(t),
	})
	return liveDDBEC{l, generate.New(l.seed, generate.Kind{})}
}

// provider is the JSON of one.
func encodeProvider(t *testing.T, p any) json.RawMessage {
	t.Helper()
	encoded, err := json.Marshal(p)
	require.NoError(t, err)
	return encoded
}

// newItem is a random item that all clients agree on, and its case by a provider.
func (l liveDDBEC) newItem(t *testing.T, provider json.RawMessage) (crypt.Item, protocol.Case) {
	for {
		s := l.samples.Sample()
		classes, err := divergence.Of(s.Item, s.Case)
		require.NoError(t, err)
		if classes != 0 {
			continue
		}
		for _, name := range []string{s.Case.PartitionKey, s.Case.SortKey} {
			delete(s.Item, name)
			delete(s.Case.Actions, name)
		}
		for name, value := range l.nextKey() {
			s.Item[name] = value
			s.Case.Actions[name] = protocol.SignOnly
		}
		s.Case.PartitionKey, s.Case.SortKey, s.Case.Provider = livePartition, liveSort, provider
		return s.Item, s.Case
	}
}

// items are n random ones that writer writes by a provider.
func (l liveDDBEC) items(t *testing.T, what string, writer divergence.Client, n int, provider json.RawMessage) []liveItem {
	var items []liveItem
	for range n {
		item, by := l.newItem(t, provider)
		expected, err := divergence.Opened(item, by, writer, divergence.Go)
		require.NoError(t, err)
		items = append(items, liveItem{
			format: protocol.DDBEC, writer: writer, item: item, writing: by, reading: by, expected: expected, readers: clients, what: what,
			flip: func(t *testing.T, f flipper, stored crypt.Item) (crypt.Item, string, func(divergence.Client) bool) {
				altered, what := f.flip(t, by, stored)
				return altered, what, func(reader divergence.Client) bool {
					away, err := divergence.RoundedAway(stored, altered, by, reader)
					require.NoError(t, err)
					return away
				}
			},
		})
	}
	return items
}

// TestLiveDirectKMS has the clients of the legacy format write and read one table by the keys of one KMS.
func TestLiveDirectKMS(t *testing.T) {
	l := newLiveDDBEC(t)
	key := l.kms.AddKey(fakekms.Key{Region: home})
	elsewhere := l.kms.AddKey(fakekms.Key{Region: away})
	var items []liveItem
	for _, c := range []struct {
		what     string
		provider protocol.DirectKMS
	}{
		{"as it is", protocol.DirectKMS{Key: key}},
		{"another region", protocol.DirectKMS{Key: elsewhere}},
		{"smaller keys", protocol.DirectKMS{Key: key, Description: map[string]string{"amzn-ddb-env-alg": "AES/128", "amzn-ddb-sig-alg": "HmacSHA256/128"}}},
		{"another MAC and more entries", protocol.DirectKMS{Key: key, Description: map[string]string{"amzn-ddb-sig-alg": "HmacSHA512/256", "team": "ärzte"}}},
	} {
		c.provider.Type = "direct-kms"
		for _, writer := range clients {
			items = append(items, l.items(t, c.what, writer, directEach, encodeProvider(t, c.provider))...)
		}
	}
	// An attacker's key, of another account: ours does not take what is under it, unless it is told to.
	foreign := protocol.DirectKMS{Type: "direct-kms", Key: l.kms.AddKey(fakekms.Key{Region: home, Account: foreignAccount})}
	pinned := protocol.DirectKMS{Type: "direct-kms", Key: key}
	told := pinned
	told.DecryptKeys = []string{key, foreign.Key}
	for _, writer := range clients {
		written := l.items(t, "under another account's key", writer, directEach, encodeProvider(t, foreign))
		items = append(items, readBy(written[1:], encodeProvider(t, pinned), divergence.Java, divergence.Python)...)
		items = append(items, readBy(written[:1], encodeProvider(t, told), divergence.Go)...)
	}
	l.put(t, items)
	l.get(t, items)
}

// readBy returns items as they are read by another provider, by those readers and nobody else.
func readBy(items []liveItem, provider json.RawMessage, readers ...divergence.Client) []liveItem {
	for i := range items {
		by := items[i].writing.(protocol.Case)
		by.Provider = provider
		items[i].reading, items[i].readers = by, readers
		if !slices.Contains(readers, divergence.Go) {
			items[i].others = []divergence.Client{divergence.Go}
		}
	}
	return items
}

// TestLiveMetaStore has each client make a MetaStore that the others rotate, by each kind of provider of its
// own, and all write and read by every version.
func TestLiveMetaStore(t *testing.T) {
	l := newLiveDDBEC(t)
	key := l.kms.AddKey(fakekms.Key{Region: home})
	for _, c := range []struct {
		name  string
		inner any
	}{
		{"static", protocol.Static{Type: "static", Encrypt: "aes256", Sign: protocol.Sign{Key: "mac64"}}},
		{"wrapped", protocol.Wrapped{Type: "wrapped", Wrap: "aes128", Sign: protocol.Sign{Key: "mac32"}}},
		{"direct KMS", protocol.DirectKMS{Type: "direct-kms", Key: key}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var items []liveItem
			for i, creator := range clients {
				provider := protocol.MostRecent{
					Type:         "most-recent",
					MaterialName: "visits of " + string(creator),
					MetaStore:    protocol.MetaStore{Table: l.unusedTable(t), Provider: encodeProvider(t, c.inner)},
				}
				encoded := encodeProvider(t, provider)
				l.must(t, creator, requestIn(t, protocol.DDBEC, protocol.CreateStore, protocol.Case{Provider: encoded}, nil))
				// Everybody rotates, the creator first and last.
				for version := range len(clients) + 1 {
					rotator := clients[(i+version)%len(clients)]
					answer := l.must(t, rotator, requestIn(t, protocol.DDBEC, protocol.Rotate, protocol.Case{Provider: encoded}, nil))
					require.Equal(t, fmt.Sprint(version), answer.Version)
					var written []liveItem
					for _, writer := range clients {
						what := fmt.Sprintf("made by %s, version %d by %s", creator, version, rotator)
						written = append(written, l.items(t, what, writer, metaStoreEach, encoded)...)
					}
					l.put(t, written)
					l.versioned(t, written, fmt.Sprintf("%s#%d", provider.MaterialName, version))
					items = append(items, written...)
				}
			}
			l.get(t, items)
		})
	}
}

// versioned holds that the items were written by one version of a material.
func (l liveDDBEC) versioned(t *testing.T, items []liveItem, meta string) {
	t.Helper()
	for _, i := range items {
		if t.Failed() {
			return
		}
		description, ok := l.stored(t, keyOf(i.item))[defaultDescription].(*types.AttributeValueMemberB)
		require.True(t, ok)
		named, _ := ddbec.LookupEntry(description.Value, "amzn-ddb-meta-id")
		assert.Equal(t, meta, string(named), "%s: %s", i.what, i.writer)
	}
}
