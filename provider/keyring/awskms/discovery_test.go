package awskms_test

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/kms/types"
	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestDiscoveryUsesKeysOfItsAccounts(t *testing.T) {
	s := start(t)
	first, second := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: west, Account: stranger})
	discover := func(regions []string, accounts ...string) keyring.Keyring {
		return newDiscovery(t, awskms.DiscoveryConfig{Accounts: accounts, Regions: regions, Clients: supplier(s)})
	}
	both := []string{west, east}
	for _, suite := range suites {
		ofFirst := write(t, encryptor(t, strict(t, s, first), suite))
		ofSecond := write(t, encryptor(t, newKeyring(t, awskms.Config{Keys: []string{second}, Client: s.Client(west)}), suite))
		s.ResetCalls()
		e := encryptor(t, discover(both, fakekms.Account, stranger), suite)
		reads(t, e, ofFirst)
		reads(t, e, ofSecond)
		require.Len(t, s.Calls(), 2, "each key's region is asked and no other")
		for i, want := range []struct{ arn, region string }{{first, east}, {second, west}} {
			assert.Equal(t, want.arn, s.Calls()[i].RequestedKeyID)
			assert.Equal(t, want.region, s.Calls()[i].Region)
		}
		refuses(t, encryptor(t, discover(both, fakekms.Account), suite), ofSecond, crypt.ErrFormat, 0, "of an account or partition")
		refuses(t, encryptor(t, discover([]string{west}, fakekms.Account), suite), ofFirst, crypt.ErrFormat, 0, "of another region")
	}
}

func TestDiscoveryOfAPartition(t *testing.T) {
	s := start(t)
	china := s.AddKey(fakekms.Key{Region: "cn-north-1"})
	stored := write(t, encryptor(t, newKeyring(t, awskms.Config{Keys: []string{china}, Client: s.Client("cn-north-1")}), keyring.SuiteHMAC))
	of := func(partition string) keyring.Keyring {
		return newDiscovery(t, awskms.DiscoveryConfig{
			Accounts: []string{fakekms.Account}, Partition: partition, Regions: []string{"cn-north-1"}, Client: s.Client("cn-north-1")})
	}
	reads(t, encryptor(t, of("aws-cn"), keyring.SuiteHMAC), stored)
	refuses(t, encryptor(t, of(""), keyring.SuiteHMAC), stored, crypt.ErrFormat, 0, "of an account or partition")
	refuses(t, encryptor(t, of("aws-us-gov"), keyring.SuiteHMAC), stored, crypt.ErrFormat, 0, "of an account or partition")
}

func TestMultiRegionDiscovery(t *testing.T) {
	s := start(t)
	inEast := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	inWest := s.Replicate(inEast, west)
	single := s.AddKey(fakekms.Key{Region: east})
	discover := func(multiRegion bool, regions ...string) keyring.Keyring {
		return newDiscovery(t, awskms.DiscoveryConfig{
			Accounts: []string{fakekms.Account}, Regions: regions, MultiRegion: multiRegion, Clients: supplier(s)})
	}
	for _, suite := range suites {
		stored, other := write(t, encryptor(t, strict(t, s, inEast), suite)), write(t, encryptor(t, strict(t, s, single), suite))
		s.ResetCalls()
		reads(t, encryptor(t, discover(true, west), suite), stored)
		reads(t, encryptor(t, discover(true, west, east), suite), stored)
		reads(t, encryptor(t, discover(true, west, east), suite), other)
		require.Len(t, s.Calls(), 3)
		for i, arn := range []string{inWest, inWest, single} {
			assert.Equal(t, arn, s.Calls()[i].RequestedKeyID, "the nearest replica; a key of one region in its own")
		}
		refuses(t, encryptor(t, discover(false, west), suite), stored, crypt.ErrFormat, 0, "of another region")
		refuses(t, encryptor(t, discover(true, west), suite), other, crypt.ErrFormat, 0, "of another region")

		s.Disable(inWest)
		s.ResetCalls()
		reads(t, encryptor(t, discover(true, west, east), suite), stored)
		assert.Len(t, s.Calls(), 2, "the next region serves")
		refuses(t, encryptor(t, discover(true, west), suite), stored, crypt.ErrKeys, 1, inWest, "disabled")
		s.Enable(inWest)

		reads(t, encryptor(t, discover(true, "eu-west-1", east), suite), stored) // where there is no replica
		refuses(t, encryptor(t, discover(true, "eu-west-1"), suite), stored, crypt.ErrFormat, 1, "no such key")
	}
}

