package hierarchy

import (
	"context"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/dynaseal/ddb/internal/branchkey"
	"github.com/dynaseal/ddb/internal/kdf"
	"github.com/dynaseal/ddb/provider/keyring"
	"github.com/dynaseal/ddb/provider/secret"
)

// providerID is that of the keyring's encrypted data keys, and the label of what is derived (dbesdk 2.8).
const providerID = "aws-kms-hierarchy"

// Sizes in bytes of the parts of a wrapped key, salt ‖ nonce ‖ version ‖ sealed.
const (
	saltSize    = 16
	nonceSize   = 12
	tagSize     = 16
	headSize    = saltSize + nonceSize + versionSize
	wrappedSize = headSize + keyring.IntermediateKeySize + tagSize
)

// branchKey is what serves of a BranchKey.
type branchKey struct {
	version version
	key     secret.Key
}

// wrapper wraps under branch keys.
type wrapper struct {
	store     BranchKeys
	name      string // of the store, logically
	id        string // of the branch key, unless there is a supplier
	supplier  Supplier
	ttl       time.Duration
	cache     *Cache
	partition string
}

// Wrap makes a key and wraps it under the active version.
func (w *wrapper) Wrap(ctx context.Context, b keyring.Binding) (key []byte, none keyring.EncryptedDataKey, _ error) {
	id, err := w.idFor(ctx, b.Context)
	if err != nil {
		return nil, none, err
	}
	k, err := w.active(ctx, id)
	if err != nil {
		return nil, none, err
	}
	room := make([]byte, keyring.IntermediateKeySize+wrappedSize)
	key, room = room[:keyring.IntermediateKeySize:keyring.IntermediateKeySize], room[keyring.IntermediateKeySize:]
	rand.Read(key)
	rand.Read(room[:saltSize+nonceSize])
	copy(room[saltSize+nonceSize:], k.version[:])
	aead, err := k.derive(room[:saltSize])
	if err != nil {
		return nil, none, err
	}
	wrapped := aead.Seal(room[:headSize], room[saltSize:saltSize+nonceSize], key, k.authenticated(id, b.AAD))
	return key, keyring.EncryptedDataKey{ProviderID: providerID, ProviderInfo: []byte(id), Ciphertext: wrapped}, nil
}

// Unwrap is the inverse, under the version that wrapped names.
func (w *wrapper) Unwrap(ctx context.Context, wrapped keyring.EncryptedDataKey, b keyring.Binding) ([]byte, error) {
	if wrapped.ProviderID != providerID {
		return nil, keyring.ErrNoMatch
	}
	id, err := w.idFor(ctx, b.Context)
	if err != nil {
		return nil, err
	}
	if string(wrapped.ProviderInfo) != id {
		return nil, keyring.ErrNoMatch
	}
	c := wrapped.Ciphertext
	if len(c) != wrappedSize {
		return nil, keyring.ErrUnwrap
	}
	k, err := w.version(ctx, id, version(c[saltSize+nonceSize:headSize]))
	if err != nil {
		return nil, err
	}
	aead, err := k.derive(c[:saltSize])
	if err != nil {
		return nil, err
	}
	key, err := aead.Open(nil, c[saltSize:saltSize+nonceSize], c[headSize:], k.authenticated(id, b.AAD))
	if err != nil {
		return nil, keyring.ErrUnwrap
	}
	return key, nil
}

// derive is the cipher of one item.
func (k branchKey) derive(salt []byte) (cipher.AEAD, error) {
	key := kdf.Counter(sha256.New, k.key.Expose(), []byte(providerID), salt, keyLength)
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// authenticated is what a wrapped key is bound to.
func (k branchKey) authenticated(id string, context []byte) []byte {
	b := make([]byte, 0, len(providerID)+len(id)+versionSize+len(context))
	b = append(append(b, providerID...), id...)
	return append(append(b, k.version[:]...), context...)
}

// String names the branch key, or where it comes from.
func (w *wrapper) String() string {
	if w.supplier != nil {
		return fmt.Sprintf("hierarchical, supplied branch keys of key store %.64q", w.name)
	}
	return fmt.Sprintf("hierarchical, branch key %.64q of key store %.64q", w.id, w.name)
}

// GoString is String, for %#v.
func (w *wrapper) GoString() string { return w.String() }

const versionSize = 16

// version is the UUID of a branch key's version.
type version [versionSize]byte

// String is the text that stores have of it.
func (v version) String() string { return branchkey.UUID(v) }
