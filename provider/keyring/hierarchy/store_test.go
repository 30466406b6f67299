package hierarchy_test

import (
	"regexp"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

var uuid4 = regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)

func TestABranchKeyFromItsBirth(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	first := w.create("tenant-1")
	assert.Equal(t, "tenant-1", first.ID)
	assert.Regexp(t, uuid4, first.Version)
	assert.Equal(t, 32, first.Key.Len())
	assert.Equal(t, map[string]string{"tenant": "of tenant-1"}, first.Context)
	assert.Equal(t, w.key, first.KMSKey)

	byVersion, err := w.store.Version(ctx, "tenant-1", first.Version)
	require.NoError(t, err)
	sameKey(t, first, byVersion, "by version")
	beacon, err := w.store.Beacon(ctx, "tenant-1")
	require.NoError(t, err)
	assert.Equal(t, 32, beacon.Key.Len())
	assert.False(t, beacon.Key.Equal(first.Key))
	assert.Equal(t, first.Context, beacon.Context)

	require.NoError(t, w.store.Rotate(ctx, "tenant-1"))
	second := w.active("tenant-1")
	assert.NotEqual(t, first.Version, second.Version)
	assert.False(t, first.Key.Equal(second.Key))
	assert.Equal(t, first.Context, second.Context)
	assert.Equal(t, first.KMSKey, second.KMSKey)
	again, err := w.store.Version(ctx, "tenant-1", first.Version)
	require.NoError(t, err)
	sameKey(t, first, again, "the old version after rotation")
	newer, err := w.store.Version(ctx, "tenant-1", second.Version)
	require.NoError(t, err)
	sameKey(t, second, newer, "the new version by its name")
	beaconAgain, err := w.store.Beacon(ctx, "tenant-1")
	require.NoError(t, err)
	assert.True(t, beacon.Key.Equal(beaconAgain.Key), "the beacon key never changes")
	assert.Len(t, all(t, w.ddb.Client(), "tenant-1"), 4)
}

func TestARandomID(t *testing.T) {
	w := newWorld(t)
	id, err := w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{})
	require.NoError(t, err)
	assert.Regexp(t, uuid4, id)
	assert.Nil(t, w.active(id).Context)
	other, err := w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{Context: map[string]string{"a": ""}})
	require.NoError(t, err)
	assert.NotEqual(t, id, other)
	assert.Equal(t, map[string]string{"a": ""}, w.active(other).Context)
}

// The items and contexts of dbesdk 2.9, attribute by attribute.
func TestWhatIsStoredAndWhatKMSSees(t *testing.T) {
	w := newWorld(t)
	clock := time.Date(2026, 5, 6, 7, 8, 9, 120_456_789, time.FixedZone("", 3600))
	store := w.with(func(c *hierarchy.Config) {
		c.Now = func() time.Time { return clock }
		c.GrantTokens = []string{"a grant"}
	})
	_, err := store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "k", Context: map[string]string{"Größe": "x"}})
	require.NoError(t, err)

	active := w.stored("k", "branch:ACTIVE")
	version := textOf(t, active["version"])
	const created = "2026-05-06T06:08:09.120456Z"
	common := func(itemType string) item {
		return item{
			"branch-key-id": text("k"), "type": text(itemType), "kms-arn": text(w.key), "create-time": text(created),
			"hierarchy-version": number("1"), "aws-crypto-ec:Größe": text("x"),
		}
	}
	wantActive, wantVersion, wantBeacon := common("branch:ACTIVE"), common(version), common("beacon:ACTIVE")
	wantActive["version"] = text(version)
	for itemType, want := range map[string]item{"branch:ACTIVE": wantActive, version: wantVersion, "beacon:ACTIVE": wantBeacon} {
		got := w.stored("k", itemType)
		assert.NotEmpty(t, encOf(t, got), itemType)
		delete(got, "enc")
		assert.Equal(t, want, got, itemType)
	}

	context := func(it item) map[string]string {
		c := map[string]string{"hierarchy-version": "1", "tablename": logical}
		for name, v := range it {
			if name != "hierarchy-version" {
				c[name] = textOf(t, v)
			}
		}
		return c
	}
	calls := w.kms.Calls()
	require.Len(t, calls, 3)
	for i, want := range []struct {
		operation string
		context   item
	}{{"GenerateDataKeyWithoutPlaintext", wantVersion}, {"ReEncrypt", wantVersion}, {"GenerateDataKeyWithoutPlaintext", wantBeacon}} {
		assert.Equal(t, want.operation, calls[i].Operation)
		assert.Equal(t, context(want.context), calls[i].Context, i)
		assert.Equal(t, w.key, calls[i].RequestedKeyID, i)
		assert.Equal(t, []string{"a grant"}, calls[i].GrantTokens, i)
	}
	assert.Equal(t, context(wantActive), calls[1].DestinationContext)
	assert.Equal(t, w.key, calls[1].RequestedDestination)

	w.kms.ResetCalls()
	clock = clock.Add(time.Hour)
	require.NoError(t, store.Rotate(t.Context(), "k"))
	calls = w.kms.Calls()
	require.Len(t, calls, 3)
	assert.Equal(t, []string{"ReEncrypt", "GenerateDataKeyWithoutPlaintext", "ReEncrypt"},
		[]string{calls[0].Operation, calls[1].Operation, calls[2].Operation})
	assert.Equal(t, context(wantActive), calls[0].Context, "the old active version is verified, onto itself")
	assert.Equal(t, context(wantActive), calls[0].DestinationContext)
	newActive := w.stored("k", "branch:ACTIVE")
	assert.Equal(t, "2026-05-06T07:08:09.120456Z", textOf(t, newActive["create-time"]))
	delete(newActive, "enc")
	assert.Equal(t, context(newActive), calls[2].DestinationContext)
	assert.Equal(t, wantBeacon["create-time"], w.stored("k", "beacon:ACTIVE")["create-time"])

	w.kms.ResetCalls()
	_, err = store.Active(t.Context(), "k")
	require.NoError(t, err)
	calls = w.kms.Calls()
	require.Len(t, calls, 1)
	assert.Equal(t, context(newActive), calls[0].Context)
	assert.Equal(t, []string{"a grant"}, calls[0].GrantTokens)
}

