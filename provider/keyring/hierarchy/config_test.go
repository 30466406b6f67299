package hierarchy_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring/hierarchy"
)

func TestConfigsThatAreRefused(t *testing.T) {
	const (
		key   = "arn:aws:kms:us-east-1:111122223333:key/b3537ef1-d8dc-4780-9f5a-55776cbb2f7f"
		alias = "arn:aws:kms:us-east-1:111122223333:alias/orders"
	)
	w := newWorld(t)
	for name, c := range map[string]struct {
		change func(*hierarchy.Config)
		says   string
	}{
		"no table":                            {func(c *hierarchy.Config) { c.Table = "" }, "Table"},
		"no logical name":                     {func(c *hierarchy.Config) { c.LogicalName = "" }, "LogicalName"},
		"odd logical name":                    {func(c *hierarchy.Config) { c.LogicalName = "\xff" }, "UTF-8"},
		"no KMS":                              {func(c *hierarchy.Config) { c.KMS = nil }, "KMS client"},
		"nil KMS":                             {func(c *hierarchy.Config) { c.KMS = (*otherKMS)(nil) }, "KMS client"},
		"no DynamoDB":                         {func(c *hierarchy.Config) { c.DynamoDB = nil }, "DynamoDB client"},
		"11 grant tokens":                     {func(c *hierarchy.Config) { c.GrantTokens = strings.Split("a,b,c,d,e,f,g,h,i,j,k", ",") }, "11 GrantTokens: KMS takes at most 10"},
		"an empty grant token":                {func(c *hierarchy.Config) { c.GrantTokens = []string{"a", ""} }, "grant token 2 of 0 bytes"},
		"an empty token":                      {func(c *hierarchy.Config) { c.GrantTokens = []string{""} }, "empty"},
		"no keys":                             {func(c *hierarchy.Config) { c.KMSConfiguration = nil }, "one of"},
		"nil keys":                            {func(c *hierarchy.Config) { c.KMSConfiguration = (*hierarchy.Discovery)(nil) }, "one of"},
		"zero key":                            {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.KeyARN("") }, "ARN"},
		"a bare id":                           {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.KeyARN("b3537ef1") }, "ARN"},
		"an alias":                            {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.KeyARN(alias) }, "alias"},
		"a single-Region key as multi-Region": {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.MultiRegionKeyARN(key) }, "KeyARN"},
		"no accounts":                         {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.Discovery{} }, "accounts"},
		"a short account":                     {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.Discovery{Accounts: []string{"1"}} }, "12 digits"},
		"an odd partition": {func(c *hierarchy.Config) {
			c.KMSConfiguration = hierarchy.Discovery{Accounts: []string{mallory}, Partition: "a:b"}
		}, "partition"},
		"no region": {func(c *hierarchy.Config) {
			c.KMSConfiguration = hierarchy.MultiRegionDiscovery{Accounts: []string{mallory}}
		}, "region"},
		"region, no accounts": {func(c *hierarchy.Config) { c.KMSConfiguration = hierarchy.MultiRegionDiscovery{Region: east} }, "accounts"},
		"an odd region": {func(c *hierarchy.Config) {
			c.KMSConfiguration = hierarchy.MultiRegionDiscovery{Region: "US", InsecureAnyAccount: true}
		}, "region"},
		"accounts and any account": {func(c *hierarchy.Config) {
			c.KMSConfiguration = hierarchy.Discovery{Accounts: []string{mallory}, InsecureAnyAccount: true}
		}, "InsecureAnyAccount"},
	} {
		config := w.config
		c.change(&config)
		s, err := hierarchy.NewStore(config)
		assert.ErrorContains(t, err, c.says, name)
		assert.ErrorContains(t, err, "hierarchy: new store: ", name)
		assert.Nil(t, s, name)
	}
	_, err := hierarchy.NewStore(hierarchy.Config{})
	for _, what := range []string{"Table", "LogicalName", "KMS client", "DynamoDB client", "KMSConfiguration"} {
		assert.ErrorContains(t, err, what, "all mistakes at once")
	}
}

func TestInfoIsACopy(t *testing.T) {
	w := newWorld(t)
	multi := hierarchy.MultiRegionKeyARN(w.kms.AddKey(fakekms.Key{Region: east, MultiRegion: true}))
	for _, k := range []hierarchy.KMSConfiguration{
		hierarchy.KeyARN(w.key), multi,
		hierarchy.Discovery{Accounts: []string{mallory}, Partition: "aws-cn"},
		hierarchy.MultiRegionDiscovery{Region: west, Accounts: []string{mallory, fakekms.Account}, Partition: "aws"},
		hierarchy.Discovery{InsecureAnyAccount: true}, hierarchy.MultiRegionDiscovery{Region: west, InsecureAnyAccount: true},
	} {
		tokens := []string{"a grant"}
		s := w.with(func(c *hierarchy.Config) { c.KMSConfiguration, c.GrantTokens = k, tokens })
		want := hierarchy.Info{Table: table, LogicalName: logical, KMSConfiguration: k, GrantTokens: []string{"a grant"}}
		assert.Equal(t, want, s.Info())
		tokens[0] = "other"
		s.Info().GrantTokens[0] = "other"
		assert.Equal(t, want, s.Info())
	}
	accounts := []string{mallory}
	s := w.with(func(c *hierarchy.Config) { c.KMSConfiguration = &hierarchy.Discovery{Accounts: accounts} })
	accounts[0] = fakekms.Account
	assert.Equal(t, hierarchy.Discovery{Accounts: []string{mallory}, Partition: "aws"}, s.Info().KMSConfiguration)
}

