package hierarchy

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/given"
	"github.com/dynaseal/ddb/provider/keyring"
)

// DefaultTTL is the TTL of a keyring that is given none.
const DefaultTTL = 5 * time.Minute

// BranchKeys is what a keyring calls of a [Store]; a test, or a service of one's own, may take its place. It
// is safe for concurrent use and honours ctx. Errors are as those of a Store: [ErrNotFound] and others
// that last make the keyring drop what it has in its cache.
type BranchKeys interface {
	Active(ctx context.Context, id string) (BranchKey, error)
	Version(ctx context.Context, id, version string) (BranchKey, error)
	Info() Info // of which LogicalName is looked at
}

var _ BranchKeys = (*Store)(nil)

// KeyringConfig is of the keyring that [NewKeyring] makes. Store, and one of BranchKeyID and Supplier, are
// required.
type KeyringConfig struct {
	Store BranchKeys

	// BranchKeyID is the branch key of all items.
	BranchKeyID string

	// Supplier chooses the branch key of each item by its attributes: one for each tenant, say.
	Supplier Supplier

	// TTL is how long a branch key serves until the store is asked for it again: so long may one serve that
	// was deleted or denied, and so long may items be written under the version before the last. Zero is
	// [DefaultTTL]. Each branch key in use costs a call to the store and one to KMS, for each of its versions
	// once a TTL.
	TTL time.Duration

	// Cache holds the branch keys, those of other keyrings too if it is given to several. Nil: a cache of the
	// keyring's own, of [DefaultCapacity].
	Cache *Cache

	// Partition is the part of Cache in which keyrings share what they have loaded: two of one Partition
	// use each other's branch keys wherever the logical names of their stores, ids and versions are the same,
	// even if one of them has other clients, or permission to less, and those that wait for one load share its
	// failure. Stores of one logical name that are not the same want Partitions of their own. "": a part of the
	// keyring's own, whatever the cache.
	Partition string
}

