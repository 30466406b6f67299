// Package metastore keeps versioned keys in a DynamoDB table, for provider/mostrecent: what AWS's clients of the
// legacy format call MetaStore (ddbec 1.13). Their tables are read and written.
//
//	inner, err := provider.WrappedAES(wrap, mac) // or keys of KMS
//	store, err := metastore.New(metastore.Config{Client: client, Table: "keys", Encryption: ddbec.Format(inner)})
//	_, err = client.CreateTable(ctx, store.CreateTableInput())
//	_, err = store.Rotate(ctx, "visits") // the first version, or the next
//
// Each version is an item of two keys of 32 random bytes: one of AES that wraps the content keys of items, and
// one of HMAC-SHA256 that signs them. The item is encrypted and signed by a crypt.Format like any other, so that
// a version that was altered, moved to another name, version or table, or made by somebody without the inner keys
// is refused. To change the inner keys, read by both and write by the new: crypt.Migrate.
//
// # The table holds keys, not copies of them
//
// There is no other place from which a version that was deleted could be had, and items written under it are then
// lost. Turn on deletion protection and point-in-time recovery, keep dynamodb:DeleteItem to yourself, and replicate
// versions ([Store.Replicate]) to where they are needed. Nothing here deletes.
//
// # Permissions
//
// Readers need dynamodb:GetItem on the table, writers dynamodb:Query, and who makes versions dynamodb:PutItem
// too, beside what the inner keys take. All reads are consistent.
package metastore
