// Package ddb maps Go structs to DynamoDB items and encrypts and signs their fields on the client,
// as struct tags say.
//
//	type Visit struct {
//		Patient string    `ddb:"patient,pk"` // keys are signed, never encrypted
//		At      time.Time `ddb:"at,sk,time=ms"`
//		Name    string    `ddb:"name,encrypt"`
//		Ward    string    `ddb:"ward,sign"`
//		Notes   []string  `ddb:"notes,encrypt,omitempty"`
//		Seen    int       `ddb:"seen,plain"` // neither
//	}
//
//	visits, err := ddb.NewTable[Visit](client, "visits", ddb.Config{Encryption: dbe.Format(keys)})
//	err = visits.Put(ctx, &v)
//	v, err := visits.Get(ctx, visits.Key("p-17", at))
//
// [NewTable] checks everything that can be checked before the first request: a word that is not in the
// grammar, an encrypted key, protection without keys. In a table with [Config.Encryption] a field
// without an action word is encrypted and signed; a field in the clear says so (plain). Package tags
// lists the words, package mapper the Go types.
//
// # Formats
//
// [Config.Encryption] is one of two formats; types and calls are the same, but for the tag word context, which
// only the modern one has. Package crypt/dbe is the modern one, of AWS's Database Encryption SDK: for new tables
// and those shared with it, with keys of package provider/keyring. Package crypt/ddbec is the legacy one, of the
// DynamoDB Encryption Client: for tables shared with that, with keys of package provider. crypt.Migrate moves a
// table from one to the other. Each package says what it protects beyond what follows.
//
// # What is protected
//
// The value of an encrypted field is readable by key holders only. Every signed field, its name, its
// type, its place in this item and this table's (logical) name are verified before anything is
// returned; an item that fails is an error that wraps crypt.ErrAuth, never data.
//
// Not hidden: attribute names, key values, signed and plain values, the types of those (in the modern format
// of encrypted ones, too), the sizes of all.
// Not detected: a whole old item put back in place of a newer one, a deleted item, changes to plain
// attributes. An attacker who holds the keys can do anything.
//
// # Writing safely
//
// [Table.Create], [Table.Put] and [Table.Replace] differ in what they demand of the item before.
// [Table.Modify] is read, change, write, without losing what others write in between. [Table.Swap]
// and [Table.Take] return what they replaced or deleted, verified first. A field with the word version
// makes every write demand that nobody wrote the item since it was read; see [Table.Put]. Attributes
// that T does not declare survive Modify; the other writes replace the whole item, and keep them where T
// has an [Unknown].
//
// # Backwards compatibility
//
// Items are in the wire formats of AWS's own client-side encryption libraries, which carry no version of
// this package. What one release writes, every later one reads.
package ddb
