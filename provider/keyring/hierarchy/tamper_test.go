package hierarchy_test

import (
	"errors"
	"maps"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/kms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

const someVersion = "branch:version:00000000-0000-4000-8000-000000000000"

func flipped(t *testing.T, it item) types.AttributeValue {
	b := encOf(t, it)
	b[len(b)/2] ^= 1
	return binary(b)
}

// Every attribute of every item, changed in every way that can be stored: each is refused, and KMS is asked only
// about what may be a branch key of this store.
func TestTampering(t *testing.T) {
	w := newWorld(t)
	k := w.create("k")
	other := w.kms.AddKey(fakekms.Key{Region: east})
	ctx := t.Context()
	readers := map[string]func() error{
		"branch:ACTIVE":               func() error { _, err := w.store.Active(ctx, "k"); return err },
		"branch:version:" + k.Version: func() error { _, err := w.store.Version(ctx, "k", k.Version); return err },
		"beacon:ACTIVE":               func() error { _, err := w.store.Beacon(ctx, "k"); return err },
	}
	auth, malformed := crypt.ErrAuth, hierarchy.ErrItem
	type change struct {
		attribute string
		value     types.AttributeValue // nil removes it
		want      error
	}
	for itemType, read := range readers {
		good := w.stored("k", itemType)
		changes := map[string]change{
			"enc altered":           {"enc", flipped(t, good), auth},
			"enc cut":               {"enc", binary(encOf(t, good)[:20]), auth},
			"enc short":             {"enc", binary([]byte{1}), auth},
			"enc empty":             {"enc", binary(nil), malformed},
			"enc long":              {"enc", binary(make([]byte, 6145)), malformed},
			"enc a string":          {"enc", text("x"), malformed},
			"enc gone":              {"enc", nil, malformed},
			"arn of another key":    {"kms-arn", text(other), malformed},
			"arn of no key":         {"kms-arn", text("x"), malformed},
			"arn empty":             {"kms-arn", text(""), malformed},
			"arn binary":            {"kms-arn", binary([]byte(w.key)), malformed},
			"arn gone":              {"kms-arn", nil, malformed},
			"create time altered":   {"create-time", text("2026-05-06T06:08:09.120456Z"), auth},
			"create time empty":     {"create-time", text(""), auth},
			"create time long":      {"create-time", text(string(make([]byte, 65))), malformed},
			"create time number":    {"create-time", number("1"), malformed},
			"create time gone":      {"create-time", nil, malformed},
			"hierarchy 2":           {"hierarchy-version", number("2"), malformed},
			"hierarchy text":        {"hierarchy-version", text("1"), malformed},
			"hierarchy gone":        {"hierarchy-version", nil, malformed},
			"context altered":       {"aws-crypto-ec:tenant", text("of l"), auth},
			"context number":        {"aws-crypto-ec:tenant", number("1"), malformed},
			"context gone":          {"aws-crypto-ec:tenant", nil, auth},
			"context added":         {"aws-crypto-ec:more", text(""), auth},
			"attribute added":       {"note", text("x"), auth},
			"number added":          {"note", number("1"), malformed},
			"map added":             {"note", &types.AttributeValueMemberM{}, malformed},
			"null added":            {"note", &types.AttributeValueMemberNULL{Value: true}, malformed},
			"many bytes added":      {"note", text(string(make([]byte, 33<<10))), malformed},
			"table name added":      {"tablename", text(logical), malformed},
			"other version":         {"version", text(someVersion), map[bool]error{true: auth, false: malformed}[itemType == "branch:ACTIVE"]},
			"version of its own":    {"version", text("branch:version:" + k.Version), malformed},
			"version without":       {"version", text(k.Version), malformed},
			"version of upper case": {"version", text("branch:version:E9CE18A3-EDB5-4272-9F86-1CACB7997FF6"), malformed},
			"version a number":      {"version", number("1"), malformed},
		}
		if itemType == "branch:ACTIVE" {
			delete(changes, "version of its own")
			changes["version gone"] = change{"version", nil, malformed}
		}
		require.NoError(t, read())
		for name, c := range changes {
			name = itemType + ": " + name
			bad := maps.Clone(good)
			bad[c.attribute] = c.value
			if c.value == nil {
				delete(bad, c.attribute)
			}
			w.overwrite(bad)
			w.kms.ResetCalls()
			err := read()
			assertErrors(t, err, name, c.want)
			assert.Equal(t, c.want == malformed, len(w.kms.Calls()) == 0, "%s: %v", name, err)
			assert.Equal(t, c.want != auth, errors.Is(err, crypt.ErrKeys), "%s: one class: %v", name, err)
			if itemType == "branch:ACTIVE" {
				assertErrors(t, w.store.Rotate(ctx, "k"), name, c.want)
				assert.Len(t, all(t, w.ddb.Client(), "k"), 3, name)
			}
		}
		w.overwrite(good)
		require.NoError(t, read())
	}
}

func TestKeysMovedToAnotherPlace(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	a, b := w.create("a"), w.create("b")
	require.NoError(t, w.store.Rotate(ctx, "a"))
	a2 := w.active("a")
	typeOf := func(k hierarchy.BranchKey) string { return "branch:version:" + k.Version }
	items := map[string]item{
		"a active": w.stored("a", "branch:ACTIVE"), "a beacon": w.stored("a", "beacon:ACTIVE"),
		"a first": w.stored("a", typeOf(a)), "a second": w.stored("a", typeOf(a2)),
		"b active": w.stored("b", "branch:ACTIVE"), "b beacon": w.stored("b", "beacon:ACTIVE"), "b first": w.stored("b", typeOf(b)),
	}
	reads := map[string]func() error{
		"a active": func() error { _, err := w.store.Active(ctx, "a"); return err },
		"a beacon": func() error { _, err := w.store.Beacon(ctx, "a"); return err },
		"a first":  func() error { _, err := w.store.Version(ctx, "a", a.Version); return err },
		"a second": func() error { _, err := w.store.Version(ctx, "a", a2.Version); return err },
		"b active": func() error { _, err := w.store.Active(ctx, "b"); return err },
		"b beacon": func() error { _, err := w.store.Beacon(ctx, "b"); return err },
		"b first":  func() error { _, err := w.store.Version(ctx, "b", b.Version); return err },
	}
	for to, read := range reads {
		for from, source := range items {
			if from == to {
				continue
			}
			name := from + " as " + to
			whole := maps.Clone(source) // but for its place, and the version where there must be one or none
			maps.Copy(whole, itemKey(textOf(t, items[to]["branch-key-id"]), textOf(t, items[to]["type"])))
			if delete(whole, "version"); items[to]["version"] != nil {
				whole["version"] = items[to]["version"]
			}
			only := maps.Clone(items[to])
			only["enc"] = source["enc"]
			for _, forged := range []item{whole, only} {
				w.overwrite(forged)
				err := read()
				assertErrors(t, err, name, crypt.ErrAuth)
			}
		}
		w.overwrite(items[to])
		require.NoError(t, read(), to)
	}
}

func TestAnotherStoresKeys(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	other := w.with(func(c *hierarchy.Config) { c.LogicalName = "other" })
	_, err := other.Active(t.Context(), "k")
	assertErrors(t, err, "another logical name", crypt.ErrAuth)
	assertErrors(t, other.Rotate(t.Context(), "k"), "rotate", crypt.ErrAuth)
}

// What the package says that it does not see.
func TestAnOldActiveVersionCanBePutBack(t *testing.T) {
	w := newWorld(t)
	first := w.create("k")
	old := w.stored("k", "branch:ACTIVE")
	require.NoError(t, w.store.Rotate(t.Context(), "k"))
	w.overwrite(old)
	sameKey(t, first, w.active("k"), "put back")
}

// Mallory writes the table, and has a KMS key that everybody may use.
func TestMallorysKMSKey(t *testing.T) {
	w := newWorld(t)
	for name, key := range map[string]fakekms.Key{
		"any":            {Region: east, Account: mallory, Aliases: []string{"alias/of-mallory"}},
		"multi-Region":   {Region: east, Account: mallory, MultiRegion: true},
		"of the same id": {Region: east, Account: mallory, MultiRegion: true, ID: "mrk-80bd8ecdcd4342aebd84b7dc9da498a7"},
	} {
		arn := w.kms.AddKey(key)
		his := w.with(func(c *hierarchy.Config) {
			c.KMSConfiguration = hierarchy.KeyARN(arn)
			c.KMS = w.kms.ClientOf(mallory, east)
		})
		_, err := his.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: name, Context: map[string]string{"a": "b"}})
		require.NoError(t, err)
		known, err := his.Active(t.Context(), name)
		require.NoError(t, err)

		w.kms.ResetCalls()
		mine := w.kms.AddKey(fakekms.Key{Region: east, MultiRegion: true})
		if key.ID != "" {
			mine = w.kms.AddKey(fakekms.Key{Region: east, MultiRegion: true, ID: key.ID})
		}
		for config, c := range map[string]hierarchy.KMSConfiguration{
			"key":                  hierarchy.KeyARN(w.key),
			"multi-Region key":     hierarchy.MultiRegionKeyARN(mine),
			"discovery":            hierarchy.Discovery{Accounts: []string{fakekms.Account}},
			"another partition":    hierarchy.Discovery{Accounts: []string{mallory}, Partition: "aws-cn"},
			"discovery in east":    hierarchy.MultiRegionDiscovery{Region: east, Accounts: []string{fakekms.Account}},
			"discovery in west":    hierarchy.MultiRegionDiscovery{Region: west, Accounts: []string{fakekms.Account}},
			"discovery, key's own": hierarchy.KeyARN(mine),
		} {
			reader := w.with(func(cc *hierarchy.Config) { cc.KMSConfiguration = c })
			_, err := reader.Active(t.Context(), name)
			assertErrors(t, err, name+", "+config, hierarchy.ErrItem, crypt.ErrKeys)
			_, err = reader.Beacon(t.Context(), name)
			assertErrors(t, err, name+", "+config, hierarchy.ErrItem)
			_, err = reader.Version(t.Context(), name, known.Version)
			assertErrors(t, err, name+", "+config, hierarchy.ErrItem)
			assert.Error(t, reader.Rotate(t.Context(), name), name+", "+config)
		}
		assert.Empty(t, w.kms.Calls(), "KMS is not asked")

		for _, c := range []hierarchy.KMSConfiguration{hierarchy.Discovery{InsecureAnyAccount: true}, hierarchy.MultiRegionDiscovery{Region: east, InsecureAnyAccount: true}} {
			got, err := w.with(func(cc *hierarchy.Config) { cc.KMSConfiguration = c }).Active(t.Context(), name)
			require.NoError(t, err, "why it is called insecure")
			sameKey(t, known, got, name)
		}
	}
}