// NewKeyring returns a keyring of branch keys (dbesdk 2.8). It writes under the active version of a branch
// key and reads what was written under any version. It takes items of no branch key but the one that is
// configured, or supplied for that item: others are crypt.ErrFormat. With a [Store] it needs dynamodb:GetItem on
// its table and kms:Decrypt on its KMS key.
//
// A branch key that cannot be had is crypt.ErrKeys, and [ErrNotFound] where the store has none: with the
// branch key's items, what was written under it is gone. That is noticed when the TTL ends, or at
// [Cache.Clear].
//
// Any number of items that need one key wait for one load of it, which no caller's context ends. A key in use
// is loaded anew in the last ten seconds of its TTL, or in the last half of a short one, while its users
// go on; where that fails for a while only, throttled say, the key serves until the TTL ends. No failure is
// kept, but for one: who can write the table can name versions that there never were, so what the store did
// not have is not asked for again within ten seconds, and after 256 such names in that time, or 64 of one branch
// key, further ones that were never loaded are crypt.ErrKeys unasked.
func NewKeyring(c KeyringConfig) (keyring.Keyring, error) {
	var errs []error
	fail := func(format string, args ...any) {
		errs = append(errs, fmt.Errorf("hierarchy: new keyring: "+format, args...))
	}
	w := &wrapper{store: c.Store, id: c.BranchKeyID, supplier: c.Supplier, ttl: c.TTL, cache: c.Cache, partition: c.Partition}
	if given.Nil(c.Store) {
		fail("no Store: give a *hierarchy.Store")
	} else if w.name = c.Store.Info().LogicalName; w.name == "" {
		fail("the Store has no logical name")
	}
	switch {
	case c.Supplier == nil && c.BranchKeyID == "":
		fail("no branch key: give BranchKeyID, or a Supplier")
	case c.Supplier != nil && c.BranchKeyID != "":
		fail("BranchKeyID and Supplier: give one of them")
	case c.Supplier == nil:
		if err := branchkey.CheckID(c.BranchKeyID); err != nil {
			fail("BranchKeyID: %w", err)
		}
	}
	switch {
	case c.TTL < 0:
		fail("TTL of %v: give how long a branch key may serve", c.TTL)
	case c.TTL == 0:
		w.ttl = DefaultTTL
	}
	if c.Cache == nil {
		if c.Partition != "" {
			fail("Partition without Cache: there is nothing to share")
		}
		w.cache = newCache(CacheConfig{})
	} else if c.Cache.keys == nil {
		fail("Cache is none of NewCache")
	}
	if c.Partition == "" {
		w.partition = ownPartition()
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	k, err := keyring.New(w)
	if err != nil {
		return nil, fmt.Errorf("hierarchy: new keyring: %w", err)
	}
	if c.Supplier == nil {
		return k, nil
	}
	return &supplied{k, w}, nil
}

// supplied is the keyring of a wrapper with a supplier, which is asked once for all data keys of an item, however
// many an attacker gave it.
type supplied struct {
	keyring.Keyring
	wrapper *wrapper
}

// String is the wrapper's.
func (k *supplied) String() string { return k.wrapper.String() }

// GoString is String, for %#v.
func (k *supplied) GoString() string { return k.String() }

// suppliedID is the key of a context's value: the id that was supplied to a wrapper for the item.
type suppliedID struct{ *wrapper }

// OnDecrypt supplies the branch key id, if a data key asks for one.
func (k *supplied) OnDecrypt(ctx context.Context, m keyring.DecryptionMaterials, keys []keyring.EncryptedDataKey) (keyring.DecryptionMaterials, error) {
	ours := func(w keyring.EncryptedDataKey) bool { return w.ProviderID == providerID }
	if ctx.Err() == nil && slices.ContainsFunc(keys, ours) {
		id, err := k.wrapper.supplier.supply(ctx, m.Context)
		if err != nil {
			return keyring.DecryptionMaterials{}, fmt.Errorf("keyring: %v: decrypt: %w", k, err)
		}
		ctx = context.WithValue(ctx, suppliedID{k.wrapper}, id)
	}
	return k.Keyring.OnDecrypt(ctx, m, keys)
}

// idFor is the branch key id of an item.
func (w *wrapper) idFor(ctx context.Context, entries map[string]string) (string, error) {
	if w.supplier == nil {
		return w.id, nil
	}
	if id, ok := ctx.Value(suppliedID{w}).(string); ok {
		return id, nil
	}
	return w.supplier.supply(ctx, entries)
}

// active is the version of a branch key to write under.
func (w *wrapper) active(ctx context.Context, id string) (branchKey, error) {
	k, hit, err := w.cache.active(ctx, entryID{partition: w.partition, store: w.name, id: id, active: true}, w.ttl, func(ctx context.Context) (branchKey, error) {
		k, err := w.store.Active(ctx, id)
		if err != nil {
			return branchKey{}, err
		}
		return w.checked(k, id)
	})
	if hit {
		crypt.CacheHit(ctx)
	}
	return k, err
}

// version is a version of a branch key to read under, which an item named.
func (w *wrapper) version(ctx context.Context, id string, v version) (branchKey, error) {
	k, hit, err := w.cache.version(ctx, entryID{partition: w.partition, store: w.name, id: id, version: v}, w.ttl, func(ctx context.Context) (branchKey, error) {
		k, err := w.store.Version(ctx, id, v.String())
		if err != nil {
			return branchKey{}, err
		}
		got, err := w.checked(k, id)
		if err == nil && got.version != v {
			err = w.wrong(fmt.Errorf("version %s, not %s", got.version, v))
		}
		return got, err
	})
	if hit {
		crypt.CacheHit(ctx)
	}
	return k, err
}

// checked takes of a branch key what the keyring uses, if it is the one that was asked for.
func (w *wrapper) checked(k BranchKey, id string) (branchKey, error) {
	v, ok := branchkey.ParseUUID(k.Version)
	switch {
	case k.ID != id:
		return branchKey{}, w.wrong(fmt.Errorf("branch key %.64q, not %.64q", k.ID, id))
	case !ok:
		return branchKey{}, w.wrong(fmt.Errorf("version %.64q, which is no UUID in lower case", k.Version))
	case k.Key.Len() != keyLength:
		return branchKey{}, w.wrong(fmt.Errorf("a key of %d bytes, not %d", k.Key.Len(), keyLength))
	}
	return branchKey{version(v), k.Key}, nil
}

func (w *wrapper) wrong(err error) error {
	return fmt.Errorf("%w: %w: key store %.64q gave %w", crypt.ErrKeys, ErrItem, w.name, err)
}
