// Package crypt is the seam between the mapper and the formats. It holds no cryptography: a [Format]
// such as ddbec.Format makes the [ItemEncryptor] of one table from a [Schema].
//
// Users of the mapper choose a Format and hand it to ddb.Config; the rest of this package is for
// users of the plain SDK client and for writers of formats.
package crypt

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Item is an item as the AWS SDK has it.
type Item = map[string]types.AttributeValue

// Action says how an attribute is protected. The zero Action is invalid, except as
// [SchemaConfig.Unknown].
type Action uint8

// The attribute actions.
const (
	Encrypt     Action = iota + 1 // encrypt and sign
	Sign                          // sign
	SignContext                   // sign and include in the encryption context (modern format only)
	Plain                         // neither
	Refuse                        // only as Unknown: an undeclared attribute is an error
)

// String names the action as struct tags do.
func (a Action) String() string {
	switch a {
	case Encrypt:
		return "encrypt"
	case Sign:
		return "sign"
	case SignContext:
		return "context"
	case Plain:
		return "plain"
	case Refuse:
		return "refuse"
	}
	return "invalid"
}

// A Format makes the encryptor of one table. Implementations are immutable and safe for concurrent
// use; a Format that was built wrongly (without keys, say) reports it from Encryptor, before any
// request.
type Format interface {
	Encryptor(Schema) (ItemEncryptor, error)
}

// ItemEncryptor protects the items of one table. It is safe for concurrent use. Its methods neither
// modify nor keep their arguments; results may share attribute values with them, and nobody writes
// through either.
type ItemEncryptor interface {
	// Marks names the attributes this format adds.
	Marks() Marks

	// Claims reports whether item carries any mark of this format, a lone one too. It looks at names
	// only: no network, and no claim of authenticity.
	Claims(Item) bool

	// EncryptItem returns item protected. The error wraps [ErrFormat] where the item does not fit,
	// [ErrKeys] where keys could not be had; the Item is then nil.
	EncryptItem(context.Context, Item) (Item, error)

	// DecryptItem verifies item and returns what it protects. The error wraps [ErrFormat],
	// [ErrKeys] or [ErrAuth]; Opened.Item is then nil. A failed verification is final: callers
	// never try another reader after it.
	DecryptItem(context.Context, Item) (Opened, error)
}

// Marks names the attributes a format adds to an item.
type Marks struct {
	All  []string // every attribute the format may add
	Seal string   // the one that changes with every write, compared to detect concurrent writes
}

// Opened is a verified item and what was proven of each attribute.
type Opened struct {
	Item     Item              // decrypted, without marks
	Unsigned []string          // names present in Item that no signature covers, sorted
	Stale    bool              // read by a reader or schema that the writer would not write
	Actions  map[string]Action // undeclared attributes, as they were protected; nil if there are none
}
