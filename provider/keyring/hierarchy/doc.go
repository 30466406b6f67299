// Package hierarchy keeps branch keys: keys of one's own, one for each tenant say, that AWS KMS protects and
// that serve many items between two calls to KMS.
//
// A [Store] is AWS's branch key store on a DynamoDB table (dbesdk 2.9), which services in Java, .NET, Rust
// and Python share with this one. [NewKeyring] makes the keyring that wraps the data keys of items under them
// (dbesdk 2.8), of one branch key or of the one that a supplier names for each item, and keeps them in a
// [Cache].
//
// # What a store holds
//
// A branch key has one active version, under which items are written, all versions before it, under which
// items may have been written, and a beacon key. Each is an item of the table, whose key KMS encrypted in a
// context of all the item's other attributes and the store's logical name: who can write the table, and
// cannot use the KMS key, can neither make a key, nor change an attribute, nor move a key to another name,
// version or store. He can delete keys, and put back an item that was there before: an older active version
// then serves for new items, until the next rotation.
//
// # Names that cannot change
//
// The logical name of the store is part of every key in it. Give each store a name of its own: two of one
// name and one KMS key take each other's items. The ids of branch keys, and their context, may be read by
// whoever can read the table, KMS's log, or the encrypted items.
//
// # Permissions
//
// Who reads and writes items needs dynamodb:GetItem on the store's table and kms:Decrypt on the KMS key. Keep
// what [Store.CreateKey] and [Store.Rotate] need to another role, and writing the table with it. The policy of
// the KMS key can bind both to this store by the condition kms:EncryptionContext:tablename, which is the
// logical name.
//
// # Losing keys
//
// What was written under a branch key is gone with the branch key's items, or with the KMS key. That is how
// the data of one tenant is shredded, and why the table wants point-in-time recovery, deletion protection, and
// few who may delete. A tenant is shredded for good when the last copy of the items is: point-in-time recovery keeps
// one for up to 35 days, and whoever can write the table can put one back.
package hierarchy
