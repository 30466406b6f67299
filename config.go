package ddb

import (
	"context"

	"github.com/dynaseal/ddb/crypt"
)

// Config says how a table's items are protected and stored. Every zero value is safe. It may be shared by all
// tables of a program.
type Config struct {
	// Encryption is the format items are written in and the keys they are written with, such as
	// dbe.Format(keyring) or ddbec.Format(provider). Every attribute without an action word is then encrypted and signed,
	// keys are signed. Nil: nothing is protected, and a type that carries an encrypt or sign word
	// does not construct.
	Encryption crypt.Format

	// LogicalName is bound into signatures in place of the table's name, so that items can be read
	// from a table restored under another one. "": the table's name, which then may not be an ARN.
	LogicalName string

	// Aliases are other names, crypt.MaxAliases at most, that stored items may be signed under: when
	// LogicalName came after the first items, or when other writers bind the name of a restored table. They
	// are read; what is written is signed under LogicalName, the Modify of such an item too. An item that
	// was written under an alias for another table is not told from these: give no name of a table under the
	// same keys whose items do not belong here.
	Aliases []string

	// Unknown is how attributes that T does not declare are protected. Zero: on reading, whatever
	// verifies (a newer writer's extra field does not break an older reader). crypt.Refuse: an
	// item that has any is an error. crypt.Encrypt, Sign and Plain pin one action. A T with an Unknown
	// keeps them; else they are read, verified and dropped.
	Unknown crypt.Action

	// Unsigned names attributes that T does not declare and other writers leave unsigned; at most one ends in *
	// and is a prefix. The modern format needs them named: an item with an undeclared attribute that is
	// neither named here nor signed is refused. See crypt.SchemaConfig.
	Unsigned []string

	// Previous are shapes of T from before its tags changed, eight at most: items written under them are still
	// read, and noticed as stale. They are never written. What needs one is in docs/schema.md.
	//
	// Warning: a field that is protected now and was plain in one of them is read unsigned, too: whoever can
	// write to the table may add it to any item that lacks it, [Notice] names it, and Modify signs it. Take
	// such a shape out once no item is stale.
	Previous []Shape

	// Codecs store types that you cannot change as others, see [CodecFor]. They hold for this table
	// only; at most one is for a type.
	Codecs []TypeCodec

	// FallbackTag is the tag that is read on fields without a ddb tag: "dynamodbav", so that types
	// written for the SDK's attributevalue need little more than the keys, as in `ddb:"id,pk"`. Names, "-",
	// omitempty, unixtime and the set words mean what they mean there; other words are errors. Times of
	// such fields are stored as there (RFC 3339, no trailing zeros). "": none. Actions come from ddb tags
	// alone: in a table with encryption such fields are encrypted.
	FallbackTag string

	// Variants are the types that fields of interface types hold, each made with VariantOf. What they say
	// of themselves is signed: a plain field that holds such an interface does not construct in a
	// table with encryption.
	Variants []Variant

	// Notice is called for every item read that is stale or has attributes no signature covers, other than
	// T's plain fields, once it is verified and before it is returned; concurrently, as the table is
	// used. Nil: nothing is said. Reading fails for nothing that is noticed.
	Notice func(context.Context, Notice)

	// Tracer follows the calls that keys need, of a Codec too. Nil: nobody does. [Capacity] counts them.
	Tracer crypt.Tracer
}
