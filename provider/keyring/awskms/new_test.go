package awskms_test

import (
	"strings"
	"testing"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/fakekms"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/keyring/awskms"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestOneKeyIsOneCallAnItem(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	k := newKeyring(t, awskms.Config{Keys: []string{arn}, Client: s.Client(east), GrantTokens: []string{"granted"}})
	for _, suite := range suites {
		s.ResetCalls()
		var m crypt.Meter
		ctx := crypt.Watch(t.Context(), &m, nil)
		e := encryptor(t, k, suite)
		stored, err := e.EncryptItem(ctx, visit())
		require.NoError(t, err)
		opened, err := e.DecryptItem(ctx, stored)
		require.NoError(t, err)
		assert.Equal(t, visit(), opened.Item)
		assert.Equal(t, crypt.Usage{KeyCalls: 2}, m.Usage())

		calls := s.Calls()
		require.Len(t, calls, 2)
		for i, operation := range []string{"GenerateDataKey", "Decrypt"} {
			assert.Equal(t, operation, calls[i].Operation)
			assert.Equal(t, arn, calls[i].RequestedKeyID, "Decrypt is pinned")
			assert.Equal(t, []string{"granted"}, calls[i].GrantTokens)
			assert.Equal(t, "visits", calls[i].Context["aws-crypto-table-name"])
			assert.Contains(t, calls[i].Context, "aws-crypto-attr.patient")
			assert.Equal(t, suite == keyring.SuiteECDSA, calls[i].Context[keyring.PublicKeyEntry] != "")
			assert.Empty(t, calls[i].Err)
		}
		assert.Equal(t, calls[0].Context, calls[1].Context)
	}
}

func TestWhatIsWritten(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/visits"}})
	a, err := kmskey.ParseARN(arn)
	require.NoError(t, err)
	alias := kmskey.ARN{Partition: a.Partition, Region: a.Region, Account: a.Account, Resource: "alias", ID: "visits"}
	for _, id := range []string{arn, a.ID, "alias/visits", alias.String()} {
		k := newKeyring(t, awskms.Config{Keys: []string{id}, OnlyWrites: true, Client: s.Client(east)})
		m := dataKeys(t, k, nil)
		require.Len(t, m.EncryptedDataKeys, 1, id)
		assert.Equal(t, "aws-kms", m.EncryptedDataKeys[0].ProviderID)
		assert.Equal(t, arn, string(m.EncryptedDataKeys[0].ProviderInfo), "the key's ARN, whatever its owner calls it")
		got, err := open(t.Context(), strict(t, s, arn), nil, m.EncryptedDataKeys...)
		require.NoError(t, err)
		assert.True(t, got.DataKey.Equal(m.DataKey))

		s.ResetCalls()
		_, err = open(t.Context(), k, nil, m.EncryptedDataKeys...)
		isClass(t, err, crypt.ErrKeys)
		require.ErrorIs(t, err, keyring.ErrOnlyWrites)
		assert.ErrorContains(t, err, "items name their key by its ARN")
		assert.Empty(t, s.Calls())
	}
}

// An alias that was moved: readers have the ARNs of both keys.
func TestAMovedAlias(t *testing.T) {
	s := start(t)
	before := s.AddKey(fakekms.Key{Region: east, Account: stranger, Aliases: []string{"alias/visits"}})
	after := s.AddKey(fakekms.Key{Region: east, Aliases: []string{"alias/visits"}})
	reader := newKeyring(t, awskms.Config{Keys: []string{after, before}, Client: s.Client(east)})
	for _, account := range []string{stranger, fakekms.Account} {
		writer := newKeyring(t, awskms.Config{Keys: []string{"alias/visits"}, OnlyWrites: true, Client: s.ClientOf(account, east)})
		reads(t, encryptor(t, reader, keyring.SuiteECDSA), write(t, encryptor(t, writer, keyring.SuiteECDSA)))
	}
}

func TestSeveralKeys(t *testing.T) {
	s := start(t)
	first, second := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: west, Account: stranger})
	both := newKeyring(t, awskms.Config{Keys: []string{first, second}, Clients: supplier(s)})
	for _, suite := range suites {
		s.ResetCalls()
		stored := write(t, encryptor(t, both, suite))
		calls := s.Calls()
		require.Len(t, calls, 2)
		for i, arn := range []string{first, second} {
			assert.Equal(t, "GenerateDataKey", calls[i].Operation, "also where there is a data key already")
			assert.Equal(t, arn, calls[i].KeyID)
		}
		for _, c := range []awskms.Config{
			{Keys: []string{first}, Client: s.Client(east)},
			{Keys: []string{second}, Client: s.Client(west)},
			{Keys: []string{first, second}, Clients: supplier(s)},
			{Keys: []string{second, first}, Clients: supplier(s)},
		} {
			s.ResetCalls()
			reads(t, encryptor(t, newKeyring(t, c), suite), stored)
			require.Len(t, s.Calls(), 1)
			assert.Equal(t, c.Keys[0], s.Calls()[0].KeyID, "the first of the reader's keys is asked first")
		}

		s.Disable(first)
		s.ResetCalls()
		reads(t, encryptor(t, both, suite), stored)
		assert.Len(t, s.Calls(), 2, "one region is out, the other answers")
		_, err := encryptor(t, both, suite).EncryptItem(t.Context(), visit())
		isClass(t, err, crypt.ErrKeys)
		assert.ErrorContains(t, err, "kms:GenerateDataKey")
		s.Enable(first)

		s.Deny(second, "GenerateDataKey")
		stored, err = encryptor(t, both, suite).EncryptItem(t.Context(), visit())
		isClass(t, err, crypt.ErrKeys)
		assert.Nil(t, stored, "writing takes all keys")
		s.Allow(second, "GenerateDataKey")
	}
}