func TestCallsAreCounted(t *testing.T) {
	w := newWorld(t)
	var m crypt.Meter
	ctx := crypt.Watch(t.Context(), &m, nil)
	usage := func(what string, keyCalls, storeCalls int64, do func() error) {
		t.Helper()
		before := m.Usage()
		require.NoError(t, do(), what)
		after := m.Usage()
		assert.Equal(t, keyCalls, after.KeyCalls-before.KeyCalls, what)
		assert.Equal(t, storeCalls, after.StoreCalls-before.StoreCalls, what)
	}
	usage("create table", 0, 1, func() error { return w.store.CreateTable(ctx) })
	usage("create key", 3, 1, func() error {
		_, err := w.store.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: "k", Context: map[string]string{"a": "b"}})
		return err
	})
	usage("rotate", 3, 2, func() error { return w.store.Rotate(ctx, "k") })
	usage("active", 1, 1, func() error { _, err := w.store.Active(ctx, "k"); return err })
	usage("beacon", 1, 1, func() error { _, err := w.store.Beacon(ctx, "k"); return err })
}

func TestWhatIsNotThere(t *testing.T) {
	w := newWorld(t)
	k := w.create("k")
	w.kms.ResetCalls()
	_, err := w.store.Active(t.Context(), "other")
	assertErrors(t, err, "active", hierarchy.ErrNotFound, crypt.ErrKeys)
	assert.ErrorContains(t, err, `"other"`)
	_, err = w.store.Beacon(t.Context(), "other")
	assertErrors(t, err, "beacon", hierarchy.ErrNotFound, crypt.ErrKeys)
	assertErrors(t, w.store.Rotate(t.Context(), "other"), "rotate", hierarchy.ErrNotFound)
	for name, version := range map[string]string{
		"unknown":    "00000000-0000-4000-8000-000000000000",
		"empty":      "",
		"upper case": "E9CE18A3-EDB5-4272-9F86-1CACB7997FF6",
		"no hyphens": "e9ce18a3edb542729f861cacb7997ff6aaaa",
		"a type":     "branch:version:" + k.Version,
	} {
		_, err := w.store.Version(t.Context(), "k", version)
		assertErrors(t, err, name, hierarchy.ErrNotFound, crypt.ErrKeys)
	}
	for name, id := range map[string]string{"empty": "", "long": string(make([]byte, 2049)), "not UTF-8": "\xff"} {
		_, err := w.store.Active(t.Context(), id)
		assertErrors(t, err, name, hierarchy.ErrNotFound, crypt.ErrKeys)
	}
	assert.Empty(t, w.kms.Calls())
}

func TestATakenIDIsKept(t *testing.T) {
	w := newWorld(t)
	before := w.create("k")
	_, err := w.store.CreateKey(t.Context(), hierarchy.CreateKeyConfig{ID: "k", Context: map[string]string{"a": "b"}})
	assertErrors(t, err, "create", hierarchy.ErrExists)
	assert.NotErrorIs(t, err, crypt.ErrKeys)
	assert.Len(t, all(t, w.ddb.Client(), "k"), 3)
	sameKey(t, before, w.active("k"), "after")
}

func TestCreateKeyRefuses(t *testing.T) {
	w := newWorld(t)
	context := map[string]string{"a": "b"}
	for name, c := range map[string]hierarchy.CreateKeyConfig{
		"an id without context":    {ID: "k"},
		"an empty key":             {Context: map[string]string{"": "b"}},
		"a value that is not text": {Context: map[string]string{"a": "\xff"}},
		"too much context":         {Context: map[string]string{"a": string(make([]byte, 33<<10))}},
		"a long id":                {ID: string(make([]byte, 2049)), Context: context},
		"an id that is not text":   {ID: "\xff", Context: context},
	} {
		_, err := w.store.CreateKey(t.Context(), c)
		assert.Error(t, err, name)
	}
	assert.Empty(t, w.kms.Calls())
}

func assertErrors(t *testing.T, err error, what string, targets ...error) {
	t.Helper()
	for _, target := range targets {
		assert.ErrorIs(t, err, target, what)
	}
}
