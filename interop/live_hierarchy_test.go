package interop_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt/dbe"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/interop/divergence"
	"github.com/dynaseal/ddb/interop/protocol"
)

// hierarchyEach is how many items each client writes by each version of a branch key.
const hierarchyEach = 6

// branchKey is a branch key of a key store, as the cases spell it.
func branchKey(store protocol.Store, id string) protocol.Keyring {
	return protocol.Keyring{Type: protocol.Hierarchy, Store: &store, BranchKeyID: id}
}

// hierarchical reports whether items by a keyring name versions of a branch key.
func hierarchical(k protocol.Keyring) bool {
	return k.Type == protocol.Hierarchy || slices.ContainsFunc(k.Children, hierarchical)
}

// keyStore has a client do an operation on the key store, or the branch key, of a keyring.
func (l liveDBE) keyStore(t *testing.T, client divergence.Client, op string, k protocol.Keyring, context map[string]string) string {
	t.Helper()
	r := requestIn(t, protocol.DBE, op, protocol.DBECase{Keyring: &k}, nil)
	r.Context = context
	return l.must(t, client, r).Version
}

// TestLiveHierarchy has each client make a key store whose branch keys the other versions, and both write
// and read by every version.
func TestLiveHierarchy(t *testing.T) {
	l := newLiveDBE(t)
	keys := l.newKMSKeys(t)
	for i, creator := range l.clients {
		other := l.clients[1-i]
		t.Run("made by "+string(creator), func(t *testing.T) {
			store := protocol.Store{Table: l.unusedTable(t), LogicalName: "keys of " + string(creator), Key: keys.home}
			ours, theirs := branchKey(store, "Zoë's"), branchKey(store, "somebody else's")
			l.keyStore(t, creator, protocol.CreateStore, ours, nil)
			l.keyStore(t, other, protocol.CreateStore, ours, nil) // it is there
			l.keyStore(t, other, protocol.CreateKey, theirs, map[string]string{"tenant": "2"})

			supplied := ours
			supplied.BranchKeyID = ""
			found := branchKey(protocol.Store{Table: store.Table, LogicalName: store.LogicalName, Mode: protocol.ModeDiscovery, Accounts: []string{fakekms.Account}}, ours.BranchKeyID)
			raw := protocol.Keyring{Type: protocol.RawAES, Key: "aes256", KeyNamespace: "ns", KeyName: "n"}
			recipes := []recipe{
				{what: "one branch key", writer: ours},
				{what: "a branch key for each item", writer: supplied, tenant: ours.BranchKeyID},
				{what: "in discovery", writer: ours, reader: &found},
				{what: "in a multi keyring", writer: *multiOf(raw, ours), reader: &ours, dataKey: 1},
				{what: "by another's branch key", writer: ours, reader: &theirs, others: l.clients},
			}
			var items []liveItem
			seen := map[string]bool{}
			for version := range 3 {
				active, op, by, context := "", protocol.Rotate, other, map[string]string(nil)
				if version != 1 {
					by = creator
				}
				if version == 0 {
					op, context = protocol.CreateKey, map[string]string{"tenant": "1", "größe": "ä"}
				}
				active = l.keyStore(t, by, op, ours, context)
				require.NotContains(t, seen, active)
				seen[active] = true
				var written []liveItem
				for _, r := range recipes {
					r.what = fmt.Sprintf("version %d by %s, %s", version, by, r.what)
					for _, writer := range l.clients {
						written = append(written, l.items(writer, hierarchyEach, r)...)
					}
				}
				l.put(t, written)
				l.versioned(t, written, active)
				items = append(items, written...)
			}
			l.get(t, items)
		})
	}
	t.Run("of a multi-Region key", func(t *testing.T) { l.multiRegionStores(t, keys) })
}

// multiRegionStores has each client make a store under a key whose replica the other reads and rotates by.
func (l liveDBE) multiRegionStores(t *testing.T, keys kmsKeys) {
	var items []liveItem
	for i, creator := range l.clients {
		other := l.clients[1-i]
		store := protocol.Store{Table: l.unusedTable(t), LogicalName: "keys of " + string(creator), Mode: protocol.ModeMRK, Key: keys.replicated}
		here := branchKey(store, "b")
		store.Key = keys.replica
		there := branchKey(store, "b")
		store.Key, store.Mode, store.Region, store.Accounts = "", protocol.ModeMRKDiscovery, away, []string{fakekms.Account}
		found := branchKey(store, "b")

		l.keyStore(t, creator, protocol.CreateStore, here, nil)
		recipes := []recipe{
			{what: "multi-Region, made by " + string(creator), writer: here, reader: &there},
			{what: "multi-Region discovery, made by " + string(creator), writer: there, reader: &found},
		}
		for version, active := range []string{
			l.keyStore(t, creator, protocol.CreateKey, here, map[string]string{"tenant": "1"}), "",
		} {
			if version == 1 {
				active = l.keyStore(t, other, protocol.Rotate, there, nil)
			}
			var written []liveItem
			for _, r := range recipes {
				for _, writer := range l.clients {
					written = append(written, l.items(writer, hierarchyEach, r)...)
				}
			}
			l.put(t, written)
			l.versioned(t, written, active)
			items = append(items, written...)
		}
	}
	l.get(t, items)
}

// versioned holds that the items were written by one version of a branch key.
func (l liveDBE) versioned(t *testing.T, items []liveItem, version string) {
	t.Helper()
	if t.Failed() {
		return
	}
	for _, i := range items {
		described, err := dbe.Describe(l.stored(t, keyOf(i.item)))
		require.NoError(t, err)
		last := described.DataKeys[len(described.DataKeys)-1]
		assert.Equal(t, version, last.KeyVersion, "%s: %s", i.what, i.writer)
	}
}