func TestMultiRegionKeys(t *testing.T) {
	s := start(t)
	inEast := s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	inWest := s.Replicate(inEast, west)
	single := s.AddKey(fakekms.Key{Region: east})
	of := func(arn, region string) keyring.Keyring {
		return newKeyring(t, awskms.Config{Keys: []string{arn}, MultiRegion: true, Client: s.Client(region)})
	}
	for _, suite := range suites {
		written := write(t, encryptor(t, of(inEast, east), suite))
		s.ResetCalls()
		reads(t, encryptor(t, of(inWest, west), suite), written)
		reads(t, encryptor(t, of(inEast, east), suite), written)
		require.Len(t, s.Calls(), 2)
		assert.Equal(t, inWest, s.Calls()[0].KeyID, "each reads by its own replica")
		assert.Equal(t, inEast, s.Calls()[1].KeyID)

		reads(t, encryptor(t, strict(t, s, inEast), suite), written)
		refuses(t, encryptor(t, newKeyring(t, awskms.Config{Keys: []string{inWest}, Client: s.Client(west)}), suite), written,
			crypt.ErrFormat, 0, inWest, "MultiRegion")
		refuses(t, encryptor(t, of(single, east), suite), written, crypt.ErrFormat, 0, single, "names another key")
		reads(t, encryptor(t, of(single, east), suite), write(t, encryptor(t, of(single, east), suite)))
	}

	several := newKeyring(t, awskms.Config{Keys: []string{inWest, single}, MultiRegion: true, Clients: supplier(s)})
	for _, suite := range suites {
		stored := write(t, encryptor(t, several, suite))
		reads(t, encryptor(t, of(inEast, east), suite), stored)
		reads(t, encryptor(t, strict(t, s, single), suite), stored)
		reads(t, encryptor(t, several, suite), stored)
	}
}

