package keyring

import "context"

// A Keyring makes or wraps an item's data key, and unwraps it (dbesdk 2). Materials go in and out by
// value: a keyring that fails has changed nothing, and one that adds to a slice or map of materials adds
// to a copy. It is safe for concurrent use and honours ctx.
//
// Errors wrap one of crypt's three: crypt.ErrKeys where a key could not be had or used (an error that
// wraps none counts as that), crypt.ErrAuth where a data key that names the keyring's key does not
// unwrap, crypt.ErrFormat where no data key of the item is for the keyring.
type Keyring interface {
	// OnEncrypt makes a data key if the materials have none, and wraps it: it adds one data key and its
	// signing key, or more.
	OnEncrypt(context.Context, EncryptionMaterials) (EncryptionMaterials, error)

	// OnDecrypt unwraps one of these data keys, which are hostile, and returns the materials with the
	// data key and signing key that it gave. Materials that have a data key are an error.
	OnDecrypt(context.Context, DecryptionMaterials, []EncryptedDataKey) (DecryptionMaterials, error)
}

// A Manager gives the materials of one item (the specification's cryptographic materials manager,
// dbesdk 2.12). [NewManager] makes the usual one of a keyring; one of your own may go before it, to
// choose a keyring by the request or to add to its context. It is safe for concurrent use, honours ctx,
// keeps no part of a request and changes none. Errors are as those of a [Keyring].
//
// The format checks its answers by [Request.Check] and [DecryptionRequest.Check].
type Manager interface {
	EncryptionMaterials(context.Context, Request) (EncryptionMaterials, error)
	DecryptionMaterials(context.Context, DecryptionRequest) (DecryptionMaterials, error)
}
