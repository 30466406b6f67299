// Package dbe is the byte format of the AWS Database Encryption SDK for DynamoDB: attribute values
// ([Encoder] and [Parse]), header and footer, canonical paths, the encryption context, and the keys
// derived from a data key. It chooses no keys and calls nobody. Sections named in comments are those of
// the format's description, formats/dbesdk.md.
//
// All integers of the format are big endian.
package dbe
