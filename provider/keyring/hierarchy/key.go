package hierarchy

import (
	"github.com/dynaseal/ddb/provider/secret"
)

// BranchKey is one version of a branch key, as it was when it was read. The key is of 32 bytes. The context
// belongs to whoever got the BranchKey from a [Store]; a cache that hands one out twice must copy it.
type BranchKey struct {
	ID         string            // of the branch key
	Version    string            // a UUID in 36 characters
	Key        secret.Key        // wraps nothing itself: each item's wrapping key is derived from it
	Context    map[string]string // given when the branch key was made; nil for none
	CreateTime string            // of this version; text to show, which clients write differently
	KMSKey     string            // ARN of the KMS key that the item names
}

// BeaconKey is the key of a branch key's searchable attributes, of 32 bytes. It is the same for all versions.
type BeaconKey struct {
	ID         string
	Key        secret.Key
	Context    map[string]string
	CreateTime string
	KMSKey     string
}
