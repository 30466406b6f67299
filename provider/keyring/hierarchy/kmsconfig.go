package hierarchy

import (
	"errors"
	"fmt"
	"slices"

	"github.com/dynaseal/ddb/internal/kmskey"
)

// KMSConfiguration says which KMS keys a [Store] trusts: one of [KeyARN], [MultiRegionKeyARN], [Discovery] and
// [MultiRegionDiscovery], all of which are plain values. A stored branch key under any other KMS key is refused
// before KMS is asked (dbesdk 2.9).
type KMSConfiguration interface {
	policy() (keyPolicy, error)
}

type (
	// KeyARN is the one KMS key of the store, multi-Region or not. Stored keys must name exactly this ARN. In
	// AWS's clients it is kmsKeyArn.
	KeyARN string

	// MultiRegionKeyARN is the replica, in the region of the store's KMS client, of the multi-Region key of the
	// store. Stored keys may name any replica of it. In AWS's clients it is kmsMRKeyArn.
	MultiRegionKeyARN string

	// Discovery takes the KMS key that each stored key names, if it is of these accounts. Such a store reads:
	// it neither makes nor rotates keys, since it could not say under which KMS key. All keys of the accounts
	// are trusted, so let nobody use any of them who is not to make branch keys.
	Discovery struct {
		Accounts  []string // of 12 digits; at least one
		Partition string   // of the accounts; "" is aws

		// InsecureAnyAccount takes keys of every account, as AWS's clients do in discovery; Accounts and Partition
		// must then be empty. Whoever can write the table can then put a branch key there that is under a KMS key
		// of his own, open to all: what is written after that, he can read. It is secure only if the IAM policy of
		// the caller allows kms:Decrypt on no such key.
		InsecureAnyAccount bool
	}

	// MultiRegionDiscovery is Discovery where a multi-Region key that a stored key names is used by its
	// replica in Region, which is the region of the store's KMS client.
	MultiRegionDiscovery struct {
		Region             string
		Accounts           []string
		Partition          string
		InsecureAnyAccount bool
	}
)

// keyPolicy is a KMSConfiguration, checked.
type keyPolicy struct {
	key       kmskey.ARN // zero in discovery
	multi     bool       // replicas are the same key
	region    string     // of multi-Region discovery
	partition string
	accounts  []string // nil for any
}

func (k KeyARN) policy() (keyPolicy, error) {
	key, err := keyOf(string(k))
	return keyPolicy{key: key}, err
}

func (k MultiRegionKeyARN) policy() (keyPolicy, error) {
	key, err := keyOf(string(k))
	if err == nil && !key.MultiRegion() {
		err = fmt.Errorf("%.256q is no multi-Region key: give it as KeyARN", string(k))
	}
	return keyPolicy{key: key, multi: true}, err
}

func keyOf(s string) (kmskey.ARN, error) {
	key, err := kmskey.ParseARN(s)
	if err == nil && key.IsAlias() {
		err = fmt.Errorf("%.256q is an alias, which may be pointed at another key: give the ARN of the key", s)
	}
	return key, err
}

func (d Discovery) policy() (keyPolicy, error) {
	if d.InsecureAnyAccount {
		if len(d.Accounts) > 0 || d.Partition != "" {
			return keyPolicy{}, errors.New("discovery: Accounts or Partition, and InsecureAnyAccount: give one of them")
		}
		return keyPolicy{}, nil
	}
	p := keyPolicy{partition: d.Partition, accounts: slices.Clone(d.Accounts)}
	if p.partition == "" {
		p.partition = "aws"
	}
	if len(p.accounts) == 0 {
		return p, errors.New("discovery without Accounts would take anybody's key: name the accounts whose keys are yours")
	}
	var err error
	for _, a := range p.accounts {
		if _, bad := kmskey.ParseARN("arn:" + p.partition + ":kms:region:" + a + ":key/id"); bad != nil {
			err = errors.Join(err, fmt.Errorf("discovery: %.64q in %.64q is no account of 12 digits in a partition of AWS", a, p.partition))
		}
	}
	return p, err
}

func (d MultiRegionDiscovery) policy() (keyPolicy, error) {
	p, err := Discovery{d.Accounts, d.Partition, d.InsecureAnyAccount}.policy()
	p.region = d.Region
	return p, errors.Join(err, checkRegion(d.Region))
}

func checkRegion(region string) error {
	if _, err := kmskey.ParseARN("arn:aws:kms:" + region + ":000000000000:key/id"); err != nil {
		return fmt.Errorf("discovery: %.64q is no region", region)
	}
	return nil
}

// configuration is what the policy was made of, as a copy.
func (p *keyPolicy) configuration() KMSConfiguration {
	switch {
	case p.multi:
		return MultiRegionKeyARN(p.key.String())
	case p.key != (kmskey.ARN{}):
		return KeyARN(p.key.String())
	case p.region != "":
		return MultiRegionDiscovery{p.region, slices.Clone(p.accounts), p.partition, p.accounts == nil}
	}
	return Discovery{slices.Clone(p.accounts), p.partition, p.accounts == nil}
}

// admin is the key that new branch keys are made under.
func (p *keyPolicy) admin() (string, error) {
	if p.key == (kmskey.ARN{}) {
		return "", errors.New("a store in discovery makes and rotates no keys: configure the KMS key")
	}
	return p.key.String(), nil
}

// use returns the KMS key that opens a branch key under the KMS key stored, which is hostile.
func (p *keyPolicy) use(stored string) (string, error) {
	a, err := keyOf(stored)
	switch {
	case err != nil:
		return "", err
	case p.key != (kmskey.ARN{}):
		if a != p.key && !(p.multi && a.Same(p.key)) {
			return "", fmt.Errorf("it is under the KMS key %.256q, and this store trusts %.256q", stored, p.key)
		}
		return p.key.String(), nil
	case p.accounts != nil && (a.Partition != p.partition || !slices.Contains(p.accounts, a.Account)):
		return "", fmt.Errorf("it is under the KMS key %.256q, which is of no account that this store trusts", stored)
	case p.region == "" || a.Region == p.region:
		return stored, nil
	case !a.MultiRegion():
		return "", fmt.Errorf("it is under the KMS key %.256q, which has no replica in %s", stored, p.region)
	}
	return a.In(p.region).String(), nil
}
