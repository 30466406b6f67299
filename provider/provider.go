// Package provider supplies key materials to the legacy format, crypt/ddbec.
//
// [Static] and [NewStatic] encrypt all items with one key. [WrappedAES] and [NewWrapped] make a key for
// each item, and store it wrapped by AES or RSA. Both sign by an [HMAC], RSA or ECDSA. Private keys may
// stay in a hardware module. A [Provider] of your own may fetch keys from anywhere.
package provider

import (
	"context"

	"github.com/dynaseal/ddb/crypt"
	"github.com/dynaseal/ddb/provider/secret"
)

// A Provider gives the keys of one item. It is safe for concurrent use, keeps no part of a Request,
// and honours ctx. Errors of a service that cannot be reached or denies should wrap crypt.ErrKeys;
// an error that wraps none of crypt's three is reported as crypt.ErrKeys.
type Provider interface {
	EncryptionMaterials(context.Context, Request) (EncryptionMaterials, error)
	DecryptionMaterials(context.Context, Request) (DecryptionMaterials, error)
}

// Request names the item whose keys are wanted.
type Request struct {
	Table        string // logical table name: what is written is bound to it
	PartitionKey string // attribute name
	SortKey      string // attribute name; "" if the table has none

	// Keys makes the item's key attributes, for providers that bind them to the keys. Never nil in a
	// request from the format; call it during the request only. When encrypting, numbers have the form in which
	// DynamoDB returns them, and -0 is an error; when decrypting they are as the item has them.
	Keys func() (crypt.Item, error)

	// Aliases are the other names of the table that a stored item may be bound to (crypt.SchemaConfig), for
	// providers that bind it too: they try Table first. Empty when encrypting. The slice is the request's own.
	Aliases []string

	// Description is the item's stored material description. It is empty when encrypting. Nobody
	// vouches for it: whoever can write the table chooses its entries.
	Description Description
}

// EncryptionMaterials are the keys that protect one item.
type EncryptionMaterials struct {
	Encrypt     secret.Key  // 16, 24 or 32 bytes of AES; zero: nothing may be encrypted
	Sign        Signer      // required
	Description Description // stored with the item; unsigned, readable by all
}

// DecryptionMaterials are the keys that open one item.
type DecryptionMaterials struct {
	Decrypt secret.Key // zero: nothing can be decrypted
	Verify  Verifier   // required
}

// Signer signs the string to sign of an item (ddbec 1.8). It may be remote (a hardware module), is
// safe for concurrent use and does not keep its arguments. The result belongs to the caller.
type Signer interface {
	Sign(ctx context.Context, stringToSign []byte) ([]byte, error)
}

// Verifier is the other side of a Signer. A signature that does not verify is [ErrSignature];
// any other error says that it could not be checked.
type Verifier interface {
	Verify(ctx context.Context, stringToSign, signature []byte) error
}

// LocalVerifier is a Verifier that costs microseconds and never leaves the process. The reader of an
// item with undeclared attributes may ask it up to 16 times, any other Verifier at most twice.
type LocalVerifier interface {
	Verifier
	Local() bool
}
