// Package kmskey names keys of AWS KMS and explains why one could not be used: what every key source on
// KMS of both formats needs.
package kmskey

import (
	"fmt"
	"strings"
)

// MaxARN is the length in bytes of the longest ARN or other key id taken. KMS takes no more.
const MaxARN = 2048

// ARN is the Amazon Resource Name of a KMS key or alias.
type ARN struct {
	Partition string // aws, aws-cn, aws-us-gov…
	Region    string
	Account   string // 12 digits
	Resource  string // key or alias
	ID        string
}

// ParseARN reads the ARN of a KMS key or alias. It may come from an item: what it accepts, String gives back
// byte for byte.
func ParseARN(s string) (none ARN, _ error) {
	if len(s) > MaxARN {
		return none, fmt.Errorf("key ARN of %d bytes: KMS has none of more than %d", len(s), MaxARN)
	}
	parts := strings.Split(s, ":")
	if len(parts) != 6 || parts[0] != "arn" || parts[2] != "kms" {
		return none, fmt.Errorf("%.128q is not the ARN of a KMS key, as in arn:aws:kms:us-east-1:111122223333:key/ID", s)
	}
	resource, id, ok := strings.Cut(parts[5], "/")
	a := ARN{Partition: parts[1], Region: parts[3], Account: parts[4], Resource: resource, ID: id}
	switch {
	case !isWord(a.Partition):
		return none, fmt.Errorf("%.128q has no partition", s)
	case !isWord(a.Region):
		return none, fmt.Errorf("%.128q has no region", s)
	case !isAccount(a.Account):
		return none, fmt.Errorf("%.128q has no account of 12 digits", s)
	case !ok || !isID(id) || resource != "key" && resource != "alias":
		return none, fmt.Errorf("%.128q names neither a key nor an alias", s)
	case resource == "key" && strings.Contains(id, "/"):
		return none, fmt.Errorf("%.128q: a key's id has no slash", s)
	}
	return a, nil
}

// String is the ARN as AWS writes it.
func (a ARN) String() string {
	return "arn:" + a.Partition + ":kms:" + a.Region + ":" + a.Account + ":" + a.Resource + "/" + a.ID
}

// IsAlias reports whether a names an alias, which may be made to point at another key.
func (a ARN) IsAlias() bool { return a.Resource == "alias" }

// MultiRegion reports whether a names a multi-Region key: its replicas in other regions have its id.
func (a ARN) MultiRegion() bool { return a.Resource == "key" && strings.HasPrefix(a.ID, "mrk-") }

// In is the replica of a in a region.
func (a ARN) In(region string) ARN {
	a.Region = region
	return a
}

// Same reports whether a and b are one key, or replicas of one multi-Region key.
func (a ARN) Same(b ARN) bool {
	return a == b || a.MultiRegion() && a == b.In(a.Region)
}

func isWord(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return s != ""
}

func isAccount(s string) bool {
	return len(s) == 12 && strings.Trim(s, "0123456789") == ""
}

// isID takes what KMS gives keys and lets users give aliases.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && !strings.ContainsRune("-_/", rune(c)) {
			return false
		}
	}
	return s != ""
}
