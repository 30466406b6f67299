package awskms

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aws/smithy-go"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/kmskey"
	"github.com/dynaseal/ddb/provider/keyring"
)

// DiscoveryConfig describes a keyring that reads with whatever symmetric key an item names. Accounts, Regions and
// one of Client and Clients are required.
type DiscoveryConfig struct {
	// Accounts are the ids, of 12 digits, of the accounts whose keys may be used: those that you trust to
	// write. With Partition they are AWS's discovery filter.
	Accounts []string

	// Partition is that of the accounts. "": aws. Others are aws-cn and aws-us-gov.
	Partition string

	// Regions are those whose keys may be used, and that are asked, in this order.
	Regions []string

	// MultiRegion says that a multi-Region key (its id begins with mrk-) is used by its replica in each of
	// Regions, wherever the one that the item names is: the first that answers.
	MultiRegion bool

	// InsecureAnyAccount uses keys of every account; Accounts must then be empty. Anyone who can write the
	// table and has an AWS account can then write items that verify, with a key of their own that
	// lets the reader use it.
	InsecureAnyAccount bool

	// Client is that of the only one of Regions.
	Client Client

	// Clients gives the client of each of Regions.
	Clients ClientSupplier

	// GrantTokens go with every call, for grants that have not reached all of KMS yet. At most 10.
	GrantTokens []string
}

// NewDiscovery checks c and returns its keyring: AwsKmsDiscoveryKeyring, AwsKmsMrkDiscoveryKeyring,
// AwsKmsDiscoveryMultiKeyring and AwsKmsMrkDiscoveryMultiKeyring of AWS's libraries (dbesdk 2.4). It only reads,
// both suites: keyring.ErrOnlyReads is what it answers to writers, also as a part of keyring.Multi. It makes no
// call to KMS when it is made and keeps nothing of c that can change.
//
// Which key is used is said by the item: whoever can write the table chooses among all symmetric keys of Accounts
// that the reader's role may use, and who can use one of them to wrap can write items that verify. Where
// the keys are known, give them to [New]. Allow the role kms:Decrypt on those keys only, not on all.
//
// Data keys that name keys of other accounts, partitions or regions cost no call, and are crypt.ErrFormat, as those
// are that name a key which is not there. A key that may not be used is crypt.ErrKeys, also where the item
// should not have named it. Each region tries keyring.MaxTries data keys of an item at most.
func NewDiscovery(c DiscoveryConfig) (keyring.Keyring, error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("awskms: new discovery keyring: "+format, args...))
	}
	partition := cmp.Or(c.Partition, "aws")
	check := func(what, region, account string) {
		a := kmskey.ARN{Partition: partition, Region: region, Account: account, Resource: "key", ID: "x"}
		if _, err := kmskey.ParseARN(a.String()); err != nil {
			fail("%s: %w", what, err)
		}
	}
	const someRegion, someAccount = "us-east-1", "111122223333"
	check("Partition", someRegion, someAccount)
	for i, a := range c.Accounts {
		check(fmt.Sprintf("account %d", i+1), someRegion, a)
	}
	for i, r := range c.Regions {
		check(fmt.Sprintf("region %d", i+1), r, someAccount)
		if slices.Contains(c.Regions[:i], r) {
			fail("region %.64q is given twice", r)
		}
	}
	switch {
	case len(c.Accounts) == 0 && !c.InsecureAnyAccount:
		fail("no Accounts: give those whose keys items may name, or the keys themselves to New")
	case len(c.Accounts) > 0 && c.InsecureAnyAccount:
		fail("Accounts and InsecureAnyAccount: give one of them")
	}
	if len(c.Regions) == 0 {
		fail("no Regions: give those whose keys items may name")
	}
	tokens := slices.Clone(c.GrantTokens)
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
	filter := filter{partition, slices.Clone(c.Accounts)}
	all := make([]keyring.Wrapper, len(c.Regions))
	for i, r := range c.Regions {
		client, err := clients.of(r)
		if err != nil {
			fail("region %d: %w", i+1, err)
		}
		all[i] = &discovery{filter, r, c.MultiRegion, client, tokens}
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return join(all)
}

// filter says whose keys may be used: without accounts anybody's.
type filter struct {
	partition string
	accounts  []string
}

func (f filter) takes(a kmskey.ARN) bool {
	return a.Partition == f.partition && (len(f.accounts) == 0 || slices.Contains(f.accounts, a.Account))
}

// discovery unwraps with the keys of one region.
type discovery struct {
	filter
	region      string
	multiRegion bool
	client      Client
	grantTokens []string
}

// String names the region.
func (w *discovery) String() string {
	if w.multiRegion {
		return "AWS KMS, multi-Region discovery in " + w.region
	}
	return "AWS KMS, discovery in " + w.region
}

// Wrap refuses: which key would it be?
func (w *discovery) Wrap(context.Context, keyring.Binding) ([]byte, keyring.EncryptedDataKey, error) {
	return nil, keyring.EncryptedDataKey{}, keyring.ErrOnlyReads
}

// Unwrap uses the key that the data key names.
func (w *discovery) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	arn, err := keyOf(kindKMS, wrapped)
	if err != nil {
		return nil, err
	}
	if !w.takes(arn) {
		return nil, fmt.Errorf("%w, of an account or partition that is not among those to use", keyring.ErrNoMatch)
	}
	if w.multiRegion && arn.MultiRegion() {
		arn = arn.In(w.region)
	}
	if arn.Region != w.region {
		return nil, fmt.Errorf("%w, of another region", keyring.ErrNoMatch)
	}
	key, err := decrypt(ctx, w.client, arn, w.grantTokens, wrapped.Ciphertext, b)
	if e, ok := errors.AsType[smithy.APIError](err); ok && slices.Contains(noKey, e.ErrorCode()) {
		return nil, fmt.Errorf("%w: %w", crypt.ErrFormat, kmskey.Explain("kms:Decrypt", arn.String(), e))
	}
	return key, err
}

// noKey are the codes of KMS for keys that cannot have wrapped an item. Items name what they like: were this an
// outage, an item could have a reader try it forever.
var noKey = []string{"NotFoundException", "InvalidKeyUsageException"}
