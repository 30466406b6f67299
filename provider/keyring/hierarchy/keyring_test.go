package hierarchy_test

import (
	"bytes"
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/crypt/crypttest"
	"github.com/dynaseal/ddb/crypt/dbe"
	wiredbe "github.com/dynaseal/ddb/internal/dbe"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
	"github.com/dynaseal/ddb/provider/secret"
)

// unwrapped reads a data key by the letter of dbesdk 2.1 and 2.8, and nothing that the keyring is made of.
func unwrapped(t *testing.T, branch hierarchy.BranchKey, wrapped keyring.EncryptedDataKey, serialised []byte) []byte {
	t.Helper()
	require.Equal(t, "aws-kms-hierarchy", wrapped.ProviderID)
	require.Equal(t, branch.ID, string(wrapped.ProviderInfo))
	require.Len(t, wrapped.Ciphertext, 140)
	version, err := hex.DecodeString(strings.ReplaceAll(branch.Version, "-", ""))
	require.NoError(t, err)
	gcm := func(key []byte) cipher.AEAD {
		block, err := aes.NewCipher(key)
		require.NoError(t, err)
		g, err := cipher.NewGCM(block)
		require.NoError(t, err)
		return g
	}
	c := wrapped.Ciphertext[48:]
	require.Equal(t, version, c[28:44])
	h := hmac.New(sha256.New, branch.Key.Expose())
	h.Write(slices.Concat([]byte{0, 0, 0, 1}, []byte("aws-kms-hierarchy\x00"), c[:16], []byte{0, 0, 1, 0}))
	intermediate, err := gcm(h.Sum(nil)).Open(nil, c[16:28], c[44:], slices.Concat([]byte("aws-kms-hierarchy"+branch.ID), version, serialised))
	require.NoError(t, err)
	var schedule wiredbe.KeySchedule
	var encryption, signing [32]byte
	require.NoError(t, schedule.Intermediate(intermediate, &encryption, &signing))
	key, err := gcm(encryption[:]).Open(nil, make([]byte, 12), wrapped.Ciphertext[:48], serialised)
	require.NoError(t, err)
	return key
}

func TestDataKeysAreWrappedByTheLetter(t *testing.T) {
	store := newMemory("letters", "a key of 1 tenant, ä")
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a key of 1 tenant, ä"})
	for _, c := range []map[string]string{nil, entries(1, "north"), entries(2, "north")} {
		serialised, err := wiredbe.AppendKeyringContext(nil, c)
		require.NoError(t, err)
		m, again := sealed(t, k, c), sealed(t, k, c)
		assert.Equal(t, m.DataKey.Expose(), unwrapped(t, store.keys["a key of 1 tenant, ä"][0], m.EncryptedDataKeys[0], serialised))
		require.NoError(t, open(t.Context(), k, m))
		for i, part := range [][2]int{{48, 64}, {64, 76}, {92, 140}} { // salt, nonce, sealed
			assert.NotEqual(t, m.EncryptedDataKeys[0].Ciphertext[part[0]:part[1]], again.EncryptedDataKeys[0].Ciphertext[part[0]:part[1]], i)
		}
	}
}

func TestRotation(t *testing.T) {
	clock := newClock()
	store := newMemory("s", "a")
	config := hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Cache: newCache(t, hierarchy.CacheConfig{Now: clock.Now}), TTL: time.Minute}
	k := newRing(t, config)
	versionOf := func(m keyring.EncryptionMaterials) string {
		return hex.EncodeToString(m.EncryptedDataKeys[0].Ciphertext[76:92])
	}
	first := sealed(t, k, nil)
	rotated := strings.ReplaceAll(store.rotate("a"), "-", "")
	assert.Equal(t, versionOf(first), versionOf(sealed(t, k, nil)), "until the TTL ends")
	clock.pass(time.Minute)
	second := sealed(t, k, nil)
	assert.Equal(t, rotated, versionOf(second))
	for range 3 {
		require.NoError(t, open(t.Context(), k, first))
		require.NoError(t, open(t.Context(), k, second))
	}
	assert.Equal(t, 4, store.counted(), "the active one twice, each version once")
}

