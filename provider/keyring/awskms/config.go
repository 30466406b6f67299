package awskms

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// Config describes a keyring of symmetric keys that are known by name. Keys and one of Client and Clients
// are required.
type Config struct {
	// Keys are the ARNs of one or more symmetric keys. The first makes the data key, AWS calls it the
	// generator, and the others wrap it too: writing needs all of them, and reading any one, which are
	// tried in this order. Keys in several regions or accounts so keep items readable when one is out.
	Keys []string

	// MultiRegion says that a multi-Region key (its id begins with mrk-) also reads what its replicas in
	// other regions wrote, as AwsKmsMrkKeyring does. Give the ARN of the replica that is nearest; of a
	// multi-Region key one replica is enough, and more are refused. Keys of one region are as without it.
	MultiRegion bool

	// OnlyWrites says that this keyring does not read. Its keys may then be named by alias, ARN of an
	// alias or id, which KMS resolves anew for every item: an alias that is moved to a new key has the
	// next items written under that. Readers are given the ARNs of all keys that it pointed to.
	OnlyWrites bool

	// Client is that of the region which all Keys are in.
	Client Client

	// Clients gives the client of each region, where Keys are in several.
	Clients ClientSupplier

	// GrantTokens go with every call, for grants that have not reached all of KMS yet. At most 10.
	GrantTokens []string
}

// New checks c and returns its keyring: AwsKmsKeyring, AwsKmsMrkKeyring, AwsKmsMultiKeyring and
// AwsKmsMrkMultiKeyring of AWS's libraries (dbesdk 2.4). It makes no call to KMS and keeps nothing of c that can
// change. Both suites may be used with it.
//
// Each key makes one call of GenerateDataKey for an item that is written, and Decrypt is called until
// one answers for an item that is read. Data keys that name none of Keys cost no call, and are
// crypt.ErrFormat.
func New(c Config) (keyring.Keyring, error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("awskms: new keyring: "+format, args...))
	}
	keys, tokens := make([]*named, len(c.Keys)), slices.Clone(c.GrantTokens)
	for i, id := range c.Keys {
		k := &named{id: id, multiRegion: c.MultiRegion, onlyWrites: c.OnlyWrites, grantTokens: tokens}
		arn, err := parseID(id)
		switch {
		case err != nil:
			fail("key %d: %w", i+1, err)
		case !isKey(arn) && !c.OnlyWrites:
			fail("key %d: %.256q is no key's ARN, and can only be written with: items name the key's ARN, so give that (awskms.KeyARN finds it), or set OnlyWrites", i+1, id)
		}
		k.arn = arn
		for j, other := range keys[:i] {
			if other.id == id || c.MultiRegion && isKey(arn) && arn.Same(other.arn) {
				fail("keys %d and %d are one: %.256q", j+1, i+1, id)
			}
		}
		keys[i] = k
	}
	if len(keys) == 0 {
		fail("no Keys: give the ARN of one")
	}
	if c.MultiRegion && c.OnlyWrites {
		fail("MultiRegion is of reading, and OnlyWrites says that the keyring does not read")
	}
	if err := kmskey.CheckGrantTokens(tokens); err != nil {
		fail("%w", err)
	}
	clients, err := newClients(c.Client, c.Clients)
	if err != nil {
		fail("%w", err)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	all := make([]keyring.Wrapper, len(keys))
	for i, k := range keys {
		if k.client, err = clients.of(k.arn.Region); err != nil {
			fail("key %d: %w", i+1, err)
		}
		all[i] = k
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return join(all)
}

// join is the keyring of one, or of several of which the first makes data keys.
func join(wrappers []keyring.Wrapper) (keyring.Keyring, error) {
	all := make([]keyring.Keyring, len(wrappers))
	for i, w := range wrappers {
		k, err := keyring.New(w)
		if err != nil {
			return nil, err
		}
		all[i] = k
	}
	if len(all) == 1 {
		return all[0], nil
	}
	return keyring.Multi(all[0], all[1:]...)
}

// clients are those of the regions that a constructor needs, each asked for once.
type clients struct {
	one    Client
	supply ClientSupplier
	known  map[string]Client
	region string // that one serves
}

func newClients(one Client, supply ClientSupplier) (*clients, error) {
	switch {
	case given.Nil(one) && supply == nil:
		return nil, errors.New("no Client: give that of the keys' region, or Clients for several regions")
	case !given.Nil(one) && supply != nil:
		return nil, errors.New("Client and Clients: give one of them")
	}
	return &clients{one: one, supply: supply, known: make(map[string]Client)}, nil
}

// of is the client of a region, "" for the caller's own.
func (c *clients) of(region string) (Client, error) {
	if client, ok := c.known[region]; ok {
		return client, nil
	}
	client := c.one
	if c.supply != nil {
		var err error
		if client, err = c.supply(region); err != nil {
			return nil, fmt.Errorf("no client of region %q: %w", region, err)
		}
	} else if region != "" {
		if c.region != "" {
			return nil, fmt.Errorf("regions %s and %s and one Client: set Clients instead", c.region, region)
		}
		c.region = region
	}
	if err := checkRegion(client, region); err != nil {
		return nil, err
	}
	c.known[region] = client
	return client, nil
}

func isKey(a kmskey.ARN) bool { return a.Resource == "key" }