func TestDiscoveryOnlyReads(t *testing.T) {
	s := start(t)
	for _, regions := range [][]string{{east}, {east, west}} {
		k := newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: regions, Clients: supplier(s)})
		stored, err := encryptor(t, k, keyring.SuiteECDSA).EncryptItem(t.Context(), visit())
		isClass(t, err, crypt.ErrKeys)
		require.ErrorIs(t, err, keyring.ErrOnlyReads)
		assert.Nil(t, stored)
	}
	assert.Empty(t, s.Calls())

	// A reader may have it behind the keys it knows.
	own, other := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east})
	discover := newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{east}, Client: s.Client(east)})
	both, err := keyring.Multi(strict(t, s, own), discover)
	require.NoError(t, err)
	e := encryptor(t, both, keyring.SuiteECDSA)
	reads(t, e, write(t, encryptor(t, strict(t, s, other), keyring.SuiteECDSA)))
	_, err = e.EncryptItem(t.Context(), visit())
	require.ErrorIs(t, err, keyring.ErrOnlyReads, "a Multi writes with all of its keyrings")
}

// An item that names a key which is not there is no outage: a reader would try it forever.
func TestKeysThatAreNotThere(t *testing.T) {
	s := start(t)
	own := s.AddKey(fakekms.Key{Region: east})
	k := newDiscovery(t, awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{east}, Client: s.Client(east)})
	gone := own[:len(own)-4] + "0000"
	e := encryptor(t, k, keyring.SuiteHMAC)
	stored := write(t, encryptor(t, naming(strict(t, s, own), gone), keyring.SuiteHMAC))
	refuses(t, e, stored, crypt.ErrFormat, 1, gone, "kms:Decrypt", "no such key")
	_, err := e.DecryptItem(t.Context(), stored)
	var notFound *types.NotFoundException
	assert.ErrorAs(t, err, &notFound)

	refuses(t, encryptor(t, naming(strict(t, s, gone), own), keyring.SuiteHMAC), stored, crypt.ErrKeys, 1, "no such key") // a configured key should be there
}

func TestDiscoveryConstructorRefuses(t *testing.T) {
	s := start(t)
	good := func(change func(*awskms.DiscoveryConfig)) awskms.DiscoveryConfig {
		c := awskms.DiscoveryConfig{Accounts: []string{fakekms.Account}, Regions: []string{east}, Client: s.Client(east)}
		change(&c)
		return c
	}
	for name, c := range map[string]struct {
		change func(*awskms.DiscoveryConfig)
		says   string
	}{
		"no accounts":           {func(c *awskms.DiscoveryConfig) { c.Accounts = nil }, "no Accounts"},
		"accounts and any":      {func(c *awskms.DiscoveryConfig) { c.InsecureAnyAccount = true }, "InsecureAnyAccount"},
		"a short account":       {func(c *awskms.DiscoveryConfig) { c.Accounts = []string{"1234"} }, "account 1"},
		"an empty account":      {func(c *awskms.DiscoveryConfig) { c.Accounts = append(c.Accounts, "") }, "account 2"},
		"an odd partition":      {func(c *awskms.DiscoveryConfig) { c.Partition = "a:b" }, "Partition"},
		"no regions":            {func(c *awskms.DiscoveryConfig) { c.Regions = nil }, "no Regions"},
		"an odd region":         {func(c *awskms.DiscoveryConfig) { c.Regions = []string{"US"} }, "region 1"},
		"an empty region":       {func(c *awskms.DiscoveryConfig) { c.Regions = []string{""} }, "region 1"},
		"a region twice":        {func(c *awskms.DiscoveryConfig) { c.Regions = []string{east, east} }, "twice"},
		"no client":             {func(c *awskms.DiscoveryConfig) { c.Client = nil }, "no Client"},
		"two kinds of clients":  {func(c *awskms.DiscoveryConfig) { c.Clients = supplier(s) }, "Client and Clients"},
		"two regions, a client": {func(c *awskms.DiscoveryConfig) { c.Regions = []string{east, west} }, "set Clients"},
		"another's client":      {func(c *awskms.DiscoveryConfig) { c.Client = s.Client(west) }, "us-west-2"},
		"a refused region": {func(c *awskms.DiscoveryConfig) {
			c.Client, c.Clients, c.Regions = nil, only(s, east), []string{east, west}
		}, "no role for us-west-2"},
		"a long grant token": {func(c *awskms.DiscoveryConfig) { c.GrantTokens = []string{string(make([]byte, 8193))} }, "grant token 1"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := awskms.NewDiscovery(good(c.change))
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "awskms: new discovery keyring: ")
			assert.Nil(t, k)
		})
	}
	_, err := awskms.NewDiscovery(awskms.DiscoveryConfig{Partition: "a:b"})
	for _, says := range []string{"Partition", "no Accounts", "no Regions", "no Client"} {
		assert.ErrorContains(t, err, says, "all mistakes at once")
	}
}