func TestConstructorRefuses(t *testing.T) {
	s := start(t)
	key, multi := s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: east, MultiRegion: true})
	replica := s.Replicate(multi, west)
	client := s.Client(east)
	one := func(ids ...string) awskms.Config { return awskms.Config{Keys: ids, Client: client} }
	for name, c := range map[string]struct {
		config awskms.Config
		says   string
	}{
		"nothing":                     {awskms.Config{}, "no Keys"},
		"no client":                   {awskms.Config{Keys: []string{key}}, "no Client"},
		"two kinds of clients":        {awskms.Config{Keys: []string{key}, Client: client, Clients: supplier(s)}, "Client and Clients"},
		"an empty key":                {one(""), "not the name of a KMS key"},
		"no key's name":               {one("my key"), "not the name of a KMS key"},
		"an ARN of something":         {one("arn:aws:s3:::bucket"), "not the ARN of a KMS key"},
		"a long ARN":                  {one(key + strings.Repeat("0", 2048)), "2048"},
		"an alias to read with":       {one("alias/visits"), "awskms.KeyARN finds it"},
		"an alias's ARN to read with": {one("arn:aws:kms:us-east-1:111122223333:alias/visits"), "set OnlyWrites"},
		"an id to read with":          {one("1234abcd-12ab-34cd-56ef-1234567890ab"), "items name the key's ARN"},
		"a key twice":                 {one(key, key), "keys 1 and 2 are one"},
		"replicas of one key":         {awskms.Config{Keys: []string{multi, replica}, MultiRegion: true, Clients: supplier(s)}, "are one"},
		"writing and MultiRegion":     {awskms.Config{Keys: []string{multi}, MultiRegion: true, OnlyWrites: true, Client: client}, "MultiRegion is of reading"},
		"another region's client":     {awskms.Config{Keys: []string{key}, Client: s.Client(west)}, "the client is of the region us-west-2"},
		"two regions, one client":     {one(multi, replica), "set Clients"},
		"a refused region":            {awskms.Config{Keys: []string{replica}, Clients: only(s, east)}, "no role for us-west-2"},
		"a supplier of nothing":       {awskms.Config{Keys: []string{key}, Clients: func(string) (awskms.Client, error) { return nil, nil }}, "nil"},
		"an empty grant token":        {awskms.Config{Keys: []string{key}, Client: client, GrantTokens: []string{""}}, "grant token 1"},
		"many grant tokens":           {awskms.Config{Keys: []string{key}, Client: client, GrantTokens: make([]string, 11)}, "at most 10"},
	} {
		t.Run(name, func(t *testing.T) {
			k, err := awskms.New(c.config)
			require.ErrorContains(t, err, c.says)
			assert.ErrorContains(t, err, "awskms: new keyring: ")
			assert.Nil(t, k)
			assert.Less(t, len(err.Error()), 600)
		})
	}
	_, err := awskms.New(awskms.Config{Keys: []string{"alias/visits", "my key"}, GrantTokens: []string{""}})
	for _, says := range []string{"alias/visits", "my key", "grant token", "no Client"} {
		assert.ErrorContains(t, err, says, "all mistakes at once")
	}
	_, err = awskms.New(awskms.Config{Keys: []string{multi, replica}, Clients: supplier(s)})
	assert.NoError(t, err, "replicas are keys of their own without MultiRegion")
	assert.Empty(t, s.Calls(), "constructors make no calls")
}

// only gives clients of some regions.
func only(s *fakekms.Server, regions ...string) awskms.ClientSupplier {
	return func(region string) (awskms.Client, error) {
		for _, r := range regions {
			if r == region {
				return s.Client(r), nil
			}
		}
		return nil, errNoRole(region)
	}
}

type errNoRole string

func (e errNoRole) Error() string { return "no role for " + string(e) }

func TestClientsAreMadeOnce(t *testing.T) {
	s := start(t)
	keys := []string{s.AddKey(fakekms.Key{Region: east}), s.AddKey(fakekms.Key{Region: west}), s.AddKey(fakekms.Key{Region: east})}
	var asked []string
	k := newKeyring(t, awskms.Config{Keys: keys, Clients: func(region string) (awskms.Client, error) {
		asked = append(asked, region)
		return s.Client(region), nil
	}})
	e := encryptor(t, k, keyring.SuiteHMAC)
	for range 3 {
		reads(t, e, write(t, e))
	}
	assert.Equal(t, []string{east, west}, asked)

	asked = nil
	newKeyring(t, awskms.Config{Keys: []string{"alias/a", "alias/b"}, OnlyWrites: true, Clients: func(region string) (awskms.Client, error) {
		asked = append(asked, region)
		return s.Client(east), nil
	}})
	assert.Equal(t, []string{""}, asked, "a bare name is of the caller's region")
}

func TestConfigsAreNotKept(t *testing.T) {
	s := start(t)
	arn := s.AddKey(fakekms.Key{Region: east})
	c := awskms.Config{Keys: []string{arn}, Client: s.Client(east), GrantTokens: []string{"granted"}}
	e := encryptor(t, newKeyring(t, c), keyring.SuiteHMAC)
	c.Keys[0], c.GrantTokens[0] = "x", "x"
	reads(t, e, write(t, e))
	assert.Equal(t, []string{"granted"}, s.Calls()[0].GrantTokens)
}