// One table, replicated say, and a multi-Region KMS key in two regions.
func TestFourConfigurationsInTwoRegions(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	eastKey := w.kms.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	westKey := w.kms.Replicate(eastKey, west)
	single := w.create("single")
	store := func(region string, k hierarchy.KMSConfiguration) *hierarchy.Store {
		return w.with(func(c *hierarchy.Config) { c.KMSConfiguration, c.KMS = k, w.kms.Client(region) })
	}
	inEast := store(east, hierarchy.MultiRegionKeyARN(eastKey))
	inWest := store(west, hierarchy.MultiRegionKeyARN(westKey))
	_, err := inEast.CreateKey(ctx, hierarchy.CreateKeyConfig{ID: "k", Context: map[string]string{"a": "b"}})
	require.NoError(t, err)
	first, err := inEast.Active(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, eastKey, first.KMSKey)

	w.kms.ResetCalls()
	require.NoError(t, inWest.Rotate(ctx, "k"))
	for _, c := range w.kms.Calls() {
		assert.Equal(t, westKey, c.RequestedKeyID)
		assert.Equal(t, eastKey, c.Context["kms-arn"], "what is stored stays")
	}
	second, err := inEast.Active(ctx, "k")
	require.NoError(t, err)
	assert.Equal(t, eastKey, second.KMSKey)
	assert.NotEqual(t, first.Version, second.Version)

	ours := []string{mallory, fakekms.Account}
	for name, c := range map[string]struct {
		store       *hierarchy.Store
		multi, sole error // of reading the multi-Region key's branch key, and the other's; nil reads
	}{
		"key, east":                          {store(east, hierarchy.KeyARN(eastKey)), nil, hierarchy.ErrItem},
		"key, west":                          {store(west, hierarchy.KeyARN(westKey)), hierarchy.ErrItem, hierarchy.ErrItem},
		"key, the other":                     {w.store, hierarchy.ErrItem, nil},
		"multi-Region key, east":             {inEast, nil, hierarchy.ErrItem},
		"multi-Region key, west":             {inWest, nil, hierarchy.ErrItem},
		"discovery, east":                    {store(east, hierarchy.Discovery{Accounts: ours}), nil, nil},
		"discovery, west":                    {store(west, hierarchy.Discovery{Accounts: ours}), crypt.ErrKeys, crypt.ErrKeys},
		"multi-Region discovery, east":       {store(east, hierarchy.MultiRegionDiscovery{Region: east, Accounts: ours}), nil, nil},
		"multi-Region discovery, west":       {store(west, hierarchy.MultiRegionDiscovery{Region: west, Accounts: ours}), nil, hierarchy.ErrItem},
		"multi-Region discovery, wrong":      {store(east, hierarchy.MultiRegionDiscovery{Region: west, Accounts: ours}), crypt.ErrKeys, hierarchy.ErrItem},
		"insecure discovery, east":           {store(east, hierarchy.Discovery{InsecureAnyAccount: true}), nil, nil},
		"insecure multi-Region disc., west":  {store(west, hierarchy.MultiRegionDiscovery{Region: west, InsecureAnyAccount: true}), nil, hierarchy.ErrItem},
		"multi-Region key, not the client's": {store(east, hierarchy.MultiRegionKeyARN(westKey)), crypt.ErrKeys, hierarchy.ErrItem},
	} {
		check := func(id, version string, want hierarchy.BranchKey, fails error) {
			t.Helper()
			got, err := c.store.Version(ctx, id, version)
			if fails != nil {
				assertErrors(t, err, name+": "+id, fails, crypt.ErrKeys)
				return
			}
			require.NoError(t, err, name+": "+id)
			sameKey(t, want, got, name)
			_, err = c.store.Beacon(ctx, id)
			assert.NoError(t, err, name)
		}
		check("k", first.Version, first, c.multi)
		check("k", second.Version, second, c.multi)
		check("single", single.Version, single, c.sole)
	}
}

func TestDiscoveryMakesNoKeys(t *testing.T) {
	w := newWorld(t)
	before := w.create("k")
	w.kms.ResetCalls()
	for _, k := range []hierarchy.KMSConfiguration{
		hierarchy.Discovery{Accounts: []string{fakekms.Account}},
		hierarchy.MultiRegionDiscovery{Region: east, Accounts: []string{fakekms.Account}},
		hierarchy.Discovery{InsecureAnyAccount: true},
	} {
		s := w.with(func(c *hierarchy.Config) { c.KMSConfiguration = k })
		_, err := s.CreateKey(t.Context(), hierarchy.CreateKeyConfig{})
		assert.ErrorContains(t, err, "discovery")
		assert.ErrorContains(t, s.Rotate(t.Context(), "k"), "discovery")
	}
	assert.Empty(t, w.kms.Calls())
	sameKey(t, before, w.active("k"), "after")
}
