// Package ddbec protects items in the format of the DynamoDB Encryption Client, AWS's legacy client-side
// encryption for Java and Python, byte for byte: those clients read what it writes and it reads what
// they write. For new tables that no such client shares, prefer the modern format.
//
// [Format] over a provider is all that most programs need; hand it to ddb.Config. [New] takes other mark
// names. Without the mapper, make a crypt.Schema and ask the format's Encryptor for EncryptItem and
// DecryptItem.
//
// # What is protected
//
// The value of each crypt.Encrypt attribute is encrypted with AES-CBC under a random IV of its own. One
// signature covers, of all crypt.Encrypt and crypt.Sign attributes, name, type, value and which of the
// two it is, and the logical table name. Verification comes first: no value of an item that fails it
// leaves the package, and all values are decrypted and parsed before the first one does.
//
// # What is not
//
//   - Names of attributes, values of keys, types and values of signed attributes, and the sizes of all
//     are there for everybody to read who can read the table.
//   - crypt.Plain attributes can be changed, added and removed; Opened.Unsigned names them.
//   - An old item put back whole, or an item deleted, is not noticed. Nor is anything said about the
//     order of items or their number.
//   - The material description is not signed. It can only make an item fail, not read otherwise: the
//     algorithms are the provider's, and what the description says of them is compared with these. Nor is
//     the wrapped content key in it signed. Under another one an encrypted value would have to decrypt,
//     by chance, to something well-formed, one time in 2^56. Who knows a key that wraps (a public RSA key is
//     one) may search for such a content key at that cost; the value it gives is random.
//
// # What is written
//
// Besides the attributes two marks, *amzn-ddb-map-sig* with the signature and *amzn-ddb-map-desc* with the
// material description: the provider's entries, amzn-ddb-map-sym-mode where the provider has an
// encryption key, amzn-ddb-map-signingAlg where the signature is RSA or ECDSA, and dynaseal-actions, which
// AWS's clients pass over. For that entry every item has both marks; Java leaves out a description that would
// be empty, and such items are read.
//
// The format does not store how attributes are protected. A reader whose schema lacks an attribute finds
// out by trying what verifies, and dynaseal-actions lists what the reader would not guess, so that the first
// try succeeds on items written here. The signature covers each attribute's protection, so that trying
// forges nothing.
//
// # Java and Python
//
// AWS's two clients sign different bytes, and so refuse each other's items, where signed attributes have
//
//   - names, or crypt.Sign map keys or string sets, that mix characters beyond U+FFFF with U+E000 to U+FFFF:
//     Java orders by UTF-16 code unit, Python by code point;
//   - crypt.Sign binary sets that mix bytes up to 7F with bytes beyond: to Java these are negative;
//   - crypt.Sign numbers of more than 28 significant digits, which Python signs rounded, or -0, whose sign
//     Python keeps and DynamoDB does not.
//
// Encrypted values are free of this, and what is encrypted here is exact, though Python rounds such numbers as
// it reads them. Items of both are read here: each assignment of actions is tried in the dialect that is
// written, then in the other one where it would sign another string, and both count towards the tries, 16 an
// item and 2 where the Verifier is remote. Opened.Stale says that it was the other one. Of an item in
// Python's dialect crypt.Sign numbers are handed out as Python signed them, rounded half to even to 28 digits:
// anybody may have altered the digits behind these.
//
// Written are the bytes of Config.Dialect, [Java]'s unless it says [Python]. That is for tables whose items a
// Python client reads; Java then refuses what is listed above. Signed numbers that Python does not verify are
// refused, and those of an item are stored in the form in which DynamoDB returns them.
//
// # What will still decrypt in ten years
//
// Everything written today, under the same keys, logical table name and schema. Attributes may be added to
// the schema and taken out of it, where Unknown is left zero. What breaks stored items: another logical
// table name, unless the old one is among the schema's Aliases; another action for an attribute that they
// have; another description prefix or other mark names; an entry in the description of a static provider that
// they lack; another wrapping algorithm.
//
// # What differs from AWS's clients
//
// Refused here and accepted there: items with attributes of reserved names, encrypted again or of the
// other format; modes other than /CBC/PKCS5Padding; bytes behind a decrypted value, invalid UTF-8, text
// that is no number, map keys twice, more than 256 levels in a decrypted value; values that
// DynamoDB would refuse or change. An item none of whose attributes is signed still needs a valid signature.
// Java's reader ignores undeclared attributes
// and Python's gives them a default action; here they are found out as said above.
package ddbec