// kinds are ways to choose the branch key of an item.
func kinds(store hierarchy.BranchKeys) map[string]hierarchy.KeyringConfig {
	return map[string]hierarchy.KeyringConfig{
		"by id": {Store: store, BranchKeyID: "a"},
		"by supplier": {Store: store, Supplier: func(_ context.Context, attributes crypt.Item) (string, error) {
			if attributes["pk"] == nil {
				return "", errors.New("no partition key")
			}
			return "a", nil
		}},
	}
}

func TestConformance(t *testing.T) {
	ours, theirs := newMemory("s", "a"), newMemory("s", "a")
	for name, suite := range map[string]keyring.Suite{"by id": keyring.SuiteECDSA, "by supplier": keyring.SuiteHMAC} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			format := func(store hierarchy.BranchKeys) crypt.Format {
				f, err := dbe.New(dbe.Config{Keyring: newRing(t, kinds(store)[name]), Suite: suite})
				require.NoError(t, err)
				return f
			}
			crypttest.TestFormat(t, format(ours), crypttest.Config{
				NamesUnsigned: true, OtherKeys: format(theirs), Secrets: [][]byte{ours.keys["a"][0].Key.Expose()},
			})
		})
	}
}

func TestEveryBitOfADataKeyCounts(t *testing.T) {
	store := newMemory("s", "a", "b")
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"})
	m := sealed(t, k, entries(1, "north"))
	whole := m.EncryptedDataKeys[0]
	try := func(w keyring.EncryptedDataKey) error {
		_, err := k.OnDecrypt(t.Context(), keyring.DecryptionMaterials{Suite: m.Suite, Context: m.Context}, []keyring.EncryptedDataKey{w})
		return err
	}
	require.NoError(t, try(whole))
	for i := range whole.Ciphertext {
		altered := whole
		altered.Ciphertext = bytes.Clone(whole.Ciphertext)
		altered.Ciphertext[i] ^= 1 << (i % 8)
		class := crypt.ErrAuth
		if i >= 76 && i < 92 { // a version that is not there
			class = crypt.ErrKeys
		}
		require.ErrorIs(t, try(altered), class, i)
	}
	for _, n := range []int{0, 47, 48, 49, 139} {
		altered := whole
		altered.Ciphertext = whole.Ciphertext[:n]
		require.Error(t, try(altered), n)
	}
	altered := whole
	altered.Ciphertext = append(bytes.Clone(whole.Ciphertext), 0)
	require.ErrorIs(t, try(altered), crypt.ErrAuth)
	altered = whole
	altered.ProviderInfo = []byte("b")
	require.ErrorIs(t, try(altered), crypt.ErrFormat)
	altered = whole
	altered.ProviderID = "aws-kms"
	require.ErrorIs(t, try(altered), crypt.ErrFormat)
	m.Context = entries(1, "south")
	require.ErrorIs(t, try(whole), crypt.ErrAuth, "an item that was moved")
}

