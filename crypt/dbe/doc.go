// Package dbe protects items in the format of the AWS Database Encryption SDK for DynamoDB, byte for byte:
// its releases for Java, .NET and Rust read what it writes and it reads what they write. It is the format
// for new tables; the one of the older DynamoDB Encryption Client is package ddbec.
//
// [Format] over a keyring is all that most programs need; hand it to ddb.Config. [New] takes another suite
// or a manager. Without the mapper, make a crypt.Schema and ask the format's Encryptor for EncryptItem and
// DecryptItem. [Describe] shows what a stored item says of itself.
//
// # What is protected
//
// The value of each crypt.Encrypt attribute is encrypted with AES-256-GCM under a key of its own, derived
// from the item's data key and bound to the attribute's name and the logical table name. The item is
// authenticated as a whole: of all attributes that are not plain name, type, value and how they are
// protected, and the encryption context, in which are the table's logical name, the keys' names, and the
// keys' values or those of all crypt.SignContext attributes. The data key is committed to. Verification
// comes first: no value of an item that fails it leaves the package, and all values are decrypted and parsed
// before the first one does.
//
// # What is not
//
//   - Names of attributes, values of keys, types and values of signed attributes, and the types and sizes of
//     encrypted ones are there for everybody to read who can read the table. Values of crypt.SignContext
//     attributes also reach the key service, and its log.
//   - crypt.Plain attributes, those of crypt.SchemaConfig.Unsigned, can be changed, added and removed;
//     Opened.Unsigned names them. Beacons, aws_dbe_b_x, are not handed out.
//   - An old item put back whole, or an item deleted, is not noticed.
//   - Under keyring.SuiteHMAC whoever can read an item can alter it unseen by other readers. Under
//     keyring.SuiteECDSA that takes the right to wrap keys, too: the data key is bound to the public key of
//     the item's signature.
//   - The tags of an item's other recipients are not looked at.
//
// # What is written
//
// Besides the attributes two marks: aws_dbe_head and aws_dbe_foot. The header is of version 2 if a declared
// attribute is crypt.SignContext, the keys then are, too, and every item must have all such attributes.
// Otherwise it is of version 1.
//
// # What will still decrypt in ten years
//
// Everything written today, under the same keys, logical table name and key names. The header says how each
// attribute was protected, so that actions may change between encrypt, sign and context, and attributes be
// added to the schema and taken out of it; such items are Stale. What breaks stored items: another
// logical table name, unless the old one is among the schema's Aliases; a signed attribute that becomes plain or is named in Unsigned; a plain one that
// becomes signed, or is taken out of the schema and not named in Unsigned.
//
// # What differs from AWS's clients
//
// Refused here and accepted there: items under a suite that is not in AcceptSuites; numbers inside an
// encrypted value that are not in normal form, lengths inside it that do not fit; a header of version 1 with
// attributes in the context, and one that does not sign the keys; encrypted attributes not stored as B;
// attributes whose names begin with aws_dbe_, but for beacons that are read; values that DynamoDB would
// refuse or change, when writing. Empty keys of maps are read and not written, as clients differ over them.
// A declared plain attribute need not be named in Unsigned.
package dbe