func TestAliasesAreRefusedInDiscovery(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	it := w.stored("k", "branch:ACTIVE")
	it["kms-arn"] = text("arn:aws:kms:" + east + ":" + fakekms.Account + ":alias/orders")
	w.overwrite(it)
	w.kms.ResetCalls()
	for name, c := range map[string]hierarchy.KMSConfiguration{
		"discovery":              hierarchy.Discovery{Accounts: []string{fakekms.Account}},
		"multi-Region discovery": hierarchy.MultiRegionDiscovery{Region: west, Accounts: []string{fakekms.Account}},
		"insecure discovery":     hierarchy.Discovery{InsecureAnyAccount: true},
	} {
		_, err := w.with(func(cc *hierarchy.Config) { cc.KMSConfiguration = c }).Active(t.Context(), "k")
		assertErrors(t, err, name, hierarchy.ErrItem)
		assert.ErrorContains(t, err, "alias", name)
	}
	assert.Empty(t, w.kms.Calls())
}

// KMS, or what stands in its place, answers for another key, or none.
func TestOtherAnswersOfKMS(t *testing.T) {
	w := newWorld(t)
	w.create("k")
	long := make([]byte, 6145)
	arn := new(w.kms.AddKey(fakekms.Key{Region: east}))
	for name, k := range map[string]*otherKMS{
		"decrypt, another key": {decrypt: func(o *kms.DecryptOutput) { o.KeyId = arn }},
		"decrypt, no key id":   {decrypt: func(o *kms.DecryptOutput) { o.KeyId = nil }},
		"decrypt, short":       {decrypt: func(o *kms.DecryptOutput) { o.Plaintext = o.Plaintext[:31] }},
		"decrypt, long":        {decrypt: func(o *kms.DecryptOutput) { o.Plaintext = append(o.Plaintext, 0) }},
		"decrypt, nothing":     {decrypt: func(o *kms.DecryptOutput) { o.Plaintext = nil }},

		"generate, another key": {generate: func(o *kms.GenerateDataKeyWithoutPlaintextOutput) { o.KeyId = arn }},
		"generate, nothing":     {generate: func(o *kms.GenerateDataKeyWithoutPlaintextOutput) { o.CiphertextBlob = nil }},
		"generate, long":        {generate: func(o *kms.GenerateDataKeyWithoutPlaintextOutput) { o.CiphertextBlob = long }},

		"re-encrypt, from another key": {reEncrypt: func(o *kms.ReEncryptOutput) { o.SourceKeyId = arn }},
		"re-encrypt, to another key":   {reEncrypt: func(o *kms.ReEncryptOutput) { o.KeyId = arn }},
		"re-encrypt, nothing":          {reEncrypt: func(o *kms.ReEncryptOutput) { o.CiphertextBlob = nil }},
	} {
		k.KMSClient = w.kms.Client(east)
		s := w.with(func(c *hierarchy.Config) { c.KMS = k })
		if k.decrypt != nil {
			got, err := s.Active(t.Context(), "k")
			assertErrors(t, err, name, crypt.ErrAuth)
			assert.Zero(t, got, name)
			continue
		}
		_, err := s.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "new", Context: map[string]string{"a": "b"}})
		assertErrors(t, err, name, crypt.ErrAuth)
		assertErrors(t, s.Rotate(t.Context(), "k"), name, crypt.ErrAuth)
		assert.Len(t, all(t, w.ddb.Client(), "k", "new"), 3, name)
	}
	var plaintext []byte
	s := w.with(func(c *hierarchy.Config) {
		c.KMS = &otherKMS{KMSClient: c.KMS, decrypt: func(o *kms.DecryptOutput) { plaintext = o.Plaintext }}
	})
	got, err := s.Active(t.Context(), "k")
	require.NoError(t, err)
	assert.Equal(t, make([]byte, 32), plaintext, "wiped")
	assert.NotEqual(t, make([]byte, 32), got.Key.Expose())
}