func TestNewKeyringRefuses(t *testing.T) {
	store := newMemory("s", "a")
	var none *hierarchy.Store
	for name, c := range map[string]struct {
		config hierarchy.KeyringConfig
		says   []string
	}{
		"nothing":             {hierarchy.KeyringConfig{}, []string{"no Store", "no branch key: give BranchKeyID, or a Supplier"}},
		"nil store":           {hierarchy.KeyringConfig{Store: none, BranchKeyID: "a"}, []string{"no Store"}},
		"store without name":  {hierarchy.KeyringConfig{Store: newMemory(""), BranchKeyID: "a"}, []string{"no logical name"}},
		"two choices":         {hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Supplier: hierarchy.FromAttribute("pk")}, []string{"give one of them"}},
		"long id":             {hierarchy.KeyringConfig{Store: store, BranchKeyID: strings.Repeat("a", 2049)}, []string{"BranchKeyID", "2048"}},
		"id of no text":       {hierarchy.KeyringConfig{Store: store, BranchKeyID: "\xff"}, []string{"UTF-8"}},
		"TTL":                 {hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", TTL: -1}, []string{"TTL of -1ns"}},
		"partition of no use": {hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", Partition: "p"}, []string{"Partition without Cache"}},
	} {
		_, err := hierarchy.NewKeyring(c.config)
		require.Error(t, err, name)
		for _, says := range c.says {
			assert.ErrorContains(t, err, says, name)
		}
	}
	_, err := hierarchy.NewCache(hierarchy.CacheConfig{Capacity: -1})
	assert.ErrorContains(t, err, "Capacity of -1")
}

// A store of one's own may be wrong.
func TestAWrongAnswerOfTheStoreIsNotUsed(t *testing.T) {
	store := newMemory("s", "a")
	k := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a", TTL: time.Hour})
	m := sealed(t, k, nil)
	right := store.keys["a"][0].Version
	for name, change := range map[string]func(*hierarchy.BranchKey){
		"another id":           func(k *hierarchy.BranchKey) { k.ID = "b" },
		"no version":           func(k *hierarchy.BranchKey) { k.Version = "" },
		"version in capitals":  func(k *hierarchy.BranchKey) { k.Version = "ABCDEF00" + right[8:] },
		"version of no UUID":   func(k *hierarchy.BranchKey) { k.Version = right[:35] + "g" },
		"version without dash": func(k *hierarchy.BranchKey) { k.Version = right[:8] + "0" + right[9:] },
		"no key":               func(k *hierarchy.BranchKey) { k.Key = secret.Key{} },
		"short key":            func(k *hierarchy.BranchKey) { k.Key = secretOf(t, make([]byte, 31)) },
	} {
		store.change = change
		fresh := newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"})
		_, err := fresh.OnEncrypt(t.Context(), keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC})
		require.ErrorIs(t, err, crypt.ErrKeys, name)
		require.ErrorIs(t, err, hierarchy.ErrItem, name)
		require.ErrorIs(t, open(t.Context(), fresh, m), crypt.ErrKeys, name)
		store.change = nil
		require.NoError(t, open(t.Context(), fresh, m), "nothing was kept")
	}
	store.rotate("a")
	store.change = func(k *hierarchy.BranchKey) { k.Version = store.keys["a"][1].Version }
	require.ErrorIs(t, open(t.Context(), newRing(t, hierarchy.KeyringConfig{Store: store, BranchKeyID: "a"}), m), hierarchy.ErrItem, "another version")
}

func TestKeyringsPrintNoKey(t *testing.T) {
	store := newMemory("s", "a")
	for name, c := range kinds(store) {
		k := newRing(t, c)
		sealed(t, k, map[string]string{"aws-crypto-partition-name": "pk", "aws-crypto-attr.pk": textEntry("north")})
		key := store.keys["a"][0].Key.Expose()
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
			got := fmt.Sprintf(verb, k)
			assert.NotContains(t, got, string(key), name+verb)
			assert.NotContains(t, strings.ToLower(got), hex.EncodeToString(key[:8]), name+verb)
		}
		assert.Contains(t, fmt.Sprint(k), `of key store "s"`)
	}
}

func TestUsageIsCounted(t *testing.T) {
	k := newRing(t, hierarchy.KeyringConfig{Store: newMemory("s", "a"), BranchKeyID: "a"})
	var meter crypt.Meter
	ctx := crypt.Watch(t.Context(), &meter, nil)
	materials := keyring.EncryptionMaterials{Suite: keyring.SuiteHMAC}
	for range 10 {
		m, err := k.OnEncrypt(ctx, materials)
		require.NoError(t, err)
		require.NoError(t, open(ctx, k, m))
	}
	assert.Equal(t, crypt.Usage{StoreCalls: 2, CacheHits: 18}, meter.Usage())
}

// An item with data keys of several keyrings is read by whoever has one.
func TestInAMulti(t *testing.T) {
	east, west := newMemory("east", "a"), newMemory("west", "b")
	a := newRing(t, hierarchy.KeyringConfig{Store: east, BranchKeyID: "a"})
	b := newRing(t, hierarchy.KeyringConfig{Store: west, Supplier: hierarchy.FromAttribute("tenant")})
	both, err := keyring.Multi(a, b)
	require.NoError(t, err)
	m := sealed(t, both, entries(2, "b"))
	require.Len(t, m.EncryptedDataKeys, 2)
	for _, k := range []keyring.Keyring{a, b, both} {
		require.NoError(t, open(t.Context(), k, m))
	}
	east.forget("a")
	other := maps.Clone(m.Context)
	other["aws-crypto-attr.tenant"] = "c"
	m.Context = other
	require.ErrorIs(t, open(t.Context(), b, m), crypt.ErrFormat, "written for other keys")
}
